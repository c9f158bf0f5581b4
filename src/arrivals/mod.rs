//! Arrivals of an open loop: when requests come, whatever becomes of the earlier ones.
//!
//! [`Arrivals`] is what a scenario writes, [`ArrivalProcess`] gives the moments one by one.
//! Poisson and regular arrivals take a [`RateProfile`]; their moments come from the inverse of
//! its integral, so that designs under different loads share their random numbers.

mod cumulative;
mod mmpp;
mod process;
mod profile;
mod regular;
mod sine;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

pub use mmpp::Mmpp;
pub use process::ArrivalProcess;
pub use profile::{RateProfile, Sine};

use crate::count::Count;
use crate::dist::Dist;
use crate::rng::open_unit;
use crate::time::Span;

/// The largest mean of a batch: as many requests as a run may well hold at once.
const LARGEST_BATCH: f64 = 1e6;

/// When requests come: a table with one of `poisson`, `regular`, `interval`, `mmpp`, `visits`
/// and `trace`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Arrivals {
    /// Independent of one another, at a rate: what many users make who do not know of each other.
    Poisson {
        /// The rate at which requests come, or batches of them.
        poisson: RateProfile,
        /// How many requests come at once. Default 1.
        #[serde(default = "single")]
        batch: Count,
    },
    /// At equal distances, the first after one distance; under a changing rate, at equal
    /// distances of the rate's integral.
    Regular {
        /// The rate.
        regular: RateProfile,
    },
    /// At independent distances, the first after one distance.
    Interval {
        /// The distance between two arrivals.
        interval: Dist<Span>,
    },
    /// In bursts: Poisson at a rate that changes at random.
    Mmpp {
        /// The rates and how they change.
        mmpp: Mmpp,
    },
    /// People come, each of whom makes a visit of several pages.
    Visits {
        /// When they come.
        visits: Box<Self>,
        /// The name of the visit that they make.
        visit: String,
    },
    /// As recorded: each row of a file is a request.
    Trace {
        /// A CSV file with a column `arrival_us`, `arrival_ms` or `arrival_s`, relative to the
        /// scenario.
        trace: String,
    },
}

impl Arrivals {
    /// The mean rate of requests, or of visits, up to `horizon`, per second; `None` for a trace,
    /// which knows its own.
    #[must_use]
    pub fn mean_rate(&self, horizon: Span) -> Option<f64> {
        match self {
            Self::Poisson { poisson, batch } => Some(poisson.mean(horizon) * batch.mean()),
            Self::Regular { regular } => Some(regular.mean(horizon)),
            Self::Interval { interval } => per_second(interval),
            Self::Mmpp { mmpp } => Some(mmpp.mean()),
            Self::Visits { visits, .. } => visits.mean_rate(horizon),
            Self::Trace { .. } => None,
        }
    }

    /// Whether the rate is another one at different times up to `horizon`, as written, not by
    /// chance.
    #[must_use]
    pub fn changes(&self, horizon: Span) -> bool {
        match self {
            Self::Poisson { poisson: rate, .. } | Self::Regular { regular: rate } => {
                rate.peak() > rate.mean(horizon) * (1.0 + 1e-9)
            }
            Self::Visits { visits, .. } => visits.changes(horizon),
            Self::Interval { .. } | Self::Mmpp { .. } | Self::Trace { .. } => false,
        }
    }

    /// The highest mean rate of requests that holds for any time, per second; `None` for a
    /// trace.
    #[must_use]
    pub fn peak_rate(&self) -> Option<f64> {
        match self {
            Self::Poisson { poisson, batch } => Some(poisson.peak() * batch.mean()),
            Self::Regular { regular } => Some(regular.peak()),
            Self::Interval { interval } => per_second(interval),
            Self::Mmpp { mmpp } => Some(mmpp.peak()),
            Self::Visits { visits, .. } => visits.peak_rate(),
            Self::Trace { .. } => None,
        }
    }
}

/// The keys of all kinds of arrivals, before it is known which they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    poisson: Option<RateProfile>,
    batch: Option<Count>,
    regular: Option<RateProfile>,
    interval: Option<Dist<Span>>,
    mmpp: Option<Mmpp>,
    visits: Option<Box<Arrivals>>,
    visit: Option<String>,
    trace: Option<String>,
}

