//! Origins: scheme, host and port (HTML standard, section "Origin").

/// Where content comes from: two documents of one origin may read each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// The host in lower case; an IPv6 address stands in brackets.
    pub host: String,
    /// The port, that of the scheme where none is written.
    pub port: u16,
}

/// The scheme of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port of a URL without one.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Origin {
    /// The origin of a URL, of which the rest after the authority does not matter.
    ///
    /// # Errors
    /// If the scheme is another one, there is no host, or the port is none.
    pub fn of(url: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("`{url}` is no origin: {what}");
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("`https://` is missing"))?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(wrong("the scheme is http or https")),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let authority = rest[..end].rsplit('@').next().unwrap_or_default();
        let (host, port) = match authority.rfind(':') {
            Some(at) if !authority[at..].contains(']') => (&authority[..at], &authority[at + 1..]),
            Some(_) | None => (authority, ""),
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(wrong("a host is missing"));
        }
        let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
        let port = match port {
            "" => scheme.port(),
            port if is_number => port.parse().map_err(|_| wrong("a port is at most 65535"))?,
            _ => return Err(wrong("a port is a number")),
        };
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port })
    }

    /// As a browser writes it into the header `Origin`: without the port of the scheme.
    #[must_use]
    pub fn header(&self) -> String {
        let Self { scheme, host, port } = self;
        if *port == scheme.port() {
            format!("{}://{host}", scheme.word())
        } else {
            format!("{}://{host}:{port}", scheme.word())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_the_same_in_scheme_host_and_port() {
        let base = "http://example.com:8080/path/";
        for (one, other, is_same) in [
            (base, "http://example.com:8080/other/page.html", true),
            (base, "http://example.com:8080", true),
            (base, "http://example.com:8080/?q=https://other.example", true),
            (base, "http://EXAMPLE.com:8080/path/#part", true),
            (base, "HTTP://example.com:8080/path/", true),
            (base, "http://somebody@example.com:8080/path/", true),
            (base, "https://example.com:8080/path/", false),
            (base, "http://www.example.com:8080/path/", false),
            (base, "http://example.com:8081/path/", false),
            (base, "http://example.com/path/", false),
            (base, "http://example.org:8080/path/", false),
            (base, "http://example.com.:8080/path/", false),
            ("http://a.example", "http://a.example:80/", true),
            ("https://a.example", "https://a.example:443", true),
            ("http://a.example", "https://a.example", false),
            ("http://a.example:443", "https://a.example", false),
            ("https://a.example:80", "http://a.example", false),
            ("http://a.example", "http://b.example", false),
            ("http://[::1]:8080", "http://[::1]:8080/x", true),
            ("http://[::1]", "http://[::1]:80", true),
            ("http://[::1]", "http://[::2]", false),
            ("http://127.0.0.1", "http://localhost", false),
        ] {
            let same = Origin::of(one).unwrap() == Origin::of(other).unwrap();
            assert_eq!(same, is_same, "{one} and {other}");
        }
    }

    #[test]
    fn the_header_has_no_path_and_no_usual_port() {
        for (url, header) in [
            ("https://a.example:443/x", "https://a.example"),
            ("http://A.example:8080/x?y", "http://a.example:8080"),
            ("http://[::1]:80/", "http://[::1]"),
        ] {
            assert_eq!(Origin::of(url).unwrap().header(), header);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for (url, said) in [
            ("a.example", "`https://` is missing"),
            ("ftp://a.example", "the scheme is http or https"),
            ("http:///x", "a host is missing"),
            ("http://a b/", "a host is missing"),
            ("http://a.example:x", "a port is a number"),
            ("http://a.example:+80", "a port is a number"),
            ("http://a.example:65536", "a port is at most 65535"),
        ] {
            let error = Origin::of(url).unwrap_err();
            assert!(error.contains(said), "{url}: {error}");
        }
    }
}
