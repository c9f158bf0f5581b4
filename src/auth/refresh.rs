//! Refresh tokens: short access tokens are renewed with a second, long one (RFC 6749), which is
//! exchanged for a new one each time it is used (rotation), so that a stolen one is noticed when
//! both its owner and the thief have used it (RFC 9700, section 4.14).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Record;
use crate::time::{Span, Time};

/// What a scenario says of refresh tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RefreshSpec {
    /// False takes them out, as a variant may want.
    pub enabled: bool,
    /// How long a refresh token lives; 30 days by default.
    pub lifetime: Span,
    /// Whether each use returns a new one and ends the old one.
    pub rotation: bool,
    /// For how long an old one is still taken for a harmless repetition, such as by a second tab;
    /// 0s by default.
    pub grace: Span,
    /// Whether the issuer keeps a record of what it issued. Without one nothing can be taken back.
    pub record: bool,
    /// The session store that keeps the records; without one they cost nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub store: Option<Spanned<String>>,
    /// How long before the end of the access token it is renewed; 0s by default.
    pub margin: Span,
    /// Renewals come earlier by up to this much more, at random; 0s by default.
    pub jitter: Span,
    /// Whether clients renew by a timer; otherwise with the first request that needs it.
    pub background: bool,
}

impl Default for RefreshSpec {
    fn default() -> Self {
        Self {
            enabled: true,
            lifetime: Span::from_secs(30 * 86_400),
            rotation: true,
            grace: Span::ZERO,
            record: true,
            store: None,
            margin: Span::ZERO,
            jitter: Span::ZERO,
            background: true,
        }
    }
}

/// A refresh token that somebody presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// When its family began, which tells it from others of its owner.
    pub family: Time,
    /// Which of its family it is.
    pub generation: u32,
    /// When it expires.
    pub expires: Time,
}

/// What the issuer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// It issues an access token, and a refresh token of this generation.
    Renews(u32),
    /// It refuses: the token has expired, or its family has ended.
    Refuses,
    /// It takes the token for a stolen one and ends the whole family.
    EndsFamily,
}

/// What becomes of a presented token. The record of the family, if one is kept, is brought up to
/// date.
pub(super) fn present(
    record: Option<&mut Record>,
    rotation: bool,
    grace: Span,
    token: Presented,
    now: Time,
) -> Reaction {
    let reaction = weighed(record.as_deref(), rotation, grace, token, now);
    let Some(record) = record else { return reaction };
    match reaction {
        Reaction::Renews(generation) if generation > record.generation => {
            (record.generation, record.rotated) = (generation, now);
        }
        Reaction::EndsFamily => record.ended = true,
        Reaction::Renews(_) | Reaction::Refuses => {}
    }
    reaction
}

/// What would become of a token, were it presented now.
pub(super) fn weighed(
    record: Option<&Record>,
    rotation: bool,
    grace: Span,
    token: Presented,
    now: Time,
) -> Reaction {
    if now > token.expires {
        return Reaction::Refuses;
    }
    let Some(record) = record else { return Reaction::Renews(token.generation) };
    if record.ended || record.created != token.family {
        return Reaction::Refuses;
    }
    if !rotation {
        return Reaction::Renews(token.generation);
    }
    if token.generation == record.generation {
        return Reaction::Renews(record.generation + 1);
    }
    let is_last = token.generation + 1 == record.generation;
    if is_last && now <= record.rotated + grace && !grace.is_zero() {
        return Reaction::Renews(record.generation);
    }
    Reaction::EndsFamily
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Time = Time(1_000);

    fn token(generation: u32) -> Presented {
        Presented { family: Time(0), generation, expires: LATE }
    }

    #[test]
    fn each_use_returns_a_new_token() {
        let mut record = Record::new(Time(0));
        let mut use_of = |n| present(Some(&mut record), true, Span::ZERO, token(n), Time(5));
        assert_eq!((use_of(0), use_of(1)), (Reaction::Renews(1), Reaction::Renews(2)));
    }

    #[test]
    fn an_old_token_ends_the_family_for_thief_and_owner_alike() {
        let mut record = Record::new(Time(0));
        let mut use_of = |n| present(Some(&mut record), true, Span::ZERO, token(n), Time(5));
        assert_eq!(use_of(0), Reaction::Renews(1));
        assert_eq!(use_of(0), Reaction::EndsFamily);
        assert_eq!((use_of(1), use_of(2)), (Reaction::Refuses, Reaction::Refuses));
    }

    #[test]
    fn within_the_grace_time_the_last_token_may_be_used_again() {
        let mut record = Record::new(Time(0));
        let mut use_at = |n, at| present(Some(&mut record), true, Span(10), token(n), Time(at));
        assert_eq!(use_at(0, 5), Reaction::Renews(1));
        assert_eq!(use_at(0, 15), Reaction::Renews(1));
        assert_eq!(use_at(0, 16), Reaction::EndsFamily);
    }

    #[test]
    fn a_token_of_an_earlier_log_in_is_refused_and_ends_nothing() {
        let mut record = Record::new(Time(3));
        let old = token(0);
        assert_eq!(present(Some(&mut record), true, Span::ZERO, old, Time(5)), Reaction::Refuses);
        assert!(!record.ended);
    }

    #[test]
    fn without_a_record_or_without_rotation_nothing_is_noticed() {
        let (mut record, at) = (Record::new(Time(0)), Time(5));
        for _ in 0..3 {
            let plain = present(Some(&mut record), false, Span::ZERO, token(0), at);
            assert_eq!(plain, Reaction::Renews(0));
            assert_eq!(present(None, true, Span::ZERO, token(0), at), Reaction::Renews(0));
        }
        let late = present(None, true, Span::ZERO, token(0), Time(1_001));
        assert_eq!(late, Reaction::Refuses);
    }
}
