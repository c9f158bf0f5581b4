//! The number of requests present end to end, averaged over equal slots of the run: what the
//! warm-up is found on.

use super::Level;
use crate::fact::{Fact, Observer};
use crate::time::{Span, Time};

/// Requests in flight by slot.
#[derive(Debug, Clone)]
pub struct Series {
    level: Level,
    slot: Span,
    ends: Time,
    before: u128,
    /// The average of each slot that is over.
    pub means: Vec<f64>,
}

impl Series {
    /// A series of so many slots over the run's `duration`.
    #[must_use]
    pub fn new(duration: Span, slots: u64) -> Self {
        let slot = Span((duration.0 / slots).max(1));
        let ends = Time::ZERO + slot;
        Self { level: Level::default(), slot, ends, before: 0, means: Vec::new() }
    }

    /// Closes all slots that end at or before `now`.
    #[allow(clippy::cast_precision_loss, reason = "an average for statistics")]
    pub fn close(&mut self, now: Time) {
        while now >= self.ends {
            self.level.flush(self.ends);
            let area = self.level.area() - self.before;
            self.before = self.level.area();
            self.means.push(area as f64 / self.slot.0 as f64);
            self.ends += self.slot;
        }
    }
}

impl Observer for Series {
    #[inline]
    fn advance(&mut self, now: Time) {
        if now >= self.ends {
            self.close(now);
        }
    }

    #[inline]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over two facts")]
        match fact {
            Fact::Issued(_) => self.level.raise(now),
            Fact::Finished { .. } => self.level.lower(now),
            _ => {}
        }
    }
}
