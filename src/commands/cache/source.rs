//! A trace on the disk, read in chunks: CSV or binary, as it is or compressed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use super::super::exit::CommandError;
use super::super::unpacked::unpacked;
use crate::evict::replay::{NEVER, next_requests};
use crate::http::Method;
use crate::time::NANOS_PER_SEC;
use crate::trace::{Column, OracleReader, Start, TraceError, TraceReader, is_oracle};

/// A trace by its file.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
}

/// What has to be known of a trace beforehand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    /// When each object is asked for again.
    pub(super) next: bool,
    /// How often each object is asked for.
    pub(super) popularity: bool,
    /// When each request is made.
    pub(super) times: bool,
}

/// What is known of a trace once it was read.
#[derive(Debug, Default)]
pub(super) struct Known {
    numbers: Numbers,
    pub(super) requests: u64,
    /// Requests that no cache answers, by their methods: they are no part of the others.
    pub(super) left_out: u64,
    /// Bytes of each object: the most that a row names. A row may name less, as that of an answer
    /// without its body, such as 304, or with a part of it does.
    pub(super) bytes: Vec<u64>,
    /// How often each is asked for; empty unless it is needed.
    pub(super) asked: Vec<u64>,
    /// When each is asked for again; empty unless it is needed and the trace does not say it.
    next: Vec<u64>,
    pub(super) has_sizes: bool,
}

/// The numbers of objects, in the order in which they are asked for first.
#[derive(Debug, Default)]
struct Numbers {
    texts: IndexSet<Box<str>>,
    longs: IndexSet<u64>,
}

/// The columns of a chunk.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) ids: Vec<u32>,
    pub(super) bytes: Vec<u64>,
    pub(super) next: Vec<u64>,
    /// When each request is made, in nanoseconds.
    pub(super) times: Vec<u64>,
}

/// A file that is being read.
enum Reader {
    Csv(Box<TraceReader<Box<dyn BufRead>>>),
    Oracle(OracleReader<Box<dyn BufRead>>),
}

/// What a request asks for.
enum Name<'a> {
    Text(&'a str),
    Long(u64),
}

/// A request as a file describes it.
struct Asked<'a> {
    name: Name<'a>,
    bytes: u64,
    next: u64,
    /// In nanoseconds.
    time: u64,
    /// Whether a cache may answer it.
    is_cacheable: bool,
}

impl Source {
    pub(super) fn new(path: &Path) -> Result<Self, CommandError> {
        let source = Self { path: path.to_owned() };
        source.open().map(|_| source)
    }

    /// The file's name without its endings.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    }

    /// Reads all of it: which objects there are, and what else is needed.
    pub(super) fn survey(&self, needs: Needs) -> Result<Known, CommandError> {
        let mut known = Known::default();
        let mut reader = self.open()?;
        let is_binary = matches!(reader, Reader::Oracle(_));
        known.has_sizes = reader.has_sizes();
        if needs.times && !reader.has_times() {
            return Err(self.usage("has no column `arrival_us`, which `--ttl` needs"));
        }
        let mut ids = Vec::new();
        while let Some(asked) = reader.next().map_err(|error| self.wrong(&error))? {
            if !asked.is_cacheable {
                known.left_out += 1;
                continue;
            }
            let id = known.numbers.insert(&asked.name);
            let id = id.ok_or_else(|| self.usage("has more than 4,294,967,294 objects"))?;
            known.requests += 1;
            let place = id as usize;
            if place == known.bytes.len() {
                known.bytes.push(0);
            }
            known.bytes[place] = known.bytes[place].max(asked.bytes);
            if needs.popularity {
                known.asked.resize(known.bytes.len(), 0);
                known.asked[place] += 1;
            }
            if needs.next && !is_binary {
                ids.push(id);
            }
        }
        if known.requests == 0 {
            return Err(self.usage(if known.left_out > 0 {
                "has no requests that a cache answers: none is a GET or a HEAD"
            } else {
                "has no requests"
            }));
        }
        known.next = next_requests(&ids, known.objects());
        Ok(known)
    }

    /// Reads all of it again, in chunks of so many requests.
    pub(super) fn chunks(
        &self,
        known: &Known,
        size: usize,
        mut each: impl FnMut(&Batch),
    ) -> Result<(), CommandError> {
        let mut reader = self.open()?;
        let (mut batch, mut request) = (Batch::default(), 0_usize);
        loop {
            batch.ids.clear();
            batch.bytes.clear();
            batch.next.clear();
            batch.times.clear();
            while batch.ids.len() < size {
                let Some(asked) = reader.next().map_err(|error| self.wrong(&error))? else { break };
                if !asked.is_cacheable {
                    continue;
                }
                let id = known.numbers.get(&asked.name);
                let id = id.ok_or_else(|| self.usage("has changed while it was read"))?;
                batch.ids.push(id);
                if known.has_sizes {
                    batch.bytes.push(known.bytes[id as usize]);
                }
                batch.next.push(known.next.get(request).copied().unwrap_or(asked.next));
                batch.times.push(asked.time);
                request += 1;
            }
            if batch.ids.is_empty() {
                return Ok(());
            }
            each(&batch);
        }
    }

