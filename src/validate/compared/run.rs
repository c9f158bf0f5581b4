//! Running cases: all of them are one pool of jobs.

use std::sync::Mutex;

use super::super::Report;
use super::case::{Case, CaseReport};
use crate::study::{Job, Progress, run_jobs};
use crate::validate::theory::Options;

/// Those of the cases that are asked for.
pub(in crate::validate) fn chosen(cases: Vec<Case>, options: &Options) -> Vec<Case> {
    let is_wanted = |case: &Case| match &options.case {
        Some(id) => *id == case.id,
        None => !options.quick || case.is_quick,
    };
    cases.into_iter().filter(is_wanted).collect()
}

/// Runs the cases; none if `progress` stops it.
pub(in crate::validate) fn report(
    cases: &[Case],
    is_quick: bool,
    progress: &dyn Progress,
) -> Option<Report<CaseReport>> {
    let results: Mutex<Vec<Option<CaseReport>>> = Mutex::new(vec![None; cases.len()]);
    let work = |(): &mut (), job: usize| cases[job].report(is_quick);
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
