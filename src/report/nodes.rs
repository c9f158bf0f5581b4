//! `nodes.csv`: all metrics at nodes, and at replicas and for classes of priority where they were
//! measured. Replicas count from 1; an empty replica or class means all.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::study::VariantResult;

const COLUMNS: [&str; 10] = [
    "variant", "node", "replica", "class", "metric", "unit", "mean", "ci_low", "ci_high", "status",
];

/// The table.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for it in result.nodes() {
            let number = |number: Option<u64>| number.map_or(Cell::Empty, Cell::Count);
            let [low, high] = Cell::ends(it.row.interval);
            sheet.push(&[
                result.name.as_str().into(),
                result.graph.names[it.node.index()].as_str().into(),
                number(it.replica.map(u64::from)),
                number(it.class.map(u64::from)),
                it.row.metric.as_str().into(),
                it.row.unit.name().into(),
                Cell::Number(it.row.mean),
                low,
                high,
                it.row.status.text().into(),
            ]);
        }
    }
    sheet.into_file("nodes.csv")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::stats::Status;

    #[test]
    fn nodes_are_named_and_all_replicas_together_leave_the_cell_empty() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        let busy: Vec<&str> = text.lines().filter(|line| line.contains(",utilisation,")).collect();
        assert_eq!(busy.len(), 1);
        assert!(busy[0].starts_with("base,app,,,utilisation,share,0."), "{}", busy[0]);
    }

    #[test]
    fn single_replicas_count_from_1() {
        let text = format!("measure = {{ replicas = true }}\n{}", sample::QUEUE);
        let results = sample::run(&text, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        assert!(text.contains("\nbase,app,1,,utilisation,"));
        assert!(!text.contains("\nbase,app,0,"));
    }

    #[test]
    fn an_average_over_time_whose_interval_is_wide_is_of_few_data() {
        // Long enough that nothing else makes the number a doubtful one.
        let text = sample::QUEUE.replace("duration = \"20s\"", "duration = \"400s\"");
        assert_ne!(text, sample::QUEUE);
        let results = sample::run(&text, sample::PLAIN);
        let wide: Vec<_> = results[0]
            .nodes()
            .into_iter()
            .map(|it| it.row)
            .filter(|row| row.metric.starts_with("in_system_share_"))
            .filter(|row| row.interval.is_some_and(|it| it.relative_half_width() > 0.5))
            .collect();
        assert!(!wide.is_empty(), "how often very many are present is never sure");
        assert!(wide.iter().all(|row| row.status != Status::Ok), "{wide:?}");
    }
}
