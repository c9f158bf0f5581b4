//! Running recorded cases: the replications of all of them are one pool of jobs.

use std::sync::{Arc, Mutex};

use super::super::Report;
use super::super::ready::graphs;
use super::failing::Course;
use super::judge::CaseReport;
use super::kinds::{Bar, Kind, kind_of};
use super::lists;
use super::recording::{Recording, Traces, built_in};
use super::scenario::text;
use super::seen::Seen;
use crate::balance::recorded;
use crate::graph::Graph;
use crate::study::{Job, Progress, Wanted, replicate, run_jobs};
use crate::time::Time;
pub use crate::validate::theory::Options;

/// Replications of a case whose choices are random, and those of a quick run.
const SEEDS: (u32, u32) = (20, 5);

/// Replications of other cases.
const COURSES: (u32, u32) = (10, 3);

/// How many cases of a group a quick run takes.
const QUICK_CASES: usize = 4;

/// A recording of which it is known what becomes of it.
enum Plan {
    /// With one graph for all replications, or one for each.
    Runs(Recording, &'static Kind, Vec<Arc<Graph>>),
    Fails(Recording, String),
}

/// The names of all cases.
#[must_use]
pub fn case_ids() -> Vec<String> {
    let exact = exact().into_iter().map(|case| case.id);
    built_in().iter().map(Recording::id).chain(lists::ids()).chain(exact).collect()
}

/// How many jobs [`run`] makes: what `progress` is told of.
#[must_use]
pub fn job_count(options: &Options) -> u64 {
    chosen(options)
        .filter_map(|it| {
            let kind = kind_of(&it.policy)?;
            Some(u64::from(seeds(&it, kind, options)))
        })
        .sum()
}

/// Runs the cases that `options` ask for; none if `progress` stops it.
#[must_use]
pub fn run(options: &Options, progress: &dyn Progress) -> Option<Report<CaseReport>> {
    let mut traces = Traces::default();
    let plans: Vec<Plan> = chosen(options).map(|it| plan(it, options, &mut traces)).collect();
    let mut jobs = Vec::new();
    for (place, plan) in plans.iter().enumerate() {
        if let Plan::Runs(recording, kind, _) = plan {
            let count = seeds(recording, kind, options);
            jobs.extend((0..count).map(|replication| (place, replication)));
        }
    }
    let costs = vec![Job { cost: 1.0 }; jobs.len()];
    let results = Mutex::new(vec![None; jobs.len()]);
    let work = |(): &mut (), job: usize| replicated(&plans[jobs[job].0], jobs[job].1);
    let keep = |job: usize, seen| {
        results.lock().expect("no job panics while it keeps a result")[job] = Some(seen);
    };
    if !run_jobs(&costs, work, keep, progress) {
        return None;
    }
    let results = results.into_inner().expect("no job panics while it keeps a result");
    let mut outcomes: Vec<Vec<Result<Seen, String>>> = plans.iter().map(|_| Vec::new()).collect();
    for ((place, _), seen) in jobs.iter().zip(results) {
        outcomes[*place].extend(seen);
    }
    let mut report = report(plans, outcomes);
    report.cases.extend(lists::reports(|id| is_asked_for(options, id)));
    report.cases.extend(exact().into_iter().filter(|case| is_asked_for(options, &case.id)));
    Some(report)
}

fn is_asked_for(options: &Options, id: &str) -> bool {
    options.case.as_deref().is_none_or(|wanted| wanted == id)
}

/// The recordings that are asked for: of a quick run the first of each group.
fn chosen(options: &Options) -> impl Iterator<Item = Recording> {
    let (options, mut begun) = (options.clone(), Vec::new());
    built_in().into_iter().filter(move |it| {
        let before = begun.iter().filter(|group| **group == it.group).count();
        let is_left_out = options.quick && options.case.is_none() && before >= QUICK_CASES;
        if !is_asked_for(&options, &it.id()) || is_left_out {
            return false;
        }
        begun.push(it.group.clone());
        true
    })
}

fn seeds(recording: &Recording, kind: &Kind, options: &Options) -> u32 {
    let (full, quick) = match kind.bar {
        Bar::Seeds => SEEDS,
        Bar::Phase if recording.has_phase() => SEEDS,
        Bar::Idle | Bar::Near | Bar::NearOneRun | Bar::Phase | Bar::Exempt => COURSES,
    };
    if options.quick { quick } else { full }
}

fn plan(recording: Recording, options: &Options, traces: &mut Traces) -> Plan {
    let Some(kind) = kind_of(&recording.policy) else {
        let fault = format!("no kind is called `{}`", recording.policy);
        return Plan::Fails(recording, fault);
    };
    let of = seeds(&recording, kind, options);
    let count = if recording.rules.is_some() { of } else { 1 };
    let courses = (0..count).map(|number| {
        let text = text(&recording, kind, Course::of(number, of));
        let variant = graphs(&text, traces)?.pop().ok_or_else(|| "no variant".to_owned())?;
        Ok(variant.1)
    });
    match courses.collect() {
        Ok(graphs) => Plan::Runs(recording, kind, graphs),
        Err(fault) => Plan::Fails(recording, fault),
    }
}

fn replicated(plan: &Plan, replication: u32) -> Result<Seen, String> {
    let Plan::Runs(recording, _, graphs) = plan else {
        return Err("nothing to run".to_owned());
    };
    let graph = &graphs[replication as usize % graphs.len()];
    let wanted = Wanted { requests: Some(None), ..Wanted::default() };
    let run = replicate(graph, replication, Time::ZERO, wanted).map_err(|it| it.to_string())?;
    match &run.halt {
        Some(halt) => Err(halt.to_string()),
        None => Ok(Seen::new(recording, graph, &run)),
    }
}

fn report(plans: Vec<Plan>, outcomes: Vec<Vec<Result<Seen, String>>>) -> Report<CaseReport> {
    let mut report = Report::default();
    for (plan, outcomes) in plans.into_iter().zip(outcomes) {
        match plan {
            Plan::Fails(recording, fault) => {
                report.cases.push(CaseReport::faulty(recording.id(), fault));
            }
            Plan::Runs(recording, kind, _) => {
                let seen: Result<Vec<Seen>, String> = outcomes.into_iter().collect();
                report.cases.push(match seen {
                    Ok(seen) => CaseReport::new(&recording, kind, &seen),
                    Err(fault) => CaseReport::faulty(recording.id(), fault),
                });
            }
        }
    }
    report
}

/// The cases whose picks can be foretold one by one.
fn exact() -> Vec<CaseReport> {
    let all = recorded::orders().into_iter().chain(recorded::exact()).chain(recorded::hashes());
    all.map(|it| CaseReport::exact(it.name, it.same, it.of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Judged;

    #[test]
    fn a_quick_run_is_as_recorded_in_every_group() {
        let report = run(&Options { quick: true, case: None }, &()).expect("not stopped");
        assert!(report.passes(), "{report}");
        for group in [
            "s0",
            "s1",
            "s2",
            "s3",
            "s4",
            "s5",
            "s6",
            "s7",
            "s9",
            "s2-order",
            "s1x-exact",
            "hash-rules",
        ] {
            let is_of = |case: &&CaseReport| case.id.split('/').next() == Some(group);
            assert!(report.cases.iter().filter(is_of).count() >= 4, "{group}");
        }
    }

    #[test]
    fn a_case_that_is_judged_by_another_recording_misses() {
        let id = "s1/nginx-rr-exp-70";
        let mut recording = built_in().into_iter().find(|it| it.id() == id).expect("a case");
        let options = Options { quick: true, case: None };
        let plan = plan(recording.clone(), &options, &mut Traces::default());
        let Plan::Runs(_, kind, graphs) = plan else { panic!("it runs") };
        recording.runs.iter_mut().for_each(|run| run.mean *= 1.1);
        let seen = replicated(&Plan::Runs(recording.clone(), kind, graphs), 0).expect("a run");
        assert!(!CaseReport::new(&recording, kind, &[seen]).passes());
    }
}
