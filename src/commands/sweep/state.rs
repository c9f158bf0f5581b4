//! The finished points of a sweep on the disk, so that it can go on where it was stopped.
//!
//! One line of JSON says which sweep it is, and one line for each finished point what it came to.
//! Numbers are texts with all their digits. A line counts once it ends: what a crash tore off is
//! cut away.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::stats::Status;
use crate::study::{Shard, SweepReading, SweepRow};

/// Which sweep this is. Another one must not go on with its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::commands) struct Header {
    /// The version of the program.
    pub(in crate::commands) version: String,
    /// The digest of the scenario.
    pub(in crate::commands) scenario: String,
    /// The digest of axes, variants and overlays.
    pub(in crate::commands) grid: String,
    /// The seed.
    pub(in crate::commands) seed: u64,
    /// How many replications each point has.
    pub(in crate::commands) replications: u32,
    /// Which part of the sweep is run, if it is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::commands) part: Option<Part>,
}

/// A part of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::commands) struct Part {
    /// Which one.
    pub(in crate::commands) shard: Shard,
    /// How many variants at points it has.
    pub(in crate::commands) rows: usize,
}

/// A finished variant at a point.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands) struct Finished {
    /// Its number among all variants at all points.
    pub(in crate::commands) place: usize,
    /// What it came to.
    pub(in crate::commands) row: SweepRow,
    /// How it stands to the SLO: a word of results, or nothing if there is none.
    pub(in crate::commands) slo: Option<String>,
    /// Whether the SLO says how many requests must succeed.
    pub(in crate::commands) minds_failures: bool,
    /// Its observable fingerprint.
    pub(in crate::commands) fingerprint: String,
    /// Its events.
    pub(in crate::commands) events: u64,
}

/// What was found of a sweep.
#[derive(Debug)]
pub(in crate::commands) enum Begun {
    /// It was begun, and so much of it is finished.
    Same(Vec<Finished>),
    /// Another sweep was begun here.
    Other(Box<Header>),
}

/// Numbers by name, as texts, each with what it is worth.
type Readings = BTreeMap<String, ([Option<String>; 3], Status)>;

/// A finished point as a line.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    place: usize,
    metrics: Readings,
    utilisation: Readings,
    queue_max: Readings,
    status: Status,
    slo: Option<String>,
    minds_failures: bool,
    fingerprint: String,
    events: u64,
}

/// The file, open for further lines.
#[derive(Debug)]
pub(in crate::commands) struct State(File);

impl State {
    /// Opens the file at `path` for the sweep of `header`, or begins it.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub(in crate::commands) fn open(path: &Path, header: &Header) -> io::Result<(Self, Begun)> {
        let text = match fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let (found, finished, good) = whole_lines::<Header>(&text);
        if let Some(found) = found.filter(|found| found != header) {
            let file = OpenOptions::new().append(true).open(path)?;
            return Ok((Self(file), Begun::Other(Box::new(found))));
        }
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.set_len(good)?;
        file.seek(SeekFrom::End(0))?;
        let mut state = Self(file);
        if good == 0 {
            state.append(&serde_json::to_string(header)?)?;
        }
        Ok((state, Begun::Same(finished)))
    }

    /// Adds a finished point, down to the disk.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::commands) fn push(&mut self, point: &Finished) -> io::Result<()> {
        self.append(&point.line()?)
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.0.write_all(format!("{line}\n").as_bytes())?;
        self.0.sync_data()
    }
}

/// What a text of lines begins with, the points that follow, and how many bytes of it are whole.
pub(in crate::commands) fn whole_lines<H: DeserializeOwned>(
    text: &str,
) -> (Option<H>, Vec<Finished>, u64) {
    let (mut head, mut finished, mut good) = (None, Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let Some(whole) = line.strip_suffix('\n') else { break };
        if head.is_none() {
            let Ok(found) = serde_json::from_str(whole) else { break };
            head = Some(found);
        } else {
            let Some(point) = Finished::from_line(whole) else { break };
            finished.push(point);
        }
        good += line.len() as u64;
    }
    (head, finished, good)
}

