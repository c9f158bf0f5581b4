//! A whole trace in memory.

mod binary;

use std::io::BufRead;
use std::net::IpAddr;

use indexmap::IndexSet;

use super::TraceError;
use super::columns::Column;
use super::oracle::is_oracle;
use super::reader::{Row, Start, TraceReader};
use crate::rng::{hash_name, mix};
use crate::time::{Span, Time};
use crate::unit::Bytes;

/// A trace that was read whole.
#[derive(Debug, Default)]
pub struct Trace {
    rows: Vec<TraceRow>,
    closed: bool,
    clients: IndexSet<IpAddr>,
    sessions: IndexSet<Box<str>>,
    paths: IndexSet<Box<str>>,
    objects: IndexSet<Box<str>>,
    methods: IndexSet<Box<str>>,
    /// Hashes of the names of sessions, by their numbers.
    session_keys: Vec<u64>,
    /// Hashes of the paths, by their numbers.
    path_keys: Vec<u64>,
    /// The largest size that a row names of each object, by their numbers.
    object_sizes: Vec<u64>,
    /// The same of each path, of rows that name no object.
    path_sizes: Vec<u64>,
    header_names: Vec<Box<str>>,
    /// The values of all headers of a row, for as many rows as differ.
    header_values: IndexSet<Box<[Box<str>]>>,
    /// The rows of a closed loop, user by user.
    by_user: Vec<u32>,
    /// Where the rows of each user begin in `by_user`, and the end of the last.
    users: Vec<u32>,
}

/// A request of a trace. Clients, sessions, users, paths, objects and methods are numbers, in
/// the order of first appearance, of what the trace holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRow {
    /// The arrival of an open loop, the think time of a closed one.
    start: u64,
    service: u64,
    size: u64,
    client: u32,
    /// The session of an open loop, the user of a closed one.
    session: u32,
    path: u32,
    object: u32,
    headers: u32,
    method: u32,
}

/// No such column, or an empty cell.
const NONE: u32 = u32::MAX;
const NONE_LONG: u64 = u64::MAX;

impl Trace {
    /// Reads a trace whole, be it lines or libCacheSim's `oracleGeneral`.
    ///
    /// A binary trace counts whole seconds: the first request is made at 0, and those of one
    /// second are spread over it evenly, in their order.
    ///
    /// # Errors
    /// As [`TraceReader`], or if it has no rows, or more than 2^32 - 1.
    pub fn read(mut from: impl BufRead) -> Result<Self, TraceError> {
        let unreadable = |error: std::io::Error| TraceError {
            line: 1,
            column: 1,
            message: format!("cannot be read: {error}"),
        };
        let is_binary = is_oracle(from.fill_buf().map_err(unreadable)?);
        let mut trace = if is_binary { binary::read(from)? } else { Self::read_lines(from)? };
        if trace.rows.is_empty() {
            let message = "the trace has no rows".to_owned();
            return Err(TraceError { line: 2, column: 1, message });
        }
        trace.measure();
        Ok(trace)
    }

    /// Finds the largest size of each object and path.
    fn measure(&mut self) {
        self.object_sizes = vec![0; self.objects.len()];
        self.path_sizes = vec![0; self.paths.len()];
        for row in self.rows.iter().filter(|row| row.size != NONE_LONG) {
            let place = match (row.object, row.path) {
                (NONE, NONE) => continue,
                (NONE, path) => &mut self.path_sizes[path as usize],
                (object, _) => &mut self.object_sizes[object as usize],
            };
            *place = row.size.max(*place);
        }
    }

    fn read_lines(from: impl BufRead) -> Result<Self, TraceError> {
        let mut reader = TraceReader::new(from)?;
        let header_names = reader.columns().iter().filter_map(Column::header).map(Box::from);
        let header_names = header_names.collect();
        let mut trace = Self { header_names, ..Self::default() };
        loop {
            let line = reader.line() + 1;
            let Some(row) = reader.next_row()? else {
                break;
            };
            trace.check_room(line)?;
            trace.push(&row);
        }
        if trace.closed {
            trace.sort_by_user();
        }
        let keys = |names: &IndexSet<Box<str>>| names.iter().map(|name| hash_name(name)).collect();
        (trace.session_keys, trace.path_keys) = (keys(&trace.sessions), keys(&trace.paths));
        Ok(trace)
    }

