//! The tier of four servers with two cores each, as eight times at which a core is done.

use crate::laws::Laws;
use crate::ring::Ring;

const SERVERS: usize = 4;
const CORES: usize = 8;

/// Bits below a time that say whose it is.
pub const WHO: u32 = 3;
/// What never happens.
pub const NEVER: u64 = u64::MAX;

pub struct Tier {
    /// When each core is done, in the bits above its number.
    done: [u64; CORES],
    /// Since when the request at each core is on its way.
    since: [u64; CORES],
    waiting: [Ring<u64>; SERVERS],
    turn: usize,
}

impl Tier {
    pub fn new() -> Self {
        Self {
            done: [NEVER; CORES],
            since: [0; CORES],
            waiting: std::array::from_fn(|_| Ring::new()),
            turn: 0,
        }
    }

    /// When the next core is done.
    #[inline]
    pub fn next(&self) -> u64 {
        let [a, b, c, d, e, f, g, h] = self.done;
        a.min(b).min(c.min(d)).min(e.min(f).min(g.min(h)))
    }

    /// Sends a request to the server whose turn it is.
    #[inline]
    pub fn send(&mut self, now: u64, since: u64, laws: &mut impl Laws) {
        let server = self.turn % SERVERS;
        self.turn = self.turn.wrapping_add(1);
        let core = 2 * server + usize::from(self.done[2 * server] != NEVER);
        if self.done[core] == NEVER {
            self.begin(now, core, since, laws);
        } else {
            self.waiting[server].push(since);
        }
    }

    /// The core that is next is done at `now`: since when its request is on its way.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the lowest bits are meant")]
    pub fn finish(&mut self, now: u64, next: u64, laws: &mut impl Laws) -> u64 {
        let core = next as usize % CORES;
        let since = self.since[core];
        if self.waiting[core / 2].is_empty() {
            self.done[core] = NEVER;
        } else {
            let waited = self.waiting[core / 2].pop();
            self.begin(now, core, waited, laws);
        }
        since
    }

    #[inline]
    fn begin(&mut self, now: u64, core: usize, since: u64, laws: &mut impl Laws) {
        self.done[core] = now.wrapping_add(laws.page()) << WHO | core as u64;
        self.since[core] = since;
    }
}
