//! Arrivals that come in bunches: Poisson batches have a formula at a single server, and for other
//! bursts none is applied, since what holds for Poisson arrivals would say far too little.

use super::station::Answer;
use crate::count::Count;
use crate::theory::{Discipline, Service, Station};

/// How arrivals bunch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bunch {
    /// Not, as far as is known.
    None,
    /// In Poisson batches.
    Batches(Batch),
    /// In a way that has no formula, for this reason.
    Bursts(&'static str),
}

/// The size of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Batch {
    /// Its mean.
    mean: f64,
    /// The mean of its square.
    square: f64,
}

impl Bunch {
    /// Batches of this size.
    pub(super) fn of(size: Count) -> Self {
        let mean = size.mean();
        let square = match size {
            Count::Constant(_) => mean * mean,
            Count::Geometric(_) => (2.0 * mean - 1.0) * mean,
            Count::Poisson(_) => (mean + 1.0) * mean,
        };
        if size == Count::Constant(1) { Self::None } else { Self::Batches(Batch { mean, square }) }
    }

    /// What is left of it when a part is taken out, or messages are delayed each for itself.
    pub(super) const fn scattered(self) -> Self {
        match self {
            Self::Batches(_) => Self::Bursts("no formula: requests come in batches"),
            Self::None | Self::Bursts(_) => self,
        }
    }

    /// How many there are of several together.
    pub(super) fn merged(mut all: impl Iterator<Item = Self>) -> Self {
        let first = all.find(|bunch| *bunch != Self::None);
        first.unwrap_or(Self::None).scattered()
    }

    /// The index of dispersion of the arrivals, if it is known; `single` is that without bunches.
    pub(super) fn dispersion(self, single: f64) -> f64 {
        match self {
            Self::None => single,
            Self::Batches(batch) => batch.square / batch.mean.max(f64::MIN_POSITIVE),
            Self::Bursts(_) => f64::INFINITY,
        }
    }

    /// What is to be said of a station instead of what `station` gives; none without bunches.
    pub(super) fn answer(self, station: &Station, exact: bool) -> Option<Answer> {
        let unknown = |reason: &str| Some(Answer::Unknown(reason.to_owned()));
        match self {
            Self::None => None,
            Self::Bursts(reason) => unknown(reason),
            Self::Batches(batch) => {
                let is_sound = exact && station.servers == 1 && station.capacity.is_none();
                if !is_sound || station.discipline != Discipline::Fifo {
                    return unknown("no formula: requests come in batches");
                }
                match batch.wait(station) {
                    Some(wait) => Some(Answer::Solved {
                        wait,
                        sojourn: wait + station.service_mean,
                        name: batch.name(station),
                    }),
                    None => unknown("no steady state"),
                }
            }
        }
    }
}

impl Batch {
    /// The mean wait in M^X/G/1, in seconds; none without a steady state. The first of a batch
    /// waits as a customer of M/G/1 whose service is that of a whole batch, and each for those of
    /// its own batch that are before it: (E[X²] / E[X] - 1) / 2 on average (Chaudhry and Templeton,
    /// "A First Course in Bulk Queues", 1983, section 3.1).
    fn wait(self, station: &Station) -> Option<f64> {
        let busy = station.arrival_rate * station.service_mean;
        if busy >= 1.0 || self.mean <= 0.0 {
            return None;
        }
        let one = station.service_mean * station.service_mean;
        let whole = self.mean * cv2(station.service) * one + self.square * one;
        let batches = station.arrival_rate / self.mean;
        let before = (self.square / self.mean - 1.0) / 2.0 * station.service_mean;
        Some(batches * whole / (2.0 * (1.0 - busy)) + before)
    }

    fn name(self, station: &Station) -> String {
        let service = match station.service {
            Service::Exponential => "M",
            Service::Constant => "D",
            Service::General { .. } => "G",
        };
        format!("M^X/{service}/1")
    }
}

/// The squared coefficient of variation of a law of service.
fn cv2(service: Service) -> f64 {
    match service {
        Service::Exponential => 1.0,
        Service::Constant => 0.0,
        Service::General { cv2 } => cv2,
    }
}
