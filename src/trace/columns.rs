//! The header of a trace: which columns it has, in which order.

use super::TraceError;
use super::line::Line;
use super::number::Unit;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// When the request is made, since the beginning of the run: an open loop.
    Arrival(Unit),
    /// How long the user waits before the request, after the answer to the one before: a closed
    /// loop.
    Think(Unit),
    /// What the request demands of the server.
    Service(Unit),
    /// The size of the response.
    SizeBytes,
    /// The address that the request comes from.
    ClientIp,
    /// Which session the request belongs to.
    Session,
    /// Which user makes the request: a closed loop.
    User,
    /// The path that is asked for.
    Path,
    /// The object that is asked for.
    Object,
    /// The method of the request.
    Method,
    /// A header of the request, by its name in lower case.
    Header(String),
}

/// The columns that have a name of their own, without units.
const PLAIN: &[(&str, Column)] = &[
    ("size_bytes", Column::SizeBytes),
    ("client_ip", Column::ClientIp),
    ("session", Column::Session),
    ("user", Column::User),
    ("path", Column::Path),
    ("object", Column::Object),
    ("method", Column::Method),
];

/// What makes a column of a time in some unit.
type Timed = fn(Unit) -> Column;

/// The columns whose names end with a unit.
const TIMES: &[(&str, Timed)] =
    &[("arrival", Column::Arrival), ("think", Column::Think), ("service", Column::Service)];

/// How alike two names have to be, of 1, for the one to be proposed for the other.
const ALIKE: f64 = 0.75;

impl Column {
    /// The name that stands in the header.
    #[must_use]
    pub fn name(&self) -> String {
        let timed = |name: &str, unit: &Unit| format!("{name}_{}", unit.suffix());
        match self {
            Self::Arrival(unit) => timed("arrival", unit),
            Self::Think(unit) => timed("think", unit),
            Self::Service(unit) => timed("service", unit),
            Self::Header(name) => format!("header:{name}"),
            Self::SizeBytes
            | Self::ClientIp
            | Self::Session
            | Self::User
            | Self::Path
            | Self::Object
            | Self::Method => {
                let known = PLAIN.iter().find(|(_, column)| column == self);
                known.map_or_else(String::new, |(name, _)| (*name).to_owned())
            }
        }
    }

    /// The name of the header that the column holds, if it holds one.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        if let Self::Header(name) = self { Some(name) } else { None }
    }

    fn from_name(name: &str) -> Result<Self, String> {
        if let Some(header) = name.strip_prefix("header:") {
            return if is_token(header) {
                Ok(Self::Header(header.to_ascii_lowercase()))
            } else {
                Err(format!("`{header}` is no name of a header, such as `accept-language` is"))
            };
        }
        let found = known().into_iter().find(|(known, _)| known == name);
        found.map(|(_, column)| column).ok_or_else(|| unknown(name))
    }

    /// Whether both say the same of a request, if in different units.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Header(one), Self::Header(other)) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// The columns that the header line names, of an open loop or of a closed one.
pub(super) fn columns(header: Line<'_>) -> Result<Vec<Column>, TraceError> {
    let columns = named(header)?;
    one_loop(header, &columns)?;
    Ok(columns)
}

/// The columns that the header line names, if one of them says which object is asked for.
pub(super) fn object_columns(header: Line<'_>) -> Result<Vec<Column>, TraceError> {
    let columns = named(header)?;
    if columns.iter().any(|column| matches!(column, Column::Object | Column::Path)) {
        return Ok(columns);
    }
    let what = "the trace has no column `object`, and no `path` either".to_owned();
    Err(header.error(columns.len(), what))
}

fn named(header: Line<'_>) -> Result<Vec<Column>, TraceError> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    for i in 0..header.len() {
        let column = Column::from_name(header.cell(i)).map_err(|what| header.error(i, what))?;
        if let Some(twice) = columns.iter().find(|other| other.is_same(&column)) {
            let (first, second) = (twice.name(), column.name());
            let what = format!("`{second}` says what `{first}` says already");
            return Err(header.error(i, what));
        }
        columns.push(column);
    }
    Ok(columns)
}

