//! GI/M/c: independent intervals of any known law and exponential service, several servers, in
//! order of arrival. With Erlang-k intervals, one of k replicas of c cores under round robin.
//!
//! Takács, "Introduction to the Theory of Queues" (1962), chapter 2: with sigma as for one server
//! of c times the rate, and aⱼ = A(jμ) for the transform A of the interval's law,
//!
//! ```text
//! P(wait) = 1 / (1 + (1 - sigma) Σⱼ bⱼ (c (1 - aⱼ) - j) / (c (1 - sigma) - j))
//! bⱼ = C(c, j) / (Cⱼ (1 - aⱼ)),   Cⱼ = Πᵢ₌₁..ⱼ aᵢ / (1 - aᵢ)
//! ```
//!
//! and who waits does so for an exponential time of mean 1 / (c μ (1 - sigma)).

use super::gim1::root;
use super::interarrival::Interarrival;
use super::means::Means;
use super::unsolved::Unsolved;

/// Servers that share one queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GiMc {
    arrivals: Interarrival,
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    sigma: f64,
    wait_probability: f64,
}

impl GiMc {
    /// The system with intervals of the law `arrivals`, these arrivals per second and services
    /// per second of a server, and servers.
    ///
    /// # Errors
    /// If a parameter is not positive, if the servers are overloaded, or if no law has such
    /// parameters or its transform is not known.
    pub fn new(
        arrivals: Interarrival,
        arrival_rate: f64,
        service_rate: f64,
        servers: u32,
    ) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the arrival rate", arrival_rate)?;
        Unsolved::unless_positive("the service rate", service_rate)?;
        Unsolved::unless_positive("the number of servers", f64::from(servers))?;
        arrivals.sound()?;
        let all = service_rate * f64::from(servers);
        Unsolved::if_overloaded(arrival_rate / all)?;
        let sigma = root(arrivals, arrival_rate, all).ok_or(Unsolved::NoFormula)?;
        let mut system =
            Self { arrivals, arrival_rate, service_rate, servers, sigma, wait_probability: 1.0 };
        let free = system.free().ok_or(Unsolved::NoFormula)?;
        system.wait_probability = 1.0 / (1.0 + (1.0 - sigma) * free);
        Ok(system)
    }

    /// The sum in the probability of a wait. What is too large for a number leaves none.
    fn free(&self) -> Option<f64> {
        let (servers, left) = (f64::from(self.servers), 1.0 - self.sigma);
        let (mut sum, mut log) = (0.0, 0.0);
        for place in 1..=self.servers {
            let place = f64::from(place);
            let (a, slope) =
                self.arrivals.transform(self.arrival_rate, place * self.service_rate)?;
            // C(c, j) and 1 / Cⱼ, from those before.
            log += libm::log((servers - place + 1.0) / place) + libm::log((1.0 - a) / a);
            let below = servers * left - place;
            // Both are 0 at the same place: there it is the ratio of the slopes.
            let ratio = if below.abs() < 1e-9 * servers {
                1.0 + servers * self.service_rate * slope
            } else {
                (servers * (1.0 - a) - place) / below
            };
            sum += libm::exp(log) / (1.0 - a) * ratio;
        }
        Some(sum)
    }

    /// The probability that a request has to wait.
    #[must_use]
    pub const fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// Mean values.
    #[must_use]
    pub fn means(&self) -> Means {
        let all = self.service_rate * f64::from(self.servers);
        let wait = self.wait_probability / (all * (1.0 - self.sigma));
        Means::by_little(self.arrival_rate, wait, 1.0 / self.service_rate, self.servers)
    }

    /// The law of the intervals.
    #[must_use]
    pub const fn arrivals(&self) -> Interarrival {
        self.arrivals
    }

    /// How many servers there are.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{GiM1, MMc};

    fn system(arrivals: Interarrival, rate: f64, servers: u32) -> GiMc {
        GiMc::new(arrivals, rate, 1.0, servers).expect("stable")
    }

    #[test]
    fn with_poisson_arrivals_it_is_m_m_c() {
        for (rate, servers) in [(0.8, 1), (1.2, 2), (7.9, 8), (90.0, 100), (950.0, 1_000)] {
            let found = system(Interarrival::Exponential, rate, servers).means().wait;
            let exact = MMc::new(rate, 1.0, servers).expect("stable").means().wait;
            assert!((found / exact - 1.0).abs() < 1e-6, "{servers}: {found} {exact}");
        }
    }

    #[test]
    fn with_one_server_it_is_gi_m_1() {
        for law in [Interarrival::Constant, Interarrival::Erlang { k: 3 }] {
            let exact = GiM1::new(law, 0.8, 1.0).expect("stable").means().wait;
            let found = system(law, 0.8, 1).means().wait;
            assert!((found / exact - 1.0).abs() < 1e-9, "{found} {exact}");
        }
    }

    #[test]
    fn round_robin_leaves_two_cores_little_wait() {
        let half = system(Interarrival::Erlang { k: 2 }, 0.5, 2).means().wait;
        assert!((half - 0.022_98).abs() < 1e-5, "{half}");
        let third = system(Interarrival::Erlang { k: 3 }, 1.0, 2).means().wait;
        assert!((third - 0.142_57).abs() < 1e-5, "{third}");
    }

    #[test]
    fn so_many_servers_that_nobody_waits_are_no_trouble() {
        let wait = system(Interarrival::Constant, 5_000.0, 100_000).means().wait;
        assert!((0.0..1e-300).contains(&wait), "{wait}");
    }
}
