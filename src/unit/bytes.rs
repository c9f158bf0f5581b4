//! Sizes: `"24KiB"`, `"1.5MB"`, `"300B"`.

use super::Quantity;
use super::quantity::{quantity_serde, split, unit};

/// A size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub u64);

/// The largest size: one exbibyte.
const MAX_BYTES: u64 = 1 << 60;

impl Quantity for Bytes {
    const NOUN: &'static str = "a size";
    const EXAMPLES: &'static [&'static str] = &["24KiB", "1.5MB", "300B"];
    const UNITS: &'static [(&'static str, u64)] = &[
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("B", 1),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
    ];
    const PATTERN: &'static str = r"^[0-9][0-9_]*(\.[0-9]+)?([KMGT]iB|B|[kMGT]B)$";

    fn from_text(text: &str) -> Result<Self, String> {
        let (number, name) = split::<Self>(text)?;
        if matches!(name, "b" | "Kb" | "kb" | "Mb" | "Gb") {
            return Err(format!("`{name}` reads as bits: a size is in bytes, such as \"24KiB\""));
        }
        let bytes = number.times(unit::<Self>(name)?).filter(|n| *n <= MAX_BYTES);
        bytes.map(Self).ok_or_else(|| "a size is at most 1 EiB".to_owned())
    }

    fn to_text(&self) -> String {
        let binary = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
        let whole = binary.iter().find(|(_, bits)| self.0 > 0 && self.0.trailing_zeros() >= *bits);
        whole.map_or_else(
            || format!("{}B", self.0),
            |(name, bits)| format!("{}{name}", self.0 >> bits),
        )
    }
}

quantity_serde!(Bytes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_and_decimal_sizes_are_told_apart() {
        for (text, bytes) in
            [("24KiB", 24_576), ("1.5MB", 1_500_000), ("300B", 300), ("1MiB", 1_048_576)]
        {
            assert_eq!(Bytes::from_text(text), Ok(Bytes(bytes)), "{text}");
            assert_eq!(Bytes::from_text(&Bytes(bytes).to_text()), Ok(Bytes(bytes)));
        }
    }

    #[test]
    fn a_wrong_size_is_refused_with_the_remedy() {
        for (text, said) in [
            ("24", "needs a unit"),
            ("24Mb", "reads as bits"),
            ("24KB", "the units are"),
            ("2000000000TiB", "at most 1 EiB"),
        ] {
            let error = Bytes::from_text(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
