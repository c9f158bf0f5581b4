//! Whether a printed number can be trusted: sound, few data, insufficient, unstable.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::dependence::Dependence;
use super::interval::MIN_REPLICATIONS;

/// Effective observations that the mean of one replication needs for a sound interval.
const MEAN_NEEDS: f64 = 200.0;
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
    /// What a mean is worth: sound from 200 effective observations in each replication, which
    /// is 200 x 2 (1 + rho) / (1 - rho)^2 requests at load rho, times the variability. In steady
    /// state there is none if more than 1 % of the requests were in flight at the horizon.
    ///
    /// In a terminating study the mean of a run is one independent observation, however few
    /// requests it is over, and what is in flight at its end belongs to it.
    #[must_use]
    pub fn of_mean(&self) -> Status {
        let steady = self.dependence != Dependence::Independent;
        if self.observations == 0 || (steady && self.unfinished_share > MAX_UNFINISHED) {
            return Status::Insufficient;
        }
        let enough = !steady || self.effective() / self.variability >= MEAN_NEEDS;
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
        let replicated = self.replications as usize >= MIN_REPLICATIONS;
        if enough && replicated { Status::Ok } else { Status::FewData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(utilisation: f64, observations: u64) -> Evidence {
        let dependence = Dependence::Queue { utilisation };
        let unfinished_share = 0.0;
        Evidence { replications: 10, observations, dependence, variability: 1.0, unfinished_share }
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
    fn runs_of_a_terminating_study_count_as_they_are() {
        let evidence = Evidence { dependence: Dependence::Independent, ..at(0.99, 3) };
        assert_eq!(evidence.of_mean(), Status::Ok);
        assert_eq!(evidence.of_quantile(0.99), Status::Insufficient);
    }

    #[test]
    fn a_censored_steady_state_has_no_mean() {
        let evidence = Evidence { unfinished_share: 0.02, ..at(0.5, 1_000_000) };
        assert_eq!(evidence.of_mean(), Status::Insufficient);
        let terminating = Evidence { dependence: Dependence::Independent, ..evidence };
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
