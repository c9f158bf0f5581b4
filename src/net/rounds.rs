//! Round trips of the keys' handshake that cost time alone: their messages have nobody but the two
//! kernels to send them again, and that is done when it is due, by the link as it is then.

use super::core::{Ctx, Kind};
use super::exchange::Part;
use super::link::{Direction, Missing, Transit};
use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::outcome::Reason;
use crate::time::Span;

/// What a message that was lost on its way down adds to its retransmission, which is put down in
/// [`Cold::repeats`](super::Cold::repeats): no SYN is counted there any more.
const DOWN: u32 = 256;

impl<O: Observer> Ctx<'_, O> {
    /// Lets an exchange that waits for its connection be at `stage` after a round trip of next to
    /// nothing over its link.
    pub(super) fn round(&mut self, id: ExchangeId, stage: u16) {
        self.cold(id).pending = stage;
        let (link, now) = (self.hot(id).link.index(), self.core.now);
        let transit = self.core.links[link].carry(now, Direction::Up, 0);
        self.makes_round(id, Direction::Up, transit);
    }

    /// Lets an exchange that waits for its connection be at `stage` when a word of next to nothing
    /// has come back over its link.
    pub(super) fn word_back(&mut self, id: ExchangeId, stage: u16) {
        self.cold(id).pending = stage;
        let (link, now) = (self.hot(id).link.index(), self.core.now);
        let transit = self.core.links[link].carry(now, Direction::Down, 0);
        self.makes_round(id, Direction::Down, transit);
    }

    /// Sends again what was lost of such a round, if anything was. Returns whether there was.
    pub(super) fn repeats_round(&mut self, id: ExchangeId) -> bool {
        let lost = std::mem::take(&mut self.cold(id).repeats);
        if lost == 0 {
            return false;
        }
        let way = if lost > DOWN { Direction::Down } else { Direction::Up };
        let round = u8::try_from(lost % DOWN).unwrap_or(u8::MAX);
        let missing = Missing { round, ..Missing::all(way) };
        if missing.is_given_up() {
            self.spend(id, Part::Tls);
            self.lose(id, Reason::Reset, Span::ZERO);
            return true;
        }
        let link = self.hot(id).link.index();
        let transit = self.core.links[link].carry_again(missing, false);
        self.makes_round(id, way, transit);
        true
    }

    /// What follows from what becomes of a message of a round: that of the other side, if it
    /// arrives.
    fn makes_round(&mut self, id: ExchangeId, way: Direction, transit: Transit) {
        let (link, now) = (self.hot(id).link.index(), self.core.now);
        let (span, end) = match transit {
            Transit::Arrives(up) if way == Direction::Up => {
                (up, self.core.links[link].carry(now, Direction::Down, 0))
            }
            Transit::Arrives(_) | Transit::Lost(..) => (Span::ZERO, transit),
        };
        let (rest, lost) = match end {
            Transit::Arrives(down) => (down, 0),
            Transit::Lost(pause, missing) => {
                let down = if missing.way == Direction::Down { DOWN } else { 0 };
                (pause, down + u32::from(missing.round))
            }
        };
        self.cold(id).repeats = lost;
        self.schedule(span + rest, Kind::Exchange(id));
    }
}
