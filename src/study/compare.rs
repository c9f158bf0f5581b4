//! Comparing variants under common random numbers, pair by pair of replications.

use super::results::VariantResult;
use crate::metrics::{Evidence, Metric, Unit, end_to_end, end_to_end_of};
use crate::stats::{Paired, Status, Verdict};

/// Variants against a baseline.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The baseline's name.
    pub baseline: String,
    /// One row for each metric and each other variant.
    pub rows: Vec<ComparisonRow>,
}

/// One variant against the baseline in one metric.
#[derive(Debug, Clone)]
pub struct ComparisonRow {
    /// The metric.
    pub metric: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// The variant.
    pub variant: String,
    /// The paired difference and ratio; none where a value is missing or a variant is unstable.
    pub paired: Option<Paired>,
    /// What both values are worth, which is what the worse of them is.
    pub status: Status,
}

impl ComparisonRow {
    /// The comparison of a variant in a metric with its unit; the two values are worth `both`.
    #[must_use]
    pub fn new(
        (metric, unit): (&'static str, Unit),
        variant: String,
        paired: Option<Paired>,
        both: Status,
    ) -> Self {
        let status = if paired.is_some() { both } else { both.and(Status::Insufficient) };
        Self { metric, unit, variant, paired, status }
    }

    /// Whether a difference was shown.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.paired.is_some_and(|paired| paired.verdict.is_significant())
    }

    /// What was shown.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.paired.map_or(Verdict::NotShown, |paired| paired.verdict)
    }
}

/// The metrics that a comparison of `results` has: those that vary and that some variant has.
pub fn compared(results: &[VariantResult]) -> impl Iterator<Item = &'static Metric> {
    let has_it = |metric: &Metric, it: &VariantResult| {
        end_to_end_of(&it.graph).any(|(_, other)| other.name == metric.name)
    };
    end_to_end().filter(move |metric| {
        !matches!(metric.evidence, Evidence::Plain | Evidence::Price)
            && results.iter().any(|it| has_it(metric, it))
    })
}

/// Compares all variants with the one at `baseline`. With k variants the level is shared by the
/// k - 1 comparisons of each metric.
///
/// # Panics
/// If there is no variant at `baseline`.
#[must_use]
pub fn compare(results: &[VariantResult], baseline: usize) -> Comparison {
    let base = &results[baseline];
    let comparisons = u32::try_from(results.len().saturating_sub(1)).unwrap_or(u32::MAX).max(1);
    let mut rows = Vec::new();
    for metric in compared(results) {
        let base_values = base.values(metric.name);
        for other in results.iter().enumerate().filter(|(place, _)| *place != baseline) {
            let other = other.1;
            let worth = |it: &VariantResult| {
                it.metric(metric.name).map_or(Status::Insufficient, |row| row.status)
            };
            let both = worth(base).and(worth(other));
            let paired = if both.has_number() {
                Paired::of(&base_values, &other.values(metric.name), base.confidence(), comparisons)
            } else {
                None
            };
            let (metric, unit, variant) = (metric.name, metric.unit, other.name.clone());
            rows.push(ComparisonRow::new((metric, unit), variant, paired, both));
        }
    }
    Comparison { baseline: base.name.clone(), rows }
}
