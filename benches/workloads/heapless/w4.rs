//! W4 with a ladder of those who think and a short sorted list of those who are served.

use super::ladder::Ladder;
use crate::laws::Laws;
use crate::models::w4::{CORES, SERVICE, THINK, USERS};
use crate::outcome::{Latencies, Outcome};
use crate::ring::Ring;

/// Who is at work: until when, since when, and who.
#[derive(Clone, Copy, Default)]
struct Work {
    until: u64,
    since: u64,
    user: u32,
}

/// Those who are served, the one who is done next last.
struct Cores {
    work: [Work; CORES],
    busy: usize,
}

/// Runs W4 until `end`.
pub fn run<L: Laws>(end: u64) -> Outcome {
    let mut laws = L::new("w4");
    let mut latencies = Latencies::new();
    let mut ladder = Ladder::new();
    let mut cores = Cores { work: [Work::default(); CORES], busy: 0 };
    let mut waiting: Ring<(u64, u32)> = Ring::new();
    for user in 0..USERS {
        ladder.put(0, laws.exponential(THINK), user);
    }
    loop {
        ladder.fill();
        let (wake, done) = (ladder.next(), cores.next());
        let now = wake.min(done);
        if now > end {
            break;
        }
        if wake <= done {
            let user = ladder.pop();
            if cores.busy < CORES {
                let until = now.wrapping_add(laws.exponential(SERVICE));
                cores.begin(Work { until, since: now, user });
            } else {
                waiting.push((now, user));
            }
        } else {
            let Work { since, user, .. } = cores.pop();
            latencies.record(now.wrapping_sub(since));
            ladder.put(now, now.wrapping_add(laws.exponential(THINK)), user);
            if !waiting.is_empty() {
                let (since, user) = waiting.pop();
                let until = now.wrapping_add(laws.exponential(SERVICE));
                cores.begin(Work { until, since, user });
            }
        }
    }
    latencies.outcome()
}

impl Cores {
    #[inline]
    fn next(&self) -> u64 {
        if self.busy == 0 { u64::MAX } else { self.work[(self.busy - 1) % CORES].until }
    }

    #[inline]
    fn pop(&mut self) -> Work {
        self.busy -= 1;
        self.work[self.busy % CORES]
    }

    /// Inserts from the end of those done next.
    #[inline]
    fn begin(&mut self, work: Work) {
        let mut at = self.busy % CORES;
        while at > 0 && self.work[at - 1].until < work.until {
            self.work[at] = self.work[at - 1];
            at -= 1;
        }
        self.work[at] = work;
        self.busy += 1;
    }
}
