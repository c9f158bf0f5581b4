//! Running the cases: all of them are one pool of jobs.

use std::sync::Mutex;

use super::super::Report;
use super::case::{Case, CaseReport};
#[cfg(feature = "cli")]
use super::recorded;
use super::{closed_forms, counts, lifetimes, micro, semantics, theory};
use crate::study::{Job, Progress, run_jobs};
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

fn chosen(options: &Options) -> Vec<Case> {
    let is_wanted = |case: &Case| match &options.case {
        Some(id) => *id == case.id,
        None => !options.quick || case.is_quick,
    };
    all().into_iter().filter(is_wanted).collect()
}

/// The names of all cases.
#[must_use]
pub fn case_ids() -> Vec<String> {
    all().into_iter().map(|case| case.id).collect()
}

/// How many jobs [`run`] makes: what `progress` is told of.
#[must_use]
pub fn job_count(options: &Options) -> u64 {
    chosen(options).len() as u64
}

/// Runs the cases that `options` ask for; none if `progress` stops it.
///
/// # Panics
/// If a case panics.
#[must_use]
pub fn run(options: &Options, progress: &dyn Progress) -> Option<Report<CaseReport>> {
    let cases = chosen(options);
    let results: Mutex<Vec<Option<CaseReport>>> = Mutex::new(vec![None; cases.len()]);
    let work = |(): &mut (), job: usize| cases[job].report(options.quick);
    let keep = |job: usize, report| {
        results.lock().expect("no job panics while it keeps a result")[job] = Some(report);
    };
    let jobs = vec![Job { cost: 1.0 }; cases.len()];
    if !run_jobs(&jobs, work, keep, progress) {
        return None;
    }
    let results = results.into_inner().expect("no job panics while it keeps a result");
    Some(Report { cases: results.into_iter().flatten().collect(), waiting: Vec::new() })
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
