//! Judging recordings in which a backend fails.
//!
//! Where what was recorded depends on the phase of a clock or of probes, it lies within the range
//! of many courses of events, widened by 3 %, or by 3 requests. Else the rules of all other cases
//! hold, and so they do for latencies whose courses hardly differ. What returns does so within a
//! second of the recorded moment. Once most requests fail, the latencies of the few that do not are
//! noise, and so is who answers them. A retry storm, which amplifies noise by its nature, is judged
//! by whether it comes.

use super::failing::FAILING;
use super::judge::{
    COUNT, FAILED, FEW, MEAN, MEANS, OK, Reading, Row, Rule, SATURATED, TAIL, TAILS, judged, range,
    row, shares,
};
use super::recording::{Recording, Run};
use super::seen::Seen;

/// The share of failures above which a retry storm has come.
const STORM: f64 = 0.8;

/// How far the moment of a return may be outside of the range, in seconds.
const RETURN_S: f64 = 1.0;

/// The rows of a case in which a backend fails, or all are slow.
pub(super) fn rows(recording: &Recording, seen: &[Seen], load: f64) -> Vec<Row> {
    let runs = &recording.runs[..];
    let rule = |share, few| {
        if recording.has_phase() {
            Rule::Within { share: MEAN, few }
        } else {
            Rule::Near { share, few }
        }
    };
    let failed = range(runs.iter().map(failed_share));
    let is_noise = failed.1 > 0.5;
    let is_storm = is_noise && !recording.has_phase();
    let unless = |is_shown: bool, rule| if is_shown { Rule::Shown } else { rule };
    let count = rule(COUNT, FEW);
    // Courses that differ by less than the tolerance do not depend on the phase.
    let latency = |of: Reading, share| {
        let (low, high) = range(seen.iter().map(of.1));
        if high - low > low * share { rule(share, 0.0) } else { Rule::Near { share, few: 0.0 } }
    };
    let mean = unless(is_noise, latency(MEANS, MEAN));
    let tail = unless(is_noise || load > SATURATED, latency(TAILS, TAIL));
    let mut rows = vec![
        row("answered", runs, seen, OK, unless(is_storm, count)),
        row("failed", runs, seen, FAILED, unless(is_storm, count)),
        row("latency_mean (ms)", runs, seen, MEANS, mean),
        row("latency_p99 (ms)", runs, seen, TAILS, tail),
    ];
    if is_storm {
        rows.push(storm(runs, seen, Rule::Bounds(STORM, 1.0)));
    }
    rows.extend(shares(recording, runs, seen, unless(is_noise, count)));
    rows.extend(besides(recording, seen, unless(is_noise, count), count));
    rows
}

#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
fn failed_share(run: &Run) -> f64 {
    (run.n - run.ok) as f64 / run.n as f64
}

#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
fn storm(runs: &[Run], seen: &[Seen], rule: Rule) -> Row {
    let simulated: Vec<f64> = seen.iter().map(|it| (it.n - it.ok) as f64 / it.n as f64).collect();
    judged("failed (share)".to_owned(), range(runs.iter().map(failed_share)), &simulated, rule)
}

/// What is only seen where a backend fails: slow answers, attempts, and when it is back.
#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
fn besides(recording: &Recording, seen: &[Seen], slow: Rule, count: Rule) -> Vec<Row> {
    let runs = || recording.runs.iter().filter_map(|run| run.failing.as_ref());
    let simulated = || seen.iter().filter_map(|seen| seen.failing.as_ref());
    let recorded = range(runs().map(|run| run.slow as f64));
    let numbers: Vec<f64> = simulated().map(|seen| seen.slow as f64).collect();
    let mut rows = vec![judged("above 250 ms".to_owned(), recorded, &numbers, slow)];
    for backend in 0..recording.slots.len() {
        let recorded = range(runs().map(|run| run.attempts[backend] as f64));
        let numbers: Vec<f64> = simulated().map(|seen| seen.attempts[backend] as f64).collect();
        // What does not reach a backend it does not count, and a new process counts anew.
        let is_lost = backend == FAILING
            && matches!(recording.fault.as_deref(), Some("refuse" | "blackhole" | "crash"));
        let rule = if is_lost { Rule::Shown } else { count };
        rows.push(judged(format!("attempts at {}", backend + 1), recorded, &numbers, rule));
    }
    if runs().any(|run| run.back.is_some()) {
        let second = |back: Option<u64>| back.map_or(f64::NAN, |second| second as f64);
        let recorded = range(runs().map(|run| second(run.back)));
        let numbers: Vec<f64> = simulated().map(|seen| second(seen.back)).collect();
        let rule = if recording.has_phase() {
            Rule::Within { share: 0.0, few: RETURN_S }
        } else {
            Rule::Near { share: 0.0, few: RETURN_S }
        };
        rows.push(judged("back in second".to_owned(), recorded, &numbers, rule));
    }
    rows
}
