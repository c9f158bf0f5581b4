//! Why requests fail.

use super::{EndToEnd, Metric, outcome, share};
use crate::outcome::Reason;

/// The share of ended requests that failed for a reason.
pub(super) fn of(run: &EndToEnd<'_>, reason: Reason) -> Option<f64> {
    share(run.sum(|class| class.failures[reason as usize - 1]), run.ended())
}

/// The metrics of this kind: one for each [`Reason`] that any scenario can have.
pub(super) const METRICS: &[Metric] = &[
    outcome(
        "errors_status",
        "The share of ended requests answered with 400 or more, for none of the other reasons.",
        |run| of(run, Reason::Status),
    ),
    outcome("errors_refused", "The share of ended requests refused by a full queue.", |run| {
        of(run, Reason::Refused)
    }),
    outcome(
        "errors_queue_timeout",
        "The share of ended requests dropped after waiting too long in a queue.",
        |run| of(run, Reason::QueueTimeout),
    ),
    outcome("errors_timeout", "The share of ended requests whose client gave up.", |run| {
        of(run, Reason::Timeout)
    }),
    outcome("errors_no_backend", "The share of ended requests that nobody could take.", |run| {
        of(run, Reason::NoBackend)
    }),
    outcome("errors_reset", "The share of ended requests whose connection broke.", |run| {
        of(run, Reason::Reset)
    }),
    outcome("errors_connect_refused", "The share of ended requests that found nobody.", |run| {
        of(run, Reason::ConnectRefused)
    }),
    outcome(
        "errors_connect_timeout",
        "The share of ended requests that had no connection in time.",
        |run| of(run, Reason::ConnectTimeout),
    ),
    outcome(
        "errors_read_timeout",
        "The share of ended requests with a connection but no answer in time.",
        |run| of(run, Reason::ReadTimeout),
    ),
    outcome(
        "errors_rate_limited",
        "The share of ended requests that a rate limit denied.",
        |run| of(run, Reason::RateLimited),
    ),
    outcome("errors_breaker_open", "The share of ended requests that a breaker denied.", |run| {
        of(run, Reason::BreakerOpen)
    }),
    outcome("errors_shed", "The share of ended requests that a busy node turned away.", |run| {
        of(run, Reason::Shed)
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_metric() {
        for (metric, reason) in METRICS.iter().zip(Reason::ALL) {
            assert_eq!(metric.name, format!("errors_{}", reason.word()));
        }
        // What only browsers do stands with the metrics of browsers, that memory is full with those
        // of memory, and that connections are too many with those of connections.
        assert_eq!(METRICS.len() + 3, Reason::ALL.len());
    }
}
