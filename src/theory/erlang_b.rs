//! Erlang B: slots and no queue, such as connections or workers of a server that refuses.
//!
//! Erlang, "Solution of some problems in the theory of probabilities of significance in automatic
//! telephone exchanges" (1917). The result depends on the service law only through its mean
//! (Sevast'yanov 1957).

use super::means::Means;
use super::unsolved::Unsolved;

/// M/G/c/c: Poisson arrivals, of which those that find all slots busy are refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangB {
    offered: f64,
    service_mean: f64,
    slots: u32,
}

impl ErlangB {
    /// The system with these arrivals per second, seconds of service and slots.
    ///
    /// # Errors
    /// If a parameter is not positive. It is stable at any load.
    pub fn new(arrival_rate: f64, service_mean: f64, slots: u32) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the arrival rate", arrival_rate)?;
        Unsolved::unless_positive("the service time", service_mean)?;
        Unsolved::unless_positive("the number of slots", f64::from(slots))?;
        Ok(Self { offered: arrival_rate * service_mean, service_mean, slots })
    }

    /// The probability that an arrival is refused.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        blocking(self.offered, self.slots)
    }

    /// Mean values over those that are let in.
    #[must_use]
    pub fn means(&self) -> Means {
        let throughput = self.offered * (1.0 - self.blocking()) / self.service_mean;
        Means::by_little(throughput, 0.0, self.service_mean, self.slots)
    }

    /// How many slots there are.
    #[must_use]
    pub const fn slots(&self) -> u32 {
        self.slots
    }
}

/// The blocking of `slots` slots offered `offered` erlangs, by the recursion over slots.
pub(super) fn blocking(offered: f64, slots: u32) -> f64 {
    let mut blocking = 1.0;
    for slot in 1..=slots {
        let work = offered * blocking;
        blocking = work / (f64::from(slot) + work);
    }
    blocking
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("Erlang B", &[], |case| {
            let (rate, mean) = (case.number("arrival_rate"), case.number("service_mean"));
            let system = ErlangB::new(rate, mean, case.whole("slots")).expect("positive");
            let mut values = cases::means(system.means());
            values.push(("p_block".to_owned(), system.blocking()));
            values
        });
    }

    #[test]
    fn a_hundred_thousand_slots_follow_the_asymptotic_series() {
        // Jagerman, "Some properties of the Erlang loss function" (1974), at load = slots.
        let c = 100_000.0_f64;
        let pi = std::f64::consts::PI;
        let inverse = (pi * c / 2.0).sqrt() + 2.0 / 3.0 + (pi / (2.0 * c)).sqrt() / 12.0;
        assert!((blocking(c, 100_000) * inverse - 1.0).abs() < 1e-8);
    }

    #[test]
    fn a_load_beyond_all_bounds_fills_every_slot() {
        let system = ErlangB::new(1e12, 1.0, 3).expect("positive");
        assert!((system.means().utilisation - 1.0).abs() < 1e-3);
    }
}
