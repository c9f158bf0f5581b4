//! The cases as text.

use std::fmt::{self, Display, Formatter};

use super::super::report::begin;
use super::super::verdict::number;
use super::judge::{CaseReport, Row};

impl Display for CaseReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !begin(f, self, "")? {
            return Ok(());
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
    fn a_case_says_how_often_it_was_run_or_why_it_was_not() {
        let text = CaseReport::exact("b".to_owned(), 4, 5).to_string();
        assert!(text.starts_with("b · MISS · 1 replications\n"), "{text}");
        let text = CaseReport::faulty("c".to_owned(), "why".to_owned()).to_string();
        assert_eq!(text, "c · MISS\n  why\n");
    }
}
