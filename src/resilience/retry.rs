//! Retries: which outcomes are tried again, after what pause, and how often.
//!
//! The pause before the n-th retry is b = min(`max`, `backoff` × `factor`^(n-1)), spread by
//! `jitter`: *none* takes b; *full* anything up to b; *equal* half of b and anything up to the
//! other half; *decorrelated* anything between `backoff` and three times the last pause, at most
//! `max`. Without jitter those who failed together try again together. A request that may have
//! been acted upon is tried again only if that does no harm (RFC 9110, 9.2.2). *Source*: Brooker,
//! "Exponential Backoff and Jitter", AWS Architecture Blog (2015). *Weakness*: without a budget
//! retries multiply the load just when it is too high.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Budget, BudgetSpec, Conditions, Outcome};
use crate::dist::number::numbers;
use crate::dist::{Dist, Law, ReadFile};
use crate::math::power;
use crate::rng::{Key, Purpose, open_unit};
use crate::time::{Span, Time};
use crate::unit::{length_keys, whole_keys};

/// When a caller tries again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetrySpec {
    /// How often it tries in all, 1 (no retry) to 100. Default 3.
    #[serde(deserialize_with = "attempts")]
    #[schemars(range(min = 1, max = 100))]
    pub attempts: u32,
    /// The pause before the first retry. Default 100ms.
    pub backoff: Dist<Span>,
    /// By so much the pause grows with each retry, 1 to 100. Default 2.
    pub factor: Factor,
    /// The longest pause. Default 10s.
    #[serde(deserialize_with = "max")]
    pub max: Span,
    /// How pauses are spread. Default `none`.
    pub jitter: Jitter,
    /// How many of the requests may be retried. Default: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetSpec>,
    /// The outcomes after which it tries again. Default `["connect", "timeout", "reset",
    /// "status:502", "status:503", "status:504"]`.
    pub on: Conditions,
    /// Whether requests that change something are tried again even if they may have been acted
    /// upon. Default false.
    pub non_idempotent: bool,
}

/// How pauses are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// Not at all.
    #[default]
    None,
    /// Between nothing and the whole pause.
    Full,
    /// Between half and the whole pause.
    Equal,
    /// Between the first pause and three times the last one.
    Decorrelated,
}

numbers! {
    /// By so much the pause grows with each retry.
    Factor(1.0..=100.0), "the factor of a back-off", "; 1 keeps the pause";
}

whole_keys! { attempts: 1..=100; }
length_keys! { max: "10s"; }

impl Default for RetrySpec {
    fn default() -> Self {
        let on = ["connect", "timeout", "reset", "status:502", "status:503", "status:504"];
        Self {
            attempts: 3,
            backoff: Dist::Constant(Span::from_millis(100)),
            factor: Factor(2.0),
            max: Span::from_secs(10),
            jitter: Jitter::None,
            budget: None,
            on: Conditions::of(&on).unwrap_or(Conditions::NONE),
            non_idempotent: false,
        }
    }
}

const BACKOFF: Purpose = Purpose::named("backoff");
const JITTER: Purpose = Purpose::named("jitter");

/// Retries with their state: one caller's.
#[derive(Debug, Clone)]
pub struct Retry {
    attempts: u32,
    backoff: Law,
    factor: f64,
    max: Span,
    jitter: Jitter,
    budget: Option<Budget>,
    on: Conditions,
    non_idempotent: bool,
}

impl Retry {
    /// The rule that `spec` describes, before the first request.
    ///
    /// # Errors
    /// If the distribution of the pause has none of its own: see [`Dist::law`].
    pub fn new(spec: &RetrySpec, files: &mut ReadFile<'_>) -> Result<Self, String> {
        Ok(Self {
            attempts: spec.attempts,
            backoff: spec.backoff.law(files)?,
            factor: spec.factor.get(),
            max: spec.max,
            jitter: spec.jitter,
            budget: spec.budget.as_ref().map(Budget::new),
            on: spec.on,
            non_idempotent: spec.non_idempotent,
        })
    }