impl Written {
    fn checked(self) -> Result<Arrivals, String> {
        let Self { poisson, batch, regular, interval, mmpp, visits, visit, trace } = self;
        if batch.is_some() && poisson.is_none() {
            return Err("`batch` goes with `poisson`".to_owned());
        }
        if visits.is_some() != visit.is_some() {
            return Err("`visits` say when people come, and `visit` what they do: both are needed"
                .to_owned());
        }
        if matches!(visits.as_deref(), Some(Arrivals::Visits { .. } | Arrivals::Trace { .. })) {
            return Err(
                "`visits` are arrivals by `poisson`, `regular`, `interval` or `mmpp`".to_owned()
            );
        }
        let batch = batch.unwrap_or(single());
        if batch.mean() <= 0.0 {
            return Err("a batch brings something: `batch` is at least 1".to_owned());
        }
        if batch.mean() > LARGEST_BATCH {
            return Err(format!("a batch has at most {LARGEST_BATCH} requests"));
        }
        let mut kinds = [
            poisson.map(|poisson| Arrivals::Poisson { poisson, batch }),
            regular.map(|regular| Arrivals::Regular { regular }),
            interval.map(|interval| Arrivals::Interval { interval }),
            mmpp.map(|mmpp| Arrivals::Mmpp { mmpp }),
            visits.zip(visit).map(|(visits, visit)| Arrivals::Visits { visits, visit }),
            trace.map(|trace| Arrivals::Trace { trace }),
        ]
        .into_iter()
        .flatten();
        match (kinds.next(), kinds.next()) {
            (Some(arrivals), None) => Ok(arrivals),
            _ => Err("arrivals have exactly one of `poisson`, `regular`, `interval`, `mmpp`, \
                      `visits` and `trace`, such as { poisson = \"600/s\" }"
                .to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Arrivals {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Written::deserialize(from)?.checked().map_err(D::Error::custom)
    }
}

const fn single() -> Count {
    Count::Constant(1)
}

/// The rate that goes with a distance between arrivals; `None` where only a file knows it.
fn per_second(interval: &Dist<Span>) -> Option<f64> {
    let mut no_files = |_: &str| Err(String::new());
    let law = interval.law(&mut no_files).ok()?;
    Some(1e9 / law.mean())
}

/// An exponential variate of mean 1 from 64 uniform random bits.
#[inline]
fn exponential(bits: u64) -> f64 {
    -crate::math::ln(open_unit(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Arrivals, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    fn check_refused(text: &str, said: &str) {
        let error = read(text).expect_err(text);
        assert!(error.contains(said), "{text}: {error}");
    }

    const KINDS: [&str; 6] = [
        "poisson = \"600/s\"",
        "poisson = { steps = [[\"0s\", \"1/s\"]] }",
        "regular = { sine = { mean = \"1/s\", amplitude = 0.5, period = \"1s\" } }",
        "mmpp = { rates = [\"150/s\", \"20/s\"], leave = [\"1/s\", \"0.5/s\"] }",
        "trace = \"requests.csv\"",
        "poisson = \"10/s\"\nbatch = 5",
    ];

    #[test]
    fn every_kind_is_read_and_written_as_itself() {
        for text in KINDS {
            let arrivals = read(text).unwrap();
            let json = serde_json::to_value(&arrivals).unwrap();
            assert_eq!(serde_json::from_value::<Arrivals>(json).unwrap(), arrivals, "{text}");
        }
    }

    #[test]
    fn what_is_no_kind_of_arrivals_is_refused_with_those_that_exist() {
        check_refused("", "exactly one of `poisson`, `regular`");
        check_refused("poisson = \"1/s\"\nregular = \"1/s\"", "exactly one of");
        check_refused("users = 5", "expected one of `poisson`, `batch`, `regular`");
        check_refused("visits = { poisson = \"1/s\" }", "both are needed");
        let nested = "visit = \"a\"\nvisits = { visits = { poisson = \"1/s\" }, visit = \"a\" }";
        check_refused(nested, "`visits` are arrivals by");
        check_refused("regular = \"1/s\"\nbatch = 2", "`batch` goes with `poisson`");
        check_refused("poisson = \"1/s\"\nbatch = 0", "`batch` is at least 1");
        check_refused("poisson = \"1/s\"\nbatch = 4_000_000_000", "at most 1000000 requests");
        check_refused("poisson = 600", "did you mean \"600/s\"");
        check_refused("poisson = { steps = [[\"1s\", \"1/s\"], [\"0s\", \"1/s\"]] }", "in order");
    }

    #[test]
    fn rates_are_known_except_those_of_a_trace() {
        let horizon = Span::from_secs(10);
        let rates = |text| {
            let arrivals = read(text).unwrap();
            (arrivals.mean_rate(horizon), arrivals.peak_rate())
        };
        assert_eq!(rates(KINDS[0]), (Some(600.0), Some(600.0)));
        assert_eq!(rates(KINDS[2]), (Some(1.0), Some(1.5)));
        assert_eq!(rates(KINDS[4]), (None, None));
        assert_eq!(rates(KINDS[5]), (Some(50.0), Some(50.0)), "requests, not batches");
        let (mean, peak) = rates(KINDS[3]);
        assert!((mean.unwrap() - 190.0 / 3.0).abs() < 1e-12);
        assert_eq!(peak, Some(150.0));
    }
}
