//! A log on the disk, read in two passes: once to count, and once to give out its rows in order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::super::exit::CommandError;
use super::super::interrupt::is_interrupted;
use super::super::unpacked::unpacked;
use super::traces::{Moment, row};
use crate::access_log::{Condensed, Disorder, Entry, Limits, Lines, Malformed, Reordered, Survey};

/// How many malformed lines are told by their number.
const TOLD: usize = 5;

/// Bytes of rows that wait for their turn, at most.
const HELD: usize = 256 << 20;

/// So many lines are read before it is asked whether somebody has interrupted.
const LINES: u64 = 1 << 12;

/// A log by its file.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    /// The share of lines that may be malformed.
    most: f64,
}

/// Lines that are none of the format.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) count: u64,
    lines: u64,
    first: Vec<(u64, Malformed)>,
}

impl Source {
    pub(super) fn new(path: &Path, most: f64) -> Self {
        Self { path: path.to_owned(), most }
    }

    /// The name of the file.
    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The name of the file without its endings.
    pub(super) fn stem(&self) -> String {
        let name = self.name();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    }

    /// Reads all of it: what there is, and what is malformed.
    pub(super) fn survey(&self) -> Result<(Survey, Faults), CommandError> {
        let (mut survey, mut faults) = (Survey::new(Limits::default()), Faults::default());
        self.each(|number, read| {
            faults.lines += 1;
            match read {
                Ok(entry) => survey.add(entry).map_err(|full| self.usage(&full.to_string())),
                Err(why) => {
                    faults.count += 1;
                    if faults.first.len() < TOLD {
                        faults.first.push((number, why));
                    }
                    Ok(())
                }
            }
        })?;
        if survey.requests == 0 && faults.count == 0 {
            return Err(self.usage("has no requests"));
        }
        #[allow(clippy::cast_precision_loss, reason = "a share of lines is no exact number")]
        let share = faults.count as f64 / faults.lines as f64;
        if survey.requests == 0 || share > self.most {
            let most = self.most * 100.0;
            return Err(CommandError::Usage(format!(
                "{} is no access log in Common or Combined Log Format: more than {most} % of its \
                 lines are malformed. {}",
                self.path.display(),
                faults.sentence(),
            )));
        }
        Ok((survey, faults))
    }

    /// Reads all of it again and gives out its rows in the order of their times.
    pub(super) fn rows(
        &self,
        seconds: &BTreeMap<i64, u32>,
        endpoints: &Condensed,
        mut give: impl FnMut(Moment) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        let mut order = Reordered::new(seconds, HELD);
        self.each(|_, read| {
            let Ok(entry) = read else { return Ok(()) };
            let row = (endpoints.place_of(entry), row(entry));
            let pushed = order.push(entry.second, row, |micros, (endpoint, text)| {
                give(Moment { micros, endpoint, text }).map_err(Refused::Command)
            });
            pushed.map_err(|refused| match refused {
                Refused::Command(error) => error,
                Refused::Disorder(why) => self.usage(&format!("cannot be imported: {why}")),
            })
        })?;
        if order.is_done() { Ok(()) } else { Err(self.usage("has changed while it was read")) }
    }

    /// Hands over every line with its number.
    fn each(
        &self,
        mut take: impl FnMut(u64, Result<&Entry<'_>, Malformed>) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        let name = self.path.display();
        let refused =
            |error: std::io::Error| CommandError::Files(format!("cannot read {name}: {error}"));
        let mut lines = Lines::new(self.open().map_err(refused)?);
        while let Some(line) = lines.next_line().map_err(refused)? {
            if line.number % LINES == 0 && is_interrupted() {
                return Err(CommandError::interrupted());
            }
            let entry = line.bytes.ok_or(Malformed::TooLong).and_then(Entry::read);
            take(line.number, entry.as_ref().map_err(|why| *why))?;
        }
        Ok(())
    }

    fn open(&self) -> std::io::Result<Box<dyn BufRead>> {
        unpacked(BufReader::with_capacity(1 << 16, File::open(&self.path)?))
    }

    pub(super) fn usage(&self, what: &str) -> CommandError {
        CommandError::Usage(format!("{} {what}", self.path.display()))
    }
}

/// Why a row was not taken.
enum Refused {
    Command(CommandError),
    Disorder(Disorder),
}

impl From<Disorder> for Refused {
    fn from(why: Disorder) -> Self {
        Self::Disorder(why)
    }
}

impl Faults {
    /// How many there are, and what the first ones are.
    pub(super) fn sentence(&self) -> String {
        let told = self.first.iter().map(|(line, why)| format!("\n  line {line}: {why}"));
        let told: String = told.collect();
        let more = self.count - self.first.len() as u64;
        let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
        format!("Malformed lines, left out: {} of {}{told}{more}", self.count, self.lines)
    }
}
