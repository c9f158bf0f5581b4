//! M/M/c: Poisson arrivals, exponential service, one queue in order of arrival; M/M/1 with one.
//!
//! Kleinrock, "Queueing Systems", volume 1 (1975), sections 3.2 and 3.5; the sojourn's law is
//! that of a wait and an independent service.

use super::erlang_c::ErlangC;
use super::means::Means;
use super::tail;
use super::unsolved::Unsolved;

/// Servers that share one queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MMc {
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    wait_probability: f64,
}

impl MMc {
    /// The system with these arrivals per second, and services per second and server.
    ///
    /// # Errors
    /// If a parameter is not positive, or the servers are overloaded.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the arrival rate", arrival_rate)?;
        Unsolved::unless_positive("the service rate", service_rate)?;
        let erlang = ErlangC::new(arrival_rate / service_rate, servers)?;
        let wait_probability = erlang.wait_probability();
        Ok(Self { arrival_rate, service_rate, servers, wait_probability })
    }

    /// The probability that a request has to wait.
    #[must_use]
    pub const fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// Mean values.
    #[must_use]
    pub fn means(&self) -> Means {
        let wait = self.wait_probability / self.spare_rate();
        Means::by_little(self.arrival_rate, wait, 1.0 / self.service_rate, self.servers)
    }

    /// The wait, in seconds, that a share `p` of the requests does not exceed: exactly 0 up to
    /// the share that does not wait.
    #[must_use]
    pub fn wait_quantile(&self, p: f64) -> f64 {
        if 1.0 - p >= self.wait_probability {
            return 0.0;
        }
        libm::log(self.wait_probability / (1.0 - p)) / self.spare_rate()
    }

    /// The sojourn, in seconds, that a share `p` of the requests does not exceed.
    #[must_use]
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        let (service, spare) = (self.service_rate, self.spare_rate());
        tail::quantile(p, self.means().sojourn, |t| {
            // exp(-service t) and what waiting adds, in a form that neither overflows nor
            // cancels when the two rates are close: (1 - exp(-gap t)) / gap.
            let gap = (service - spare).abs() * t;
            let shared = if gap > 0.0 { -libm::expm1(-gap) / gap } else { 1.0 };
            let waited = libm::exp(-service.min(spare) * t) * service * t * shared;
            libm::exp(-service * t) + self.wait_probability * waited
        })
    }

    /// How many servers there are.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.servers
    }

    /// The rate at which the queue shrinks when all servers are busy.
    fn spare_rate(&self) -> f64 {
        f64::from(self.servers) * self.service_rate - self.arrival_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases::{self, Case};

    fn values(case: &Case, service_rate: &str, servers: u32) -> Vec<(String, f64)> {
        let (arrivals, services) = (case.number("arrival_rate"), case.number(service_rate));
        let system = MMc::new(arrivals, services, servers).expect("stable");
        let mut values = cases::means(system.means());
        values.push(("p_wait".to_owned(), system.wait_probability()));
        values.extend(cases::quantiles("wait", |p| system.wait_quantile(p)));
        values.extend(cases::quantiles("sojourn", |p| system.sojourn_quantile(p)));
        values
    }

    #[test]
    fn one_server_agrees_with_the_table() {
        cases::check("M/M/1", &[], |case| values(case, "service_rate", 1));
    }

    #[test]
    fn many_servers_agree_with_the_table() {
        let rate = "service_rate_per_server";
        cases::check("M/M/c", &[], |case| values(case, rate, case.whole("servers")));
    }

    #[test]
    fn one_fast_server_beats_a_pool_as_the_table_says() {
        let unknown = ["separate_", "ratio_W_out"];
        cases::check("scale up vs scale out", &unknown, |case| {
            let (rate, unit) = (case.number("arrival_rate"), case.number("unit_service_rate"));
            let units = case.whole("units");
            let fast = MMc::new(rate, unit * f64::from(units), 1).expect("stable");
            let pool = MMc::new(rate, unit, units).expect("stable");
            let mut values = Vec::new();
            for (name, system) in [("one_fast_server", fast), ("shared_queue_pool", pool)] {
                let of = |metric: &str, value| (format!("{name}.{metric}"), value);
                values.push(of("W", system.means().sojourn));
                values.push(of("Wq", system.means().wait));
                values.push(of("wait_p99", system.wait_quantile(0.99)));
                values.push(of("sojourn_p50", system.sojourn_quantile(0.5)));
                values.push(of("sojourn_p99", system.sojourn_quantile(0.99)));
            }
            let ratio = pool.means().sojourn / fast.means().sojourn;
            values.push(("ratio_W_pool_over_up".to_owned(), ratio));
            values
        });
    }

    #[test]
    fn the_sojourn_is_finite_where_both_rates_are_equal_and_near_saturation() {
        // Two servers at load 1/2: the spare rate is the service rate.
        let equal = MMc::new(1.0, 1.0, 2).expect("stable").sojourn_quantile(0.99);
        let near = MMc::new(1.000_000_1, 1.0, 2).expect("stable").sojourn_quantile(0.99);
        assert!((equal / near - 1.0).abs() < 1e-6);
        let saturated = MMc::new(99.999_9, 1.0, 100).expect("stable");
        assert!((saturated.sojourn_quantile(0.99) / saturated.wait_quantile(0.99) - 1.0) < 1e-3);
    }
}
