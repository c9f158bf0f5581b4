//! The cases as text.

use std::fmt::{self, Display, Formatter};

use super::super::report::begin;
use super::super::verdict::number;
use super::verdict::{CaseReport, Row};

impl Display for CaseReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !begin(f, self, &format!(" · {}", self.group))? {
            return Ok(());
        }
        write!(f, " · {} requests in {} replications", self.requests, self.replications)?;
        if self.scale > 1.0 {
            write!(f, ", tolerances × {:.2}", self.scale)?;
        }
        writeln!(f)?;
        let heads = ["metric", "expected", "simulated", "95 % interval", "tolerance", "verdict"];
        let [metric, expected, simulated, interval, tolerance, verdict] = heads;
        writeln!(
            f,
            "  {metric:<36} {expected:>12} {simulated:>12} {interval:>25} {tolerance:>11}  \
             {verdict}"
        )?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))?;
        let mut left_out = self.left_out.iter();
        left_out.try_for_each(|(metric, reason)| writeln!(f, "  {metric:<36} left out: {reason}"))
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let simulated = self.simulated.map_or_else(|| "-".to_owned(), number);
        let interval = self.interval.map_or_else(
            || "-".to_owned(),
            |(low, high)| format!("{} .. {}", number(low), number(high)),
        );
        let (verdict, tolerance) = (self.verdict.word(), format!("± {}", number(self.allowance)));
        write!(
            f,
            "  {:<36} {:>12} {simulated:>12} {interval:>25} {tolerance:>11}  {verdict}",
            self.metric,
            number(self.expected)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Verdict;

    #[test]
    fn a_case_says_how_much_was_run_and_what_was_left_out() {
        let row = |verdict| Row {
            metric: "W".to_owned(),
            expected: 0.02,
            simulated: Some(0.025),
            interval: None,
            allowance: 0.001,
            verdict,
        };
        let case = |id: &str, verdict| CaseReport {
            id: id.to_owned(),
            group: "M/M/1".to_owned(),
            requests: 1_000,
            replications: 5,
            scale: 1.0,
            rows: vec![row(verdict)],
            left_out: vec![("L".to_owned(), "no reason".to_owned())],
            fault: None,
        };
        let text = case("b", Verdict::Miss).to_string();
        assert!(text.contains("left out: no reason\n"), "{text}");
        assert!(text.contains("b · M/M/1 · MISS · 1000 requests in 5 replications\n"), "{text}");
    }
}
