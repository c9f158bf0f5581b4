//! Running variants: the warm-up is found if it must be, all replications are one pool of jobs,
//! and more are added until the wanted precision is reached.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::pool::{Job, Progress, run_jobs};
use super::replication::{Replication, RunFault, Wanted, replicate_in, requests_series, window_of};
use super::results::{VariantResult, WarmUpCut};
use crate::graph::{Graph, Role};
use crate::metrics::{Unit, end_to_end};
use crate::model::{Study, Warmup};
use crate::nodes::client::Demand;
use crate::stats::{Confidence, Decision, Limits, Target, WarmUp, Watched, decide, warm_up};
use crate::time::{Span, Time};
use crate::world::Workspace;

/// Slots of the series on which the warm-up is found.
const WARM_UP_SLOTS: u64 = 1_000;

/// Metrics that `--precision` watches.
const HEADLINES: [&str; 4] = ["latency_mean", "latency_p99", "throughput", "success_ratio"];

/// A variant to run.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What is run.
    pub graph: Arc<Graph>,
}

/// How variants are run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan {
    /// What is wanted beyond metrics.
    pub wanted: Wanted,
    /// How precise the headlines shall be.
    pub precision: Option<Precision>,
}

/// How precise the headline metrics shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// The half-width as a share of the mean; of ratios, the half-width itself.
    pub half_width: f64,
    /// How many replications may be used at most.
    pub cap: u32,
}

/// Why variants have no results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StudyError {
    /// A fault of the program.
    #[error(transparent)]
    Fault(#[from] RunFault),
    /// Somebody stopped it.
    #[error("stopped before all replications were run")]
    Stopped,
}

/// Runs all replications of all variants and concludes from them.
///
/// # Errors
/// If an audit fails, or if `progress` stops the pool.
pub fn run_variants(
    variants: &[Variant],
    plan: Plan,
    progress: &dyn Progress,
) -> Result<Vec<VariantResult>, StudyError> {
    let cut = common_warm_up(variants, progress)?;
    let mut done: Vec<Vec<Replication>> = vec![Vec::new(); variants.len()];
    let mut wanted: Vec<u32> = variants.iter().map(|it| it.graph.run.replications).collect();
    if plan.precision.is_some() {
        let start = Limits::default().start;
        wanted.iter_mut().for_each(|count| *count = (*count).max(start));
    }
    loop {
        replications(variants, &wanted, &mut done, &cut, plan.wanted, progress)?;
        let Some(precision) = plan.precision else { break };
        let more: Vec<u32> = variants
            .iter()
            .zip(&done)
            .map(|(it, runs)| missing(&it.graph, runs, precision))
            .collect();
        // All variants have the same replications, so that they can be compared pairwise.
        let more = more.into_iter().max().unwrap_or(0);
        if more == 0 {
            break;
        }
        wanted.iter_mut().for_each(|count| *count += more);
    }
    let results = variants.iter().zip(done);
    Ok(results.map(|(it, runs)| VariantResult::new(it, cut.clone(), runs)).collect())
}

