//! Replicas that fail and are repaired: how often enough of them are up.

use std::ops::Range;
use std::sync::Arc;

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Measured, Size};
use super::super::simulated::graphs;
use super::super::text::{page, poisson, server, span, steady_for};
use crate::graph::Graph;
use crate::model::Warmup;
use crate::rng::Key;
use crate::study::outages;
use crate::theory::Availability;
use crate::time::Time;
use crate::world::{self, Workspace};

/// The length of a run: 30 years, in hours.
const RUN_H: f64 = 30.0 * 8_766.0;

/// A full run has so many failures of replicas at least.
const FAILURES: f64 = 1e5;

/// And so many that the tolerance is as many standard errors.
const ERRORS: f64 = 2.75;

/// More failures than this are not simulated.
const MOST_FAILURES: f64 = 2e9;

/// A quick run has one for so many failures of a full one.
const QUICK_DIVISOR: f64 = 40.0;

/// Experiments are in so many parts at least, each of several runs.
const PARTS: f64 = 400.0;

const HOUR_S: f64 = 3_600.0;

/// The variant with a crew for each replica; the other has one crew.
const INDEPENDENT: &str = "independent";

const TOO_RARE: &str = "simulated, an outage comes once in too many failures to wait for";

/// What fails in a case, by theory.
struct Known {
    node: Availability,
    independent: Availability,
    one_crew: Availability,
}

/// A number that is held against an expected value.
struct Number {
    measured: Measured,
    value: Value,
}

/// Where it comes from.
enum Value {
    Formula(f64),
    Simulated(fn(&Down) -> f64),
}

/// Replicas that fail and are repaired behind a balancer that does too. What theory says is held
/// against the expected values as it is, and what is simulated with the rest of each to 1.
pub(super) fn availability(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let (nodes, needed) = (case.whole("nodes")?, case.whole("needed")?);
    let (mtbf, mttr) = (case.number("mtbf_hours")?, case.number("mttr_hours")?);
    let of = |nodes, needed, crews| {
        Availability::new(nodes, needed, mtbf, mttr, crews).map_err(|error| error.to_string())
    };
    let known = Known {
        node: of(1, 1, 1)?,
        independent: of(nodes, needed, nodes)?,
        one_crew: of(nodes, needed, 1)?,
    };
    let rest = case.tolerance.unavailability().unwrap_or(0.05);
    let all = [known.node, known.independent, known.one_crew];
    let hours = all.iter().filter_map(|it| hours(it, rest)).fold(RUN_H, f64::max);
    let (size, runs) = sizes(hours, known.independent.failures(), effort);
    let variants = graphs(&text(nodes, needed, mtbf, mttr))?;
    let (mut numbers, mut left_out) = (Vec::new(), Vec::new());
    for (name, _) in case.expected() {
        let (formula, simulated, too_rare) = number(name, &known, rest, nodes)
            .ok_or_else(|| format!("`{name}` is no metric of this group"))?;
        numbers.push(formula);
        match too_rare {
            true => left_out.push((name.to_owned(), TOO_RARE.to_owned())),
            false => numbers.push(simulated),
        }
    }
    let (metrics, values): (Vec<Measured>, Vec<Value>) =
        numbers.into_iter().map(|it| (it.measured, it.value)).unzip();
    let run = move |part: u32| {
        let down = Down::over(&variants, part * runs..(part + 1) * runs)?;
        let number = |value: &Value| match value {
            Value::Formula(number) => *number,
            Value::Simulated(of) => of(&down),
        };
        Ok(values.iter().map(number).collect())
    };
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let cost = size.each();
    Ok(Experiment { size, cost, metrics, left_out, trials: None, run: Box::new(run) })
}

/// The two numbers that are held against the expected value called `name`, and whether what the
/// second is about comes too seldom.
fn number(name: &str, known: &Known, rest: f64, nodes: u32) -> Option<(Number, Number, bool)> {
    let (alone, pool, crew) = (known.node, known.independent, known.one_crew);
    type Of = fn(&Down) -> f64;
    let (value, highest, of, rare): (f64, f64, Of, Option<&Availability>) = match name {
        "node_availability" => (alone.available(), 1.0, |it| 1.0 - it.front, None),
        "system_availability_independent" => {
            (pool.available(), 1.0, |it| 1.0 - it.pool, Some(&pool))
        }
        "system_availability_one_crew" => {
            (crew.available(), 1.0, |it| 1.0 - it.one_crew, Some(&crew))
        }
        "mean_nodes_up_independent" => (pool.mean_up(), f64::from(nodes), |it| it.up, None),
        "series_lb_then_pool" => {
            (alone.available() * pool.available(), 1.0, |it| 1.0 - it.series, None)
        }
        _ => return None,
    };
    let too_rare = rare.is_some_and(|it| hours(it, rest).is_none());
    let measured = |label: &str, allowed| Measured {
        metric: name.to_owned(),
        label: Some(label.to_owned()),
        allowed,
    };
    let formula = Number { measured: measured("formula", None), value: Value::Formula(value) };
    let allowed = Some(rest * (highest - value));
    let simulated =
        Number { measured: measured("simulated", allowed), value: Value::Simulated(of) };
    Some((formula, simulated, too_rare))
}

