//! Experiments: what is run for a case, and how its numbers come about.

use super::case::Case;

/// Replications of a full run.
const FULL_REPLICATIONS: u32 = 10;

/// Replications of a quick run: as few as give an interval.
const QUICK_REPLICATIONS: u32 = 5;

/// A quick run has one request for so many of a full run, but no more than a limit.
const QUICK_DIVISOR: u64 = 40;
const MAX_QUICK: u64 = 250_000;

/// The part of a run that is cut at its beginning, on top of what is measured.
const WARM_UP: f64 = 0.1;

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// What the tolerances were made for.
    Full,
    /// Much less, with tolerances to match.
    Quick,
}

/// How many requests are run, and for how many the tolerances were made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    /// Requests for which the tolerances were made.
    pub(super) full: u64,
    /// Requests that are measured, over all replications.
    pub(super) requests: u64,
    /// Into how many replications they are split.
    pub(super) replications: u32,
}

/// What is run for a case.
pub(super) struct Experiment {
    /// How much.
    pub(super) size: Size,
    /// How long a replication is likely to take, in requests times hops.
    pub(super) cost: f64,
    /// What is measured.
    pub(super) metrics: Vec<Measured>,
    /// Expected values that nothing is held against, with the reason.
    pub(super) left_out: Vec<(String, String)>,
    /// Independent trials behind each number, if an event may be too rare to be seen at all.
    pub(super) trials: Option<f64>,
    /// Runs a replication: the numbers in the order of `metrics`, NaN where there is none.
    pub(super) run: Box<Run>,
}

/// A number that is measured.
pub(super) struct Measured {
    /// The expected value that it is held against.
    pub(super) metric: String,
    /// A label of its own where several numbers are held against one.
    pub(super) label: Option<String>,
    /// How far it may be from that in a full run, if that is not what the case allows its metric.
    pub(super) allowed: Option<f64>,
}

impl Measured {
    /// A number without anything of its own.
    pub(super) fn plain(metric: String) -> Self {
        Self { metric, label: None, allowed: None }
    }
}

/// Runs one replication, by its number from 0.
pub(super) type Run = dyn Fn(u32) -> Result<Vec<f64>, String> + Send + Sync;

impl Effort {
    /// How much is run where `full` requests are what the tolerances were made for.
    pub(super) fn size(self, full: u64) -> Size {
        let (requests, replications) = match self {
            Self::Full => (full, FULL_REPLICATIONS),
            Self::Quick => ((full / QUICK_DIVISOR).clamp(1, MAX_QUICK), QUICK_REPLICATIONS),
        };
        Size { full, requests, replications }
    }

    /// How much is run of a case that names its requests.
    pub(super) fn size_of(self, case: &Case) -> Result<Size, String> {
        let full = case.tolerance.requests_total();
        full.map(|full| self.size(full)).ok_or_else(|| "no `requests_total`".to_owned())
    }
}

#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
impl Size {
    /// How much wider the tolerances are than those of a full run.
    pub(super) fn scale(&self) -> f64 {
        (self.full as f64 / self.requests as f64).sqrt().max(1.0)
    }

    /// Requests that one replication measures.
    pub(super) fn each(&self) -> f64 {
        self.requests as f64 / f64::from(self.replications)
    }

    /// Seconds that one replication measures and seconds that it warms up, at so many requests
    /// per second.
    pub(super) fn seconds(&self, rate: f64) -> (f64, f64) {
        (self.each() / rate, WARM_UP * self.each() / rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_run_is_allowed_as_much_more_as_it_is_shorter() {
        let full = Effort::Full.size(10_000_000);
        assert!((full.scale() - 1.0).abs() < 1e-12);
        assert!((full.each() - 1e6).abs() < 1e-6);
        let quick = Effort::Quick.size(5_000_000);
        assert_eq!((quick.requests, quick.replications), (125_000, 5));
        assert!((quick.scale() - 40_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Effort::Quick.size(100_000_000).requests, MAX_QUICK);
    }
}
