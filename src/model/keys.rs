//! Where the keys of a table stand, so that a mistake found late is still shown at its own word.

use std::collections::BTreeMap;

use super::Place;

/// Where the values of a table stand, by dotted path: `timeout.total`, `work.0.cpu`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys(BTreeMap<String, Place>);

impl Keys {
    /// The places of values by their paths.
    #[must_use]
    pub fn new(places: impl IntoIterator<Item = (String, Place)>) -> Self {
        Self(places.into_iter().collect())
    }

    /// Where the value at `path` stands, or the innermost table above it that is written.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Place> {
        let mut path = path;
        loop {
            if let Some(place) = self.0.get(path) {
                return Some(place);
            }
            path = &path[..path.rfind('.')?];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_place_that_is_written_is_given() {
        let keys = Keys::new([("a".to_owned(), 1..2), ("a.b".to_owned(), 3..4)]);
        assert_eq!(keys.at("a.b"), Some(&(3..4)));
        assert_eq!(keys.at("a.c.d"), Some(&(1..2)));
        assert_eq!(keys.at("b"), None);
    }
}
