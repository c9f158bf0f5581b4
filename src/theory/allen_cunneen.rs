//! G/G/c by the approximation of Allen and Cunneen: for all that has no exact formula.
//!
//! Allen, "Probability, Statistics, and Queueing Theory" (2nd ed., 1990), section 5.4: the mean
//! wait of M/M/c times the mean of the two squared coefficients of variation. Exact for M/M/c
//! and M/G/1; elsewhere an estimate of the order of 10 %, best at high load, useless for waits at
//! low load and regular arrivals.

use super::means::Means;
use super::mmc::MMc;
use super::unsolved::Unsolved;

/// Servers that share one queue, approximately.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AllenCunneen {
    arrival_rate: f64,
    service_mean: f64,
    variation: f64,
    system: MMc,
}

impl AllenCunneen {
    /// The system with these arrivals per second, mean seconds of service, squared coefficients
    /// of variation of both, and servers.
    ///
    /// # Errors
    /// If a parameter is not positive (the variations may be 0), or the servers are overloaded.
    pub fn new(
        arrival_rate: f64,
        arrival_cv2: f64,
        service_mean: f64,
        service_cv2: f64,
        servers: u32,
    ) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the service time", service_mean)?;
        Unsolved::if_negative("the variation of the arrivals", arrival_cv2)?;
        Unsolved::if_negative("the variation of the service time", service_cv2)?;
        let system = MMc::new(arrival_rate, 1.0 / service_mean, servers)?;
        let variation = 0.5 * (arrival_cv2 + service_cv2);
        Ok(Self { arrival_rate, service_mean, variation, system })
    }

    /// Mean values, approximately; the utilisation is exact.
    #[must_use]
    pub fn means(&self) -> Means {
        let wait = self.system.means().wait * self.variation;
        Means::by_little(self.arrival_rate, wait, self.service_mean, self.servers())
    }

    /// How many servers there are.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.system.servers()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{MG1, cases};

    #[test]
    fn it_is_exact_for_one_server_with_poisson_arrivals() {
        let approximate = AllenCunneen::new(80.0, 1.0, 0.01, 4.0, 1).expect("stable").means();
        let exact = MG1::new(80.0, 0.01, 4.0).expect("stable").means();
        assert!((approximate.wait / exact.wait - 1.0).abs() < 1e-12);
    }

    #[test]
    fn it_is_within_a_tenth_for_constant_service_by_four_servers() {
        for case in cases::of("M/D/c") {
            let (rate, time) = (case.number("arrival_rate"), case.number("service_time"));
            let servers = case.whole("servers");
            let means = AllenCunneen::new(rate, 1.0, time, 0.0, servers).expect("stable").means();
            let exact = case.expectation("Wq");
            assert!((means.wait / exact - 1.0).abs() < 0.1, "{} {exact}", means.wait);
        }
    }
}
