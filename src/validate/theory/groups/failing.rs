//! How long it takes until somebody notices that a replica has failed.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Size};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{page, rate, server, span, steady_for};

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
