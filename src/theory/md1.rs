//! M/D/1: Poisson arrivals and constant service, one server, in order of arrival.
//!
//! Erlang (1909). The law of the wait is Franx's sum ("A simple solution for the M/D/c waiting
//! time distribution", Operations Research Letters 2001), whose terms are all positive; Erlang's
//! own series alternates and loses all digits at long waits.

use super::means::Means;
use super::mg1::MG1;
use super::unsolved::Unsolved;

/// Arrivals during one service beyond this count have probability below 1e-82.
const MOST_ARRIVALS: usize = 64;

/// Beyond this share rounding hides what is left.
const ALMOST_ALL: f64 = 1.0 - 1e-12;

/// One server with constant service time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MD1 {
    service_time: f64,
    system: MG1,
}

impl MD1 {
    /// The system with these arrivals per second and seconds of service.
    ///
    /// # Errors
    /// If a parameter is not positive, or the server is overloaded.
    pub fn new(arrival_rate: f64, service_time: f64) -> Result<Self, Unsolved> {
        let system = MG1::new(arrival_rate, service_time, 0.0)?;
        Ok(Self { service_time, system })
    }

    /// The probability that a request has to wait.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        self.system.wait_probability()
    }

    /// Mean values.
    #[must_use]
    pub fn means(&self) -> Means {
        self.system.means()
    }

    /// The wait, in seconds, that a share `p` of the requests does not exceed; infinite for a
    /// share within 1e-12 of all of them.
    #[must_use]
    pub fn wait_quantile(&self, p: f64) -> f64 {
        let load = self.wait_probability();
        if p <= 1.0 - load {
            return 0.0;
        }
        if p > ALMOST_ALL {
            return f64::INFINITY;
        }
        // In units of the service time the wait is at most k exactly if an arrival finds at most
        // k - 1 waiting.
        let queue = queue_law(load, p);
        let k = queue.len();
        let (mut low, mut high) = ((k - 1) as f64, k as f64);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if wait_law(&queue, load * (k as f64 - middle)) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.service_time * high
    }

    /// The sojourn, in seconds, that a share `p` of the requests does not exceed.
    #[must_use]
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        self.service_time + self.wait_quantile(p)
    }
}

/// The probabilities that at most 0, 1, ... requests wait, up to the first that reaches `p`.
fn queue_law(load: f64, p: f64) -> Vec<f64> {
    let arrivals = poisson(load);
    // P(more than k arrivals in a service), summed from the small end.
    let mut beyond = vec![0.0; MOST_ARRIVALS];
    for k in (0..MOST_ARRIVALS - 1).rev() {
        beyond[k] = beyond[k + 1] + arrivals[k + 1];
    }
    let more_than = |k: usize| beyond.get(k).copied().unwrap_or(0.0);
    // As often as the number left behind rises above j it falls to j, by no arrival at all; so
    // the probability of j + 1 is a sum of positive terms.
    let mut states = vec![1.0 - load];
    let mut law = Vec::new();
    let mut total = states[0];
    while law.last().is_none_or(|reached| *reached < p) {
        let j = states.len() - 1;
        let first = (j + 1).saturating_sub(MOST_ARRIVALS).max(1);
        let rises: f64 = (first..=j).map(|i| states[i] * more_than(j + 1 - i)).sum();
        let next = (states[0] * more_than(j) + rises) / arrivals[0];
        states.push(next);
        total += next;
        law.push(total);
    }
    law
}

/// P(wait <= k - u) where `mean` is the load times u and `queue` has k entries.
fn wait_law(queue: &[f64], mean: f64) -> f64 {
    let arrivals = poisson(mean);
    queue.iter().rev().zip(arrivals).map(|(at_most, probability)| at_most * probability).sum()
}

/// The Poisson probabilities of 0, 1, ... with a mean of at most 1.
fn poisson(mean: f64) -> Vec<f64> {
    let mut term = libm::exp(-mean);
    (0..MOST_ARRIVALS)
        .map(|k| {
            let now = term;
            term *= mean / (k + 1) as f64;
            now
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    #[test]
    fn it_agrees_with_the_table_with_all_quantiles() {
        cases::check("M/D/1", &[], |case| {
            let (rate, time) = (case.number("arrival_rate"), case.number("service_time"));
            let system = MD1::new(rate, time).expect("stable");
            let mut values = cases::means(system.means());
            values.push(("p_wait".to_owned(), system.wait_probability()));
            values.extend(cases::quantiles("wait", |p| system.wait_quantile(p)));
            values.extend(cases::quantiles("sojourn", |p| system.sojourn_quantile(p)));
            values
        });
    }

    #[test]
    fn long_waits_near_saturation_have_the_exponential_tail() {
        // The decay rate x per service time solves load (exp(x) - 1) = x.
        let load = 0.99;
        let mut x = 0.02;
        for _ in 0..50 {
            x -= (load * libm::expm1(x) - x) / (load * libm::exp(x) - 1.0);
        }
        let system = MD1::new(load, 1.0).expect("stable");
        let step = system.wait_quantile(0.9999) - system.wait_quantile(0.999);
        assert!((step * x / libm::log(10.0) - 1.0).abs() < 1e-6, "{step}");
    }
}
