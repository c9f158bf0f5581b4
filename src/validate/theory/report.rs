//! The report of a validation as text.

use std::fmt::{self, Display, Formatter};

use super::super::verdict::{Verdict, number};
use super::verdict::{CaseReport, Report, Row};

impl Display for Report {
    /// A table for each case, what was left out with its reason, and a line that sums it up.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        if !self.waiting.is_empty() {
            writeln!(f, "left out, and what it waits for:")?;
            for it in &self.waiting {
                writeln!(f, "  {:<16} {:<38} {}", it.id, it.group, it.waits_for)?;
            }
            writeln!(f)?;
        }
        let rows = || self.cases.iter().flat_map(|case| &case.rows);
        let passed = rows().filter(|row| row.verdict == Verdict::Pass).count();
        let cases = self.cases.iter().filter(|case| case.passes()).count();
        write!(
            f,
            "{cases} of {} cases pass, with {passed} of {} numbers; {} cases left out",
            self.cases.len(),
            rows().count(),
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
        let verdict = if self.passes() { "pass" } else { "MISS" };
        write!(f, "{} · {} · {verdict}", self.id, self.group)?;
        if let Some(fault) = &self.fault {
            writeln!(f)?;
            return fault.lines().try_for_each(|line| writeln!(f, "  {line}"));
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

    #[test]
    fn a_report_names_what_missed_and_sums_up() {
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
        let cases = vec![case("a", Verdict::Pass), case("b", Verdict::Miss)];
        let text = Report { cases, waiting: Vec::new() }.to_string();
        let tail = "1 of 2 cases pass, with 1 of 2 numbers; 0 cases left out\nmissed: b\n";
        assert!(text.ends_with(tail), "{text}");
        assert!(text.contains("left out: no reason\n"), "{text}");
        assert!(text.contains("b · M/M/1 · MISS · 1000 requests in 5 replications\n"), "{text}");
    }
}
