//! Validation of intervals: of many studies of queues whose answers are known, such a share must
//! have an interval that holds the truth as the confidence says.
//!
//! A study is what `lindley run` does with one scenario: its replications, what is concluded from
//! them, and the label that says what a number is worth. Only numbers that are called sound are
//! counted; how many others there were is shown.

mod cases;
mod coverage;

use super::Report;
use super::compared::{CaseReport, chosen, report};
use super::theory::Options;
use crate::study::Progress;

/// The names of all cases.
#[must_use]
pub fn case_ids() -> Vec<String> {
    cases::all().into_iter().map(|case| case.id).collect()
}

/// How many jobs [`run`] makes: what `progress` is told of.
#[must_use]
pub fn job_count(options: &Options) -> u64 {
    chosen(cases::all(), options).len() as u64
}

/// Runs the cases that `options` ask for; none if `progress` stops it.
#[must_use]
pub fn run(options: &Options, progress: &dyn Progress) -> Option<Report<CaseReport>> {
    report(&chosen(cases::all(), options), options.quick, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_a_queue_cover_what_theory_says() {
        let case = Some("intervals/failures".to_owned());
        let report = run(&Options { quick: true, case }, &()).expect("not stopped");
        assert!(report.passes() && report.cases.len() == 1, "{report}");
    }

    #[test]
    fn cases_have_names_of_their_own() {
        let mut ids = case_ids();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
