//! What faults have made of replicas and links: what those who reach them meet.

use super::FaultKind;
use crate::fact::Place;
use crate::id::{LinkId, NodeId};

/// The state of one replica, as a connection or a message that reaches it finds it. Several faults
/// may last at once, so each is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Condition {
    crashed: u16,
    refusing: u16,
    unreachable: u16,
    hung: u16,
    /// Whether an autoscaler has switched it off.
    is_off: bool,
    /// How often its process has died so far, and its memory with it.
    pub deaths: u32,
}

impl Condition {
    /// One more fault of this kind lasts, or one less.
    pub fn count(&mut self, kind: FaultKind, begins: bool) {
        if kind == FaultKind::Crash && begins {
            self.deaths += 1;
        }
        let count = match kind {
            FaultKind::Crash => &mut self.crashed,
            FaultKind::Refuse => &mut self.refusing,
            FaultKind::BlackHole => &mut self.unreachable,
            FaultKind::Hang => &mut self.hung,
            FaultKind::Drain
            | FaultKind::Slow
            | FaultKind::Lossy
            | FaultKind::Partition
            | FaultKind::CacheFlush => return,
        };
        *count = if begins { *count + 1 } else { count.saturating_sub(1) };
    }

    /// An autoscaler switches it off, and its memory is lost, or on.
    pub const fn switch(&mut self, off: bool) {
        if off && !self.is_off {
            self.deaths += 1;
        }
        self.is_off = off;
    }

    /// Whether nothing that is sent to it arrives.
    #[must_use]
    pub const fn is_unreachable(self) -> bool {
        self.unreachable > 0
    }

    /// Whether its process is gone.
    #[must_use]
    pub const fn is_crashed(self) -> bool {
        self.crashed > 0 || self.is_off
    }

    /// Whether its process or its machine cannot even be measured.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        self.is_crashed() || self.is_unreachable()
    }

    /// Whether a new connection is refused.
    #[must_use]
    pub const fn refuses(self) -> bool {
        self.is_crashed() || self.refusing > 0
    }

    /// Whether its process stands still.
    #[must_use]
    pub const fn is_hung(self) -> bool {
        self.hung > 0
    }

    /// Whether a request that reaches it now would be worked on.
    #[must_use]
    pub const fn works(self) -> bool {
        !self.is_unreachable() && !self.refuses() && !self.is_hung()
    }

    /// Whether it would be worked on but for a fault: what is switched off has none.
    #[must_use]
    pub const fn is_ill(self) -> bool {
        !self.is_off && !self.works()
    }
}

/// What faults have made of a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkCondition {
    /// Whether it carries nothing.
    pub is_cut: bool,
    /// The share of packets that it loses besides its own.
    pub loss: f64,
    /// How many times as long messages travel.
    pub factor: f64,
}

impl Default for LinkCondition {
    fn default() -> Self {
        Self { is_cut: false, loss: 0.0, factor: 1.0 }
    }
}

/// The conditions of all replicas; nothing is kept in a scenario without faults.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    replicas: Vec<Vec<Condition>>,
    /// How often all replicas of each node have been gone at once.
    extinctions: Vec<u32>,
}

impl Conditions {
    /// All is well, with so many replicas at each node.
    #[must_use]
    pub fn new(replicas: impl Iterator<Item = u16>) -> Self {
        let table = replicas.map(|count| vec![Condition::default(); usize::from(count)]);
        let replicas: Vec<_> = table.collect();
        Self { extinctions: vec![0; replicas.len()], replicas }
    }

    /// The condition of a replica.
    #[must_use]
    pub fn of(&self, at: Place) -> Condition {
        let node = self.replicas.get(at.node.index());
        node.and_then(|node| node.get(usize::from(at.replica))).copied().unwrap_or_default()
    }

    /// Changes the condition of a replica. Returns what it was and what it is.
    pub fn change(
        &mut self,
        at: Place,
        change: impl FnOnce(&mut Condition),
    ) -> Option<(Condition, Condition)> {
        let node = self.replicas.get_mut(at.node.index())?;
        let condition = node.get_mut(usize::from(at.replica))?;
        let before = *condition;
        change(condition);
        let after = *condition;
        let has_died = after.is_crashed() && !before.is_crashed();
        if has_died && node.iter().all(|replica| replica.is_crashed()) {
            self.extinctions[at.node.index()] += 1;
        }
        Some((before, after))
    }

    /// How often all replicas of a node have been gone at once, and with them what each of them had
    /// a copy of.
    #[must_use]
    pub fn extinctions(&self, node: NodeId) -> u32 {
        self.extinctions.get(node.index()).copied().unwrap_or_default()
    }
}

/// What a fault happens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One replica.
    Replica(Place),
    /// A link.
    Link(LinkId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_works_again_when_the_last_of_its_faults_is_over() {
        let mut condition = Condition::default();
        condition.count(FaultKind::Crash, true);
        condition.count(FaultKind::Crash, true);
        condition.count(FaultKind::Crash, false);
        assert!(condition.refuses() && condition.is_crashed() && !condition.works());
        condition.count(FaultKind::Crash, false);
        assert!(condition.works());
    }

    #[test]
    fn a_fault_of_who_is_switched_off_is_felt_when_it_is_switched_on() {
        let mut condition = Condition::default();
        condition.switch(true);
        condition.count(FaultKind::Hang, true);
        assert!(!condition.works() && !condition.is_ill() && condition.refuses());
        condition.switch(false);
        assert!(condition.is_ill() && !condition.refuses());
        condition.count(FaultKind::Hang, false);
        assert!(condition.works() && condition.deaths == 1);
    }

    #[test]
    fn a_node_is_extinct_when_its_last_replica_dies_and_not_before() {
        let mut all = Conditions::new([1, 2].into_iter());
        let mut crash = |replica, begins| {
            let at = Place { node: NodeId(1), replica };
            all.change(at, |it| it.count(FaultKind::Crash, begins)).expect("it is there");
            [all.extinctions(NodeId(0)), all.extinctions(NodeId(1))]
        };
        assert_eq!(crash(0, true), [0, 0]);
        assert_eq!(crash(0, false), [0, 0]);
        assert_eq!(crash(1, true), [0, 0]);
        assert_eq!(crash(0, true), [0, 1]);
        assert_eq!(crash(0, true), [0, 1], "who is dead dies no more");
    }

    #[test]
    fn each_kind_has_its_own_verdict() {
        let after = |kind| {
            let mut condition = Condition::default();
            condition.count(kind, true);
            (condition.refuses(), condition.is_unreachable(), condition.is_hung())
        };
        assert_eq!(after(FaultKind::Crash), (true, false, false));
        assert_eq!(after(FaultKind::Refuse), (true, false, false));
        assert_eq!(after(FaultKind::BlackHole), (false, true, false));
        assert_eq!(after(FaultKind::Hang), (false, false, true));
        assert_eq!(after(FaultKind::Slow), (false, false, false));
    }

    #[test]
    fn without_faults_nothing_is_kept_and_all_is_well() {
        let none = Conditions::default();
        assert!(none.of(Place { node: NodeId(3), replica: 1 }).works());
        let mut some = Conditions::new([1, 2].into_iter());
        let second = Place { node: NodeId(1), replica: 1 };
        some.change(second, |it| it.count(FaultKind::Refuse, true)).expect("it is there");
        assert!(!some.of(second).works());
        assert!(some.of(Place { node: NodeId(1), replica: 0 }).works());
    }
}
