//! What screens let pass and what they stop, and who asks: an observer of its own, for scenarios
//! with screens or attackers, or that ask who asks.

use std::collections::{BTreeMap, BTreeSet};

use crate::attack::Attack;
use crate::fact::{Fact, Observer};
use crate::id::NodeId;
use crate::screen::{Defence, Noted};
use crate::time::Time;

/// Pairs of address and person that are kept of a node at most: what is beyond is not counted, and
/// the numbers are not told.
const MOST_PAIRS: usize = 1 << 20;

/// Who asked one node in the measured window.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    /// The people behind each address.
    behind: BTreeMap<u64, BTreeSet<u64>>,
    pairs: usize,
}

/// From how many addresses a node was asked, and how many people stand behind each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrowdSize {
    /// How many addresses there were.
    pub addresses: u64,
    /// People behind each, summed over the addresses.
    pub people: u64,
    /// The most people behind one address.
    pub most: u64,
}

/// What happened at screens in the measured window.
#[derive(Debug, Clone)]
pub struct ScreenMeters {
    window: Time,
    /// Which nodes are attackers.
    pub attackers: Vec<NodeId>,
    /// Who asked each node; none if nobody wants to know.
    crowds: Vec<Crowd>,
    /// Attacking requests that were stopped, by [`Defence`].
    pub stopped: [u64; Defence::ALL.len()],
    /// Honest requests that were stopped, by [`Defence`].
    pub blocked: [u64; Defence::ALL.len()],
    /// What became of infected objects, by [`Fate`](crate::screen::Fate).
    pub objects: [u64; 4],
    /// Nanoseconds of cores at work, by [`Chore`](crate::screen::Chore).
    pub worked: [u64; 4],
    /// Bytes before and behind compression.
    pub compressed: [u64; 2],
    /// Attacks that got what they wanted, by [`Attack`].
    pub succeeded: [u64; 3],
    /// Rows that leaked.
    pub rows: u64,
    /// Accounts that were locked.
    pub locked: u64,
}

impl Crowd {
    fn add(&mut self, source: u64, person: u64) {
        if self.pairs < MOST_PAIRS && self.behind.entry(source).or_default().insert(person) {
            self.pairs += 1;
        }
    }

    fn size(&self) -> Option<CrowdSize> {
        let is_known = self.pairs > 0 && self.pairs < MOST_PAIRS;
        is_known.then(|| CrowdSize {
            addresses: self.behind.len() as u64,
            people: self.pairs as u64,
            most: self.behind.values().map(BTreeSet::len).max().unwrap_or(0) as u64,
        })
    }
}

impl ScreenMeters {
    /// Empty meters for so many nodes, of which those are attackers; they count from `window` on.
    #[must_use]
    pub fn new(nodes: usize, attackers: Vec<NodeId>, window: Time) -> Self {
        Self {
            window,
            attackers,
            crowds: vec![Crowd::default(); nodes],
            stopped: [0; Defence::ALL.len()],
            blocked: [0; Defence::ALL.len()],
            objects: [0; 4],
            worked: [0; 4],
            compressed: [0; 2],
            succeeded: [0; 3],
            rows: 0,
            locked: 0,
        }
    }

    /// Who asked the node of this number; none if nobody did, if nobody wants to know, or if there
    /// were too many to count.
    #[must_use]
    pub fn crowd(&self, node: usize) -> Option<CrowdSize> {
        self.crowds.get(node)?.size()
    }

    #[inline(never)]
    fn noted(&mut self, now: Time, noted: Noted) {
        if now < self.window {
            return;
        }
        match noted {
            Noted::Came { at, source, person } => self.crowds[at.node.index()].add(source, person),
            Noted::Stopped { by, attack: Some(_), .. } => self.stopped[by as usize] += 1,
            Noted::Stopped { by, attack: None, .. } => self.blocked[by as usize] += 1,
            Noted::Object { fate, .. } => self.objects[fate as usize] += 1,
            Noted::Worked { chore, span, .. } => self.worked[chore as usize] += span.0,
            Noted::Compressed { before, after, .. } => {
                self.compressed[0] += before;
                self.compressed[1] += after;
            }
            Noted::Succeeded { attack, what, .. } => {
                self.succeeded[attack as usize] += 1;
                self.rows += if attack == Attack::SqlInjection { what } else { 0 };
            }
            Noted::Locked { .. } => self.locked += 1,
        }
    }
}

impl Observer for ScreenMeters {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Screen(noted) = *fact {
            self.noted(now, noted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Place;

    #[test]
    fn people_are_counted_behind_their_addresses_from_the_window_on() {
        let mut meters = ScreenMeters::new(2, Vec::new(), Time(10));
        let at = Place { node: NodeId(1), replica: 0 };
        for (now, source, person) in
            [(9, 4, 4), (10, 1, 7), (11, 1, 8), (12, 1, 7), (13, 2, 9), (14, 2, 9)]
        {
            meters.hear(Time(now), &Fact::Screen(Noted::Came { at, source, person }));
        }
        assert_eq!(meters.crowd(0), None);
        assert_eq!(meters.crowd(1), Some(CrowdSize { addresses: 2, people: 3, most: 2 }));
    }
}
