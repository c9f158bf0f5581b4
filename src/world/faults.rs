//! Faults during a run: their beginnings and ends are marks of the run itself.

use std::sync::Arc;

use super::World;
use crate::engine::Queue;
use crate::fact::{Fact, Observer, Place};
use crate::fault::{Condition, FaultKind, FaultPlan, LinkCondition, Target, Turns};
use crate::health::Word;
use crate::id::LinkId;
use crate::net::{Ctx, Kind};
use crate::rng::Key;
use crate::time::{Span, Time};

/// A fault during a run.
#[derive(Debug)]
pub(super) struct Ill {
    plan: Arc<FaultPlan>,
    turns: Turns,
    /// The number of its first target among those of all faults.
    first: u32,
    /// Which of its targets it lasts for.
    lasts: Vec<bool>,
}

/// The faults of `plans` before the first of them.
pub(super) fn ills(plans: &[Arc<FaultPlan>], root: Key) -> Vec<Ill> {
    let mut first = 0;
    let ill = |plan: &Arc<FaultPlan>| {
        let count = u32::try_from(plan.targets.len()).unwrap_or(u32::MAX);
        let ill = Ill {
            turns: Turns::new(root.stream(&plan.name, "fault")),
            first,
            lasts: vec![false; plan.targets.len()],
            plan: Arc::clone(plan),
        };
        first += count;
        ill
    };
    plans.iter().map(ill).collect()
}

/// The mark at which the fault of a target begins or ends; the first mark is not a fault's.
const fn mark(target: u32, ends: bool) -> u32 {
    1 + 2 * target + ends as u32
}

/// The first mark that is not of one of these faults.
pub(super) fn beyond(plans: &[Arc<FaultPlan>]) -> u32 {
    let targets: usize = plans.iter().map(|plan| plan.targets.len()).sum();
    mark(u32::try_from(targets).unwrap_or(u32::MAX / 4), false)
}

impl<O: Observer> World<O> {
    /// Sets the first turn of every fault.
    pub(super) fn expect_faults(&mut self, queue: &mut Queue) {
        for ill in &mut self.faults {
            let first = ill.turns.first(&ill.plan);
            for (target, well) in (ill.first..).zip(first) {
                queue.push(Time::ZERO + well, Kind::Mark(mark(target, false)).pack());
            }
        }
    }

    /// A fault begins or ends for one of its targets.
    #[cold]
    #[inline(never)]
    pub(super) fn fault(&mut self, mark_of: u32, queue: &mut Queue) {
        let (number, ends) = ((mark_of - 1) / 2, (mark_of - 1) % 2 == 1);
        let Some(place) = self.faults.iter().rposition(|ill| ill.first <= number) else { return };
        let now = self.core.now;
        let ill = &mut self.faults[place];
        let own = number - ill.first;
        ill.lasts[own as usize] = !ends;
        let plan = Arc::clone(&ill.plan);
        let mut set = |target: u32, span: Span, ends: bool| {
            let target = ill.first + target;
            queue.push(now + span, Kind::Mark(mark(target, ends)).pack());
        };
        if ends {
            let (well, next) = ill.turns.ended(&plan);
            if let Some(well) = well {
                set(own, well, false);
            }
            if let Some((next, span)) = next {
                set(next, span, true);
            }
        } else if let Some(span) = ill.turns.begun(own, &plan) {
            set(own, span, true);
        }
        match plan.targets[own as usize] {
            Target::Replica(_) => self.replica_changes(&plan, own, !ends, queue),
            Target::Link(link) => self.link_changes(link),
        }
    }

    fn replica_changes(&mut self, plan: &FaultPlan, own: u32, begins: bool, queue: &mut Queue) {
        let Target::Replica(at) = plan.targets[own as usize] else { return };
        if plan.kind == FaultKind::Drain {
            let word = if begins { Word::Out } else { Word::Back };
            return self.tell_balancers(at, word, queue);
        }
        let change = |it: &mut Condition| it.count(plan.kind, begins);
        let Some((before, after)) = self.changes_condition(at, change, queue) else { return };
        if before.is_gone() != after.is_gone() {
            self.misses_reading(at);
        }
        let changes = match plan.kind {
            FaultKind::Crash => before.is_crashed() != after.is_crashed(),
            FaultKind::Hang => before.is_hung() != after.is_hung(),
            FaultKind::Refuse
            | FaultKind::Drain
            | FaultKind::BlackHole
            | FaultKind::Slow
            | FaultKind::Lossy
            | FaultKind::Partition
            | FaultKind::CacheFlush => true,
        };
        if changes {
            let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
            self.nodes[at.node.index()].fault(at, plan.kind, begins, plan.factor, ctx);
        }
    }

    /// Changes the condition of a replica, with what follows for all others if its process dies:
    /// its connections break, and what it remembered is lost. Returns what it was and what it is.
    pub(super) fn changes_condition(
        &mut self,
        at: Place,
        change: impl FnOnce(&mut Condition),
        queue: &mut Queue,
    ) -> Option<(Condition, Condition)> {
        let (before, after) = self.core.conditions.change(at, change)?;
        let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
        if before.is_ill() != after.is_ill() {
            ctx.observe(&Fact::Health { at, works: !after.is_ill() });
        }
        if after.is_crashed() && !before.is_crashed() {
            ctx.break_connections(at);
            ctx.loses_memory(at);
        }
        Some((before, after))
    }

    /// Balancers are told something of a replica.
    pub(super) fn tell_balancers(&mut self, at: Place, word: Word, queue: &mut Queue) {
        let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
        self.nodes.iter_mut().for_each(|node| node.told(at, word, ctx));
    }

    /// What all faults together make of a link.
    fn link_changes(&mut self, link: LinkId) {
        let mut condition = LinkCondition::default();
        for ill in &self.faults {
            let mut targets = ill.plan.targets.iter().zip(&ill.lasts);
            if !targets.any(|(target, lasts)| *lasts && *target == Target::Link(link)) {
                continue;
            }
            match ill.plan.kind {
                FaultKind::Partition => condition.is_cut = true,
                FaultKind::Lossy => {
                    condition.loss += (1.0 - condition.loss) * ill.plan.loss;
                }
                FaultKind::Slow => condition.factor *= ill.plan.factor,
                FaultKind::Crash
                | FaultKind::Hang
                | FaultKind::Refuse
                | FaultKind::Drain
                | FaultKind::BlackHole
                | FaultKind::CacheFlush => {}
            }
        }
        self.core.links[link.index()].set_condition(condition);
    }
}
