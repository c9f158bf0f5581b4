//! Judging: what was recorded, what may be, and what was simulated.
//!
//! Means over replications are compared: means of latency are within 3 % and 99th percentiles
//! within 5 % of the range of the recorded runs. Where a backend is loaded above 0.95 the tail is
//! that of one long busy period and is not judged. Where choices are random the middle of what was
//! recorded is within the range of the seeds, widened by 3 %. Counts are within 10 % or 3 requests;
//! losses of an nginx that runs out of connections are only shown.

use serde::Serialize;

use super::super::{Judged, Verdict};
use super::failing_rows as failing;
use super::kinds::{Bar, Kind};
use super::recording::{Recording, Run};
use super::seen::Seen;

/// How far a mean may be outside of the range.
pub(super) const MEAN: f64 = 0.03;

/// How far a 99th percentile may be outside of the range.
pub(super) const TAIL: f64 = 0.05;

/// How far a count may be outside of the range.
pub(super) const COUNT: f64 = 0.10;

/// How far a count may be where one queue in front of all backends runs at their full load.
const COUNT_OF_ONE_QUEUE: f64 = 0.15;

/// How many requests a count may be off at least.
pub(super) const FEW: f64 = 3.0;

/// The load from which a tail is not judged.
pub(super) const SATURATED: f64 = 0.95;

/// One case that was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    /// Its name.
    pub id: String,
    /// How many replications were run.
    pub replications: u32,
    /// The part of its slots' time that the busiest backend worked, if that was seen.
    pub load: Option<f64>,
    /// What was compared.
    pub rows: Vec<Row>,
    /// Why it could not be run, if so.
    pub fault: Option<String>,
}

/// One number against what was recorded. Latencies are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is.
    pub metric: String,
    /// The range of the recorded runs.
    pub recorded: (f64, f64),
    /// The range that is allowed: of what is simulated, or of what is recorded if that is random.
    pub allowed: (f64, f64),
    /// The mean of the simulated replications.
    pub simulated: f64,
    /// The range of them.
    pub range: (f64, f64),
    /// Whether it is as it should be.
    pub verdict: Verdict,
}

/// What is read of a recorded run, and of a simulated one.
pub(super) type Reading = (fn(&Run) -> f64, fn(&Seen) -> f64);

#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
pub(super) const OK: Reading = (|run| run.ok as f64, |seen| seen.ok as f64);
#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
pub(super) const FAILED: Reading =
    (|run| (run.n - run.ok) as f64, |seen| (seen.n - seen.ok) as f64);
pub(super) const MEANS: Reading = (|run| run.mean / 1e3, |seen| seen.mean * 1e3);
pub(super) const TAILS: Reading = (|run| run.p99 / 1e3, |seen| seen.p99 * 1e3);

impl CaseReport {
    /// The case with its replications.
    pub(super) fn new(recording: &Recording, kind: &Kind, seen: &[Seen]) -> Self {
        let bar = kind.bar;
        let is_one_run = bar == Bar::NearOneRun;
        let runs = if is_one_run { &recording.runs[..1] } else { &recording.runs[..] };
        let load = seen.iter().map(|seen| seen.load).fold(0.0, f64::max);
        let rows = if bar == Bar::Phase {
            failing::rows(recording, seen, load)
        } else {
            usual_rows(recording, kind, runs, seen, load)
        };
        Self {
            id: recording.id(),
            replications: u32::try_from(seen.len()).unwrap_or(u32::MAX),
            load: Some(load),
            rows,
            fault: None,
        }
    }

    /// A case whose picks were compared one by one: so many of so many are the recorded ones.
    #[allow(clippy::cast_precision_loss, reason = "there are some hundred picks")]
    pub(super) fn exact(id: String, same: usize, of: usize) -> Self {
        let (same, of) = (same as f64, of as f64);
        let verdict = if same >= of { Verdict::Pass } else { Verdict::Miss };
        let row = Row {
            metric: "picks as recorded".to_owned(),
            recorded: (of, of),
            allowed: (of, of),
            simulated: same,
            range: (same, same),
            verdict,
        };
        Self { id, replications: 1, load: None, rows: vec![row], fault: None }
    }

