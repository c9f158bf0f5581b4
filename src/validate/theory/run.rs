//! Running cases: the replications of all of them are one pool of jobs, the longest first.

use std::sync::Mutex;

use super::super::{Report, Waiting};
use super::case::Case;
use super::experiment::{Effort, Experiment};
use super::groups::{Way, way};
use super::verdict::{CaseReport, Row};
use crate::study::{Job, Progress, run_jobs};

/// What is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The first cases of each group, with fewer requests and tolerances to match.
    pub quick: bool,
    /// Only the case of this name.
    pub case: Option<String>,
}

/// How many cases of a group a quick run takes.
const QUICK_CASES: usize = 2;

/// The widest that half of an interval may be, in parts of the tolerance: three standard errors
/// make the tolerance then.
const WIDTH: f64 = 0.75;

/// How many times the replications of an experiment are run at most for that.
const MAX_FACTOR: u32 = 8;

/// A case of which it is known what becomes of it.
enum Plan<'a> {
    Runs(&'a Case, Experiment),
    Fails(&'a Case, String),
    Waits(&'a Case, &'static str),
}

/// One replication's numbers, or why there are none.
type Outcome = Result<Vec<f64>, String>;

/// Runs those of `cases` that `options` ask for; none if `progress` stops it. A quick run leaves
/// out the further cases of each group, but still names all that wait for something.
#[must_use]
pub fn run(
    cases: &[Case],
    options: &Options,
    progress: &dyn Progress,
) -> Option<Report<CaseReport>> {
    let plans = plans(cases, options);
    let mut outcomes: Vec<Vec<Outcome>> = plans.iter().map(|_| Vec::new()).collect();
    let mut wanted: Vec<u32> = plans.iter().map(Plan::replications).collect();
    loop {
        replications(&plans, &wanted, &mut outcomes, progress)?;
        let more: Vec<u32> =
            plans.iter().zip(&outcomes).map(|(plan, runs)| plan.wanted(runs)).collect();
        if more == wanted {
            return Some(report(&plans, outcomes));
        }
        wanted = more;
    }
}

/// Runs what is missing of the wanted replications of all plans, as one pool.
fn replications(
    plans: &[Plan<'_>],
    wanted: &[u32],
    outcomes: &mut [Vec<Outcome>],
    progress: &dyn Progress,
) -> Option<()> {
    let mut jobs = Vec::new();
    for (place, plan) in plans.iter().enumerate() {
        if let Plan::Runs(_, experiment) = plan {
            let from = u32::try_from(outcomes[place].len()).unwrap_or(u32::MAX);
            jobs.extend((from..wanted[place]).map(|number| (place, number, experiment)));
        }
    }
    let costs: Vec<Job> = jobs.iter().map(|(_, _, it)| Job { cost: it.cost }).collect();
    let results = Mutex::new(vec![None; jobs.len()]);
    let run = |(): &mut (), job: usize| {
        let (_, replication, experiment) = jobs[job];
        (experiment.run)(replication)
    };
    let keep = |job: usize, outcome: Outcome| {
        results.lock().expect("no job panics while it keeps a result")[job] = Some(outcome);
    };
    if !run_jobs(&costs, run, keep, progress) {
        return None;
    }
    let results = results.into_inner().expect("no job panics while it keeps a result");
    for ((place, ..), outcome) in jobs.iter().zip(results) {
        outcomes[*place].extend(outcome);
    }
    Some(())
}

impl Plan<'_> {
    /// Replications to begin with.
    fn replications(&self) -> u32 {
        match self {
            Self::Runs(_, experiment) => experiment.size.replications,
            Self::Fails(..) | Self::Waits(..) => 0,
        }
    }

    /// Replications that are wanted after so many: more of them where an interval is too wide for
    /// its tolerance.
    fn wanted(&self, outcomes: &[Outcome]) -> u32 {
        let Self::Runs(case, experiment) = self else { return 0 };
        let runs: Result<Vec<Vec<f64>>, &String> =
            outcomes.iter().map(|it| it.as_ref().cloned()).collect();
        let done = u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
        let Ok(runs) = runs else { return done };
        let report = CaseReport::new(case, experiment, &runs);
        let width = report.rows.iter().filter_map(Row::width).fold(0.0, f64::max);
        if width <= WIDTH {
            return done;
        }
        // The width falls with the square root of the number.
        let factor = width / WIDTH * (width / WIDTH);
        let most = experiment.size.replications * MAX_FACTOR;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number, and casts of floats saturate"
        )]
        let wanted = (f64::from(done) * factor).ceil() as u32;
        wanted.min(most).max(done)
    }
}

