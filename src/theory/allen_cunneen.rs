//! G/G/c by the approximation of Allen and Cunneen: for all that has no exact formula.
//!
//! Allen, "Probability, Statistics, and Queueing Theory" (2nd ed., 1990), section 5.4: the mean
//! wait of M/M/c times the mean of the two squared coefficients of variation. Exact for M/M/c
//! and M/G/1; elsewhere an estimate of the order of 10 %, best at high load.
//!
//! Of arrivals that are more even than Poisson's it says too much at low load. There it is
//! corrected as Krämer and Langenbach-Belz do ("Approximate formulae for the delay in the queueing
//! system GI/G/1", 8th International Teletraffic Congress, 1976), by the factor
//!
//! ```text
//! g = exp(-2 (1 - ρ) (1 - ca²)² / (3 ρ (ca² + cs²)))
//! ```
//!
//! which is made for one server, so that the law itself counts where it is known: from the exact
//! wait of GI/M/c, the formula and its factor only say what another law of service makes of that.
//!
//! Against simulated Erlang arrivals (k of 2 and 3, cs² of 0, 1/4 and 4, loads of 0.4, 0.7 and 0.9)
//! it is within 17 % at one and two servers and 26 % at four, but for constant service at a load of
//! 0.4, where there is next to no wait (0.6 of it at one server, twice at four). The factor alone
//! comes to 1.3 times the wait at two servers and 4 times at four; without either it is 4.4 and 15.

use super::gimc::GiMc;
use super::interarrival::Interarrival;
use super::means::Means;
use super::mmc::MMc;
use super::unsolved::Unsolved;

/// Servers that share one queue, approximately.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AllenCunneen {
    arrival_rate: f64,
    service_mean: f64,
    wait: f64,
    system: MMc,
}

impl AllenCunneen {
    /// The system with arrivals of this law, so many per second, mean seconds of service and their
    /// squared coefficient of variation, and servers.
    ///
    /// # Errors
    /// If a parameter is not positive (the variations may be 0), or the servers are overloaded.
    pub fn new(
        arrivals: Interarrival,
        arrival_rate: f64,
        service_mean: f64,
        service_cv2: f64,
        servers: u32,
    ) -> Result<Self, Unsolved> {
        let arrival_cv2 = arrivals.cv2();
        Unsolved::unless_positive("the service time", service_mean)?;
        Unsolved::if_negative("the variation of the arrivals", arrival_cv2)?;
        Unsolved::if_negative("the variation of the service time", service_cv2)?;
        let system = MMc::new(arrival_rate, 1.0 / service_mean, servers)?;
        let load = arrival_rate * service_mean / f64::from(servers);
        let even = |service_cv2: f64| evenness(load, arrival_cv2, service_cv2);
        let wait = if arrival_cv2 >= 1.0 {
            system.means().wait * 0.5 * (arrival_cv2 + service_cv2)
        } else if let Ok(exact) = GiMc::new(arrivals, arrival_rate, 1.0 / service_mean, servers) {
            let service = (arrival_cv2 + service_cv2) / (arrival_cv2 + 1.0);
            exact.means().wait * service * even(service_cv2) / even(1.0)
        } else {
            system.means().wait * 0.5 * (arrival_cv2 + service_cv2) * even(service_cv2)
        };
        Ok(Self { arrival_rate, service_mean, wait, system })
    }

    /// Mean values, approximately; the utilisation is exact.
    #[must_use]
    pub fn means(&self) -> Means {
        Means::by_little(self.arrival_rate, self.wait, self.service_mean, self.servers())
    }

    /// How many servers there are.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.system.servers()
    }
}

/// The factor of Krämer and Langenbach-Belz. Where nothing varies nobody waits.
fn evenness(load: f64, arrival_cv2: f64, service_cv2: f64) -> f64 {
    let variation = arrival_cv2 + service_cv2;
    if variation <= 0.0 || load <= 0.0 {
        return 0.0;
    }
    let apart = 1.0 - arrival_cv2;
    libm::exp(-2.0 * (1.0 - load) * apart * apart / (3.0 * load * variation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{MG1, cases};

    const POISSON: Interarrival = Interarrival::Exponential;

    #[test]
    fn it_is_exact_for_one_server_with_poisson_arrivals() {
        let approximate = AllenCunneen::new(POISSON, 80.0, 0.01, 4.0, 1).expect("stable").means();
        let exact = MG1::new(80.0, 0.01, 4.0).expect("stable").means();
        assert!((approximate.wait / exact.wait - 1.0).abs() < 1e-12);
    }

    #[test]
    fn it_is_within_a_tenth_for_constant_service_by_four_servers() {
        for case in cases::of("M/D/c") {
            let (rate, time) = (case.number("arrival_rate"), case.number("service_time"));
            let servers = case.whole("servers");
            let means = AllenCunneen::new(POISSON, rate, time, 0.0, servers);
            let (means, exact) = (means.expect("stable").means(), case.expectation("Wq"));
            assert!((means.wait / exact - 1.0).abs() < 0.1, "{} {exact}", means.wait);
        }
    }

    #[test]
    fn of_arrivals_that_are_even_it_is_near_what_was_simulated() {
        // 150,000 requests by the recursion of Kiefer and Wolfowitz, mean service 1.
        for (k, load, service_cv2, servers, simulated) in [
            (2, 0.4, 0.25, 1, 0.1661),
            (3, 0.7, 0.25, 1, 0.5402),
            (3, 0.4, 4.0, 1, 1.2228),
            (2, 0.4, 0.25, 2, 0.0404),
            (2, 0.7, 0.0, 2, 0.1897),
            (2, 0.7, 4.0, 2, 1.9897),
        ] {
            let (law, rate) = (Interarrival::Erlang { k }, load * f64::from(servers));
            let found = AllenCunneen::new(law, rate, 1.0, service_cv2, servers).expect("stable");
            let ratio = found.means().wait / simulated;
            assert!((ratio - 1.0).abs() < 0.06, "{k} {load} {service_cv2} {servers}: {ratio}");
        }
    }

    #[test]
    fn where_only_the_variation_is_known_the_factor_alone_corrects() {
        let of = |arrivals| AllenCunneen::new(arrivals, 0.4, 1.0, 0.25, 1).expect("stable").means();
        let (rough, even) = (of(POISSON), of(Interarrival::General { cv2: 0.5 }));
        let expected = 0.75 / 1.25 * libm::exp(-2.0 * 0.6 * 0.25 / (3.0 * 0.4 * 0.75));
        assert!((even.wait / rough.wait - expected).abs() < 1e-12);
        let still = AllenCunneen::new(Interarrival::Constant, 0.4, 1.0, 0.0, 1).expect("stable");
        assert!(still.means().wait.abs() < 1e-12);
    }
}
