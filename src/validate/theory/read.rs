//! Readings: which number of a replication an expected value of a case is.

use super::seen::{Seen, View};

/// Takes a number out of what was seen.
pub(super) struct Read {
    /// What tells it from other numbers that are held against the same expected value.
    pub(super) label: Option<String>,
    /// Why there is no number to hold against the expected value, if so.
    pub(super) left_out: Option<String>,
    take: Box<Take>,
}

type Take = dyn Fn(&Seen<'_>) -> Option<f64> + Send + Sync;

impl Read {
    /// A number that `take` finds.
    pub(super) fn new(take: impl Fn(&Seen<'_>) -> Option<f64> + Send + Sync + 'static) -> Self {
        Self { label: None, left_out: None, take: Box::new(take) }
    }

    /// A number that `take` finds in the first variant.
    pub(super) fn first(take: impl Fn(View<'_>) -> Option<f64> + Send + Sync + 'static) -> Self {
        Self::new(move |seen| take(seen.first()?))
    }

    /// A number that `take` finds in the variant called `name`.
    pub(super) fn variant(
        name: &str,
        take: impl Fn(View<'_>) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        let name = name.to_owned();
        Self::new(move |seen| take(seen.variant(&name)?))
    }

    /// A metric of a node as a whole, in the first variant.
    pub(super) fn at(node: &str, metric: &'static str) -> Self {
        let node = node.to_owned();
        Self::first(move |view| view.at(&node, metric))
    }

    /// An end-to-end metric, in the first variant.
    pub(super) fn overall(metric: &'static str) -> Self {
        Self::first(move |view| view.overall(metric))
    }

    /// A number that is known without a run.
    pub(super) fn known(number: f64) -> Self {
        Self::new(move |_| Some(number))
    }

    /// No number, for this reason.
    pub(super) fn left_out(reason: impl Into<String>) -> Self {
        Self { left_out: Some(reason.into()), ..Self::new(|_| None) }
    }

    /// The same number, with a label.
    pub(super) fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// The number divided by `by`.
    pub(super) fn divided(self, by: f64) -> Self {
        let take = self.take;
        Self { take: Box::new(move |seen| take(seen).map(|it| it / by)), ..self }
    }

    /// The number in one replication; NaN if there is none.
    pub(super) fn of(&self, seen: &Seen<'_>) -> f64 {
        (self.take)(seen).unwrap_or(f64::NAN)
    }

    /// The usual names of theory at a node: its metric, if the name is one of them.
    pub(super) fn station(node: &str, name: &str) -> Option<Self> {
        station_metric(name).map(|metric| Self::at(node, metric))
    }
}

/// The metric at a node that theory calls `name`.
pub(super) fn station_metric(name: &str) -> Option<&'static str> {
    Some(match name {
        "utilization" | "utilization_serving" => "utilisation",
        "throughput" => "throughput",
        "L" => "in_system_mean",
        "L_std" => "in_system_std",
        "Lq" => "queue_mean",
        "W" | "W_accepted" => "sojourn_mean",
        "W_std" => "sojourn_std",
        "Wq" | "Wq_accepted" => "wait_mean",
        "Wq_std" => "wait_std",
        "Wq_all" => "wait_all_mean",
        // Of GI/M/1, sigma is the probability that an arrival waits.
        "p_wait" | "p_wait_accepted" | "sigma" => "wait_probability",
        "p_block" => "refused_ratio",
        "p_abandon" => "dropped_ratio",
        "p_off" => "off_share",
        "occupied_share" => "occupied_share",
        "wait_p50" => "wait_p50",
        "wait_p90" => "wait_p90",
        "wait_p99" => "wait_p99",
        "wait_p99_9" => "wait_p999",
        "sojourn_p50" => "sojourn_p50",
        "sojourn_p90" => "sojourn_p90",
        "sojourn_p99" => "sojourn_p99",
        "sojourn_p99_9" => "sojourn_p999",
        "concurrency_p50" => "in_system_p50",
        "concurrency_p99" => "in_system_p99",
        "concurrency_p99_9" => "in_system_p999",
        _ => return None,
    })
}

/// The end-to-end quantile that theory calls `name`.
pub(super) fn latency_metric(name: &str) -> Option<&'static str> {
    Some(match name {
        "sojourn_p50" | "all_done_p50" => "latency_p50",
        "sojourn_p90" | "all_done_p90" => "latency_p90",
        "sojourn_p99" | "all_done_p99" => "latency_p99",
        "sojourn_p99_9" | "all_done_p99_9" => "latency_p999",
        _ => return None,
    })
}

/// The number behind `prefix` in a name such as `W_server3`.
pub(super) fn numbered(name: &str, prefix: &str) -> Option<u32> {
    name.strip_prefix(prefix)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::metrics::{at_node, end_to_end};
    use crate::validate::theory::built_in;

    #[test]
    fn every_metric_that_stands_for_a_name_exists() {
        let cases = built_in();
        let names: BTreeSet<&str> =
            cases.iter().flat_map(|case| case.expected().map(|(name, _)| name)).collect();
        for name in names {
            let is_there = |metric| at_node().any(|it| it.name == metric);
            assert!(station_metric(name).is_none_or(is_there), "{name}");
            let is_there = |metric| end_to_end().any(|it| it.name == metric);
            assert!(latency_metric(name).is_none_or(is_there), "{name}");
        }
    }

    #[test]
    fn a_numbered_name_gives_its_number() {
        assert_eq!(numbered("W_server12", "W_server"), Some(12));
        assert_eq!(numbered("W_servers", "W_server"), None);
        assert_eq!(numbered("W_1", "L_"), None);
    }
}
