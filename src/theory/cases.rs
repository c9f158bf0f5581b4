//! The ground truth that the formulas are tested against: a table of cases in groups.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

const TEXT: &str = include_str!("../../tests/data/theory/cases.json");

/// Expected values have twelve digits.
const TOLERANCE: f64 = 1e-10;

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

/// One case: parameters, and what a station with them does.
#[derive(Deserialize)]
pub(super) struct Case {
    id: String,
    group: String,
    parameters: BTreeMap<String, Value>,
    expected: BTreeMap<String, f64>,
    tolerance: Value,
}

impl Case {
    /// The parameter called `name`.
    pub(super) fn number(&self, name: &str) -> f64 {
        self.parameters[name].as_f64().expect("a number")
    }

    /// The whole parameter called `name`.
    pub(super) fn whole(&self, name: &str) -> u32 {
        let number = self.parameters[name].as_u64().expect("a whole number");
        u32::try_from(number).expect("a small number")
    }

    /// The parameter called `name`, a text.
    pub(super) fn text(&self, name: &str) -> &str {
        self.parameters[name].as_str().expect("a text")
    }

    /// The parameter called `name`, a list of numbers.
    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        let list = self.parameters[name].as_array().expect("a list");
        list.iter().map(|number| number.as_f64().expect("a number")).collect()
    }

    /// The expected value called `name`.
    pub(super) fn expectation(&self, name: &str) -> f64 {
        self.expected[name]
    }

    /// The relative tolerance that simulations are given, and for how many requests.
    pub(super) fn statistical_tolerance(&self) -> (f64, u64) {
        let tolerance = &self.tolerance;
        let requests = tolerance["requests_total"].as_u64().expect("a count");
        (tolerance["rel"].as_f64().expect("a number"), requests)
    }
}

/// The cases of `group`, of which there is at least one.
pub(super) fn of(group: &str) -> Vec<Case> {
    let table: Table = serde_json::from_str(TEXT).expect("the table is well-formed");
    let cases: Vec<Case> = table.cases.into_iter().filter(|case| case.group == group).collect();
    assert!(!cases.is_empty(), "no cases of {group}");
    cases
}

/// Checks that `formula` gives every expected value of every case of `group`, except those whose
/// names begin with one of `unknown`.
pub(super) fn check(group: &str, unknown: &[&str], formula: impl Fn(&Case) -> Vec<(String, f64)>) {
    for case in of(group) {
        let computed: BTreeMap<String, f64> = formula(&case).into_iter().collect();
        for (name, expected) in &case.expected {
            if unknown.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            let id = &case.id;
            let Some(value) = computed.get(name) else { panic!("{id}: no {name}") };
            let error = (value - expected).abs();
            assert!(error <= TOLERANCE * expected.abs(), "{id} {name}: {value}, not {expected}");
        }
    }
}

/// Values with the names that the table gives them.
pub(super) fn named<const N: usize>(values: [(&str, f64); N]) -> Vec<(String, f64)> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The quantiles of `kind` (`wait`, `sojourn`) that the table has.
pub(super) fn quantiles(kind: &str, of: impl Fn(f64) -> f64) -> Vec<(String, f64)> {
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99_9", 0.999)]
        .map(|(name, p)| (format!("{kind}_{name}"), of(p)))
        .into()
}

/// Mean values with the names that the table gives them.
pub(super) fn means(means: super::Means) -> Vec<(String, f64)> {
    named([
        ("throughput", means.throughput),
        ("utilization", means.utilisation),
        ("Wq", means.wait),
        ("W", means.sojourn),
        ("Lq", means.queue),
        ("L", means.in_system),
    ])
}
