//! The cookie that carries a session's name, or a token that is kept in one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::cookie::{Cookie, Refused, SameSite, SetCookie};
use crate::http::origin::Origin;

/// What a scenario says of the cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CookieSpec {
    /// Its name; the prefixes `__Host-` and `__Secure-` promise attributes. `sid` by default.
    pub name: String,
    /// The attribute `SameSite`; browsers differ where it is not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_site: Option<SameSite>,
    /// The attribute `Secure`; true by default.
    pub secure: bool,
    /// The attribute `HttpOnly`: no script can read it. True by default.
    pub http_only: bool,
    /// The attribute `Domain`: sub-domains get it, too; by default only the host that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The attribute `Path`; `/` by default.
    pub path: String,
}

impl Default for CookieSpec {
    fn default() -> Self {
        Self {
            name: "sid".to_owned(),
            same_site: None,
            secure: true,
            http_only: true,
            domain: None,
            path: "/".to_owned(),
        }
    }
}

impl CookieSpec {
    /// The cookie as a browser keeps it that has it from an answer of `from`.
    ///
    /// # Errors
    /// If no browser would keep it: a sentence that says why.
    pub fn store(&self, from: &Origin) -> Result<Cookie, String> {
        let told = |why| format!("no browser keeps this cookie of {}: {why}", from.header());
        self.stored(from).map_err(told)
    }

    /// Whether browsers keep the cookie, as far as that does not depend on who sets it.
    ///
    /// # Errors
    /// If no browser would keep it: a sentence that says why.
    pub fn is_sound(&self) -> Result<(), String> {
        let host = self.domain.as_deref().map_or("", |it| it.trim_start_matches('.'));
        let host = if host.is_empty() { "site.example" } else { host };
        let from = Origin::of(&format!("https://{host}"))?;
        let told = |why| format!("no browser keeps this cookie: {why}");
        self.stored(&from).map(|_| ()).map_err(told)
    }

    fn stored(&self, from: &Origin) -> Result<Cookie, &'static str> {
        let cookie = SetCookie {
            name: self.name.clone(),
            domain: self.domain.clone(),
            path: Some(self.path.clone()),
            secure: self.secure,
            http_only: self.http_only,
            same_site: self.same_site,
        };
        cookie.store(from, "/").map_err(|refused| match refused {
            Refused::InsecureOrigin => "it is `Secure`, and not set over TLS",
            Refused::Domain => "its domain is not that of the host that sets it",
            Refused::NoneWithoutSecure => "`SameSite=None` needs `Secure`",
            Refused::Prefix => "its name promises what its attributes do not keep",
        })
    }
}

/// Where a page keeps its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenStorage {
    /// In local storage: scripts of its origin read it, and send it in `Authorization`.
    #[default]
    LocalStorage,
    /// In a cookie, as `auth.cookie` says: the browser sends it.
    Cookie,
}
