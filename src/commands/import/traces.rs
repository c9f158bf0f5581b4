//! The traces that are written: one with all requests, and one for each endpoint.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::exit::CommandError;
use crate::access_log::{Described, Entry, printable, session_of};
use crate::scenario::source::MAX_FILE_BYTES;

/// What is expected to become larger is compressed: a run reads files up to 16 MiB.
const PLAIN: u64 = 8 << 20;

/// About what a row takes beside the name of its object.
const ROW: u64 = 70;

/// A row with its moment, in microseconds from the beginning of the log.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) micros: u64,
    pub(super) endpoint: usize,
    pub(super) text: String,
}

/// The cells of a row: who, what in full, and what of the endpoint, with tabs between them.
pub(super) fn row(entry: &Entry<'_>) -> String {
    let address = entry.address().map(|address| address.to_string()).unwrap_or_default();
    let agent = entry.agent.as_deref();
    let session = if entry.user.is_some() || agent.is_some() {
        session_of(entry.host, entry.user, agent)
    } else {
        String::new()
    };
    let method = printable(&entry.method).to_ascii_uppercase();
    let (path, object) = (printable(entry.path()), printable(&entry.target));
    format!("{address}\t{session}\t{method},{path}\t{object},{}", entry.bytes)
}

/// The file of an endpoint's trace, relative to the scenario.
pub(super) fn file_of(described: &Described) -> String {
    let endpoint = &described.endpoint;
    let ending = ending(endpoint.requests * ROW + endpoint.text);
    format!("traces/{}.csv{ending}", described.name)
}

fn ending(bytes: u64) -> &'static str {
    if bytes > PLAIN { ".gz" } else { "" }
}

/// Traces that are being written.
pub(super) struct Traces {
    all: Trace,
    endpoints: Vec<Trace>,
    has_addresses: bool,
    has_sessions: bool,
}

struct Trace {
    name: String,
    path: PathBuf,
    to: To,
}

enum To {
    Plain(BufWriter<File>),
    Packed(GzEncoder<BufWriter<File>>),
}

impl Traces {
    /// Empty traces below `folder`.
    pub(super) fn create(
        folder: &Path,
        endpoints: &[(Described, String)],
        requests: u64,
        has_addresses: bool,
        has_sessions: bool,
    ) -> Result<Self, CommandError> {
        let below = folder.join("traces");
        std::fs::create_dir(&below).map_err(|error| refused(&below, &error))?;
        let text: u64 = endpoints.iter().map(|(it, _)| 2 * it.endpoint.text).sum();
        let who = [(has_addresses, ",client_ip"), (has_sessions, ",session")];
        let who: String = who.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
        let all = format!("trace.csv{}", ending(requests * ROW + text));
        let all = Trace::create(folder, &all, &format!("{who},method,path"))?;
        let own = endpoints.iter().map(|(_, file)| Trace::create(folder, file, &who));
        let endpoints = own.collect::<Result<_, _>>()?;
        Ok(Self { all, endpoints, has_addresses, has_sessions })
    }

    /// Writes a row into both of its traces.
    pub(super) fn write(&mut self, moment: Moment) -> Result<(), CommandError> {
        let Moment { micros, endpoint, text } = moment;
        let mut parts = text.split('\t');
        let mut next = || parts.next().unwrap_or_default();
        let (address, session, asked, object) = (next(), next(), next(), next());
        let mut begin = micros.to_string();
        for (has, cell) in [(self.has_addresses, address), (self.has_sessions, session)] {
            if has {
                begin.push(',');
                begin.push_str(cell);
            }
        }
        self.all.write(&format!("{begin},{asked},{object}\n"))?;
        self.endpoints[endpoint].write(&format!("{begin},{object}\n"))
    }

    /// Closes all of them. Returns those that are too large for a run.
    pub(super) fn finish(self, folder: &Path) -> Result<Vec<String>, CommandError> {
        let mut large = Vec::new();
        for trace in [self.all].into_iter().chain(self.endpoints) {
            let (name, path) = (trace.name, trace.path);
            let length = trace.to.finish().map_err(|error| refused(&path, &error))?;
            if length > MAX_FILE_BYTES as u64 {
                large.push(name);
            }
        }
        if cfg!(unix) {
            let below = folder.join("traces");
            let synced = File::open(&below).and_then(|folder| folder.sync_all());
            synced.map_err(|error| refused(&below, &error))?;
        }
        Ok(large)
    }
}

impl Trace {
    fn create(folder: &Path, name: &str, columns: &str) -> Result<Self, CommandError> {
        let path = folder.join(name);
        let file = File::create_new(&path).map_err(|error| refused(&path, &error))?;
        let file = BufWriter::with_capacity(1 << 16, file);
        let to = if name.ends_with(".gz") {
            To::Packed(GzEncoder::new(file, Compression::default()))
        } else {
            To::Plain(file)
        };
        let mut trace = Self { name: name.to_owned(), path, to };
        trace.write(&format!("arrival_us{columns},object,size_bytes\n"))?;
        Ok(trace)
    }

    fn write(&mut self, line: &str) -> Result<(), CommandError> {
        let written = match &mut self.to {
            To::Plain(file) => file.write_all(line.as_bytes()),
            To::Packed(file) => file.write_all(line.as_bytes()),
        };
        written.map_err(|error| refused(&self.path, &error))
    }
}

impl To {
    /// Brings all of it to the disk. Returns how many bytes there are.
    fn finish(self) -> io::Result<u64> {
        let buffered = match self {
            Self::Plain(file) => file,
            Self::Packed(packed) => packed.finish()?,
        };
        let file = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

fn refused(path: &Path, error: &io::Error) -> CommandError {
    CommandError::Files(format!("cannot write `{}`: {error}", path.display()))
}
