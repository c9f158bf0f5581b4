//! Whose behaviour a cache has: where real ones differ from RFC 9111 and from one another.
//!
//! All of it is data. nginx 1.22, Varnish 7.1 with its built-in VCL, and Squid 5.7 with its
//! defaults were recorded case by case; the browser follows the RFC as a private cache that
//! knows RFC 5861.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// How a lifetime is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// To the nanosecond, from when the answer was made.
    Exact,
    /// From the whole second that its header `Date` shows, so that it lasts up to a second less.
    Date,
    /// In whole seconds of the cache's clock, the last one included, so that it lasts up to a
    /// second more.
    Clock,
}

/// What becomes of an answer that must not be given without asking the origin: `no-cache`, or a
/// lifetime of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unready {
    /// It is stored, and the origin asked each time whether it is still right.
    Stored,
    /// It is not stored.
    Refused,
    /// It is remembered that this address is not worth waiting for: requests for it pass.
    Passes,
}

/// What becomes of requests that say who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// Their answers are stored where they are `public`, `must-revalidate` or have an `s-maxage`
    /// (RFC 9111, section 3.5).
    Careful,
    /// They are taken for any others.
    Ignored,
    /// They pass.
    Passes,
}

/// What cookies do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookies {
    /// Nothing (RFC 9111, section 7.3).
    Ignored,
    /// An answer that sets one is not stored.
    SettingRefused,
    /// An answer that sets one is not stored, and a request that carries one passes.
    Pass,
}

/// The lifetime of an answer that says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heuristic {
    /// There is none.
    Nothing,
    /// So many per cent of the time since it was last changed, and at most so long (RFC 9111,
    /// section 4.2.2).
    Share(i64, Span),
    /// This long.
    Always(Span),
}

/// How one kind of cache decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Whether many users share it.
    pub is_shared: bool,
    /// How it counts lifetimes.
    pub counting: Counting,
    /// Whether it reads `Age`.
    pub reads_age: bool,
    /// Whether it says `Age`, so that the next cache knows how old an answer is.
    pub sends_age: bool,
    /// Whether it obeys the directives of requests.
    pub reads_requests: bool,
    /// Whether an `Expires` in the past that stands before `Cache-Control` forbids storing.
    pub trusts_first: bool,
    /// Whether `no-cache` and `private` with names of fields are about the whole answer to it.
    pub reads_fields_as_all: bool,
    /// Whether somebody who says since when they know something has it only if that is the very
    /// date of its last change.
    pub compares_dates_exactly: bool,
    /// What becomes of answers that must be asked about each time, or must not be stored.
    pub unready: Unready,
    /// What becomes of requests with `Authorization`.
    pub authorization: Authorization,
    /// What cookies do.
    pub cookies: Cookies,
    /// What becomes of answers that depend on `*`.
    pub vary_any: Unready,
    /// Headers that answers may depend on without being told apart by them.
    pub vary_ignored: &'static [&'static str],
    /// The lifetime of what says nothing of it.
    pub heuristic: Heuristic,
    /// The statuses that the heuristic is for.
    pub heuristic_for: &'static [u16],
    /// The statuses that an answer with a lifetime may have; all, if there is none here.
    pub explicit_for: &'static [u16],
    /// Whether what has no lifetime is stored all the same, to be asked about.
    pub stores_without_lifetime: bool,
    /// Whether it asks the origin if something expired is still right, rather than for a new one.
    pub revalidates: bool,
    /// How long it gives expired answers while it fetches new ones, where they say nothing of it.
    pub grace: Span,
    /// Whether `stale-while-revalidate` says how long instead.
    pub reads_grace: bool,
    /// Whether it fetches anew beside the request that it gives an expired answer to.
    pub refreshes_beside: bool,
    /// Whether `must-revalidate` keeps it from giving expired answers.
    pub obeys_must_revalidate: bool,
    /// Whether it reads `stale-if-error` where no answer comes.
    pub stale_if_unreachable: bool,
    /// Whether it reads that also where the answer is 500, 502, 503 or 504.
    pub stale_if_failed: bool,
    /// Whether a successful unsafe request drops what is stored of its address.
    pub invalidates: bool,
    /// Whether it asks for the whole where a part is wanted; others let such requests pass.
    pub fetches_whole: bool,
    /// Whether those who want what is being fetched wait for that.
    pub collapses: bool,
    /// Whether they also wait for what is fetched because it has expired.
    pub collapses_expired: bool,
    /// Whether those who waited for an answer are given it though it is not fresh; others ask for
    /// themselves then (RFC 9111, section 4).
    pub shares_waited: bool,
    /// How often those who wait look again; none if they are told.
    pub polls: Option<Span>,
    /// Whether it tries once more where a connection that it had kept was closed.
    pub tries_again: bool,
    /// The status that it answers with where the origin gives no answer.
    pub unreachable: u16,
}

