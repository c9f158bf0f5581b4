//! All cases of eviction, and how they are run.

use super::super::Report;
use super::super::compared::{Case, CaseReport, chosen, report};
#[cfg(feature = "cli")]
use super::recorded;
use super::{closed_forms, counts, lifetimes, micro, semantics, theory};
use crate::study::Progress;
use crate::validate::theory::Options;

/// All cases, in the order of a report.
fn all() -> Vec<Case> {
    let groups = [
        micro::cases(),
        counts::cases(),
        closed_forms::cases(),
        lifetimes::cases(),
        theory::cases(),
        semantics::cases(),
        // They are held compressed.
        #[cfg(feature = "cli")]
        recorded::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// The names of all cases.
#[must_use]
pub fn case_ids() -> Vec<String> {
    all().into_iter().map(|case| case.id).collect()
}

/// How many jobs [`run`] makes: what `progress` is told of.
#[must_use]
pub fn job_count(options: &Options) -> u64 {
    chosen(all(), options).len() as u64
}

/// Runs the cases that `options` ask for; none if `progress` stops it.
///
/// # Panics
/// If a case panics.
#[must_use]
pub fn run(options: &Options, progress: &dyn Progress) -> Option<Report<CaseReport>> {
    report(&chosen(all(), options), options.quick, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(case: &str) -> Report<CaseReport> {
        let options = Options { quick: true, case: Some(case.to_owned()) };
        run(&options, &()).expect("not stopped")
    }

    #[test]
    fn cases_have_names_of_their_own() {
        let mut ids = case_ids();
        let count = ids.len();
        assert_eq!(count, 179);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn policies_lifetimes_and_theory_come_out() {
        for case in ["micro-unit", "loop11k/sieve", "che/zipf0.8", "ttl/zipf0.8-100", "lrux-01"] {
            let report = of(case);
            assert!(report.passes() && report.cases.len() == 1, "{report}");
        }
    }
}
