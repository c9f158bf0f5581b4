//! Whether a printed number can be trusted: sound, few data, insufficient, unstable.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::dependence::Dependence;
use super::interval::MIN_REPLICATIONS;

/// Effective observations that the mean of one replication needs for a sound interval.
const MEAN_NEEDS: f64 = 200.0;
/// Observations that a mean needs in all runs of a terminating study together, which is what the
/// fewest replications of a steady state have.
const RUNS_NEED: f64 = 1_000.0;
/// Effective ones of them, where requests of one run queue behind one another.
const QUEUED_RUNS_NEED: f64 = 100.0;
/// Events that a count needs in all replications together.
const COUNTS_NEED: f64 = 30.0;
/// Effective observations beyond a quantile that a sound interval needs in each replication.
const TAIL_NEEDS: f64 = 10.0;
/// Effective observations beyond a quantile without which there is no number at all.
const TAIL_NEEDS_AT_LEAST: f64 = 1.0;
/// The share of requests still in flight at the horizon from which means are biased.
pub const MAX_UNFINISHED: f64 = 0.01;

/// What a number is worth, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The interval covers the truth as often as it says.
    Ok,
    /// There is a number, but its interval is unreliable.
    FewData,
    /// There is no number.
    Insufficient,
    /// A queue grows without limit: there is no steady state to speak of.
    Unstable,
}

impl Status {
    /// All of them, from good to bad.
    pub const ALL: [Self; 4] = [Self::Ok, Self::FewData, Self::Insufficient, Self::Unstable];

