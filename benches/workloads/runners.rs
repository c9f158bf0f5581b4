//! Who runs a workload: the simulator, loops written for it alone, and a library of events.

use crate::laws::{Inverse, Laws, Ziggurat};
use crate::outcome::Outcome;
use crate::support::{Workload, simulate};
use crate::{heap, heapless, models, rival};
use lindley::graph::Graph;
use lindley::metrics::end_to_end;

/// Runs a workload until a moment, in nanoseconds.
type Run = Box<dyn Fn(u64) -> Outcome>;

/// Somebody who runs a workload.
pub struct Runner {
    /// What it is called in the table.
    pub name: &'static str,
    pub run: Run,
}

/// All who run a workload; the first one is the simulator, if it accepts the scenario.
pub fn runners(workload: Workload, graph: Option<Graph>) -> Vec<Runner> {
    let mut all = Vec::new();
    if let Some(graph) = graph {
        all.push(runner("lindley", move |_| lindley(&graph)));
    }
    all.push(runner("heap loop", move |end| on_heap::<Ziggurat>(workload, end)));
    all.push(runner("heapless loop", move |end| without_heap::<Ziggurat>(workload, end)));
    all.push(runner("heap loop, our laws", move |end| on_heap::<Inverse>(workload, end)));
    all.push(runner("heapless, our laws", move |end| without_heap::<Inverse>(workload, end)));
    all.push(runner("desque", move |end| on_desque(workload, end)));
    all
}

fn runner(name: &'static str, run: impl Fn(u64) -> Outcome + 'static) -> Runner {
    Runner { name, run: Box::new(run) }
}

fn lindley(graph: &Graph) -> Outcome {
    let run = simulate(graph);
    let reading = |name: &str| {
        let place = end_to_end().position(|metric| metric.name == name);
        run.summary[place.unwrap_or_else(|| panic!("there is no {name}"))]
    };
    let hits = reading("hit_ratio");
    Outcome {
        requests: run.observations,
        mean: reading("latency_mean") * 1e3,
        hits: (!hits.is_nan()).then_some(hits),
    }
}

fn on_heap<L: Laws>(workload: Workload, end: u64) -> Outcome {
    match workload {
        Workload::W1 => heap::run(models::w1::Queue::<L>::new(), end),
        Workload::W2 => heap::run(models::w2::Web::<L>::new(), end),
        Workload::W3 => heap::run(models::w3::Cached::<L>::new(), end),
        Workload::W4 => heap::run(models::w4::Closed::<L>::new(), end),
    }
}

fn without_heap<L: Laws>(workload: Workload, end: u64) -> Outcome {
    match workload {
        Workload::W1 => heapless::w1::run::<L>(end),
        Workload::W2 => heapless::w2::run::<L>(end),
        Workload::W3 => heapless::w3::run::<L>(end),
        Workload::W4 => heapless::w4::run::<L>(end),
    }
}

fn on_desque(workload: Workload, end: u64) -> Outcome {
    match workload {
        Workload::W1 => rival::run(models::w1::Queue::<Ziggurat>::new(), end),
        Workload::W2 => rival::run(models::w2::Web::<Ziggurat>::new(), end),
        Workload::W3 => rival::run(models::w3::Cached::<Ziggurat>::new(), end),
        Workload::W4 => rival::run(models::w4::Closed::<Ziggurat>::new(), end),
    }
}
