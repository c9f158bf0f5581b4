//! What faults did to nodes: when too few replicas were up, and how long it took until a balancer
//! noticed that one was down. An observer of its own, for scenarios with faults of nodes.

use super::Level;
use crate::fact::{Fact, Observer, Place};
use crate::id::NodeId;
use crate::time::Time;

/// What faults did to one replica, or to a node as a whole, in the measured window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outage {
    /// Nanoseconds in which fewer replicas were up than are needed: of one replica, in which it
    /// was down.
    pub down: u128,
    /// How often a replica broke down.
    pub failures: u64,
    /// How often a balancer noticed.
    pub found: u64,
    /// How long that took, from the failure on: the sum, the shortest and the longest, in
    /// nanoseconds.
    pub detection: (u128, u64, u64),
    /// Exchanges that came to the broken replica before it was noticed.
    pub missed: u64,
}

/// What faults did to all nodes.
#[derive(Debug, Clone)]
pub struct Outages {
    window: Time,
    is_open: bool,
    nodes: Vec<OfNode>,
    /// How many nodes have fewer replicas up than they need.
    short: u32,
    /// Whether any has.
    outage: Level,
}

#[derive(Debug, Clone)]
struct OfNode {
    /// How many replicas must be up; none if no fault strikes the node.
    needed: Option<u16>,
    /// Whether an autoscaler switches its replicas on and off: those that do not serve are not up.
    is_scaled: bool,
    up: u16,
    down: Level,
    sum: Outage,
    replicas: Vec<OfReplica>,
}

#[derive(Debug, Clone, Default)]
struct OfReplica {
    /// Whether an autoscaler has switched it off, or it still boots for it.
    is_absent: bool,
    /// Since when it is down and nobody has noticed.
    unnoticed: Option<Time>,
    /// What has come to it since then.
    missed: u64,
    down: Level,
    sum: Outage,
}

impl Outage {
    fn notice(&mut self, took: u64, missed: u64) {
        let (sum, least, most) = self.detection;
        let least = if self.found == 0 { took } else { least.min(took) };
        self.detection = (sum + u128::from(took), least, most.max(took));
        self.found += 1;
        self.missed += missed;
    }
}

impl Outages {
    /// All is well at nodes of so many replicas, of which so many are needed, none if no fault
    /// strikes the node; what happens counts from `window` on.
    #[must_use]
    pub fn new(nodes: impl Iterator<Item = (u16, Option<u16>)>, window: Time) -> Self {
        let of_node = |(replicas, needed): (u16, Option<u16>)| OfNode {
            needed,
            is_scaled: false,
            up: replicas,
            down: Level::default(),
            sum: Outage::default(),
            replicas: vec![OfReplica::default(); usize::from(replicas)],
        };
        let nodes = nodes.map(of_node).collect();
        Self { window, is_open: false, nodes, short: 0, outage: Level::default() }
    }

    /// The same where autoscalers switch replicas of these nodes on and off.
    #[must_use]
    pub fn scaling(mut self, nodes: impl Iterator<Item = NodeId>) -> Self {
        nodes.for_each(|node| self.nodes[node.index()].is_scaled = true);
        self
    }

    /// Ends the measurement.
    pub fn close(&mut self, end: Time) {
        self.open(end);
        self.outage.flush(end);
        for node in &mut self.nodes {
            node.down.flush(end);
            node.sum.down = node.down.area();
            for replica in &mut node.replicas {
                replica.down.flush(end);
                replica.sum.down = replica.down.area();
            }
        }
    }

    /// What came of the faults of the node of this number, or of one of its replicas; none if no
    /// fault strikes it or there is no such replica.
    #[must_use]
    pub fn at(&self, node: usize, replica: Option<u16>) -> Option<Outage> {
        let node = &self.nodes[node];
        node.needed?;
        match replica {
            Some(replica) => node.replicas.get(usize::from(replica)).map(|replica| replica.sum),
            None => Some(node.sum),
        }
    }

    /// Nanoseconds in which some node had fewer replicas up than it needs.
    #[must_use]
    pub const fn any(&self) -> u128 {
        self.outage.area()
    }

    /// The measured window opens, if it is time: what was before is forgotten.
    fn open(&mut self, now: Time) {
        if self.is_open || now < self.window {
            return;
        }
        self.is_open = true;
        self.outage.open(self.window);
        for node in &mut self.nodes {
            node.down.open(self.window);
            node.sum = Outage::default();
            for replica in &mut node.replicas {
                replica.down.open(self.window);
                replica.sum = Outage::default();
            }
        }
    }

    #[inline(never)]
    fn changed(&mut self, now: Time, at: Place, works: bool) {
        self.open(now);
        let node = &mut self.nodes[at.node.index()];
        let replica = &mut node.replicas[usize::from(at.replica)];
        if works {
            replica.down.lower(now);
            replica.unnoticed = None;
        } else {
            replica.down.raise(now);
            (replica.unnoticed, replica.missed) = (Some(now), 0);
            node.sum.failures += 1;
            replica.sum.failures += 1;
        }
        self.counts(now, at.node, works);
    }

    /// An autoscaler has switched a replica on, which serves now, or off.
    #[inline(never)]
    fn switched(&mut self, now: Time, at: Place, serves: bool) {
        self.open(now);
        let node = &mut self.nodes[at.node.index()];
        let replica = &mut node.replicas[usize::from(at.replica)];
        if node.is_scaled && replica.is_absent == serves {
            replica.is_absent = !serves;
            self.counts(now, at.node, serves);
        }
    }