impl Finished {
    /// Itself as a line of JSON, without its end.
    ///
    /// # Errors
    /// None that could happen: texts and numbers have a form in JSON.
    pub(in crate::commands) fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.to_line())
    }

    fn to_line(&self) -> Line {
        Line {
            place: self.place,
            metrics: texts(&self.row.metrics),
            utilisation: texts(&self.row.utilisation),
            queue_max: texts(&self.row.queue_max),
            status: self.row.status,
            slo: self.slo.clone(),
            minds_failures: self.minds_failures,
            fingerprint: self.fingerprint.clone(),
            events: self.events,
        }
    }

    fn from_line(line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        Some(Self {
            place: line.place,
            row: SweepRow {
                metrics: numbers(&line.metrics)?,
                utilisation: numbers(&line.utilisation)?,
                queue_max: numbers(&line.queue_max)?,
                status: line.status,
            },
            slo: line.slo,
            minds_failures: line.minds_failures,
            fingerprint: line.fingerprint,
            events: line.events,
        })
    }
}

/// Numbers with all their digits.
fn texts(readings: &BTreeMap<String, SweepReading>) -> Readings {
    let text = |it: &SweepReading| (it.numbers.map(|it| it.map(|it| it.to_string())), it.status);
    readings.iter().map(|(name, it)| (name.clone(), text(it))).collect()
}

/// The numbers of texts; none if one is no number.
fn numbers(readings: &Readings) -> Option<BTreeMap<String, SweepReading>> {
    let number = |text: &Option<String>| match text {
        Some(text) => text.parse::<f64>().ok().map(Some),
        None => Some(None),
    };
    let one = |(name, (texts, status)): (&String, &([Option<String>; 3], Status))| {
        let [mean, low, high] = texts;
        let numbers = [number(mean)?, number(low)?, number(high)?];
        Some((name.clone(), SweepReading { numbers, status: *status }))
    };
    readings.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let text = |text: &str| text.to_owned();
        let (version, scenario, grid) = (text("1"), text("s"), text("g"));
        Header { version, scenario, grid, seed: 1, replications: 5, part: None }
    }

    fn point(place: usize) -> Finished {
        let numbers = [Some(0.1 + 0.2), Some(1e-300), None];
        let reading = SweepReading { numbers, status: Status::Insufficient };
        let row = SweepRow {
            metrics: [("latency_mean".to_owned(), reading)].into(),
            utilisation: [("app".to_owned(), reading)].into(),
            queue_max: [("app".to_owned(), reading)].into(),
            status: Status::FewData,
        };
        let (slo, fingerprint) = (Some("met".to_owned()), "00ff".to_owned());
        Finished { place, row, slo, minds_failures: true, fingerprint, events: 3 }
    }

    fn finished(path: &Path) -> Vec<Finished> {
        match State::open(path, &header()).unwrap().1 {
            Begun::Same(points) => points,
            Begun::Other(other) => panic!("{other:?}"),
        }
    }

    fn begun() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut state, _) = State::open(&path, &header()).unwrap();
        (0..3).for_each(|place| state.push(&point(place)).unwrap());
        (folder, path)
    }

    #[test]
    fn finished_points_come_back_with_every_digit() {
        let (_folder, path) = begun();
        assert_eq!(finished(&path), [point(0), point(1), point(2)]);
    }

    #[test]
    fn wherever_the_file_is_torn_the_whole_lines_count_and_it_goes_on() {
        let (_folder, path) = begun();
        let bytes = fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            let (mut state, begun) = State::open(&path, &header()).unwrap();
            let Begun::Same(points) = begun else { panic!("another sweep") };
            let lines = bytes[..length].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(points.len(), lines.saturating_sub(1));
            state.push(&point(9)).unwrap();
            assert_eq!(finished(&path).last(), Some(&point(9)));
        }
    }

    #[test]
    fn another_sweep_is_told_and_left_alone() {
        let (_folder, path) = begun();
        let before = fs::read(&path).unwrap();
        let other = Header { seed: 2, ..header() };
        let (_, begun) = State::open(&path, &other).unwrap();
        assert!(matches!(begun, Begun::Other(found) if *found == header()));
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}