    fn check_room(&self, line: u64) -> Result<(), TraceError> {
        if self.rows.len() < NONE as usize {
            return Ok(());
        }
        let message = "a trace has at most 4,294,967,294 rows".to_owned();
        Err(TraceError { line, column: 1, message })
    }

    /// The rows, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[TraceRow] {
        &self.rows
    }

    /// Whether the requests of a user wait for one another, rather than arrive at a moment.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many users a closed loop has; 0 for an open one.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.users.len().saturating_sub(1)
    }

    /// The rows of a user of a closed loop, by the user's number, in the order of the file.
    pub fn rows_of(&self, user: u32) -> impl ExactSizeIterator<Item = &TraceRow> {
        let bounds = self.users.get(user as usize..).and_then(|rest| rest.first_chunk::<2>());
        let rows = bounds.map_or(0..0, |[begin, end]| *begin as usize..*end as usize);
        self.by_user[rows].iter().map(|row| &self.rows[*row as usize])
    }

    /// The number, among all rows, of the `n`-th row of a user of a closed loop; none after the
    /// last.
    #[must_use]
    pub fn row_number(&self, user: u32, n: u32) -> Option<u32> {
        let [begin, end] = self.users.get(user as usize..)?.first_chunk::<2>()?;
        let place = begin.checked_add(n).filter(|place| place < end)?;
        Some(self.by_user[place as usize])
    }

    /// Arrivals of an open loop before `horizon`, which is not 0, divided by it: per second.
    #[must_use]
    pub fn mean_rate(&self, horizon: Span) -> f64 {
        let count = self.rows.partition_point(|row| row.start < horizon.0);
        count as f64 / horizon.as_secs_f64()
    }

    /// How many objects there are.
    #[must_use]
    pub fn object_count(&self) -> usize {
        self.objects.len()
    }

    /// The addresses, by the number of the client.
    #[must_use]
    pub const fn clients(&self) -> &IndexSet<IpAddr> {
        &self.clients
    }

    /// The names of the sessions or users, by their numbers.
    #[must_use]
    pub const fn sessions(&self) -> &IndexSet<Box<str>> {
        &self.sessions
    }

    /// The paths, by their numbers.
    #[must_use]
    pub const fn paths(&self) -> &IndexSet<Box<str>> {
        &self.paths
    }

    /// A hash of the address that a row comes from: the same in all traces.
    #[must_use]
    pub fn address_key(&self, row: &TraceRow) -> Option<u64> {
        const V6: u64 = hash_name("IPv6");
        let address = self.clients.get_index(row.client()? as usize)?;
        Some(match address {
            IpAddr::V4(address) => mix(u64::from(address.to_bits())),
            IpAddr::V6(address) => {
                let [high, low] = [0, 8].map(|at| {
                    let octets = address.octets();
                    octets[at..at + 8].iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet))
                });
                mix(low ^ mix(high ^ V6))
            }
        })
    }

    /// A hash of the name of a row's session or user: the same in all traces.
    #[must_use]
    pub fn session_key(&self, row: &TraceRow) -> Option<u64> {
        self.session_keys.get(row.session()? as usize).copied()
    }

    /// The path of a row, and a hash of it: the same in all traces.
    #[must_use]
    pub fn path_of(&self, row: &TraceRow) -> Option<(&str, u64)> {
        let number = row.path()? as usize;
        Some((self.paths.get_index(number)?, *self.path_keys.get(number)?))
    }

    /// The size of what a row asks for: the largest that any row names of the same object, or of
    /// the same path if it names no object. A row itself has less where an answer came without its
    /// body, such as 304, or with a part of it. None if it names no size.
    #[must_use]
    pub fn whole_size(&self, row: &TraceRow) -> Option<Bytes> {
        let own = row.size()?;
        let largest = match (row.object, row.path) {
            (NONE, NONE) => None,
            (NONE, path) => self.path_sizes.get(path as usize),
            (object, _) => self.object_sizes.get(object as usize),
        };
        Some(Bytes(largest.copied().unwrap_or(own.0)))
    }

    /// The names of the objects, by their numbers.
    #[must_use]
    pub const fn objects(&self) -> &IndexSet<Box<str>> {
        &self.objects
    }

    /// The methods, by their numbers.
    #[must_use]
    pub const fn methods(&self) -> &IndexSet<Box<str>> {
        &self.methods
    }

    /// The headers of a row that have a value: names in lower case, and values.
    pub fn headers_of(&self, row: &TraceRow) -> impl Iterator<Item = (&str, &str)> {
        let values = self.header_values.get_index(row.headers as usize).into_iter().flatten();
        let pairs = self.header_names.iter().zip(values).map(|(name, value)| (&**name, &**value));
        pairs.filter(|(_, value)| !value.is_empty())
    }

    /// The headers of every set that some row has, by its number.
    pub fn header_sets(&self) -> impl Iterator<Item = Vec<(&str, &str)>> {
        self.header_values.iter().map(|values| {
            let pairs = self.header_names.iter().zip(values);
            pairs
                .map(|(name, value)| (&**name, &**value))
                .filter(|(_, value)| !value.is_empty())
                .collect()
        })
    }

    fn push(&mut self, row: &Row<'_>) {
        let (start, session) = match row.start {
            Start::At(at) => (at.0, row.session),
            Start::After { user, think } => {
                self.closed = true;
                (think.0, Some(user))
            }
        };
        let values: Box<[Box<str>]> = row.header_values().map(Box::from).collect();
        let headers =
            if values.is_empty() { NONE } else { number(self.header_values.insert_full(values).0) };
        self.rows.push(TraceRow {
            start,
            service: row.service.map_or(NONE_LONG, |service| service.0),
            size: row.size.map_or(NONE_LONG, |size| size.0),
            client: row.client_ip.map_or(NONE, |ip| number(self.clients.insert_full(ip).0)),
            session: intern(&mut self.sessions, session),
            path: intern(&mut self.paths, row.path),
            object: intern(&mut self.objects, row.object),
            headers,
            method: intern(&mut self.methods, row.method),
        });
    }

    /// Sorts the rows of a closed loop by user, those of a user in their order, by counting.
    fn sort_by_user(&mut self) {
        let mut next = vec![0; self.sessions.len() + 1];
        for row in &self.rows {
            next[row.session as usize + 1] += 1;
        }
        for user in 1..next.len() {
            next[user] += next[user - 1];
        }
        self.users.clone_from(&next);
        self.by_user = vec![0; self.rows.len()];
        for (i, row) in (0..).zip(&self.rows) {
            let place = &mut next[row.session as usize];
            self.by_user[*place as usize] = i;
            *place += 1;
        }
    }
}

