//! What the rounds came to, as a table.

use std::fmt::Write;
use std::time::Duration;

use crate::outcome::Outcome;
use crate::support::Workload;

/// The rounds of one runner.
pub struct Times {
    name: &'static str,
    /// Nanoseconds of CPU time per request, by round.
    costs: Vec<f64>,
    last: Option<Outcome>,
}

impl Times {
    pub const fn new(name: &'static str) -> Self {
        Self { name, costs: Vec::new(), last: None }
    }

    /// Adds a round.
    #[allow(clippy::cast_precision_loss, reason = "a number of requests")]
    pub fn add(&mut self, spent: Duration, run: Outcome) {
        self.costs.push(spent.as_secs_f64() * 1e9 / run.requests as f64);
        self.last = Some(run);
    }

    fn best(&self) -> f64 {
        self.costs.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// How much faster this one is than another: the median of the rounds.
    fn faster_than(&self, other: &Self) -> f64 {
        median(self.costs.iter().zip(&other.costs).map(|(own, other)| other / own).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The table of one workload. The speed of the simulator is beside that of each other runner.
pub fn table(workload: Workload, times: &[Times]) -> String {
    let mut text = format!(
        "{:<4}{:<20} {:>10} {:>9} {:>11} {:>11} {:>9} {:>8} {:>7}  speed of lindley / its speed\n",
        workload.name(),
        "",
        "ns/request",
        "median",
        "requests/s",
        "events/s",
        "requests",
        "mean/ms",
        "hits"
    );
    for one in times {
        let (best, last) = (one.best(), one.last.as_ref());
        let (requests, mean) = last.map_or((0, f64::NAN), |run| (run.requests, run.mean));
        let hits = last.and_then(|run| run.hits).map_or_else(String::new, |it| format!("{it:.4}"));
        let ratio = times
            .first()
            .filter(|first| first.name == "lindley" && first.name != one.name)
            .map_or_else(String::new, |lindley| format!("{:.3}", lindley.faster_than(one)));
        let (rate, events) = (1e9 / best, 1e9 / best * workload.events());
        let (name, half) = (one.name, median(one.costs.clone()));
        let _ = writeln!(
            text,
            "    {name:<20} {best:>10.1} {half:>9.1} {rate:>11.3e} {events:>11.3e} \
             {requests:>9} {mean:>8.3} {hits:>7}  {ratio}",
        );
    }
    text
}