    /// A recorded list: of each run so many words of so many are as recorded in some course.
    #[allow(clippy::cast_precision_loss, reason = "there are some hundred words")]
    pub(super) fn lists(
        id: String,
        courses: usize,
        runs: impl Iterator<Item = (usize, usize)>,
        is_judged: bool,
    ) -> Self {
        let row = |(number, (same, of)): (usize, (usize, usize))| {
            let (same, of) = (same as f64, of as f64);
            let rule = if is_judged { Rule::Bounds(of, of) } else { Rule::Shown };
            judged(format!("run {} as recorded", number + 1), (of, of), &[same], rule)
        };
        let rows = runs.enumerate().map(row).collect();
        let replications = u32::try_from(courses).unwrap_or(u32::MAX);
        Self { id, replications, load: None, rows, fault: None }
    }

    /// A case that could not be run.
    pub(super) fn faulty(id: String, fault: String) -> Self {
        Self { id, replications: 0, load: None, rows: Vec::new(), fault: Some(fault) }
    }
}

impl Judged for CaseReport {
    fn id(&self) -> &str {
        &self.id
    }

    fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.rows.iter().map(|row| row.verdict)
    }
}

/// The rows of a case in which no backend fails.
fn usual_rows(
    recording: &Recording,
    kind: &Kind,
    runs: &[Run],
    seen: &[Seen],
    load: f64,
) -> Vec<Row> {
    let bar = kind.bar;
    let drains = seen.iter().any(|seen| kind.drains_at(seen.most));
    let tail_is_judged = matches!(bar, Bar::Near | Bar::NearOneRun) && load <= SATURATED;
    let is_one_queue = recording.policy.contains("timeout queue") && load > SATURATED;
    let failed = if drains {
        Rule::Shown
    } else if is_one_queue && bar == Bar::Near {
        Rule::Near { share: COUNT_OF_ONE_QUEUE, few: FEW }
    } else {
        Rule::count(bar)
    };
    let rows = [
        row("answered", runs, seen, OK, Rule::count(bar)),
        row("failed", runs, seen, FAILED, failed),
        row("latency_mean (ms)", runs, seen, MEANS, Rule::mean(bar)),
        row("latency_p99 (ms)", runs, seen, TAILS, Rule::tail(tail_is_judged)),
    ];
    rows.into_iter().chain(shares(recording, runs, seen, Rule::count(bar))).collect()
}

/// How many each backend answered.
#[allow(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^53")]
pub(super) fn shares(recording: &Recording, runs: &[Run], seen: &[Seen], rule: Rule) -> Vec<Row> {
    let of = |backend: usize| {
        let recorded = range(runs.iter().map(|run| run.per_backend[backend] as f64));
        let simulated: Vec<f64> =
            seen.iter().map(|seen| seen.per_backend[backend] as f64).collect();
        judged(format!("backend {}", backend + 1), recorded, &simulated, rule)
    };
    (0..recording.slots.len()).map(of).collect()
}

/// How a number is judged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// The mean of what is simulated lies in the recorded range, widened by a share or a number.
    Near { share: f64, few: f64 },
    /// The middle of what is recorded lies in the simulated range, widened in the same way.
    Covers { share: f64, few: f64 },
    /// All that is recorded lies in the simulated range, widened in the same way.
    Within { share: f64, few: f64 },
    /// The mean of what is simulated is at least and at most so much.
    Bounds(f64, f64),
    /// Not at all.
    Shown,
}

impl Rule {
    fn mean(bar: Bar) -> Self {
        match bar {
            Bar::Idle | Bar::Near | Bar::NearOneRun => Self::Near { share: MEAN, few: 0.0 },
            Bar::Seeds => Self::Covers { share: MEAN, few: 0.0 },
            Bar::Phase | Bar::Exempt => Self::Shown,
        }
    }

    fn count(bar: Bar) -> Self {
        match bar {
            Bar::Idle | Bar::Near | Bar::NearOneRun => Self::Near { share: COUNT, few: FEW },
            Bar::Seeds => Self::Covers { share: COUNT, few: FEW },
            Bar::Phase | Bar::Exempt => Self::Shown,
        }
    }

    fn tail(is_judged: bool) -> Self {
        if is_judged { Self::Near { share: TAIL, few: 0.0 } } else { Self::Shown }
    }
}

