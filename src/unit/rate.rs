//! Rates: `"600/s"`, `"90/min"`, `"5/h"`.

use super::Quantity;
use super::quantity::{quantity_serde, split, unit};
use crate::time::NANOS_PER_SEC;

/// How often something happens, per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

/// The largest rate: one a nanosecond, the clock's tick.
const MAX_PER_SEC: f64 = 1e9;

impl Quantity for Rate {
    const NOUN: &'static str = "a rate";
    const EXAMPLES: &'static [&'static str] = &["600/s", "90/min"];
    const UNITS: &'static [(&'static str, u64)] = &[
        ("/s", NANOS_PER_SEC),
        ("/min", 60 * NANOS_PER_SEC),
        ("/h", 3_600 * NANOS_PER_SEC),
        ("/ms", 1_000_000),
    ];
    const PATTERN: &'static str = r"^[0-9][0-9_]*(\.[0-9]+)?/(ms|s|min|h)$";

    #[allow(clippy::cast_precision_loss, reason = "the units are powers of ten times 36")]
    fn from_text(text: &str) -> Result<Self, String> {
        let (number, name) = split::<Self>(text)?;
        let per = unit::<Self>(name)?;
        let per_sec = number.as_f64() * (NANOS_PER_SEC as f64 / per as f64);
        if per_sec > MAX_PER_SEC {
            return Err("a rate is at most 1_000_000_000/s, one a nanosecond".to_owned());
        }
        Ok(Self(per_sec))
    }

    fn to_text(&self) -> String {
        format!("{}/s", self.0)
    }
}

quantity_serde!(Rate);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_second_whatever_their_unit() {
        for (text, per_sec) in [("600/s", 600.0), ("90/min", 1.5), ("36/h", 0.01), ("2/ms", 2000.0)]
        {
            assert_eq!(Rate::from_text(text), Ok(Rate(per_sec)), "{text}");
        }
    }

    #[test]
    fn a_wrong_rate_is_refused_with_the_remedy() {
        for (text, said) in [
            ("600", "needs a unit: did you mean \"600/s\""),
            ("600/day", "the units are"),
            ("2000000000/s", "at most"),
            ("-1/s", "never negative"),
        ] {
            let error = Rate::from_text(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
