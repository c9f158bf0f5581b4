//! How long a run has to be: requests for a wanted precision, and the precision of a length.
//!
//! Whitt, "Planning queueing simulations", Management Science 1989: the variance of the mean of n
//! waits at load rho is 2 (1 + rho) / (1 - rho)^2 / n of the squared mean for M/M/1, times the
//! mean of the squared coefficients of variation of arrivals and service for other laws.

use super::unsolved::Unsolved;
use crate::stats::{Confidence, Dependence, relative_variance};

/// A simulation of a queue in steady state, before it is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunLength {
    variance: f64,
}

impl RunLength {
    /// A run whose busiest station has this utilisation, with these squared coefficients of
    /// variation of the intervals between arrivals and of the service time there.
    ///
    /// # Errors
    /// If the station is overloaded, or a number is negative.
    pub fn new(utilisation: f64, arrival_cv2: f64, service_cv2: f64) -> Result<Self, Unsolved> {
        Unsolved::if_negative("the utilisation", utilisation)?;
        let load = Unsolved::if_overloaded(utilisation)?;
        Self::with(relative_variance(load), arrival_cv2, service_cv2)
    }

    /// The same where the requests hang together like this, as those of a station that refuses do,
    /// whose queue forgets sooner than one without an end.
    ///
    /// # Errors
    /// If a number is negative, or the station is overloaded and has no limit.
    pub fn of(
        dependence: Dependence,
        arrival_cv2: f64,
        service_cv2: f64,
    ) -> Result<Self, Unsolved> {
        match dependence {
            Dependence::Queue { utilisation } => Self::new(utilisation, arrival_cv2, service_cv2),
            Dependence::Independent | Dependence::Runs { .. } | Dependence::Loss { .. } => {
                Self::with(dependence.factor(), arrival_cv2, service_cv2)
            }
        }
    }

    fn with(factor: f64, arrival_cv2: f64, service_cv2: f64) -> Result<Self, Unsolved> {
        Unsolved::if_negative("the variation of the arrivals", arrival_cv2)?;
        Unsolved::if_negative("the variation of the service time", service_cv2)?;
        Ok(Self { variance: factor * 0.5 * (arrival_cv2 + service_cv2) })
    }

    /// The requests, over all replications and after the warm-up, for this half-width of the
    /// mean as a share of it.
    #[must_use]
    pub fn requests_for(&self, relative_half_width: f64, confidence: Confidence) -> u64 {
        let errors = confidence.normal() / relative_half_width;
        // The conversion saturates, and a run has at least one request.
        ((errors * errors * self.variance).ceil() as u64).max(1)
    }

    /// The half-width of the mean, as a share of it, after so many requests.
    #[must_use]
    pub fn half_width_after(&self, requests: u64, confidence: Confidence) -> f64 {
        confidence.normal() * self.standard_error(requests)
    }

    /// The tolerance of a test against theory: four standard errors of the mean, as a share of
    /// it.
    #[must_use]
    pub fn tolerance(&self, requests: u64) -> f64 {
        4.0 * self.standard_error(requests)
    }

    /// The same for the quantile that leaves `tail` of the requests above it: the mean's times
    /// 1 / (sqrt(tail) ln(1 / tail)), from reflected Brownian motion.
    #[must_use]
    pub fn quantile_tolerance(&self, requests: u64, tail: f64) -> f64 {
        self.tolerance(requests) / (-tail.sqrt() * libm::log(tail))
    }

    fn standard_error(&self, requests: u64) -> f64 {
        (self.variance / requests as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    fn queue(utilisation: f64) -> RunLength {
        RunLength::new(utilisation, 1.0, 1.0).expect("stable")
    }

    #[test]
    fn one_percent_takes_as_long_as_is_documented() {
        let documented = [(0.5, 0.46e6), (0.8, 3.5e6), (0.9, 14.6e6), (0.95, 60e6), (0.99, 1.53e9)];
        for (load, requests) in documented {
            let needed = queue(load).requests_for(0.01, Confidence::P95) as f64;
            assert!((needed / requests - 1.0).abs() < 0.02, "{load}: {needed}");
        }
    }

    #[test]
    fn length_and_half_width_are_inverse() {
        let requests = queue(0.9).requests_for(0.02, Confidence::P99);
        let half_width = queue(0.9).half_width_after(requests, Confidence::P99);
        assert!((half_width / 0.02 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn tolerances_are_those_of_the_table() {
        for case in cases::of("M/M/1") {
            let (relative, requests) = case.statistical_tolerance();
            let utilisation = case.number("arrival_rate") / case.number("service_rate");
            let tolerance = queue(utilisation).tolerance(requests);
            assert!((tolerance / relative - 1.0).abs() < 0.005, "{tolerance} {relative}");
        }
    }

    #[test]
    fn quantiles_need_as_much_more_as_is_documented() {
        let mean = queue(0.8).tolerance(1_000_000);
        for (tail, times) in [(0.5, 2.1), (0.1, 1.5), (0.01, 2.3), (0.001, 4.7)] {
            let ratio = queue(0.8).quantile_tolerance(1_000_000, tail) / mean;
            assert!((ratio / times - 1.0).abs() < 0.1, "{tail}: {ratio}");
        }
    }

    #[test]
    fn regular_systems_need_less_and_overloaded_ones_have_no_length() {
        let regular = RunLength::new(0.8, 0.0, 1.0).expect("stable");
        let needed = |run: RunLength| run.requests_for(0.01, Confidence::P95);
        assert!(needed(regular) * 2 <= needed(queue(0.8)) + 2);
        assert!(RunLength::new(1.0, 1.0, 1.0).is_err());
    }
}