/// Checks that the columns are those of an open loop, or those of a closed one.
fn one_loop(header: Line<'_>, columns: &[Column]) -> Result<(), TraceError> {
    let place = |test: fn(&Column) -> bool| columns.iter().position(test);
    let arrival = place(|column| matches!(column, Column::Arrival(_)));
    let user = place(|column| matches!(column, Column::User));
    let think = place(|column| matches!(column, Column::Think(_)));
    let session = place(|column| matches!(column, Column::Session));
    let end = columns.len();
    let (at, what) = match (arrival, user, think, session) {
        (Some(_), None, None, _) | (None, Some(_), Some(_), None) => return Ok(()),
        (Some(_), Some(at), ..) | (Some(_), None, Some(at), _) => {
            (at, "`user` and `think_us`, of a closed loop, beside `arrival_us`, of an open one")
        }
        (None, Some(_), Some(_), Some(at)) => (at, "both `user` and `session`: a user is one"),
        (None, Some(_), None, _) => (end, "a column `user`, but no `think_us`"),
        (None, None, Some(_), _) => (end, "a column `think_us`, but no `user`"),
        (None, None, None, _) => (end, "no `arrival_us`, and no `user` with `think_us` either"),
    };
    Err(header.error(at, format!("the trace has {what}")))
}

fn unknown(name: &str) -> String {
    let known = known();
    let nearest = known
        .iter()
        .map(|(known, _)| (strsim::jaro_winkler(known, name), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .map_or_else(String::new, |(_, known)| format!("did you mean `{known}`? "));
    let plain = PLAIN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    format!(
        "unknown column `{name}`: {nearest}The columns are arrival, think and service with _us, \
         _ms or _s, {plain}, and header:<name>"
    )
}

/// Whether `name` may be the name of a header (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(token)
}

/// All names without headers.
fn known() -> Vec<(String, Column)> {
    let times = TIMES.iter().flat_map(|(name, column)| {
        Unit::ALL.iter().map(move |unit| (format!("{name}_{}", unit.suffix()), column(*unit)))
    });
    times.chain(PLAIN.iter().map(|(name, column)| ((*name).to_owned(), column.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::line::Lines;
    use super::*;

    fn read(header: &str) -> Result<Vec<Column>, TraceError> {
        columns(Lines::new(header.as_bytes()).next_line()?.unwrap())
    }

    fn check_refused(header: &str, said: &str) {
        let error = read(header).expect_err(header).to_string();
        assert!(error.contains(said), "{header}: {error}");
    }

    #[test]
    fn every_column_is_read_and_named() {
        let mut names: Vec<String> = known().into_iter().map(|(name, _)| name).collect();
        names.push("header:accept-language".to_owned());
        assert_eq!(names.len(), 17);
        for name in names {
            assert_eq!(Column::from_name(&name).map(|column| column.name()), Ok(name));
        }
    }

    #[test]
    fn open_and_closed_loops_have_their_columns() {
        let open = read("arrival_ms,service_us,header:Accept").unwrap();
        let accept = Column::Header("accept".to_owned());
        assert_eq!(open, [Column::Arrival(Unit::Ms), Column::Service(Unit::Us), accept]);
        assert!(read("user,think_s").is_ok());
    }

    #[test]
    fn an_unknown_column_is_refused_with_the_nearest_one() {
        check_refused("arrival_us,servise_us", "line 1, column 12: unknown column `servise_us`");
        check_refused("arrival_us,servise_us", "did you mean `service_us`?");
        check_refused("arrival_us,latency_us", "The columns are arrival, think and service with");
        check_refused("arrival_ns", "unknown column");
        check_refused("arrival_us,header:", "no name of a header");
    }

    #[test]
    fn columns_that_do_not_go_together_are_refused() {
        for (header, said) in [
            ("arrival_us,arrival_ms", "`arrival_ms` says what `arrival_us` says already"),
            ("arrival_us,header:A,header:a", "column 21: `header:a` says what"),
            ("service_us,path", "line 1, column 16: the trace has no `arrival_us`"),
            ("arrival_us,user", "column 12: the trace has `user` and `think_us`, of a closed"),
            ("arrival_us,think_us", "of a closed loop, beside `arrival_us`"),
            ("user,service_us", "no `think_us`"),
            ("think_us", "no `user`"),
            ("user,think_us,session", "a user is one"),
        ] {
            check_refused(header, said);
        }
    }
}
