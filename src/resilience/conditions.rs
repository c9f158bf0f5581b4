//! Sets of outcomes, by the words of a scenario.
//!
//! Two vocabularies for one thing: plain words (`connect`, `timeout`, `reset`, `status:503`,
//! `status:5xx`) and nginx's (`error`, `timeout`, `http_503`). A set is a few bits, so asking it
//! costs nothing.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::Outcome;

/// A set of outcomes, in plain words.
pub type Conditions = Set<Plain>;

/// A set of outcomes, in the words of nginx's `proxy_next_upstream`.
pub type NginxConditions = Set<Nginx>;

/// A set of outcomes that is written in the words `W`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set<W> {
    /// One bit for each kind of outcome without a status.
    kinds: u8,
    /// One bit for each status from 400 on.
    statuses: [u64; 4],
    words: PhantomData<W>,
}

const REFUSED: u8 = 1;
const CONNECT_TIMEOUT: u8 = 2;
const READ_TIMEOUT: u8 = 4;
const RESET: u8 = 8;
const NO_BACKEND: u8 = 16;
const RATE_LIMITED: u8 = 32;

/// The statuses that a set may name.
const STATUSES: std::ops::RangeInclusive<u16> = 400..=599;

/// A vocabulary.
pub trait Words {
    /// Words for kinds of outcomes, and the kinds; larger ones first.
    const KINDS: &'static [(&'static str, u8)];
    /// What stands before a status.
    const STATUS: &'static str;
    /// What is allowed, for messages.
    const ALLOWED: &'static str;
}

/// The plain vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {}

/// nginx's vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nginx {}

impl Words for Plain {
    const KINDS: &'static [(&'static str, u8)] = &[
        ("connect", REFUSED | CONNECT_TIMEOUT),
        ("refused", REFUSED),
        ("connect-timeout", CONNECT_TIMEOUT),
        ("timeout", READ_TIMEOUT),
        ("reset", RESET),
        ("no-backend", NO_BACKEND),
        ("rate-limited", RATE_LIMITED),
    ];
    const STATUS: &'static str = "status:";
    const ALLOWED: &'static str = "`connect` (or one of `refused`, `connect-timeout`), `timeout`, \
                                   `reset`, `no-backend`, `rate-limited`, `status:503`, \
                                   `status:5xx`";
}

impl Words for Nginx {
    const KINDS: &'static [(&'static str, u8)] =
        &[("error", REFUSED | RESET), ("timeout", CONNECT_TIMEOUT | READ_TIMEOUT)];
    const STATUS: &'static str = "http_";
    const ALLOWED: &'static str = "`error`, `timeout` and statuses such as `http_502`";
}

impl<W> Set<W> {
    /// No outcome.
    pub const NONE: Self = Self { kinds: 0, statuses: [0; 4], words: PhantomData };

    /// Whether this outcome is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(&self, outcome: Outcome) -> bool {
        let kind = match outcome {
            Outcome::Refused => REFUSED,
            Outcome::ConnectTimeout => CONNECT_TIMEOUT,
            Outcome::ReadTimeout => READ_TIMEOUT,
            Outcome::Reset => RESET,
            Outcome::NoBackend => NO_BACKEND,
            Outcome::RateLimited => RATE_LIMITED,
            // A limit answers with 429, by which a caller knows that it was turned away.
            Outcome::Status(429) if self.kinds & RATE_LIMITED != 0 => RATE_LIMITED,
            Outcome::Status(status) => return self.has_status(status),
        };
        self.kinds & kind != 0
    }

    #[inline]
    const fn has_status(&self, status: u16) -> bool {
        let (from, to) = (*STATUSES.start(), *STATUSES.end());
        if status < from || status > to {
            return false;
        }
        let place = status - from;
        self.statuses[(place / 64) as usize] >> (place % 64) & 1 != 0
    }

    /// Whether it has statuses.
    #[must_use]
    pub fn names_statuses(&self) -> bool {
        self.statuses != [0; 4]
    }

    fn add_status(&mut self, status: u16) {
        let place = status - STATUSES.start();
        self.statuses[usize::from(place / 64)] |= 1 << (place % 64);
    }
}

impl<W: Words> Set<W> {
    /// The set of the outcomes that these words name.
    ///
    /// # Errors
    /// If a word names no outcome: a sentence with those that do.
    pub fn of(words: &[&str]) -> Result<Self, String> {
        let mut set = Self::NONE;
        for word in words {
            set.add(word)?;
        }
        Ok(set)
    }