impl TraceRow {
    /// When the request of an open loop is made.
    #[inline]
    #[must_use]
    pub const fn arrival(&self) -> Time {
        Time(self.start)
    }

    /// How long the user of a closed loop waits before it.
    #[inline]
    #[must_use]
    pub const fn think(&self) -> Span {
        Span(self.start)
    }

    /// What it demands of the server.
    #[inline]
    #[must_use]
    pub fn service(&self) -> Option<Span> {
        (self.service != NONE_LONG).then_some(Span(self.service))
    }

    /// The size of the response.
    #[inline]
    #[must_use]
    pub fn size(&self) -> Option<Bytes> {
        (self.size != NONE_LONG).then_some(Bytes(self.size))
    }

    /// The number of its set of headers.
    #[inline]
    #[must_use]
    pub fn header_number(&self) -> Option<u32> {
        (self.headers != NONE).then_some(self.headers)
    }

    /// The number of its method.
    #[inline]
    #[must_use]
    pub fn method_number(&self) -> Option<u32> {
        (self.method != NONE).then_some(self.method)
    }

    /// The number of the address that it comes from.
    #[inline]
    #[must_use]
    pub fn client(&self) -> Option<u32> {
        (self.client != NONE).then_some(self.client)
    }

    /// The number of its session in an open loop, of its user in a closed one.
    #[inline]
    #[must_use]
    pub fn session(&self) -> Option<u32> {
        (self.session != NONE).then_some(self.session)
    }

    /// The number of its path.
    #[inline]
    #[must_use]
    pub fn path(&self) -> Option<u32> {
        (self.path != NONE).then_some(self.path)
    }

    /// The number of its object.
    #[inline]
    #[must_use]
    pub fn object(&self) -> Option<u32> {
        (self.object != NONE).then_some(self.object)
    }

    /// The number of its method.
    #[inline]
    #[must_use]
    pub fn method(&self) -> Option<u32> {
        (self.method != NONE).then_some(self.method)
    }
}

