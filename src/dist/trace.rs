//! A value from the trace: `{ trace = "service" }`.
//!
//! Not a law: the value stands in the trace row of the request that it belongs to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::Measure;
use super::{Law, ReadFile, Spec};

/// The name of a trace column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Column(String);

impl<Q: Measure> Spec<Q> for Column {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        Err(format!(
            "`{{ trace = \"{}\" }}` stands only where a request's trace row is at hand, such as \
             the work of an endpoint that is asked for by a trace",
            self.0
        ))
    }
}

impl Column {
    /// The column called `name`.
    ///
    /// # Errors
    /// If the name is empty.
    pub fn new(name: String) -> Result<Self, String> {
        if name.trim().is_empty() {
            return Err("`trace` names a column of the trace, such as \"service\"".to_owned());
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::new(name)
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        column.0
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    #[test]
    fn the_column_is_told() {
        let dist = trial::dist(r#"{ trace = "service" }"#);
        assert_eq!(dist.trace_column(), Some("service"));
        assert_eq!(trial::dist(r#""5ms""#).trace_column(), None);
    }

    #[test]
    fn a_trace_is_no_law() {
        trial::refused(r#"{ trace = "service" }"#, "only where a request's trace row is at hand");
    }

    #[test]
    fn an_empty_column_is_refused() {
        trial::refused(r#"{ trace = "" }"#, "names a column of the trace");
        trial::refused("{ trace = 3 }", "expected a string");
    }
}
