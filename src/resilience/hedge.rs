//! Hedging: a second copy of a request when the first is slow.
//!
//! If no answer has come `after` so long, a copy goes to another backend, and again up to `max`
//! copies; the first answer counts. With `after` at the 95th percentile it adds 5 % of load and
//! cuts the tail. *Weakness*: under overload everything is slow, and hedging doubles the load.
//! *Source*: Dean and Barroso, "The Tail at Scale", CACM 56 (2013).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Span;
use crate::unit::{length_keys, whole_keys};

/// When a caller sends a request again without waiting for the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HedgeSpec {
    /// After so long without an answer to the last copy.
    #[serde(deserialize_with = "after")]
    pub after: Span,
    /// So many copies beside the first, 1 to 10. Default 1.
    #[serde(default = "one", deserialize_with = "max")]
    #[schemars(range(min = 1, max = 10))]
    pub max: u32,
    /// Whether requests that change something are sent twice too. Default false.
    #[serde(default)]
    pub non_idempotent: bool,
}

whole_keys! { max: 1..=10; }
length_keys! { after: "100ms"; }

const fn one() -> u32 {
    1
}

/// The rule, made ready.
#[derive(Debug, Clone)]
pub struct Hedge(HedgeSpec);

impl Hedge {
    /// The rule that `spec` describes.
    #[must_use]
    pub fn new(spec: &HedgeSpec) -> Self {
        Self(spec.clone())
    }

    /// How long to wait for an answer before another copy is sent of a request of which so many
    /// are out, the first included; `None` if no other is.
    #[inline]
    #[must_use]
    pub fn wait(&self, copies: u32, is_idempotent: bool) -> Option<Span> {
        let may = copies <= self.0.max && (is_idempotent || self.0.non_idempotent);
        may.then_some(self.0.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_copies_are_sent_one_after_the_other() {
        let hedge = Hedge::new(&toml::from_str("after = \"50ms\"\nmax = 2").unwrap());
        let wait = Some(Span::from_millis(50));
        assert_eq!([1, 2, 3].map(|copies| hedge.wait(copies, true)), [wait, wait, None]);
        assert_eq!(hedge.wait(1, false), None);
    }

    #[test]
    fn every_key_is_read_and_an_impossible_value_refused() {
        let text = "after = \"50ms\"\nmax = 2\nnon_idempotent = true\n";
        let spec: HedgeSpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).as_deref(), Ok(text));
        for (text, said) in [
            ("max = 1", "missing field `after`"),
            ("after = \"0s\"", "`after` is longer than 0s"),
            ("after = \"1s\"\nmax = 11", "`max` is a whole number from 1 to 10, not 11"),
        ] {
            let error = toml::from_str::<HedgeSpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