/// How many jobs [`run`] makes of these cases at least: what `progress` is told of.
#[must_use]
pub fn job_count(cases: &[Case], options: &Options) -> u64 {
    plans(cases, options).iter().map(|plan| u64::from(plan.replications())).sum()
}

fn plans<'a>(cases: &'a [Case], options: &Options) -> Vec<Plan<'a>> {
    let effort = if options.quick { Effort::Quick } else { Effort::Full };
    let mut plans = Vec::new();
    let mut begun: Vec<&str> = Vec::new();
    let is_asked_for = |case: &&Case| options.case.as_ref().is_none_or(|wanted| *wanted == case.id);
    for case in cases.iter().filter(is_asked_for) {
        let plan = match way(&case.group) {
            None => Plan::Fails(case, format!("no group is called `{}`", case.group)),
            Some(Way::Waits(part)) => Plan::Waits(case, part),
            Some(Way::Runs(build)) => {
                let before = begun.iter().filter(|group| **group == case.group).count();
                if options.quick && options.case.is_none() && before >= QUICK_CASES {
                    continue;
                }
                begun.push(&case.group);
                match build(case, effort) {
                    Ok(experiment) => Plan::Runs(case, experiment),
                    Err(fault) => Plan::Fails(case, fault),
                }
            }
        };
        plans.push(plan);
    }
    plans
}

fn report(plans: &[Plan<'_>], outcomes: Vec<Vec<Outcome>>) -> Report<CaseReport> {
    let mut report = Report::default();
    for (plan, outcomes) in plans.iter().zip(outcomes) {
        match plan {
            Plan::Waits(case, waits_for) => report.waiting.push(Waiting {
                id: case.id.clone(),
                group: case.group.clone(),
                waits_for,
            }),
            Plan::Fails(case, fault) => {
                report.cases.push(CaseReport::faulty(case, fault.clone()));
            }
            Plan::Runs(case, experiment) => {
                let runs: Result<Vec<Vec<f64>>, String> = outcomes.into_iter().collect();
                report.cases.push(match runs {
                    Ok(runs) => CaseReport::new(case, experiment, &runs),
                    Err(fault) => CaseReport::faulty(case, fault),
                });
            }
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::theory::{built_in, cases};

    fn options(case: &str) -> Options {
        Options { quick: true, case: Some(case.to_owned()) }
    }

    #[test]
    fn a_case_that_waits_for_a_part_is_named_with_it() {
        let report = run(&built_in(), &options("ttl-01"), &()).expect("not stopped");
        assert!(report.cases.is_empty());
        assert_eq!(report.waiting[0].id, "ttl-01");
        assert_eq!(report.waiting[0].waits_for, "nothing: `--group cache` replays it");
    }

    #[test]
    fn every_case_that_is_built_in_can_be_run_or_waits_for_a_part() {
        let cases = built_in();
        let plans = plans(&cases, &Options::default());
        assert_eq!(plans.len(), cases.len());
        for plan in &plans {
            if let Plan::Fails(case, fault) = plan {
                panic!("{}: {fault}", case.id);
            }
        }
    }

    #[test]
    fn a_case_of_an_unknown_group_or_with_parameters_missing_fails() {
        let text = r#"{ "cases": [
            { "id": "a", "group": "nonsense", "parameters": {}, "expected": { "W": 1 },
              "tolerance": { "class": "exact", "rel": 1e-9 } },
            { "id": "b", "group": "M/M/1", "parameters": {}, "expected": { "W": 1 },
              "tolerance": { "class": "exact", "rel": 1e-9, "requests_total": 100 } } ] }"#;
        let cases = cases(text).expect("a table");
        let report = run(&cases, &Options::default(), &()).expect("not stopped");
        let faults: Vec<_> = report.cases.iter().filter_map(|it| it.fault.as_deref()).collect();
        assert_eq!(faults, ["no group is called `nonsense`", "no parameter `service_rate`"]);
        assert!(!report.passes());
    }
}
