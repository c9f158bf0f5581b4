//! The tables that have no section of their own, as they stand in their files, up to a length.

use super::Folder;
use super::html::{Cell, Line, details, element, section, table};
use crate::plots::{PlotError, Table};

/// Lines of a table that are shown.
const MOST: usize = 200;

/// Tables that other sections read, and those that are too long to be read by people: plots show
/// what is in them.
const ELSEWHERE: [&str; 8] = [
    "summary",
    "comparison",
    "nodes",
    "latency",
    "timeline",
    "replications",
    "requests",
    "breakdown",
];

/// All of them; the only table of a result stands open.
pub(super) fn others(folder: &Folder<'_>) -> Result<String, PlotError> {
    let mut html = String::new();
    let has_summary = folder.tables.get("summary").is_some();
    for (name, it) in folder.tables.iter().filter(|(name, _)| !ELSEWHERE.contains(name)) {
        let (mut inner, length) = (whole(name, it), it.rows().count());
        if length > MOST {
            let text = format!("The first {MOST} of {length} lines; the others are in {name}.csv.");
            inner.push_str(&element("p class=\"legend\"", &text));
        }
        html.push_str(&if has_summary { details(&format!("{name}.csv"), &inner) } else { inner });
    }
    Ok(section("Tables", &html))
}

fn whole(name: &str, it: &Table) -> String {
    let columns: Vec<_> = it.columns().iter().filter_map(|name| it.find(name)).collect();
    let line = |row: crate::plots::Row<'_>| {
        let mut texts = columns.iter().map(|column| row.text(*column));
        let head = texts.next().unwrap_or("").to_owned();
        let cells = texts.map(|text| Cell::plain(shorter(text))).collect();
        Line { head, about: String::new(), cells }
    };
    let lines: Vec<Line> = it.rows().take(MOST).map(line).collect();
    table(&format!("{name}.csv"), it.columns(), &lines)
}

/// A number with the digits that somebody reads; anything else as it is.
fn shorter(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && text.len() > 8 => {
            let digits = if number.abs() >= 1e3 { 1 } else { 4 };
            let short = format!("{number:.digits$}");
            // What would come to nothing keeps its digits.
            if short.parse() == Ok(0.0) && number != 0.0 { format!("{number:.3e}") } else { short }
        }
        Ok(_) | Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_cut_to_what_is_read() {
        for (text, shown) in [
            ("53.1234567890", "53.1235"),
            ("12345.678901", "12345.7"),
            ("0.000000123456", "1.235e-7"),
            ("200/s", "200/s"),
            ("1.5", "1.5"),
            ("", ""),
        ] {
            assert_eq!(shorter(text), shown);
        }
    }
}
