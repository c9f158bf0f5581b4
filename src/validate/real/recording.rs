//! The recordings that are built in, and their traces.

use std::io::{BufReader, Read};
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::constants::TIMER_US;
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
    /// The clean runs.
    /// How many may wait at each backend, if that is bounded.
    pub(super) queue: Option<u32>,
    /// The clean runs.
    pub(super) runs: Vec<Run>,
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
    "s6-queue",
    "s6-queue80",
    "s9-closed-10",
    "s9-closed-20",
    "s9-closed-30",
    "s9-closed-45",
}

/// The traces by name, each service longer by what the timers of the backends were late on
/// average: a slot was taken for so long.
pub(super) struct Traces;

impl Files for Traces {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("there is no file {path}"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        let text = text_of(path)?;
        let trace = Trace::read(BufReader::new(delayed(&text)?.as_bytes()));
        trace.map(Arc::new).map_err(|error| error.to_string())
    }
}

fn text_of(name: &str) -> Result<String, String> {
    let packed = packed(name).ok_or_else(|| format!("there is no trace {name}"))?;
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// The text with the timers' lateness added to the column of services.
fn delayed(text: &str) -> Result<String, String> {
    let mut lines = text.lines();
    let header = lines.next().ok_or_else(|| "the trace is empty".to_owned())?;
    let column = header.split(',').position(|name| name == "service_us");
    let column = column.ok_or_else(|| "the trace has no service_us".to_owned())?;
    let mut all = vec![header.to_owned()];
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let service = cells.get_mut(column).ok_or_else(|| format!("a short line: {line}"))?;
        let length: u64 = service.parse().map_err(|_| format!("no service: {line}"))?;
        *service = (length + TIMER_US).to_string();
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
    fn each_service_is_longer_by_the_lateness_of_timers() {
        let text = delayed("arrival_us,service_us,path\n5,100,/a\n").expect("a trace");
        assert_eq!(text, format!("arrival_us,service_us,path\n5,{},/a\n", 100 + TIMER_US));
        assert!(delayed("arrival_us\n5\n").is_err());
    }
}