pub(super) fn row(metric: &str, runs: &[Run], seen: &[Seen], of: Reading, rule: Rule) -> Row {
    let recorded = range(runs.iter().map(of.0));
    let simulated: Vec<f64> = seen.iter().map(of.1).collect();
    judged(metric.to_owned(), recorded, &simulated, rule)
}

#[allow(clippy::cast_precision_loss, reason = "there are few replications")]
pub(super) fn judged(metric: String, recorded: (f64, f64), simulated: &[f64], rule: Rule) -> Row {
    let mean = simulated.iter().sum::<f64>() / simulated.len() as f64;
    let seen = range(simulated.iter().copied());
    let (allowed, passes) = match rule {
        Rule::Near { share, few } => {
            let allowed = widened(recorded, share, few);
            (allowed, Some(mean >= allowed.0 && mean <= allowed.1))
        }
        Rule::Covers { share, few } => {
            let allowed = widened(seen, share, few);
            let middle = f64::midpoint(recorded.0, recorded.1);
            (allowed, Some(middle >= allowed.0 && middle <= allowed.1))
        }
        Rule::Within { share, few } => {
            let allowed = widened(seen, share, few);
            (allowed, Some(recorded.0 >= allowed.0 && recorded.1 <= allowed.1))
        }
        Rule::Bounds(least, most) => ((least, most), Some(mean >= least && mean <= most)),
        Rule::Shown => (recorded, None),
    };
    let verdict = match passes {
        None => Verdict::Exempt,
        Some(true) => Verdict::Pass,
        Some(false) => Verdict::Miss,
    };
    Row { metric, recorded, allowed, simulated: mean, range: seen, verdict }
}

/// A range with a share of its ends, or a number if that is more, on each side.
fn widened((low, high): (f64, f64), share: f64, few: f64) -> (f64, f64) {
    (low - (low * share).max(few), high + (high * share).max(few))
}

/// From the least to the most; NaN to NaN if there is one among them or there are none.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
        let (low, high) = ends.unwrap_or((value, value));
        // Other than `min` and `max` this keeps NaN.
        let nan = low + value;
        Some(if nan.is_nan() { (nan, nan) } else { (low.min(value), high.max(value)) })
    });
    ends.unwrap_or((f64::NAN, f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(recorded: (f64, f64), simulated: (f64, f64), rule: Rule) -> Verdict {
        judged(String::new(), recorded, &[simulated.0, simulated.1], rule).verdict
    }

    #[test]
    fn a_mean_may_be_three_percent_outside_of_the_recorded_range() {
        let rule = Rule::mean(Bar::Near);
        assert_eq!(verdict((100.0, 102.0), (97.5, 97.5), rule), Verdict::Pass);
        assert_eq!(verdict((100.0, 102.0), (105.0, 105.0), rule), Verdict::Pass);
        assert_eq!(verdict((100.0, 102.0), (96.9, 96.9), rule), Verdict::Miss);
        assert_eq!(verdict((100.0, 102.0), (f64::NAN, f64::NAN), rule), Verdict::Miss);
    }

    #[test]
    fn a_random_policy_is_judged_by_the_range_of_its_seeds() {
        let rule = Rule::mean(Bar::Seeds);
        assert_eq!(verdict((50.0, 150.0), (98.0, 99.0), rule), Verdict::Pass);
        assert_eq!(verdict((100.0, 100.0), (90.0, 97.0), rule), Verdict::Miss);
        assert_eq!(verdict((1.0, 2.0), (3.0, 4.0), Rule::mean(Bar::Exempt)), Verdict::Exempt);
    }

    #[test]
    fn a_small_count_may_be_off_by_three() {
        let rule = Rule::count(Bar::Near);
        assert_eq!(verdict((0.0, 0.0), (3.0, 3.0), rule), Verdict::Pass);
        assert_eq!(verdict((0.0, 0.0), (4.0, 4.0), rule), Verdict::Miss);
        assert_eq!(verdict((1_000.0, 1_000.0), (901.0, 901.0), rule), Verdict::Pass);
    }

    #[test]
    fn a_range_keeps_what_is_no_number() {
        assert_eq!(range([3.0, 1.0, 2.0].into_iter()), (1.0, 3.0));
        assert!(range([1.0, f64::NAN, 2.0].into_iter()).0.is_nan());
        assert!(range(std::iter::empty()).0.is_nan());
    }
}
