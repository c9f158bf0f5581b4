//! M/G/c-PS: cores that are shared equally among all jobs present, none more than one core each.
//!
//! The mean depends on the service law only through its mean (Sakata, Noguchi and Oizumi 1971;
//! Cohen, "The multiple phase service network with generalized processor sharing", Acta
//! Informatica 1979), so the number present has the law of M/M/c.

use super::means::Means;
use super::mmc::MMc;
use super::unsolved::Unsolved;

/// Cores under processor sharing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MGcPs {
    arrival_rate: f64,
    service_mean: f64,
    system: MMc,
}

impl MGcPs {
    /// The system with these arrivals per second, mean seconds of work on a core, and cores.
    ///
    /// # Errors
    /// If a parameter is not positive, or the cores are overloaded.
    pub fn new(arrival_rate: f64, service_mean: f64, cores: u32) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the service time", service_mean)?;
        let system = MMc::new(arrival_rate, 1.0 / service_mean, cores)?;
        Ok(Self { arrival_rate, service_mean, system })
    }

    /// Mean values; what sharing adds to the service time counts as wait.
    #[must_use]
    pub fn means(&self) -> Means {
        self.system.means()
    }

    /// How much longer a job stays than it would alone. With one core that holds for every size
    /// on the average; with several it is the mean over all jobs.
    #[must_use]
    pub fn slowdown(&self) -> f64 {
        self.means().sojourn / self.service_mean
    }

    /// The probability that at least `n` jobs are present; known in closed form for one core.
    #[must_use]
    pub fn at_least_on_one_core(&self, n: u32) -> Option<f64> {
        let load = self.arrival_rate * self.service_mean;
        (self.cores() == 1).then(|| libm::pow(load, f64::from(n)))
    }

    /// The standard deviation of the sojourn, in seconds, of exponential jobs on one core
    /// (Coffman, Muntz and Trotter, "Waiting time distributions for processor-sharing systems",
    /// Journal of the ACM 1970).
    #[must_use]
    pub fn sojourn_std_of_exponential_jobs_on_one_core(&self) -> Option<f64> {
        let load = self.arrival_rate * self.service_mean;
        let idle = 1.0 - load;
        let relative = ((2.0 + load) / (2.0 - load)).sqrt();
        (self.cores() == 1).then(|| self.service_mean * relative / idle)
    }

    /// How many cores there are.
    #[must_use]
    pub const fn cores(&self) -> u32 {
        self.system.servers()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("M/G/1-PS", &[], |case| {
            let (rate, mean) = (case.number("arrival_rate"), case.number("service_mean"));
            let system = MGcPs::new(rate, mean, 1).expect("stable");
            let at_least = |n| system.at_least_on_one_core(n).expect("one core");
            let std = system.sojourn_std_of_exponential_jobs_on_one_core().expect("one core");
            let mut values = cases::means(system.means());
            values.extend(cases::named([
                ("slowdown_any_size", system.slowdown()),
                ("p_empty", 1.0 - at_least(1)),
                ("p_in_system_ge_3", at_least(3)),
                ("W_std", std),
            ]));
            values
        });
    }

    #[test]
    fn what_is_known_for_one_core_is_not_claimed_for_two() {
        let system = MGcPs::new(1.0, 1.0, 2).expect("stable");
        assert_eq!(system.at_least_on_one_core(1), None);
        assert_eq!(system.sojourn_std_of_exponential_jobs_on_one_core(), None);
    }
}
