//! Times of day: `"09:00"`, `"17:30:15"`.

use super::Quantity;
use super::quantity::quantity_serde;
use crate::time::{NANOS_PER_SEC, Span};

/// A time of day, as the time since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TimeOfDay(pub Span);

/// The length of a day.
pub const DAY: Span = Span::from_secs(86_400);

impl Quantity for TimeOfDay {
    const NOUN: &'static str = "a time of day";
    const EXAMPLES: &'static [&'static str] = &["09:00", "17:30:15"];
    const UNITS: &'static [(&'static str, u64)] = &[];
    const PATTERN: &'static str = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$";

    fn from_text(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let number = |part: &&str, below: u64| {
            let is_plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u64>().ok().filter(|number| is_plain && *number < below)
        };
        let seconds = match parts.as_slice() {
            [h, m] => number(h, 24).zip(number(m, 60)).map(|(h, m)| h * 3_600 + m * 60),
            [h, m, s] => number(h, 24)
                .zip(number(m, 60))
                .zip(number(s, 60))
                .map(|((h, m), s)| h * 3_600 + m * 60 + s),
            _ => None,
        };
        let wrong = || "a time of day is from \"00:00\" to \"23:59:59\", in two digits".to_owned();
        seconds.map(|seconds| Self(Span::from_secs(seconds))).ok_or_else(wrong)
    }

    fn to_text(&self) -> String {
        let seconds = self.0.0 / NANOS_PER_SEC;
        let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        if s == 0 { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
    }
}

quantity_serde!(TimeOfDay);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_and_written_back() {
        for (text, seconds) in [("00:00", 0), ("09:00", 32_400), ("23:59:59", 86_399)] {
            let read = TimeOfDay::from_text(text).expect(text);
            assert_eq!((read.0, read.to_text().as_str()), (Span::from_secs(seconds), text));
        }
    }

    #[test]
    fn a_wrong_time_of_day_is_refused() {
        for text in ["9:00", "24:00", "12:60", "12", "noon", "12:00:00:00", "+1:00", ""] {
            assert!(TimeOfDay::from_text(text).is_err(), "{text}");
        }
    }
}