    /// The text form, as in the column `status`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::FewData => "few-data",
            Self::Insufficient => "insufficient",
            Self::Unstable => "unstable",
        }
    }

    /// The status with this text form.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.text() == text)
    }

    /// The worse of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }

    /// Whether a number is printed at all.
    #[must_use]
    pub const fn has_number(self) -> bool {
        match self {
            Self::Ok | Self::FewData => true,
            Self::Insufficient | Self::Unstable => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// What a metric of one kind of request rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// How many replications there are.
    pub replications: u32,
    /// Observations in the replication that has the fewest, after the warm-up.
    pub observations: u64,
    /// The same in all replications together.
    pub observations_in_all: u64,
    /// How they depend on one another.
    pub dependence: Dependence,
    /// By how much more they vary than those of exponential services: (1 + cs^2) / 2 for services
    /// with the squared coefficient of variation cs^2, by which the variance of mean waits grows
    /// (Whitt 1989, for Poisson arrivals); at least 1, infinite if theirs is.
    pub variability: f64,
    /// The share of requests that were still in flight at the horizon: their latency is censored.
    pub unfinished_share: f64,
}

impl Evidence {
    /// What a mean is worth. In steady state it is sound from 200 effective observations in each
    /// replication, which is 200 x 2 (1 + rho) / (1 - rho)^2 requests at load rho, times the
    /// variability; and there is none if more than 1 % of the requests were in flight at the
    /// horizon.
    ///
    /// In a terminating study the runs are the independent observations, and what is in flight at
    /// their end belongs to them. But Student's interval of a few values covers too rarely if
    /// their law is skew, and a few values do not show that. The mean of many requests is less
    /// skew, so it is sound from 1,000 observations in all replications together, and from 100
    /// effective ones where they queue, both times the variability.
    #[must_use]
    pub fn of_mean(&self) -> Status {
        let steady = match self.dependence {
            Dependence::Independent | Dependence::Runs { .. } => false,
            Dependence::Queue { .. } | Dependence::Loss { .. } => true,
        };
        if self.observations == 0 || (steady && self.unfinished_share > MAX_UNFINISHED) {
            return Status::Insufficient;
        }
        let enough = if steady {
            self.effective() / self.variability >= MEAN_NEEDS
        } else {
            let needed = RUNS_NEED.max(QUEUED_RUNS_NEED * self.dependence.within_runs());
            self.observations_in_all as f64 / self.variability >= needed
        };
        self.interval_status(enough)
    }

    /// What the quantile at `p` is worth: sound with 10 effective observations beyond it in each
    /// replication, few data with 1, and none with less. Beyond means on its rarer side.
    #[must_use]
    pub fn of_quantile(&self, p: f64) -> Status {
        let beyond = self.effective() * p.min(1.0 - p);
        // 1 - 0.9 is a little less than 0.1, and a limit that is met exactly is met.
        let at_least = |needed: f64| beyond >= needed * (1.0 - 1e-9);
        if self.observations == 0 || !at_least(TAIL_NEEDS_AT_LEAST) {
            return Status::Insufficient;
        }
        self.interval_status(at_least(TAIL_NEEDS))
    }

    /// How many independent observations those of one replication are worth.
    #[must_use]
    pub fn effective(&self) -> f64 {
        self.dependence.effective(self.observations)
    }

    fn interval_status(&self, enough: bool) -> Status {
        interval_status(self.replications, enough)
    }
}

/// What the mean of a count is worth of which there were `total` in so many replications: sound
/// from 30 on, since Student's interval of rarer events covers too rarely, and if there was none
/// at all, which bounds it by the rule of three.
#[must_use]
pub fn status_of_count(total: f64, replications: u32) -> Status {
    interval_status(replications, total <= 0.0 || total >= COUNTS_NEED)
}

fn interval_status(replications: u32, enough: bool) -> Status {
    let replicated = replications as usize >= MIN_REPLICATIONS;
    if enough && replicated { Status::Ok } else { Status::FewData }
}

#[cfg(test)]
mod tests {
    use rand_distr::{Distribution, LogNormal, Poisson};

    use super::*;
    use crate::rng::{Key, Purpose};
    use crate::stats::{Confidence, Interval};

    fn at(utilisation: f64, observations: u64) -> Evidence {
        let dependence = Dependence::Queue { utilisation };
        Evidence {
            replications: 10,
            observations,
            observations_in_all: observations.saturating_mul(10),
            dependence,
            variability: 1.0,
            unfinished_share: 0.0,
        }
    }

    /// Ten runs of a terminating study with so many requests each.
    fn runs(within: f64, observations: u64) -> Evidence {
        Evidence { dependence: Dependence::Runs { within }, ..at(0.0, observations) }
    }

    #[test]
    fn text_forms_are_read_back_and_serialised() {
        for status in Status::ALL {
            assert_eq!(Status::from_text(status.text()), Some(status));
            let json = serde_json::to_string(&status).expect("a string");
            assert_eq!(json, format!("\"{status}\""));
        }
    }

    #[test]
    fn means_are_sound_from_the_documented_counts_on() {
        for (rho, needed) in [(0.5, 2_400), (0.8, 18_000), (0.9, 76_000), (0.95, 312_000)] {
            assert_eq!(at(rho, needed + 1).of_mean(), Status::Ok, "{rho}");
            assert_eq!(at(rho, needed - 1).of_mean(), Status::FewData, "{rho}");
        }
    }

    #[test]
    fn means_of_what_varies_more_need_as_much_more() {
        let of = |variability, observations| Evidence { variability, ..at(0.5, observations) };
        assert_eq!(of(10.0, 24_001).of_mean(), Status::Ok);
        assert_eq!(of(10.0, 23_999).of_mean(), Status::FewData);
        assert_eq!(of(f64::INFINITY, u64::MAX).of_mean(), Status::FewData);
        assert_eq!(of(f64::INFINITY, 100_000).of_quantile(0.9), Status::Ok);
    }

    #[test]
    fn quantiles_have_three_states() {
        for (p, count, status) in [
            (0.99, 90_001, Status::Ok),
            (0.99, 89_000, Status::FewData),
            (0.99, 9_001, Status::FewData),
            (0.99, 8_900, Status::Insufficient),
            (0.999, 90_001, Status::FewData),
            (0.9999, 90_001, Status::Insufficient),
            (0.5, 1_801, Status::Ok),
            (0.01, 89_000, Status::FewData),
        ] {
            assert_eq!(at(0.8, count).of_quantile(p), status, "p {p} of {count}");
        }
    }

    #[test]
    fn a_limit_that_is_met_exactly_is_met() {
        let evidence = Evidence { dependence: Dependence::Independent, ..at(0.0, 100) };
        assert_eq!(evidence.of_quantile(0.9), Status::Ok);
        assert_eq!(Evidence { observations: 1_000, ..evidence }.of_quantile(0.99), Status::Ok);
    }

    #[test]
    fn a_mean_of_a_terminating_study_needs_a_thousand_observations_in_all_its_runs() {
        assert_eq!(runs(1.0, 99).of_mean(), Status::FewData);
        assert_eq!(runs(1.0, 100).of_mean(), Status::Ok);
        let heavy = |observations| Evidence { variability: 13.0, ..runs(1.0, observations) };
        assert_eq!(heavy(1_299).of_mean(), Status::FewData);
        assert_eq!(heavy(1_300).of_mean(), Status::Ok);
        // At load 0.9 requests queue behind one another: 380 of them are worth one.
        assert_eq!(runs(380.0, 3_799).of_mean(), Status::FewData);
        assert_eq!(runs(380.0, 3_800).of_mean(), Status::Ok);
        assert_eq!(runs(380.0, 3).of_quantile(0.99), Status::Insufficient);
        assert_eq!(runs(380.0, 1_000).of_quantile(0.99), Status::Ok);
    }

    /// How many of `experiments` intervals over ten values hold `truth`, and how many of them are
    /// called sound.
    fn covered(
        experiments: u64,
        truth: f64,
        sound: impl Fn(&[f64], Interval) -> bool,
        value: impl Fn(u64, u32) -> f64,
    ) -> (u64, u64) {
        let (mut covers, mut all) = (0, 0);
        for seed in 0..experiments {
            let values: Vec<f64> = (0..10).map(|replication| value(seed, replication)).collect();
            let interval = Interval::of_replications(&values, Confidence::P95).expect("ten");
            if sound(&values, interval) {
                all += 1;
                covers += u64::from(interval.contains(truth));
            }
        }
        (covers, all)
    }

    #[test]
    fn means_of_runs_that_are_called_sound_cover_the_truth_where_those_of_few_requests_do_not() {
        // Lognormal with mean 1 and coefficient of variation 5, whose variability is 13.
        let spread = libm::log(26.0);
        let law = LogNormal::new(-0.5 * spread, spread.sqrt()).expect("a law");
        let mean = |observations: u32| {
            move |seed, replication| {
                let mut draws = Key::root(seed, replication).draws(Purpose::named("heavy"));
                let sum: f64 = (0..observations).map(|_| law.sample(&mut draws)).sum();
                sum / f64::from(observations)
            }
        };
        let evidence = |observations| Evidence { variability: 13.0, ..runs(1.0, observations) };
        assert_eq!(evidence(10).of_mean(), Status::FewData);
        // What few requests show of their spread does not tell: narrow intervals are the worst.
        let narrow = |_: &[f64], it: Interval| it.relative_half_width() <= 0.5;
        let (few, all) = covered(600, 1.0, narrow, mean(10));
        assert!(all > 100 && 100 * few < 65 * all, "{few} of {all} with ten requests a run");
        assert_eq!(evidence(1_300).of_mean(), Status::Ok);
        let (many, all) = covered(600, 1.0, narrow, mean(1_300));
        assert!(all == 600 && many >= 552, "{many} of {all} with 1,300 requests a run");
    }

    #[test]
    fn counts_that_are_called_sound_cover_the_truth() {
        for (mean, least) in [(0.3, 0), (1.0, 0), (3.0, 300), (6.0, 900)] {
            let law = Poisson::new(mean).expect("a law");
            let value = |seed, replication| {
                let mut draws = Key::root(seed, replication).draws(Purpose::named("counts"));
                law.sample(&mut draws)
            };
            let sound = |values: &[f64], interval: Interval| {
                let total: f64 = values.iter().sum();
                let is_wide = interval.relative_half_width() > 0.5;
                total > 0.0 && status_of_count(total, 10) == Status::Ok && !is_wide
            };
            let (covers, all) = covered(1_000, mean, sound, value);
            assert!(all >= least, "{all} sound at {mean}");
            assert!(100 * covers >= 92 * all, "{covers} of {all} at {mean}");
        }
        assert_eq!(status_of_count(0.0, 10), Status::Ok);
        assert_eq!(status_of_count(0.0, 4), Status::FewData);
        assert_eq!(status_of_count(29.0, 10), Status::FewData);
    }

    #[test]
    fn a_censored_steady_state_has_no_mean() {
        let evidence = Evidence { unfinished_share: 0.02, ..at(0.5, 1_000_000) };
        assert_eq!(evidence.of_mean(), Status::Insufficient);
        let terminating = Evidence { dependence: Dependence::Runs { within: 12.0 }, ..evidence };
        assert_eq!(terminating.of_mean(), Status::Ok);
    }

    #[test]
    fn few_replications_or_no_observations_are_never_sound() {
        let few = Evidence { replications: 4, ..at(0.5, 1_000_000) };
        assert_eq!(few.of_mean(), Status::FewData);
        assert_eq!(at(0.5, 0).of_mean(), Status::Insufficient);
        assert_eq!(at(0.5, 0).of_quantile(0.5), Status::Insufficient);
    }

    #[test]
    fn the_worse_status_wins_and_decides_whether_there_is_a_number() {
        assert_eq!(Status::Ok.and(Status::FewData), Status::FewData);
        assert_eq!(Status::Unstable.and(Status::Insufficient), Status::Unstable);
        assert!(Status::FewData.has_number());
        assert!(!Status::Insufficient.has_number());
    }
}
