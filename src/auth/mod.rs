//! Who are you, and what may you do: schemes of authentication as pure decisions, without events.
//!
//! A scheme says what a request shows, what checking that costs and where, and until when it
//! works. What is decided here is carried out by the nodes that check and that issue. To add a
//! scheme: write its file, and add its `mod` line and its line in the list below.

mod cookie;
mod credentials;
mod deny_list;
mod ends;
pub mod exposure;
mod jwt;
mod kept;
mod keys;
mod live;
mod none;
mod password;
mod person;
mod plan;
mod refresh;
mod said;
mod session;
mod spec;
mod theft;

pub use cookie::{CookieSpec, TokenStorage};
pub use deny_list::{DenyCheck, DenyListSpec};
pub use ends::Ends;
pub use jwt::{JwtSpec, SigningAlgorithm};
pub use kept::Kept;
pub use keys::KeysSpec;
pub use live::Live;
pub(crate) use password::HASH;
pub use password::{PasswordHash, PasswordSpec};
pub use person::{Credential, Errand, Person, Record, Thief};
pub use plan::{AuthPlan, Demands, Deny, Programs, Renewal, Sessions, Steals, Tokens};
pub use refresh::{Presented, Reaction, RefreshSpec};
pub use said::{Said, Verdict};
pub use session::{Keep, SessionSpec};
pub use spec::AuthSpec;
pub use theft::{Deed, Loot, Robber, TheftSpec};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// From one list: the schemes, their words, and what each makes of a request.
macro_rules! schemes {
    ($($(#[doc = $doc:literal])+ $variant:ident($module:ident) = $word:literal;)*) => {
        /// How people prove who they are.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Scheme {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Scheme {
            /// All of them, by their words.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),*];

            /// Whether what somebody shows is accepted now.
            #[must_use]
            pub fn verdict(self, plan: &AuthPlan, shown: &Shown<'_>) -> Verdict {
                match self {
                    $(Self::$variant => $module::verdict(plan, shown),)*
                }
            }

            /// When a credential ends, if nothing else happens, given what the servers keep.
            #[must_use]
            pub fn ends(
                self,
                plan: &AuthPlan,
                credential: &Credential,
                record: Option<&Record>,
            ) -> Ends {
                match self {
                    $(Self::$variant => $module::ends(plan, credential, record),)*
                }
            }
        }
    };
}

schemes! {
    /// Nobody is asked.
    None(none) = "none";
    /// Every request carries the password.
    Credentials(credentials) = "credentials";
    /// A cookie names a record that a store keeps.
    Session(session) = "session";
    /// A signed token says it all, until it expires.
    Jwt(jwt) = "jwt";
}

#[allow(clippy::derivable_impls, reason = "the variants come out of a list")]
impl Default for Scheme {
    fn default() -> Self {
        Self::None
    }
}

/// What a request shows to those who check it, and what they know.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The token or the cookie that it carries, if any.
    pub credential: Option<&'a Credential>,
    /// What the servers keep of its owner, if anything.
    pub record: Option<&'a Record>,
    /// The replica that checks.
    pub replica: u16,
    /// How often the memory was lost in which the record stands.
    pub losses: u32,
    /// The present time.
    pub now: Time,
}
