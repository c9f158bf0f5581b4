//! CORS: when a browser asks before it sends a request to another origin, and what has to be in
//! an answer for a script to read it (Fetch standard, sections "CORS protocol" and "CORS check").
//!
//! A request without a preflight is sent and executed at the server in any case: the check
//! withholds the answer from the script only.

use std::collections::BTreeMap;

use super::origin::Origin;
use crate::time::{Span, Time};

/// How long the value of a safelisted header may be, and all of them together, in bytes.
pub const LONGEST_VALUE: usize = 128;
/// See [`LONGEST_VALUE`].
pub const LONGEST_TOGETHER: usize = 1_024;

/// How long the answer to a preflight holds that does not say it.
pub const DEFAULT_MAX_AGE: Span = Span::from_secs(5);

/// The longest that Chromium, Firefox and Safari keep the answer to a preflight.
pub const CHROME_CAP: Span = Span::from_secs(7_200);
/// See [`CHROME_CAP`].
pub const FIREFOX_CAP: Span = Span::from_secs(86_400);
/// See [`CHROME_CAP`].
pub const SAFARI_CAP: Span = Span::from_secs(600);

/// A request of a script to another origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The origin of the page.
    pub origin: &'a Origin,
    /// The method in capitals.
    pub method: &'a str,
    /// The headers that the script sets, names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Whether cookies go with it.
    pub credentials: bool,
    /// Whether the script listens to the progress of the upload, or sends a stream.
    pub upload: bool,
}

/// What an answer says about CORS; none where a header is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowed<'a> {
    /// `Access-Control-Allow-Origin`.
    pub origin: Option<&'a str>,
    /// `Access-Control-Allow-Credentials`.
    pub credentials: Option<&'a str>,
    /// `Access-Control-Allow-Methods`.
    pub methods: Option<&'a str>,
    /// `Access-Control-Allow-Headers`.
    pub headers: Option<&'a str>,
    /// `Access-Control-Max-Age` in seconds.
    pub max_age: Option<i64>,
}

/// Why an answer is withheld, or a request not sent. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Blocked {
    /// The preflight was not answered with a status from 200 to 299.
    Status = 1,
    /// No origin is allowed.
    NoOrigin = 2,
    /// Another origin is allowed.
    OtherOrigin = 3,
    /// All origins are, but not with credentials.
    AnyWithCredentials = 4,
    /// Credentials are not allowed.
    Credentials = 5,
    /// The method is not allowed.
    Method = 6,
    /// A header is not allowed.
    Header = 7,
}

/// Whether a request goes out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// At once.
    Simple,
    /// After a preflight that allows it.
    Preflight,
}

impl Asked<'_> {
    /// Whether it goes out at once or after a preflight.
    #[must_use]
    pub fn way(&self) -> Way {
        let is_simple =
            is_safe_method(self.method) && !self.upload && self.unsafe_headers().next().is_none();
        if is_simple { Way::Simple } else { Way::Preflight }
    }

    /// The names of the headers that have to be allowed.
    pub fn unsafe_headers(&self) -> impl Iterator<Item = &str> {
        let safe = self.headers.iter().filter(|(name, value)| is_safe_header(name, value));
        let together: usize = safe.map(|(_, value)| value.len()).sum();
        let all = together > LONGEST_TOGETHER;
        let own =
            self.headers.iter().filter(move |(name, value)| all || !is_safe_header(name, value));
        own.map(|(name, _)| *name)
    }

    /// Whether the script may read an answer.
    ///
    /// # Errors
    /// If it is withheld.
    pub fn check(&self, allowed: &Allowed<'_>) -> Result<(), Blocked> {
        let origin = allowed.origin.ok_or(Blocked::NoOrigin)?;
        if origin == "*" {
            return if self.credentials { Err(Blocked::AnyWithCredentials) } else { Ok(()) };
        }
        if origin != self.origin.header() {
            return Err(Blocked::OtherOrigin);
        }
        if self.credentials && allowed.credentials != Some("true") {
            return Err(Blocked::Credentials);
        }
        Ok(())
    }

    /// Whether the answer to its preflight allows it to be sent.
    ///
    /// # Errors
    /// If it is not sent.
    pub fn check_preflight(&self, status: u16, allowed: &Allowed<'_>) -> Result<(), Blocked> {
        self.check(allowed)?;
        if !(200..=299).contains(&status) {
            return Err(Blocked::Status);
        }
        let method = |it: &str| it == self.method || (it == "*" && !self.credentials);
        if !is_safe_method(self.method) && !list(allowed.methods).any(method) {
            return Err(Blocked::Method);
        }
        let is_allowed = |name: &str| {
            list(allowed.headers).any(|it| {
                // An asterisk never stands for what authenticates.
                let by_any = !self.credentials && !name.eq_ignore_ascii_case("authorization");
                it.eq_ignore_ascii_case(name) || (it == "*" && by_any)
            })
        };
        if self.unsafe_headers().all(is_allowed) { Ok(()) } else { Err(Blocked::Header) }
    }
}

