//! A session: the cookie is only a name, and what it names is kept by the servers, so every request
//! costs a look-up, and log-out is immediate and final (OWASP, "Session Management Cheat Sheet").

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{AuthPlan, Credential, Ends, Record, Shown, Verdict};
use crate::dist::Dist;
use crate::time::{Span, Time};
use crate::unit::Bytes;

/// What a scenario says of sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSpec {
    /// The session store that keeps them; needed if they are `shared`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub store: Option<Spanned<String>>,
    /// Who keeps them; `shared` by default.
    pub keep: Keep,
    /// How long a session lives without a request; 30 minutes by default.
    pub idle: Span,
    /// How long a session lives at most; 12 hours by default.
    pub absolute: Span,
    /// How long the last write of a session may lie back before a request writes its time anew: 0s
    /// by default, a write for each request. Idle time counts from the last write.
    pub write_every: Span,
    /// How old a copy may be that the replica that asked for it last uses when the store does not
    /// answer; 0s by default: an outage of the store lets nobody in.
    pub stale: Span,
    /// How many sessions the store holds; when there are more, the one that was written longest ago
    /// goes. By default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub capacity: Option<u32>,
    /// The demand, on the cores of who checks, of copying a write to all other replicas; only
    /// `replicated` sessions have it. None by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<Dist<Span>>,
    /// Whether a log-in gives the session a new name, so that nobody has set it before; true by
    /// default. False is the fault that session fixation lives on.
    pub renew_at_login: bool,
    /// Bytes of the cookie with its name; 48 B by default.
    pub bytes: Bytes,
    /// What a session takes of the `memory` of the servers that keep it (`local`, `sticky` and
    /// `replicated`); nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Whether something is lost with a session, such as a shopping cart.
    pub cart: bool,
}

impl Default for SessionSpec {
    fn default() -> Self {
        Self {
            store: None,
            keep: Keep::Shared,
            idle: Span::from_secs(30 * 60),
            absolute: Span::from_secs(12 * 3_600),
            write_every: Span::ZERO,
            stale: Span::ZERO,
            capacity: None,
            copy: None,
            renew_at_login: true,
            bytes: Bytes(48),
            memory: None,
            cart: false,
        }
    }
}

/// Who keeps the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// A session store of its own, which all replicas ask.
    #[default]
    Shared,
    /// The memory of the replica that answered the log-in; other replicas know nothing of them.
    Local,
    /// The same behind a balancer that sends each session to its own replica.
    Sticky,
    /// The memory of every replica: each write is copied to all.
    Replicated,
}

impl Keep {
    /// Whether a session is known to a single replica alone.
    #[must_use]
    pub const fn is_at_one_replica(self) -> bool {
        matches!(self, Self::Local | Self::Sticky)
    }
}

/// A session is accepted if its record is there, known here, and neither idle nor old for too long.
pub(super) fn verdict(plan: &AuthPlan, shown: &Shown<'_>) -> Verdict {
    let rules = &plan.sessions;
    let (Some(cookie), Some(record)) = (shown.credential, shown.record) else {
        return Verdict::Missing;
    };
    let ends = ends(plan, cookie, Some(record));
    if shown.now >= ends.revoked {
        Verdict::Revoked
    } else if record.losses != shown.losses {
        Verdict::Lost
    } else if rules.keep.is_at_one_replica() && record.home != shown.replica {
        Verdict::Elsewhere
    } else {
        ends.verdict(shown.now)
    }
}

/// A session ends when it was idle for too long or is too old. A cookie that names none has ended:
/// a new log-in makes a new session, under a new name.
pub(super) fn ends(plan: &AuthPlan, cookie: &Credential, record: Option<&Record>) -> Ends {
    let rules = &plan.sessions;
    match record.filter(|record| !record.ended && record.created == cookie.issued) {
        Some(record) => Ends {
            expires: (record.touched + rules.idle).min(record.created + rules.absolute),
            revoked: Time::NEVER,
        },
        None => Ends { expires: Time::NEVER, revoked: Time::ZERO },
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scheme;
    use super::super::plan::tests::plan;
    use super::*;

    const RECORD: Record =
        Record { home: 2, losses: 1, touched: Time(1_000), ..Record::new(Time(0)) };

    #[track_caller]
    fn check(keep: Keep, record: Option<Record>, now: u64, expected: Verdict) {
        let mut plan = plan(Scheme::Session);
        let rules = &mut plan.sessions;
        (rules.keep, rules.idle, rules.absolute) = (keep, Span(500), Span(3_000));
        let credential = Credential::new(Time(0), Span(3_000));
        let shown = Shown {
            credential: Some(&credential),
            record: record.as_ref(),
            replica: 2,
            losses: 1,
            now: Time(now),
        };
        assert_eq!(Scheme::Session.verdict(&plan, &shown), expected);
    }

    #[test]
    fn a_session_lives_until_it_was_idle_for_too_long_or_is_too_old() {
        check(Keep::Shared, Some(RECORD), 1_500, Verdict::Accepted);
        check(Keep::Shared, Some(RECORD), 1_501, Verdict::Expired);
        let busy = Record { touched: Time(2_900), ..RECORD };
        check(Keep::Shared, Some(busy), 3_000, Verdict::Accepted);
        check(Keep::Shared, Some(busy), 3_001, Verdict::Expired);
    }

    #[test]
    fn log_out_is_immediate_and_final_and_a_lost_memory_knows_nobody() {
        check(Keep::Shared, Some(Record { ended: true, ..RECORD }), 1_001, Verdict::Revoked);
        check(Keep::Shared, Some(Record { losses: 0, ..RECORD }), 1_001, Verdict::Lost);
        check(Keep::Shared, None, 1_001, Verdict::Missing);
        check(Keep::Shared, Some(Record::new(Time(900))), 1_001, Verdict::Revoked);
    }

    #[test]
    fn another_replica_knows_a_session_only_if_it_is_copied_or_in_a_store() {
        let elsewhere = Record { home: 0, ..RECORD };
        check(Keep::Local, Some(elsewhere), 1_001, Verdict::Elsewhere);
        check(Keep::Sticky, Some(elsewhere), 1_001, Verdict::Elsewhere);
        check(Keep::Replicated, Some(elsewhere), 1_001, Verdict::Accepted);
        check(Keep::Shared, Some(elsewhere), 1_001, Verdict::Accepted);
        check(Keep::Sticky, Some(RECORD), 1_001, Verdict::Accepted);
    }
}
