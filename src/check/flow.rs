//! How random the arrivals are: Poisson arrivals stay Poisson through some nodes, and every k-th
//! of them is an Erlang interval; where nothing is known they are taken for Poisson, and what is
//! concluded is called an approximation.

use std::collections::BTreeMap;

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};

use super::bunched::Bunch;
use super::leaning::{Leaning, leaning};
use super::station::{Answer, interarrival};
use crate::arrivals::{Arrivals, RateProfile};
use crate::balance::Algorithm;
use crate::graph::{Form, Graph, Pair, Role, Traffic, is_hashed, shares_by_key};
use crate::id::NodeId;
use crate::nodes::client::{ClientPlan, Demand};
use crate::nodes::load_balancer::BalancePlan;
use crate::nodes::station::Shape;
use crate::theory::Interarrival;

/// Arrivals at a node or one of its replicas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Flow {
    /// The law of the intervals.
    pub(super) law: Interarrival,
    /// Whether that is certain.
    pub(super) exact: bool,
    /// Whether one request may cause several of them at different nodes.
    forked: bool,
    /// Whether the choice of a replica looks at how the replicas do.
    watches: bool,
    /// Whether they come in bunches.
    pub(super) bunch: Bunch,
    /// Whether what is only taken for Poisson is known to come no less evenly.
    pub(super) is_even: bool,
}

/// Squared coefficients of variation of the arrivals and of the service at a node.
pub(super) type Variation = (f64, f64);

/// What theory says of every node, and what that is worth.
pub(super) struct Answers {
    /// What it says.
    pub(super) nodes: Vec<Answer>,
    /// How much arrivals and service vary.
    pub(super) variations: Vec<Variation>,
    /// What that is worth.
    pub(super) leanings: Vec<Leaning>,
}

/// What theory says of every node, and how much arrivals and service vary there.
pub(super) fn answers(graph: &Graph, traffic: &Traffic) -> Answers {
    let edges = edges(traffic, graph);
    let mut order = DiGraph::<(), ()>::new();
    for _ in &graph.plans {
        order.add_node(());
    }
    for (from, to) in edges.keys() {
        order.add_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), ());
    }
    let sorted = toposort(&order, None).ok();
    let comes_back = sorted.is_none();
    let sorted = sorted.unwrap_or_else(|| order.node_indices().collect());
    let mut leaving = vec![Flow::UNKNOWN; graph.plans.len()];
    let mut answers = vec![Answer::Nothing; graph.plans.len()];
    let mut variations = vec![(1.0, 1.0); graph.plans.len()];
    let mut leanings = vec![Leaning::Holds; graph.plans.len()];
    for place in sorted {
        let id = NodeId(u16::try_from(place.index()).unwrap_or(u16::MAX));
        if let Role::Client(client) = &graph.plans[id.index()].role {
            leaving[id.index()] = Flow::of_client(graph, client);
            continue;
        }
        let replicas = usize::from(graph.fixed.topology.nodes[id.index()].replicas);
        let spread_over = |replicas: usize| {
            let into = edges.iter().filter(|((_, to), _)| *to == id);
            let along = into.map(|((from, _), often)| {
                leaving[from.index()].along(graph, (*from, id), *often, replicas)
            });
            let merged = Flow::merged(&along.collect::<Vec<_>>());
            let again = Flow { bunch: merged.bunch.scattered(), ..Flow::UNKNOWN };
            if comes_back { again } else { merged }
        };
        let arriving = spread_over(replicas);
        let answer = if arriving.watches {
            Answer::Unknown("no formula: the balancer looks at how its backends do".to_owned())
        } else {
            Answer::of(graph, traffic, id, arriving)
        };
        let node = &traffic.nodes[id.index()];
        // Where nothing is done at a core what is kept are workers.
        let has_cores = graph.plans[id.index()].shape.as_ref().is_some_and(Shape::has_cores);
        let service = if has_cores { node.stints.cv2() } else { node.wait.cv2() };
        variations[id.index()] = (arriving.bunch.dispersion(arriving.law.cv2()), service);
        // Replicas of a balancer share its turns, so where none has a queue they are as one.
        let is_balancer = matches!(graph.plans[id.index()].role, Role::Balancer { .. });
        let is_one = is_balancer && answer == Answer::Nothing;
        let gone = if is_one { spread_over(1) } else { arriving };
        leaving[id.index()] = gone.through(graph, traffic, id, &answer);
        leanings[id.index()] = leaning(&answer, arriving, node);
        answers[id.index()] = answer;
    }
    Answers { nodes: answers, variations, leanings }
}

