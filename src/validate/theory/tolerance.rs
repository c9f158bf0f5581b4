//! How far a simulated value may lie from the expected one: what the case itself says.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One tick of the clock, in seconds.
const TICK: f64 = 1e-9;

/// The tolerance of a case, relative to the expected values.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tolerance {
    class: Class,
    rel: f64,
    /// The number of requests for which the tolerance holds.
    requests_total: Option<u64>,
    /// The number of independent runs for which it holds.
    replications: Option<u32>,
    rel_probabilities: Option<f64>,
    #[serde(default)]
    rel_quantiles: BTreeMap<String, f64>,
    rel_std: Option<f64>,
    /// Of a share of time that is near 1, when it is simulated: what is allowed of the rest.
    rel_unavailability_simulated: Option<f64>,
}

/// What the tolerance allows for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Class {
    /// Nothing random: floating point and the clock's tick.
    Exact,
    /// The error of sampling.
    Statistical,
    /// An expected value that is itself a limit, and the error of sampling.
    Asymptotic,
}

/// What kind of number a metric is, by its name.
#[derive(Debug, PartialEq)]
enum Kind {
    Mean,
    Probability,
    Deviation,
    /// A quantile of a length, with the name of its share.
    Quantile(String),
    /// A quantile of a whole number.
    WholeQuantile,
}

impl Tolerance {
    /// The number of requests for which the tolerance holds, if the case names one.
    pub(super) const fn requests_total(&self) -> Option<u64> {
        self.requests_total
    }

    /// The number of independent runs for which the tolerance holds, if the case names one.
    pub(super) const fn runs(&self) -> Option<u32> {
        self.replications
    }

    /// How much of a simulated share of time without enough replicas it may be off, if the case
    /// says so.
    pub(super) const fn unavailability(&self) -> Option<f64> {
        self.rel_unavailability_simulated
    }

    /// Whether nothing random may enter.
    pub(super) fn is_exact(&self) -> bool {
        self.class == Class::Exact
    }

    /// What a limit allows to what it is the limit of, in parts of the expected value.
    pub(super) const fn asymptotic(&self) -> f64 {
        self.rel
    }

    /// How far `metric` may be from its `expected` value. `sojourn` is the mean sojourn that goes
    /// with it: a quantile is allowed that much of it. `scale` is 1, or more with fewer requests
    /// than the tolerance was made for.
    pub(super) fn allowance(
        &self,
        metric: &str,
        expected: f64,
        sojourn: Option<f64>,
        scale: f64,
    ) -> f64 {
        let expected = expected.abs();
        if self.is_exact() {
            return (self.rel * expected).max(TICK);
        }
        let mean = self.rel * expected;
        let allowance = match self.kind(metric) {
            Kind::Mean => mean,
            Kind::Probability => self.rel_probabilities.unwrap_or(self.rel) * expected,
            Kind::Deviation => self.rel_std.unwrap_or(self.rel) * expected,
            Kind::Quantile(share) => {
                let rel = self.rel_quantiles.get(&share).copied().unwrap_or(self.rel);
                (rel * expected).max(self.rel * sojourn.unwrap_or(0.0))
            }
            // A whole number is one of two neighbours where the law steps over the share.
            Kind::WholeQuantile => return (mean * scale).max(1.0),
        };
        allowance * scale
    }

    fn kind(&self, metric: &str) -> Kind {
        let name = metric.rsplit_once('.').map_or(metric, |(_, name)| name);
        let share = ["p50", "p90", "p99", "p99_9"]
            .into_iter()
            .find(|share| name.strip_suffix(share).is_some_and(|rest| rest.ends_with('_')));
        match share {
            Some(_) if name.starts_with("concurrency_") => Kind::WholeQuantile,
            Some(share) => Kind::Quantile(share.to_owned()),
            None if name.ends_with("_std") => Kind::Deviation,
            // The root of GI/M/1 is the probability that an arrival waits.
            None if name.starts_with("p_") || name == "sigma" => Kind::Probability,
            None => Kind::Mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tolerance() -> Tolerance {
        serde_json::from_str(
            r#"{ "class": "statistical", "requests_total": 1000, "rel": 0.01, "rel_std": 0.03,
                 "rel_probabilities": 0.005, "rel_quantiles": { "p50": 0.02, "p99_9": 0.1 } }"#,
        )
        .expect("a sound tolerance")
    }

    fn check(metric: &str, expected: f64, sojourn: Option<f64>, scale: f64, allowed: f64) {
        let allowance = tolerance().allowance(metric, expected, sojourn, scale);
        assert!((allowance - allowed).abs() < 1e-12, "{metric}: {allowance}, not {allowed}");
    }

    #[test]
    fn each_kind_of_metric_has_the_part_of_the_tolerance_that_is_its_own() {
        check("W", 2.0, None, 1.0, 0.02);
        check("throughput", -2.0, None, 1.0, 0.02);
        check("p_wait", 0.5, None, 1.0, 0.0025);
        check("Wq_std", 2.0, None, 1.0, 0.06);
        check("sojourn_p99_9", 2.0, None, 1.0, 0.2);
        check("pool.wait_p50", 2.0, None, 1.0, 0.04);
    }

    #[test]
    fn a_quantile_is_allowed_a_share_of_the_mean_sojourn() {
        check("wait_p50", 0.0, Some(3.0), 1.0, 0.03);
        check("wait_p50", 2.0, Some(3.0), 1.0, 0.04);
    }

    #[test]
    fn a_quantile_of_a_whole_number_may_be_its_neighbour() {
        check("concurrency_p99", 24.0, None, 1.0, 1.0);
        check("concurrency_p99", 240.0, None, 1.0, 2.4);
    }

    #[test]
    fn fewer_requests_are_allowed_more_but_never_where_nothing_is_random() {
        check("W", 2.0, None, 3.0, 0.06);
        let exact: Tolerance =
            serde_json::from_str(r#"{ "class": "exact", "rel": 1e-9 }"#).expect("sound");
        assert!((exact.allowance("rounds", 5e3, None, 3.0) - 5e-6).abs() < 1e-15);
        assert!((exact.allowance("time", 0.05, None, 3.0) - TICK).abs() < 1e-15);
    }
}
