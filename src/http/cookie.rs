//! Cookies: which a browser stores, and which it sends with a request (RFC 6265bis).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cors::{CHROME_CAP, FIREFOX_CAP, SAFARI_CAP};
use super::origin::{Origin, Scheme};
use super::site::{Site, is_address, is_public_suffix};
use crate::time::Span;

/// What the attribute `SameSite` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SameSite {
    /// With requests of the same site only.
    Strict,
    /// Also with navigations of the whole page by a safe method.
    Lax,
    /// With all requests; such a cookie has to be `Secure`.
    None,
}

/// A cookie as a response sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// Its name; the prefixes `__Host-` and `__Secure-` promise attributes.
    pub name: String,
    /// The attribute `Domain`: sub-domains of it get the cookie, too.
    pub domain: Option<String>,
    /// The attribute `Path`.
    pub path: Option<String>,
    /// Only over TLS.
    pub secure: bool,
    /// Hidden from scripts. It is sent all the same, also with forged requests.
    pub http_only: bool,
    /// The attribute `SameSite`, if it was written.
    pub same_site: Option<SameSite>,
}

/// A cookie as a browser keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// The host that set it, or the domain it is for.
    pub domain: String,
    /// Whether only that very host gets it.
    pub host_only: bool,
    /// The beginning of the paths that it is for.
    pub path: String,
    /// Only over TLS.
    pub secure: bool,
    /// Hidden from scripts.
    pub http_only: bool,
    /// The attribute `SameSite`, if it was written.
    pub same_site: Option<SameSite>,
}

/// How browsers differ: where `SameSite` is not written, and in how long they remember a
/// preflight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Browser {
    /// As `Lax`; for two minutes after it was set also with a navigation of the whole page by an
    /// unsafe method ("Lax + POST"): <https://chromestatus.com/feature/5088147346030592>.
    #[default]
    Chrome,
    /// As `None`, not limited.
    Firefox,
    /// As `None`, not limited.
    Safari,
}

impl Browser {
    /// All of them, each at its own place.
    pub const ALL: [Self; 3] = [Self::Chrome, Self::Firefox, Self::Safari];

    /// How long it remembers a preflight at most.
    #[must_use]
    pub const fn preflight_cap(self) -> Span {
        match self {
            Self::Chrome => CHROME_CAP,
            Self::Firefox => FIREFOX_CAP,
            Self::Safari => SAFARI_CAP,
        }
    }
}

/// How long Chrome sends a new cookie without `SameSite` with unsafe navigations.
pub const LAX_POST: Span = Span::from_secs(120);

/// What makes a request, as far as cookies care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initiator {
    /// The user: a typed address or a bookmark.
    User,
    /// A navigation of the whole page: a link or a form.
    TopLevel,
    /// A navigation within a frame.
    Frame,
    /// A part of a page: an image, a script, a style sheet.
    Subresource,
    /// A script, with credentials.
    Fetch,
}

/// A request that a browser is about to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where it goes.
    pub to: Origin,
    /// The path that it asks for.
    pub path: String,
    /// Where the page comes from that makes it; nowhere if the user does.
    pub from: Option<Site>,
    /// What makes it.
    pub initiator: Initiator,
    /// Whether its method is safe: GET, HEAD, OPTIONS or TRACE.
    pub is_safe: bool,
}

/// Why a cookie is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// `Secure`, but not set over TLS.
    InsecureOrigin,
    /// The domain is not that of the host, or one of everybody's.
    Domain,
    /// `SameSite=None` without `Secure`.
    NoneWithoutSecure,
    /// The name's prefix promises what the attributes do not keep.
    Prefix,
}

impl SetCookie {
    /// The cookie as a browser keeps it that has it from a response of `from` for `path`.
    ///
    /// # Errors
    /// If it must not be stored.
    pub fn store(&self, from: &Origin, path: &str) -> Result<Cookie, Refused> {
        if self.secure && from.scheme == Scheme::Http {
            return Err(Refused::InsecureOrigin);
        }
        if self.same_site == Some(SameSite::None) && !self.secure {
            return Err(Refused::NoneWithoutSecure);
        }
        // Prefixes are compared without regard to case, so that no server is misled.
        let name = self.name.to_ascii_lowercase();
        let is_for_host = self.secure && self.domain.is_none() && self.path.as_deref() == Some("/");
        if (name.starts_with("__host-") && !is_for_host)
            || (name.starts_with("__secure-") && !self.secure)
        {
            return Err(Refused::Prefix);
        }
        let domain = self.domain.as_deref().map(|it| it.trim_start_matches('.'));
        let domain = domain.filter(|it| !it.is_empty()).map(str::to_ascii_lowercase);
        let (domain, host_only) = match domain {
            None => (from.host.clone(), true),
            Some(domain) if is_public_suffix(&domain) && domain == from.host => (domain, true),
            Some(domain) if is_public_suffix(&domain) => return Err(Refused::Domain),
            Some(domain) if domain_matches(&from.host, &domain) => (domain, false),
            Some(_) => return Err(Refused::Domain),
        };
        let path = match self.path.as_deref().filter(|it| it.starts_with('/')) {
            Some(path) => path.to_owned(),
            None => default_path(path).to_owned(),
        };
        Ok(Cookie {
            name: self.name.clone(),
            domain,
            host_only,
            path,
            secure: self.secure,
            http_only: self.http_only,
            same_site: self.same_site,
        })
    }
}

impl Cookie {
    /// Whether a browser sends it with a request, so long after it was set.
    #[must_use]
    pub fn goes_with(&self, request: &Request, browser: Browser, age: Span) -> bool {
        let host = &request.to.host;
        let is_for_host =
            if self.host_only { *host == self.domain } else { domain_matches(host, &self.domain) };
        is_for_host
            && path_matches(&request.path, &self.path)
            && (!self.secure || request.to.scheme == Scheme::Https)
            && self.same_site_permits(request, browser, age)
    }

    /// Whether a script of a page at `host` and `path` can read it.
    #[must_use]
    pub fn is_readable(&self, page: &Request) -> bool {
        let own = Request { initiator: Initiator::User, from: None, ..page.clone() };
        !self.http_only && self.goes_with(&own, Browser::Chrome, Span::ZERO)
    }

    fn same_site_permits(&self, request: &Request, browser: Browser, age: Span) -> bool {
        let is_same = request.initiator == Initiator::User
            || request.from.as_ref().is_none_or(|from| *from == Site::of(&request.to));
        let is_page = request.initiator == Initiator::TopLevel;
        is_same
            || match (self.same_site, browser) {
                (Some(SameSite::Strict), _) => false,
                (Some(SameSite::Lax), _) => is_page && request.is_safe,
                (None, Browser::Chrome) => is_page && (request.is_safe || age <= LAX_POST),
                (Some(SameSite::None), _) | (None, Browser::Firefox | Browser::Safari) => true,
            }
    }
}

/// Whether a host is a domain or below it (RFC 6265bis, section 5.1.3).
fn domain_matches(host: &str, domain: &str) -> bool {
    let is_below = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host == domain || (!is_address(host) && is_below())
}

/// Whether a path is another or below it (section 5.1.4).
fn path_matches(path: &str, of: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let rest = path.strip_prefix(of);
    rest.is_some_and(|rest| rest.is_empty() || of.ends_with('/') || rest.starts_with('/'))
}

/// The folder of a path (section 5.1.4).
fn default_path(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path.rfind('/') {
        Some(at) if at > 0 && path.starts_with('/') => &path[..at],
        Some(_) | None => "/",
    }
}

#[cfg(test)]
#[path = "cookie/tests.rs"]
mod tests;
