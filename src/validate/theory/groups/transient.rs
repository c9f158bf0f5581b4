//! Many short runs from an empty system: what is there at one moment.

use std::sync::Arc;

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Measured, Size};
use super::super::simulated::graphs;
use super::super::text::{exponential, page, poisson, server, span};
use crate::graph::Graph;
use crate::observe::{Audit, Probes};
use crate::rng::Key;
use crate::time::Time;
use crate::world;

/// Runs that share one entry of the results, so that memory does not grow with their number.
const BATCHES: u32 = 20;

/// M/M/1 from empty: how many are present at a moment, over many runs of which nothing is cut.
pub(super) fn from_empty(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let moment = case.number("t")?;
    let per_second = case.number("arrival_rate")?;
    let text = [
        format!("study = \"terminating\"\nduration = {}\n", span(moment)),
        page(&format!("{{ cpu = {} }}", exponential(1.0 / case.number("service_rate")?))),
        poisson(per_second, "app"),
        server("app", "cores = 1"),
        format!("[probe.moment]\nnode = \"app\"\nat = [{}]\n", span(moment)),
    ];
    let variants = graphs(&text.concat())?;
    let (_, graph) = variants.into_iter().next().ok_or("no variant")?;
    let size = size(case, effort)?;
    let each = u32::try_from(size.requests / u64::from(BATCHES)).map_err(|e| e.to_string())?;
    let names: Vec<String> = case.expected().map(|(name, _)| name.to_owned()).collect();
    for name in &names {
        if value(name, Present::default()).is_none() {
            return Err(format!("`{name}` is no metric of this group"));
        }
    }
    let metrics = names.iter().map(|name| Measured::plain(name.clone())).collect();
    let cost = f64::from(each) * per_second * moment;
    let run = move |batch: u32| {
        let present = present(&graph, batch * each..(batch + 1) * each)?;
        Ok(names.iter().map(|name| value(name, present).unwrap_or(f64::NAN)).collect())
    };
    Ok(Experiment { size, cost, metrics, left_out: Vec::new(), trials: None, run: Box::new(run) })
}

/// The runs of a full validation are those that the case names; a quick one has a tenth.
fn size(case: &Case, effort: Effort) -> Result<Size, String> {
    let runs = u64::from(case.tolerance.runs().ok_or("no `replications`")?);
    let requests = match effort {
        Effort::Full => runs,
        Effort::Quick => (runs / 10).max(u64::from(BATCHES)),
    };
    Ok(Size { full: runs, requests, replications: BATCHES })
}

/// What was present over some runs.
#[derive(Debug, Clone, Copy, Default)]
struct Present {
    runs: f64,
    sum: f64,
    empty: f64,
}

fn value(name: &str, present: Present) -> Option<f64> {
    match name {
        "mean_in_system_at_t" => Some(present.sum / present.runs),
        "p_empty_at_t" => Some(present.empty / present.runs),
        _ => None,
    }
}

/// Runs replications one after the other, and keeps of each what its probe saw.
fn present(graph: &Arc<Graph>, runs: std::ops::Range<u32>) -> Result<Present, String> {
    let mut present = Present::default();
    for replication in runs {
        let root = Key::root(graph.run.seed, replication);
        let probes = Probes::new(&graph.probes, Time::ZERO);
        let audit = Audit::new(graph.names.len(), Time::ZERO);
        let mut ended = world::run(graph, root, (probes, audit));
        let (probes, audit) = &mut ended.observer;
        audit
            .close(ended.at, &ended.requests, &ended.inside, &graph.names)
            .map_err(|violation| format!("replication {replication}: {violation}"))?;
        let seen = probes.close(ended.at);
        let count = seen.first().and_then(|moments| moments.first().copied().flatten());
        let count = count.ok_or("the moment never came")?;
        present.runs += 1.0;
        present.sum += count;
        present.empty += f64::from(count < 0.5);
    }
    Ok(present)
}
