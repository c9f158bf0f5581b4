//! Numbers as people read them: no more digits than are known.

use std::fmt;

/// Digits of a number whose precision is unknown.
const PLAIN_DIGITS: usize = 4;
/// A half-width of this share of its number comes from rounding.
const ROUNDING: f64 = 1e-12;

/// A number and its half-width, rounded to the same place: `12.34 ± 0.05`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounded {
    /// The number.
    pub value: String,
    /// The half-width, if it has one.
    pub half_width: Option<String>,
}

impl Rounded {
    /// `value` to the place of the first digit of `half_width`, or of its second if the first is
    /// a 1: rounding 0.14 to 0.1 would promise too much.
    ///
    /// A half-width of zero, or none that is finite, leaves four digits; so does one that is
    /// nothing but the rounding of machine numbers.
    #[must_use]
    pub fn new(value: f64, half_width: f64) -> Self {
        let least = ROUNDING * value.abs();
        if !(half_width.is_finite() && half_width > least && value.is_finite()) {
            return Self::plain(value);
        }
        let place = last_place(half_width);
        Self { value: at_place(value, place), half_width: Some(at_place(half_width, place)) }
    }

    /// `value` to four digits, when there is no half-width.
    #[must_use]
    pub fn plain(value: f64) -> Self {
        let text = if value.is_finite() {
            let place = exponent(value, PLAIN_DIGITS - 1) - (PLAIN_DIGITS as i32 - 1);
            trim(at_place(value, place.min(0)))
        } else {
            "-".to_owned()
        };
        Self { value: text, half_width: None }
    }
}

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.half_width {
            Some(half_width) => f.pad(&format!("{} ± {half_width}", self.value)),
            None => f.pad(&self.value),
        }
    }
}

/// A count with its thousands set apart: `1,234,567`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A ratio within 0 and 1 and its half-width in percent: `83.2 ± 0.4 %`. Without a half-width, less
/// than all is never `100 %`.
#[must_use]
pub fn percent(ratio: f64, half_width: f64) -> String {
    let rounded = Rounded::new(100.0 * ratio, 100.0 * half_width);
    let missing = 100.0 * (1.0 - ratio);
    if missing > 0.0 && rounded.half_width.is_none() && rounded.value == "100" {
        return format!("{} %", at_place(100.0 * ratio, exponent(missing, 0)));
    }
    format!("{rounded} %")
}

/// A ratio of two designs: `1.35x`, to three digits.
#[must_use]
pub fn times(ratio: f64) -> String {
    if !ratio.is_finite() {
        return "-".to_owned();
    }
    format!("{}x", at_place(ratio, (exponent(ratio, 2) - 2).clamp(-9, 0)))
}

/// The power of ten of the last digit to print with this half-width.
fn last_place(half_width: f64) -> i32 {
    let leads_with_1 = [format!("{half_width:.0e}"), format!("{half_width:.1e}")];
    let place = exponent(half_width, 0);
    if leads_with_1.iter().any(|text| text.starts_with('1')) { place - 1 } else { place }
}

/// The power of ten of the first digit after rounding to one digit and `more`.
///
/// It is read from the decimal form, which is exact and the same on every platform, unlike a
/// logarithm.
fn exponent(value: f64, more: usize) -> i32 {
    exponent_of(&format!("{value:.more$e}"))
}

fn exponent_of(scientific: &str) -> i32 {
    scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0)
}

/// `value` rounded to a multiple of 10^`place`, in plain decimals.
fn at_place(value: f64, place: i32) -> String {
    let Ok(zeros) = u32::try_from(place) else {
        let decimals = place.unsigned_abs() as usize;
        return without_negative_zero(format!("{value:.decimals$}"));
    };
    // Whole tens and hundreds: cut the digits of the scientific form.
    let first = exponent_of(&format!("{value:e}"));
    let digits = usize::try_from(first - place).ok();
    let rounded = match digits {
        Some(digits) => format!("{value:.digits$e}").parse().unwrap_or(value),
        None => {
            // The value is smaller than the place: 0 or one unit of it.
            let unit = libm::exp10(f64::from(zeros));
            (value / unit).round() * unit
        }
    };
    without_negative_zero(format!("{rounded:.0}"))
}

fn without_negative_zero(text: String) -> String {
    let is_zero = !text.contains(|c: char| c.is_ascii_digit() && c != '0');
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// Without the zeros after the point that say nothing.
fn trim(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_half_width() {
        for (value, half_width, text) in [
            (12.3416, 0.0512, "12.34 ± 0.05"),
            (12.3416, 0.0149, "12.342 ± 0.015"),
            (12.3416, 0.14, "12.34 ± 0.14"),
            (12.3416, 0.096, "12.34 ± 0.10"),
            (12_345.6, 312.0, "12300 ± 300"),
            (12_345.6, 1_312.0, "12300 ± 1300"),
            (99_960.0, 500.0, "100000 ± 500"),
            (40.0, 300.0, "0 ± 300"),
            (260.0, 300.0, "300 ± 300"),
            (-0.0004, 0.3, "0.0 ± 0.3"),
            (0.000_012_34, 0.000_000_5, "0.0000123 ± 0.0000005"),
        ] {
            assert_eq!(Rounded::new(value, half_width).to_string(), text);
        }
    }

    #[test]
    fn a_number_without_a_half_width_has_four_digits() {
        for (value, text) in [
            (1.0 / 3.0, "0.3333"),
            (2.5, "2.5"),
            (1_234_567.8, "1234568"),
            (0.0, "0"),
            (f64::NAN, "-"),
            (9_999.96, "10000"),
        ] {
            assert_eq!(Rounded::plain(value).to_string(), text);
            assert_eq!(Rounded::new(value, 0.0).to_string(), text);
            assert_eq!(Rounded::new(value, 2e-16 * value).to_string(), text);
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), text);
        }
    }

    #[test]
    fn less_than_all_is_never_a_hundred_percent() {
        let shares = [0.999_6, 0.999_96, 0.999_99, 0.999_996, 0.999_999_1, 0.999_999_94];
        let shown = ["99.96 %", "99.996 %", "99.999 %", "99.9996 %", "99.99991 %", "99.999994 %"];
        assert_eq!(shares.map(|share| percent(share, 0.0)), shown);
        let nearest = percent(1.0 - f64::EPSILON, 0.0);
        assert!(nearest.starts_with("99.9999"), "{nearest}");
    }

    #[test]
    fn ratios_are_read_in_percent_or_in_times() {
        assert_eq!(percent(0.8324, 0.004), "83.2 ± 0.4 %");
        assert_eq!(percent(0.999, 0.0), "99.9 %");
        assert_eq!(percent(1.0, 0.0), "100 %");
        for (ratio, text) in [(1.349, "1.35x"), (0.123_4, "0.123x"), (250.3, "250x")] {
            assert_eq!(times(ratio), text);
        }
    }
}