/// How long a replication is likely to take: its requests times what each visits.
#[must_use]
pub(super) fn cost(graph: &Graph) -> f64 {
    let duration = graph.run.duration;
    let mut rate = 0.0;
    for plan in &graph.plans {
        if let Role::Client(client) = &plan.role {
            rate += match &client.demand {
                Demand::Open(arrivals) => arrivals.mean_rate(duration).unwrap_or(1.0),
                Demand::Renewal(law) => 1e9 / law.mean(),
                Demand::Visits(plan) => {
                    plan.arrivals.mean_rate(duration).unwrap_or(1.0) * plan.mean_pages()
                }
                Demand::Replayed(trace) => trace.mean_rate(duration),
                Demand::Closed(users, think) => f64::from(*users) / (think.mean() / 1e9).max(0.01),
                Demand::ClosedTrace(trace) => {
                    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
                    let rows = trace.rows().len() as f64;
                    rows / duration.as_secs_f64()
                }
            };
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let nodes = graph.plans.len() as f64;
    rate * duration.as_secs_f64() * nodes
}

/// The cut that all variants share, if some variant wants it found.
pub(super) fn common_warm_up(
    variants: &[Variant],
    progress: &dyn Progress,
) -> Result<WarmUpCut, StudyError> {
    let variants: Vec<&Variant> = variants.iter().collect();
    let mut cuts = warm_up_cuts(&variants, &vec![0; variants.len()], progress)?;
    Ok(cuts.remove(&0).unwrap_or_default())
}

/// The cuts by group, where some variant wants one found: all variants of a group are cut alike.
/// `groups` has the group of each variant.
pub(super) fn warm_up_cuts(
    variants: &[&Variant],
    groups: &[usize],
    progress: &dyn Progress,
) -> Result<BTreeMap<usize, WarmUpCut>, StudyError> {
    let wants = |graph: &Graph| {
        graph.run.study == Study::SteadyState && graph.run.warmup == Some(Warmup::Auto)
    };
    let asking: Vec<usize> =
        (0..variants.len()).filter(|place| wants(&variants[*place].graph)).collect();
    let mut jobs = Vec::new();
    for place in &asking {
        let graph = &variants[*place].graph;
        jobs.extend((0..graph.run.replications).map(|replication| (*place, replication)));
    }
    let sums = Mutex::new(vec![None; jobs.len()]);
    let run = |space: &mut Workspace, job: usize| {
        space.stopper = progress.stopper();
        let (place, replication) = jobs[job];
        requests_series(space, &variants[place].graph, replication, WARM_UP_SLOTS)
    };
    let costs: Vec<Job> =
        jobs.iter().map(|(place, _)| Job { cost: cost(&variants[*place].graph) }).collect();
    let keep = |job: usize, series| {
        sums.lock().expect("no job panics while it keeps a result")[job] = Some(series);
    };
    if !run_jobs(&costs, run, keep, progress) {
        return Err(StudyError::Stopped);
    }
    let sums = sums.into_inner().expect("no job panics while it keeps a result");
    let mut series = sums.into_iter().flatten();
    let mut cuts: BTreeMap<usize, WarmUpCut> = BTreeMap::new();
    for place in asking {
        let Variant { name, graph } = variants[place];
        let of_variant: Vec<Vec<f64>> =
            series.by_ref().take(graph.run.replications as usize).collect();
        let cut = cuts.entry(groups[place]).or_default();
        match warm_up(&average(&of_variant)) {
            WarmUp::Ends(slot) => {
                let slot = slot as u64 * (graph.run.duration.0 / WARM_UP_SLOTS);
                cut.found = cut.found.max(Some(Span(slot)));
            }
            WarmUp::NoSteadyState => cut.unsettled.push(name.clone()),
        }
    }
    Ok(cuts)
}

/// The mean of several series, slot by slot.
#[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
fn average(series: &[Vec<f64>]) -> Vec<f64> {
    let slots = series.iter().map(Vec::len).min().unwrap_or(0);
    let mean = |slot: usize| series.iter().map(|one| one[slot]).sum::<f64>() / series.len() as f64;
    (0..slots).map(mean).collect()
}

/// Runs what is missing of the wanted replications.
fn replications(
    variants: &[Variant],
    wanted: &[u32],
    done: &mut [Vec<Replication>],
    cut: &WarmUpCut,
    extras: Wanted,
    progress: &dyn Progress,
) -> Result<(), StudyError> {
    let mut jobs = Vec::new();
    let mut costs = Vec::new();
    for (place, (variant, runs)) in variants.iter().zip(done.iter()).enumerate() {
        let from = u32::try_from(runs.len()).unwrap_or(u32::MAX);
        for replication in from..wanted[place] {
            jobs.push((place, replication));
            costs.push(Job { cost: cost(&variant.graph) });
        }
    }
    let results = Mutex::new(jobs.iter().map(|_| None).collect::<Vec<_>>());
    let run = |space: &mut Workspace, job: usize| {
        space.stopper = progress.stopper();
        let (place, replication) = jobs[job];
        let graph = &variants[place].graph;
        let window = window_of(graph, cut.found);
        replicate_in(space, graph, replication, window.min(Time(graph.run.duration.0)), extras)
    };
    let keep = |job: usize, result| {
        results.lock().expect("no job panics while it keeps a result")[job] = Some(result);
    };
    if !run_jobs(&costs, run, keep, progress) {
        return Err(StudyError::Stopped);
    }
    let results = results.into_inner().expect("no job panics while it keeps a result");
    for ((place, _), result) in jobs.iter().zip(results) {
        done[*place].push(result.expect("every job was run")?);
    }
    Ok(())
}

/// How many replications more a variant needs for its headlines to be precise.
fn missing(graph: &Graph, runs: &[Replication], precision: Precision) -> u32 {
    match decision(&watched(runs, precision), graph, runs.len(), precision) {
        Decision::MoreReplications(more) => more,
        Decision::Enough | Decision::CapReached { .. } => 0,
    }
}

/// The headlines of `result` that are not as precise as was asked for although no further
/// replication was allowed, each with the half-width that was achieved: a share of the mean, of
/// ratios the half-width itself, and infinite if there is no interval.
#[must_use]
pub fn imprecise(result: &VariantResult, precision: Precision) -> Vec<(&'static str, f64)> {
    let watched = watched(&result.replications, precision);
    match decision(&watched, &result.graph, result.replications.len(), precision) {
        Decision::MoreReplications(_) | Decision::Enough => Vec::new(),
        Decision::CapReached { achieved } => {
            let names = watched.iter().map(|(name, ..)| *name);
            names.zip(achieved).filter(|(_, it)| *it > precision.half_width).collect()
        }
    }
}

/// The headlines that have a value in each replication, with what they are to come to.
fn watched(runs: &[Replication], precision: Precision) -> Vec<(&'static str, Vec<f64>, Target)> {
    let mut values = Vec::new();
    for (place, metric) in end_to_end().enumerate() {
        if HEADLINES.contains(&metric.name) {
            let of_metric: Vec<f64> = runs.iter().map(|run| run.summary[place]).collect();
            let target = if metric.unit == Unit::Share {
                Target::Absolute(precision.half_width)
            } else {
                Target::Relative(precision.half_width)
            };
            if of_metric.iter().all(|value| value.is_finite()) {
                values.push((metric.name, of_metric, target));
            }
        }
    }
    values
}

/// What to do after `done` replications.
fn decision(
    watched: &[(&'static str, Vec<f64>, Target)],
    graph: &Graph,
    done: usize,
    precision: Precision,
) -> Decision {
    let confidence = Confidence::new(graph.run.confidence).unwrap_or(Confidence::P95);
    let watched: Vec<Watched<'_>> =
        watched.iter().map(|(_, values, target)| Watched { values, target: *target }).collect();
    let limits = Limits { cap: precision.cap, ..Limits::default() };
    decide(&watched, u32::try_from(done).unwrap_or(u32::MAX), limits, confidence)
}
