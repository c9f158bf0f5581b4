//! How variants compare.

use super::column::Column;
use super::figure::{Marks, number};
use super::grid::Grid;
use super::paper::Paper;
use super::run::{busiest, head};
use crate::check::{Fullest, fullest};
use crate::metrics::Unit;
use crate::report::assumptions::assumptions;
use crate::report::order::{disagreement_note, too_few_replications};
use crate::report::stability::{short_of, trouble};
use crate::report::{Provenance, fingerprint, sentence, slo_outcome, slo_verdicts};
use crate::stats::{Interval, Paired, Rounded, Status, Verdict};
use crate::study::{Comparison, Stability, SummaryRow, VariantResult};

/// Metrics of the first table, and how they are called here.
const METRICS: [(&str, &str); 7] = [
    ("latency_mean", "sojourn (latency mean, ms)"),
    ("wait_mean", "wait mean (ms)"),
    ("latency_p50", "p50 (ms)"),
    ("latency_p99", "p99 (ms)"),
    ("latency_p999", "p99.9 (ms)"),
    ("throughput", "throughput (1/s)"),
    ("success_ratio", "success"),
];

/// Metrics of scenarios with pages, identity or attacks, of which those are shown that some variant
/// has.
const IF_ANY: [(&str, &str); 12] = [
    ("page_load_mean", "page load (mean, ms)"),
    ("authorised_latency_mean", "requests of users (mean, ms)"),
    ("login_latency_mean", "log-in latency (mean, ms)"),
    ("store_lookups", "store look-ups (1/s)"),
    ("store_writes", "store writes (1/s)"),
    ("identity_cores", "identity (cores)"),
    ("credential_bytes", "bytes of a credential"),
    ("forced_logins", "forced log-ins (1/s)"),
    ("carts_lost", "carts lost"),
    ("exposure_mean", "exposure (mean, ms)"),
    ("forged_accepted", "forged, let in (1/s)"),
    ("attack_succeeded", "attacks that succeeded"),
];

/// Metrics of the second table.
const RATIOS: [(&str, &str); 11] = [
    ("latency_mean", "sojourn (latency mean)"),
    ("wait_mean", "wait mean"),
    ("latency_p50", "p50"),
    ("latency_p99", "p99"),
    ("latency_p999", "p99.9"),
    ("throughput", "throughput"),
    ("success_ratio", "success"),
    ("cost_per_million", "cost per million"),
    ("page_load_mean", "page load"),
    ("authorised_latency_mean", "requests of users"),
    ("exposure_mean", "exposure"),
];

/// Writes all of it.
pub(super) fn write(
    paper: &mut Paper,
    provenance: &Provenance,
    (results, comparison): (&[VariantResult], &Comparison),
    more: &[Column],
) {
    head(paper, provenance, results);
    paper.gap();
    let mut marks = Marks::default();
    values(&mut marks, results, more).write(paper);
    if let Some(note) = disagreement_note(results) {
        paper.note(&note);
    }
    if results.len() > 1 {
        paper.gap();
        let ratios = ratios(&mut marks, results, comparison, more);
        if ratios.is_empty() {
            paper.note(&match too_few_replications(results) {
                Some(few) => format!("No ratios: {few}."),
                None => no_numbers(results, &comparison.baseline),
            });
        } else {
            paper.heading(&format!("Ratio to {}", comparison.baseline));
            ratios.write(paper);
            paper.note("lower, higher: a real difference. (=): none is shown.");
        }
    }
    paper.gap();
    marks.footnotes(results).iter().for_each(|text| paper.note(text));
    assumptions(results).iter().for_each(|text| paper.note(text));
    paper.whole(&format!("Reproduce: {}", provenance.command), false);
    paper.whole(&format!("Fingerprint: {}", fingerprint(results)), false);
    paper.gap();
    paper.whole(&sentence(results, comparison), true);
}

/// Why there are no ratios to the variant `baseline`.
fn no_numbers(results: &[VariantResult], baseline: &str) -> String {
    let base = results.iter().find(|result| result.name == baseline);
    let has_number = |it: &VariantResult| {
        METRICS.iter().any(|(metric, _)| it.metric(metric).is_some_and(|row| row.mean.is_some()))
    };
    if base.is_some_and(has_number) {
        format!("No variant has numbers to compare with `{baseline}`.")
    } else {
        format!("`{baseline}` has no numbers, so nothing can be compared with it.")
    }
}

