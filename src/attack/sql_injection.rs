//! SQL injection: a request with a payload that is put into a query as text. A prepared statement
//! makes it data, whatever it says; a check of what comes and a filter before the server know
//! payloads by their form, and miss some; what the account of the database may not read does not
//! leak (OWASP, "SQL Injection Prevention Cheat Sheet": the options 1, 3 and least privilege).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::rng::{Key, Purpose};
use crate::time::Span;
use crate::unit::{Bytes, Probability};

const CHECKED: Purpose = Purpose::named("checked as input");

/// A query that is made of what comes with the requests for an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuerySpec {
    /// How many rows the tables behind it have: what an injection can reach.
    pub rows: u64,
    /// Bytes of a row; 200 B by default. The rows that leak travel to the attacker.
    #[serde(default = "row")]
    pub row_size: Bytes,
}

const fn row() -> Bytes {
    Bytes(200)
}

/// What stands against injections at an endpoint with a `query`, each optional.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueryDefencesSpec {
    /// Whether the query is a prepared statement.
    pub prepared: bool,
    /// A check of what comes, before any work (400).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_filter: Option<InputFilterSpec>,
    /// How many of the rows the account of the query may read (least privilege); all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privileges: Option<u64>,
}

/// A check of what comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputFilterSpec {
    /// How many of the payloads it knows: a share.
    pub catches: Probability,
    /// How many honest requests it takes for payloads, as when it forbids apostrophes in names: a
    /// share, none by default.
    #[serde(default)]
    pub false_positives: Probability,
    /// The demand on a core of the server; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Dist<Span>>,
}

/// What stands against injections, ready to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueryDefences {
    /// Whether the query is a prepared statement.
    pub prepared: bool,
    /// Shares of payloads and of honest requests that the check of what comes refuses.
    pub input_filter: [Probability; 2],
    /// Rows that the account may read.
    pub privileges: u64,
}

impl QueryDefences {
    /// Whether the check of what comes refuses the request of this key.
    #[must_use]
    pub fn refuses(&self, is_payload: bool, key: Key) -> bool {
        self.input_filter[usize::from(!is_payload)].happens(key.bits(CHECKED))
    }
}

/// What an injection that has reached the query comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryOutcome {
    /// The payload was data: the answer is that of any request.
    IsData,
    /// So many rows leak.
    Leaks(u64),
}

/// What an injection that has reached a query over so many rows comes to.
#[must_use]
pub fn injection(defences: &QueryDefences, rows: u64) -> QueryOutcome {
    if defences.prepared {
        QueryOutcome::IsData
    } else {
        QueryOutcome::Leaks(rows.min(defences.privileges))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: QueryDefences = QueryDefences {
        prepared: false,
        input_filter: [Probability::NEVER; 2],
        privileges: u64::MAX,
    };

    #[test]
    fn what_reaches_the_query_leaks_what_the_account_may_read_unless_it_is_data() {
        for (prepared, privileges, rows, expected) in [
            (false, u64::MAX, 10_000, QueryOutcome::Leaks(10_000)),
            (false, 50, 10_000, QueryOutcome::Leaks(50)),
            (false, 50, 20, QueryOutcome::Leaks(20)),
            (false, 0, 10_000, QueryOutcome::Leaks(0)),
            (true, u64::MAX, 10_000, QueryOutcome::IsData),
            (true, 0, 10_000, QueryOutcome::IsData),
        ] {
            let defences = QueryDefences { prepared, privileges, ..NONE };
            assert_eq!(injection(&defences, rows), expected, "{defences:?} {rows}");
        }
    }

    #[test]
    fn a_check_of_input_refuses_its_shares_of_payloads_and_of_honest_requests() {
        let share = |p| Probability::new(p).expect("a share");
        let defences = QueryDefences { input_filter: [share(0.7), share(0.02)], ..NONE };
        let count =
            |payload| (0..100_000).filter(|key| defences.refuses(payload, Key(*key))).count();
        assert!((69_500..70_500).contains(&count(true)), "{}", count(true));
        assert!((1_800..2_200).contains(&count(false)), "{}", count(false));
        assert!((0..1_000).all(|key| !NONE.refuses(true, Key(key))));
    }
}
