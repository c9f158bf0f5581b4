//! Processor sharing: every job gets min(1, cores / jobs) of a core.
//!
//! Jobs are kept by the *attained service* at which they end: a virtual clock that runs at the
//! speed of one job (Kleinrock, *Queueing Systems*, volume 2, 1976, section 4.4). An arrival or a
//! departure changes that speed for all, yet moves no job: only the time of the first end is
//! computed anew. The clock is an integer with 32 bits below the nanosecond.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::id::ExchangeId;
use crate::net::TimerId;
use crate::time::{Span, Time};

/// Bits of the virtual clock below the nanosecond.
const FRACTION_BITS: u32 = 32;

/// The jobs that share the cores of one replica.
#[derive(Debug)]
pub(super) struct Sharing {
    cores: u64,
    /// Attained service of a job that has been there for ever.
    clock: u128,
    updated: Time,
    /// By the clock at which they end, then by arrival.
    jobs: BinaryHeap<Reverse<(u128, u64, ExchangeId)>>,
    arrivals: u64,
    /// The timer of the first end.
    pub(super) timer: TimerId,
}

impl Sharing {
    /// No jobs.
    pub(super) fn new(cores: u32) -> Self {
        Self {
            cores: u64::from(cores),
            clock: 0,
            updated: Time::ZERO,
            jobs: BinaryHeap::new(),
            arrivals: 0,
            timer: TimerId::NONE,
        }
    }

    /// A job of so many nanoseconds of work comes.
    pub(super) fn add(&mut self, id: ExchangeId, work: u64, now: Time) {
        self.advance(now);
        let end = self.clock + (u128::from(work) << FRACTION_BITS);
        self.jobs.push(Reverse((end, self.arrivals, id)));
        self.arrivals += 1;
    }

    /// The job that ends first is done.
    pub(super) fn take_first(&mut self, now: Time) -> Option<ExchangeId> {
        self.advance(now);
        self.jobs.pop().map(|Reverse((_, _, id))| id)
    }

    /// A job is taken away before its end.
    pub(super) fn take(&mut self, id: ExchangeId, now: Time) {
        self.advance(now);
        self.jobs.retain(|Reverse((_, _, other))| *other != id);
    }

    /// How long it is until the first job ends if nothing comes between; rounded up, so that no
    /// job ends before its work is done.
    pub(super) fn next_end(&self) -> Option<Span> {
        let Reverse((end, _, _)) = self.jobs.peek()?;
        let left = end.saturating_sub(self.clock) * u128::from(self.jobs.len() as u64);
        let speed = u128::from(self.active()) << FRACTION_BITS;
        Some(Span(u64::try_from(left.div_ceil(speed)).unwrap_or(u64::MAX)))
    }

    /// How many cores are at work.
    pub(super) fn busy(&self) -> u32 {
        u32::try_from(self.active()).unwrap_or(u32::MAX)
    }

    fn active(&self) -> u64 {
        self.cores.min(self.jobs.len() as u64)
    }

    /// Runs the virtual clock up to `now`.
    fn advance(&mut self, now: Time) {
        let span = u128::from(now.since(self.updated).0) << FRACTION_BITS;
        self.updated = now;
        if self.jobs.is_empty() {
            // Nobody remembers the clock, so it starts again and never grows without limit.
            self.clock = 0;
        } else {
            self.clock += span * u128::from(self.active()) / u128::from(self.jobs.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_jobs_on_one_core_run_at_half_speed_each() {
        let mut sharing = Sharing::new(1);
        sharing.add(ExchangeId(0), 100, Time(0));
        assert_eq!(sharing.next_end(), Some(Span(100)));
        sharing.add(ExchangeId(1), 30, Time(40));
        assert_eq!(sharing.next_end(), Some(Span(60)), "60 and 30 are left, each at half speed");
        assert_eq!(sharing.take_first(Time(100)), Some(ExchangeId(1)));
        assert_eq!(sharing.next_end(), Some(Span(30)));
        assert_eq!(sharing.take_first(Time(130)), Some(ExchangeId(0)));
        assert_eq!(sharing.next_end(), None);
    }

    #[test]
    fn jobs_run_at_full_speed_while_there_are_cores() {
        let mut sharing = Sharing::new(2);
        sharing.add(ExchangeId(0), 100, Time(0));
        sharing.add(ExchangeId(1), 100, Time(0));
        assert_eq!((sharing.next_end(), sharing.busy()), (Some(Span(100)), 2));
        sharing.add(ExchangeId(2), 100, Time(0));
        assert_eq!((sharing.next_end(), sharing.busy()), (Some(Span(150)), 2));
    }
}
