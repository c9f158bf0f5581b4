//! Columns side by side, for tables of numbers that may be as wide as they are.

use crate::stats::{Rounded, Status};
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

/// A number as it is printed, with `~` if it is from few data.
pub(super) fn figure(reading: Option<&SweepReading>) -> String {
    let Some(reading) = reading else { return "-".to_owned() };
    let number = match reading.numbers {
        [Some(mean), Some(low), Some(high)] => Rounded::new(mean, (high - low) / 2.0),
        [Some(mean), _, _] => Rounded::plain(mean),
        _ => return "-".to_owned(),
    };
    let mark = if reading.status == Status::FewData { "~" } else { "" };
    format!("{mark}{number}")
}