    /// One replica of a node more is up, or one less.
    fn counts(&mut self, now: Time, node: NodeId, up: bool) {
        let node = &mut self.nodes[node.index()];
        let needed = node.needed.unwrap_or(0);
        let was_short = node.up < needed;
        node.up = if up { node.up + 1 } else { node.up - 1 };
        match (was_short, node.up < needed) {
            (false, true) => {
                node.down.raise(now);
                self.short += 1;
                if self.short == 1 {
                    self.outage.raise(now);
                }
            }
            (true, false) => {
                node.down.lower(now);
                self.short -= 1;
                if self.short == 0 {
                    self.outage.lower(now);
                }
            }
            (false, false) | (true, true) => {}
        }
    }

    #[inline(never)]
    fn noticed(&mut self, now: Time, at: Place) {
        self.open(now);
        let node = &mut self.nodes[at.node.index()];
        let replica = &mut node.replicas[usize::from(at.replica)];
        // Only the first to notice counts.
        if let Some(since) = replica.unnoticed.take() {
            let took = now.since(since).0;
            replica.sum.notice(took, replica.missed);
            node.sum.notice(took, replica.missed);
        }
    }
}

impl Observer for Outages {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over four facts")]
        match *fact {
            Fact::Health { at, works } => self.changed(now, at, works),
            Fact::Power { at, serving, .. } => self.switched(now, at, serving),
            Fact::TakenOut { at, by: NodeId(_) } => self.noticed(now, at),
            Fact::Missed(at) => {
                let node = &mut self.nodes[at.node.index()];
                node.replicas[usize::from(at.replica)].missed += 1;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(node: u16, replica: u16) -> Place {
        Place { node: NodeId(node), replica }
    }

    fn health(outages: &mut Outages, now: u64, at: Place, works: bool) {
        outages.hear(Time(now), &Fact::Health { at, works });
    }

    #[test]
    fn a_node_is_down_while_fewer_replicas_are_up_than_it_needs() {
        let nodes = [(3, Some(2)), (1, Some(1)), (2, None)];
        let mut outages = Outages::new(nodes.into_iter(), Time::ZERO);
        health(&mut outages, 10, at(0, 0), false);
        health(&mut outages, 20, at(0, 2), false);
        health(&mut outages, 25, at(1, 0), false);
        health(&mut outages, 30, at(0, 0), true);
        health(&mut outages, 45, at(1, 0), true);
        outages.close(Time(100));
        let down = |node, replica| outages.at(node, replica).map(|it| it.down);
        assert_eq!(down(0, None), Some(10));
        assert_eq!(down(0, Some(2)), Some(80));
        assert_eq!(down(1, None), Some(20));
        assert_eq!((down(2, None), down(0, Some(3))), (None, None));
        assert_eq!(outages.any(), 25, "from 20 to 45 one of them is down");
        assert_eq!(outages.at(0, None).map(|it| it.failures), Some(2));
    }

    #[test]
    fn what_was_before_the_window_is_forgotten_but_not_that_it_lasts() {
        let mut outages = Outages::new([(1, Some(1))].into_iter(), Time(50));
        health(&mut outages, 10, at(0, 0), false);
        health(&mut outages, 60, at(0, 0), true);
        outages.close(Time(100));
        let outage = outages.at(0, None).expect("it fails");
        assert_eq!((outage.down, outage.failures, outages.any()), (10, 0, 10));
    }

    #[test]
    fn who_is_switched_off_or_boots_is_not_up() {
        let mut outages = Outages::new([(3, Some(2)), (3, Some(2))].into_iter(), Time::ZERO)
            .scaling([NodeId(0)].into_iter());
        let power = |outages: &mut Outages, now, at, [off, serving]: [bool; 2]| {
            outages.hear(Time(now), &Fact::Power { at, off, serving });
        };
        // Only the first node has an autoscaler; the other's replica is off until it is asked.
        power(&mut outages, 0, at(0, 2), [true, false]);
        power(&mut outages, 0, at(1, 2), [true, false]);
        health(&mut outages, 10, at(0, 0), false);
        health(&mut outages, 15, at(1, 0), false);
        power(&mut outages, 20, at(0, 2), [false, false]);
        power(&mut outages, 30, at(0, 2), [false, true]);
        health(&mut outages, 90, at(0, 0), true);
        outages.close(Time(100));
        let down = |node| outages.at(node, None).map(|it| it.down);
        assert_eq!((down(0), down(1)), (Some(20), Some(0)), "from 10 to 30");
    }

    #[test]
    fn only_the_first_to_notice_a_failure_counts() {
        let mut outages = Outages::new([(2, Some(1))].into_iter(), Time::ZERO);
        let taken = |outages: &mut Outages, now| {
            outages.hear(Time(now), &Fact::TakenOut { by: NodeId(5), at: at(0, 1) });
        };
        taken(&mut outages, 5);
        health(&mut outages, 10, at(0, 1), false);
        outages.hear(Time(12), &Fact::Missed(at(0, 1)));
        outages.hear(Time(13), &Fact::Missed(at(0, 1)));
        taken(&mut outages, 14);
        taken(&mut outages, 19);
        outages.hear(Time(20), &Fact::Missed(at(0, 1)));
        health(&mut outages, 30, at(0, 1), true);
        health(&mut outages, 40, at(0, 1), false);
        taken(&mut outages, 50);
        let outage = outages.at(0, None).expect("it fails");
        assert_eq!((outage.found, outage.detection, outage.missed), (2, (14, 4, 10), 2));
    }
}
