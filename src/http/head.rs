//! The head of a response, as far as caches read it.

use super::Control;
use crate::rng::hash_name;

/// When an answer expires by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expires {
    /// So many seconds after it was made; before, if negative.
    After(i64),
    /// At this second of the run's clock, or never if that is no date.
    At(i64),
}

/// An entity tag (RFC 9110, section 8.8.3), by the hash of what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(u64);

impl Tag {
    /// Reads `"v1"` or `W/"v1"`: caches compare weakly, so that both are the same.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        Self(hash_name(text.strip_prefix("W/").unwrap_or(text)))
    }
}

/// Which headers of the request an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Vary {
    /// None.
    #[default]
    Nothing,
    /// Something that no header says.
    Anything,
    /// These, by their names in lower case, in order.
    On(Box<[Box<str>]>),
}

impl Vary {
    /// Reads the value of the header `Vary`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut names: Vec<Box<str>> =
            names.map(|name| name.to_ascii_lowercase().into_boxed_str()).collect();
        if names.iter().any(|name| &**name == "*") {
            return Self::Anything;
        }
        names.sort();
        names.dedup();
        if names.is_empty() { Self::Nothing } else { Self::On(names.into()) }
    }

    /// Whether it names the header that says whose page's script asks.
    #[must_use]
    pub fn is_on_origin(&self) -> bool {
        self.is_on("origin")
    }

    /// Whether it names this header, in lower case.
    #[must_use]
    pub fn is_on(&self, header: &str) -> bool {
        matches!(self, Self::On(names) if names.iter().any(|name| &**name == header))
    }
}

/// What caches read of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// Its `Cache-Control`.
    pub control: Control,
    /// When it expires, where `Expires` says so.
    pub expires: Option<Expires>,
    /// Whether `Expires` stands before `Cache-Control`, which nginx reads in that order.
    pub expires_first: bool,
    /// Seconds that it says to have spent in other caches already.
    pub age: u32,
    /// Its entity tag.
    pub etag: Option<Tag>,
    /// Since which second of the run's clock it has been as it is.
    pub last_modified: Option<i64>,
    /// What it depends on.
    pub vary: Vary,
    /// Whether it sets a cookie.
    pub sets_cookie: bool,
}

impl Head {
    /// Whether a cache can ask if it is still right.
    #[must_use]
    pub const fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }

    /// Whether an answer with this head is what somebody has who asks with the validators of
    /// `other`: by entity tags where there are such (RFC 9110, section 13.2.2).
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self.etag, other.etag) {
            (Some(one), Some(other)) => one == other,
            (None, Some(_)) => false,
            (_, None) => match (self.last_modified, other.last_modified) {
                (Some(changed), Some(known)) => changed <= known,
                (None, _) | (_, None) => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_strong_tags_of_one_text_are_the_same_to_a_cache() {
        assert_eq!(Tag::parse("W/\"v1\""), Tag::parse(" \"v1\""));
        assert_ne!(Tag::parse("\"v2\""), Tag::parse("\"v1\""));
    }

    #[test]
    fn the_order_of_names_in_vary_does_not_count_and_a_star_is_everything() {
        assert_eq!(Vary::parse("B, a"), Vary::parse("A,b , a"));
        assert_eq!(Vary::parse("a, *"), Vary::Anything);
        assert_eq!(Vary::parse(" "), Vary::Nothing);
        assert!(Vary::parse("accept, Origin").is_on_origin() && !Vary::parse("*").is_on_origin());
    }

    #[test]
    fn entity_tags_are_asked_before_dates() {
        let tagged = |tag: &str, changed| Head {
            etag: Some(Tag::parse(tag)),
            last_modified: Some(changed),
            ..Head::default()
        };
        assert!(tagged("\"a\"", 9).is_same_as(&tagged("\"a\"", 1)));
        assert!(!tagged("\"b\"", 1).is_same_as(&tagged("\"a\"", 1)));
        let dated = |changed| Head { last_modified: Some(changed), ..Head::default() };
        assert!(dated(5).is_same_as(&dated(5)) && !dated(6).is_same_as(&dated(5)));
        assert!(!Head::default().is_same_as(&Head::default()), "without validators nothing is");
    }
}
