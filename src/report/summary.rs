//! `summary.csv`: all end-to-end metrics of all variants, and how they stand to the objectives.
//!
//! An objective is a row `slo_<metric>` whose mean is the bound that the scenario sets;
//! `slo_met` is 1 if all are met, 0 if one is missed, and empty if that is not known.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use super::slo::{SloOutcome, slo_outcome, slo_verdicts};
use crate::metrics::Unit;
use crate::stats::Status;
use crate::study::{Stability, SummaryRow, VariantResult};

const COLUMNS: [&str; 8] =
    ["variant", "metric", "unit", "mean", "ci_low", "ci_high", "replications", "status"];

/// The table.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for row in result.summary().into_iter().chain(objectives(result)) {
            let [low, high] = Cell::ends(row.interval);
            sheet.push(&[
                result.name.as_str().into(),
                row.metric.as_str().into(),
                row.unit.name().into(),
                Cell::Number(row.mean),
                low,
                high,
                Cell::Count(row.replications.into()),
                row.status.text().into(),
            ]);
        }
    }
    sheet.into_file("summary.csv")
}

fn objectives(result: &VariantResult) -> Vec<SummaryRow> {
    let replications = u32::try_from(result.replications.len()).unwrap_or(u32::MAX);
    let row = |metric: String, unit, mean, status| SummaryRow {
        metric,
        unit,
        mean,
        interval: None,
        replications,
        status,
    };
    let verdicts = slo_verdicts(result);
    let bound = |it: &super::SloVerdict| {
        row(format!("slo_{}", it.metric), it.unit, Some(it.target), Status::Ok)
    };
    let mut rows: Vec<SummaryRow> = verdicts.iter().map(bound).collect();
    if let Some(outcome) = slo_outcome(&verdicts) {
        let (mean, status) = match outcome {
            SloOutcome::Met => (Some(1.0), Status::Ok),
            SloOutcome::Missed => (Some(0.0), Status::Ok),
            SloOutcome::Unclear => (None, Status::Insufficient),
            SloOutcome::Unknown if result.stability == Stability::Stable => {
                (None, Status::Insufficient)
            }
            SloOutcome::Unknown => (None, Status::Unstable),
        };
        rows.push(row("slo_met".to_owned(), Unit::Share, mean, status));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn lines(text: &str) -> Vec<String> {
        let file = file(&sample::run(text, sample::PLAIN));
        String::from_utf8(file.bytes).expect("UTF-8").lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_metric_has_a_row_in_the_order_of_the_metrics() {
        let lines = lines(sample::QUEUE);
        assert_eq!(lines[0], COLUMNS.join(","));
        let names: Vec<&str> = lines[1..].iter().map(|line| sample::cell(line, 1)).collect();
        let graph = &sample::run(sample::QUEUE, sample::PLAIN)[0].graph;
        let metrics = crate::metrics::end_to_end_of(graph).map(|(_, metric)| metric.name);
        assert_eq!(names, metrics.collect::<Vec<_>>());
    }

    #[test]
    fn objectives_are_rows_with_their_bound_and_their_outcome() {
        let lines = lines(sample::PROMISED);
        let rows: Vec<&String> = lines.iter().filter(|line| line.contains(",slo_")).collect();
        assert_eq!(
            rows,
            [
                "base,slo_latency_p50,ms,50,,,5,ok",
                "base,slo_success_ratio,share,0.5,,,5,ok",
                "base,slo_met,share,1,,,5,ok",
            ]
        );
    }

    #[test]
    fn an_unstable_variant_has_rows_without_numbers() {
        let lines = lines(sample::OVERLOADED);
        assert_eq!(lines[1], "base,latency_mean,ms,,,,5,unstable");
        let metrics = lines[1..].iter().filter(|line| !line.contains(",slo_"));
        for line in metrics {
            assert!(sample::cell(line, 3).is_empty() && !line.ends_with(",ok"), "{line}");
        }
    }

    /// What the row of a metric is worth where requests wait by this law.
    fn worth(law: &str, metric: &str) -> String {
        let work = format!("{{ wait = {law} }}");
        let text = sample::QUEUE.replace("{ cpu = { exp = \"10ms\" } }", &work);
        let lines = lines(&text);
        let line = lines.iter().find(|line| line.contains(&format!(",{metric},")));
        line.expect(metric).rsplit(',').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_mean_of_what_has_an_infinite_variance_is_never_sound() {
        assert_eq!(worth("\"10ms\"", "latency_mean"), "ok");
        let heavy = "{ pareto = { mean = \"10ms\", shape = 1.5 } }";
        assert_eq!(worth(heavy, "latency_mean"), "few-data");
    }

    #[test]
    fn a_quantile_where_the_law_jumps_is_not_sound() {
        let of = |weight: f64| {
            let slow = 1.0 - weight;
            format!(
                "{{ mixture = [{{ weight = {weight}, of = \"1ms\" }}, {{ weight = {slow}, \
                 of = \"100ms\" }}] }}"
            )
        };
        assert_eq!(worth(&of(0.75), "latency_p50"), "ok");
        assert_eq!(worth(&of(0.5), "latency_p50"), "few-data");
    }

    /// What a scenario's results say of a metric, by variant.
    fn rows_of(text: &str, metric: &str) -> Vec<SummaryRow> {
        let results = sample::run(text, sample::PLAIN);
        results.iter().map(|result| result.metric(metric).expect("a row")).collect()
    }

    #[test]
    fn a_mean_of_a_hundred_heavy_requests_of_a_terminating_study_is_from_few_data() {
        let of = |rate: &str, duration: &str| {
            let text = format!(
                "study = \"terminating\"\nuntil = \"drained\"\nduration = \"{duration}\"\n\
                 replications = 10\n[endpoint.page]\n\
                 work = [{{ cpu = {{ lognormal = {{ mean = \"10ms\", cv = 5.0 }} }} }}]\n\
                 [node.u]\nkind = \"client\"\narrivals = {{ regular = \"{rate}\" }}\n\
                 mix = {{ page = 1 }}\n[node.a]\nkind = \"server\"\ncores = 16\n[link.u.a]\n"
            );
            rows_of(&text, "latency_mean")[0].status
        };
        assert_eq!(of("5/s", "2s"), Status::FewData);
        assert_eq!(of("100/s", "20s"), Status::Ok);
    }

    #[test]
    fn counts_have_intervals_and_what_never_happened_a_bound() {
        let row = |metric| rows_of(sample::ATTACKED, metric);
        let succeeded = row("attack_succeeded");
        let [all, some, none] = [0, 1, 2].map(|place| succeeded[place].clone());
        assert!(all.interval.is_some_and(|it| it.half_width() < 1e-9), "{all:?}");
        assert!(some.interval.is_some_and(|it| it.half_width() > 1.0), "{some:?}");
        assert_eq!((all.status, some.status), (Status::Ok, Status::Ok));
        let bound = none.interval.map(|it| (it.low, it.high));
        assert_eq!((none.mean, bound, none.status), (Some(0.0), Some((0.0, 0.6)), Status::Ok));
        // An honest request that a filter stops is rare: some runs have one, others none.
        let blocked = row("honest_blocked")[1].clone();
        assert!(blocked.mean.is_some_and(|it| (0.1..4.0).contains(&it)), "{blocked:?}");
        assert_eq!(blocked.status, Status::FewData);
    }

    #[test]
    fn thefts_that_outlast_the_run_leave_no_mean_of_those_that_ended() {
        let of = |logout: f64| {
            let text = sample::STOLEN.replace("logout = 1", &format!("logout = {logout}"));
            let row = |metric| rows_of(&text, metric).remove(0);
            let means = ["exposure_mean", "exposure_max", "exposure_after_logout_mean"].map(row);
            let censored = row("exposure_censored").mean.expect("a share");
            (means.map(|it| (it.mean.is_some(), it.status.has_number())), censored)
        };
        let (ends, censored) = of(1.0);
        assert_eq!(ends, [(true, true); 3], "all thefts end at log-out");
        assert!(censored < 0.15, "{censored}");
        let (stays, censored) = of(0.3);
        assert_eq!(stays, [(false, false); 3], "whoever asks keeps the session alive");
        assert!(censored > 0.5, "{censored}");
    }

    #[test]
    fn a_cost_that_differs_between_runs_has_an_interval_and_one_that_does_not_is_a_fact() {
        let told = |autoscale: &str| {
            let lines = lines(&format!(
                "study = \"terminating\"\nduration = \"60s\"\nreplications = 5\n\
                 [machine.m]\ncores = 1\nprice = 0.5\n\
                 [endpoint.page]\nwork = [{{ cpu = {{ exp = \"10ms\" }} }}]\n\
                 [node.users]\nkind = \"client\"\nmix = {{ page = 1 }}\n\
                 arrivals = {{ poisson = \"180/s\" }}\n[node.lb]\nkind = \"load-balancer\"\n\
                 [node.app]\nkind = \"server\"\nmachine = \"m\"\nreplicas = 3\n{autoscale}\n\
                 [link.users.lb]\n[link.lb.app]\n"
            ));
            let row = lines.iter().find(|line| line.contains(",cost_per_hour,")).expect("a cost");
            [3, 4, 5].map(|column| sample::cell(row, column).to_owned())
        };
        assert_eq!(told(""), ["1.5", "", ""]);
        let scaled = "autoscale = { max = 9, target = 0.5, every = \"2s\", boot = \"1s\", \
                      cool_down = \"4s\" }";
        let [mean, low, high] = told(scaled).map(|cell| cell.parse::<f64>().expect("a number"));
        assert!(low < mean && mean < high && (1.0..3.0).contains(&mean), "{low} {mean} {high}");
    }
}
