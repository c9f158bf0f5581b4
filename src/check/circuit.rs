//! Closed loops: a fixed number of users, whose rate depends on how fast they are answered.

use super::grounds::Grounds;
use super::station::Answer;
use crate::endpoint::Op;
use crate::graph::{Form, Graph, NodePlan, Origin, Role, Traffic, delay};
use crate::id::NodeId;
use crate::nodes::client::Demand;
use crate::nodes::station::{Discipline, Shape};
use crate::theory::{MachineRepairman, Mva};

/// Steps of mean value analysis at most: users times stations.
const MAX_STEPS: u64 = 10_000_000;

/// The closed loop of a scenario that has just one client.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    /// The client.
    pub client: NodeId,
    /// How many users it has.
    pub users: u32,
    /// Seconds of a round in which nobody queues, without the work at cores: thinking, links and
    /// waits.
    pub think: f64,
    /// The seconds of a whole round in which nobody queues.
    pub round: f64,
    /// Whether a round may be shorter: users give up, or some work is done side by side.
    pub may_be_shorter: bool,
    /// What theory says, where the network has a product form; else why not.
    pub solution: Result<Solution, &'static str>,
}

/// A closed network, solved.
#[derive(Debug, Clone, PartialEq)]
pub enum Solution {
    /// One station with one or more servers.
    Repairman(MachineRepairman, NodeId),
    /// Stations of one server each.
    Network(Box<Mva>, Vec<NodeId>),
}

impl Circuit {
    /// The closed loop of `graph`, if its only client is one.
    pub(super) fn of(graph: &Graph, traffic: &Traffic) -> Option<Self> {
        let [client] = traffic.clients.as_slice() else { return None };
        let Role::Client(plan) = &graph.plans[client.node.index()].role else { return None };
        let Demand::Closed(users, law) = &plan.demand else { return None };
        let think = (law.mean() + delay(graph, &client.visits)) / 1e9;
        let has_timeout = plan.timeout.is_some();
        let solution = solution(graph, traffic, *users, think, has_timeout);
        let round = think + work(graph, traffic, client.rate);
        let may_be_shorter = has_timeout || has_forks(graph);
        Some(Self { client: client.node, users: *users, think, round, may_be_shorter, solution })
    }

    /// The requests per second, if they are known.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        match self.solution.as_ref().ok()? {
            Solution::Repairman(system, _) => Some(system.means().throughput),
            Solution::Network(network, _) => Some(network.throughput),
        }
    }

    /// Puts what is known of the loop's stations in the place of what is said of open ones.
    pub(super) fn explain(&self, answers: &mut [Answer]) {
        match &self.solution {
            Ok(Solution::Repairman(system, node)) => {
                let (means, name) = (system.means(), self.name());
                answers[node.index()] =
                    Answer::Solved { wait: means.wait, sojourn: means.sojourn, name };
            }
            Ok(Solution::Network(network, nodes)) => {
                for (node, station) in nodes.iter().zip(&network.stations) {
                    let busy = station.utilisation / network.throughput;
                    answers[node.index()] = Answer::Solved {
                        wait: station.residence - busy,
                        sojourn: station.residence,
                        name: self.name(),
                    };
                }
            }
            Err(_) => {
                for answer in answers.iter_mut().filter(|it| **it != Answer::Nothing) {
                    *answer = Answer::Unknown("in a closed loop".to_owned());
                }
            }
        }
    }

    /// The name of the model.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.solution {
            Ok(Solution::Repairman(system, _)) => {
                format!("M/M/{}//{}", system.servers(), system.users())
            }
            Ok(Solution::Network(..)) => "mean value analysis".to_owned(),
            Err(_) => "bounds".to_owned(),
        }
    }
}

/// Whether some work is done side by side.
fn has_forks(graph: &Graph) -> bool {
    let forks = |ops: &[Op]| ops.iter().any(|op| matches!(op, Op::Fork(..)));
    graph.fixed.programs.iter().any(|program| forks(&program.ops))
}