fn intern(texts: &mut IndexSet<Box<str>>, text: Option<&str>) -> u32 {
    let Some(text) = text else {
        return NONE;
    };
    // Most texts were seen before: those are found without making a box.
    let seen = texts.get_index_of(text);
    number(seen.unwrap_or_else(|| texts.insert_full(Box::from(text)).0))
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a trace has fewer rows than 2^32, and no more texts than rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(text: &str) -> Trace {
        Trace::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_row_takes_at_most_48_bytes() {
        assert!(size_of::<TraceRow>() <= 48);
    }

    #[test]
    fn texts_are_numbered_in_the_order_of_their_first_appearance() {
        let trace = trace(
            "arrival_us,client_ip,session,path,object,method\n\
             0,::1,b,/x,o2,PUT\n1,127.0.0.1,a,/y,o1,GET\n2,::1,b,/x,o1,\n3,,,,,PUT\n",
        );
        type Number = fn(&TraceRow) -> Option<u32>;
        let numbers = |of: Number| trace.rows().iter().map(of).collect::<Vec<_>>();
        assert_eq!(numbers(TraceRow::client), [Some(0), Some(1), Some(0), None]);
        assert_eq!(numbers(TraceRow::session), [Some(0), Some(1), Some(0), None]);
        assert_eq!(numbers(TraceRow::path), [Some(0), Some(1), Some(0), None]);
        assert_eq!(numbers(TraceRow::object), [Some(0), Some(1), Some(1), None]);
        assert_eq!(numbers(TraceRow::method), [Some(0), Some(1), None, Some(0)]);
        assert_eq!(&*trace.paths()[1], "/y");
    }

    #[test]
    fn an_object_is_as_large_as_the_largest_of_its_rows() {
        let whole = |trace: &Trace| -> Vec<Option<u64>> {
            let rows = trace.rows().iter();
            rows.map(|row| trace.whole_size(row).map(|size| size.0)).collect()
        };
        let text = "arrival_ms,path,object,size_bytes\n0,/p,a,0\n1,/p,a,70\n2,/p,b,5\n3,/p,a,\n\
                    4,/p,,3\n5,/p,,9\n6,,,2\n";
        let expected = [Some(70), Some(70), Some(5), None, Some(9), Some(9), Some(2)];
        assert_eq!(whole(&trace(text)), expected);
    }

    #[test]
    fn times_and_sizes_are_kept_exactly() {
        let trace = trace("arrival_ms,service_us,size_bytes\n0.000001,0,\n7,1.5,9\n");
        let first = trace.rows()[0];
        assert_eq!((first.arrival(), first.service()), (Time(1), Some(Span::ZERO)));
        let second = trace.rows()[1];
        assert_eq!((second.arrival(), second.service()), (Time(7_000_000), Some(Span(1_500))));
        assert_eq!((first.size(), second.size()), (None, Some(Bytes(9))));
    }

    #[test]
    fn headers_belong_to_their_row() {
        let trace = trace("header:b,arrival_us,header:A\nx,0,y\n,1,\n,2,z\nx,3,y\n");
        let headers = |row: usize| trace.headers_of(&trace.rows()[row]).collect::<Vec<_>>();
        assert_eq!(headers(0), [("b", "x"), ("a", "y")]);
        assert_eq!(headers(1), []);
        assert_eq!(headers(2), [("a", "z")]);
        assert_eq!(headers(3), headers(0));
    }

    #[test]
    fn the_rows_of_each_user_keep_their_order() {
        let trace = trace("user,think_us\n7,1\n3,2\n7,3\n5,4\n3,5\n7,6\n");
        let thinks =
            |user| trace.rows_of(user).map(|row| row.think().0 / 1_000).collect::<Vec<_>>();
        assert!(trace.is_closed());
        assert_eq!(trace.user_count(), 3);
        assert_eq!([thinks(0), thinks(1), thinks(2)], [vec![1, 3, 6], vec![2, 5], vec![4]]);
        assert_eq!(trace.rows_of(3).len(), 0);
    }

    #[test]
    fn the_mean_rate_counts_arrivals_before_the_horizon() {
        let trace = trace("arrival_s\n0\n1\n2\n8\n");
        assert!((trace.mean_rate(Span::from_secs(2)) - 1.0).abs() < 1e-12);
        assert!((trace.mean_rate(Span::from_secs(10)) - 0.4).abs() < 1e-12);
    }

    #[test]
    fn a_trace_without_rows_is_refused() {
        let error = Trace::read(&b"arrival_us\n"[..]).unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 1: the trace has no rows");
    }
}
