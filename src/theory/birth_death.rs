//! Birth-death chains with finitely many states, built up one state at a time.
//!
//! Each step adds the next state and mixes its share into the mean values so far. All terms are
//! positive and at most as large as the result, so nothing overflows or cancels, however many
//! states there are; sums of factorials would.

/// Mean values of a chain in which state n has n requests, of which at most `servers` are served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BirthDeath {
    /// The probability of the last state.
    pub(super) full: f64,
    /// The mean state.
    pub(super) in_system: f64,
    /// The mean number that wait.
    pub(super) queue: f64,
    /// The probability that all servers are busy in the chain without the last state: for
    /// Poisson arrivals, that an arrival which is let in has to wait.
    pub(super) wait_probability: f64,
}

impl BirthDeath {
    /// The chain with states 0 to `last`; `birth` gives the rate out of a state upwards (it may
    /// be infinite), `death` the rate downwards.
    pub(super) fn solve(
        last: u64,
        servers: u64,
        birth: impl Fn(u64) -> f64,
        death: impl Fn(u64) -> f64,
    ) -> Self {
        let busy = |n: u64| if n >= servers { 1.0 } else { 0.0 };
        let mut chain = Self { full: 1.0, in_system: 0.0, queue: 0.0, wait_probability: 0.0 };
        let mut all_busy = busy(0);
        for n in 1..=last {
            chain.wait_probability = all_busy;
            let share = 1.0 / (1.0 + death(n) / (birth(n - 1) * chain.full));
            let mix = |before: f64, here: f64| before + share * (here - before);
            chain.full = share;
            chain.in_system = mix(chain.in_system, n as f64);
            chain.queue = mix(chain.queue, n.saturating_sub(servers) as f64);
            all_busy = mix(all_busy, busy(n));
            if share <= 0.0 {
                // Too rare for a float: no later state counts.
                break;
            }
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rates_make_all_states_equally_likely() {
        let chain = BirthDeath::solve(4, 1, |_| 3.0, |_| 3.0);
        assert!((chain.full - 0.2).abs() < 1e-15);
        assert!((chain.in_system - 2.0).abs() < 1e-15);
        assert!((chain.queue - 1.2).abs() < 1e-15);
        assert!((chain.wait_probability - 0.75).abs() < 1e-15);
    }

    #[test]
    fn infinite_births_keep_the_chain_full() {
        let chain = BirthDeath::solve(7, 2, |_| f64::INFINITY, |_| 1.0);
        assert!((chain.in_system - 7.0).abs() < 1e-15);
    }

    #[test]
    fn a_million_states_neither_overflow_nor_cancel() {
        let chain = BirthDeath::solve(1_000_000, 1, |_| 0.9, |_| 1.0);
        assert!((chain.in_system - 9.0).abs() < 1e-9);
    }
}
