//! `timeline.csv`: averages over the buckets of the run, the warm-up included, end to end (`*`)
//! and at nodes. `t_s` is the end of a bucket in seconds.
//!
//! A run that drains may last for much longer than its buckets were made for: neighbours are then
//! averaged, by their widths, until there are at most [`MOST`].

use std::ops::Range;

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::observe::Buckets;
use crate::study::{TimelineRow, VariantResult};

const COLUMNS: [&str; 7] = ["variant", "t_s", "node", "metric", "mean", "ci_low", "ci_high"];
/// Buckets at most.
const MOST: usize = 600;

/// The table.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for it in thinned(result, MOST) {
            let node = it.node.map_or("*", |node| result.graph.names[node.index()].as_str());
            let [low, high] = Cell::ends(it.interval);
            sheet.push(&[
                result.name.as_str().into(),
                Cell::Number(Some(it.at.as_secs_f64())),
                node.into(),
                it.metric.into(),
                Cell::Number(it.mean),
                low,
                high,
            ]);
        }
    }
    sheet.into_file("timeline.csv")
}

/// The timeline with at most so many buckets, each an average over neighbours.
fn thinned(result: &VariantResult, most: usize) -> Vec<TimelineRow> {
    let rows = result.timeline();
    let first = result.replications.first().map_or(&[][..], |run| &run.timeline);
    let count = rows.len().checked_div(first.len()).unwrap_or(0);
    let stride = count.div_ceil(most);
    if stride <= 1 {
        return rows;
    }
    let mut thin = Vec::new();
    for (place, series) in rows.chunks(count).enumerate() {
        for (number, group) in series.chunks(stride).enumerate() {
            let buckets = number * stride..number * stride + group.len();
            let values: Vec<f64> = result
                .replications
                .iter()
                .filter_map(|run| mean(&run.timeline[place].values, buckets.clone()))
                .collect();
            let interval = result.interval_over_time(&first[place], &values);
            let last = &group[group.len() - 1];
            thin.push(TimelineRow { mean: crate::study::mean(&values), interval, ..last.clone() });
        }
    }
    thin
}

/// The mean over those of the `buckets` in which there is a number.
fn mean(values: &[f64], buckets: Range<usize>) -> Option<f64> {
    let (mut sum, mut widths) = (0.0, 0.0);
    for number in buckets.filter(|number| values[*number].is_finite()) {
        let width = Buckets::widths(number);
        sum += values[number] * width;
        widths += width;
    }
    (widths > 0.0).then(|| sum / widths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::stats::Interval;

    #[test]
    fn a_run_has_at_most_600_buckets_a_series_and_ends_with_the_run() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        let rows: Vec<&str> = text.lines().filter(|line| line.contains(",*,in_system,")).collect();
        assert!((100..=MOST).contains(&rows.len()), "{}", rows.len());
        assert_eq!(sample::cell(rows[rows.len() - 1], 1), "20");
    }

    #[test]
    fn no_interval_of_replicas_goes_beyond_what_there_may_be() {
        let scaled = "autoscale = { min = 1, max = 2, target = 0.45, boot = \"1s\", \
                      every = \"1s\", cool_down = \"2s\" }";
        let text =
            sample::SHOP.replace("kind = \"server\"\n", &format!("kind = \"server\"\n{scaled}\n"));
        let text = text.replace("\nreplicas = 4", "").replace("200/s", "60/s");
        let results = sample::run(&text, sample::PLAIN);
        for rows in [results[0].timeline(), thinned(&results[0], 50)] {
            let rows = rows.iter().filter(|row| row.metric == "replicas_on");
            let ends: Vec<Interval> = rows.filter_map(|row| row.interval).collect();
            assert!(ends.iter().any(|it| it.low < it.high));
            assert!(ends.iter().all(|it| it.low >= 1.0 && it.high <= 2.0), "{ends:?}");
        }
    }

    #[test]
    fn buckets_that_are_too_many_are_averaged_with_their_neighbours() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        let all = |rows: &[TimelineRow]| {
            let level = rows.iter().filter(|row| row.node.is_none() && row.metric == "in_system");
            let means: Vec<f64> = level.filter_map(|row| row.mean).collect();
            (means.len(), means.iter().sum::<f64>() / means.len() as f64)
        };
        let (whole, thin) = (thinned(&results[0], MOST), thinned(&results[0], 50));
        assert_eq!((all(&whole).0, all(&thin).0), (200, 50));
        assert!((all(&whole).1 - all(&thin).1).abs() < 1e-9);
        assert_eq!(thin.last().map(|row| row.at), whole.last().map(|row| row.at));
    }

    #[test]
    fn a_run_that_drains_for_a_year_has_few_buckets_and_the_averages_of_the_time_they_stand_for() {
        let text = "study = 'terminating'\nuntil = 'drained'\nduration = '10s'\nreplications = 1\n\
                    [endpoint.page]\nwork = [ { wait = '365d' } ]\n\
                    [node.users]\nkind = 'client'\nmix = { page = 1 }\n\
                    arrivals = { regular = '1/s' }\n[node.app]\nkind = 'server'\n\
                    [link.users.app]\n";
        let results = sample::run(text, sample::PLAIN);
        assert!(results[0].timeline().len() < 4 * 20_000, "{}", results[0].timeline().len());
        let rows = thinned(&results[0], MOST);
        let level = rows.iter().filter(|row| row.node.is_none() && row.metric == "in_system");
        let (mut area, mut before) = (0.0, 0.0);
        for row in level {
            let at = row.at.as_secs_f64();
            area += row.mean.unwrap_or(0.0) * (at - before);
            before = at;
        }
        let (asked, year) = (9.0, 365.0 * 86_400.0);
        assert!((before - year - asked).abs() < 1.0, "{before}");
        assert!((area / asked / year - 1.0).abs() < 1e-3, "{area}");
    }
}
