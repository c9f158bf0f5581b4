//! How a variant stands to the objectives of its scenario.

use crate::metrics::Unit;
use crate::stats::Interval;
use crate::study::{Stability, SummaryRow, VariantResult};

/// One objective, and how a variant stands to it.
#[derive(Debug, Clone, PartialEq)]
pub struct SloVerdict {
    /// The metric, such as `latency_p99`.
    pub metric: &'static str,
    /// The word for it in scenarios, such as `p99`.
    pub what: &'static str,
    /// The unit of the numbers.
    pub unit: Unit,
    /// On which side of the target the metric has to be.
    pub bound: Bound,
    /// The target, in the unit.
    pub target: f64,
    /// The metric as it was measured; none if it was not.
    pub measured: Option<SummaryRow>,
    /// What follows.
    pub outcome: SloOutcome,
}

/// On which side of its target a metric has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// At most the target.
    AtMost,
    /// At least the target.
    AtLeast,
}

/// Whether an objective is met, from good to bad as far as anything is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SloOutcome {
    /// The whole interval is on the good side.
    Met,
    /// The interval straddles the target, or there is none: more replications would tell.
    Unclear,
    /// There is no number.
    Unknown,
    /// The whole interval is on the bad side, or a node grows without limit and latency with it.
    Missed,
}

impl SloOutcome {
    /// The word for it in results.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unclear => "unclear",
            Self::Unknown => "unknown",
            Self::Missed => "missed",
        }
    }
}

/// How `result` stands to each objective of its scenario; empty if there is none.
#[must_use]
pub fn slo_verdicts(result: &VariantResult) -> Vec<SloVerdict> {
    let Some(slo) = &result.graph.run.slo else { return Vec::new() };
    let latencies = [
        ("mean", "latency_mean", slo.mean),
        ("p50", "latency_p50", slo.p50),
        ("p90", "latency_p90", slo.p90),
        ("p95", "latency_p95", slo.p95),
        ("p99", "latency_p99", slo.p99),
        ("p999", "latency_p999", slo.p999),
    ];
    let mut verdicts = Vec::new();
    for (what, metric, target) in latencies {
        if let Some(target) = target {
            let target = target.as_millis_f64();
            verdicts.push(verdict(result, what, metric, Unit::Millis, Bound::AtMost, target));
        }
    }
    if let Some(target) = slo.success {
        let (bound, target) = (Bound::AtLeast, target.get());
        verdicts.push(verdict(result, "success", "success_ratio", Unit::Share, bound, target));
    }
    verdicts
}

/// Whether all objectives are met: missed if one is, else unknown or unclear if one is, and none
/// if there is no objective.
#[must_use]
pub fn slo_outcome(verdicts: &[SloVerdict]) -> Option<SloOutcome> {
    let worst = [SloOutcome::Missed, SloOutcome::Unknown, SloOutcome::Unclear, SloOutcome::Met];
    worst.into_iter().find(|outcome| verdicts.iter().any(|it| it.outcome == *outcome))
}

fn verdict(
    result: &VariantResult,
    what: &'static str,
    metric: &'static str,
    unit: Unit,
    bound: Bound,
    target: f64,
) -> SloVerdict {
    let measured = result.metric(metric).filter(|row| row.mean.is_some());
    let interval = measured.as_ref().and_then(|row| row.interval);
    let outcome = match (&measured, interval) {
        (None, _) if grows(result) && bound == Bound::AtMost => SloOutcome::Missed,
        (None, _) => SloOutcome::Unknown,
        (Some(_), None) => SloOutcome::Unclear,
        (Some(_), Some(interval)) => judged(interval, bound, target),
    };
    SloVerdict { metric, what, unit, bound, target, measured, outcome }
}

/// Whether a queue grows for as long as the load lasts, so that no bound on latency holds.
fn grows(result: &VariantResult) -> bool {
    use crate::world::Halt;
    match result.stability {
        Stability::Unstable { halt, .. } => matches!(halt, None | Some(Halt::InFlight(..))),
        Stability::Stable | Stability::Unsettled => false,
    }
}

