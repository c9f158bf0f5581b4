//! The cases as text.

use std::fmt::{self, Display, Formatter};

use super::super::report::begin;
use super::super::verdict::number;
use super::case::{CaseReport, Row};

impl Display for CaseReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !begin(f, self, "")? {
            return Ok(());
        }
        let heads = ["metric", "expected", "simulated", "tolerance", "verdict"];
        let [metric, expected, simulated, tolerance, verdict] = heads;
        writeln!(f, "\n  {metric:<42} {expected:>12} {simulated:>12} {tolerance:>12}  {verdict}")?;
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
    fn a_number_that_must_be_exact_says_so() {
        let case = CaseReport {
            id: "b".to_owned(),
            rows: vec![Row::near("misses".to_owned(), 5.0, 6.0, 0.0)],
            fault: None,
        };
        let text = case.to_string();
        assert!(text.starts_with("b · MISS\n") && text.ends_with("exact  MISS\n"), "{text}");
    }
}