/// Seconds at cores of a request, of which so many come in a second.
fn work(graph: &Graph, traffic: &Traffic, rate: f64) -> f64 {
    let has_cores = |plan: &NodePlan| {
        let machines = plan.shape.iter().flat_map(|shape| &shape.machines);
        machines.into_iter().any(|machine| machine.cores > 0)
    };
    let nodes = graph.plans.iter().zip(&traffic.nodes).filter(|(plan, _)| has_cores(plan));
    let load: f64 = nodes.map(|(_, node)| node.load()).sum();
    if rate > 0.0 { load / rate } else { 0.0 }
}

fn solution(
    graph: &Graph,
    traffic: &Traffic,
    users: u32,
    think: f64,
    has_timeout: bool,
) -> Result<Solution, &'static str> {
    if has_timeout {
        return Err("its users give up");
    }
    if graph.has_caches() {
        return Err("caches answer a part of it");
    }
    if has_forks(graph) {
        return Err("some work is parallel");
    }
    let queues = |link: &crate::graph::LinkPlan| {
        link.bandwidth.is_some() || link.loss.iter().any(|share| *share > 0.0)
    };
    if graph.links.iter().any(queues) {
        return Err("messages queue at a link");
    }
    if graph.links.iter().any(|link| link.transport.is_some()) {
        return Err("connections are opened");
    }
    // The bound of the rate is what is going to be replaced.
    if !Grounds::of(graph, &given(traffic)).are_rates_certain() {
        return Err("how often its nodes are asked is not certain");
    }
    let mut stations = Vec::new();
    for (id, (node, plan)) in (0..).map(NodeId).zip(traffic.nodes.iter().zip(&graph.plans)) {
        let Some(shape) = plan.shape.as_ref().filter(|_| node.load() > 0.0) else { continue };
        sound(shape, node.cpu.form)?;
        stations.push((id, shape.machines[0], node));
    }
    let rate = traffic.clients[0].rate;
    if let [(id, machine, node)] = stations.as_slice()
        && node.cpu.operations <= 1
        && (node.cpu.often / rate - 1.0).abs() < 1e-9
    {
        let service_rate = 1e9 / (node.cpu.mean() * machine.factor);
        let system = MachineRepairman::new(users, think, service_rate, machine.cores);
        return system
            .map(|system| Solution::Repairman(system, *id))
            .map_err(|_| "it is too large");
    }
    if stations.iter().any(|(_, machine, _)| machine.cores > 1) {
        return Err("a station among several has more than one core");
    }
    if u64::from(users).saturating_mul(stations.len() as u64) > MAX_STEPS {
        return Err("it is too large");
    }
    let demands: Vec<f64> = stations.iter().map(|(.., node)| node.load() / rate).collect();
    let nodes = stations.iter().map(|(id, ..)| *id).collect();
    let network = Mva::solve(users, think, &demands).map_err(|_| "no node has work")?;
    Ok(Solution::Network(Box::new(network), nodes))
}

/// The same traffic as if its rates were given.
pub(super) fn given(traffic: &Traffic) -> Traffic {
    let mut given = traffic.clone();
    for client in &mut given.clients {
        client.origin = Origin::Given;
    }
    given
}

/// Whether a station has a place in a network of product form (Baskett, Chandy, Muntz and
/// Palacios, "Open, closed, and mixed networks of queues with different classes of customers",
/// Journal of the ACM 1975).
fn sound(shape: &Shape, form: Form) -> Result<(), &'static str> {
    let is_shared = shape.discipline == Discipline::Ps;
    match () {
        () if shape.machines.len() > 1 => Err("a node has several replicas"),
        () if shape.machines[0].cores == 0 => Err("a node has workers and no cores"),
        () if shape.workers != u32::MAX => Err("a node has a limited number of workers"),
        () if shape.patience.is_some() => Err("a node has a `queue_timeout`"),
        () if shape.setup.is_some() || shape.pauses.is_some() => {
            Err("a node has `setup` or `pauses`")
        }
        () if shape.classes > 1 => Err("there are classes of priority"),
        () if !is_shared && !matches!(form, Form::Exponential(_)) => {
            Err("a node serves one after the other by a law that is not exponential")
        }
        () => Ok(()),
    }
}

/// How the rate of a client is known, for people.
pub(super) const fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Given => "",
        Origin::About => "about ",
        Origin::AtMost => "at most ",
        Origin::Solved => "",
    }
}