/// What an interval shows. That nothing failed among n requests does not show that nothing ever
/// fails: a target of 1 for a share stays unclear, and is missed where something fails for sure.
fn judged(interval: Interval, bound: Bound, target: f64) -> SloOutcome {
    let Interval { low, high, .. } = interval;
    let (is_met, is_missed) = match bound {
        Bound::AtMost => (high <= target, low > target),
        Bound::AtLeast => (low >= target, high < target),
    };
    match (is_met, is_missed) {
        (true, _) => SloOutcome::Met,
        (_, true) => SloOutcome::Missed,
        (false, false) => SloOutcome::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn outcomes(slo: &str) -> Vec<SloOutcome> {
        let results = sample::run(&format!("slo = {{ {slo} }}\n{}", sample::QUEUE), sample::PLAIN);
        slo_verdicts(&results[0]).iter().map(|it| it.outcome).collect()
    }

    #[test]
    fn an_interval_decides_if_it_lies_on_one_side_of_the_target() {
        let slo = "mean = \"500ms\", p50 = \"1ms\", p90 = \"45ms\"";
        let expected = [SloOutcome::Met, SloOutcome::Missed, SloOutcome::Unclear];
        assert_eq!(outcomes(slo), expected);
    }

    #[test]
    fn a_percentile_without_a_number_is_unknown() {
        assert_eq!(outcomes("p999 = \"1s\""), [SloOutcome::Unknown]);
    }

    #[test]
    fn a_few_thousand_successes_do_not_show_six_nines() {
        assert_eq!(outcomes("success = 0.999999"), [SloOutcome::Unclear]);
        assert_eq!(outcomes("success = 0.99"), [SloOutcome::Met]);
    }

    #[test]
    fn where_nothing_failed_the_interval_says_how_much_may_fail_unseen() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        let ended: u64 = results[0].replications.iter().map(|run| run.ended).sum();
        let bound = 3.0 / ended as f64;
        let ends = |name: &str| {
            let interval = results[0].metric(name).and_then(|row| row.interval);
            interval.map(|it| (it.low, it.high))
        };
        assert_eq!(ends("success_ratio"), Some((1.0 - bound, 1.0)));
        assert_eq!(ends("errors_refused"), Some((0.0, bound)));
    }

    #[test]
    fn that_nothing_ever_fails_is_never_shown() {
        assert_eq!(outcomes("success = 1.0"), [SloOutcome::Unclear]);
        let work = "{ cpu = { exp = \"10ms\" } }";
        let failing =
            sample::QUEUE.replace(work, &format!("{work}, {{ fail = 0.01, status = 503 }}"));
        let results = sample::run(&format!("slo = {{ success = 1.0 }}\n{failing}"), sample::PLAIN);
        assert_ne!(slo_verdicts(&results[0])[0].outcome, SloOutcome::Met);
    }

    #[test]
    fn where_nothing_succeeds_that_is_known_and_no_latency_is() {
        let work = "{ cpu = { exp = \"10ms\" } }";
        let failing =
            sample::QUEUE.replace(work, "{ cpu = \"1ms\" }, { fail = 1.0, status = 503 }");
        let slo = "slo = { p50 = \"1s\", success = 0.5 }";
        let results = sample::run(&format!("{slo}\n{failing}"), sample::PLAIN);
        let outcomes: Vec<_> = slo_verdicts(&results[0]).iter().map(|it| it.outcome).collect();
        assert_eq!(outcomes, [SloOutcome::Unknown, SloOutcome::Missed]);
        let read = |name: &str| results[0].metric(name).and_then(|row| row.mean);
        assert_eq!((read("success_ratio"), read("errors_status")), (Some(0.0), Some(1.0)));
        assert_eq!((read("goodput"), read("latency_mean")), (Some(0.0), None));
        assert!(read("throughput").is_some_and(|it| (it - 50.0).abs() < 5.0));
    }

    #[test]
    fn a_queue_that_grows_without_limit_misses_every_bound_on_latency() {
        let results = sample::run(sample::OVERLOADED, sample::PLAIN);
        let verdicts = slo_verdicts(&results[0]);
        assert_eq!(verdicts[0].outcome, SloOutcome::Missed);
        assert_eq!(slo_outcome(&verdicts), Some(SloOutcome::Missed));
    }

    #[test]
    fn without_objectives_there_is_no_outcome() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        assert_eq!(slo_outcome(&slo_verdicts(&results[0])), None);
    }
}
