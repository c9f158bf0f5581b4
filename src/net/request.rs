//! The request: the user's whole question, from intent to final outcome; and the session that it
//! may belong to.

use super::TimerId;
use super::exchange::{Part, Parts};
use crate::auth::Errand;
use crate::fact::Asked;
use crate::id::{ExchangeId, NodeId, RequestId, SessionId};
use crate::rng::Key;
use crate::time::Time;

/// One request in flight, over all its attempts.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asked for what.
    pub asked: Asked,
    /// The session that it belongs to, or none.
    pub session: SessionId,
    /// The exchange of its present attempt.
    pub root: ExchangeId,
    /// Where its time is put down.
    pub account: Account,
    /// The account of the branch that was opened last: a place, or 0 for none.
    pub branches: u32,
    /// Exchanges and branches of it that are in flight.
    pub live: u32,
    /// Attempts made so far.
    pub attempts: u16,
    /// The row of the trace that it came from.
    pub row: u32,
    /// The timer of its total time-out.
    pub timer: TimerId,
    /// The timer of the pause before its next attempt.
    pub again: TimerId,
    /// Who makes it, if an identity is kept of them: a place, or `u32::MAX` for nobody.
    pub person: u32,
    /// What it is made for.
    pub errand: Errand,
    /// Whether its maker held a credential when its present attempt left, to go with it.
    pub shows: bool,
    /// Whether its user has an outcome already, so that an answer comes too late.
    pub over: bool,
}

impl Default for Request {
    /// One that nobody has asked for yet.
    #[inline]
    fn default() -> Self {
        Self {
            asked: Asked::default(),
            session: SessionId::NONE,
            root: ExchangeId::NONE,
            account: Account::default(),
            branches: 0,
            live: 0,
            attempts: 1,
            row: u32::MAX,
            timer: TimerId::NONE,
            again: TimerId::NONE,
            person: u32::MAX,
            errand: Errand::Page,
            shows: false,
            over: false,
        }
    }
}

impl Request {
    /// Whether its user still waits for the answer to this attempt.
    #[inline]
    #[must_use]
    pub fn waits_for(&self, attempt: ExchangeId) -> bool {
        !self.over && self.root == attempt
    }
}

/// A user who is there now: a closed loop's user, or somebody in the middle of a visit. A user
/// who is not there costs nothing: what belongs to them is a function of their key. Aligned to a
/// line of the cache: of a hundred thousand, the one who wakes is in none.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Session {
    /// The client group.
    pub client: NodeId,
    /// Which user of it, from 0.
    pub user: u64,
    /// How many requests the user has made.
    pub ordinal: u64,
    /// The user's identity.
    pub key: Key,
    /// The request that the user waits for, if any.
    pub request: Option<RequestId>,
    /// How many pages a visitor still looks at.
    pub pages: u32,
    /// When a visitor goes at the latest.
    pub until: Time,
    /// What is kept of the user's identity: a place, or `u32::MAX` for nothing.
    pub person: u32,
}

impl Session {
    /// That of a user who is there without an end.
    #[must_use]
    pub const fn new(client: NodeId, user: u64, key: Key) -> Self {
        let until = Time::NEVER;
        let (ordinal, pages, person) = (0, u32::MAX, u32::MAX);
        Self { client, user, ordinal, key, request: None, pages, until, person }
    }
}

/// Where the time of one path is put down: nanoseconds by part, and since when the present part
/// has lasted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Account {
    /// What has been spent.
    pub parts: Parts,
    /// Up to when.
    pub mark: Time,
}

/// The account of a branch of a request. That at place 0 is nobody's.
#[derive(Debug, Clone, Copy, Default)]
pub struct BranchAccount {
    /// Where the time of the branch is put down.
    pub account: Account,
    /// The place of the account of the branch that was opened before; 0 for none.
    pub next: u32,
}

impl Account {
    /// Puts the time since the last entry down as `part`.
    #[inline(always)]
    pub fn spend(&mut self, part: Part, now: Time) {
        self.parts.0[part as usize] += now.since(self.mark).0;
        self.mark = now;
    }
}
