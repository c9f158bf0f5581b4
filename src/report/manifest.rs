//! `manifest.json`: what was run, how to run it again, and what shows that it came out the same.
//! No wall time, no number of threads and no path is in it: a second run gives the same bytes.

use serde::Serialize;

use super::assumptions::assumptions;
use super::fingerprint::{fingerprint, hex};
use super::order::disagreement_note;
use super::sentence::sentence;
use super::stability::{StabilityEntry, stability, trouble};
use super::{Provenance, ResultFile};
use crate::graph::Graph;
use crate::model::{Study, Warmup};
use crate::study::{Comparison, VariantResult};

/// Counts changes of the result files' shape.
pub(super) const SCHEMA: u32 = 1;

/// The keys in their order.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    program: &'static str,
    version: &'static str,
    schema: u32,
    scenario: &'a str,
    title: &'a str,
    command: &'a str,
    seed: u64,
    overlays: &'a [String],
    fingerprint: String,
    /// What was concluded, and what that takes for granted, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conclusion: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumptions: Vec<String>,
    variants: Vec<VariantEntry<'a>>,
    digest: &'a str,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct VariantEntry<'a> {
    name: &'a str,
    study: Study,
    duration_s: f64,
    replications: usize,
    confidence: f64,
    warmup_s: f64,
    warmup_from: &'static str,
    simulated_s: f64,
    events: u64,
    in_flight_share: f64,
    stability: StabilityEntry<'a>,
    observable: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    strict: Vec<String>,
}

/// The manifest.
pub(super) fn file(
    provenance: &Provenance,
    results: &[VariantResult],
    comparison: Option<&Comparison>,
) -> ResultFile {
    let manifest = Manifest {
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        schema: SCHEMA,
        scenario: &provenance.scenario,
        title: &provenance.title,
        command: &provenance.command,
        seed: provenance.seed,
        overlays: &provenance.overlays,
        fingerprint: fingerprint(results),
        conclusion: conclusion(results, comparison),
        assumptions: comparison.map_or_else(Vec::new, |_| assumptions(results)),
        variants: results.iter().map(entry).collect(),
        digest: &provenance.digest,
        text: &provenance.text,
    };
    written(&manifest)
}

/// The file with a manifest.
pub(super) fn written(manifest: &impl Serialize) -> ResultFile {
    let json = serde_json::to_string_pretty(manifest);
    let json = json.expect("strings, numbers and lists of them have a form in JSON");
    ResultFile { name: "manifest.json".to_owned(), bytes: format!("{json}\n").into_bytes() }
}

/// What follows: of a comparison its sentence, of a run who cannot keep up.
fn conclusion(results: &[VariantResult], comparison: Option<&Comparison>) -> Vec<String> {
    match comparison {
        Some(comparison) => {
            let first = std::iter::once(sentence(results, comparison));
            first.chain(disagreement_note(results)).collect()
        }
        None => {
            let troubled = |it: &VariantResult| Some(format!("`{}` {}.", it.name, trouble(it)?));
            results.iter().filter_map(troubled).collect()
        }
    }
}

/// How the cut at the beginning came about, in a few words.
pub(super) fn warmup_from(graph: &Graph) -> &'static str {
    match (graph.run.study, graph.run.warmup) {
        (Study::Terminating, _) => "nothing is cut",
        (Study::SteadyState, Some(Warmup::Given(_))) => "given",
        (Study::SteadyState, Some(Warmup::Auto)) => "found by MSER-5",
        (Study::SteadyState, None) => "a tenth of the run",
    }
}

fn entry(result: &VariantResult) -> VariantEntry<'_> {
    let (run, runs) = (&result.graph.run, &result.replications);
    VariantEntry {
        name: &result.name,
        study: run.study,
        duration_s: run.duration.as_secs_f64(),
        replications: runs.len(),
        confidence: run.confidence,
        warmup_s: result.window.as_secs_f64(),
        warmup_from: warmup_from(&result.graph),
        simulated_s: runs.iter().map(|run| run.end.as_secs_f64()).sum(),
        events: runs.iter().map(|run| run.events).sum(),
        in_flight_share: result.in_flight_share(),
        stability: stability(result),
        observable: runs.iter().map(|run| hex(run.observable)).collect(),
        strict: runs.iter().filter_map(|run| run.strict).map(hex).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    fn manifest(text: &str, wanted: crate::study::Wanted) -> (String, Value) {
        let file = file(&sample::provenance(), &sample::run(text, wanted), None);
        let text = String::from_utf8(file.bytes).expect("UTF-8");
        let value = serde_json::from_str(&text).expect("JSON");
        (text, value)
    }

    #[test]
    fn what_is_in_flight_at_the_end_is_a_share_of_the_requests_of_all_replications() {
        let mut results = sample::run(sample::QUEUE, sample::PLAIN);
        for run in &mut results[0].replications {
            (run.in_flight_share, run.issued) = (0.0, 1_000);
        }
        results[0].replications[0].in_flight_share = 0.03;
        let share = results[0].in_flight_share();
        assert!((share - 0.006).abs() < 1e-12, "{share}");
    }

    #[test]
    fn it_says_what_was_run_and_how_to_run_it_again() {
        let (text, value) = manifest(sample::QUEUE, sample::PLAIN);
        assert!(text.starts_with("{\n  \"program\": \"lindley\",\n  \"version\": "), "{text}");
        assert_eq!(value["command"], "lindley run sample.toml --seed 1");
        assert_eq!(value["text"], sample::SHOP);
        let variant = &value["variants"][0];
        assert_eq!(variant["warmup_s"], 2.0);
        assert_eq!(variant["warmup_from"], "given");
        assert_eq!(variant["simulated_s"], 100.0);
        assert_eq!(variant["stability"]["verdict"], "stable");
    }

    #[test]
    fn fingerprints_are_listed_by_replication_the_strict_ones_if_they_were_wanted() {
        let (text, value) = manifest(sample::QUEUE, sample::KEEPING);
        for kind in ["observable", "strict"] {
            let list = value["variants"][0][kind].as_array().expect("a list");
            assert_eq!(list.len(), 5);
            assert!(list.iter().all(|it| it.as_str().is_some_and(|it| it.len() == 16)), "{text}");
        }
        assert!(!manifest(sample::QUEUE, sample::PLAIN).0.contains("strict"));
    }

    #[test]
    fn an_unstable_variant_names_its_node_and_since_when() {
        let (_, value) = manifest(sample::OVERLOADED, sample::PLAIN);
        let stability = &value["variants"][0]["stability"];
        assert_eq!(stability["verdict"], "unstable");
        assert_eq!(stability["node"], "app");
        assert!(stability["since_s"].as_f64().is_some_and(|since| since < 10.0), "{stability}");
    }
}
