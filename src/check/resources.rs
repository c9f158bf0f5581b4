//! What fills up without being a core: lines of a bandwidth, pools of connections, slots of
//! backends, workers that are kept while others answer, and pools of workers that hash passwords.

#![allow(clippy::cast_precision_loss, reason = "counts and sizes are far below 2^53")]

use std::collections::BTreeMap;

use super::grounds::Grounds;
use super::slots::slots;
use super::station::{Answer, NO_STEADY_STATE};
use super::suspicion::{Watch, at_least};
use super::text::{number, percent};
use super::workers::{are_its_load, workers};
use crate::auth::AuthPlan;
use crate::endpoint::{Op, Rule};
use crate::graph::{Graph, LinkPlan, Pair, Role, Traffic, passes_on, programs, stays};
use crate::id::{LinkId, NodeId};
use crate::model::Study;
use crate::net::Mode;
use crate::nodes::client::{ClientPlan, Demand};
use crate::nodes::station::Shape;
use crate::nodes::timeouts::Late;

/// What is needed less is not needed: see what is never sent, and what caches hold.
const IDLE: f64 = 1e-9;

/// Where a time-out is shorter than so many times the mean for which a connection is held, the mean
/// does not tell how many are.
const CUT: f64 = 3.0;

/// Something that so much of is needed on average, and so much of is there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resource {
    /// What it is of: a link, or the node that hashes.
    pub(super) of: Of,
    /// What it is, for people.
    pub(super) name: String,
    /// How much is needed on average.
    pub(super) needed: f64,
    /// How much there is.
    pub(super) there: f64,
    /// The unit of both.
    pub(super) unit: &'static str,
}

/// What a resource belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// This link.
    Link(LinkId),
    /// What this node has for hashes.
    Hashes(NodeId),
    /// The workers of this node, which are kept while it waits for others.
    Workers(NodeId),
    /// What the backends of this balancer have room for.
    Slots(NodeId),
}

impl Resource {
    /// How much of it is in use on average.
    pub(super) fn load(&self) -> f64 {
        self.needed / self.there
    }

    /// The node that it is at, or before.
    fn at(&self, graph: &Graph) -> NodeId {
        match self.of {
            Of::Link(link) => graph.fixed.topology.links[link.index()].to,
            Of::Hashes(node) | Of::Workers(node) | Of::Slots(node) => node,
        }
    }

    /// It in a line, for people.
    pub(super) fn line(&self) -> String {
        let Self { name, needed, there, unit, .. } = self;
        let [needed, there, load] = [*needed, *there, self.load()].map(number);
        format!("  {name}: {needed} of {there} {unit} are needed on average: a load of {load}")
    }
}

/// All of them that are not what the load of a node is already, the one with the highest load
/// first.
pub(super) fn resources(graph: &Graph, traffic: &Traffic) -> Vec<Resource> {
    let mut all = every(graph, traffic);
    let is_told = |it: &Resource| match it.of {
        Of::Workers(id) => are_its_load(graph, traffic, id),
        Of::Link(_) | Of::Hashes(_) | Of::Slots(_) => false,
    };
    all.retain(|it| !is_told(it));
    all
}

/// All of them, the one with the highest load first.
fn every(graph: &Graph, traffic: &Traffic) -> Vec<Resource> {
    let stays = stays(graph);
    let mut all = Vec::new();
    for (number, (ends, link)) in (0..).zip(graph.fixed.topology.links.iter().zip(&graph.links)) {
        let flows = flows(graph, traffic, ends.from, ends.to);
        let of = Of::Link(LinkId(number));
        all.extend(line_of(graph, link, of, &flows));
        all.extend(pool_of(graph, link, of, (ends.from, ends.to), &flows, &stays));
    }
    let ids = (0..).map(NodeId).take(graph.plans.len());
    all.extend(ids.clone().filter_map(|id| workers(graph, traffic, id, &stays)));
    all.extend(ids.filter_map(|id| slots(graph, traffic, id, &stays)));
    all.extend(graph.fixed.auth.as_ref().and_then(|auth| hashes(graph, traffic, auth)));
    // What stands for nothing in the equations is no need.
    all.retain(|it| it.load() > IDLE);
    all.sort_by(|a, b| b.load().total_cmp(&a.load()));
    all
}

