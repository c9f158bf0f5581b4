//! Numbers of a trace, read exactly from their decimal text.

use crate::time::{MAX_SPAN, NANOS_PER_SEC};

/// The unit that ends the name of a column: `arrival_us`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
}

impl Unit {
    /// All units.
    pub const ALL: &[Self] = &[Self::Us, Self::Ms, Self::S];

    /// The end of the column's name.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Ms => "ms",
            Self::S => "s",
        }
    }

    const fn nanos(self) -> u64 {
        match self {
            Self::Us => 1_000,
            Self::Ms => 1_000_000,
            Self::S => NANOS_PER_SEC,
        }
    }
}

/// The nanoseconds that `text` stands for in this unit, to the nearest if it has more digits
/// than the clock; or what is wrong, to follow the name of the column.
pub(super) fn nanos(text: &str, unit: Unit) -> Result<u64, String> {
    let (digits, scale) = decimal(text)?;
    let mut nanos = digits.checked_mul(u128::from(unit.nanos()));
    if scale > 0 {
        let power = 10_u128.pow(scale);
        nanos = nanos.map(|n| (n + power / 2) / power);
    }
    let nanos = nanos.and_then(|n| u64::try_from(n).ok()).filter(|n| *n <= MAX_SPAN.0);
    nanos.ok_or_else(|| format!("is longer than 100 years: `{text}`"))
}

/// The whole number that `text` stands for; or what is wrong, to follow the name of the column.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    match decimal(text)? {
        (digits, 0) => u64::try_from(digits).map_err(|_| format!("is too large: `{text}`")),
        _ => Err(format!("is a whole number, not `{text}`")),
    }
}

/// Digits and how many of them stand after the point; at most 28, so that times a unit they fit.
fn decimal(text: &str) -> Result<(u128, u32), String> {
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.starts_with('-') {
        return Err(format!("is never negative: `{text}`"));
    }
    let wrong = || format!("is a decimal number such as 1024 or 0.5, not `{text}`");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || text.ends_with('.') || !digits_only(whole) || !digits_only(fraction) {
        return Err(wrong());
    }
    if whole.len() + fraction.len() > 28 {
        return Err(format!("has more than 28 digits: `{text}`"));
    }
    let digit = |sum: u128, byte: u8| sum * 10 + u128::from(byte - b'0');
    let digits = whole.bytes().chain(fraction.bytes()).fold(0, digit);
    Ok((digits, u32::try_from(fraction.len()).map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_exactly_to_the_nanosecond() {
        for (text, unit, expected) in [
            ("1024", Unit::Us, 1_024_000),
            ("0.001", Unit::Us, 1),
            ("0.1", Unit::Ms, 100_000),
            ("123456789.123456789", Unit::S, 123_456_789_123_456_789),
            ("007", Unit::Us, 7_000),
            ("0.0005", Unit::Us, 1),
            ("0.00049", Unit::Us, 0),
            ("3155760000", Unit::S, MAX_SPAN.0),
        ] {
            assert_eq!(nanos(text, unit), Ok(expected), "{text} {unit:?}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_reason() {
        for (text, said) in [
            ("", "is empty"),
            ("-1", "never negative"),
            ("+1", "a decimal number"),
            ("1e3", "a decimal number"),
            ("1_000", "a decimal number"),
            (".5", "a decimal number"),
            ("5.", "a decimal number"),
            ("1.2.3", "a decimal number"),
            ("nan", "a decimal number"),
            ("12ms", "a decimal number"),
            ("3155760001", "longer than 100 years"),
            ("1234567890123456789012345678", "longer than 100 years"),
            ("12345678901234567890123456789", "more than 28 digits"),
        ] {
            let error = nanos(text, Unit::S).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn sizes_are_whole() {
        assert_eq!(whole("18446744073709551615"), Ok(u64::MAX));
        assert!(whole("18446744073709551616").unwrap_err().contains("too large"));
        assert!(whole("1.5").unwrap_err().contains("a whole number"));
    }
}
