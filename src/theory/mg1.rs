//! M/G/1: Poisson arrivals and any service law, one server, in order of arrival.
//!
//! Pollaczek (1930) and Khinchine (1932); Kleinrock, "Queueing Systems", volume 1, section 5.6,
//! with Takács' recursion for the second moment of the wait.

use super::means::Means;
use super::unsolved::Unsolved;

/// One server with a queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MG1 {
    arrival_rate: f64,
    service_mean: f64,
    service_cv2: f64,
}

impl MG1 {
    /// The system with these arrivals per second, and mean and squared coefficient of variation
    /// of the service time.
    ///
    /// # Errors
    /// If a parameter is not positive (the variation may be 0), or the server is overloaded.
    pub fn new(arrival_rate: f64, service_mean: f64, service_cv2: f64) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the arrival rate", arrival_rate)?;
        Unsolved::unless_positive("the service time", service_mean)?;
        Unsolved::if_negative("the variation of the service time", service_cv2)?;
        Unsolved::if_overloaded(arrival_rate * service_mean)?;
        Ok(Self { arrival_rate, service_mean, service_cv2 })
    }

    /// The probability that a request has to wait.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        self.arrival_rate * self.service_mean
    }

    /// Mean values.
    #[must_use]
    pub fn means(&self) -> Means {
        Means::by_little(self.arrival_rate, self.wait(), self.service_mean, 1)
    }

    /// The standard deviation of the wait, in seconds, from the third moment of the service
    /// time, in seconds cubed.
    #[must_use]
    pub fn wait_std(&self, service_third_moment: f64) -> f64 {
        let load = self.wait_probability();
        let own = self.arrival_rate * service_third_moment / (3.0 * (1.0 - load));
        (self.wait() * self.wait() + own).sqrt()
    }

    fn wait(&self) -> f64 {
        let load = self.wait_probability();
        load * self.service_mean * (1.0 + self.service_cv2) / (2.0 * (1.0 - load))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases::{self, Case};

    /// Squared coefficient of variation and third moment of a case's service law.
    fn moments(case: &Case) -> (f64, f64) {
        let m = case.number("service_mean");
        let cube = m * m * m;
        let gamma_like = |cv2: f64| (cv2, cube * (1.0 + cv2) * (1.0 + 2.0 * cv2));
        match case.text("service_law") {
            "lognormal" => {
                let cv2 = case.number("cv") * case.number("cv");
                (cv2, cube * libm::pow(1.0 + cv2, 3.0))
            }
            "gamma" => gamma_like(case.number("cv") * case.number("cv")),
            "erlang" => gamma_like(1.0 / case.number("k")),
            "hyperexponential" => {
                let cv2 = case.number("cv") * case.number("cv");
                let first = 0.5 * (1.0 + ((cv2 - 1.0) / (cv2 + 1.0)).sqrt());
                let third = |p: f64| 6.0 * cube / (8.0 * p * p);
                (cv2, third(first) + third(1.0 - first))
            }
            law => from_raw_moments(m, |k| raw_moment(case, law, k)),
        }
    }

    fn from_raw_moments(mean: f64, raw: impl Fn(f64) -> f64) -> (f64, f64) {
        assert!((raw(1.0) / mean - 1.0).abs() < 1e-12);
        (raw(2.0) / (mean * mean) - 1.0, raw(3.0))
    }

    fn raw_moment(case: &Case, law: &str, k: f64) -> f64 {
        let shape = case.number("shape");
        match law {
            "pareto" => {
                let least = case.number("mean") * (shape - 1.0) / shape;
                shape * libm::pow(least, k) / (shape - k)
            }
            "weibull" => {
                let scale = case.number("mean") / libm::tgamma(1.0 + 1.0 / shape);
                libm::pow(scale, k) * libm::tgamma(1.0 + k / shape)
            }
            "bounded_pareto" => {
                let (low, high) = (case.number("lo"), case.number("hi"));
                let span = libm::pow(high, k - shape) - libm::pow(low, k - shape);
                let whole = 1.0 - libm::pow(low / high, shape);
                shape * libm::pow(low, shape) * span / ((k - shape) * whole)
            }
            other => panic!("unknown law {other}"),
        }
    }

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("M/G/1", &["wait_p"], |case| {
            let (cv2, third) = moments(case);
            let mean = case.number("service_mean");
            let system = MG1::new(case.number("arrival_rate"), mean, cv2).expect("stable");
            let mut values = cases::means(system.means());
            values.extend(cases::named([
                ("service_cv2", cv2),
                ("p_wait", system.wait_probability()),
                ("Wq_std", system.wait_std(third)),
            ]));
            values
        });
    }

    #[test]
    fn constant_service_halves_the_wait_of_exponential_service() {
        let wait = |cv2| MG1::new(0.8, 1.0, cv2).expect("stable").means().wait;
        assert!((wait(0.0) / wait(1.0) - 0.5).abs() < 1e-15);
    }
}
