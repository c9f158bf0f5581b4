//! Columns side by side, for tables of numbers that may be as wide as they are.

use crate::metrics::Unit;
use crate::report::number;
use crate::stats::{Interval, Status};
use crate::study::SweepReading;

/// Columns side by side: the first `left` of them begin alike, the others end alike.
pub(super) fn aligned(rows: &[Vec<String>], left: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|it| it.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            line.push_str(if column == 0 { "" } else { "  " });
            line.push_str(&if column < left {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A number of this unit as it is printed, with `~` if it is from few data.
pub(super) fn figure(unit: Unit, reading: Option<&SweepReading>) -> String {
    let Some(reading) = reading else { return "-".to_owned() };
    let [Some(mean), low, high] = reading.numbers else { return "-".to_owned() };
    let interval = low.zip(high).map(|(low, high)| Interval { mean, low, high });
    let mark = if reading.status == Status::FewData { "~" } else { "" };
    format!("{mark}{}", number(unit, mean, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_one_side_is_a_bound_and_never_a_number_with_a_half_width() {
        let share = |mean, low, high| {
            let numbers = [Some(mean), Some(low), Some(high)];
            figure(Unit::Share, Some(&SweepReading { numbers, status: Status::Ok }))
        };
        assert_eq!(share(1.0, 0.9997, 1.0), "≥ 99.97 %");
        assert_eq!(share(0.0, 0.0, 0.0003), "≤ 0.03 %");
        assert_eq!(share(0.982, 0.980, 0.984), "98.2 ± 0.2 %");
    }
}
