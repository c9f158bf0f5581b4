//! The report as text and as data.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::super::verdict::{Verdict, Waiting, number};
use super::judge::{CaseReport, Row};

/// What validation against recordings came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// The cases that were run.
    pub cases: Vec<CaseReport>,
    /// The cases that were not, because something of the program is still missing.
    pub waiting: Vec<Waiting>,
}

impl Report {
    /// Whether everything that was run is as it should be.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.cases.iter().all(CaseReport::passes)
    }

    /// The names of the cases that are not as they should be.
    #[must_use]
    pub fn missed(&self) -> Vec<&str> {
        let missed = self.cases.iter().filter(|case| !case.passes());
        missed.map(|case| case.id.as_str()).collect()
    }
}

impl Display for Report {
    /// A table for each case, what waits for what, and a line that sums it up.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        if !self.waiting.is_empty() {
            writeln!(f, "left out, and what it waits for:")?;
            for it in &self.waiting {
                writeln!(f, "  {:<40} {}", it.id, it.waits_for)?;
            }
            writeln!(f)?;
        }
        let count = |verdict| {
            let rows = self.cases.iter().flat_map(|case| &case.rows);
            rows.filter(|row| row.verdict == verdict).count()
        };
        let passed = self.cases.iter().filter(|case| case.passes()).count();
        write!(
            f,
            "{passed} of {} cases pass: {} numbers pass, {} miss, {} are only shown; {} cases left \
             out",
            self.cases.len(),
            count(Verdict::Pass),
            count(Verdict::Miss),
            count(Verdict::Exempt),
            self.waiting.len()
        )?;
        let missed = self.missed();
        if !missed.is_empty() {
            write!(f, "\nmissed: {}", missed.join(", "))?;
        }
        writeln!(f)
    }
}

impl Display for CaseReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = if self.passes() { Verdict::Pass } else { Verdict::Miss };
        write!(f, "{} · {}", self.id, verdict.word())?;
        if let Some(fault) = &self.fault {
            writeln!(f)?;
            return fault.lines().try_for_each(|line| writeln!(f, "  {line}"));
        }
        write!(f, " · {} replications", self.replications)?;
        if let Some(load) = self.load {
            write!(f, ", busiest backend {load:.2}")?;
        }
        let heads = ["metric", "recorded", "allowed", "simulated", "from .. to", "verdict"];
        let [metric, recorded, allowed, simulated, range, verdict] = heads;
        writeln!(
            f,
            "\n  {metric:<20} {recorded:>22} {allowed:>22} {simulated:>10} {range:>22}  {verdict}"
        )?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "  {:<20} {:>22} {:>22} {:>10} {:>22}  {}",
            self.metric,
            span(self.recorded),
            span(self.allowed),
            number(self.simulated),
            span(self.range),
            self.verdict.word()
        )
    }
}

/// A range, or one number if its ends are alike.
fn span((low, high): (f64, f64)) -> String {
    let (low, high) = (number(low), number(high));
    if low == high { low } else { format!("{low} .. {high}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_missed_and_sums_up() {
        let cases = vec![
            CaseReport::exact("a".to_owned(), 5, 5),
            CaseReport::exact("b".to_owned(), 4, 5),
            CaseReport::faulty("c".to_owned(), "why".to_owned()),
        ];
        let text = Report { cases, waiting: Vec::new() }.to_string();
        let tail = "1 of 3 cases pass: 1 numbers pass, 1 miss, 0 are only shown; 0 cases left \
                    out\nmissed: b, c\n";
        assert!(text.ends_with(tail), "{text}");
        assert!(text.contains("b · MISS · 1 replications\n"), "{text}");
        assert!(text.contains("c · MISS\n  why\n"), "{text}");
    }
}
