//! Durations: `"20ms"`, `"1.5s"`, `"10min"`, `"2h"`, `"30d"`.

use super::Quantity;
use super::quantity::{quantity_serde, split, unit};
use crate::time::{MAX_SPAN, Span};

impl Quantity for Span {
    const NOUN: &'static str = "a duration";
    const EXAMPLES: &'static [&'static str] = &["20ms", "1.5s", "10min"];
    const UNITS: &'static [(&'static str, u64)] = &[
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    const PATTERN: &'static str = r"^[0-9][0-9_]*(\.[0-9]+)?(ns|us|ms|s|min|h|d)$";

    fn from_text(text: &str) -> Result<Self, String> {
        let (number, name) = split::<Self>(text)?;
        if name == "m" {
            return Err("`m` could be minutes or milliseconds: write `min` or `ms`".to_owned());
        }
        let nanos = number.times(unit::<Self>(name)?).filter(|n| *n <= MAX_SPAN.0);
        match nanos {
            Some(0) if number.digits > 0 => {
                Err("a duration shorter than half a nanosecond: the clock counts 1ns".to_owned())
            }
            Some(nanos) => Ok(Self(nanos)),
            None => Err("a duration is at most 100 years".to_owned()),
        }
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

quantity_serde!(Span);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly() {
        for (text, nanos) in [
            ("20ms", 20_000_000),
            ("1.5s", 1_500_000_000),
            ("10min", 600_000_000_000),
            ("0.1us", 100),
            ("0s", 0),
            ("1_000ns", 1_000),
            ("0.123456789s", 123_456_789),
        ] {
            assert_eq!(Span::from_text(text), Ok(Span(nanos)), "{text}");
            let again = Span::from_text(&Span(nanos).to_text());
            assert_eq!(again, Ok(Span(nanos)), "{text} written and read again");
        }
    }

    #[test]
    fn a_wrong_duration_is_refused_with_the_remedy() {
        for (text, said) in [
            ("10", "needs a unit: did you mean \"10ms\" or \"10s\" or \"10min\"?"),
            ("10 ms", "write \"10ms\""),
            ("5m", "minutes or milliseconds"),
            ("5parsec", "the units are ms, s, min, h, d, us, ns"),
            ("-5ms", "never negative"),
            ("1,5s", "decimal point"),
            ("0.0001ns", "shorter than half a nanosecond"),
            ("1000000000d", "at most 100 years"),
            ("", "a number with a unit"),
            ("nan", "a number with a unit"),
        ] {
            let error = Span::from_text(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
