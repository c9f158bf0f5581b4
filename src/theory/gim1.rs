//! GI/M/1: independent intervals of any known law and exponential service, one server, in order
//! of arrival. With Erlang-k intervals, one of k backends under round robin.
//!
//! Kleinrock, "Queueing Systems", volume 1 (1975), section 6.4: an arrival finds n requests with
//! probability (1 - sigma) sigma^n, where sigma solves sigma = A(service rate x (1 - sigma)) for
//! the transform A of the interval's law.

use super::interarrival::Interarrival;
use super::means::Means;
use super::unsolved::Unsolved;

/// One server with a queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GiM1 {
    arrivals: Interarrival,
    arrival_rate: f64,
    service_rate: f64,
    sigma: f64,
}

impl GiM1 {
    /// The system with intervals of the law `arrivals`, and these arrivals and services per
    /// second.
    ///
    /// # Errors
    /// If a parameter is not positive, if the server is overloaded, or if no law has such
    /// parameters or its transform is not known.
    pub fn new(
        arrivals: Interarrival,
        arrival_rate: f64,
        service_rate: f64,
    ) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the arrival rate", arrival_rate)?;
        Unsolved::unless_positive("the service rate", service_rate)?;
        arrivals.sound()?;
        Unsolved::if_overloaded(arrival_rate / service_rate)?;
        let sigma = root(arrivals, arrival_rate, service_rate).ok_or(Unsolved::NoFormula)?;
        Ok(Self { arrivals, arrival_rate, service_rate, sigma })
    }

    /// The probability that a request has to wait: the root sigma.
    #[must_use]
    pub const fn wait_probability(&self) -> f64 {
        self.sigma
    }

    /// Mean values.
    #[must_use]
    pub fn means(&self) -> Means {
        let wait = self.sigma / self.decay();
        Means::by_little(self.arrival_rate, wait, 1.0 / self.service_rate, 1)
    }

    /// The wait, in seconds, that a share `p` of the requests does not exceed.
    #[must_use]
    pub fn wait_quantile(&self, p: f64) -> f64 {
        if 1.0 - p >= self.sigma {
            return 0.0;
        }
        libm::log(self.sigma / (1.0 - p)) / self.decay()
    }

    /// The sojourn, in seconds, that a share `p` of the requests does not exceed: it is
    /// exponential.
    #[must_use]
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        -libm::log1p(-p) / self.decay()
    }

    /// The law of the intervals.
    #[must_use]
    pub const fn arrivals(&self) -> Interarrival {
        self.arrivals
    }

    /// The rate of the sojourn's exponential law.
    fn decay(&self) -> f64 {
        self.service_rate * (1.0 - self.sigma)
    }
}

/// The root sigma below 1. The function is convex and positive at 0, so Newton's method climbs
/// to it from there without passing it.
pub(super) fn root(arrivals: Interarrival, arrival_rate: f64, service_rate: f64) -> Option<f64> {
    let mut sigma = 0.0;
    for _ in 0..200 {
        let s = service_rate * (1.0 - sigma);
        let (value, slope) = arrivals.transform(arrival_rate, s)?;
        let step = (value - sigma) / (1.0 + service_rate * slope);
        if step <= f64::EPSILON * sigma {
            break;
        }
        sigma += step;
    }
    Some(sigma)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    fn values(system: &GiM1) -> Vec<(String, f64)> {
        let mut values = cases::means(system.means());
        let sigma = system.wait_probability();
        values.extend(cases::named([("sigma", sigma), ("p_wait", sigma)]));
        values.extend(cases::quantiles("wait", |p| system.wait_quantile(p)));
        values.extend(cases::quantiles("sojourn", |p| system.sojourn_quantile(p)));
        values
    }

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("GI/M/1", &[], |case| {
            let arrivals = match case.text("arrival_law") {
                "deterministic" => Interarrival::Constant,
                law if law.starts_with("erlang") => Interarrival::Erlang { k: case.whole("k") },
                law if law.starts_with("hyper") => {
                    Interarrival::Hyperexponential { cv2: case.number("cv") * case.number("cv") }
                }
                other => panic!("unknown law {other}"),
            };
            let (rate, service) = (case.number("arrival_rate"), case.number("service_rate"));
            values(&GiM1::new(arrivals, rate, service).expect("stable"))
        });
    }

    #[test]
    fn round_robin_over_single_servers_agrees_with_the_table() {
        cases::check("round robin", &[], |case| {
            let k = case.whole("servers");
            let rate = case.number("arrival_rate") / f64::from(k);
            let service = case.number("service_rate_per_server");
            let system = GiM1::new(Interarrival::Erlang { k }, rate, service).expect("stable");
            values(&system)
        });
    }

    #[test]
    fn poisson_arrivals_wait_as_often_as_the_server_is_busy() {
        for load in [0.01, 0.5, 0.999_9] {
            let system = GiM1::new(Interarrival::Exponential, load, 1.0).expect("stable");
            assert!((system.wait_probability() - load).abs() < 1e-10, "{load}");
        }
    }

    #[test]
    fn a_law_known_by_its_variation_only_is_refused() {
        let error = GiM1::new(Interarrival::General { cv2: 2.0 }, 0.5, 1.0).expect_err("unknown");
        assert_eq!(error, Unsolved::NoFormula);
    }
}
