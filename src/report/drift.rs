//! Whether what is measured still changes after a warm-up that was found. MSER-5 finds where a
//! beginning ends; of a load that never settles any moment looks as good as the next one.
//!
//! The number of requests present is compared between the two halves of the rest, in pairs by
//! replication: these are independent, however long a run remembers, and where nothing changes the
//! differences are 0 on average.

use crate::model::{Study, Warmup};
use crate::stats::{Confidence, Interval, Rounded};
use crate::study::{Replication, Stability, VariantResult};

/// The level at which halves must differ to be told: one sound run in a hundred is told of as well.
const SURE: f64 = 0.99;
/// A difference below this share of the mean is too small to matter.
const MATTERS: f64 = 0.1;

/// That it does, of the first of `results` where it does, in a sentence.
pub(super) fn drift(results: &[VariantResult]) -> Option<String> {
    let found = |it: &&VariantResult| {
        let run = &it.graph.run;
        run.study == Study::SteadyState && run.warmup == Some(Warmup::Auto)
    };
    let stable = results.iter().filter(found).filter(|it| it.stability == Stability::Stable);
    stable.filter_map(|it| Some((it, of(it)?))).next().map(|(result, [first, second])| {
        let [first, second] = [first, second].map(Rounded::plain);
        format!(
            "After the warm-up that was found, the number of requests present still changes at \
             `{}`: {first} in the first half of the rest, {second} in the second. A load that \
             never settles has no end of a beginning: `study = \"terminating\"` takes each run as \
             a whole.",
            result.name
        )
    })
}

/// The number of requests present in the two halves of what is measured, if they differ for sure.
fn of(result: &VariantResult) -> Option<[f64; 2]> {
    let duration = result.graph.run.duration.as_secs_f64();
    let cut = result.window.as_secs_f64() / duration;
    let pairs: Vec<[f64; 2]> =
        result.replications.iter().map(|run| halves(run, cut)).collect::<Option<_>>()?;
    let differences: Vec<f64> = pairs.iter().map(|[first, second]| second - first).collect();
    let interval = Interval::of_replications(&differences, Confidence::new(SURE)?)?;
    #[allow(clippy::cast_precision_loss, reason = "a count of replications")]
    let mean = |place: usize| pairs.iter().map(|it| it[place]).sum::<f64>() / pairs.len() as f64;
    let [first, second] = [mean(0), mean(1)];
    let is_much = interval.mean.abs() > MATTERS * (first + second) / 2.0;
    (is_much && !interval.contains(0.0)).then_some([first, second])
}

/// The same of one replication of which so large a share is cut off.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
#[allow(clippy::cast_precision_loss, reason = "averages for statistics")]
fn halves(run: &Replication, cut: f64) -> Option<[f64; 2]> {
    let mut series = run.timeline.iter();
    let present = series.find(|it| it.node.is_none() && it.metric == "in_system")?;
    let from = libm::ceil(cut * present.values.len() as f64) as usize;
    let rest = present.values.get(from..)?;
    let (first, second) = rest.split_at(rest.len() / 2);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    (!first.is_empty()).then(|| [mean(first), mean(second)])
}

#[cfg(test)]
mod tests {
    use crate::report::sample;

    #[test]
    fn a_load_that_never_settles_is_told_after_a_warm_up_that_was_found_and_a_steady_one_is_not() {
        let told = |arrivals: &str| {
            let text = sample::QUEUE.replace("{ poisson = \"50/s\" }", arrivals);
            assert_ne!(text, sample::QUEUE, "{arrivals}");
            let text = text.replace("warmup = \"2s\"", "warmup = \"auto\"");
            super::drift(&sample::run(&text, sample::PLAIN))
        };
        let ramp = "{ poisson = { ramp = [[\"0s\", \"20/s\"], [\"19s\", \"60/s\"]] } }";
        let text = told(ramp).expect("it grows to the end");
        assert!(text.starts_with("After the warm-up that was found, the number of requests"));
        let steady = ["30/s", "45/s", "51/s", "70/s"];
        let steady = steady.map(|rate| told(&format!("{{ poisson = \"{rate}\" }}")));
        assert!(steady.iter().flatten().count() < 2, "one in a hundred is: {steady:?}");
    }
}
