//! The report: a table for each case, and a line that sums it up.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::super::Verdict;
use super::super::verdict::number;
use super::case::{CaseReport, Row};

/// What came of all cases.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// The cases that were run.
    pub cases: Vec<CaseReport>,
}

impl Report {
    /// Whether everything is as it should be.
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
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        let count = |verdict| {
            let rows = self.cases.iter().flat_map(|case| &case.rows);
            rows.filter(|row| row.verdict == verdict).count()
        };
        let passed = self.cases.iter().filter(|case| case.passes()).count();
        write!(
            f,
            "{passed} of {} cases pass: {} numbers pass, {} miss, {} are only shown",
            self.cases.len(),
            count(Verdict::Pass),
            count(Verdict::Miss),
            count(Verdict::Exempt)
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
        writeln!(f, "{} · {}", self.id, verdict.word())?;
        if let Some(fault) = &self.fault {
            return fault.lines().try_for_each(|line| writeln!(f, "  {line}"));
        }
        let heads = ["metric", "expected", "simulated", "tolerance", "verdict"];
        let [metric, expected, simulated, tolerance, verdict] = heads;
        writeln!(f, "  {metric:<42} {expected:>12} {simulated:>12} {tolerance:>12}  {verdict}")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let tolerance = if self.tolerance > 0.0 { number(self.tolerance) } else { "exact".into() };
        write!(
            f,
            "  {:<42} {:>12} {:>12} {tolerance:>12}  {}",
            self.metric,
            number(self.expected),
            number(self.simulated),
            self.verdict.word()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_missed_and_sums_up() {
        let case = |id: &str, simulated| CaseReport {
            id: id.to_owned(),
            rows: vec![Row::near("misses".to_owned(), 5.0, simulated, 0.0)],
            fault: None,
        };
        let text = Report { cases: vec![case("a", 5.0), case("b", 6.0)] }.to_string();
        let tail = "1 of 2 cases pass: 1 numbers pass, 1 miss, 0 are only shown\nmissed: b\n";
        assert!(text.ends_with(tail) && text.contains("exact  MISS\n"), "{text}");
    }
}
