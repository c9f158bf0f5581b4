//! What one design of a plan came to, and how it stands to its objectives.

use super::super::slo::{Bound, SloOutcome, SloVerdict, slo_outcome, slo_verdicts};
use crate::metrics::Unit;
use crate::stats::{MIN_REPLICATIONS, Status};
use crate::study::{Stability, SweepRow, VariantResult};

/// A metric that has an objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    /// The metric, such as `latency_p99`.
    pub metric: &'static str,
    /// The word for it in scenarios, such as `p99`.
    pub what: &'static str,
    /// The unit of its numbers.
    pub unit: Unit,
}

/// Why nothing can be shown to meet an objective, however long it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unshown {
    /// There are too few replications for any interval.
    NoInterval,
    /// That nothing ever fails is never shown.
    AllSucceed,
}

/// What so many replicas came to.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRun {
    /// How many.
    pub replicas: u32,
    /// How they stand to the objectives.
    pub slo: SloOutcome,
    /// Whether a node cannot keep up.
    pub is_unstable: bool,
    /// Whether an objective says how many requests must succeed: latency is that of successes.
    pub minds_failures: bool,
    /// Why it cannot be shown to meet them, if that is known.
    pub unshown: Option<Unshown>,
    /// The metrics.
    pub row: SweepRow,
}

impl PlanRun {
    /// What `result` came to with so many replicas, and what its objectives are about.
    #[must_use]
    pub fn of(replicas: u32, result: &VariantResult) -> (Self, Vec<Objective>) {
        let verdicts = slo_verdicts(result);
        let objective =
            |it: &SloVerdict| Objective { metric: it.metric, what: it.what, unit: it.unit };
        let is_too_much = |it: &SloVerdict| it.bound == Bound::AtLeast && it.target >= 1.0;
        let unshown = if result.replications.len() < MIN_REPLICATIONS {
            Some(Unshown::NoInterval)
        } else {
            verdicts.iter().any(is_too_much).then_some(Unshown::AllSucceed)
        };
        let run = Self {
            replicas,
            slo: slo_outcome(&verdicts).unwrap_or(SloOutcome::Unknown),
            is_unstable: result.stability != Stability::Stable,
            minds_failures: verdicts.iter().any(|it| it.bound == Bound::AtLeast),
            unshown,
            row: SweepRow::of(result),
        };
        (run, verdicts.iter().map(objective).collect())
    }

    /// What all machines cost an hour.
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        self.row.mean("cost_per_hour")
    }

    /// The share of requests that failed, if there is a number.
    #[must_use]
    pub fn failing(&self) -> Option<f64> {
        self.row.mean("success_ratio").map(|success| 1.0 - success)
    }

    /// Whether a metric of these objectives is from few data.
    #[must_use]
    pub fn is_few(&self, objectives: &[Objective]) -> bool {
        let of = |it: &Objective| self.row.metrics.get(it.metric).map(|it| it.status);
        objectives.iter().any(|it| of(it) == Some(Status::FewData))
    }

    /// How they stand, in a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        if self.is_unstable { "unstable" } else { self.slo.word() }
    }

    /// How near it is to what is asked for, among those that are not shown to be enough: what is
    /// not known may be enough.
    #[must_use]
    pub const fn nearness(&self) -> u8 {
        match (self.is_unstable, self.slo) {
            (true, _) | (_, SloOutcome::Missed) => 0,
            (_, SloOutcome::Unknown) => 1,
            (_, SloOutcome::Unclear) => 2,
            (_, SloOutcome::Met) => 3,
        }
    }
}