/// For what a node is asked, and how often a second.
pub(super) fn visits(traffic: &Traffic, at: NodeId) -> impl Iterator<Item = (Pair, f64)> {
    traffic.clients.iter().flat_map(move |client| {
        let own = client.visits.iter().filter(move |(pair, _)| pair.0 == at);
        own.map(|(pair, often)| (*pair, often * client.rate))
    })
}

/// What goes from one node to another: pairs, and how often a second.
pub(super) fn flows(
    graph: &Graph,
    traffic: &Traffic,
    from: NodeId,
    to: NodeId,
) -> Vec<(Pair, f64)> {
    let mut flows = Vec::new();
    for (pair, rate) in visits(traffic, from) {
        let calls = graph.served.calls.get(&pair).into_iter().flatten();
        let there = calls.filter(|((node, _), _)| *node == to);
        flows.extend(there.map(|(callee, often)| (*callee, rate * often)));
    }
    flows
}

/// The busier direction of a line with a bandwidth: the bytes of endpoints, without anything else.
fn line_of(graph: &Graph, link: &LinkPlan, of: Of, flows: &[(Pair, f64)]) -> Option<Resource> {
    let bits = 1e9 / link.bandwidth?.time_for(1_000_000_000).0.max(1) as f64 * 8e9;
    let endpoint = |pair: &Pair| graph.fixed.endpoints.get(pair.1.index());
    let up = |pair: &Pair| endpoint(pair).map_or(0.0, |it| it.request_bytes as f64);
    let down = |pair: &Pair| {
        endpoint(pair).and_then(|it| it.response_bytes.as_ref()?.mean()).unwrap_or(0.0)
    };
    let sum = |size: &dyn Fn(&Pair) -> f64| -> f64 {
        flows.iter().map(|(pair, rate)| 8.0 * rate * size(pair)).sum()
    };
    let (up, down) = (sum(&up), sum(&down));
    let direction = if up > down { "the way there" } else { "the way back" };
    let name = format!("{}, {direction}", link.name.replace('>', " → "));
    Some(Resource { of, name, needed: up.max(down) / 1e6, there: bits / 1e6, unit: "Mbit/s" })
}

/// Connections of a pool: Little's law says how many are in use, from how long each is at least,
/// without a queue anywhere.
fn pool_of(
    graph: &Graph,
    link: &LinkPlan,
    of: Of,
    (from, to): (NodeId, NodeId),
    flows: &[(Pair, f64)],
    stays: &BTreeMap<Pair, f64>,
) -> Option<Resource> {
    let transport = link.transport.as_ref()?;
    if transport.mode != Mode::Pool
        || passes_on(graph, from)
        || transport.max == u32::MAX
        || transport.per_user.is_some()
    {
        return None;
    }
    let replicas = |id: NodeId| f64::from(graph.fixed.topology.nodes[id.index()].replicas);
    let owners = match &graph.plans[from.index()].role {
        Role::Client(client) => addresses(client)?,
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => replicas(from),
    };
    let each = f64::from(transport.max) * f64::from(transport.streams);
    let stay = |pair: &Pair| stays.get(pair).copied().unwrap_or(0.0);
    let held = |pair: &Pair| 2.0 * link.latency.mean() / 1e9 + stay(pair);
    let longest = flows.iter().map(|(pair, _)| held(pair)).fold(0.0, f64::max);
    if let_go_after(graph, from).is_some_and(|after| after < CUT * longest) {
        return None;
    }
    Some(Resource {
        of,
        name: link.name.replace('>', " → "),
        needed: flows.iter().map(|(pair, rate)| rate * held(pair)).sum(),
        there: owners * replicas(to) * each,
        unit: if transport.streams > 1 { "streams of its connections" } else { "connections" },
    })
}

