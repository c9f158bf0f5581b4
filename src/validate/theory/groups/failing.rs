//! Replicas that fail: how often enough of them are up, and how long it takes until somebody
//! notices.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Size};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{page, poisson, rate, server, span, steady_for};
use crate::theory::Availability;

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

/// What fails in a case, by theory.
struct Known {
    node: Availability,
    independent: Availability,
    one_crew: Availability,
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
    let experiment = Simulated::new(text(nodes, needed, mtbf, mttr), size)
        .experiment(case, |name| readings(name, &known, rest, nodes))?;
    Ok(in_parts(experiment, runs))
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

/// Each replication is the average of so many runs.
fn in_parts(experiment: Experiment, runs: u32) -> Experiment {
    let run = experiment.run;
    let average = move |part: u32| -> Result<Vec<f64>, String> {
        let mut sums: Vec<f64> = Vec::new();
        for number in part * runs..(part + 1) * runs {
            let numbers = run(number)?;
            sums.resize(numbers.len(), 0.0);
            for (sum, number) in sums.iter_mut().zip(numbers) {
                *sum += number / f64::from(runs);
            }
        }
        Ok(sums)
    };
    Experiment { run: Box::new(average), ..experiment }
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
        format!("[variant.independent.fault.app]\ncrews = {nodes}\n"),
        "[variant.one-crew.fault.app]\ncrews = 1\n".to_owned(),
        "[variant.one-crew.fault.front]\nenabled = false\n".to_owned(),
    ]
    .concat()
}

fn readings(name: &str, known: &Known, rest: f64, nodes: u32) -> Vec<Read> {
    let independent = known.independent.available();
    let (value, highest, variant) = match name {
        "node_availability" => (known.node.available(), 1.0, "independent"),
        "system_availability_independent" => (independent, 1.0, "independent"),
        "system_availability_one_crew" => (known.one_crew.available(), 1.0, "one-crew"),
        "mean_nodes_up_independent" => {
            (known.independent.mean_up(), f64::from(nodes), "independent")
        }
        "series_lb_then_pool" => (known.node.available() * independent, 1.0, "independent"),
        _ => return Vec::new(),
    };
    let of_system = match name {
        "system_availability_independent" => Some(&known.independent),
        "system_availability_one_crew" => Some(&known.one_crew),
        _ => None,
    };
    let formula = Read::known(value).labelled("formula");
    if of_system.is_some_and(|it| hours(it, rest).is_none()) {
        let reason = "simulated, an outage comes once in too many failures to wait for";
        return vec![formula, Read::left_out(reason)];
    }
    let metric = name.to_owned();
    let simulated = Read::variant(variant, move |view| match metric.as_str() {
        "node_availability" => view.at("front", "availability"),
        "mean_nodes_up_independent" => view.at("app", "replicas_up_mean"),
        "series_lb_then_pool" => view.overall("availability"),
        _ => view.at("app", "availability"),
    });
    vec![formula, simulated.labelled("simulated").within(rest * (highest - value))]
}

/// Failures of a replica in a run whose requests are measured, and in one that only probes.
const BUSY_FAILURES: f64 = 20.0;
const QUIET_FAILURES: f64 = 2_000.0;

/// A replica that vanishes again and again behind a balancer that sends probes.
pub(super) fn detection(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let (interval, timeout) = (case.number("probe_interval")?, case.number("probe_timeout")?);
    let (fall, nodes) = (case.whole("fall_threshold")?, case.whole("nodes")?);
    let per_second = case.number("arrival_rate")?;
    let gap = interval.max(timeout);
    // Down until it was noticed for sure, and up until it was seen again; up for as long as puts
    // the next failure anywhere between two probes.
    let (down, up) = (f64::from(fall + 2) * gap + timeout, 3.0 * gap);
    let cycle = down + up + interval / 2.0;
    let (busy, quiet) = match effort {
        Effort::Full => (BUSY_FAILURES, QUIET_FAILURES),
        Effort::Quick => (BUSY_FAILURES / 4.0, QUIET_FAILURES / 4.0),
    };
    let full = effort.size(1);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive numbers far below 2^64"
    )]
    let requests = |failures: f64| (failures * cycle * per_second).ceil() as u64 * 10;
    let size = Size { full: requests(BUSY_FAILURES), requests: requests(busy), ..full };
    let text = [
        steady_for(quiet * cycle, cycle, &[]),
        page("{ wait = \"0s\" }"),
        "[node.users]\nkind = \"client\"\nmix = { page = 1 }\n[link.users.front]\n".to_owned(),
        format!(
            "[node.front]\nkind = \"load-balancer\"\nalgorithm = \"round-robin\"\n\
             health = {{ active = {{ interval = {}, timeout = {}, fall = {fall}, rise = 1 }} }}\n\
             [link.front.app]\n",
            span(interval),
            span(timeout)
        ),
        server("app", &format!("replicas = {nodes}")),
        format!(
            "[fault.death]\nkind = \"black-hole\"\nnode = \"app\"\nreplica = 1\nmttr = {}\n\
             mtbf = {{ uniform = {{ min = {}, max = {} }} }}\n",
            span(down),
            span(up),
            span(up + interval)
        ),
        format!("[variant.busy]\nduration = {}\n", span((busy + 1.0) * cycle)),
        format!("[variant.busy.node.users]\narrivals = {{ poisson = {} }}\n", rate(per_second)),
        format!("[variant.quiet.node.users]\narrivals = {{ interval = {} }}\n", span(cycle)),
    ];
    let read = |variant: &str, metric: &'static str| {
        vec![Read::variant(variant, move |view| view.at("app", metric))]
    };
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "mean_detection_seconds" => read("quiet", "detection_time_mean"),
        "min_detection_seconds" => read("quiet", "detection_time_min"),
        "max_detection_seconds" => read("quiet", "detection_time_max"),
        "mean_requests_lost_no_retry" => read("busy", "missed_per_failure"),
        _ => Vec::new(),
    })
}
