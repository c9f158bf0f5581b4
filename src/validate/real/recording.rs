//! The recordings that are built in, and their traces.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::failing::{FailingRun, LEAD_S, Rules};
use crate::balance::Profile;
use crate::graph::Files;
use crate::trace::Trace;

/// The recordings: `tests/data/real/recordings.py` makes them.
const TEXT: &str = include_str!("../../../tests/data/real/recordings.json");

/// One set-up that was recorded, with its clean runs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Recording {
    /// Its group.
    pub(super) group: String,
    /// The product and what it was told to do.
    pub(super) policy: String,
    /// The name of the trace.
    pub(super) trace: String,
    /// How the client keeps connections: `pool`, `new` or `closed`.
    pub(super) mode: String,
    /// Slots of each backend.
    pub(super) slots: Vec<u32>,
    /// Weights of the backends.
    pub(super) weights: Vec<u32>,
    /// How many may wait at each backend, if that is bounded.
    pub(super) queue: Option<u32>,
    /// The clean runs.
    pub(super) runs: Vec<Run>,
    /// What goes wrong with a backend, if that is what was recorded.
    pub(super) fault: Option<String>,
    /// What the proxy was told of failures, likewise.
    pub(super) rules: Option<Rules>,
}

/// One recorded run. Times are microseconds.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Run {
    /// Requests.
    pub(super) n: u64,
    /// Those that were answered with 200.
    pub(super) ok: u64,
    /// Their mean latency.
    pub(super) mean: f64,
    /// The 99th percentile of their latency.
    pub(super) p99: f64,
    /// How many each backend answered.
    pub(super) per_backend: Vec<u64>,
    /// The port of the first backend.
    pub(super) port: Option<u16>,
    /// What was seen besides where a backend fails.
    pub(super) failing: Option<FailingRun>,
}

/// The recordings that are built in.
pub(super) fn built_in() -> Vec<Recording> {
    serde_json::from_str(TEXT).expect("the recordings in the program are well-formed")
}

impl Recording {
    /// A name of its own.
    pub(super) fn id(&self) -> String {
        let policy = self.policy.replace(' ', "-");
        let trace = self.trace.strip_prefix(&self.group).unwrap_or(&self.trace);
        format!("{}/{policy}{trace}", self.group)
    }

    /// Whether what happens depends on the phase of a clock or of probes.
    pub(super) fn has_phase(&self) -> bool {
        let profile =
            if self.policy.starts_with("nginx") { Profile::Nginx } else { Profile::Haproxy };
        self.rules.as_ref().is_some_and(|rules| rules.has_phase(profile))
    }

    /// Whether users wait for their answers.
    pub(super) fn is_closed(&self) -> bool {
        self.mode == "closed"
    }
}

macro_rules! traces {
    ($($name:literal),* $(,)?) => {
        /// The bytes of a trace, compressed.
        fn packed(name: &str) -> Option<&'static [u8]> {
            match name {
                $($name => Some(include_bytes!(
                    concat!("../../../tests/data/real/traces/", $name, ".csv.gz")
                )),)*
                _ => None,
            }
        }
    };
}

traces! {
    "s0-overhead",
    "s1-exp-70",
    "s1-exp-85",
    "s1-lognormal-70",
    "s1-lognormal-85",
    "s2-het",
    "s3-many",
    "s3-oneip",
    "s3-same24",
    "s4-conn",
    "s5-fail",
    "s6-queue",
    "s6-queue80",
    "s7-burst20-then-5",
    "s7-edge-exactly-100ms",
    "s7-even-20ps-3s",
    "s7-pairs-130ms",
    "s7-random-1",
    "s7-random-2",
    "s9-closed-10",
    "s9-closed-20",
    "s9-closed-30",
    "s9-closed-45",
}

/// The traces by name. Those that were read are kept.
#[derive(Debug, Default)]
pub(super) struct Traces(BTreeMap<String, Arc<Trace>>);

impl Files for Traces {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("there is no file {path}"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        if let Some(trace) = self.0.get(path) {
            return Ok(Arc::clone(trace));
        }
        let (name, lead_us) = lead_of(path);
        let text = later(text_of(name)?, lead_us)?;
        let trace = Trace::read(BufReader::new(text.as_bytes())).map_err(|it| it.to_string())?;
        let trace = Arc::new(trace);
        self.0.insert(path.to_owned(), Arc::clone(&trace));
        Ok(trace)
    }
}

fn text_of(name: &str) -> Result<String, String> {
    let packed = packed(name).ok_or_else(|| format!("there is no trace {name}"))?;
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// The trace that a name stands for, and how many microseconds later its requests come: where a
/// balancer is to be there before them, or by what the name ends with.
fn lead_of(path: &str) -> (&str, u64) {
    let millis = path.strip_suffix("ms").and_then(|it| it.rsplit_once('+'));
    match millis.map(|(name, millis)| (name, millis.parse::<u64>())) {
        Some((name, Ok(millis))) => (name, millis * 1_000),
        _ if path.starts_with("s5-") => (path, LEAD_S * 1_000_000),
        _ => (path, 0),
    }
}

/// The text with a lead added to each arrival.
fn later(text: String, lead_us: u64) -> Result<String, String> {
    if lead_us == 0 {
        return Ok(text);
    }
    changed(&text, "arrival_us", |arrival| lead_us + arrival)
}

/// The text with another number in each row of a column.
fn changed(text: &str, name: &str, new: impl Fn(u64) -> u64) -> Result<String, String> {
    let mut lines = text.lines();
    let header = lines.next().ok_or_else(|| "the trace is empty".to_owned())?;
    let column = header.split(',').position(|other| other == name);
    let column = column.ok_or_else(|| format!("the trace has no {name}"))?;
    let mut all = vec![header.to_owned()];
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let cell = cells.get_mut(column).ok_or_else(|| format!("a short line: {line}"))?;
        let number: u64 = cell.parse().map_err(|_| format!("no {name}: {line}"))?;
        *cell = new(number).to_string();
        all.push(cells.join(","));
    }
    Ok(all.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recording_has_a_name_of_its_own_clean_runs_and_a_trace() {
        let recordings = built_in();
        let mut ids: Vec<String> = recordings.iter().map(Recording::id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), recordings.len());
        for it in &recordings {
            assert!(!it.runs.is_empty() && it.slots.len() == it.weights.len(), "{it:?}");
            assert!(packed(&it.trace).is_some(), "{}", it.trace);
        }
    }

    #[test]
    fn requests_come_later_where_a_name_says_so_or_a_balancer_is_there_before() {
        assert_eq!(lead_of("s1-exp-70"), ("s1-exp-70", 0));
        assert_eq!(lead_of("s5-fail"), ("s5-fail", LEAD_S * 1_000_000));
        assert_eq!(lead_of("s7-random-1+2ms"), ("s7-random-1", 2_000));
        let later = |text: &str, lead_us| later(text.to_owned(), lead_us);
        let text = later("arrival_us,service_us\n5,0\n", 2_000);
        assert_eq!(text.as_deref(), Ok("arrival_us,service_us\n2005,0\n"));
        assert!(later("service_us\n5\n", 1).is_err());
    }
}
