//! How much of the memory of nodes is taken: an observer of its own, for scenarios that limit it.

use super::{Gauge, Violation};
use crate::fact::{Fact, Observer, Place, Taker};
use crate::time::Time;

/// What is taken of the memory of each node, and of each of its replicas.
#[derive(Debug, Clone)]
pub struct MemoryMeters {
    window: Time,
    nodes: Vec<MemoryMeter>,
    replicas: Vec<MemoryMeter>,
    first: Vec<usize>,
}

/// What is taken of the memory of one node or replica.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryMeter {
    /// The bytes that are taken.
    pub taken: Gauge,
    /// What found no room, by [`Taker`].
    refused: [u64; 3],
}

impl MemoryMeter {
    /// How much of something found no room.
    #[must_use]
    pub const fn refused(&self, what: Taker) -> u64 {
        self.refused[what as usize]
    }
}

impl MemoryMeters {
    /// Meters of nodes with so many replicas each.
    #[must_use]
    pub fn new(replicas: &[u16], window: Time) -> Self {
        let mut count = 0;
        let first = replicas.iter().map(|replicas| {
            count += usize::from(*replicas);
            count - usize::from(*replicas)
        });
        let first = first.collect();
        Self {
            window,
            nodes: vec![MemoryMeter::default(); replicas.len()],
            replicas: vec![MemoryMeter::default(); count],
            first,
        }
    }

    /// Ends the measurement.
    pub fn close(&mut self, end: Time) {
        let window = self.window;
        self.nodes
            .iter_mut()
            .chain(&mut self.replicas)
            .for_each(|meter| meter.taken.pass(end, window));
    }

    /// The meter of a node, or of one of its replicas.
    #[must_use]
    pub fn at(&self, node: usize, replica: Option<u16>) -> Option<MemoryMeter> {
        match replica {
            None => self.nodes.get(node).copied(),
            Some(replica) => self.replicas.get(self.first[node] + usize::from(replica)).copied(),
        }
    }

    /// Compares what was told last with what is `held` at each replica,
    /// for each node whose memory is limited.
    ///
    /// # Errors
    /// If they differ.
    pub fn agrees(&self, held: &[Option<Vec<u64>>], names: &[String]) -> Result<(), Violation> {
        for ((held, first), name) in held.iter().zip(&self.first).zip(names) {
            let told = self.replicas[*first..].iter().map(|meter| meter.taken.now());
            for (bytes, told) in held.iter().flatten().zip(told) {
                if *bytes != told {
                    return Err(Violation(format!(
                        "memory of node `{name}`: {told} bytes are taken, {bytes} are held"
                    )));
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn is_taken(&mut self, now: Time, at: Place, bytes: u64) {
        let (node, window) = (at.node.index(), self.window);
        let replica = &mut self.replicas[self.first[node] + usize::from(at.replica)];
        let before = replica.taken.now();
        replica.taken.set(now, bytes, window);
        let meter = &mut self.nodes[node];
        meter.taken.set(now, meter.taken.now() - before + bytes, window);
    }

    #[inline(never)]
    fn is_refused(&mut self, now: Time, at: Place, what: Taker) {
        if now < self.window {
            return;
        }
        let node = at.node.index();
        let replica = &mut self.replicas[self.first[node] + usize::from(at.replica)];
        for meter in [replica, &mut self.nodes[node]] {
            meter.refused[what as usize] += 1;
        }
    }
}

impl Observer for MemoryMeters {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Memory { at, bytes } = *fact {
            self.is_taken(now, at, bytes);
        } else if let Fact::NoRoom { at, what } = *fact {
            self.is_refused(now, at, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;

    fn told(facts: &[(u64, u16, u64)]) -> MemoryMeters {
        let mut meters = MemoryMeters::new(&[1, 2], Time(10));
        for (now, replica, bytes) in facts {
            let at = Place { node: NodeId(1), replica: *replica };
            meters.hear(Time(*now), &Fact::Memory { at, bytes: *bytes });
        }
        meters.close(Time(30));
        meters
    }

    #[test]
    fn what_replicas_have_taken_sums_to_what_the_node_has_from_the_window_on() {
        let meters = told(&[(0, 0, 100), (5, 0, 900), (8, 0, 100), (20, 1, 40), (25, 1, 0)]);
        let node = meters.at(1, None).expect("a node");
        assert_eq!((node.taken.area(), node.taken.max()), (100 * 20 + 40 * 5, 140));
        let second = meters.at(1, Some(1)).expect("a replica");
        assert_eq!((second.taken.area(), second.taken.max()), (40 * 5, 40));
    }

    #[test]
    fn memory_that_nobody_holds_is_found() {
        let meters = told(&[(0, 0, 100), (20, 1, 40)]);
        let names = ["users".to_owned(), "app".to_owned()];
        assert_eq!(meters.agrees(&[None, Some(vec![100, 40])], &names), Ok(()));
        let error = meters.agrees(&[None, Some(vec![100, 0])], &names).expect_err("40 are lost");
        assert_eq!(error.0, "memory of node `app`: 40 bytes are taken, 0 are held");
    }
}
