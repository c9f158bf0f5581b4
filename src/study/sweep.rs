//! Running the points of a sweep: all replications of all variants at all points as one pool.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::pool::{Job, Progress, run_jobs};
use super::replication::{Replication, RunFault, Wanted, replicate_in, window_of};
use super::results::{Stability, SummaryRow, VariantResult};
use super::run::{StudyError, Variant, cost, warm_up_cuts};
use crate::stats::Status;
use crate::time::Time;
use crate::world::Workspace;

/// The end-to-end metrics that each sweep has, in the order of its table; after them come all
/// others of which some variant has a number.
pub const SWEEP_METRICS: [&str; 10] = [
    "latency_mean",
    "latency_p50",
    "latency_p99",
    "latency_p999",
    "wait_mean",
    "throughput",
    "goodput",
    "success_ratio",
    "cost_per_hour",
    "cost_per_million",
];

/// One variant at one point of a sweep.
#[derive(Debug, Clone)]
pub struct SweepPoint {
    /// The number of the point, from 0; its variants share the cut at the beginning.
    pub point: usize,
    /// What is run there.
    pub variant: Variant,
}

/// A number at a point of a sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SweepReading {
    /// Mean, low and high end, in the unit of results; none where there is no number.
    pub numbers: [Option<f64>; 3],
    /// What it is worth.
    pub status: Status,
}

/// What one variant came to at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepRow {
    /// Each end-to-end metric that results of the variant have, by its name.
    pub metrics: BTreeMap<String, SweepReading>,
    /// The utilisation of each node that has cores, by its name.
    pub utilisation: BTreeMap<String, SweepReading>,
    /// The longest queue of each node that has one, by its name.
    pub queue_max: BTreeMap<String, SweepReading>,
    /// What the mean latency is worth, or that the variant cannot keep up.
    pub status: Status,
}

impl SweepRow {
    /// What `result` came to.
    #[must_use]
    pub fn of(result: &VariantResult) -> Self {
        let summary = result.summary();
        let row = |name: &str| summary.iter().find(|row| row.metric == name);
        let metrics = summary.iter().map(|row| (row.metric.clone(), reading(row))).collect();
        let nodes = result.nodes();
        let name = |row: &super::NodeRow| result.graph.names[row.node.index()].clone();
        let at_nodes = |metric: &str| {
            let whole = nodes.iter().filter(|it| it.replica.is_none() && it.class.is_none());
            let own = whole.filter(|it| it.row.metric == metric);
            own.map(|it| (name(it), reading(&it.row))).collect()
        };
        let status = match result.stability {
            Stability::Stable => row("latency_mean").map_or(Status::Insufficient, |it| it.status),
            Stability::Unstable { .. } | Stability::Unsettled => Status::Unstable,
        };
        Self {
            metrics,
            utilisation: at_nodes("utilisation"),
            queue_max: at_nodes("queue_max"),
            status,
        }
    }

    /// The mean of the end-to-end metric called `name`, if there is a number.
    #[must_use]
    pub fn mean(&self, name: &str) -> Option<f64> {
        self.metrics.get(name).and_then(|it| it.numbers[0])
    }
}

/// Runs all replications of those of `points` for which `is_wanted` says so, and hands each point's
/// result to `conclude` as soon as its last replication is done, in any order.
///
/// Points that are not wanted take part in finding the common cut of their neighbours, so that a
/// sweep that goes on where it was stopped comes to the same as one that never was.
///
/// # Errors
/// If an audit fails, or if `progress` stops the pool.
pub fn run_points(
    points: &[SweepPoint],
    is_wanted: impl Fn(usize) -> bool,
    conclude: impl Fn(usize, VariantResult) + Sync,
    progress: &dyn Progress,
) -> Result<(), StudyError> {
    let wanted: Vec<usize> = (0..points.len()).filter(|place| is_wanted(*place)).collect();
    let open: Vec<usize> = wanted.iter().map(|place| points[*place].point).collect();
    // Points are in order, so those that are open are as well.
    let taking_part: Vec<&SweepPoint> =
        points.iter().filter(|it| open.binary_search(&it.point).is_ok()).collect();
    let variants: Vec<&Variant> = taking_part.iter().map(|it| &it.variant).collect();
    let groups: Vec<usize> = taking_part.iter().map(|it| it.point).collect();
    let cuts = warm_up_cuts(&variants, &groups, progress)?;
    let cut = |place: usize| cuts.get(&points[place].point).cloned().unwrap_or_default();
    let mut jobs = Vec::new();
    let mut costs = Vec::new();
    for place in wanted {
        let graph = &points[place].variant.graph;
        let cost = cost(graph);
        jobs.extend((0..graph.run.replications).map(|replication| (place, replication)));
        costs.extend((0..graph.run.replications).map(|_| Job { cost }));
    }
    let run = |space: &mut Workspace, job: usize| {
        space.stopper = progress.stopper();
        let (place, replication) = jobs[job];
        let graph = &points[place].variant.graph;
        let window = window_of(graph, cut(place).found).min(Time(graph.run.duration.0));
        replicate_in(space, graph, replication, window, Wanted::default())
    };
    let gathered = Mutex::new(Gathered::default());
    let keep = |job: usize, result: Result<Replication, RunFault>| {
        let (place, replication) = jobs[job];
        let variant = &points[place].variant;
        let complete = {
            let mut gathered = gathered.lock().expect("no job panics while it keeps a result");
            gathered.keep(place, replication, result, variant.graph.run.replications as usize)
        };
        if let Some(runs) = complete {
            conclude(place, VariantResult::new(variant, cut(place), runs));
        }
    };
    let is_whole = run_jobs(&costs, run, keep, progress);
    let gathered = gathered.into_inner().expect("no job panics while it keeps a result");
    match gathered.fault {
        Some(fault) => Err(fault.into()),
        None if is_whole => Ok(()),
        None => Err(StudyError::Stopped),
    }
}

