//! Reads a trace row by row, without keeping more than a line.

use std::io::BufRead;
use std::net::IpAddr;

use super::TraceError;
use super::columns::{Column, columns, object_columns};
use super::line::{Line, Lines};
use super::number::{nanos, whole};
use crate::time::{Span, Time};
use crate::unit::Bytes;

/// A trace that is being read.
#[derive(Debug)]
pub struct TraceReader<R> {
    lines: Lines<R>,
    columns: Vec<Column>,
    /// The arrival of the row before.
    last: Time,
}

/// A request as its row describes it; `None` where there is no such column or the cell is empty.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// When the request is made.
    pub start: Start<'a>,
    /// What it demands of the server.
    pub service: Option<Span>,
    /// The size of the response.
    pub size: Option<Bytes>,
    /// The address that it comes from.
    pub client_ip: Option<IpAddr>,
    /// The session that it belongs to.
    pub session: Option<&'a str>,
    /// The path that is asked for.
    pub path: Option<&'a str>,
    /// The object that is asked for.
    pub object: Option<&'a str>,
    /// The method.
    pub method: Option<&'a str>,
    columns: &'a [Column],
    line: Line<'a>,
}

/// When a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// At a moment: an open loop.
    At(Time),
    /// After the answer to the same user's request before: a closed loop.
    After {
        /// The user.
        user: &'a str,
        /// How long after that answer.
        think: Span,
    },
}

impl<R: BufRead> TraceReader<R> {
    /// Reads the header of a trace.
    ///
    /// # Errors
    /// If a column is unknown or missing, or the text cannot be read.
    pub fn new(from: R) -> Result<Self, TraceError> {
        Self::with(from, columns)
    }

    /// Reads the header of a trace of which only the objects matter: it need not say when requests
    /// are made.
    ///
    /// # Errors
    /// If a column is unknown, no column says which object is asked for, or the text cannot be
    /// read.
    pub fn of_objects(from: R) -> Result<Self, TraceError> {
        Self::with(from, object_columns)
    }

    fn with(
        from: R,
        columns: impl Fn(Line<'_>) -> Result<Vec<Column>, TraceError>,
    ) -> Result<Self, TraceError> {
        let mut lines = Lines::new(from);
        let Some(header) = lines.next_line()? else {
            let message = "the trace is empty: it begins with a header such as \
                           `arrival_us,service_us`";
            return Err(TraceError { line: 1, column: 1, message: message.to_owned() });
        };
        let columns = columns(header)?;
        Ok(Self { lines, columns, last: Time::ZERO })
    }

    /// The columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// If the line does not fit the header, a cell cannot be read, or arrivals go back.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, TraceError> {
        let Some(line) = self.lines.next_line()? else {
            return Ok(None);
        };
        if line.len() != self.columns.len() {
            let (cells, columns) = (line.len(), self.columns.len());
            let what = format!("the row has {cells} cells, the header {columns} columns");
            return Err(line.error(cells.min(columns), what));
        }
        let row = read_row(&self.columns, line)?;
        if let Start::At(at) = row.start {
            if at < self.last {
                let place = self.columns.iter().position(|c| matches!(c, Column::Arrival(_)));
                let what = format!("time goes back, from {} to {at}: sort the rows", self.last);
                return Err(line.error(place.unwrap_or_default(), what));
            }
            self.last = at;
        }
        Ok(Some(row))
    }

    /// The number of the line read last, from 1 for the header.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.lines.number()
    }
}

impl<'a> Row<'a> {
    /// What is wrong with this row, at its first cell.
    #[must_use]
    pub fn error(&self, message: String) -> TraceError {
        self.line.error(0, message)
    }

    /// The value of every `header:` column, empty where the cell is, in the order of the file.
    pub fn header_values(&self) -> impl Iterator<Item = &'a str> {
        let columns = self.columns.iter().enumerate();
        let headers = columns.filter(|(_, column)| matches!(column, Column::Header(_)));
        let line = self.line;
        headers.map(move |(i, _)| line.cell(i))
    }
}