/// What somebody asked for, by variant.
fn asked(
    marks: &mut Marks,
    results: &[VariantResult],
    more: &[Column],
) -> Vec<(String, Vec<String>)> {
    let mut figure = |column: &Column, result| marks.figure(column.of(result).as_ref());
    let cells = |column: &Column| results.iter().map(|result| figure(column, result)).collect();
    more.iter().map(|column| column.heading()).zip(more.iter().map(cells)).collect()
}

/// Whether the first table shows the metric `name` in any case.
fn has_row(results: &[VariantResult], name: &str) -> bool {
    let has = |table: &[(&str, &str)]| table.iter().any(|(metric, _)| *metric == name);
    let occurs = |result: &VariantResult| {
        result.metric(name).and_then(|row| row.mean).is_some_and(|it| it > 0.0)
    };
    let is_price = ["cost_per_hour", "cost_per_million"].contains(&name);
    let is_priced = || results.iter().any(|result| result.cost_per_hour() > 0.0);
    has(&METRICS) || has(&IF_ANY) && results.iter().any(occurs) || is_price && is_priced()
}

/// Metrics from top to bottom, variants from left to right.
fn values(marks: &mut Marks, results: &[VariantResult], more: &[Column]) -> Grid {
    let names = results.iter().map(|result| result.name.clone());
    let mut grid = Grid::new(std::iter::once(String::new()).chain(names));
    let own = |column: &&Column| column.node.is_none() && has_row(results, column.metric);
    let more: Vec<Column> = more.iter().filter(|it| !own(it)).cloned().collect();
    let asked = asked(marks, results, &more);
    let summaries: Vec<Vec<SummaryRow>> = results.iter().map(VariantResult::summary).collect();
    let mut row = |name: &str, cells: Vec<String>| {
        grid.push(std::iter::once(name.to_owned()).chain(cells));
    };
    let mut metric = |metric: &str| -> Vec<String> {
        let find = |summary: &Vec<SummaryRow>| {
            marks.figure(summary.iter().find(|row| row.metric == metric))
        };
        summaries.iter().map(find).collect()
    };
    for (name, words) in METRICS {
        row(words, metric(name));
    }
    for (name, words) in IF_ANY {
        let occurs = |row: &SummaryRow| row.metric == name && row.mean.is_some_and(|it| it > 0.0);
        if summaries.iter().flatten().any(occurs) {
            row(words, metric(name));
        }
    }
    asked.into_iter().for_each(|(heading, cells)| row(&heading, cells));
    // What is no core and yet fuller comes before any node, as in the bottleneck of a run.
    let fuller: Vec<Option<Fullest>> = results.iter().map(fuller).collect();
    let what = if fuller.iter().any(Option::is_some) { "busiest" } else { "busiest node" };
    let busy = |(result, fuller): (&VariantResult, &Option<Fullest>)| match fuller {
        Some(it) => format!("{} {}", it.name, number(Unit::Share, it.load, None)),
        None => busy(result),
    };
    row(what, results.iter().zip(&fuller).map(busy).collect());
    if results.iter().any(|result| result.cost_per_hour() > 0.0) {
        row("cost per hour", metric("cost_per_hour"));
        row("cost per million", metric("cost_per_million"));
    }
    let outcome = |result: &VariantResult| slo_outcome(&slo_verdicts(result));
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    if outcomes.iter().any(Option::is_some) {
        let word =
            |it: &Option<crate::report::SloOutcome>| it.map_or("-", |it| it.word()).to_owned();
        row("SLO", outcomes.iter().map(word).collect());
    }
    grid
}

/// What is no core and fuller than the cores of all nodes; of a variant that cannot keep up, what
/// is too little for that.
fn fuller(result: &VariantResult) -> Option<Fullest> {
    if trouble(result).is_some() {
        return short_of(result);
    }
    let busy = busiest(result).and_then(|(_, row)| row.mean).unwrap_or(0.0);
    fullest(&result.graph).filter(|it| it.load > busy)
}