/// When a connection that `from` holds is let go, however long its work would take, in seconds: a
/// client's own when it gives up, and those behind when it takes its work with it.
fn let_go_after(graph: &Graph, from: NodeId) -> Option<f64> {
    let clients = (0..).map(NodeId).zip(&graph.plans).filter_map(|(id, plan)| match &plan.role {
        Role::Client(client) => Some((id, client.timeout.as_ref()?)),
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => None,
    });
    let frees = |id: NodeId, late: Late| id == from || late == Late::Cancel;
    let after = clients.filter(|(id, (_, late))| frees(*id, *late));
    after.map(|(_, (law, _))| law.mean() / 1e9).reduce(f64::min)
}

/// How many addresses ask for something at the same time; none if nobody knows.
pub(super) fn addresses(client: &ClientPlan) -> Option<f64> {
    let given = Some(client.addresses.max(1)).filter(|it| *it < u64::from(u32::MAX));
    match &client.demand {
        Demand::Closed(users, _) => Some(client.addresses.min(u64::from(*users)).max(1) as f64),
        Demand::Open(_)
        | Demand::Renewal(_)
        | Demand::Visits(_)
        | Demand::Replayed(_)
        | Demand::ClosedTrace(_) => given.map(|it| it as f64),
    }
}

/// The workers of the issuer that hash and do nothing else.
fn hashes(graph: &Graph, traffic: &Traffic, auth: &AuthPlan) -> Option<Resource> {
    let (workers, law) = auth.pool.as_ref()?;
    let hashes = |pair: &Pair| -> usize {
        let numbers = programs(graph, *pair);
        let ops = numbers.iter().flat_map(|it| &graph.fixed.programs[usize::from(*it)].ops);
        ops.filter(|op| matches!(op, Op::Rule(Rule::Hash))).count()
    };
    let asked = visits(traffic, auth.issuer);
    let rate: f64 = asked.map(|(pair, rate)| rate * hashes(&pair) as f64).sum();
    let replicas = f64::from(graph.fixed.topology.nodes[auth.issuer.index()].replicas);
    Some(Resource {
        of: Of::Hashes(auth.issuer),
        name: format!("{}, hashing", graph.names[auth.issuer.index()]),
        needed: rate * law.mean() / 1e9,
        there: replicas * f64::from(*workers),
        unit: "workers of its pool",
    })
}

/// Whether more of something is needed than there is, whatever closed loops do, so that no run
/// has a mean to come to.
pub(super) fn is_short(graph: &Graph, traffic: &Traffic) -> bool {
    let open = open(graph, traffic);
    let grounds = Grounds::of(graph, &open);
    let too_much = |it: &Resource| it.load() >= 1.0 - 1e-9 && !grounds.is_spared(it.at(graph));
    resources(graph, &open).iter().any(too_much)
}

/// Takes from nodes what theory says of their cores where they have too few workers for what comes,
/// or too few that hash: exchanges wait without end, and nothing behind them comes as is told.
pub(super) fn overfull(graph: &Graph, traffic: &Traffic, answers: &mut [Answer]) {
    for it in resources(graph, &open(graph, traffic)) {
        let (node, why) = match it.of {
            Of::Hashes(node) => (node, "its pool has too few workers to hash"),
            Of::Workers(node) => (node, "it has too few workers"),
            Of::Link(_) | Of::Slots(_) => continue,
        };
        let is_limited = graph.plans[node.index()].shape.as_ref().is_some_and(Shape::is_limited);
        if it.load() >= 1.0 - 1e-9 && !is_limited {
            answers[node.index()] = Answer::Unknown(format!("{NO_STEADY_STATE}: {why}"));
        }
    }
}

/// What arrives without closed loops, which ask no faster than they are answered.
pub(super) fn open(graph: &Graph, traffic: &Traffic) -> Traffic {
    let closed = traffic.clients.iter().filter(|it| it.origin.is_closed());
    let quiet: Vec<(NodeId, f64)> = closed.map(|client| (client.node, 0.0)).collect();
    Traffic::with(graph, &quiet)
}