/// Shares of time over some runs.
#[derive(Debug, Default)]
struct Down {
    /// In which the balancer was down.
    front: f64,
    /// In which too few of the pool were up.
    pool: f64,
    /// The same with one crew.
    one_crew: f64,
    /// In which the balancer was down or too few of the pool were up.
    series: f64,
    /// How many of the pool were up, on average.
    up: f64,
}

impl Down {
    /// What is seen in these runs, one after the other.
    fn over(variants: &[(String, Arc<Graph>)], runs: Range<u32>) -> Result<Self, String> {
        let mut all = Self::default();
        let mut space = Workspace::default();
        let count = f64::from(runs.end - runs.start);
        for replication in runs {
            for (name, graph) in variants {
                all.add(name == INDEPENDENT, graph, replication, count, &mut space)?;
            }
        }
        Ok(all)
    }

    /// Adds a run, one of so many.
    #[allow(clippy::cast_precision_loss, reason = "shares of time for statistics")]
    fn add(
        &mut self,
        independent: bool,
        graph: &Graph,
        replication: u32,
        count: f64,
        space: &mut Workspace,
    ) -> Result<(), String> {
        let Some(Warmup::Given(from)) = graph.run.warmup else { return Err("no warm-up".into()) };
        let from = Time(from.0);
        let root = Key::root(graph.run.seed, replication);
        let mut ended = world::run_in(space, graph, root, outages(graph, from));
        if let Some(halt) = ended.halt {
            return Err(halt.to_string());
        }
        ended.observer.close(ended.at);
        let window = ended.at.since(from).0 as f64 * count;
        let share = |nanos: u128| nanos as f64 / window;
        let of = |node: &str, replica| {
            let id = graph.node(node)?;
            ended.observer.at(id.index(), replica).map(|it| share(it.down))
        };
        let pool = of("app", None).ok_or("no pool")?;
        if !independent {
            self.one_crew += pool;
            return Ok(());
        }
        self.pool += pool;
        self.front += of("front", None).ok_or("no balancer")?;
        self.series += share(ended.observer.any());
        let replicas = (0..u16::MAX).map_while(|replica| of("app", Some(replica)));
        self.up += replicas.map(|down| 1.0 / count - down).sum::<f64>();
        Ok(())
    }
}

/// How many hours it takes until the share of time without enough replicas is known; none if that
/// is too long.
fn hours(it: &Availability, rest: f64) -> Option<f64> {
    // The lengths of outages, and of the times between them, are about exponential, so that the
    // error of the share is the root of 2 over their number.
    let outages = 2.0 * (ERRORS / rest) * (ERRORS / rest);
    let hours = (outages / it.outages()).max(FAILURES / it.failures());
    (hours * it.failures() <= MOST_FAILURES).then_some(hours)
}

/// In how many parts of how many runs so many hours are simulated.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive numbers far below 2^32, and casts saturate"
)]
fn sizes(hours: f64, failures_per_hour: f64, effort: Effort) -> (Size, u32) {
    let (hours, full) = match effort {
        Effort::Full => (hours, hours),
        Effort::Quick => (hours / QUICK_DIVISOR, hours),
    };
    let runs = (hours / RUN_H).ceil().max(10.0);
    let each = (runs / PARTS).ceil();
    let parts = (runs / each).ceil();
    let failures = |hours: f64| (hours * failures_per_hour).ceil() as u64;
    let requests = failures(parts * each * RUN_H);
    let full = failures(full).max(requests);
    (Size { full, requests, replications: parts as u32 }, each as u32)
}

fn text(nodes: u32, needed: u32, mtbf_h: f64, mttr_h: f64) -> String {
    let fault = |node: &str| {
        format!(
            "[fault.{node}]\nkind = \"crash\"\nnode = \"{node}\"\nmtbf = {{ exp = {} }}\n\
             mttr = {{ exp = {} }}\n",
            span(mtbf_h * HOUR_S),
            span(mttr_h * HOUR_S)
        )
    };
    [
        steady_for(RUN_H * HOUR_S, 20.0 * mttr_h * HOUR_S, &[]),
        page("{ wait = \"0s\" }"),
        // Nobody has to ask for a failure to happen.
        poisson(1.0 / (RUN_H * HOUR_S), "front"),
        "[node.front]\nkind = \"load-balancer\"\n[link.front.app]\n".to_owned(),
        server("app", &format!("replicas = {nodes}\nneeded = {needed}")),
        fault("front"),
        fault("app"),
        format!("[variant.{INDEPENDENT}.fault.app]\ncrews = {nodes}\n"),
        "[variant.one-crew.fault.app]\ncrews = 1\n".to_owned(),
        "[variant.one-crew.fault.front]\nenabled = false\n".to_owned(),
    ]
    .concat()
}
