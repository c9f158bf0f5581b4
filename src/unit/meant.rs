//! Which unit somebody meant who wrote another name for it.

/// Names that are in use elsewhere, in lower case, and the units of scenarios that they stand for.
const NAMES: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("msec", "ms"),
    ("msecs", "ms"),
    ("millis", "ms"),
    ("millisecond", "ms"),
    ("milliseconds", "ms"),
    ("usec", "us"),
    ("µs", "us"),
    ("μs", "us"),
    ("micros", "us"),
    ("microseconds", "us"),
    ("nsec", "ns"),
    ("nanoseconds", "ns"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("rps", "/s"),
    ("qps", "/s"),
    ("tps", "/s"),
    ("hz", "/s"),
    ("req/s", "/s"),
    ("reqs/s", "/s"),
    ("requests/s", "/s"),
    ("/sec", "/s"),
    ("/second", "/s"),
    ("per s", "/s"),
    ("per second", "/s"),
    ("rpm", "/min"),
    ("/minute", "/min"),
    ("per minute", "/min"),
    ("/hour", "/h"),
    ("per hour", "/h"),
    ("byte", "B"),
    ("bytes", "B"),
    ("k", "kB"),
    ("m", "MB"),
    ("g", "GB"),
    ("bps", "bit/s"),
    ("kbps", "kbit/s"),
    ("mbps", "Mbit/s"),
    ("gbps", "Gbit/s"),
];

/// The one of `units` that is called `name` elsewhere, that `name` is without its `/s`, or from
/// which it differs in capitals alone.
pub(super) fn meant(name: &str, units: &[(&'static str, u64)]) -> Option<&'static str> {
    let lower = name.trim().to_lowercase();
    let other = NAMES.iter().find(|(known, _)| *known == lower).map(|(_, unit)| *unit);
    let units = || units.iter().map(|(unit, _)| *unit);
    let same = units().find(|unit| *unit == name.trim());
    let per_second = || units().find(|unit| unit.strip_suffix("/s") == Some(name.trim()));
    let named = || other.and_then(|other| units().find(|unit| *unit == other));
    let in_capitals = || units().find(|unit| unit.to_lowercase() == lower);
    same.or_else(named).or_else(per_second).or_else(in_capitals)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: &[(&str, u64)] = &[("ms", 1), ("s", 1), ("min", 1), ("h", 1), ("us", 1)];

    #[test]
    fn names_of_other_tools_are_known_where_the_quantity_has_the_unit() {
        let found = ["sec", "Seconds", "MS", "µs", " hours", "ms"].map(|name| meant(name, TIMES));
        assert_eq!(found, [Some("s"), Some("s"), Some("ms"), Some("us"), Some("h"), Some("ms")]);
        assert_eq!(meant("rps", TIMES), None);
        assert_eq!(meant("fortnights", TIMES), None);
    }

    #[test]
    fn every_unit_that_is_meant_is_one_of_some_quantity() {
        use crate::unit::{Bandwidth, Bytes, Quantity, Rate};
        let all = [Bandwidth::UNITS, Bytes::UNITS, Rate::UNITS, crate::time::Span::UNITS];
        for (name, unit) in NAMES {
            assert!(all.concat().iter().any(|(known, _)| known == unit), "{name}");
        }
    }
}
