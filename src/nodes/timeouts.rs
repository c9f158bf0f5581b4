//! How long callers wait. Connect, read and total are timers of their own: each catches something
//! that the others do not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::net::Unwanted;
use crate::time::Span;

/// How long a client waits, and what becomes of the work when it has gone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TimeoutSpec {
    /// For a connection, from when one is wanted until it is there with its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<Dist<Span>>,
    /// For the answer, from when the request has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<Dist<Span>>,
    /// From the intent to the outcome, over all attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Dist<Span>>,
    /// What becomes of the work: `abandon` by default.
    pub late: Late,
}

/// How long a node waits for those that it calls, and what becomes of their work when it no longer
/// does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallTimeoutSpec {
    /// For a connection, from when one is wanted until it is there with its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<Dist<Span>>,
    /// For the answer, from when the call has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<Dist<Span>>,
    /// What becomes of the work: `abandon` by default.
    pub late: Late,
}

/// What becomes of work when its caller has given up. The three give three different answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// The caller is gone, the work is done all the same.
    #[default]
    Abandon,
    /// Work that still waits unserved is dropped where it waits; what is being served is finished.
    Drop,
    /// Work stops wherever it is.
    Cancel,
}

impl Late {
    /// What the callee is told; nothing if the work is done all the same.
    #[must_use]
    pub const fn word(self) -> Option<Unwanted> {
        match self {
            Self::Abandon => None,
            Self::Drop => Some(Unwanted::Drop),
            Self::Cancel => Some(Unwanted::Cancel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_may_be_left_out_and_late_work_is_done_all_the_same() {
        let spec: TimeoutSpec = toml::from_str("read = \"2s\"").expect("sound");
        assert!(spec.connect.is_none() && spec.total.is_none());
        assert_eq!(spec.late.word(), None);
        let spec: CallTimeoutSpec =
            toml::from_str("connect = \"300ms\"\nlate = \"cancel\"").expect("sound");
        assert_eq!(spec.late.word(), Some(Unwanted::Cancel));
        assert!(toml::from_str::<CallTimeoutSpec>("total = \"1s\"").is_err());
    }
}