/// Whether scripts cannot set a header (Fetch standard, "forbidden request-header").
#[must_use]
pub fn is_forbidden(name: &str) -> bool {
    const FORBIDDEN: [&str; 20] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let name = name.to_ascii_lowercase();
    let is_reserved = ["proxy-", "sec-"].iter().any(|start| name.starts_with(start));
    is_reserved || name == "via" || FORBIDDEN.contains(&name.as_str())
}

fn list(header: Option<&str>) -> impl Iterator<Item = &str> {
    header.unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty())
}

fn is_safe_method(method: &str) -> bool {
    ["GET", "HEAD", "POST"].contains(&method)
}

/// Whether a header is safelisted for CORS (Fetch standard, "CORS-safelisted request-header").
fn is_safe_header(name: &str, value: &str) -> bool {
    let is_plain = |byte: u8| byte >= 0x20 && byte != 0x7f || byte == b'\t';
    let no_odd = value.bytes().all(|byte| is_plain(byte) && !b"\"():<>?@[\\]{}".contains(&byte));
    let is_language = |byte: u8| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte);
    value.len() <= LONGEST_VALUE
        && match name.to_ascii_lowercase().as_str() {
            "accept" => no_odd,
            "accept-language" | "content-language" => value.bytes().all(is_language),
            "content-type" => no_odd && is_safe_type(value),
            "range" => is_safe_range(value),
            _ => false,
        }
}

fn is_safe_type(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let safe = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
    safe.contains(&essence.as_str())
}

/// One range with a beginning.
fn is_safe_range(value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let range = value.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    range.is_some_and(|(from, to)| is_number(from) && (to.is_empty() || is_number(to)))
}

/// What a browser remembers of preflights: until when each entry holds. An entry is found by the
/// page's origin, the URL, whether cookies go along, and a method or header: by [`needed`].
#[derive(Debug, Clone)]
pub struct PreflightCache<K> {
    cap: Span,
    entries: BTreeMap<K, Time>,
    /// How many entries are taken for too many to keep expired ones among them.
    many: usize,
}

impl<K: Ord> PreflightCache<K> {
    /// How many entries are few enough not to look for expired ones.
    const FEW: usize = 64;

    /// An empty cache that keeps nothing longer than `cap`.
    #[must_use]
    pub const fn new(cap: Span) -> Self {
        Self { cap, entries: BTreeMap::new(), many: Self::FEW }
    }

    /// Whether a request that needs these entries needs no preflight at a moment.
    #[must_use]
    pub fn covers(&self, mut keys: impl Iterator<Item = K>, now: Time) -> bool {
        keys.all(|key| self.entries.get(&key).is_some_and(|end| now < *end))
    }

    /// Remembers that a preflight allowed what needs these entries at a moment.
    pub fn remember(&mut self, keys: impl Iterator<Item = K>, max_age: Option<i64>, now: Time) {
        let seconds = max_age.map(|it| u64::try_from(it).unwrap_or(0));
        let asked_for = seconds.map_or(DEFAULT_MAX_AGE.0, |it| it.saturating_mul(1_000_000_000));
        let end = Time(now.0.saturating_add(asked_for.min(self.cap.0)));
        if end > now {
            self.entries.extend(keys.map(|key| (key, end)));
        }
        if self.entries.len() > self.many {
            self.entries.retain(|_, end| now < *end);
            self.many = (2 * self.entries.len()).max(Self::FEW);
        }
    }

    /// Forgets all entries in a range, as when a browser is closed.
    pub fn forget(&mut self, range: std::ops::RangeInclusive<K>)
    where
        K: Copy,
    {
        while let Some((key, _)) = self.entries.range(range.clone()).next() {
            let key = *key;
            self.entries.remove(&key);
        }
    }
}

/// The entries that a request needs: one for its method and one for each header.
pub fn needed(asked: &Asked<'_>) -> impl Iterator<Item = String> {
    let method = (!is_safe_method(asked.method)).then(|| format!("method {}", asked.method));
    // A request that has to be asked for by its upload alone has an entry of its method, too.
    let upload = asked.upload.then(|| format!("method {}", asked.method));
    let headers =
        asked.unsafe_headers().map(|name| format!("header {}", name.to_ascii_lowercase()));
    method.or(upload).into_iter().chain(headers)
}

#[cfg(test)]
#[path = "cors/tests.rs"]
mod tests;