    /// How often a request is tried at most, the first time included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        if self.on == Conditions::NONE { 1 } else { self.attempts }
    }

    /// A request is sent for the first time.
    #[inline]
    pub fn on_request(&mut self, now: Time) {
        if let Some(budget) = &mut self.budget {
            budget.on_request(now);
        }
    }

    /// Whether a request is tried again whose attempt number `made` (from 1 on) came to this
    /// outcome, and after what pause. `last` is the pause before that attempt, `key` the
    /// request's; `is_idempotent` says that doing it twice does no harm. A retry that is granted
    /// is taken from the budget.
    #[inline]
    pub fn decide(
        &mut self,
        made: u32,
        outcome: Outcome,
        is_idempotent: bool,
        last: Span,
        key: Key,
        now: Time,
    ) -> Option<Span> {
        let is_harmless = is_idempotent || self.non_idempotent || !outcome.was_sent();
        if made >= self.attempts || !is_harmless || !self.on.contains(outcome) {
            return None;
        }
        if !self.budget.as_mut().is_none_or(|budget| budget.withdraw(now)) {
            return None;
        }
        Some(self.pause(made, last, key))
    }

    /// The pause before retry number `retry`, from 1 on, after a pause of `last` before.
    #[must_use]
    pub fn pause(&self, retry: u32, last: Span, key: Key) -> Span {
        let part = u64::from(retry);
        let base: Span = self.backoff.draw(&mut key.draws(BACKOFF.part(part)));
        let unit = open_unit(key.bits(JITTER.part(part)));
        #[allow(clippy::cast_precision_loss, reason = "a pause to the microsecond")]
        let nanos = |span: Span| span.0 as f64;
        let growth = if retry > 1 { power(self.factor, f64::from(retry - 1)) } else { 1.0 };
        let most = (nanos(base) * growth).min(nanos(self.max));
        let pause = match self.jitter {
            Jitter::None => most,
            Jitter::Full => most * unit,
            Jitter::Equal => most / 2.0 * (1.0 + unit),
            Jitter::Decorrelated => {
                let (least, most) = (nanos(base), 3.0 * nanos(last.max(base)));
                least + (most - least) * unit
            }
        };
        Span::from_nanos_rounded(pause).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(text: &str) -> Retry {
        Retry::new(&toml::from_str(text).unwrap(), &mut |_| Err("no file".to_owned())).unwrap()
    }

    fn decide(retry: &mut Retry, made: u32, outcome: Outcome) -> Option<u64> {
        let pause = retry.decide(made, outcome, true, Span::ZERO, Key(1), Time(0));
        pause.map(|span| span.0 / 1_000_000)
    }

    #[test]
    fn pauses_grow_up_to_the_longest() {
        let mut retry = retry("attempts = 9\nmax = \"1s\"");
        let pauses: Vec<u64> =
            (1..9).map_while(|made| decide(&mut retry, made, Outcome::Reset)).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
        assert_eq!(decide(&mut retry, 9, Outcome::Reset), None);
    }

    #[test]
    fn only_what_is_named_is_tried_again() {
        let mut retry = retry("on = [\"connect\", \"status:503\"]");
        for (outcome, again) in [
            (Outcome::Refused, true),
            (Outcome::ConnectTimeout, true),
            (Outcome::Status(503), true),
            (Outcome::Status(500), false),
            (Outcome::Status(200), false),
            (Outcome::ReadTimeout, false),
        ] {
            assert_eq!(decide(&mut retry, 1, outcome).is_some(), again, "{outcome:?}");
        }
    }

    #[test]
    fn what_may_have_changed_something_is_tried_again_only_if_said() {
        let post = |text: &str, outcome| {
            retry(text).decide(1, outcome, false, Span::ZERO, Key(1), Time(0)).is_some()
        };
        assert!(post("", Outcome::Refused) && !post("", Outcome::ReadTimeout));
        assert!(post("non_idempotent = true", Outcome::ReadTimeout));
    }

    #[test]
    fn the_budget_ends_a_storm() {
        let mut retry = retry("budget = { ratio = 0.5, min_per_second = 0 }");
        (0..4).for_each(|_| retry.on_request(Time(0)));
        let again = (0..4).filter(|_| decide(&mut retry, 1, Outcome::Reset).is_some()).count();
        assert_eq!(again, 2);
        // What is not tried again costs nothing.
        retry.on_request(Time(0));
        retry.on_request(Time(0));
        assert_eq!(decide(&mut retry, 1, Outcome::Status(200)), None);
        assert!(decide(&mut retry, 1, Outcome::Reset).is_some());
    }

    /// The least, the mean and the largest pause in milliseconds before a retry.
    fn spread(text: &str, number: u32, last: Span) -> (u64, u64, u64) {
        let retry = retry(text);
        let pauses: Vec<u64> = (0..20_000)
            .map(|key| retry.pause(number, last, Key(7).with(key)).0 / 1_000_000)
            .collect();
        let sum: u64 = pauses.iter().sum();
        let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
        (*least, sum / pauses.len() as u64, *most)
    }

    #[test]
    fn jitter_spreads_as_it_says() {
        let near = |(least, mean, most): (u64, u64, u64), expected: (u64, u64, u64)| {
            let off = [least, mean, most].into_iter().zip([expected.0, expected.1, expected.2]);
            assert!(off.into_iter().all(|(is, be)| is.abs_diff(be) <= 6), "{least} {mean} {most}");
        };
        near(spread("jitter = \"full\"", 3, Span::ZERO), (0, 200, 400));
        near(spread("jitter = \"equal\"", 3, Span::ZERO), (200, 300, 400));
        let decorrelated = "jitter = \"decorrelated\"";
        near(spread(decorrelated, 1, Span::ZERO), (100, 200, 300));
        near(spread(decorrelated, 2, Span::from_millis(300)), (100, 500, 900));
        near(
            spread(
                "jitter = \"none\"\nbackoff = { uniform = { min = \"0ms\", max = \"80ms\" } }",
                1,
                Span::ZERO,
            ),
            (0, 40, 80),
        );
    }

    #[test]
    fn a_pause_belongs_to_the_request_and_the_retry() {
        let retry = retry("jitter = \"full\"");
        let pause = |number, key| retry.pause(number, Span::ZERO, Key(key));
        assert_eq!(pause(1, 1), pause(1, 1));
        assert!(pause(1, 1) != pause(1, 2) && pause(1, 1) != pause(2, 1));
    }

    #[test]
    fn attempts_multiply_as_theory_says() {
        // Theory cases retry-01 and retry-02: attempts fail independently.
        for (fails, attempts, mean, lost) in [(0.1, 3, 1.11, 0.001), (1.0, 4, 4.0, 1.0)] {
            let mut retry = retry(&format!("attempts = {attempts}"));
            let mut draws = Key::root(1, 0).draws(Purpose::named("failures"));
            let (mut made, mut failed) = (0, 0);
            const REQUESTS: u32 = 1_000_000;
            for _ in 0..REQUESTS {
                let mut attempt = 0;
                loop {
                    attempt += 1;
                    made += 1;
                    if open_unit(draws.next_bits()) >= fails {
                        break;
                    }
                    if decide(&mut retry, attempt, Outcome::Reset).is_none() {
                        failed += 1;
                        break;
                    }
                }
            }
            let share = |count: u32| f64::from(count) / f64::from(REQUESTS);
            assert!((share(made) / mean - 1.0).abs() < 0.003, "{}", share(made));
            assert!((share(failed) / lost - 1.0).abs() < 0.13, "{}", share(failed));
        }
    }

    #[test]
    fn every_key_is_read_and_an_impossible_value_refused() {
        let text = "attempts = 5\nbackoff = \"20ms\"\nfactor = 3.0\nmax = \"1s\"\n\
                    jitter = \"equal\"\non = [\"reset\"]\nnon_idempotent = true\n\n\
                    [budget]\nratio = 0.1\nmin_per_second = 1.0\nwindow = \"5s\"\n";
        let spec: RetrySpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).map(|it| toml::from_str(&it)), Ok(Ok(spec)));
        for (text, said) in [
            ("attempts = 0", "`attempts` is a whole number from 1 to 100, not 0"),
            ("factor = 0.5", "from 1 to 100"),
            ("max = \"0s\"", "`max` is longer than 0s"),
            ("jitter = \"some\"", "`decorrelated`"),
            ("on = [\"5xx\"]", "unknown outcome `5xx`: there are `connect`"),
            ("budget = { ratio = 11 }", "from 0 to 10"),
            ("retries = 3", "unknown field `retries`"),
        ] {
            let error = toml::from_str::<RetrySpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn the_schema_describes_every_key() {
        let schema = serde_json::to_value(schemars::schema_for!(RetrySpec)).unwrap();
        let keys = schema["properties"].as_object().unwrap();
        assert_eq!(keys.len(), 8);
        assert!(keys.values().all(|key| key["description"].is_string()), "{schema:#}");
    }
}
