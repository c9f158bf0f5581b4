//! What a replication of a recorded case came to.

use super::failing::{FAILING, LEAD_S};
use super::recording::Recording;
use super::scenario::CLOSED_S;
use crate::graph::Graph;
use crate::id::NodeId;
use crate::observe::RequestRow;
use crate::study::Replication;
use crate::time::{NANOS_PER_SEC, Span, Time};

/// The numbers that are compared. Lengths are seconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// Requests.
    pub(super) n: u64,
    /// Those that were answered well.
    pub(super) ok: u64,
    /// Their mean latency; none if there are none.
    pub(super) mean: f64,
    /// The 99th percentile of it.
    pub(super) p99: f64,
    /// How many each backend answered well.
    pub(super) per_backend: Vec<u64>,
    /// How many requests were present at once at most.
    pub(super) most: u64,
    /// The part of its slots' time that the busiest backend worked, from the first arrival to the
    /// last.
    pub(super) load: f64,
    /// What was seen of failures, where a backend fails.
    pub(super) failing: Option<FailingSeen>,
}

/// What is seen besides where a backend fails.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct FailingSeen {
    /// How often each backend was chosen, for further attempts too.
    pub(super) attempts: Vec<u64>,
    /// Requests that were answered well and took more than 250 ms.
    pub(super) slow: u64,
    /// The second of the trace, from 30 on, in which the failing backend answered again.
    pub(super) back: Option<u64>,
}

impl Seen {
    #[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
    pub(super) fn new(recording: &Recording, graph: &Graph, run: &Replication) -> Self {
        // The recorded users of a closed loop began nothing new after a while.
        let until =
            if recording.is_closed() { Time(CLOSED_S * 1_000_000_000) } else { Time::NEVER };
        let rows = || run.requests.iter().filter(|row| row.asked.started < until);
        let good = rows().filter(|row| row.answer.failure.is_none());
        let mut latencies: Vec<f64> =
            good.map(|row| row.end.since(row.asked.started).as_secs_f64()).collect();
        latencies.sort_by(f64::total_cmp);
        let count = latencies.len();
        let names: Vec<_> =
            (0..recording.slots.len()).map(|it| graph.node(&format!("b{it}"))).collect();
        let mut per_backend = vec![0; names.len()];
        let mut work = vec![0.0; names.len()];
        let trace = graph.node("users").and_then(|id| graph.fixed.traces[id.index()].as_ref());
        let mut last = 0.0_f64;
        for row in rows() {
            let chosen = row
                .backends
                .last()
                .map_or(Some(0), |place| names.iter().position(|name| *name == Some(place.node)));
            let Some(chosen) = chosen else { continue };
            per_backend[chosen] += u64::from(row.answer.failure.is_none());
            let service = trace.and_then(|trace| {
                let ordinal = u32::try_from(row.asked.ordinal).ok()?;
                let user = u32::try_from(row.asked.user).ok()?;
                let number =
                    if recording.is_closed() { trace.row_number(user, ordinal)? } else { ordinal };
                trace.rows().get(number as usize)?.service()
            });
            work[chosen] += service.map_or(0.0, |span| span.as_secs_f64());
            last = last.max(row.asked.started.since(Time::ZERO).as_secs_f64());
        }
        let loads = work.iter().zip(&recording.slots);
        Self {
            n: rows().count() as u64,
            ok: count as u64,
            mean: latencies.iter().sum::<f64>() / count as f64,
            p99: quantile(&latencies, 0.99),
            per_backend,
            most: most(rows().map(|row| (row.asked.started, row.end))),
            failing: recording.rules.is_some().then(|| FailingSeen::of(&run.requests, &names)),
            load: loads.map(|(work, slots)| work / f64::from(*slots) / last).fold(0.0, f64::max),
        }
    }
}

impl FailingSeen {
    fn of(rows: &[RequestRow], names: &[Option<NodeId>]) -> Self {
        let mut seen = Self { attempts: vec![0; names.len()], ..Self::default() };
        for row in rows {
            for place in &row.backends {
                if let Some(backend) = names.iter().position(|name| *name == Some(place.node)) {
                    seen.attempts[backend] += 1;
                }
            }
            if row.answer.failure.is_some() {
                continue;
            }
            seen.slow += u64::from(row.end.since(row.asked.started) > Span::from_millis(250));
            let second = (row.asked.started.0 / NANOS_PER_SEC).saturating_sub(LEAD_S);
            if second >= 30 && row.backends.last().map(|it| it.node) == names[FAILING] {
                seen.back = Some(seen.back.map_or(second, |first| first.min(second)));
            }
        }
        seen
    }
}

/// How many of these intervals overlap at most.
fn most(intervals: impl Iterator<Item = (Time, Time)>) -> u64 {
    let (mut begins, mut ends): (Vec<Time>, Vec<Time>) = intervals.unzip();
    begins.sort_unstable();
    ends.sort_unstable();
    let present = |(number, begin): (usize, &Time)| {
        (number + 1 - ends.partition_point(|end| end <= begin)) as u64
    };
    begins.iter().enumerate().map(present).max().unwrap_or(0)
}

/// A quantile of sorted values, on the line between its neighbours; NaN of nothing.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list in memory"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::{Time, most, quantile};

    #[test]
    fn the_most_that_overlap_are_counted() {
        let intervals = [(0, 5), (5, 9), (1, 3), (2, 3), (6, 7)];
        assert_eq!(most(intervals.into_iter().map(|(from, to)| (Time(from), Time(to)))), 3);
    }

    #[test]
    fn a_quantile_is_on_the_line_between_its_neighbours() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        assert!((quantile(&sorted, 0.99) - 99.0).abs() < 1e-9);
        assert!((quantile(&[1.0, 2.0], 0.5) - 1.5).abs() < 1e-9);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
