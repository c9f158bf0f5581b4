//! What attempts to connect came to: an observer of its own, for scenarios whose links open
//! connections.

use super::Gauge;
use crate::fact::{Fact, Observer, Place};
use crate::time::{Span, Time};

/// Attempts to connect to one replica, or to all of a node, that ended in the measured window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectMeter {
    /// How many there were.
    pub attempts: u64,
    /// How many came to a connection.
    pub connected: u64,
    /// How many came to one with their first SYN.
    pub at_once: u64,
    /// SYNs that they sent.
    pub syns: u64,
    /// How long the connections that came about waited for SYNs to be sent again, in nanoseconds.
    pub extra: u128,
    /// The connections that it has, if it takes only so many.
    pub open: Gauge,
}

/// Attempts to connect, by where they lead.
#[derive(Debug, Clone)]
pub struct Connects {
    window: Time,
    /// By node, and by replica.
    nodes: Vec<Vec<ConnectMeter>>,
    /// The connections that all replicas of a node have together.
    open: Vec<Gauge>,
}

impl ConnectMeter {
    fn add(mut self, other: &Self) -> Self {
        self.attempts += other.attempts;
        self.connected += other.connected;
        self.at_once += other.at_once;
        self.syns += other.syns;
        self.extra += other.extra;
        self
    }
}

impl Connects {
    /// Empty meters for nodes of so many replicas; they count from `window` on.
    #[must_use]
    pub fn new(replicas: &[u16], window: Time) -> Self {
        let of_node = |count: &u16| vec![ConnectMeter::default(); usize::from(*count)];
        let open = vec![Gauge::default(); replicas.len()];
        Self { window, nodes: replicas.iter().map(of_node).collect(), open }
    }

    /// The meter of the node of this number, or of one of its replicas; none if nobody tried to
    /// connect to it, and nobody is counted who did before.
    #[must_use]
    pub fn at(&self, node: usize, replica: Option<u16>) -> Option<ConnectMeter> {
        let of_node = &self.nodes[node];
        let meter = match replica {
            Some(replica) => of_node[usize::from(replica)],
            None => {
                let all = of_node.iter().fold(ConnectMeter::default(), ConnectMeter::add);
                ConnectMeter { open: self.open[node], ..all }
            }
        };
        (meter.attempts > 0 || meter.open.max() > 0).then_some(meter)
    }

    /// Ends the measurement.
    pub fn close(&mut self, end: Time) {
        let replicas = self.nodes.iter_mut().flatten().map(|meter| &mut meter.open);
        self.open.iter_mut().chain(replicas).for_each(|open| open.pass(end, self.window));
    }

    #[inline(never)]
    fn is_open(&mut self, now: Time, at: Place, open: u32) {
        let (node, window) = (at.node.index(), self.window);
        let replica = &mut self.nodes[node][usize::from(at.replica)].open;
        let before = replica.now();
        replica.set(now, open.into(), window);
        let all = &mut self.open[node];
        all.set(now, all.now() - before + u64::from(open), window);
    }

    #[inline(never)]
    fn ended(&mut self, now: Time, to: Place, syns: u32, extra: Span, connected: bool) {
        if now < self.window {
            return;
        }
        let meter = &mut self.nodes[to.node.index()][usize::from(to.replica)];
        meter.attempts += 1;
        meter.syns += u64::from(syns);
        if connected {
            meter.connected += 1;
            meter.at_once += u64::from(syns == 1);
            meter.extra += u128::from(extra.0);
        }
    }
}

impl Observer for Connects {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Connect { to, syns, extra, connected } = *fact {
            self.ended(now, to, syns, extra, connected);
        } else if let Fact::Connections { at, open } = *fact {
            self.is_open(now, at, open);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;

    #[test]
    fn attempts_are_counted_when_they_end_within_the_window() {
        let mut connects = Connects::new(&[1, 2], Time(10));
        let mut end = |now, replica, syns, extra, connected| {
            let to = Place { node: NodeId(1), replica };
            connects.hear(Time(now), &Fact::Connect { to, syns, extra: Span(extra), connected });
        };
        end(9, 0, 7, 70, true);
        end(10, 0, 1, 0, true);
        end(11, 1, 3, 30, true);
        end(12, 1, 4, 70, false);
        assert_eq!(connects.at(0, None), None);
        let all = connects.at(1, None).expect("somebody tried");
        assert_eq!((all.attempts, all.connected, all.at_once), (3, 2, 1));
        assert_eq!((all.syns, all.extra), (8, 30));
        assert_eq!(connects.at(1, Some(0)).map(|meter| meter.syns), Some(1));
    }

    #[test]
    fn a_node_has_the_connections_of_its_replicas() {
        let mut connects = Connects::new(&[1, 2], Time(10));
        for (now, replica, open) in [(0, 0, 3), (20, 1, 1), (25, 0, 2)] {
            let at = Place { node: NodeId(1), replica };
            connects.hear(Time(now), &Fact::Connections { at, open });
        }
        let to = Place { node: NodeId(1), replica: 0 };
        let extra = Span::ZERO;
        connects.hear(Time(25), &Fact::Connect { to, syns: 1, extra, connected: true });
        connects.close(Time(30));
        let open = connects.at(1, None).map(|all| (all.open.area(), all.open.max()));
        assert_eq!(open, Some((3 * 10 + 4 * 5 + 3 * 5, 4)));
        let open = connects.at(1, Some(0)).map(|one| (one.open.area(), one.open.max()));
        assert_eq!(open, Some((3 * 15 + 2 * 5, 3)));
    }
}
