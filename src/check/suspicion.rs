//! What runs, and may not mean what its author thinks.

use std::collections::BTreeSet;

use super::grounds::Grounds;
use super::ineffective::ineffective;
use super::resources::open;
use super::room::room;
use crate::endpoint::Op;
use crate::graph::{Graph, Role, Traffic, delay, is_sharded, writes};
use crate::id::NodeId;
use crate::model::{Model, Study};
use crate::nodes::station::Discipline;
use crate::scenario::{Diagnostic, Diagnostics, Span};
use crate::time::Span as Length;

/// Warns of whatever is suspicious in `graph`, which was built from `model`. Returns the warnings
/// of what it makes no use of, which are for [`unused`]: another variant may use it.
pub fn suspicions(
    model: &Model,
    graph: &Graph,
    traffic: &Traffic,
    diagnostics: &mut Diagnostics,
) -> Vec<Diagnostic> {
    let unused = ineffective(model, graph, traffic, diagnostics);
    let mut watch = Watch { model, graph, traffic, diagnostics, unused };
    watch.overload();
    watch.resources();
    watch.memory();
    watch.work();
    watch.reach();
    watch.links();
    watch.names();
    watch.timeouts();
    watch.priorities();
    watch.caches();
    watch.filling();
    watch.stampedes();
    watch.backups();
    watch.identity();
    watch.switched_off();
    watch.forged();
    watch.scaling();
    watch.unused
}

/// Warns of what no variant makes use of, given the warnings of each.
pub fn unused(variants: &[Vec<Diagnostic>], diagnostics: &mut Diagnostics) {
    let Some((first, others)) = variants.split_first() else { return };
    for warning in first {
        if others.iter().all(|other| other.contains(warning)) {
            diagnostics.push(warning.clone());
        }
    }
}

/// At least so much of something, where that is worth a number.
pub(super) fn at_least(share: f64, number: &str) -> String {
    if share < 5e-4 { "some".to_owned() } else { format!("at least {number}") }
}

/// Warns of nodes of a steady-state study to which more comes than they can do.
pub fn overload(model: &Model, graph: &Graph, traffic: &Traffic, diagnostics: &mut Diagnostics) {
    if graph.run.study == Study::Terminating {
        // That is what such a run is often about; `check` says it all the same.
        return;
    }
    let mut watch = Watch { model, graph, traffic, diagnostics, unused: Vec::new() };
    watch.overload();
    watch.resources();
}

pub(super) struct Watch<'a> {
    pub(super) model: &'a Model,
    pub(super) graph: &'a Graph,
    pub(super) traffic: &'a Traffic,
    diagnostics: &'a mut Diagnostics,
    unused: Vec<Diagnostic>,
}