    fn add(&mut self, word: &str) -> Result<(), String> {
        if let Some((_, kinds)) = W::KINDS.iter().find(|(known, _)| *known == word) {
            self.kinds |= kinds;
            return Ok(());
        }
        let statuses = match word.strip_prefix(W::STATUS) {
            Some("4xx") => 400..=499,
            Some("5xx") => 500..=599,
            Some(number) => {
                let status = number.parse().ok().filter(|status| STATUSES.contains(status));
                let status: u16 = status.ok_or_else(|| {
                    format!("`{word}`: a status from 400 to 599 stands after `{}`", W::STATUS)
                })?;
                status..=status
            }
            None => return Err(format!("unknown outcome `{word}`: there are {}", W::ALLOWED)),
        };
        statuses.for_each(|status| self.add_status(status));
        Ok(())
    }

    /// The words for this set, none twice.
    fn words(&self) -> Vec<String> {
        let mut left = self.kinds;
        let mut words = Vec::new();
        for (word, kinds) in W::KINDS {
            if left & kinds == *kinds {
                left &= !kinds;
                words.push((*word).to_owned());
            }
        }
        for class in [4_u16, 5] {
            let mut range = class * 100..(class + 1) * 100;
            if range.all(|status| self.has_status(status)) {
                words.push(format!("{}{class}xx", W::STATUS));
                continue;
            }
            let range = class * 100..(class + 1) * 100;
            let had = range.filter(|status| self.has_status(*status));
            words.extend(had.map(|status| format!("{}{status}", W::STATUS)));
        }
        words
    }
}

struct SetVisitor<W>(PhantomData<W>);

impl<'de, W: Words> Visitor<'de> for SetVisitor<W> {
    type Value = Set<W>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of outcomes: {}", W::ALLOWED)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Set<W>, A::Error> {
        let mut set = Set::NONE;
        while let Some(word) = list.next_element::<String>()? {
            set.add(&word).map_err(A::Error::custom)?;
        }
        Ok(set)
    }
}

impl<'de, W: Words> Deserialize<'de> for Set<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(SetVisitor(PhantomData))
    }
}

impl<W: Words> Serialize for Set<W> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let words = self.words();
        let mut list = to.serialize_seq(Some(words.len()))?;
        for word in &words {
            list.serialize_element(word)?;
        }
        list.end()
    }
}

impl<W: Words> JsonSchema for Set<W> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Outcomes{}", W::STATUS.trim_end_matches([':', '_'])).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<&str> = W::KINDS.iter().map(|(word, _)| *word).collect();
        let pattern = format!("^{}([45][0-9][0-9]|[45]xx)$", W::STATUS);
        json_schema!({
            "type": "array",
            "items": { "oneOf": [{ "enum": kinds }, { "type": "string", "pattern": pattern }] },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Outcome; 6] = [
        Outcome::Refused,
        Outcome::ConnectTimeout,
        Outcome::ReadTimeout,
        Outcome::Reset,
        Outcome::NoBackend,
        Outcome::RateLimited,
    ];

    #[test]
    fn words_name_outcomes() {
        let set = Conditions::of(&["connect", "reset", "status:503"]).unwrap();
        let has: Vec<bool> = ALL.iter().map(|outcome| set.contains(*outcome)).collect();
        assert_eq!(has, [true, true, false, true, false, false]);
        let statuses =
            [200, 400, 502, 503, 504].map(|status| set.contains(Outcome::Status(status)));
        assert_eq!(statuses, [false, false, false, true, false]);
    }

    #[test]
    fn nginx_calls_a_broken_connection_an_error_and_both_waits_a_timeout() {
        let error = NginxConditions::of(&["error"]).unwrap();
        let timeout = NginxConditions::of(&["timeout"]).unwrap();
        let has = |set: NginxConditions| ALL.map(|outcome| set.contains(outcome));
        assert_eq!(has(error), [true, false, false, true, false, false]);
        assert_eq!(has(timeout), [false, true, true, false, false, false]);
    }

    #[test]
    fn a_set_is_written_in_the_fewest_words_and_read_again() {
        for (words, written) in [
            (&["refused", "connect-timeout"][..], &["connect"][..]),
            (
                &["connect-timeout", "status:599", "status:400"],
                &["connect-timeout", "status:400", "status:599"],
            ),
            (&["status:5xx", "status:503", "timeout"], &["timeout", "status:5xx"]),
            (&[], &[]),
        ] {
            let set = Conditions::of(words).unwrap();
            assert_eq!(set.words(), written);
            let text = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::from_str::<Conditions>(&text).unwrap(), set);
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_those_that_are_known() {
        let error = Conditions::of(&["error"]).expect_err("nginx's word");
        assert!(error.contains("unknown outcome `error`: there are `connect`"), "{error}");
        let error = Conditions::of(&["status:200"]).expect_err("a success");
        assert!(error.contains("a status from 400 to 599 stands after `status:`"), "{error}");
        let error = NginxConditions::of(&["reset"]).expect_err("a plain word");
        assert!(error.contains("there are `error`, `timeout`"), "{error}");
    }
}
