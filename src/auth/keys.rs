//! The keys that tokens are signed with (JWK set, RFC 7517): they change from time to time, and who
//! checks fetches the set at its start and when a token names a key that it does not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};

/// What a scenario says of the keys that sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysSpec {
    /// How long a key signs; then the next one does.
    pub rotate: Span,
    /// For how long after that its tokens are still accepted; by default until they expire. 0s is
    /// what a leaked key asks for: all have to log in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Span>,
}

impl KeysSpec {
    /// The number of the key that signs at this moment.
    #[must_use]
    pub const fn at(&self, moment: Time) -> u64 {
        moment.0 / self.rotate.0
    }

    /// Until when the tokens of the key are accepted that was the one at this moment.
    #[must_use]
    pub fn until(&self, issued: Time) -> Time {
        match self.overlap {
            Some(overlap) => Time((self.at(issued) + 1).saturating_mul(self.rotate.0)) + overlap,
            None => Time::NEVER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_for_a_while_and_its_tokens_outlive_it_as_long_as_they_may() {
        let keys = KeysSpec { rotate: Span(100), overlap: Some(Span(20)) };
        assert_eq!((keys.at(Time(99)), keys.at(Time(100))), (0, 1));
        assert_eq!((keys.until(Time(0)), keys.until(Time(150))), (Time(120), Time(220)));
        let kept = KeysSpec { overlap: None, ..keys };
        assert_eq!(kept.until(Time(0)), Time::NEVER);
    }
}