impl Watch<'_> {
    pub(super) fn is_unused(&mut self, span: Span, message: String) {
        self.unused.push(Diagnostic::warning(span, message));
    }

    pub(super) fn warn(&mut self, span: Span, message: String, help: &str) {
        let warning = Diagnostic::warning(span, message);
        self.diagnostics.push(if help.is_empty() { warning } else { warning.help(help) });
    }

    /// The nodes with their numbers, names and places.
    pub(super) fn nodes(&self) -> Vec<(NodeId, String, Span)> {
        let nodes = (0..).map(NodeId).zip(&self.graph.names);
        let place = |name: &String| self.model.nodes[name].place.clone();
        nodes.map(|(id, name)| (id, name.clone(), place(name))).collect()
    }

    /// What arrives without closed loops, which ask no faster than they are answered.
    pub(super) fn open(&self) -> Traffic {
        open(self.graph, self.traffic)
    }

    /// What of this traffic is certain.
    pub(super) fn grounds(&self, traffic: &Traffic) -> Grounds {
        Grounds::of(self.graph, traffic)
    }

    /// Nodes to which more comes than they can do, and that have no limit.
    fn overload(&mut self) {
        let ends = self.graph.run.study == Study::Terminating;
        let open = self.open();
        let grounds = self.grounds(&open);
        for (id, name, span) in self.nodes() {
            let plan = &self.graph.plans[id.index()];
            let Some(shape) = &plan.shape else { continue };
            // What is answered elsewhere may be enough.
            if grounds.is_spared(id) {
                continue;
            }
            let busiest = open.nodes[id.index()].busiest().unwrap_or(0.0);
            let is_limited = room(self.graph, id).is_some() || shape.patience.is_some();
            // An exact 1 comes out of a sum of floats as a little less.
            if busiest < 1.0 - 1e-9 {
                continue;
            }
            if ends {
                // Faults, steps and full queues are what such a run is often about.
                if !is_limited && !grounds.is_relieved(id) {
                    let message = format!(
                        "`{name}` is offered {busiest:.3} of what it can do: its queue grows for \
                         as long as the run lasts"
                    );
                    self.warn(span, message, "what is measured depends on the `duration`");
                }
            } else if is_limited || grounds.is_relieved(id) {
                let lost = 1.0 - 1.0 / busiest;
                let some = at_least(lost, &format!("{:.1} %", 100.0 * lost));
                let message = format!(
                    "`{name}` is offered {busiest:.3} of what it can do: {some} of it fails"
                );
                self.warn(span, message, "");
            } else {
                let message = format!(
                    "`{name}` is offered {busiest:.3} of what it can do: its queue grows without \
                     limit"
                );
                let help = "there is no steady state; give it more cores or replicas, or a limit \
                            (`workers` and `queue`, or `queue_timeout`)";
                self.warn(span, message, help);
            }
        }
    }

    /// Work that varies without bounds.
    fn work(&mut self) {
        for (id, name, span) in self.nodes() {
            let node = &self.traffic.nodes[id.index()];
            let shape = self.graph.plans[id.index()].shape.as_ref();
            let has_cores = shape.is_some_and(|shape| shape.machines.iter().any(|it| it.cores > 0));
            if !has_cores {
                continue;
            }
            if node.cpu.total.is_infinite() {
                let message = format!("the work at `{name}` has no mean: it grows with the run");
                self.warn(span, message, "a Pareto law has a mean if its `shape` is above 1");
            } else if node.cpu.squares.is_infinite() {
                let message = format!(
                    "the work at `{name}` has an infinite variance: means settle slowly, and \
                     intervals are too narrow"
                );
                let help = "a Pareto law has a finite variance if its `shape` is above 2; \
                            `bounded_pareto` always has";
                self.warn(span, message, help);
            }
        }
    }

    /// Nodes that nothing reaches.
    fn reach(&mut self) {
        let in_reserve = self.in_reserve();
        for (id, name, span) in self.nodes() {
            let plan = &self.graph.plans[id.index()];
            let is_asked = self.traffic.nodes[id.index()].rate > 0.0 || in_reserve.contains(&id);
            if is_asked || matches!(plan.role, Role::Client(_)) {
                continue;
            }
            let ends = &self.graph.fixed.topology.links;
            let is_isolated = !ends.iter().any(|link| link.from == id || link.to == id);
            if is_isolated {
                self.is_unused(span, format!("`{name}` has no links: nothing reaches it"));
            } else {
                self.is_unused(span, format!("no request ever reaches `{name}`"));
            }
        }
    }

    /// Links that carry nothing, and names with several addresses behind them.
    fn links(&mut self) {
        let in_reserve = self.in_reserve();
        let mut used = BTreeSet::new();
        for ((from, _), calls) in &self.graph.served.calls {
            used.extend(
                calls.iter().filter(|(_, often)| *often > 0.0).map(|((to, _), _)| (*from, *to)),
            );
        }
        for ((from, to), entry) in &self.model.links {
            let (Some(from_id), Some(to_id)) = (self.graph.node(from), self.graph.node(to)) else {
                continue;
            };
            if !entry.spec.enabled {
                continue;
            }
            if !used.contains(&(from_id, to_id)) {
                if in_reserve.contains(&to_id) {
                    continue;
                }
                let is_reached = self.traffic.nodes[from_id.index()].rate > 0.0
                    || matches!(self.graph.plans[from_id.index()].role, Role::Client(_));
                if is_reached {
                    let message = format!("nothing goes along the link from `{from}` to `{to}`");
                    self.is_unused(entry.to.clone(), message);
                }
                continue;
            }
            let replicas = self.graph.fixed.topology.nodes[to_id.index()].replicas;
            let role = &self.graph.plans[from_id.index()].role;
            // Values that are looked up are spread by a hash, as shards are.
            let is_store = self.graph.plans[to_id.index()].aside.is_some();
            let is_spread = is_store || is_sharded(self.graph, to_id);
            let [reads, writes] = self.reads_and_writes(from_id, to_id);
            if replicas > 1 && !matches!(role, Role::Balancer { .. }) && !is_spread && reads {
                let mut message = format!(
                    "`{from}` calls the {replicas} replicas of `{to}` one after the other, as DNS \
                     would"
                );
                if self.limits_users(from_id, to_id) {
                    message += ", and `per_origin` is a limit for each of them";
                }
                let help = if writes {
                    "a load balancer for the reads alone can do better; writes come to the primary"
                } else {
                    "a load balancer between them can do better"
                };
                self.warn(entry.to.clone(), message, help);
            }
        }
    }

    /// Whether each user of a client has so many connections over a link at most.
    fn limits_users(&self, from: NodeId, to: NodeId) -> bool {
        let link = self.graph.fixed.topology.link(from, to);
        let transport = link.and_then(|link| self.graph.links[link.index()].transport.as_ref());
        transport.is_some_and(|transport| transport.per_user.is_some())
    }

    /// Whether a node calls another for something that any replica of it can do, and for something
    /// that only a primary can.
    fn reads_and_writes(&self, from: NodeId, to: NodeId) -> [bool; 2] {
        let has_primary = self.graph.fixed.topology.nodes[to.index()].has_primary;
        let mut either = [false; 2];
        for (pair, calls) in self.graph.served.calls.iter().filter(|(pair, _)| pair.0 == from) {
            let there = calls.iter().filter(|((node, _), often)| *node == to && *often > 0.0);
            for ((_, endpoint), _) in there {
                let writes = has_primary && writes(self.graph, *pair, *endpoint);
                either[usize::from(writes)] = true;
            }
        }
        either
    }

    /// Endpoints that nobody asks for, and machines that nobody has.
    fn names(&mut self) {
        let asked: BTreeSet<&str> =
            self.graph.served.calls.keys().map(|(_, it)| self.graph.endpoint_name(*it)).collect();
        let model = self.model;
        for (name, endpoint) in &model.endpoints {
            if !asked.contains(name.as_str()) {
                let message = format!("endpoint `{name}` is in no `mix` and in no `call`");
                self.is_unused(endpoint.place.clone(), message);
            }
        }
        let stations = model.nodes.values().filter_map(|node| node.spec.station());
        let used: BTreeSet<&str> = stations
            .flat_map(|it| {
                it.machine.iter().chain(it.replica.values().filter_map(|r| r.machine.as_ref()))
            })
            .map(|name| name.get_ref().as_str())
            .collect();
        for (name, machine) in &model.machines {
            if !used.contains(name.as_str()) {
                let message = format!("no node has machine `{name}`");
                self.is_unused(machine.place.clone(), message);
            }
        }
    }

    /// Time-outs that always, or never, come before the answer.
    fn timeouts(&mut self) {
        let forks = |ops: &[Op]| ops.iter().any(|op| matches!(op, Op::Fork(..)));
        let is_parallel = self.graph.fixed.programs.iter().any(|program| forks(&program.ops));
        for (id, name, span) in self.nodes() {
            let Role::Client(plan) = &self.graph.plans[id.index()].role else { continue };
            let Some((law, _)) = &plan.timeout else { continue };
            let Some(client) = self.traffic.clients.iter().find(|it| it.node == id) else {
                continue;
            };
            let (patience, least) = (law.mean(), delay(self.graph, &client.visits));
            let duration = self.graph.run.duration;
            if !is_parallel && plan.pages.is_empty() && patience < least {
                let message = format!(
                    "the time-out of `{name}` is {} on average, but links and waits alone take {}",
                    Length::from_nanos_rounded(patience),
                    Length::from_nanos_rounded(least)
                );
                self.warn(span, message, "");
            } else if Length::from_nanos_rounded(patience) > duration {
                let message = format!("the time-out of `{name}` is longer than the run");
                self.warn(span, message, "");
            }
        }
    }

    /// Priorities that no queue looks at.
    fn priorities(&mut self) {
        let looks = |plan: &crate::graph::NodePlan| {
            plan.shape.as_ref().is_some_and(|shape| {
                matches!(shape.discipline, Discipline::Priority | Discipline::PreemptivePriority)
            })
        };
        if self.graph.plans.iter().any(looks) {
            return;
        }
        let model = self.model;
        let help = "give a node `discipline = \"priority\"`";
        for (name, node) in &model.nodes {
            if node.spec.kind.asks().is_some_and(|client| client.priority.is_some()) {
                let message = format!("`{name}` has a `priority`, and no node looks at it");
                self.warn(node.place.clone(), message, help);
            }
        }
        for (name, endpoint) in &model.endpoints {
            if endpoint.spec.priority.is_some() {
                let message =
                    format!("endpoint `{name}` has a `priority`, and no node looks at it");
                self.warn(endpoint.place.clone(), message, help);
            }
        }
    }
}
