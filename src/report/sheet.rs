//! A table of a result as CSV.
//!
//! Cells that a spreadsheet would take for a formula are defused: a text that begins with one of
//! `= + - @`, a tab or a carriage return and is no number gets an apostrophe in front. Source:
//! OWASP, "CSV Injection".

use super::ResultFile;
use crate::stats::Interval;

/// A table that grows row by row.
pub(super) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// A word or sentence.
    Text(String),
    /// A number with all its digits; empty if there is none or it is not finite.
    Number(Option<f64>),
    /// A whole number.
    Count(u64),
    /// Nothing.
    Empty,
}

impl Sheet {
    /// A table with these columns and no row.
    pub(super) fn new(columns: &[&str]) -> Self {
        let mut sheet = Self { writer: csv::Writer::from_writer(Vec::new()) };
        sheet.push(&columns.iter().map(|name| Cell::from(*name)).collect::<Vec<_>>());
        sheet
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If it has more or fewer cells than there are columns.
    pub(super) fn push(&mut self, cells: &[Cell]) {
        let written = self.writer.write_record(cells.iter().map(Cell::text));
        written.expect("memory takes all bytes, and a row has as many cells as there are columns");
    }

    /// The table as the file called `name`.
    pub(super) fn into_file(self, name: &str) -> ResultFile {
        let bytes = self.writer.into_inner().expect("memory takes all bytes");
        ResultFile { name: name.to_owned(), bytes }
    }
}

impl Cell {
    /// The two ends of an interval.
    pub(super) fn ends(interval: Option<Interval>) -> [Self; 2] {
        [interval.map(|it| it.low), interval.map(|it| it.high)].map(Self::Number)
    }

    fn text(&self) -> String {
        match self {
            Self::Text(text) => defused(text),
            Self::Number(Some(number)) if number.is_finite() => plain(*number),
            Self::Number(_) | Self::Empty => String::new(),
            Self::Count(count) => count.to_string(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The shortest decimal that reads back as the same number; zero has no sign.
fn plain(number: f64) -> String {
    (number + 0.0).to_string()
}

fn defused(text: &str) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    if begins && !is_number { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[Cell]) -> String {
        let columns: Vec<&str> = cells.iter().map(|_| "c").collect();
        let mut sheet = Sheet::new(&columns);
        sheet.push(cells);
        let text = String::from_utf8(sheet.into_file("t.csv").bytes).expect("UTF-8");
        text.split_once('\n').expect("a header").1.to_owned()
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_defused() {
        for text in ["=1+1", "+cmd", "-x", "@sum", "\tx", "\rx", "=cmd|' /C calc'!A0"] {
            let cell = written(&[text.into()]);
            let cell = cell.trim_start_matches('"');
            assert!(cell.starts_with('\''), "{text:?}: {cell:?}");
        }
    }

    #[test]
    fn numbers_and_harmless_words_are_left_alone() {
        for text in ["-5", "+1e3", "scale-up", "*", "p99+"] {
            assert_eq!(written(&[text.into()]), format!("{text}\n"));
        }
    }

    #[test]
    fn numbers_read_back_as_they_were() {
        for number in [0.1 + 0.2, 1e-7, 123_456_789.123, -0.0, 1.0] {
            let text = written(&[Cell::Number(Some(number))]);
            assert_eq!(text.trim_end().parse::<f64>(), Ok(number));
            assert!(!text.starts_with("-0\n"));
        }
    }

    #[test]
    fn no_number_is_an_empty_cell() {
        let cells = [None, Some(f64::NAN), Some(f64::INFINITY)].map(Cell::Number);
        assert_eq!(written(&cells), ",,\n");
    }

    #[test]
    fn quotes_commas_and_line_ends_stay_within_their_cell() {
        assert_eq!(written(&["a,\"b\"\nc".into(), Cell::Count(1)]), "\"a,\"\"b\"\"\nc\",1\n");
    }
}