/// The resource of which most is in use on average by what is asked for, and no core; none where
/// what is asked for is not given, or less of it may come.
#[must_use]
pub fn fullest(graph: &Graph) -> Option<Fullest> {
    let traffic = Traffic::of(graph);
    if traffic.clients.iter().any(|client| client.origin.is_closed()) {
        return None;
    }
    let grounds = Grounds::of(graph, &traffic);
    loads(graph, &traffic).into_iter().find(|it| !grounds.is_spared(it.at))
}

/// What is no core, by how much of it is in use on average: the fullest first.
#[must_use]
pub fn loads(graph: &Graph, traffic: &Traffic) -> Vec<Fullest> {
    let fullest = |it: Resource| {
        let [needed, there] = [it.needed, it.there].map(number);
        let text = format!("{}, where {needed} of {there} {} are needed", it.name, it.unit);
        let queue = match it.of {
            Of::Workers(_) => Queue::Station,
            Of::Slots(_) => Queue::Balancer,
            Of::Link(_) | Of::Hashes(_) => Queue::Before,
        };
        Fullest { load: it.load(), at: it.at(graph), queue, name: it.name, text }
    };
    every(graph, traffic).into_iter().map(fullest).collect()
}

/// Where what waits for something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// In the queue of the node's station.
    Station,
    /// At the balancer that the node is, for a backend that has room.
    Balancer,
    /// On the way to the node, or beside its station.
    Before,
}

/// The resource of which most is in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Fullest {
    /// The share of it that is in use on average, without queues anywhere; from 1 on it is too
    /// little.
    pub load: f64,
    /// The node that it is at, or before.
    pub at: NodeId,
    /// Where what waits for it waits.
    pub queue: Queue,
    /// Whose it is.
    pub name: String,
    /// It in words: whose it is, how much is needed, and how much there is.
    pub text: String,
}

impl Watch<'_> {
    /// Resources of a steady-state study of which more is needed than there is.
    pub(super) fn resources(&mut self) {
        if self.graph.run.study == Study::Terminating {
            return;
        }
        let open = self.open();
        for it in resources(self.graph, &open).into_iter().filter(|it| it.load() >= 1.0 - 1e-9) {
            let (to, span, help) = match it.of {
                Of::Link(link) => {
                    let ends = &self.graph.fixed.topology.links[link.index()];
                    let [from, to] = [ends.from, ends.to].map(|id| &self.graph.names[id.index()]);
                    let span = self.model.links[&(from.clone(), to.clone())].to.clone();
                    (ends.to, span, "give the link more, or ask for less over it")
                }
                Of::Workers(node) => {
                    let place = &self.model.nodes[&self.graph.names[node.index()]].place;
                    (node, place.clone(), "give it more workers, or let what it calls be faster")
                }
                Of::Slots(node) => {
                    let place = self.model.nodes[&self.graph.names[node.index()]].at("max_conns");
                    (node, place, "let each backend have more, or give it more backends")
                }
                Of::Hashes(node) => {
                    let auth = self.model.auth.as_ref();
                    let place = &self.model.nodes[&self.graph.names[node.index()]].place;
                    let span = auth.map_or_else(|| place.clone(), |it| it.at("password.pool"));
                    (node, span, "give it more workers, or a hash that costs less")
                }
            };
            if self.grounds(&open).is_spared(to) {
                continue;
            }
            let lost = percent((1.0 - 1.0 / it.load()).max(0.0));
            let some = at_least(1.0 - 1.0 / it.load(), &lost);
            let what = match it.of {
                // Nothing waits longer than its `backend_queue` says, and without one still more
                // fails.
                Of::Slots(_) => format!("{some} of what comes fails"),
                Of::Link(_) | Of::Hashes(_) | Of::Workers(_) => {
                    format!("what waits for them grows without limit, or {lost} of it fails")
                }
            };
            let message = format!(
                "{} needs {} {} on average and has {}: {what}",
                it.name,
                number(it.needed),
                it.unit,
                number(it.there),
            );
            self.warn(span, message, help);
        }
    }
}
