//! A Markov-modulated Poisson process: a rate that changes at random.
//!
//! *Source*: Fischer and Meier-Hellstern, "The Markov-modulated Poisson process cookbook",
//! Performance Evaluation 18 (1993). States follow one another in a circle; state i is left
//! after an exponential time of rate `leave[i]` and has Poisson arrivals of rate `rates[i]`. It
//! starts in its stationary state, so that the expected rate is the same from the beginning on.
//! The stays are drawn from a generator of their own: variants that differ in the rates alone go
//! through the same states at the same moments.

use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::exponential;
use crate::rng::{Key, KeyRng, Purpose, Stream, open_unit};
use crate::time::{MAX_SPAN, NANOS_PER_SEC, Span, Time};
use crate::unit::Rate;

/// Rates between which a process changes at random.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mmpp {
    /// The arrival rate in each state; two states or more.
    #[schemars(length(min = 2))]
    pub rates: Vec<Rate>,
    /// The rate at which each state is left for the next one, the last for the first: 1 over the
    /// mean stay.
    #[schemars(length(min = 2))]
    pub leave: Vec<Rate>,
}

/// The state of the process and what it waits for.
#[derive(Debug, Clone)]
pub(super) struct MmppArrivals {
    /// For each state, arrivals per nanosecond and the mean stay in nanoseconds.
    states: Vec<(f64, f64)>,
    stays: KeyRng,
    state: usize,
    /// When the present state is left.
    until: Time,
    now: Time,
}

/// What was written, before it is known to fit together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rates: Vec<Rate>,
    leave: Vec<Rate>,
}

impl Mmpp {
    /// The mean rate in the long run, per second.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let stays: f64 = self.leave.iter().map(|leave| 1.0 / leave.0).sum();
        let weighted = self.rates.iter().zip(&self.leave).map(|(rate, leave)| rate.0 / leave.0);
        weighted.sum::<f64>() / stays
    }

    /// The highest rate of a state, per second.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.rates.iter().map(|rate| rate.0).fold(0.0, f64::max)
    }
}

impl MmppArrivals {
    pub(super) fn new(spec: &Mmpp, stream: &mut Stream) -> Self {
        let mut stays = Key(stream.next_u64()).draws(Purpose::named("stays"));
        let nanos = NANOS_PER_SEC as f64;
        let states: Vec<_> = spec
            .rates
            .iter()
            .zip(&spec.leave)
            .map(|(rate, leave)| (rate.0 / nanos, nanos / leave.0))
            .collect();
        let total: f64 = states.iter().map(|(_, stay)| stay).sum();
        let mut left = open_unit(stays.next_bits()) * total;
        let mut state = 0;
        while state + 1 < states.len() && left >= states[state].1 {
            left -= states[state].1;
            state += 1;
        }
        let mut process = Self { states, stays, state, until: Time::ZERO, now: Time::ZERO };
        process.stay();
        process
    }

    /// The next arrival; `None` if it comes later than the longest horizon.
    #[inline]
    pub(super) fn next(&mut self, stream: &mut Stream) -> Option<Time> {
        let mut gap = exponential(stream.next_u64());
        loop {
            let (rate, _) = self.states[self.state];
            let expected = rate * self.until.since(self.now).0 as f64;
            if gap < expected {
                let arrival = self.now + Span::from_nanos_rounded(gap / rate);
                self.now = arrival.min(self.until);
                return Some(self.now);
            }
            if self.until.0 >= MAX_SPAN.0 {
                return None;
            }
            gap -= expected;
            self.now = self.until;
            self.state = (self.state + 1) % self.states.len();
            self.stay();
        }
    }

    /// Draws how long the present state lasts.
    fn stay(&mut self) {
        let (_, mean) = self.states[self.state];
        self.until =
            self.now + Span::from_nanos_rounded(exponential(self.stays.next_bits()) * mean);
    }
}

