//! A retry budget: retries are a share of the requests, not of the failures.
//!
//! Each request deposits `ratio` of a token, each retry withdraws one; a reserve of
//! `min_per_second` lets those retry who have few requests. Deposits and withdrawals are
//! forgotten after `window`. So retries add at most `ratio` to the load however much fails, and a
//! storm of them cannot keep itself alive. *Source*: Finagle's `RetryBudget` (20 %, 10 a second,
//! 10 s), whose window, as here, has ten parts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::number::numbers;
use crate::time::{Span, Time};
use crate::unit::length_keys;

/// How many of the requests may be retried. Nothing written: Finagle's default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetSpec {
    /// So many retries for each request, 0 to 10. Default 0.2.
    pub ratio: Ratio,
    /// So many retries a second beside these, 0 to 1,000,000. Default 10.
    pub min_per_second: PerSecond,
    /// Requests and retries are forgotten after so long. Default 10s.
    #[serde(deserialize_with = "window")]
    pub window: Span,
}

numbers! {
    /// So many retries for each request.
    Ratio(0.0..=10.0), "the ratio of a retry budget", "";

    /// So many retries a second.
    PerSecond(0.0..=1_000_000.0), "the least number of retries a second", "";
}

length_keys! { window: "10s"; }

impl Default for BudgetSpec {
    fn default() -> Self {
        let (ratio, min_per_second) = (Ratio::DEFAULT, PerSecond::DEFAULT);
        Self { ratio, min_per_second, window: Span::from_secs(10) }
    }
}

impl Ratio {
    /// Finagle's.
    pub const DEFAULT: Self = Self(0.2);
}

impl PerSecond {
    /// Finagle's.
    pub const DEFAULT: Self = Self(10.0);
}

/// Parts of the window, which are forgotten one by one.
const PARTS: usize = 10;

/// A token, in its smallest parts.
const TOKEN: i64 = 1_000;

/// A retry budget with its state: one caller's.
#[derive(Debug, Clone)]
pub struct Budget {
    deposit: i64,
    reserve: i64,
    /// The length of a part of the window.
    part: u64,
    /// Deposits less withdrawals in each part, by the part's number modulo their count.
    parts: [i64; PARTS],
    /// The number of the newest part.
    newest: u64,
}

impl Budget {
    /// The budget before the first request.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "the ranges of the keys keep both far below 2^53"
    )]
    pub fn new(spec: &BudgetSpec) -> Self {
        let token = TOKEN as f64;
        let seconds = spec.window.as_secs_f64();
        Self {
            deposit: (spec.ratio.get() * token + 0.5) as i64,
            reserve: (spec.min_per_second.get() * seconds * token + 0.5) as i64,
            part: (spec.window.0 / PARTS as u64).max(1),
            parts: [0; PARTS],
            newest: 0,
        }
    }

    /// A request was made, for the first time.
    #[inline]
    pub fn on_request(&mut self, now: Time) {
        *self.current(now) += self.deposit;
    }

    /// Whether a retry is within the budget; if so it is withdrawn.
    #[inline]
    pub fn withdraw(&mut self, now: Time) -> bool {
        self.current(now);
        let is_within = self.reserve + self.parts.iter().sum::<i64>() >= TOKEN;
        if is_within {
            *self.current(now) -= TOKEN;
        }
        is_within
    }

    /// The part of the window that is now; older ones than the window holds are forgotten.
    #[inline]
    fn current(&mut self, now: Time) -> &mut i64 {
        let number = now.0 / self.part;
        if number != self.newest {
            self.forget(number);
        }
        &mut self.parts[place(number)]
    }

    #[cold]
    fn forget(&mut self, number: u64) {
        let passed = (number - self.newest).min(PARTS as u64);
        for over in number + 1 - passed..=number {
            self.parts[place(over)] = 0;
        }
        self.newest = number;
    }
}

/// Where the part of this number stands.
#[allow(clippy::cast_possible_truncation, reason = "it is below the number of parts")]
const fn place(number: u64) -> usize {
    (number % PARTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    fn budget(text: &str) -> Budget {
        Budget::new(&toml::from_str(text).unwrap())
    }

    #[test]
    fn retries_are_a_share_of_the_requests() {
        let mut budget = budget("ratio = 0.25\nmin_per_second = 0");
        assert!(!budget.withdraw(at(0)), "nothing was deposited");
        (0..8).for_each(|_| budget.on_request(at(10)));
        let granted = (0..8).filter(|_| budget.withdraw(at(20))).count();
        assert_eq!(granted, 2);
    }

    #[test]
    fn the_reserve_lets_the_few_retry() {
        let mut budget = budget("ratio = 0\nmin_per_second = 0.5\nwindow = \"4s\"");
        let granted = |budget: &mut Budget, now| (0..9).filter(|_| budget.withdraw(now)).count();
        assert_eq!(granted(&mut budget, at(0)), 2);
        assert_eq!(granted(&mut budget, at(3_999)), 0);
        assert_eq!(granted(&mut budget, at(4_000)), 2);
    }

    #[test]
    fn deposits_are_forgotten_after_the_window() {
        let mut budget = budget("ratio = 1\nmin_per_second = 0\nwindow = \"1s\"");
        budget.on_request(at(0));
        budget.on_request(at(500));
        assert!(budget.withdraw(at(1_000)), "the first is forgotten, the second not");
        assert!(!budget.withdraw(at(1_000)));
        budget.on_request(at(60_000));
        assert!(budget.withdraw(at(60_999)) && !budget.withdraw(at(60_999)));
    }

    #[test]
    fn when_everything_fails_the_load_grows_by_the_ratio_alone() {
        let mut budget = budget("min_per_second = 0");
        let mut retries = 0;
        for request in 0..10_000 {
            budget.on_request(at(request));
            retries += (0..3).filter(|_| budget.withdraw(at(request))).count();
        }
        assert_eq!(retries, 2_000);
    }
}