/// How often a visit to the one node calls the other, at most over its endpoints.
fn edges(traffic: &Traffic, graph: &Graph) -> BTreeMap<(NodeId, NodeId), f64> {
    let mut edges = BTreeMap::new();
    for pair in traffic.clients.iter().flat_map(|client| client.visits.keys()) {
        let mut often: BTreeMap<NodeId, f64> = BTreeMap::new();
        for ((to, _), calls) in calls(graph, pair) {
            *often.entry(*to).or_insert(0.0) += calls;
        }
        for (to, often) in often {
            let most = edges.entry((pair.0, to)).or_insert(0.0_f64);
            *most = most.max(often);
        }
    }
    edges
}

/// Whether a node looks something up in a store, so that it asks others only for what is missing.
fn looks_up(graph: &Graph, node: NodeId) -> bool {
    let mut asked = graph.served.calls.iter().filter(|((from, _), _)| *from == node);
    asked.any(|(_, calls)| calls.iter().any(|((to, _), _)| graph.plans[to.index()].aside.is_some()))
}

fn calls<'a>(graph: &'a Graph, pair: &Pair) -> impl Iterator<Item = &'a (Pair, f64)> {
    graph.served.calls.get(pair).into_iter().flatten()
}

impl Flow {
    /// Nothing is known: taken for Poisson.
    const UNKNOWN: Self = Self {
        law: Interarrival::Exponential,
        exact: false,
        forked: false,
        watches: false,
        bunch: Bunch::None,
        is_even: false,
    };

    const fn exact(law: Interarrival) -> Self {
        Self { law, exact: true, ..Self::UNKNOWN }
    }

    /// Nothing is known but that they bunch, so that no formula holds for this reason.
    const fn bursts(reason: &'static str) -> Self {
        Self { bunch: Bunch::Bursts(reason), ..Self::UNKNOWN }
    }

    fn of_client(graph: &Graph, client: &ClientPlan) -> Self {
        let flow = match &client.demand {
            Demand::Open(arrivals) => Self::of_arrivals(arrivals),
            Demand::Renewal(law) => Self::exact(interarrival(law)),
            Demand::Replayed(_) | Demand::ClosedTrace(_) => {
                Self::bursts("no formula: arrivals are those of a trace")
            }
            Demand::Closed(..) | Demand::Visits(_) => Self::UNKNOWN,
        };
        let links = graph.fixed.topology.nodes[client.node.index()].outgoing.len();
        if links > 1 { flow.thinned() } else { flow }
    }

    fn of_arrivals(arrivals: &Arrivals) -> Self {
        match arrivals {
            Arrivals::Poisson { poisson: RateProfile::Constant(_), batch } => {
                Self { bunch: Bunch::of(*batch), ..Self::exact(Interarrival::Exponential) }
            }
            Arrivals::Regular { regular: RateProfile::Constant(_) } => {
                Self::exact(Interarrival::Constant)
            }
            Arrivals::Mmpp { .. } => Self::bursts("no formula: arrivals come in bursts"),
            Arrivals::Poisson { .. } | Arrivals::Regular { .. } => {
                Self::bursts("no formula: the rate of arrivals changes")
            }
            Arrivals::Interval { .. } | Arrivals::Visits { .. } | Arrivals::Trace { .. } => {
                Self::UNKNOWN
            }
        }
    }

    /// What a random part of the flow is: of Poisson arrivals it is Poisson.
    fn thinned(self) -> Self {
        let is_poisson = self.law == Interarrival::Exponential && self.bunch == Bunch::None;
        if is_poisson { self } else { self.evened() }
    }

    /// A part of the flow that chance, or turns by weight, take out, of which no more is known than
    /// its rate: of arrivals that come no less evenly than Poisson ones it is no less even either.
    fn evened(self) -> Self {
        let is_even = matches!(
            self.law,
            Interarrival::Exponential | Interarrival::Erlang { .. } | Interarrival::Constant
        );
        let is_even = self.exact && is_even && self.bunch == Bunch::None;
        Self { is_even, ..self.unknown() }
    }

    /// The same flow, of which no more is known than its rate.
    fn unknown(self) -> Self {
        let bunch = self.bunch.scattered();
        let law = Interarrival::Exponential;
        Self { law, exact: false, bunch, is_even: false, ..self }
    }

    /// Every k-th of the flow.
    fn every(self, k: usize) -> Self {
        match (self.law, u32::try_from(k)) {
            (_, Ok(1)) | (Interarrival::Constant, _) => self,
            _ if self.bunch != Bunch::None => self.unknown(),
            (Interarrival::Exponential, Ok(k)) => Self { law: Interarrival::Erlang { k }, ..self },
            _ => self.unknown(),
        }
    }

