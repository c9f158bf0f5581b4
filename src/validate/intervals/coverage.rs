//! How often intervals hold the truth.

use super::super::compared::Row;
use super::super::ready::{NoFiles, graphs};
use crate::stats::{Interval, Status};
use crate::study::{
    Comparison, Variant, VariantResult, Wanted, WarmUpCut, compare, replicate_in, window_of,
};
use crate::world::Workspace;

/// Studies of a case, and how far the share may be from the confidence.
///
/// The deviation of the share is 0.0069 with a thousand studies of intervals that are right, and
/// 0.0154 with two hundred.
pub(super) const STUDIES: [(u32, f64); 2] = [(1_000, 0.02), (200, 0.05)];

/// A number of which the truth is known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// A metric, of the only variant or of the first.
    Metric(&'static str),
    /// The difference of a metric, of the second variant from the first.
    Difference(&'static str),
}

/// What came of the intervals of one number.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    covers: u32,
    sound: u32,
    studies: u32,
}

impl Asked {
    fn name(self) -> String {
        match self {
            Self::Metric(name) => name.to_owned(),
            Self::Difference(name) => format!("difference of {name}"),
        }
    }

    /// The interval of one study, if it is called sound.
    fn interval(self, results: &[VariantResult], comparison: &Comparison) -> Option<Interval> {
        match self {
            Self::Metric(name) => {
                let row = results.first()?.metric(name)?;
                row.interval.filter(|_| row.status == Status::Ok)
            }
            Self::Difference(name) => {
                let row = comparison.rows.iter().find(|row| row.metric == name)?;
                let paired = row.paired.filter(|_| row.status == Status::Ok)?;
                Some(paired.difference)
            }
        }
    }
}

/// Makes so many studies of the scenario `text`, and compares for each number how many of the sound
/// intervals hold its truth with how many should, to within the tolerance.
pub(super) fn covered(
    text: &str,
    truths: &[(Asked, f64)],
    (studies, tolerance): (u32, f64),
) -> Result<Vec<Row>, String> {
    let named = |(name, graph)| Variant { name, graph };
    let variants: Vec<Variant> = graphs(text, &mut NoFiles)?.into_iter().map(named).collect();
    let mut tallies = vec![Tally::default(); truths.len()];
    let (mut space, mut confidence) = (Workspace::default(), 0.0);
    for study in 0..studies {
        let mut results = Vec::new();
        for variant in &variants {
            let graph = &variant.graph;
            let (window, count) = (window_of(graph, None), graph.run.replications);
            confidence = graph.run.confidence;
            let runs = (study * count..(study + 1) * count)
                .map(|number| replicate_in(&mut space, graph, number, window, Wanted::default()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|fault| fault.to_string())?;
            results.push(VariantResult::new(variant, WarmUpCut::default(), runs));
        }
        let comparison = compare(&results, 0);
        for ((asked, truth), tally) in truths.iter().zip(&mut tallies) {
            tally.studies += 1;
            if let Some(interval) = asked.interval(&results, &comparison) {
                tally.sound += 1;
                tally.covers += u32::from(interval.contains(*truth));
            }
        }
    }
    let rows = truths.iter().zip(&tallies);
    Ok(rows.flat_map(|((asked, _), it)| it.rows(&asked.name(), confidence, tolerance)).collect())
}

impl Tally {
    /// The share that covers, judged if most are sound, and the share that is.
    fn rows(self, name: &str, confidence: f64, tolerance: f64) -> [Row; 2] {
        let share = |part: u32, of: u32| f64::from(part) / f64::from(of.max(1));
        let sound = share(self.sound, self.studies);
        let covers = share(self.covers, self.sound);
        let covers = Row::near(format!("{name}, covered"), confidence, covers, tolerance);
        let is_judged = sound >= 0.5;
        let shown = Row::near(format!("{name}, called sound"), 1.0, sound, 0.0).shown();
        [if is_judged { covers } else { covers.shown() }, shown]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Verdict;

    #[test]
    fn intervals_of_another_truth_miss() {
        let text = "study = 'terminating'\nduration = '3s'\nreplications = 10\n\
                    [endpoint.job]\nwork = [{ wait = { exp = '10ms' } }]\n\
                    [node.users]\nkind = 'client'\narrivals = { poisson = '50/s' }\n\
                    mix = { job = 1 }\n[node.app]\nkind = 'server'\n[link.users.app]\n";
        let verdict = |truth: f64| {
            let truths = [(Asked::Metric("latency_mean"), truth)];
            covered(text, &truths, (20, 0.2)).expect("a scenario")[0].verdict
        };
        assert_eq!(verdict(10.0), Verdict::Pass);
        assert_eq!(verdict(15.0), Verdict::Miss);
    }
}