    fn open(&self) -> Result<Reader, CommandError> {
        let name = self.path.display();
        let refused =
            |error: std::io::Error| CommandError::Files(format!("cannot read {name}: {error}"));
        let file = File::open(&self.path).map_err(refused)?;
        let mut from = unpacked(BufReader::with_capacity(1 << 16, file)).map_err(refused)?;
        if is_oracle(from.fill_buf().map_err(refused)?) {
            return Ok(Reader::Oracle(OracleReader::new(from)));
        }
        let reader = TraceReader::of_objects(from).map_err(|error| self.wrong(&error))?;
        Ok(Reader::Csv(Box::new(reader)))
    }

    fn wrong(&self, error: &TraceError) -> CommandError {
        CommandError::Usage(format!("{}, {error}", self.path.display()))
    }

    fn usage(&self, what: &str) -> CommandError {
        CommandError::Usage(format!("{} {what}", self.path.display()))
    }
}

impl Reader {
    fn has_sizes(&self) -> bool {
        match self {
            Self::Csv(reader) => reader.columns().contains(&Column::SizeBytes),
            Self::Oracle(_) => true,
        }
    }

    fn has_times(&self) -> bool {
        match self {
            Self::Csv(reader) => {
                reader.columns().iter().any(|column| matches!(column, Column::Arrival(_)))
            }
            Self::Oracle(_) => true,
        }
    }

    fn next(&mut self) -> Result<Option<Asked<'_>>, TraceError> {
        match self {
            Self::Oracle(reader) => Ok(reader.next_row()?.map(|row| Asked {
                name: Name::Long(row.object),
                bytes: u64::from(row.size),
                next: row.next.unwrap_or(NEVER),
                time: u64::from(row.time) * NANOS_PER_SEC,
                is_cacheable: true,
            })),
            Self::Csv(reader) => {
                let has_sizes = reader.columns().contains(&Column::SizeBytes);
                let Some(row) = reader.next_row()? else { return Ok(None) };
                let time = match row.start {
                    Start::At(time) => time.0,
                    Start::After { .. } => 0,
                };
                let Some(name) = row.object.or(row.path) else {
                    return Err(row.error("the row says no object".to_owned()));
                };
                let bytes = match row.size {
                    Some(size) => size.0,
                    None if has_sizes => {
                        return Err(row.error("`size_bytes` is empty".to_owned()));
                    }
                    None => 1,
                };
                // A row that names no method is taken for a GET.
                let method = row.method.map(|name| Method::from_name(&name.to_ascii_uppercase()));
                let is_cacheable =
                    method.is_none_or(|it| matches!(it, Some(Method::Get | Method::Head)));
                let name = Name::Text(name);
                Ok(Some(Asked { name, bytes, next: NEVER, time, is_cacheable }))
            }
        }
    }
}

impl Known {
    /// How many objects there are.
    #[allow(clippy::cast_possible_truncation, reason = "no more are numbered")]
    pub(super) fn objects(&self) -> u32 {
        self.bytes.len() as u32
    }

    /// The bytes of all objects together, if they have sizes.
    pub(super) fn footprint(&self) -> Option<u64> {
        let sum = || self.bytes.iter().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
        self.has_sizes.then(sum)
    }

    /// The room that all objects take together, if they have sizes: an empty one takes a byte.
    pub(super) fn room(&self) -> Option<u64> {
        self.footprint().map(|bytes| bytes.saturating_add(self.empty() as u64))
    }

    /// How many objects there are of which no row names a size above 0, if they have sizes.
    pub(super) fn empty(&self) -> usize {
        if self.has_sizes { self.bytes.iter().filter(|bytes| **bytes == 0).count() } else { 0 }
    }

    /// Whether objects are of different sizes.
    pub(super) fn differ(&self) -> bool {
        self.has_sizes && self.bytes.windows(2).any(|two| two[0] != two[1])
    }

    /// What has to be known of the requests beside the miss ratios: sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.left_out > 0 {
            remarks.push(format!(
                "{} requests are left out: no cache answers other methods than GET and HEAD.",
                self.left_out
            ));
        }
        if self.empty() > 0 {
            remarks.push(format!(
                "{} objects are taken to have 1 byte: no row names more than 0 bytes of them.",
                self.empty()
            ));
        }
        remarks
    }
}

impl Numbers {
    /// The number of an object, which may be new; none if there are too many.
    fn insert(&mut self, name: &Name<'_>) -> Option<u32> {
        if let Some(id) = self.get(name) {
            return Some(id);
        }
        let id = match name {
            Name::Text(text) => self.texts.insert_full(Box::from(*text)).0,
            Name::Long(long) => self.longs.insert_full(*long).0,
        };
        u32::try_from(id).ok().filter(|id| *id < u32::MAX)
    }

    fn get(&self, name: &Name<'_>) -> Option<u32> {
        let id = match name {
            Name::Text(text) => self.texts.get_index_of(*text),
            Name::Long(long) => self.longs.get_index_of(long),
        };
        id.and_then(|id| u32::try_from(id).ok())
    }
}