    /// Several flows together: Poisson if all are and if they have nothing to do with one another.
    fn merged(flows: &[Self]) -> Self {
        let watches = flows.iter().any(|flow| flow.watches);
        match flows {
            [] => Self::UNKNOWN,
            [only] => *only,
            several => {
                let poisson = Self::exact(Interarrival::Exponential);
                let is_poisson = several.iter().all(|flow| *flow == poisson);
                let bunch = Bunch::merged(several.iter().map(|flow| flow.bunch));
                if is_poisson { poisson } else { Self { watches, bunch, ..Self::UNKNOWN } }
            }
        }
    }

    /// What arrives at one of so many replicas of `to` of what leaves `from` and is called so
    /// often.
    fn along(
        self,
        graph: &Graph,
        (from, to): (NodeId, NodeId),
        often: f64,
        replicas: usize,
    ) -> Self {
        let writes = graph.fixed.topology.nodes[to.index()].has_primary && replicas > 1;
        let flow = match &graph.plans[from.index()].role {
            Role::Balancer { plan, .. } if is_hashed(plan) => self.hashed(graph, from),
            Role::Balancer { plan, .. } => self.balanced(plan),
            _ if graph.keeps(from) || looks_up(graph, from) => self.unknown(),
            _ if often > 1.0 + 1e-9 || writes => self.unknown(),
            _ if often < 1.0 - 1e-9 => self.thinned().every(replicas),
            Role::Client(_) | Role::Proxy { .. } | Role::Answering(_) => self.every(replicas),
        };
        let Some(link) = graph.fixed.topology.link(from, to) else { return flow };
        let link = &graph.links[link.index()];
        let moves = link.latency.is_constant().is_none() && flow.law != Interarrival::Exponential;
        let loses = link.loss.iter().any(|share| *share > 0.0);
        match link.bandwidth {
            _ if moves || loses => flow.unknown(),
            // Who stands in line goes on one by one.
            Some(_) => flow.evened(),
            None => flow,
        }
    }

    /// What one backend of a balancer that hashes gets: if keys are drawn independently, what falls
    /// to one's own is a random part of the flow.
    fn hashed(self, graph: &Graph, balancer: NodeId) -> Self {
        let mut asked = graph.served.calls.keys().filter(|(node, _)| *node == balancer);
        let is_known = asked.all(|(_, it)| shares_by_key(graph, balancer, *it).is_some());
        if is_known { self.thinned() } else { self.unknown() }
    }

    /// What one backend gets.
    fn balanced(self, plan: &BalancePlan) -> Self {
        let open = plan.backends.iter().filter(|backend| backend.weight > 0);
        let count = open.clone().count();
        let equal = open.clone().zip(open.skip(1)).all(|(one, next)| one.weight == next.weight);
        match plan.spec.algorithm {
            _ if count == 1 => self,
            Algorithm::RoundRobin if equal || plan.spec.profile.is_none() => self.every(count),
            Algorithm::SmoothWeightedRoundRobin | Algorithm::StaticRoundRobin if equal => {
                self.every(count)
            }
            Algorithm::Random | Algorithm::WeightedRandom => self.thinned(),
            Algorithm::RoundRobin
            | Algorithm::SmoothWeightedRoundRobin
            | Algorithm::StaticRoundRobin => self.evened(),
            Algorithm::SourceHash
            | Algorithm::UriHash
            | Algorithm::RingHash
            | Algorithm::Maglev => self.unknown(),
            Algorithm::First if plan.treats.max_conns.is_none() => self,
            Algorithm::First
            | Algorithm::PowerOfD
            | Algorithm::LeastConnections
            | Algorithm::WeightedLeastConnections
            | Algorithm::JoinIdleQueue
            | Algorithm::LeastResponseTime => Self { watches: true, ..self.unknown() },
        }
    }

    /// What leaves a node of what arrives at one of its replicas.
    fn through(self, graph: &Graph, traffic: &Traffic, id: NodeId, answer: &Answer) -> Self {
        let node = &traffic.nodes[id.index()];
        let several = traffic
            .clients
            .iter()
            .flat_map(|client| client.visits.keys().filter(|pair| pair.0 == id))
            .any(|pair| calls(graph, pair).map(|(_, often)| often).sum::<f64>() > 1.0 + 1e-9);
        let shifts = node.wait.often > 0.0 && !matches!(node.wait.form, Form::Constant(_));
        let leaves = match answer {
            Answer::Nothing if shifts => self.thinned(),
            Answer::Nothing => self,
            Answer::Queue(..) | Answer::Mixed(..) if answer.keeps_poisson() => self,
            Answer::Queue(..) | Answer::Mixed(..) | Answer::Solved { .. } | Answer::Unknown(_) => {
                self.unknown()
            }
        };
        Self { forked: self.forked || several, watches: false, ..leaves }
    }
}
