//! W1 as a handler of events: one queue with one server.

use crate::heap::{Calendar, Model};
use crate::laws::Laws;
use crate::outcome::{Latencies, Outcome};
use crate::ring::Ring;

/// Means in nanoseconds: 0.8 requests a second, and a second each.
const GAP: f64 = 1.25e9;
const SERVICE: f64 = 1e9;

const ARRIVAL: u32 = 0;
const DONE: u32 = 1;

pub struct Queue<L> {
    laws: L,
    /// The arrivals of those who are here, the one in service first.
    here: Ring<u64>,
    latencies: Latencies,
}

impl<L: Laws> Queue<L> {
    pub fn new() -> Self {
        Self { laws: L::new("w1"), here: Ring::new(), latencies: Latencies::new() }
    }
}

impl<L: Laws> Model for Queue<L> {
    fn begin(&mut self, calendar: &mut impl Calendar) {
        calendar.put(self.laws.exponential(GAP), ARRIVAL);
    }

    #[inline]
    fn handle(&mut self, now: u64, event: u32, calendar: &mut impl Calendar) {
        if event == ARRIVAL {
            calendar.put(now.wrapping_add(self.laws.exponential(GAP)), ARRIVAL);
            if self.here.is_empty() {
                calendar.put(now.wrapping_add(self.laws.exponential(SERVICE)), DONE);
            }
            self.here.push(now);
        } else {
            let arrived = self.here.pop();
            if !self.here.is_empty() {
                calendar.put(now.wrapping_add(self.laws.exponential(SERVICE)), DONE);
            }
            self.latencies.record(now.wrapping_sub(arrived));
        }
    }

    fn outcome(&self) -> Outcome {
        self.latencies.outcome()
    }
}
