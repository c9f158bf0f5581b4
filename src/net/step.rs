//! What befalls a single exchange, told to those who follow requests on their way.
//!
//! Facts are what results are folded from; steps are told beside them, for traces alone. They carry
//! only what is at hand where they are told, and references to the tables of the run: where nobody
//! follows, telling one is no work.

use super::core::Ctx;
use super::exchange::{Exchanges, Part};
use crate::fact::{Exit, Observer};
use crate::id::ExchangeId;
use crate::outcome::Answer;
use crate::time::Time;

/// Something that befell an exchange at the present time.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// It was made: a call, a branch, a handshake, or work that stands beside another exchange.
    Made(&'a Exchanges),
    /// It takes the place of another, of which it is the continuation.
    Replaces(ExchangeId),
    /// It arrived at its node.
    Entered,
    /// Its time since then went on this part.
    Spent {
        /// The part, whether spent below the server that answers the user's endpoint or not.
        part: Part,
        /// Since when.
        since: Time,
    },
    /// It left its node.
    Left {
        /// How.
        exit: Exit,
        /// With which answer, if with one.
        answer: Option<Answer>,
    },
    /// Its answer is back at its caller, or, of a branch, at its parent.
    Returned(&'a Exchanges),
    /// Its caller will give it up, since a time-out of that is over.
    TimedOut,
    /// Its caller no longer waits for it.
    GivenUp,
    /// There is nothing of it any more.
    Freed,
}

impl<O: Observer> Ctx<'_, O> {
    /// Tells those who follow requests what befell an exchange.
    #[inline(always)]
    pub(super) fn tell(&mut self, id: ExchangeId, step: Step<'_>) {
        self.core.observer.follow(self.core.now, id, step);
    }

    /// Tells them that an exchange was made.
    #[inline(always)]
    pub fn made(&mut self, id: ExchangeId) {
        let core = &mut *self.core;
        core.observer.follow(core.now, id, Step::Made(&core.exchanges));
    }
}
