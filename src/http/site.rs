//! Sites: scheme and registrable domain (HTML standard, section "Sites"), schemeful.
//!
//! Which names can be registered is a matter of contracts: browsers carry the public suffix list.
//! Here the suffix is the last label, or the last two where the last one is a country of two
//! letters and the one before it is among [`SECOND_LEVELS`], or one of [`HOSTING`]. Names under
//! other suffixes of the list, such as `city.kawasaki.jp`, are taken for one site too many; names
//! of a scenario are those of its author, who can choose.

use super::origin::{Origin, Scheme};

/// Second levels under which countries register names.
pub const SECOND_LEVELS: &[&str] = &[
    "ac", "co", "com", "edu", "go", "gob", "gov", "gv", "ltd", "me", "mil", "ne", "net", "nhs",
    "nom", "or", "org", "plc", "sch",
];

/// Names under which everybody can have one, of the private part of the list.
pub const HOSTING: &[&str] = &[
    "appspot.com",
    "azurewebsites.net",
    "blogspot.com",
    "cloudfront.net",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "pages.dev",
    "s3.amazonaws.com",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// What cookies mean by "same site".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The scheme: `http` and `https` of one host are two sites.
    pub scheme: Scheme,
    /// The registrable domain; the whole host where there is none.
    pub domain: String,
}

impl Site {
    /// The site of an origin.
    #[must_use]
    pub fn of(origin: &Origin) -> Self {
        let domain = registrable(&origin.host).unwrap_or(&origin.host).to_owned();
        Self { scheme: origin.scheme, domain }
    }
}

/// The registrable domain of a host in lower case: none for an address, a name of one label, or a
/// suffix itself.
#[must_use]
pub fn registrable(host: &str) -> Option<&str> {
    if is_address(host) {
        return None;
    }
    let labels = suffix_labels(host);
    // The suffix and one label more.
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let _ = dots.nth(labels - 1)?;
    Some(dots.next().map_or(host, |at| &host[at + 1..]))
}

/// Whether nobody can have cookies for this name, because it is not one owner's.
#[must_use]
pub fn is_public_suffix(name: &str) -> bool {
    !is_address(name) && name.split('.').count() == suffix_labels(name)
}

/// Whether a host is an address and no name.
#[must_use]
pub fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn suffix_labels(host: &str) -> usize {
    let is_under = |name: &&&str| {
        host.strip_suffix(**name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if let Some(name) = HOSTING.iter().find(is_under) {
        return name.split('.').count();
    }
    let mut labels = host.rsplit('.');
    let (last, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    if last.len() == 2 && SECOND_LEVELS.contains(&second) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_the_same_in_scheme_and_registrable_domain() {
        let base = "http://example.com:8080/path/";
        for (one, other, is_same) in [
            (base, "http://example.com:8080/other/", true),
            (base, "http://example.com:8081/path/", true),
            (base, "http://example.com/path/", true),
            (base, "http://www.example.com/", true),
            (base, "http://a.b.example.com/", true),
            (base, "https://example.com:8080/path/", false),
            (base, "http://example.org:8080/path/", false),
            (base, "http://notexample.com/", false),
            (base, "http://com/", false),
            ("https://a.example.com", "https://b.example.com", true),
            ("https://a.example.co.uk", "https://b.example.co.uk", true),
            ("https://one.co.uk", "https://other.co.uk", false),
            ("https://one.com.au", "https://www.one.com.au", true),
            ("https://one.de", "https://www.one.de", true),
            ("https://me.github.io", "https://you.github.io", false),
            ("https://me.github.io", "https://docs.me.github.io", true),
            ("https://notgithub.io", "https://www.notgithub.io", true),
            ("http://127.0.0.1:1", "http://127.0.0.1:2", true),
            ("http://127.0.0.1", "http://127.0.0.2", false),
            ("http://[::1]:1", "http://[::1]:2", true),
            ("http://localhost:1", "http://localhost:2", true),
            ("http://localhost", "https://localhost", false),
        ] {
            let site = |url| Site::of(&Origin::of(url).unwrap());
            assert_eq!(site(one) == site(other), is_same, "{one} and {other}");
        }
    }

    #[test]
    fn suffixes_belong_to_nobody() {
        for (name, is_suffix) in [
            ("com", true),
            ("co.uk", true),
            ("github.io", true),
            ("example.com", false),
            ("me.github.io", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_public_suffix(name), is_suffix, "{name}");
            assert_eq!(registrable(name).is_none(), is_suffix || is_address(name), "{name}");
        }
    }
}
