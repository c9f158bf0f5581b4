//! What a run comes to, and what is known of it.

use hdrhistogram::Histogram;

use crate::support::Workload;

/// The latencies of a run: the same histogram as the simulator's.
pub struct Latencies {
    histogram: Histogram<u64>,
    sum: u64,
}

/// What a run comes to.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Requests that ended.
    pub requests: u64,
    /// Their mean latency in milliseconds.
    pub mean: f64,
    /// The share of requests that a cache answered, if there is one.
    pub hits: Option<f64>,
}

impl Latencies {
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, lindley::time::MAX_SPAN.0, 3);
        Self { histogram: histogram.expect("sound bounds"), sum: 0 }
    }

    #[inline]
    pub fn record(&mut self, nanos: u64) {
        self.histogram.saturating_record(nanos);
        self.sum = self.sum.wrapping_add(nanos);
    }

    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    pub fn outcome(&self) -> Outcome {
        let requests = self.histogram.len();
        Outcome { requests, mean: self.sum as f64 / requests as f64 / 1e6, hits: None }
    }
}

/// A known value, and how far a run of n requests may be from it: `noise` / √n for chance, about
/// four standard deviations, and `transient` / n for the start from nothing, as shares of it.
struct Known {
    value: f64,
    noise: f64,
    transient: f64,
}

impl Known {
    #[allow(clippy::cast_precision_loss, reason = "a number of requests")]
    fn check(&self, what: &str, value: f64, requests: u64) {
        let n = requests as f64;
        let far = (value / self.value - 1.0).abs();
        let allowed = self.noise / n.sqrt() + self.transient / n;
        assert!(
            far <= allowed,
            "{what} is {value:.4}, known {:.4}: {:.2} % off, more than {:.2} %",
            self.value,
            far * 100.0,
            allowed * 100.0
        );
    }
}

/// Checks a run of a workload against what is known of it.
///
/// # Panics
/// If it is too far off, so that a loop that does something else is never timed.
pub fn check(workload: Workload, who: &str, run: Outcome, duration: u64) {
    let (name, n) = (format!("{} {who}", workload.name()), run.requests);
    let (mean, noise, transient) = match workload {
        Workload::W1 => (5_000.0, 55.0, 1_000.0),
        Workload::W2 => (25.80, 9.0, 200.0),
        Workload::W3 => (13.33, 4.0, 30_000.0),
        Workload::W4 => (1.009_5, 5.0, 100.0),
    };
    Known { value: mean, noise, transient }.check(&format!("{name} mean"), run.mean, n);
    #[allow(clippy::cast_precision_loss, reason = "counts and times for a rate")]
    let rate = n as f64 / (duration as f64 / 1e9);
    Known { value: workload.rate(), noise: 5.0, transient: 100.0 }.check(
        &format!("{name} requests per second"),
        rate,
        n,
    );
    if let Some(hits) = run.hits {
        Known { value: 0.605_1, noise: 4.0, transient: 30_000.0 }.check(
            &format!("{name} hit ratio"),
            hits,
            n,
        );
    }
}
