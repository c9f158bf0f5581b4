//! What was measured, as a file that scenarios include, and as tables.

#![expect(
    clippy::disallowed_types,
    reason = "the date of a measurement stands in a comment; no result depends on it"
)]

use std::fmt::Write as _;
use std::fs;
use std::time::SystemTime;

use serde::Serialize;

use super::super::exit::CommandError;
use super::super::whole::Kind;
use super::measured::Measured;

/// How a file begins that this command may replace.
const BEGIN: &str = "# Measured by `lindley calibrate`";

/// What may be written anew.
pub(super) const COSTS: Kind = Kind { name: "file of measured costs", beginnings: &[BEGIN] };

/// What computed.
const SOURCES: &str = "ring 0.17, argon2 0.6, bcrypt 0.19, scrypt 0.12 and flate2 1.1 (Rust)";

/// What is written as JSON.
#[derive(Serialize)]
struct Line {
    key: Option<&'static str>,
    what: &'static str,
    nanoseconds: f64,
    quartiles: (f64, f64),
    times: u64,
}

/// The file.
pub(super) fn text(all: &[Measured], is_quick: bool) -> String {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let quick = if is_quick { ", quickly: measure again before you rely on it" } else { "" };
    let mut text = format!(
        "{BEGIN} on {date}{quick}.\n# Machine: {}.\n# Source: {SOURCES}.\n#\n\
         # Medians of batches, processor time of one core; behind each its quartiles.\n\
         # A scenario in this folder takes this in with `include = [\"costs.toml\"]`; what it\n\
         # says itself counts before it. This is for a core of speed 1.\n\
         \n[costs]\n",
        machine()
    );
    for it in all.iter().filter(|it| it.key.is_some()) {
        let (low, high) = it.took.quartiles;
        let _ = writeln!(
            text,
            "{} = \"{}\" # {}; {} to {}",
            it.key.unwrap_or_default(),
            time(it.took.median),
            it.what,
            time(low),
            time(high),
        );
    }
    text.push_str(
        "\n# What stands at a link (`connection.handshake`) or a proxy (`cpu_per_kib`):\n",
    );
    for it in all.iter().filter(|it| it.key.is_none()) {
        let (low, high) = it.took.quartiles;
        let median = time(it.took.median);
        let _ = writeln!(text, "# {}: {median}; {} to {}", it.what, time(low), time(high));
    }
    text
}

/// The table for people.
pub(super) fn table(all: &[Measured]) -> String {
    let width = all.iter().map(|it| it.what.len()).max().unwrap_or(0);
    let mut text = String::new();
    for it in all {
        let (low, high) = it.took.quartiles;
        let (median, low, high) = (time(it.took.median), time(low), time(high));
        let _ = writeln!(text, "{:<width$}  {median:>12}  {low} to {high}", it.what);
    }
    text
}

/// The same for programs.
pub(super) fn json(all: &[Measured]) -> Result<String, CommandError> {
    let line = |it: &Measured| Line {
        key: it.key,
        what: it.what,
        nanoseconds: it.took.median,
        quartiles: it.took.quartiles,
        times: it.took.times,
    };
    let lines: Vec<Line> = all.iter().map(line).collect();
    let text = serde_json::to_string_pretty(&lines);
    text.map(|text| text + "\n").map_err(|error| CommandError::Fault(error.to_string()))
}

/// The processor, as far as the system tells, and the system.
fn machine() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known.lines().find(|line| line.starts_with("model name"));
    let name = name.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim());
    let name = name.unwrap_or("unknown processor").replace(|c: char| c.is_control(), " ");
    format!("{name}, {}, {}", std::env::consts::ARCH, std::env::consts::OS)
}

/// A time in whole nanoseconds with its unit, as scenarios read it; at least one.
fn time(nanos: f64) -> String {
    let nanos = nanos.max(1.0);
    if nanos < 1e4 {
        format!("{nanos:.0}ns")
    } else if nanos < 1e7 {
        format!("{:.1}us", nanos / 1e3)
    } else {
        format!("{:.2}ms", nanos / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::super::batches::Took;
    use super::*;

    #[test]
    fn times_are_written_as_scenarios_read_them() {
        for (nanos, text) in
            [(0.2, "1ns"), (1_500.0, "1500ns"), (23_456.0, "23.5us"), (2.5e8, "250.00ms")]
        {
            assert_eq!(time(nanos), text);
        }
    }

    #[test]
    fn the_file_says_where_its_numbers_come_from() {
        let took = Took { median: 2e7, quartiles: (1.9e7, 2.2e7), times: 21 };
        let all = [
            Measured { key: Some("bcrypt"), what: "bcrypt", took },
            Measured { key: None, what: "gzip", took },
        ];
        let text = text(&all, false);
        assert!(text.starts_with(BEGIN) && text.contains("# Machine: "), "{text}");
        assert!(text.contains("\nbcrypt = \"20.00ms\" # bcrypt; 19.00ms to 22.00ms\n"), "{text}");
        assert!(text.contains("\n# gzip: 20.00ms; "), "{text}");
    }

    #[test]
    fn a_file_of_somebody_else_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("costs.toml");
        assert!(COSTS.check(&path).is_ok());
        fs::write(&path, BEGIN).expect("written");
        assert!(COSTS.check(&path).is_ok());
        fs::write(&path, "mine").expect("written");
        assert!(COSTS.check(&path).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
