//! How a node's load falls on its replicas.
//!
//! Each has the work of what comes to it, which need not be that of all: writes come to the primary
//! of a database, and a hash sends each key its own way.

use std::collections::BTreeMap;

use super::super::demand::{Demand, Visits};
use super::super::stints::Stints;
use super::{Graph, Pair, Role, shares_by_key};
use crate::balance::Backend;
use crate::id::{EndpointId, NodeId};
use crate::nodes::station::{MachineShape, Shape};

/// What arrives at a replica.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReplicaTraffic {
    /// Its share of the node's exchanges.
    pub share: f64,
    /// The work that is offered to it, in erlangs: cores that it keeps busy on average, with the
    /// pauses that this brings.
    pub load: f64,
    /// How many can be served at once.
    pub servers: u32,
    /// The visits to its cores' queue of a second, at speed 1.
    pub cpu: Visits,
    /// The same in stints.
    pub stints: Stints,
    /// Its times without a core of a second.
    pub wait: Visits,
}

impl ReplicaTraffic {
    /// The utilisation of a core.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        if self.servers == 0 { 0.0 } else { self.load / f64::from(self.servers) }
    }

    /// Whether as much of the same work comes to both.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let numbers = |it: &Self| {
            let [cpu, wait] = [it.cpu, it.wait].map(|it| [it.often, it.total, it.squares]);
            [cpu, wait, [it.share, it.stints.total, it.stints.squares]]
        };
        // Infinite squares are equal and have no difference.
        let is_close =
            |(a, b): (&f64, &f64)| a.total_cmp(b).is_eq() || (a - b).abs() <= 1e-9 * a.max(*b);
        let forms = [(self.cpu.form, other.cpu.form), (self.wait.form, other.wait.form)];
        forms.iter().all(|(one, other)| one == other)
            && numbers(self).as_flattened().iter().zip(numbers(other).as_flattened()).all(is_close)
    }

    fn add(&mut self, work: &Work, times: f64) {
        self.cpu = self.cpu.and(&work.cpu, times);
        self.stints = self.stints.and(&work.stints, times);
        self.wait = self.wait.and(&work.wait, times);
    }
}

/// So many exchanges a second, and their work.
#[derive(Debug, Clone, Copy, Default)]
struct Work {
    rate: f64,
    cpu: Visits,
    stints: Stints,
    wait: Visits,
}

impl Work {
    fn add(&mut self, demand: &Demand, rate: f64) {
        self.rate += rate;
        self.cpu = self.cpu.and(&demand.cpu, rate);
        self.stints = self.stints.and(&demand.stints, rate);
        self.wait = self.wait.and(&demand.wait, rate);
    }
}

/// What comes to a node: by caller, and by what it is for.
#[derive(Debug, Clone, Default)]
pub(super) struct Arriving {
    calls: BTreeMap<Pair, Work>,
    shakes: Work,
}

impl Arriving {
    /// Adds what a visit for a pair calls it for, so often a second, and what that costs.
    pub(super) fn call(
        &mut self,
        graph: &Graph,
        caller: Pair,
        called: EndpointId,
        (demand, rate): (&Demand, f64),
    ) {
        let what = (caller.0, for_what(graph, caller, called));
        self.calls.entry(what).or_default().add(demand, rate);
    }

    /// Adds handshakes, so many a second, which go where everything goes.
    pub(super) fn shake(&mut self, shake: &Demand, rate: f64) {
        self.shakes.add(shake, rate);
    }

    /// What of it comes to each replica, if so many exchanges come to the node.
    pub(super) fn replicas(&self, graph: &Graph, id: NodeId, rate: f64) -> Vec<ReplicaTraffic> {
        let Some(shape) = &graph.plans[id.index()].shape else { return Vec::new() };
        let mut replicas = vec![ReplicaTraffic::default(); shape.machines.len()];
        for ((from, endpoint), work) in self.calls.iter().filter(|_| rate > 0.0) {
            let weights = weights(graph, *from, id, *endpoint);
            let total: f64 = weights.iter().sum();
            for (replica, weight) in replicas.iter_mut().zip(weights).filter(|_| total > 0.0) {
                replica.share += work.rate / rate * weight / total;
                if weight > 0.0 {
                    replica.add(work, weight / total);
                }
            }
        }
        for (replica, machine) in replicas.iter_mut().zip(&shape.machines) {
            replica.add(&self.shakes, replica.share);
            (replica.load, replica.servers) = offered(replica, machine, shape);
        }
        replicas
    }
}

/// The erlangs that are offered to a replica, and how many it serves at once. What is at a core
/// keeps it during a pause as well.
fn offered(replica: &ReplicaTraffic, machine: &MachineShape, shape: &Shape) -> (f64, u32) {
    match machine.cores {
        0 => (replica.wait.total / 1e9, shape.workers),
        cores => (replica.cpu.total * machine.factor * shape.drawn_out() / 1e9, cores),
    }
}

/// What a call is for: one without an endpoint is a part of the work of what the caller was asked
/// for, and writes if that does. What only hands on knows no more than the call says.
fn for_what(graph: &Graph, (caller, asked): Pair, called: EndpointId) -> EndpointId {
    match &graph.plans[caller.index()].role {
        Role::Answering(_) if called == EndpointId::NONE => asked,
        Role::Client(_) | Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => called,
    }
}

/// Whether what a visit for a pair calls another for writes.
#[must_use]
pub fn writes(graph: &Graph, caller: Pair, called: EndpointId) -> bool {
    let asked = graph.fixed.endpoints.get(for_what(graph, caller, called).index());
    asked.is_some_and(|asked| asked.write)
}

/// How what one caller sends for an endpoint falls on the replicas of a node.
fn weights(graph: &Graph, from: NodeId, to: NodeId, endpoint: EndpointId) -> Vec<f64> {
    let replicas = usize::from(graph.fixed.topology.nodes[to.index()].replicas);
    let asked = graph.fixed.endpoints.get(endpoint.index());
    match &graph.plans[from.index()].role {
        Role::Balancer { plan, .. } => {
            let by_key = shares_by_key(graph, from, endpoint);
            let own = plan.backends.iter().enumerate().filter(|(_, backend)| backend.node == to);
            let share = |(number, backend): (usize, &Backend)| match &by_key {
                Some(shares) => shares[number],
                None => plan.spec.share_of(backend.weight),
            };
            own.map(share).collect()
        }
        _ if graph.fixed.topology.nodes[to.index()].has_primary
            && asked.is_some_and(|asked| asked.write) =>
        {
            (0..replicas).map(|replica| if replica == 0 { 1.0 } else { 0.0 }).collect()
        }
        Role::Client(_) | Role::Proxy { .. } | Role::Answering(_) => vec![1.0; replicas],
    }
}