impl<'de> Deserialize<'de> for Mmpp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Written { rates, leave } = Written::deserialize(from)?;
        let wrong = if rates.len() != leave.len() {
            let (states, leaves) = (rates.len(), leave.len());
            format!("`rates` and `leave` have one entry a state: there are {states} and {leaves}")
        } else if rates.len() < 2 {
            "`mmpp` has two states or more: write `poisson` for a single rate".to_owned()
        } else if leave.iter().any(|leave| leave.0 <= 0.0) {
            "every rate of `leave` is above 0/s: a state that is never left is the only one".into()
        } else if rates.iter().all(|rate| rate.0 <= 0.0) {
            "at least one of `rates` is above 0/s".to_owned()
        } else {
            return Ok(Self { rates, leave });
        };
        Err(serde::de::Error::custom(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bursts(rates: [f64; 2]) -> Mmpp {
        Mmpp { rates: rates.map(Rate).to_vec(), leave: vec![Rate(1.0), Rate(0.5)] }
    }

    fn stream(replication: u32) -> Stream {
        Key::root(1, replication).stream("shop", "arrivals")
    }

    fn arrivals(spec: &Mmpp, replication: u32, until: Time) -> Vec<Time> {
        let mut stream = stream(replication);
        let mut process = MmppArrivals::new(spec, &mut stream);
        std::iter::from_fn(|| process.next(&mut stream)).take_while(|at| *at < until).collect()
    }

    #[test]
    fn the_mean_rate_weighs_each_state_by_its_stay() {
        assert!((bursts([150.0, 20.0]).mean() - 190.0 / 3.0).abs() < 1e-12);
        assert!((bursts([150.0, 20.0]).peak() - 150.0).abs() < 1e-12);
    }

    #[test]
    fn the_mean_rate_is_reached_in_the_long_run() {
        let secs = 4_000;
        let until = Time::ZERO + Span::from_secs(secs);
        let count = arrivals(&bursts([150.0, 20.0]), 0, until).len() as f64;
        // The variance of the count of such a process over t is near
        // mean t + 2 (r1 - r2)² p1 p2 t / (l1 + l2) = (63.3 + 5007) t.
        let expected = 190.0 / 3.0 * secs as f64;
        let deviation = (5_071.0 * secs as f64).sqrt();
        assert!((count - expected).abs() < 4.0 * deviation, "{count} against {expected}");
    }

    #[test]
    fn the_first_state_is_stationary() {
        let first_is_fast = |replication| {
            MmppArrivals::new(&bursts([150.0, 20.0]), &mut stream(replication)).state == 0
        };
        let share = (0..9_000).filter(|r| first_is_fast(*r)).count() as f64 / 9_000.0;
        assert!((share - 1.0 / 3.0).abs() < 4.0 * 0.00497, "{share}");
    }

    #[test]
    fn variants_of_the_rates_go_through_the_same_states() {
        let until = Time::ZERO + Span::from_secs(200);
        // Arrivals in one state alone: with both designs they fall into the same stays.
        let slow = arrivals(&bursts([40.0, 0.0]), 0, until);
        let fast = arrivals(&bursts([400.0, 0.0]), 0, until);
        let silent = |at: &Time| fast.iter().all(|other| at.0.abs_diff(other.0) > 100_000_000);
        assert!(slow.len() > 100 && !slow.iter().any(silent));
    }

    #[test]
    fn arrivals_later_than_the_longest_horizon_never_come() {
        let rare = Mmpp { rates: vec![Rate(1e-12), Rate(0.0)], leave: vec![Rate(1e-5); 2] };
        assert_eq!(MmppArrivals::new(&rare, &mut stream(0)).next(&mut stream(0)), None);
    }

    #[test]
    fn states_that_do_not_fit_together_are_refused() {
        for (text, said) in [
            ("rates = [\"1/s\", \"2/s\"]\nleave = [\"1/s\"]", "there are 2 and 1"),
            ("rates = [\"1/s\"]\nleave = [\"1/s\"]", "two states or more"),
            ("rates = [\"1/s\", \"2/s\"]\nleave = [\"1/s\", \"0/s\"]", "above 0/s"),
            ("rates = [\"0/s\", \"0/s\"]\nleave = [\"1/s\", \"1/s\"]", "at least one"),
            ("rates = [\"1/s\", \"2/s\"]", "missing field `leave`"),
        ] {
            let error = toml::from_str::<Mmpp>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