/// The busiest node and the share of time that its cores are at work.
fn busy(result: &VariantResult) -> String {
    match busiest(result) {
        Some((node, row)) => format!("{node} {}", Marks::default().figure(Some(&row))),
        None => match result.stability {
            Stability::Unstable { node: Some(node), .. } => {
                format!("{} unstable", result.graph.names[node.index()])
            }
            Stability::Unstable { node: None, .. } => "unstable".to_owned(),
            Stability::Stable | Stability::Unsettled => "-".to_owned(),
        },
    }
}

/// Ratios to the baseline and whether they show a difference.
fn ratios(
    marks: &mut Marks,
    results: &[VariantResult],
    comparison: &Comparison,
    more: &[Column],
) -> Grid {
    let others = results.iter().filter(|result| result.name != comparison.baseline);
    let others: Vec<&VariantResult> = others.collect();
    let names = others.iter().map(|result| result.name.clone());
    let mut grid = Grid::new(std::iter::once(String::new()).chain(names));
    let asked = more.iter().filter(|it| it.node.is_none()).map(|it| (it.metric, it.metric));
    let asked = asked.filter(|it| RATIOS.iter().all(|(usual, _)| *usual != it.0));
    for (metric, words) in RATIOS.into_iter().chain(asked) {
        let is_there = |row: &&crate::study::ComparisonRow| row.metric == metric;
        let rows: Vec<_> = comparison.rows.iter().filter(is_there).collect();
        if rows.iter().all(|row| row.paired.is_none()) {
            continue;
        }
        let status = |result: &VariantResult| result.metric(metric).map(|row| row.status);
        let base = results.iter().find(|result| result.name == comparison.baseline);
        let base = base.and_then(status);
        let cell = |result: &&VariantResult| {
            let row = rows.iter().find(|row| row.variant == result.name);
            let own = status(result).max(base).unwrap_or(Status::Insufficient);
            match row.and_then(|row| row.paired) {
                Some(paired) => marks.with(own, compared(&paired)),
                None => marks.with(own.and(Status::Insufficient), String::new()),
            }
        };
        grid.push(std::iter::once(words.to_owned()).chain(others.iter().map(cell)));
    }
    grid
}

/// A ratio is told to this share of it at the finest, however narrow its interval.
const FINEST: f64 = 5e-4;

/// Whether all of it lies too near to 1 for any digit to show that it is not.
fn is_one(ratio: Interval) -> bool {
    [ratio.low, ratio.high].iter().all(|end| (end - 1.0).abs() < FINEST)
}

/// The ratio with its interval, or the difference where there is no finite ratio.
fn compared(paired: &Paired) -> String {
    let word = match paired.verdict {
        Verdict::Lower => "lower",
        Verdict::Higher => "higher",
        Verdict::NotShown => "(=)",
    };
    match paired.ratio {
        Some(ratio) if paired.verdict.is_significant() && is_one(ratio) => {
            format!("less than {} % {word}", 100.0 * FINEST)
        }
        Some(ratio) => {
            let half = ratio.half_width().max(FINEST * ratio.mean.abs());
            let [low, mean, high] =
                [ratio.low, ratio.mean, ratio.high].map(|end| Rounded::new(end, half).value);
            format!("{mean} [{low}, {high}] {word}")
        }
        None => {
            let difference = paired.difference;
            let text = Rounded::new(difference.mean, difference.half_width());
            format!("difference {text} {word}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_has_no_digits_that_come_from_rounding() {
        let ratio = |mean: f64, half: f64| {
            let ratio = Some(Interval::around(mean, half));
            let (difference, verdict) = (Interval::around(1.0, 0.1), Verdict::Higher);
            compared(&Paired { difference, ratio, verdict })
        };
        assert_eq!(ratio(4.0 / 3.0, 1e-16), "1.3333 [1.3333, 1.3333] higher");
        assert_eq!(ratio(1.25, 0.03), "1.25 [1.22, 1.28] higher");
        assert_eq!(ratio(1.000_02, 1e-5), "less than 0.05 % higher");
        assert_eq!(ratio(1.000_8, 1e-4), "1.0008 [1.0007, 1.0009] higher");
    }
}
