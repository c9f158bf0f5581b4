//! Faults: what is slow has more to do at once, and what stands still has no steady state.

use std::cmp::Ordering;

use super::super::bound::Bound;
use super::{Effect, Finder, Reach};
use crate::fault::{FaultKind, FaultPlan, Target};
use crate::id::NodeId;

/// Why there is no formula where things stand still now and then.
const FAULTS: &str = "faults strike on the way";

impl Finder<'_> {
    /// Looks at every fault.
    pub(super) fn faults(&mut self) {
        let graph = self.graph;
        for plan in &graph.faults {
            let FaultPlan { name, kind, targets, timetable: _, factor, loss: _, lead } = &**plan;
            // What is told before a fault is told with the fault.
            if !lead.is_zero() {
                continue;
            }
            for target in targets {
                match target {
                    Target::Replica(at) => self.strikes(name, *kind, *factor, at.node),
                    Target::Link(link) => {
                        let to = graph.fixed.topology.links[link.index()].to;
                        let why = format!("fault `{name}` strikes the link to it");
                        self.doubt(to, Reach::Onward, Effect::EITHER.hidden(FAULTS), &why);
                    }
                }
            }
        }
    }

    fn strikes(&mut self, name: &str, kind: FaultKind, factor: f64, at: NodeId) {
        let why = match kind {
            FaultKind::Slow => format!("fault `{name}` makes its work take {factor} times as long"),
            FaultKind::CacheFlush => format!("fault `{name}` empties its cache"),
            FaultKind::Drain => format!("its balancers are told to leave it alone by `{name}`"),
            FaultKind::Crash
            | FaultKind::Hang
            | FaultKind::Refuse
            | FaultKind::BlackHole
            | FaultKind::Lossy
            | FaultKind::Partition => format!("fault `{name}` strikes it"),
        };
        match kind {
            FaultKind::Slow => {
                let bound = match factor.partial_cmp(&1.0) {
                    Some(Ordering::Greater) => Bound::AtLeast,
                    Some(Ordering::Less) => Bound::AtMost,
                    Some(Ordering::Equal) | None => Bound::About,
                };
                self.doubt(at, Reach::Here, Effect::work(bound), &why);
                self.doubt(at, Reach::Behind, Effect::PATTERN, &why);
            }
            FaultKind::CacheFlush => self.doubt(at, Reach::Behind, Effect::MORE, &why),
            FaultKind::Crash
            | FaultKind::Hang
            | FaultKind::Refuse
            | FaultKind::Drain
            | FaultKind::BlackHole
            | FaultKind::Lossy
            | FaultKind::Partition => {
                let effect = Effect::EITHER.hidden(FAULTS);
                self.doubt(at, Reach::Onward, effect, &why);
                self.others(at, name);
            }
        }
    }

    /// What one backend does not do comes to the others of its callers.
    fn others(&mut self, at: NodeId, name: &str) {
        let called = |calls: &Vec<((NodeId, _), f64)>| calls.iter().any(|((to, _), _)| *to == at);
        let all = self.graph.served.calls.iter().filter(|(_, calls)| called(calls));
        let callers: Vec<NodeId> = all.map(|((from, _), _)| *from).collect();
        let is_balancer = |id: &NodeId| {
            matches!(self.graph.plans[id.index()].role, crate::graph::Role::Balancer { .. })
        };
        let callers: Vec<NodeId> = callers.into_iter().filter(is_balancer).collect();
        for caller in callers {
            let why = format!("fault `{name}` strikes one of its backends");
            self.doubt(caller, Reach::Behind, Effect::EITHER.hidden(FAULTS), &why);
        }
    }
}