/// The statuses that RFC 9110, section 15.1, lets caches give a lifetime of their own.
const HEURISTIC: &[u16] = &[200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

/// RFC 9111 as a shared cache, RFC 5861 included.
const RFC9111: Profile = Profile {
    is_shared: true,
    counting: Counting::Exact,
    reads_age: true,
    sends_age: true,
    reads_requests: true,
    trusts_first: false,
    reads_fields_as_all: false,
    compares_dates_exactly: false,
    unready: Unready::Stored,
    authorization: Authorization::Careful,
    cookies: Cookies::Ignored,
    vary_any: Unready::Refused,
    vary_ignored: &[],
    heuristic: Heuristic::Share(10, Span::from_secs(86_400)),
    heuristic_for: HEURISTIC,
    explicit_for: &[],
    stores_without_lifetime: false,
    revalidates: true,
    grace: Span::ZERO,
    reads_grace: true,
    refreshes_beside: true,
    obeys_must_revalidate: true,
    stale_if_unreachable: true,
    stale_if_failed: true,
    invalidates: true,
    fetches_whole: false,
    collapses: false,
    collapses_expired: true,
    shares_waited: false,
    polls: None,
    tries_again: false,
    unreachable: 502,
};

/// nginx 1.22: `proxy_cache` as it is without further directives.
const NGINX: Profile = Profile {
    counting: Counting::Clock,
    reads_age: false,
    sends_age: false,
    reads_requests: false,
    trusts_first: true,
    reads_fields_as_all: true,
    compares_dates_exactly: true,
    unready: Unready::Refused,
    authorization: Authorization::Ignored,
    cookies: Cookies::SettingRefused,
    heuristic: Heuristic::Nothing,
    revalidates: false,
    refreshes_beside: false,
    obeys_must_revalidate: false,
    stale_if_failed: false,
    invalidates: false,
    fetches_whole: true,
    collapses_expired: false,
    polls: Some(Span::from_millis(500)),
    ..RFC9111
};

/// Varnish 7.1 with its built-in VCL.
const VARNISH: Profile = Profile {
    reads_requests: false,
    reads_fields_as_all: true,
    unready: Unready::Passes,
    authorization: Authorization::Passes,
    cookies: Cookies::Pass,
    vary_any: Unready::Passes,
    vary_ignored: &["accept-encoding"],
    heuristic: Heuristic::Always(Span::from_secs(120)),
    heuristic_for: &[200, 203, 204, 300, 301, 304, 404, 410, 414],
    explicit_for: &[200, 203, 204, 300, 301, 302, 304, 307, 404, 410, 414],
    grace: Span::from_secs(10),
    obeys_must_revalidate: false,
    stale_if_unreachable: false,
    stale_if_failed: false,
    invalidates: false,
    fetches_whole: true,
    collapses: true,
    tries_again: true,
    unreachable: 503,
    ..RFC9111
};

/// Squid 5.7 with its defaults.
const SQUID: Profile = Profile {
    counting: Counting::Date,
    vary_any: Unready::Stored,
    heuristic: Heuristic::Share(20, Span::from_secs(3 * 86_400)),
    heuristic_for: &[200, 203, 300, 301, 308, 410],
    explicit_for: &[200, 203, 300, 301, 302, 303, 307, 308, 410],
    stores_without_lifetime: true,
    reads_grace: false,
    refreshes_beside: false,
    stale_if_unreachable: false,
    stale_if_failed: false,
    shares_waited: true,
    tries_again: true,
    ..RFC9111
};

/// A browser's own cache.
const BROWSER: Profile = Profile {
    is_shared: false,
    authorization: Authorization::Ignored,
    stores_without_lifetime: true,
    stale_if_unreachable: false,
    stale_if_failed: false,
    ..RFC9111
};

/// The names of the profiles.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// RFC 9111 and RFC 5861 as a shared cache.
    #[default]
    Rfc9111,
    /// nginx 1.22.
    Nginx,
    /// Varnish 7.1 with its built-in VCL.
    Varnish,
    /// Squid 5.7 with its defaults.
    Squid,
    /// A browser's own cache.
    Browser,
}

impl ProfileName {
    /// What it stands for.
    #[must_use]
    pub const fn profile(self) -> &'static Profile {
        match self {
            Self::Rfc9111 => &RFC9111,
            Self::Nginx => &NGINX,
            Self::Varnish => &VARNISH,
            Self::Squid => &SQUID,
            Self::Browser => &BROWSER,
        }
    }
}
