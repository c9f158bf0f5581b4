//! A request, as far as caches read it.

use super::{Control, Head, Method, Tag, Vary};
use crate::rng::{hash_name, mix};

/// What caches read of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// Its `Cache-Control`; `Pragma: no-cache` counts where there is none.
    pub control: Control,
    /// Whether it says who asks.
    pub has_authorization: bool,
    /// Whether it carries cookies.
    pub has_cookie: bool,
    /// Whether it wants only a part.
    pub has_range: bool,
    /// The entity tags of what the asker has already; an empty list without `If-None-Match`.
    pub known: Box<[Tag]>,
    /// Whether anything that the asker has is as good as another: `If-None-Match: *`.
    pub knows_any: bool,
    /// The second of the run's clock since which the asker knows it.
    pub known_since: Option<i64>,
    /// The hashes of names in lower case and values of all headers, by name.
    headers: Box<[(u64, u64)]>,
}

impl Question {
    /// Reads the headers of a request; `date` reads a date of HTTP as a second of the run's clock.
    #[must_use]
    pub fn read<'a>(
        method: Method,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
        date: impl Fn(&str) -> Option<i64>,
    ) -> Self {
        let mut question = Self { method, ..Self::default() };
        let (mut all, mut pragma, mut has_control) = (Vec::new(), false, false);
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            all.push((hash_name(&name), hash_name(value.trim())));
            match name.as_str() {
                "cache-control" => {
                    (question.control, has_control) = (Control::parse(value), true);
                }
                "pragma" => pragma = value.trim().eq_ignore_ascii_case("no-cache"),
                "authorization" => question.has_authorization = true,
                "cookie" => question.has_cookie = true,
                "range" => question.has_range = true,
                "if-none-match" if value.trim() == "*" => question.knows_any = true,
                "if-none-match" => question.known = value.split(',').map(Tag::parse).collect(),
                "if-modified-since" => question.known_since = date(value),
                _ => {}
            }
        }
        question.control.no_cache |= pragma && !has_control;
        all.sort_unstable();
        question.headers = all.into();
        question
    }

    /// Whether the request has a header of this name, in lower case, with a value that is neither
    /// empty nor `0`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let nothing = [hash_name(""), hash_name("0")];
        self.value(name).is_some_and(|value| !nothing.contains(&value))
    }

    fn value(&self, name: &str) -> Option<u64> {
        let name = hash_name(name);
        let place = self.headers.binary_search_by_key(&name, |(name, _)| *name).ok()?;
        Some(self.headers[place].1)
    }

    /// A number for the values of the headers that an answer depends on; `ignored` ones are not
    /// looked at. Requests with another number get another answer.
    #[must_use]
    pub fn variant(&self, vary: &Vary, ignored: &[&str]) -> u64 {
        let Vary::On(names) = vary else { return 0 };
        let read = names.iter().filter(|name| !ignored.contains(&&***name));
        read.fold(0, |hash, name| mix(hash ^ self.value(name).unwrap_or(0)).rotate_left(7))
    }

    /// Whether the asker has already what an answer with this head would bring, so that `304`
    /// says it all (RFC 9110, section 13.2.2). By dates, whoever has it as it was changed last has
    /// it; `exactly` then means that an asker who names a later date has not.
    #[must_use]
    pub fn knows(&self, head: &Head, exactly: bool) -> bool {
        if self.knows_any || !self.known.is_empty() {
            let is_known = head.etag.is_some_and(|tag| self.known.contains(&tag));
            return self.knows_any || is_known;
        }
        let known = self.known_since.zip(head.last_modified);
        known.is_some_and(|(since, changed)| changed == since || (changed < since && !exactly))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(headers: &[(&str, &str)]) -> Question {
        Question::read(Method::Get, headers.iter().copied(), |text| text.parse().ok())
    }

    #[test]
    fn requests_that_differ_in_what_an_answer_depends_on_get_different_ones() {
        let vary = Vary::parse("Accept-Encoding, X-Foo");
        let of = |headers: &[(&str, &str)]| question(headers).variant(&vary, &[]);
        assert_eq!(of(&[("x-foo", "a"), ("y", "1")]), of(&[("y", "2"), ("X-Foo", " a ")]));
        assert_ne!(of(&[("x-foo", "a, b")]), of(&[("x-foo", "a,b")]));
        assert_ne!(of(&[("x-foo", "a")]), of(&[("accept-encoding", "a")]));
        let gzip = question(&[("accept-encoding", "gzip")]);
        assert_eq!(gzip.variant(&vary, &["accept-encoding"]), question(&[]).variant(&vary, &[]));
    }

    #[test]
    fn who_has_it_already_is_told_so() {
        let head =
            Head { etag: Some(Tag::parse("\"v1\"")), last_modified: Some(5), ..Head::default() };
        assert!(question(&[("if-none-match", "\"v0\", W/\"v1\"")]).knows(&head, false));
        assert!(question(&[("if-none-match", "*")]).knows(&head, false));
        assert!(
            !question(&[("if-none-match", "\"zz\""), ("if-modified-since", "9")])
                .knows(&head, false)
        );
        assert!(question(&[("if-modified-since", "5")]).knows(&head, true));
        let later = question(&[("if-modified-since", "6")]);
        assert!(later.knows(&head, false) && !later.knows(&head, true));
        assert!(!question(&[("if-modified-since", "4")]).knows(&head, false));
        assert!(!question(&[]).knows(&head, false));
    }

    #[test]
    fn pragma_counts_where_there_is_no_cache_control() {
        assert!(question(&[("pragma", "no-cache")]).control.no_cache);
        assert!(
            !question(&[("pragma", "no-cache"), ("cache-control", "max-age=1")]).control.no_cache
        );
    }

    #[test]
    fn a_header_that_is_empty_or_zero_switches_nothing_on() {
        let asked = question(&[("x-a", "1"), ("x-b", "0"), ("x-c", "")]);
        assert_eq!(
            ["x-a", "x-b", "x-c", "x-d"].map(|it| asked.has(it)),
            [true, false, false, false]
        );
    }
}
