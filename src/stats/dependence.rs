//! How much less than independent observations the requests of one run are worth.

/// Waits at load closer to 1 than this are treated as at this load: beyond it no run of
/// affordable length is long enough, and what is printed is labelled either way.
const MAX_LOAD: f64 = 0.99;

/// How the observations of one replication hang together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dependence {
    /// Each counts in full: nothing has cores, so nothing queues for them.
    Independent,
    /// A terminating study: its runs are the independent observations.
    Runs {
        /// How many requests of one run are worth an independent one, as in steady state at the
        /// same load: as skew as the mean of so many fewer is that of a run.
        within: f64,
    },
    /// Requests in steady state that queue at a station without a limit.
    Queue {
        /// The largest utilisation on the path.
        utilisation: f64,
    },
    /// Requests in steady state through a system that refuses, so that it is stable at any load.
    Loss {
        /// The largest offered load on the path, or the utilisation; above 1 if overloaded.
        utilisation: f64,
        /// How many the busiest station can hold, or the most that it ever held.
        places: u64,
    },
}

impl Dependence {
    /// How many observations are worth one independent one: the variance of the mean of n of
    /// them is this, times the squared mean, over n.
    ///
    /// For a queue it is [`relative_variance`] at its load, the asymptotic value of M/M/1
    /// (Whitt, "Planning queueing simulations", Management Science 1989). A system with `places`
    /// forgets faster: M/M/1 with so many never needs more than 3 + `places`^2 / 7; and at an
    /// offered load above 1 its free places behave as a queue at the inverse load.
    #[must_use]
    pub fn factor(self) -> f64 {
        match self {
            // What happens in a run is what is asked of it, so quantiles count all of it.
            Self::Independent | Self::Runs { .. } => 1.0,
            Self::Queue { utilisation } => queue(utilisation),
            Self::Loss { utilisation, places } => {
                let load = if utilisation > 1.0 { 1.0 / utilisation } else { utilisation };
                let places = places as f64;
                queue(load).min(3.0 + places * places / 7.0)
            }
        }
    }

    /// How many observations of a run make its mean as skew as one independent one would; 1 where
    /// that is not asked.
    #[must_use]
    pub fn within_runs(self) -> f64 {
        match self {
            Self::Runs { within } => within.max(1.0),
            Self::Independent | Self::Queue { .. } | Self::Loss { .. } => 1.0,
        }
    }

    /// How many independent observations `count` of these are worth.
    #[must_use]
    pub fn effective(self, count: u64) -> f64 {
        count as f64 / self.factor()
    }
}

/// n times the relative variance of the mean of n successive sojourns in M/M/1 at load `rho`
/// below 1, for large n: 2 (1 + rho) / (1 - rho)^2.
#[must_use]
pub fn relative_variance(rho: f64) -> f64 {
    2.0 * (1.0 + rho) / ((1.0 - rho) * (1.0 - rho))
}

fn queue(load: f64) -> f64 {
    // A load that is not a number asks for the most.
    relative_variance(if load < MAX_LOAD { load.max(0.0) } else { MAX_LOAD })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Summary, toy};

    fn queue_factor(utilisation: f64) -> f64 {
        Dependence::Queue { utilisation }.factor()
    }

    #[test]
    fn the_factor_at_the_usual_loads_is_the_asymptotic_variance_of_a_queue() {
        for (load, factor) in [(0.0, 2.0), (0.5, 12.0), (0.8, 90.0), (0.9, 380.0)] {
            assert!((queue_factor(load) / factor - 1.0).abs() < 1e-12, "{load}");
        }
    }

    #[test]
    fn loads_near_and_above_1_ask_for_a_finite_number() {
        let most = queue_factor(0.99);
        for load in [0.995, 1.0, 3.0, f64::INFINITY, f64::NAN] {
            assert_eq!(queue_factor(load).to_bits(), most.to_bits(), "{load}");
        }
    }

    #[test]
    fn a_loss_system_asks_for_less_the_smaller_it_is_and_the_more_it_is_overloaded() {
        let loss = |utilisation, places| Dependence::Loss { utilisation, places }.factor();
        assert!((loss(1.0, 10) - (3.0 + 100.0 / 7.0)).abs() < 1e-12);
        assert!(loss(1.0, 10) < loss(1.0, 100));
        assert!(loss(2.0, 1_000) < loss(1.0, 1_000));
        assert!((loss(0.5, 1_000_000) - 12.0).abs() < 1e-12);
        assert!((loss(2.0, 1_000_000) - 12.0).abs() < 1e-12, "free places are a queue at 0.5");
    }

    /// The exact factor for the number present in M/M/1 with `places`, by the sum for birth-death
    /// chains (Whitt, "Asymptotic formulas for Markov processes", Operations Research 1992).
    fn exact(load: f64, places: u32) -> f64 {
        let mut states = vec![1.0];
        for n in 0..places as usize {
            states.push(states[n] * load);
        }
        let total: f64 = states.iter().sum();
        let numbered = || states.iter().zip(0..).map(|(p, n)| (p / total, f64::from(n)));
        let mean: f64 = numbered().map(|(p, n)| p * n).sum();
        let (mut below, mut sum) = (0.0, 0.0);
        // States too rare to count would only add what rounding left in the sum.
        for (p, n) in numbered().take(places as usize).filter(|(p, _)| *p > 1e-12) {
            below += (n - mean) * p;
            sum += below * below / (load * p);
        }
        let admitted = load * (1.0 - states[places as usize] / total);
        2.0 * sum / (mean * mean) * admitted
    }

    #[test]
    fn a_loss_system_never_needs_more_than_its_factor() {
        for places in [1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120] {
            for percent in 50..200 {
                let load = f64::from(percent) / 100.0;
                let factor = Dependence::Loss { utilisation: load, places: places.into() }.factor();
                let exact = exact(load, places);
                assert!(exact <= 1.01 * factor, "{places} at {load}: {exact}, not {factor}");
            }
        }
    }

    #[test]
    fn the_spread_of_simulated_mean_waits_is_of_the_size_that_the_factor_says() {
        // At load 0.8 it is 123 for waits and 79 for sojourns (Daley 1968); the factor is 90.
        let (rho, count) = (0.8, 9_000);
        let means: Vec<f64> = (0..400)
            .map(|replication| toy::mean_wait(11, replication, rho, count * 10 / 9))
            .collect();
        let summary = Summary::of(&means);
        let relative = summary.variance() / (summary.mean() * summary.mean()) * count as f64;
        assert!((60.0..180.0).contains(&relative), "{relative}");
    }
}
