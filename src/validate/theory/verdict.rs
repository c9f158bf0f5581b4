//! Verdicts: what was simulated against what is expected.

use serde::Serialize;

use super::super::{Judged, Verdict};
use super::case::Case;
use super::experiment::{Experiment, Measured, Size};
use crate::stats::{Confidence, Interval};

/// One case that was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    /// Its name.
    pub id: String,
    /// Its kind.
    pub group: String,
    /// How many requests were measured, and in how many replications.
    pub requests: u64,
    /// Into how many replications they were split.
    pub replications: u32,
    /// How much wider the tolerances are than the case's own, for fewer requests.
    pub scale: f64,
    /// What was compared.
    pub rows: Vec<Row>,
    /// Expected values that nothing was held against, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Why it could not be run, if so.
    pub fault: Option<String>,
}

/// One number against its expected value. Lengths are seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is.
    pub metric: String,
    /// What theory says.
    pub expected: f64,
    /// What was simulated: the mean over replications; none if there was nothing to measure.
    pub simulated: Option<f64>,
    /// The 95 % interval of that mean; none from too few replications.
    pub interval: Option<(f64, f64)>,
    /// How far the two may be apart.
    pub allowance: f64,
    /// Whether they are not farther.
    pub verdict: Verdict,
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

impl CaseReport {
    /// The case with the numbers of its replications, in their order.
    pub(super) fn new(case: &Case, experiment: &Experiment, runs: &[Vec<f64>]) -> Self {
        let scale = scale(case, &experiment.size);
        let replications = u32::try_from(runs.len()).unwrap_or(u32::MAX);
        let planned = u64::from(experiment.size.replications);
        let row = |(place, measured): (usize, &Measured)| {
            let Measured { metric, label, allowed } = measured;
            let values: Vec<f64> = runs.iter().map(|run| run[place]).collect();
            let expected = case.expectation(metric).unwrap_or(f64::NAN);
            let usual = || case.tolerance.allowance(metric, expected, sojourn(case, metric), scale);
            let allowance = allowed.map_or_else(usual, |allowed| allowed * scale);
            let name = match label {
                Some(label) => format!("{metric} ({label})"),
                None => metric.clone(),
            };
            Row::new(name, expected, allowance, &values, experiment.trials)
        };
        Self {
            id: case.id.clone(),
            group: case.group.clone(),
            requests: experiment.size.requests * u64::from(replications) / planned,
            replications,
            scale,
            rows: experiment.metrics.iter().enumerate().map(row).collect(),
            left_out: experiment.left_out.clone(),
            fault: None,
        }
    }

    /// A case that could not be run.
    pub(super) fn faulty(case: &Case, fault: String) -> Self {
        Self {
            id: case.id.clone(),
            group: case.group.clone(),
            requests: 0,
            replications: 0,
            scale: 1.0,
            rows: Vec::new(),
            left_out: Vec::new(),
            fault: Some(fault),
        }
    }
}

impl Row {
    fn new(
        metric: String,
        expected: f64,
        allowance: f64,
        values: &[f64],
        trials: Option<f64>,
    ) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "there are few replications")]
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let simulated = mean.is_finite().then_some(mean);
        let interval = Interval::of_replications(values, Confidence::P95);
        let is_near = simulated.is_some_and(|mean| (mean - expected).abs() <= allowance);
        // An event that was never seen in n trials is rarer than 3 / n, as far as they can tell.
        let is_unseen = trials.is_some_and(|n| mean.abs() <= 0.0 && expected <= 3.0 / n);
        Self {
            metric,
            expected,
            simulated,
            interval: interval.map(|it| (it.low, it.high)),
            allowance,
            verdict: if is_near || is_unseen { Verdict::Pass } else { Verdict::Miss },
        }
    }

    /// Half the width of the interval, in parts of the tolerance.
    #[must_use]
    pub fn width(&self) -> Option<f64> {
        let (low, high) = self.interval?;
        (self.allowance > 0.0).then(|| (high - low) / 2.0 / self.allowance)
    }
}

fn scale(case: &Case, size: &Size) -> f64 {
    if case.tolerance.is_exact() { 1.0 } else { size.scale() }
}

/// The mean sojourn that goes with a quantile: of the same variant, where there are several.
fn sojourn(case: &Case, metric: &str) -> Option<f64> {
    let of_variant = metric.rsplit_once('.').map(|(variant, _)| format!("{variant}.W"));
    let names = of_variant.as_deref().into_iter().chain(["W", "W_end_to_end"]);
    names.filter_map(|name| case.expectation(name)).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(values: &[f64], trials: Option<f64>) -> Verdict {
        Row::new("x".to_owned(), 1.0, 0.1, values, trials).verdict
    }

    #[test]
    fn a_mean_within_its_tolerance_passes_and_no_other() {
        assert_eq!(verdict(&[0.8, 1.3], None), Verdict::Pass);
        assert_eq!(verdict(&[1.2, 1.2], None), Verdict::Miss);
        assert_eq!(verdict(&[1.0, f64::NAN], None), Verdict::Miss);
    }

    #[test]
    fn an_event_too_rare_for_its_trials_may_be_unseen() {
        assert_eq!(verdict(&[0.0, 0.0], Some(3.0)), Verdict::Pass);
        assert_eq!(verdict(&[0.0, 0.0], Some(4.0)), Verdict::Miss);
        assert_eq!(verdict(&[0.0, 0.1], Some(3.0)), Verdict::Miss);
    }
}
