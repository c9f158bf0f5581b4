//! Which keys of a scenario hold a choice: one of several alternatives that do not mix.

use super::overlay::Choices;

/// The choices of the scenario format.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Format;

/// Keys whose value is a distribution, a rate, a number of times, arrivals, a popularity or
/// a capacity, wherever they stand.
pub(super) const KEYS: &[&str] = &[
    "after",
    "arrivals",
    "at",
    "backend_queue",
    "backoff",
    "batch",
    "boot",
    "capacity",
    "connect",
    "copy",
    "cost",
    "cpu",
    "discovered",
    "every",
    "for",
    "handshake",
    "hit",
    "interval",
    "latency",
    "length",
    "mtbf",
    "mttr",
    "poisson",
    "popularity",
    "queue_timeout",
    "read",
    "regular",
    "resumption",
    "service",
    "sign",
    "size",
    "stay",
    "think",
    "time",
    "times",
    "total",
    "uses",
    "verify",
    "visits",
    "wait",
];

impl Choices for Format {
    fn is_choice(&self, path: &[&str]) -> bool {
        match path {
            // What stands there are names that the user gave.
            [_] | [_, _] | ["link", _, _] => false,
            [.., "overhead", "request" | "response"] => true,
            [.., key] => KEYS.contains(key),
            [] => false,
        }
    }

    fn goes_along(&self, path: &[&str], key: &str) -> bool {
        path.last() == Some(&"arrivals") && key == "batch"
    }
}
