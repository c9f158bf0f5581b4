//! Bandwidths: `"100Mbit/s"`, `"1Gbit/s"`, `"12MB/s"`.

use super::Quantity;
use super::quantity::{quantity_serde, split, unit};
use crate::time::Span;

/// A bandwidth in bits a second; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bandwidth(u64);

impl Bandwidth {
    /// How long the line is taken by `bytes`.
    #[must_use]
    pub fn time_for(self, bytes: u64) -> Span {
        let nanos = u128::from(bytes) * 8_000_000_000 / u128::from(self.0);
        Span(u64::try_from(nanos).unwrap_or(u64::MAX).min(crate::time::MAX_SPAN.0))
    }
}

impl Quantity for Bandwidth {
    const NOUN: &'static str = "a bandwidth";
    const EXAMPLES: &'static [&'static str] = &["100Mbit/s", "1Gbit/s", "12MB/s"];
    const UNITS: &'static [(&'static str, u64)] = &[
        ("Mbit/s", 1_000_000),
        ("Gbit/s", 1_000_000_000),
        ("kbit/s", 1_000),
        ("bit/s", 1),
        ("B/s", 8),
        ("kB/s", 8_000),
        ("MB/s", 8_000_000),
        ("GB/s", 8_000_000_000),
    ];
    const PATTERN: &'static str = r"^[0-9][0-9_]*(\.[0-9]+)?([kMG]?bit|[kMG]?B)/s$";

    fn from_text(text: &str) -> Result<Self, String> {
        let (number, name) = split::<Self>(text)?;
        match number.times(unit::<Self>(name)?) {
            Some(0) => {
                Err("a bandwidth is more than nothing: leave it out for no limit".to_owned())
            }
            Some(bits) => Ok(Self(bits)),
            None => Err("a bandwidth is below 2^64 bit/s".to_owned()),
        }
    }

    fn to_text(&self) -> String {
        let units = [(1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1_000, "kbit/s")];
        let (size, unit) = units
            .into_iter()
            .find(|(size, _)| self.0.is_multiple_of(*size))
            .unwrap_or((1, "bit/s"));
        format!("{}{unit}", self.0 / size)
    }
}

quantity_serde!(Bandwidth);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kibibyte_takes_a_line_for_its_bits() {
        let line = Bandwidth::from_text("8kbit/s").expect("a sound bandwidth");
        assert_eq!(line.time_for(1_000), Span::from_secs(1));
        assert_eq!(Bandwidth::from_text("1kB/s"), Ok(line));
    }

    #[test]
    fn a_bandwidth_is_written_in_the_largest_unit_that_is_exact() {
        for text in ["100Mbit/s", "1Gbit/s", "1500kbit/s", "1001bit/s", "2000Gbit/s"] {
            let line = Bandwidth::from_text(text).expect("a sound bandwidth");
            assert_eq!(line.to_text(), text);
        }
        assert_eq!(
            Bandwidth::from_text("12MB/s").map(|line| line.to_text()),
            Ok("96Mbit/s".into())
        );
    }

    #[test]
    fn a_line_without_bandwidth_is_refused() {
        let error = Bandwidth::from_text("0Mbit/s").expect_err("no bandwidth");
        assert!(error.contains("more than nothing"), "{error}");
    }
}
