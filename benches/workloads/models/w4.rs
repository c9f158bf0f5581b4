//! W4 as a handler of events: 100,000 users who think and ask one machine of 16 cores.

use crate::heap::{Calendar, Model};
use crate::laws::Laws;
use crate::outcome::{Latencies, Outcome};
use crate::ring::Ring;

pub const USERS: u32 = 100_000;
pub const CORES: usize = 16;
pub const THINK: f64 = 1e10;
pub const SERVICE: f64 = 1e6;

/// The highest bit of an event that ends a service; below it the core. Other events are a user's.
const DONE: u32 = 1 << 31;

/// Who asks, since when.
#[derive(Default, Clone, Copy)]
struct Asks {
    since: u64,
    user: u32,
}

pub struct Closed<L> {
    laws: L,
    at_work: [Asks; CORES],
    idle: Vec<u32>,
    waiting: Ring<Asks>,
    latencies: Latencies,
}

impl<L: Laws> Closed<L> {
    pub fn new() -> Self {
        Self {
            laws: L::new("w4"),
            at_work: [Asks::default(); CORES],
            idle: (0..16).collect(),
            waiting: Ring::new(),
            latencies: Latencies::new(),
        }
    }
}

impl<L: Laws> Model for Closed<L> {
    fn begin(&mut self, calendar: &mut impl Calendar) {
        for user in 0..USERS {
            calendar.put(self.laws.exponential(THINK), user);
        }
    }

    #[inline]
    fn handle(&mut self, now: u64, event: u32, calendar: &mut impl Calendar) {
        if event & DONE == 0 {
            let asks = Asks { since: now, user: event };
            if let Some(core) = self.idle.pop() {
                self.at_work[core as usize % CORES] = asks;
                calendar.put(now.wrapping_add(self.laws.exponential(SERVICE)), core | DONE);
            } else {
                self.waiting.push(asks);
            }
        } else {
            let core = event & !DONE;
            let asks = self.at_work[core as usize % CORES];
            if self.waiting.is_empty() {
                self.idle.push(core);
            } else {
                self.at_work[core as usize % CORES] = self.waiting.pop();
                calendar.put(now.wrapping_add(self.laws.exponential(SERVICE)), event);
            }
            self.latencies.record(now.wrapping_sub(asks.since));
            calendar.put(now.wrapping_add(self.laws.exponential(THINK)), asks.user);
        }
    }

    fn outcome(&self) -> Outcome {
        self.latencies.outcome()
    }
}
