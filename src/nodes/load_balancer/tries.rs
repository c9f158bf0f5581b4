//! What a balancer remembers of a request between its attempts.

use super::LoadBalancer;
use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::net::{Ctx, TimerId};
use crate::outcome::Answer;
use crate::resilience::Outcome;
use crate::time::Time;

/// The attempts of one request that have failed.
#[derive(Debug, Clone)]
pub(super) struct Tries {
    /// The backends that are not to be tried next.
    pub(super) tried: Vec<u32>,
    /// Attempts made.
    pub(super) made: u32,
    /// Those of them that broke on a connection that had carried others before.
    pub(super) on_kept: u32,
    /// When the first was made.
    pub(super) since: Time,
    /// Whether the next one waits for a pause.
    pub(super) pauses: bool,
    /// The backend that is tried again after it, and counts the request until then; another one is
    /// chosen if there is none.
    pub(super) same: Option<u32>,
    /// Copies sent as the present attempt, the first included, whether they are still out or not.
    pub(super) copies: u32,
    /// When the next copy is sent.
    pub(super) hedge: TimerId,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            tried: Vec::new(),
            made: 0,
            on_kept: 0,
            since: Time::ZERO,
            pauses: false,
            same: None,
            copies: 0,
            hedge: TimerId::NONE,
        }
    }
}

impl Tries {
    /// Before the second attempt of a request whose first was made at `since`. The memory of
    /// another's is used again.
    pub(super) fn begin(&mut self, since: Time) {
        self.tried.clear();
        self.hedge = TimerId::NONE;
        (self.made, self.on_kept, self.since) = (0, 0, since);
        (self.pauses, self.same, self.copies) = (false, None, 0);
    }
}

impl LoadBalancer {
    /// Whether the caller is told nothing of a failure that no attempt follows: where HAProxy says
    /// nothing, the caller's connection breaks.
    pub(super) fn says_nothing<O: Observer>(
        &self,
        id: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let rule = self.care.as_ref().and_then(|care| care.rule.as_ref());
        let connection = ctx.cold(id).connection;
        let is_silent = ctx.is_on_kept(id)
            && rule.is_some_and(|rule| rule.closes_in_silence(Outcome::of(answer)));
        if is_silent {
            ctx.break_connection(connection);
        }
        is_silent
    }
}
