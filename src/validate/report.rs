//! The report of a validation: its cases, what waits, and a line that sums it up.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::verdict::{Verdict, Waiting};

/// What came of one case, whatever kind it is.
pub trait Judged: Display {
    /// Its name.
    fn id(&self) -> &str;

    /// Why it could not be run, if so.
    fn fault(&self) -> Option<&str>;

    /// The verdicts on its numbers.
    fn verdicts(&self) -> impl Iterator<Item = Verdict>;

    /// Whether nothing of it is other than it should be.
    fn passes(&self) -> bool {
        self.fault().is_none() && self.verdicts().all(|verdict| verdict != Verdict::Miss)
    }
}

/// What validation came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report<C> {
    /// The cases that were run.
    pub cases: Vec<C>,
    /// The cases that were not, because something of the program is still missing.
    pub waiting: Vec<Waiting>,
}

impl<C> Default for Report<C> {
    fn default() -> Self {
        Self { cases: Vec::new(), waiting: Vec::new() }
    }
}

impl<C: Judged> Report<C> {
    /// Whether everything that was run is as it should be.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.cases.iter().all(C::passes)
    }

    /// The names of the cases that are not as they should be.
    #[must_use]
    pub fn missed(&self) -> Vec<&str> {
        self.cases.iter().filter(|case| !case.passes()).map(C::id).collect()
    }
}

impl<C: Judged> Display for Report<C> {
    /// A table for each case, what waits for what, and a line that sums it up.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        if !self.waiting.is_empty() {
            writeln!(f, "left out, and what it waits for:")?;
            for it in &self.waiting {
                writeln!(f, "  {:<40} {:<38} {}", it.id, it.group, it.waits_for)?;
            }
            writeln!(f)?;
        }
        let count = |verdict| {
            let all = self.cases.iter().flat_map(C::verdicts);
            all.filter(|other| *other == verdict).count()
        };
        let missed = self.missed();
        write!(
            f,
            "{} of {} cases pass: {} numbers pass, {} miss, {} are only shown; {} cases left out",
            self.cases.len() - missed.len(),
            self.cases.len(),
            count(Verdict::Pass),
            count(Verdict::Miss),
            count(Verdict::Exempt),
            self.waiting.len()
        )?;
        if !missed.is_empty() {
            write!(f, "\nmissed: {}", missed.join(", "))?;
        }
        writeln!(f)
    }
}

/// Begins the text of a case: its name, what stands behind it, and its verdict; if it could not be
/// run, why. Returns whether it was run, so that its numbers follow.
pub(super) fn begin(
    f: &mut Formatter<'_>,
    case: &impl Judged,
    behind: &str,
) -> Result<bool, fmt::Error> {
    let verdict = if case.passes() { Verdict::Pass } else { Verdict::Miss };
    write!(f, "{}{behind} · {}", case.id(), verdict.word())?;
    let Some(fault) = case.fault() else { return Ok(true) };
    writeln!(f)?;
    fault.lines().try_for_each(|line| writeln!(f, "  {line}"))?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case(&'static str, Option<&'static str>, Vec<Verdict>);

    impl Judged for Case {
        fn id(&self) -> &str {
            self.0
        }

        fn fault(&self) -> Option<&str> {
            self.1
        }

        fn verdicts(&self) -> impl Iterator<Item = Verdict> {
            self.2.iter().copied()
        }
    }

    impl Display for Case {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            if begin(f, self, " · kind")? { writeln!(f, " · run") } else { Ok(()) }
        }
    }

    #[test]
    fn a_report_names_what_missed_and_sums_up() {
        let cases = vec![
            Case("a", None, vec![Verdict::Pass, Verdict::Exempt]),
            Case("b", None, vec![Verdict::Pass, Verdict::Miss]),
            Case("c", Some("why\nso"), Vec::new()),
        ];
        let (id, group) = ("d".to_owned(), "kind".to_owned());
        let waiting = vec![Waiting { id, group, waits_for: "a part" }];
        let text = Report { cases, waiting }.to_string();
        let tail = "1 of 3 cases pass: 2 numbers pass, 1 miss, 1 are only shown; 1 cases left \
                    out\nmissed: b, c\n";
        assert!(text.ends_with(tail), "{text}");
        let head =
            "a · kind · pass · run\n\nb · kind · MISS · run\n\nc · kind · MISS\n  why\n  so\n";
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("a part\n"), "{text}");
    }
}
