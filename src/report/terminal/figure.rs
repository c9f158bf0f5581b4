//! Numbers with their half-width and what they are worth.

use crate::metrics::Unit;
use crate::report::order::too_few_replications;
use crate::stats::{Interval, Rounded, Status, percent};
use crate::study::{Stability, SummaryRow, VariantResult};
use crate::world::Halt;

/// Which marks were used, and so have to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Marks {
    few: bool,
    none: bool,
    unstable: bool,
}

impl Marks {
    /// The number of `row` as it is printed, without its unit unless that is a share.
    pub(super) fn figure(&mut self, row: Option<&SummaryRow>) -> String {
        match row.map(|row| (row, row.mean)) {
            Some((row, Some(mean))) => self.with(row.status, number(row.unit, mean, row.interval)),
            Some((row, None)) => self.with(row.status.and(Status::Insufficient), String::new()),
            None => self.with(Status::Insufficient, String::new()),
        }
    }

    /// A number that is worth `status`, or what stands in its place.
    pub(super) fn with(&mut self, status: Status, number: String) -> String {
        match status {
            Status::Ok => number,
            Status::FewData => {
                self.few = true;
                format!("~{number}")
            }
            Status::Insufficient => {
                self.none = true;
                "-".to_owned()
            }
            Status::Unstable => {
                self.unstable = true;
                "unstable".to_owned()
            }
        }
    }

    /// What the marks that were used mean, in sentences.
    pub(super) fn footnotes(self, results: &[VariantResult]) -> Vec<&'static str> {
        let few = match too_few_replications(results) {
            Some(_) => "~ few data: there are intervals from 5 replications on.",
            None => "~ few data: the interval is unreliable. Run for longer.",
        };
        let unstable = if results.iter().any(is_cut_short) {
            "unstable: a limit ended the run before its time, so no average has a meaning."
        } else if results.iter().any(|it| matches!(it.stability, Stability::Unstable { .. })) {
            "unstable: a queue grows without limit, so no average has a meaning."
        } else {
            "unstable: no steady state was found within half of the run, so no average has a \
             meaning."
        };
        let all = [
            (self.few, few),
            (
                self.none,
                "- no number: too few data, nothing to measure, or too much of it had not ended.",
            ),
            (self.unstable, unstable),
        ];
        all.into_iter().filter(|(is_used, _)| *is_used).map(|(_, text)| text).collect()
    }
}

/// Whether something else than a queue that grows ended the runs of a variant.
const fn is_cut_short(result: &VariantResult) -> bool {
    matches!(
        result.stability,
        Stability::Unstable {
            halt: Some(Halt::Events(_) | Halt::NoProgress(..) | Halt::Stopped(_)),
            ..
        }
    )
}

/// A number and how far its interval reaches; a share in percent. Of a share that was 0 or 1
/// throughout, what it may be at most or is at least; a count of what never happened is 0.
pub(crate) fn number(unit: Unit, mean: f64, interval: Option<Interval>) -> String {
    let half_width = interval.map_or(0.0, |it| (it.high - mean).max(mean - it.low));
    let bound = |end: f64| Rounded::new(100.0 * end, 100.0 * half_width).value;
    match (unit, interval) {
        (Unit::Share, Some(it)) if mean >= 1.0 && it.low < mean => format!("≥ {} %", bound(it.low)),
        (Unit::Share, Some(it)) if mean <= 0.0 && it.high > mean => {
            format!("≤ {} %", bound(it.high))
        }
        (Unit::Count, Some(_)) if mean <= 0.0 => "0".to_owned(),
        (unit, _) => plain(unit, mean, half_width),
    }
}

fn plain(unit: Unit, mean: f64, half_width: f64) -> String {
    match unit {
        Unit::Share => percent(mean, half_width),
        Unit::Millis
        | Unit::PerSecond
        | Unit::Bytes
        | Unit::BytesPerSecond
        | Unit::Count
        | Unit::PerHour
        | Unit::PerMillion => Rounded::new(mean, half_width).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: Unit, status: Status) -> SummaryRow {
        SummaryRow {
            metric: "m".to_owned(),
            unit,
            mean: Some(0.832_41),
            interval: Some(Interval::around(0.832_41, 0.004)),
            replications: 10,
            status,
        }
    }

    #[test]
    fn the_status_shows_in_the_figure() {
        let mut marks = Marks::default();
        let figure = |unit, status| Marks::default().figure(Some(&row(unit, status)));
        assert_eq!(figure(Unit::Millis, Status::Ok), "0.832 ± 0.004");
        assert_eq!(figure(Unit::Share, Status::Ok), "83.2 ± 0.4 %");
        assert_eq!(figure(Unit::Millis, Status::FewData), "~0.832 ± 0.004");
        assert_eq!(figure(Unit::Millis, Status::Insufficient), "-");
        assert_eq!(figure(Unit::Millis, Status::Unstable), "unstable");
        assert_eq!(marks.figure(None), "-");
    }

    #[test]
    fn of_what_was_never_seen_it_is_told_how_often_it_may_be_at_most() {
        let of = |mean: f64, low: f64, high: f64| {
            number(Unit::Share, mean, Some(Interval { mean, low, high }))
        };
        assert_eq!(of(1.0, 0.999_7, 1.0), "≥ 99.97 %");
        assert_eq!(of(0.0, 0.0, 0.000_3), "≤ 0.03 %");
        assert_eq!(of(1.0, 1.0, 1.0), "100 %");
        assert_eq!(of(0.5, 0.4, 0.6), "50 ± 10 %");
        let count = |high| number(Unit::Count, 0.0, Some(Interval { mean: 0.0, low: 0.0, high }));
        assert_eq!([count(0.3), count(0.0)], ["0"; 2]);
    }

    #[test]
    fn only_marks_that_were_used_are_explained() {
        let mut marks = Marks::default();
        marks.figure(Some(&row(Unit::Millis, Status::Ok)));
        assert!(marks.footnotes(&[]).is_empty());
        marks.figure(Some(&row(Unit::Millis, Status::FewData)));
        assert_eq!(marks.footnotes(&[]).len(), 1);
    }
}
