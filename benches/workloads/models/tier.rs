//! The tier of four servers with two cores each that W2 and W3 share, in turn by requests.

use crate::laws::Laws;
use crate::ring::Ring;

pub const SERVERS: usize = 4;
const CORES: u32 = 2;

#[derive(Default, Clone, Copy)]
struct Load {
    busy: u32,
}

/// The servers; who waits is known by a number.
pub struct Tier {
    load: [Load; SERVERS],
    waiting: [Ring<u32>; SERVERS],
    turn: usize,
}

impl Tier {
    pub fn new() -> Self {
        Self {
            load: [Load::default(); SERVERS],
            waiting: std::array::from_fn(|_| Ring::new()),
            turn: 0,
        }
    }

    /// Sends a request to the server whose turn it is: its number, and how long the service takes
    /// if it begins at once.
    #[inline]
    pub fn send(&mut self, who: u32, laws: &mut impl Laws) -> (usize, Option<u64>) {
        let server = self.turn % SERVERS;
        self.turn = self.turn.wrapping_add(1);
        let load = &mut self.load[server];
        if load.busy == CORES {
            self.waiting[server].push(who);
            (server, None)
        } else {
            load.busy += 1;
            (server, Some(laws.page()))
        }
    }

    /// A service has ended: who begins now, and how long it takes.
    #[inline]
    pub fn done(&mut self, server: usize, laws: &mut impl Laws) -> Option<(u32, u64)> {
        let waiting = &mut self.waiting[server % SERVERS];
        if waiting.is_empty() {
            self.load[server % SERVERS].busy -= 1;
            return None;
        }
        Some((waiting.pop(), laws.page()))
    }
}
