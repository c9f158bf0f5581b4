//! Follows single requests: their exchanges, and what the time of each went on.

mod record;
mod way;

use std::collections::BinaryHeap;
use std::ops::Range;

pub use record::{CallKind, CallTrace, RequestTrace, Stretch};
pub use way::{Piece, way};

use crate::fact::{Asked, CacheStatus, Fact, Observer, Place};
use crate::id::{ExchangeId, RequestId};
use crate::net::{Exchanges, Step};
use crate::rng::mix;
use crate::time::Time;

/// Which requests are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// So many, those whose hashed identity is least: the same in every variant. A smaller sample
    /// is the beginning of a larger one.
    Sample(usize),
    /// So many, those that took longest.
    Slowest(usize),
}

impl Kept {
    const fn count(self) -> usize {
        match self {
            Self::Sample(count) | Self::Slowest(count) => count,
        }
    }

    /// Those with the least rank are kept. Of a request under way, what it is at least.
    fn rank(self, asked: &Asked, now: Time) -> (u64, u64) {
        let keyed = mix(asked.key.0);
        match self {
            Self::Sample(_) => (keyed, 0),
            Self::Slowest(_) => (u64::MAX - now.since(asked.started).0, keyed),
        }
    }
}

/// Keeps the ways of some of the requests that end in a window.
#[derive(Debug)]
pub struct Tracer {
    kept: Kept,
    window: Range<Time>,
    /// Requests in flight, and those that are over while work for them goes on, by place.
    live: Vec<Option<Box<RequestTrace>>>,
    /// Of each exchange the place of its request, and its number among the calls of that.
    calls: Vec<Option<(u32, u32)>>,
    best: BinaryHeap<Ranked>,
    ended: u64,
}

/// A request that is kept, with its rank.
#[derive(Debug)]
struct Ranked((u64, u64), Box<RequestTrace>);

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl Tracer {
    /// Keeps requests that end in `window`: its beginning belongs to it, its end does not.
    #[must_use]
    pub fn new(kept: Kept, window: Range<Time>) -> Self {
        let (live, calls) = (Vec::new(), Vec::new());
        Self { kept, window, live, calls, best: BinaryHeap::new(), ended: 0 }
    }

    /// How many requests have ended in the window.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.ended
    }

    /// What was kept, in the order of its rank: a sample by its keys, the slowest first. The run
    /// ended at `end`.
    #[must_use]
    pub fn close(mut self, end: Time) -> Vec<RequestTrace> {
        for place in 0..self.live.len() {
            self.settle(place);
        }
        let best = self.best.into_sorted_vec().into_iter();
        let ended = |Ranked(_, mut trace): Ranked| {
            trace.run_end = end;
            *trace
        };
        best.map(ended).collect()
    }

    fn admits(&self, rank: (u64, u64)) -> bool {
        let count = self.kept.count();
        self.best.len() < count || self.best.peek().is_some_and(|worst| rank < worst.0)
    }

    fn issued(&mut self, asked: &Asked, now: Time) {
        let place = asked.request.index();
        if self.live.len() <= place {
            self.live.resize_with(place + 1, || None);
        }
        // Whatever had this place has no exchange any more.
        self.settle(place);
        // How long a request will take is not known yet.
        let may_be_kept = match self.kept {
            Kept::Slowest(_) => true,
            Kept::Sample(_) => self.admits(self.kept.rank(asked, now)),
        };
        if may_be_kept && now < self.window.end {
            self.live[place] = Some(Box::new(RequestTrace::new(*asked)));
        }
    }

    /// What is over stays where it is, since work for it may go on, unless it is not to be kept.
    fn finished(&mut self, place: RequestId, now: Time, fact: &Fact<'_>) {
        let Fact::Finished { asked, answer, attempts, parts } = fact else { return };
        let is_in_window = self.window.contains(&now);
        self.ended += u64::from(is_in_window);
        let is_wanted = is_in_window && self.admits(self.kept.rank(asked, now));
        let Some(slot) = self.live.get_mut(place.index()) else { return };
        if !is_wanted {
            *slot = None;
        } else if let Some(trace) = slot {
            trace.end = now;
            trace.is_over = true;
            (trace.answer, trace.attempts, trace.parts) = (*answer, *attempts, **parts);
        }
    }

    /// A request that is over and of which nothing is left goes where it is kept.
    fn settle(&mut self, place: usize) {
        let Some(trace) = self.live[place].take().filter(|trace| trace.is_over) else { return };
        let rank = self.kept.rank(&trace.asked, trace.end);
        if self.admits(rank) {
            self.best.push(Ranked(rank, trace));
            if self.best.len() > self.kept.count() {
                self.best.pop();
            }
        }
    }

    fn looked(&mut self, request: RequestId, by: Place, status: CacheStatus) {
        if let Some(Some(trace)) = self.live.get_mut(request.index()) {
            trace.looked(by, status);
        }
    }

    /// The request that an exchange belongs to, and its number among the calls of that.
    fn call(&mut self, id: ExchangeId) -> Option<(&mut RequestTrace, u32)> {
        let (place, number) = (*self.calls.get(id.index())?)?;
        let trace = self.live.get_mut(place as usize)?.as_deref_mut()?;
        Some((trace, number))
    }

    fn made(&mut self, id: ExchangeId, now: Time, exchanges: &Exchanges) {
        let exchange = exchanges.hot(id);
        let request = exchange.request;
        let parent = self.calls.get(exchange.parent.index()).copied().flatten();
        let live = self.live.get_mut(request.index());
        let made = live.and_then(Option::as_deref_mut).map(|trace| {
            let parent = parent.map(|(_, number)| number);
            (request.0, trace.made(exchange, exchanges.cold(id), parent, now))
        });
        self.put(id, made);
    }

    fn put(&mut self, id: ExchangeId, call: Option<(u32, u32)>) {
        if self.calls.len() <= id.index() {
            self.calls.resize(id.index() + 1, None);
        }
        self.calls[id.index()] = call;
    }
}

impl Observer for Tracer {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over a few facts")]
        match fact {
            Fact::Issued(asked) => self.issued(asked, now),
            Fact::Finished { asked, .. } => self.finished(asked.request, now, fact),
            Fact::Looked { by, request, status, .. } => self.looked(*request, *by, *status),
            Fact::Fetched { by, request, status, .. } if *status != CacheStatus::Refreshed => {
                // What was said at the look is known better now.
                self.looked(*request, *by, *status);
            }
            _ => {}
        }
    }

    fn follow(&mut self, now: Time, id: ExchangeId, step: Step<'_>) {
        match step {
            Step::Made(exchanges) => self.made(id, now, exchanges),
            Step::Replaces(old) => {
                let call = self.calls.get(old.index()).copied().flatten();
                self.put(old, None);
                self.put(id, call);
            }
            Step::Entered
            | Step::Spent { .. }
            | Step::Left { .. }
            | Step::Returned(_)
            | Step::TimedOut
            | Step::GivenUp
            | Step::Freed => {
                if let Some((trace, number)) = self.call(id) {
                    trace.stepped(number, now, id, step);
                }
            }
        }
    }
}
