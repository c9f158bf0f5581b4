//! The log of single requests: how a prediction is compared with a recording, row by row.

use std::collections::BinaryHeap;

use crate::fact::{Asked, CacheStatus, Fact, Observer, Place};
use crate::id::NodeId;
use crate::outcome::Answer;
use crate::rng::mix;
use crate::time::Time;

/// One request, from intent to outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Who asked for what, and when.
    pub asked: Asked,
    /// When its user had an outcome.
    pub end: Time,
    /// The outcome.
    pub answer: Answer,
    /// Attempts made.
    pub attempts: u32,
    /// The replicas that were chosen for it, in order.
    pub backends: Vec<Place>,
    /// What each cache that it came to did, in order.
    pub caches: Vec<(Place, CacheStatus)>,
}

/// Keeps all requests of a run, or a sample that is the same in every variant.
#[derive(Debug, Clone)]
pub struct RequestLog {
    sample: Option<usize>,
    rows: Vec<RequestRow>,
    /// Of a sample: the ranks of its rows, the highest first to go.
    ranks: BinaryHeap<(u64, usize)>,
    /// What was chosen for the requests in flight, by place in the slab.
    chosen: Vec<Vec<Choice>>,
    /// What caches did for the requests in flight.
    cached: Vec<Vec<(Place, CacheStatus)>>,
}

/// One choice of a replica.
#[derive(Debug, Clone, Copy)]
struct Choice {
    by: NodeId,
    at: Place,
    /// Whether nothing but a handshake has gone there.
    shakes: bool,
}

/// Adds a choice. A request that follows its handshake goes where that went: they are one choice.
fn choose(list: &mut Vec<Choice>, choice: Choice) {
    match list.last_mut() {
        Some(last)
            if last.shakes && !choice.shakes && (last.by, last.at) == (choice.by, choice.at) =>
        {
            *last = choice;
        }
        _ => list.push(choice),
    }
}

impl RequestLog {
    /// Keeps all requests, or `sample` of them: those whose hashed identity is least, so that
    /// variants under common random numbers sample the same ones.
    #[must_use]
    pub const fn new(sample: Option<usize>) -> Self {
        Self {
            sample,
            rows: Vec::new(),
            ranks: BinaryHeap::new(),
            chosen: Vec::new(),
            cached: Vec::new(),
        }
    }

    /// The rows by client, user and ordinal.
    #[must_use]
    pub fn into_rows(mut self) -> Vec<RequestRow> {
        self.rows.sort_by_key(|row| (row.asked.client, row.asked.user, row.asked.ordinal));
        self.rows
    }

    fn keep(&mut self, row: RequestRow) {
        let Some(sample) = self.sample else { return self.rows.push(row) };
        let rank = mix(row.asked.key.0);
        if self.rows.len() < sample {
            self.ranks.push((rank, self.rows.len()));
            self.rows.push(row);
        } else if let Some((highest, place)) = self.ranks.peek().copied()
            && rank < highest
        {
            self.ranks.pop();
            self.ranks.push((rank, place));
            self.rows[place] = row;
        }
    }
}

impl Observer for RequestLog {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over a few facts")]
        match fact {
            Fact::Issued(asked) => {
                let place = asked.request.index();
                if self.chosen.len() <= place {
                    self.chosen.resize(place + 1, Vec::new());
                    self.cached.resize(place + 1, Vec::new());
                }
                self.chosen[place].clear();
                self.cached[place].clear();
            }
            Fact::Picked { request, by, chosen, shakes } => {
                if let Some(list) = self.chosen.get_mut(request.index()) {
                    choose(list, Choice { by: *by, at: *chosen, shakes: *shakes });
                }
            }
            Fact::Looked { by, request, status, .. } => {
                if let Some(list) = self.cached.get_mut(request.index()) {
                    list.push((*by, *status));
                }
            }
            Fact::Fetched { by, request, status, .. } if *status != CacheStatus::Refreshed => {
                // What was said at the look is known better now. An earlier attempt may fetch while
                // a later one has its answer from the cache already: that one fetches nothing.
                let list = self.cached.get_mut(request.index());
                let fetches = |(at, said): &&mut (Place, CacheStatus)| at == by && said.fetches();
                if let Some((_, said)) = list.and_then(|list| list.iter_mut().rfind(fetches)) {
                    *said = *status;
                }
            }
            Fact::Finished { asked, answer, attempts, .. } => {
                let chosen = &self.chosen[asked.request.index()];
                let backends = chosen.iter().map(|choice| choice.at).collect();
                let (asked, answer, attempts) = (**asked, *answer, *attempts);
                let caches = self.cached[asked.request.index()].clone();
                self.keep(RequestRow { asked, end: now, answer, attempts, backends, caches });
            }
            _ => {}
        }
    }
}
