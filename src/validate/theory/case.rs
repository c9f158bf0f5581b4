//! The cases: a table of parameters, expected values and tolerances.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::tolerance::Tolerance;

/// The table that is built in.
const TEXT: &str = include_str!("../../../tests/data/theory/cases.json");

/// One case. Lengths are seconds, rates are per second.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its name in the table.
    pub id: String,
    /// The kind of system.
    pub group: String,
    parameters: Map<String, Value>,
    expected: IndexMap<String, Value>,
    pub(super) tolerance: Tolerance,
}

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

/// The cases of a table written as JSON.
///
/// # Errors
/// If the text is no such table.
pub fn cases(text: &str) -> Result<Vec<Case>, String> {
    let table: Table = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(table.cases)
}

/// The cases that are built in.
#[must_use]
pub fn built_in() -> Vec<Case> {
    cases(TEXT).expect("the table in the program is well-formed")
}

impl Case {
    /// The parameter called `name`, a number.
    pub(super) fn number(&self, name: &str) -> Result<f64, String> {
        self.parameter(name, Value::as_f64)
    }

    /// The parameter called `name`, a whole number.
    pub(super) fn whole(&self, name: &str) -> Result<u32, String> {
        self.parameter(name, |value| {
            let number = value.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=4e9).contains(n))?;
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and in range, as was just seen"
            )]
            let whole = number as u32;
            Some(whole)
        })
    }

    /// The parameter called `name`, a text.
    pub(super) fn text(&self, name: &str) -> Result<&str, String> {
        self.parameter(name, Value::as_str)
    }

    /// The parameter called `name`, a truth value.
    pub(super) fn truth(&self, name: &str) -> Result<bool, String> {
        self.parameter(name, Value::as_bool)
    }

    /// The parameter called `name`, a list.
    pub(super) fn list(&self, name: &str) -> Result<&[Value], String> {
        self.parameter(name, |value| value.as_array().map(Vec::as_slice))
    }

    /// The parameter called `name`, a list of numbers.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f64>, String> {
        let numbers: Option<Vec<f64>> = self.list(name)?.iter().map(Value::as_f64).collect();
        numbers.ok_or_else(|| format!("`{name}` is a list of numbers"))
    }

    /// What is expected, in the order of the table.
    pub(super) fn expected(&self) -> impl Iterator<Item = (&str, f64)> {
        self.expected.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?)))
    }

    /// The expected value called `name`.
    pub(super) fn expectation(&self, name: &str) -> Option<f64> {
        self.expected.get(name)?.as_f64()
    }

    fn parameter<'a, T>(
        &'a self,
        name: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T, String> {
        let value = self.parameters.get(name).ok_or_else(|| format!("no parameter `{name}`"))?;
        read(value).ok_or_else(|| format!("`{name}` cannot be {value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own_and_something_expected() {
        let mut ids: Vec<String> = built_in().iter().map(|case| case.id.clone()).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(built_in().iter().all(|case| case.expected().count() > 0));
    }

    #[test]
    fn a_parameter_that_is_missing_or_of_another_kind_is_named() {
        let case = &built_in()[0];
        assert_eq!(case.number("nonsense"), Err("no parameter `nonsense`".to_owned()));
        assert_eq!(case.text("arrival_rate"), Err("`arrival_rate` cannot be 50".to_owned()));
    }
}