/// Replications of points that are not complete yet. Those of one point are as costly as one
/// another and therefore neighbours in the pool, so that few points are open at a time.
#[derive(Default)]
struct Gathered {
    runs: BTreeMap<usize, BTreeMap<u32, Replication>>,
    /// The first fault.
    fault: Option<RunFault>,
}

impl Gathered {
    /// Keeps a replication; returns all `count` of its point when it is the last one.
    fn keep(
        &mut self,
        place: usize,
        replication: u32,
        result: Result<Replication, RunFault>,
        count: usize,
    ) -> Option<Vec<Replication>> {
        match result {
            Ok(run) => {
                let runs = self.runs.entry(place).or_default();
                runs.insert(replication, run);
                if runs.len() < count {
                    return None;
                }
                self.runs.remove(&place).map(|runs| runs.into_values().collect())
            }
            Err(fault) => {
                self.fault.get_or_insert(fault);
                None
            }
        }
    }
}

fn reading(row: &SummaryRow) -> SweepReading {
    let numbers = [row.mean, row.interval.map(|it| it.low), row.interval.map(|it| it.high)];
    SweepReading { numbers, status: row.status }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Files, build};
    use crate::scenario::source::Memory;
    use crate::scenario::{BASE, Diagnostics, Scenario};
    use crate::study::{Plan, run_variants};

    struct NoFiles;

    impl Files for NoFiles {
        fn text(&mut self, path: &str) -> Result<String, String> {
            Err(format!("no {path}"))
        }

        fn trace(&mut self, path: &str) -> Result<Arc<crate::trace::Trace>, String> {
            Err(format!("no {path}"))
        }
    }

    const QUEUE: &str = "duration = '50s'\nwarmup = 'auto'\nreplications = 5\n\
        [endpoint.page]\nwork = [{ cpu = { exp = '10ms' } }]\n\
        [node.users]\nkind = 'client'\narrivals = { poisson = '60/s' }\nmix = { page = 1 }\n\
        [node.app]\nkind = 'server'\ncores = 1\n[link.users.app]\n";

    fn points(rates: &[&str]) -> Vec<SweepPoint> {
        let point = |(point, rate): (usize, &&str)| {
            let mut diagnostics = Diagnostics::new();
            let files = Memory::of(&[("q.toml", QUEUE)]);
            let sets = [format!("node.users.arrivals.poisson={rate}")];
            let scenario = Scenario::load(Path::new("q.toml"), &files, &sets, &mut diagnostics);
            let model = scenario.model(BASE, &[], &mut diagnostics).expect("a model");
            let graph = Arc::new(build(&model, &mut NoFiles, &mut diagnostics).expect("a graph"));
            SweepPoint { point, variant: Variant { name: BASE.to_owned(), graph } }
        };
        rates.iter().enumerate().map(point).collect()
    }

    fn rows(points: &[SweepPoint], is_wanted: impl Fn(usize) -> bool) -> BTreeMap<usize, SweepRow> {
        let rows = Mutex::new(BTreeMap::new());
        let conclude = |place, result: VariantResult| {
            rows.lock().unwrap().insert(place, SweepRow::of(&result));
        };
        run_points(points, is_wanted, conclude, &()).expect("no fault");
        rows.into_inner().unwrap()
    }

    #[test]
    fn a_point_comes_to_the_same_as_a_run_of_its_own() {
        let points = points(&["30/s", "60/s"]);
        let rows = rows(&points, |_| true);
        for (place, point) in points.iter().enumerate() {
            let alone = run_variants(std::slice::from_ref(&point.variant), Plan::default(), &());
            assert_eq!(rows[&place], SweepRow::of(&alone.expect("no fault")[0]));
        }
    }

    #[test]
    fn only_what_is_wanted_is_run() {
        let rows = rows(&points(&["30/s", "60/s", "50/s"]), |place| place != 1);
        assert_eq!(rows.keys().copied().collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn a_stopped_sweep_says_so() {
        struct Stopped;
        impl Progress for Stopped {
            fn advance(&self) {}
            fn is_stopped(&self) -> bool {
                true
            }
        }
        let stopped = run_points(&points(&["30/s"]), |_| true, |_, _| {}, &Stopped);
        assert_eq!(stopped, Err(StudyError::Stopped));
    }
}