fn read_row<'a>(columns: &'a [Column], line: Line<'a>) -> Result<Row<'a>, TraceError> {
    let mut row = Row {
        start: Start::At(Time::ZERO),
        service: None,
        size: None,
        client_ip: None,
        session: None,
        path: None,
        object: None,
        method: None,
        columns,
        line,
    };
    let mut user = None;
    let mut think = None;
    for (i, column) in columns.iter().enumerate() {
        let text = line.cell(i);
        let some = (!text.is_empty()).then_some(text);
        let wrong = |what: String| line.error(i, format!("`{}` {what}", column.name()));
        match column {
            Column::Arrival(unit) => {
                row.start = Start::At(Time(nanos(text, *unit).map_err(wrong)?));
            }
            Column::Think(unit) => think = Some(Span(nanos(text, *unit).map_err(wrong)?)),
            Column::Service(unit) => row.service = Some(Span(nanos(text, *unit).map_err(wrong)?)),
            Column::User => user = Some(some.ok_or_else(|| wrong("is empty".to_owned()))?),
            Column::SizeBytes => row.size = some.map(size).transpose().map_err(wrong)?,
            Column::ClientIp => row.client_ip = some.map(address).transpose().map_err(wrong)?,
            Column::Session => row.session = some,
            Column::Path => row.path = some,
            Column::Object => row.object = some,
            Column::Method => row.method = some,
            Column::Header(_) => {}
        }
    }
    if let (Some(user), Some(think)) = (user, think) {
        row.start = Start::After { user, think };
    }
    Ok(row)
}

fn size(text: &str) -> Result<Bytes, String> {
    let bytes = whole(text)?;
    // The largest size that the rest of the model knows.
    if bytes > 1 << 60 {
        return Err(format!("is at most 1 EiB, not `{text}`"));
    }
    Ok(Bytes(bytes))
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map_err(|_| format!("is an address such as 192.0.2.1 or 2001:db8::1, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<u64, TraceError> {
        let mut reader = TraceReader::new(text.as_bytes())?;
        let mut count = 0;
        while reader.next_row()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn a_row_of_an_open_loop_is_read_whole() {
        let text = "arrival_us,service_ms,size_bytes,client_ip,session,path,object,method,\
                    header:Accept\n1024,12.5,300,127.0.0.1,s1,/p/0,o,GET,text/html\n";
        let mut reader = TraceReader::new(text.as_bytes()).unwrap();
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!(row.start, Start::At(Time(1_024_000)));
        assert_eq!((row.service, row.size), (Some(Span(12_500_000)), Some(Bytes(300))));
        assert_eq!(row.client_ip, Some(IpAddr::from([127, 0, 0, 1])));
        assert_eq!((row.session, row.path), (Some("s1"), Some("/p/0")));
        assert_eq!((row.object, row.method), (Some("o"), Some("GET")));
        assert_eq!(row.header_values().collect::<Vec<_>>(), ["text/html"]);
    }

    #[test]
    fn a_row_of_a_closed_loop_has_its_user_and_think_time() {
        let mut reader =
            TraceReader::new(&b"user,think_us,service_us\n7,315721,54947\n"[..]).unwrap();
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!(row.start, Start::After { user: "7", think: Span(315_721_000) });
        assert_eq!(row.service, Some(Span(54_947_000)));
    }

    #[test]
    fn empty_cells_say_nothing_where_that_is_possible() {
        let text = "arrival_us,size_bytes,client_ip,session\n5,,,\n";
        let mut reader = TraceReader::new(text.as_bytes()).unwrap();
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!((row.size, row.client_ip, row.session), (None, None, None));
    }

    #[test]
    fn equal_arrivals_are_in_order() {
        assert_eq!(rows("arrival_us\n5\n5\n6\n"), Ok(3));
    }

    #[test]
    fn a_wrong_row_is_refused_with_its_place() {
        for (text, said) in [
            ("", "line 1, column 1: the trace is empty"),
            ("arrival_us\n7\n5\n", "line 3, column 1: time goes back, from 7us to 5us"),
            ("arrival_us,path\n1\n", "line 2, column 2: the row has 1 cells, the header 2"),
            ("arrival_us\n1,2\n", "line 2, column 3: the row has 2 cells, the header 1"),
            ("arrival_us,service_us\n1,-2\n", "line 2, column 3: `service_us` is never negative"),
            ("arrival_us,service_us\n1,\n", "`service_us` is empty"),
            ("user,think_us\n,5\n", "line 2, column 1: `user` is empty"),
            ("arrival_us,client_ip\n1,127.0.0.256\n", "`client_ip` is an address such as"),
            ("arrival_us,size_bytes\n1,0.5\n", "`size_bytes` is a whole number"),
            ("arrival_us,size_bytes\n1,2000000000000000000\n", "at most 1 EiB"),
        ] {
            let error = rows(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(arrival_us|user,think_s)[,\"\n\r0-9.a-]{0,60}") {
            if let Err(error) = rows(&text) {
                proptest::prop_assert!(error.line >= 1 && error.column >= 1, "{error}");
            }
        }
    }
}
