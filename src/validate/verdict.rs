//! What all validations say: verdicts, what waits, and how numbers are written.

use serde::Serialize;

/// Whether a number is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is, within its tolerance.
    Pass,
    /// It is not, or there is no number.
    Miss,
    /// It is shown and not judged: what it should be is not known well enough.
    Exempt,
}

/// A case that cannot be run yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Its name.
    pub id: String,
    /// Its kind.
    pub group: String,
    /// The part of the program that it waits for.
    pub waits_for: &'static str,
}

impl Verdict {
    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Miss => "MISS",
            Self::Exempt => "exempt",
        }
    }
}

/// A number with five significant digits.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if !(1e-4..1e6).contains(&size) && size > 0.0 {
        return format!("{x:.3e}");
    }
    let whole = [1.0, 10.0, 100.0, 1e3, 1e4].iter().filter(|limit| size >= **limit).count();
    let small = [0.1, 0.01, 1e-3].iter().filter(|limit| size < **limit).count();
    let digits = if size > 0.0 { (5 + small).saturating_sub(whole) } else { 0 };
    format!("{x:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_five_significant_digits() {
        for (x, text) in [
            (0.0, "0"),
            (0.5, "0.50000"),
            (0.0123456, "0.012346"),
            (12.3456789, "12.346"),
            (17_343.904, "17344"),
            (1.7e-45, "1.700e-45"),
        ] {
            assert_eq!(number(x), text);
        }
    }
}
