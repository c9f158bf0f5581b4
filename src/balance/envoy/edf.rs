//! Envoy's scheduler: earliest deadline first.
//!
//! A host that is taken gets the deadline of now plus one over its weight; the earliest deadline
//! is next, and of equal ones that which was put in first. *Source*: `EdfScheduler`, with
//! `createWithPicks` for a random start.

use super::super::Backend;
use super::super::backend::Candidates;
use super::is_healthy;

/// Deadlines of all hosts.
#[derive(Debug, Clone)]
pub(super) struct Edf {
    /// Deadline and order of insertion; `None` for a host that is down.
    hosts: Vec<Option<(f64, u64)>>,
    now: f64,
    inserted: u64,
}

impl Edf {
    /// The scheduler as it is after so many choices.
    pub(super) fn new(backends: &[Backend], weight: impl Fn(&Backend) -> f64, picks: u32) -> Self {
        let up = || backends.iter().filter(|backend| is_healthy(backend));
        let total: f64 = up().map(&weight).sum();
        let mut it = Self { hosts: Vec::with_capacity(backends.len()), now: 0.0, inserted: 0 };
        let mut done = 0;
        for backend in backends {
            if !is_healthy(backend) {
                it.hosts.push(None);
                continue;
            }
            let weight = weight(backend);
            // The whole part of what a host has had of these choices.
            let had = (f64::from(picks) * weight / total).floor();
            it.hosts.push(Some(((had + 1.0) / weight, it.inserted)));
            it.now = it.now.max(had / weight);
            it.inserted += 1;
            #[allow(clippy::cast_possible_truncation, reason = "at most `picks`")]
            #[allow(clippy::cast_sign_loss, reason = "a quotient of positive numbers")]
            {
                done += had as u32;
            }
        }
        for _ in done..picks {
            if let Some(first) = it.first(|_| true) {
                it.put(first, weight(&backends[first]));
            }
        }
        it
    }

    /// The next open host, which is put back with `weight`; those passed over are put back too.
    pub(super) fn pick(
        &mut self,
        among: Candidates<'_>,
        weight: impl Fn(&Backend) -> f64,
    ) -> Option<usize> {
        let first = self.first(|host| among.is_open(host))?;
        self.put(first, weight(&among.backends[first]));
        Some(first)
    }

    fn first(&self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let up = self.hosts.iter().enumerate().filter(|(host, _)| fits(*host));
        let due =
            up.filter_map(|(host, entry)| entry.map(|(deadline, order)| (host, deadline, order)));
        let earliest =
            |a: &(usize, f64, u64), b: &(usize, f64, u64)| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2));
        due.min_by(earliest).map(|(host, _, _)| host)
    }

    fn put(&mut self, host: usize, weight: f64) {
        let Some((deadline, _)) = self.hosts[host] else { return };
        self.now = self.now.max(deadline);
        self.hosts[host] = Some((self.now + 1.0 / weight, self.inserted));
        self.inserted += 1;
    }
}
