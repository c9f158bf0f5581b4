//! `haproxy`, `round-robin` and `smooth-weighted-round-robin`: HAProxy's `roundrobin`.
//!
//! Every server has a position on a line that a counter walks along; taking a server moves it on
//! by the total weight over its own, remainders are carried. Servers that never ran stand in a
//! tree by weight, the heaviest first, and fill what would be holes; those whose position lies
//! beyond the present window wait in a third tree for the next one. Weights 3, 1 give `aaab`;
//! 3, 2, 1 `abacab`. *Use it* for machines of different size: a choice costs a logarithm in the
//! original, a look at each server here. *Weakness*: that of round robin. *Source*:
//! `src/lb_fwrr.c`, the fast weighted round robin.

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::{SCALE, is_usable};
use crate::rng::Stream;

/// The largest weight of HAProxy, in sixteenths: heavier servers come first by this minus theirs.
const MAX_WEIGHT: i64 = 4_096;

/// HAProxy's weighted round robin.
#[derive(Debug, Clone)]
pub struct Roundrobin {
    servers: Vec<Server>,
    /// Which of the two trees by weight holds the servers that have not run in this window; the
    /// other one holds those that wait for the next.
    fresh: Tree,
    position: i64,
    window: i64,
    next_window: i64,
    inserted: u64,
    /// Servers that were passed over in this choice.
    passed: Vec<usize>,
}

/// Where a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tree {
    /// Nowhere: it is down, or in the hands of a choice.
    Outside,
    /// In the first tree by weight.
    First,
    /// In the second tree by weight.
    Second,
    /// On the line.
    Line,
}

#[derive(Debug, Clone, Copy)]
struct Server {
    weight: i64,
    tree: Tree,
    /// Its order in the tree: by key, then by the time of insertion.
    key: i64,
    since: u64,
    next: i64,
    last: i64,
    rest: i64,
}

impl Balance for Roundrobin {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        let server = |backend: &Backend| Server {
            weight: weight(backend),
            tree: Tree::Outside,
            key: 0,
            since: 0,
            next: 0,
            last: 0,
            rest: 0,
        };
        let servers: Vec<Server> = backends.iter().map(server).collect();
        let total = servers.iter().map(|server| server.weight).sum();
        let mut it = Self {
            passed: Vec::with_capacity(servers.len()),
            servers,
            fresh: Tree::First,
            position: total,
            window: total,
            next_window: total,
            inserted: 0,
        };
        for server in 0..it.servers.len() {
            if it.servers[server].weight > 0 {
                it.put_by_weight(server, Tree::First);
            }
        }
        it
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        among.open().next()?;
        let mut switched = false;
        self.passed.clear();
        let picked = loop {
            if self.window == 0 {
                (self.position, self.window) = (self.next_window, self.next_window);
            }
            match self.first() {
                Some(server) => {
                    self.take(server);
                    if among.is_open(server) {
                        break Some(server);
                    }
                    self.passed.push(server);
                }
                None if switched => break None,
                None => {
                    switched = true;
                    self.fresh = self.waiting();
                    (self.position, self.window) = (self.next_window, self.next_window);
                }
            }
        };
        if let Some(server) = picked {
            self.put(server);
        }
        // Last in, first out, as the list in the original.
        while let Some(server) = self.passed.pop() {
            if switched {
                self.put_by_weight(server, self.fresh);
            } else {
                self.put(server);
            }
        }
        picked
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        let before = self.servers[backend].weight;
        let after = weight(&backends[backend]);
        if before == after {
            return;
        }
        self.next_window += after - before;
        self.servers[backend].weight = after;
        if after == 0 {
            self.servers[backend].tree = Tree::Outside;
        } else if before == 0 {
            let left = self.next_window + self.window - self.position;
            self.servers[backend].next = self.position + left / after;
            self.put(backend);
        } else if self.servers[backend].tree == self.fresh {
            self.put_by_weight(backend, self.fresh);
        } else {
            self.reweigh(backend);
        }
    }
}

impl Roundrobin {
    /// The tree by weight of those that wait for the next window.
    const fn waiting(&self) -> Tree {
        match self.fresh {
            Tree::First => Tree::Second,
            Tree::Second | Tree::Line | Tree::Outside => Tree::First,
        }
    }

    /// Who comes first: on the line if its position is reached, else one that has not run yet,
    /// else the first on the line all the same.
    fn first(&mut self) -> Option<usize> {
        let on_line = self.first_in(Tree::Line);
        if on_line.is_some_and(|server| self.servers[server].next <= self.position) {
            return on_line;
        }
        let Some(fresh) = self.first_in(self.fresh) else { return on_line };
        (self.servers[fresh].next, self.servers[fresh].rest) = (0, 0);
        Some(fresh)
    }

    fn first_in(&self, tree: Tree) -> Option<usize> {
        let inside = self.servers.iter().enumerate().filter(|(_, server)| server.tree == tree);
        inside.min_by_key(|(_, server)| (server.key, server.since)).map(|(index, _)| index)
    }

    /// Takes a server out of its tree and moves it on by its step.
    fn take(&mut self, server: usize) {
        let (total, position) = (self.next_window, self.position);
        let it = &mut self.servers[server];
        if it.next == 0 {
            it.next = position;
        }
        it.last = it.next;
        it.next += total / it.weight;
        it.rest += total % it.weight;
        if it.rest >= it.weight {
            it.rest -= it.weight;
            it.next += 1;
        }
        it.tree = Tree::Outside;
        self.position += 1;
    }

    /// Puts a server on the line, or among those that wait if it lies beyond the window.
    fn put(&mut self, server: usize) {
        let it = &mut self.servers[server];
        if it.weight == 0 {
            it.tree = Tree::Outside;
        } else if it.next >= 2 * self.window || it.next >= self.window + self.next_window {
            it.next -= self.window;
            self.put_by_weight(server, self.waiting());
        } else {
            self.inserted += 1;
            let scale = i64::from(SCALE);
            let key = 256 * it.next + (MAX_WEIGHT + it.rest - it.weight) / scale;
            (it.key, it.since, it.tree) = (key, self.inserted, Tree::Line);
        }
    }

    fn put_by_weight(&mut self, server: usize, tree: Tree) {
        self.inserted += 1;
        let it = &mut self.servers[server];
        (it.key, it.since, it.tree) = (MAX_WEIGHT - it.weight, self.inserted, tree);
    }

    /// Gives a server that is up the place that another weight gives it.
    fn reweigh(&mut self, server: usize) {
        let (window, position, total) = (self.window, self.position, self.next_window);
        let waits = self.servers[server].tree == self.waiting();
        let it = &mut self.servers[server];
        if waits {
            it.next += window;
        }
        let (before, step) = (it.next, total / it.weight);
        it.rest = 0;
        it.next = (it.last + step).min(before);
        if it.next < position + 2 {
            it.next = position + step;
        }
        self.put(server);
    }
}

/// The weight in sixteenths; that of a server that is down is nothing.
fn weight(backend: &Backend) -> i64 {
    if is_usable(backend) { i64::from(backend.weight * SCALE) } else { 0 }
}
