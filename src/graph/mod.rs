//! The graph: a model with its names resolved, checked, and made ready to run.
//!
//! What has been built here is legal: nothing fails later because of what a scenario says.

mod attack;
mod auth;
mod auth_programs;
mod balancer;
mod build;
mod cache_plan;
mod cached;
mod chores;
mod client;
mod cors;
mod demand;
mod doubtful;
mod faults;
mod filling;
mod http;
mod identified;
mod machine;
mod memory;
mod notice;
mod passed_on;
mod program;
mod reach;
mod scaling;
mod screen;
mod station;
mod steered;
mod stints;
mod traffic;
mod transport;
mod unsent;
mod visits;

use std::sync::Arc;

pub use build::{Files, build};
pub use cached::{browsers_keep, keeping, kept_for};
pub use cors::policy_of;
pub use demand::{Demand, Form, Given, Visits, successors};
pub use doubtful::is_never_given;
pub use identified::is_sharded;
pub use reach::{Pair, Served};
pub use steered::is_denied;
pub use stints::{Rest, Stints};
pub use traffic::{
    ClientTraffic, NodeTraffic, Origin, ReplicaTraffic, Traffic, bound_on_loads, delay, demand,
    handshake, is_hashed, own_work, passes_on, programs, shakers, shares_by_key, stays, writes,
};
pub use unsent::unsent;

use crate::auth::{Keep, Live, Sessions};
use crate::dist::Law;
use crate::fault::{FaultKind, FaultPlan, Target};
use crate::id::{EndpointId, NodeId};
use crate::limit::RateLimitSpec;
use crate::model::RunSpec;
use crate::net::{Fixed, Guard, LinkState, Transport, Waits};
use crate::nodes::Node;
use crate::nodes::answering::Answering;
use crate::nodes::caching::{CachePlan, Caches};
use crate::nodes::client::{BrowserPlan, Client, ClientPlan};
use crate::nodes::forwarding::{Proxy, Routes};
use crate::nodes::host::{AsidePlan, Host, MemoryPlan, Running};
use crate::nodes::load_balancer::{BalancePlan, LoadBalancer};
use crate::nodes::station::Shape;
use crate::observe::ProbePlan;
use crate::resilience::BreakerSpec;
use crate::rng::Key;
use crate::scaling::ScalingPlan;
use crate::screen::ScreenPlan;
use crate::unit::Bandwidth;

/// A scenario's variant, ready to run.
#[derive(Debug, Clone)]
pub struct Graph {
    /// What is run, for how long.
    pub run: RunSpec,
    /// What does not change during a run.
    pub fixed: Arc<Fixed>,
    /// The names of the nodes, in the order of their numbers.
    pub names: Vec<String>,
    /// The nodes.
    pub plans: Vec<NodePlan>,
    /// The links.
    pub links: Vec<LinkPlan>,
    /// The probes.
    pub probes: Vec<ProbePlan>,
    /// What goes wrong during a run.
    pub faults: Vec<Arc<FaultPlan>>,
    /// Whose replicas come and go with the load.
    pub scalings: Vec<Arc<ScalingPlan>>,
    /// How many priority classes there are.
    pub classes: u8,
    /// What all machines cost per hour.
    pub cost_per_hour: f64,
    /// Who is asked for what, and how often; behind a cache, what it is expected to leave.
    pub served: Served,
    /// What is expected of each cache.
    pub caches: Vec<CacheEstimate>,
}

/// What is expected of a cache before the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CacheEstimate {
    /// Whose cache.
    pub node: NodeId,
    /// The share of look-ups that it answers, by Che's approximation, or by lifetimes; none if it
    /// cannot be told.
    pub hit_ratio: Option<f64>,
    /// Whether its answers expire during the run, so that their lifetimes decide.
    pub expires: bool,
    /// Whether it is not known because the cache is still filling while it is measured.
    pub is_filling: bool,
}

/// A node, ready to run.
#[derive(Debug, Clone)]
pub struct NodePlan {
    /// The word for its kind.
    pub kind: &'static str,
    /// Its machines, if it has any.
    pub shape: Option<Shape>,
    /// How often exchanges may come to each of its replicas.
    pub limit: Option<RateLimitSpec>,
    /// What it lets pass.
    pub screen: Option<Arc<ScreenPlan>>,
    /// How many of its replicas must be up for it to be available.
    pub needed: u16,
    /// The values that it keeps for others, if it is a cache-aside store.
    pub aside: Option<AsidePlan>,
    /// How much memory its replicas have, and what takes it, if it is limited.
    pub memory: Option<Arc<MemoryPlan>>,
    /// What it does.
    pub role: Role,
    /// What its machines cost per hour.
    pub cost_per_hour: f64,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Role {
    /// Asks.
    Client(Arc<ClientPlan>),
    /// Hands on by routes, showing this address if any, by this program.
    Proxy {
        /// Where requests of each endpoint go.
        routes: Routes,
        /// Whether it shows its own address.
        hides_callers: bool,
        /// Its program.
        program: u16,
        /// Its cache.
        cache: Option<Arc<CachePlan>>,
    },
    /// Spreads.
    Balancer {
        /// Its backends and how it chooses.
        plan: Arc<BalancePlan>,
        /// Its program.
        program: u16,
        /// The program of handshakes that it passes on.
        shakes: u16,
    },
    /// Answers, by this program what has no endpoint.
    Answering(u16),
}

/// A link, ready to run.
#[derive(Debug, Clone)]
pub struct LinkPlan {
    /// Its name in streams: the names of its ends.
    pub name: String,
    /// One way.
    pub latency: Law,
    /// Of each direction.
    pub bandwidth: Option<Bandwidth>,
    /// Shares of packets lost, up and down.
    pub loss: [f64; 2],
    /// What a GiB over it costs, in either direction.
    pub price: f64,
    /// How its connections are opened and kept; none if they exist already.
    pub transport: Option<Transport>,
    /// How long its callers wait.
    pub waits: Option<Waits>,
    /// When its callers stop calling for a while.
    pub breaker: Option<BreakerSpec>,
}

impl LinkPlan {
    /// Whether the side that is called closes connections by itself.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.transport.as_ref().is_some_and(|transport| transport.server_keep_alive.is_some())
    }
}

impl Graph {
    /// The number of the node called `name`.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<NodeId> {
        let place = self.names.binary_search_by(|other| other.as_str().cmp(name)).ok()?;
        u16::try_from(place).ok().map(NodeId)
    }

    /// The name of an endpoint.
    #[must_use]
    pub fn endpoint_name(&self, id: EndpointId) -> &str {
        self.fixed.endpoints.get(id.index()).map_or("-", |endpoint| &endpoint.name)
    }

    /// The cache of a node, if it has one.
    #[must_use]
    pub fn cache(&self, id: NodeId) -> Option<&CachePlan> {
        match &self.plans[id.index()].role {
            Role::Proxy { cache, .. } => cache.as_deref(),
            Role::Client(_) | Role::Balancer { .. } | Role::Answering(_) => None,
        }
    }

    /// What the browsers of a client's people keep, if the node is one.
    #[must_use]
    pub fn browser(&self, id: NodeId) -> Option<&BrowserPlan> {
        match &self.plans[id.index()].role {
            Role::Client(plan) => plan.browser.as_ref(),
            Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => None,
        }
    }

    /// Whether something is kept at a node, or by its people, and given again.
    #[must_use]
    pub fn keeps(&self, id: NodeId) -> bool {
        let has_values = self.plans[id.index()].aside.is_some();
        has_values || self.cache(id).is_some() || self.browser(id).is_some()
    }

    /// Whether some node has a cache.
    #[must_use]
    pub fn has_caches(&self) -> bool {
        (0..).map(NodeId).take(self.plans.len()).any(|id| self.keeps(id))
    }

    /// Whether some node lets pass or stops by rules of its own, or an attacker is about.
    #[must_use]
    pub fn has_screens(&self) -> bool {
        self.plans.iter().filter_map(|plan| plan.screen.as_ref()).any(|screen| screen.is_any())
            || self.attackers().next().is_some()
    }

    /// The nodes that are attackers.
    pub fn attackers(&self) -> impl Iterator<Item = NodeId> {
        let attacks = self.fixed.screens.iter().flat_map(|screens| &screens.attacks);
        (0..).map(NodeId).zip(attacks).filter_map(|(id, attack)| attack.as_ref().map(|_| id))
    }

    /// Whether pages have several parts, or ask several origins.
    #[must_use]
    pub fn has_browsers(&self) -> bool {
        let has_parts = |plan: &NodePlan| match &plan.role {
            Role::Client(client) => !client.pages.is_empty(),
            Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => false,
        };
        let has_rules = self.fixed.cross_origin.is_some() || self.fixed.attacks.is_some();
        has_rules || self.plans.iter().any(has_parts)
    }

    /// Whether faults can strike replicas of a node; that its cache is emptied, or that balancers
    /// are told to leave one alone, keeps none from working.
    #[must_use]
    pub fn fails(&self, id: NodeId) -> bool {
        let strikes = |target: &Target| matches!(target, Target::Replica(at) if at.node == id);
        self.failures().any(|plan| plan.targets.iter().any(strikes))
    }

    /// The sessions that stand in the memory of servers, before there is any; none if that is not
    /// limited, or they take nothing of it.
    #[must_use]
    pub fn sessions_in_memory(&self) -> Option<Live> {
        let auth = self.fixed.auth.as_deref()?;
        let plan = &self.plans[auth.at.index()];
        plan.memory.as_ref().filter(|memory| memory.session > 0)?;
        let replicas = self.fixed.topology.nodes[auth.at.index()].replicas;
        let Sessions { keep, idle, absolute, .. } = auth.sessions;
        Some(Live::new(replicas, [idle, absolute], keep == Keep::Replicated))
    }

    /// Whether some node takes only so many connections.
    #[must_use]
    pub fn limits_connections(&self) -> bool {
        self.fixed.topology.nodes.iter().any(|node| node.most_connections.is_some())
    }

    /// Whether the memory of some node is limited.
    #[must_use]
    pub fn has_memory(&self) -> bool {
        self.plans.iter().any(|plan| plan.memory.is_some())
    }

    /// Who switches replicas of a node on and off, if somebody does.
    #[must_use]
    pub fn scaling(&self, id: NodeId) -> Option<&ScalingPlan> {
        self.scalings.iter().map(AsRef::as_ref).find(|plan| plan.node == id)
    }

    fn failures(&self) -> impl Iterator<Item = &FaultPlan> {
        let all = self.faults.iter().map(AsRef::as_ref);
        all.filter(|plan: &&FaultPlan| {
            !matches!(plan.kind, FaultKind::CacheFlush | FaultKind::Drain)
        })
    }

    /// Whether faults can strike replicas of some node.
    #[must_use]
    pub fn has_failing_nodes(&self) -> bool {
        let strikes = |target: &Target| matches!(target, Target::Replica(_));
        self.failures().any(|plan| plan.targets.iter().any(strikes))
    }

    /// The links of a new replication.
    #[must_use]
    pub fn links(&self, root: Key) -> Vec<LinkState> {
        let state = |link: &LinkPlan| {
            let stream = root.stream(&link.name, "link");
            LinkState::new(link.latency.clone(), link.bandwidth, link.loss, stream)
                .with_calls(link.transport.clone(), link.waits.clone())
                .guarded(link.breaker.clone().map(Guard::new))
                .priced(link.price > 0.0)
        };
        self.links.iter().map(state).collect()
    }

    /// The nodes of a new replication.
    #[must_use]
    pub fn nodes(&self, root: Key) -> Vec<Node> {
        let nodes = (0..).map(NodeId).zip(self.plans.iter().zip(&self.names));
        nodes.map(|(id, (plan, name))| self.node_at_work(id, plan, name, root)).collect()
    }

    fn node_at_work(&self, id: NodeId, plan: &NodePlan, name: &str, root: Key) -> Node {
        let host = |program: Running| {
            let replicas = plan.shape.as_ref().map_or(0, |shape| shape.machines.len());
            let stream = |replica: usize| root.named(name).with(replica as u64);
            let streams: Vec<_> =
                (0..replicas).map(|replica| stream(replica).stream(name, "replica")).collect();
            Host::new(id, plan.shape.as_ref(), program, &streams)
                .limited(plan.limit.as_ref())
                .guarded(self.fixed.auth.as_ref())
                .keeping(
                    plan.aside.as_ref(),
                    self.fixed.topology.nodes[id.index()].replicas,
                    root.named(name),
                )
                .sharing(self.fixed.cross_origin.as_deref(), id)
                .screened(plan.screen.as_ref())
                .remembering(plan.memory.as_ref())
        };
        match &plan.role {
            Role::Client(client) => {
                let stream = root.stream(name, "arrivals");
                Node::Client(Box::new(Client::new(client, root, stream)))
            }
            Role::Proxy { routes, hides_callers, program, cache } => {
                let address = hides_callers.then(|| self.fixed.addresses[id.index()]);
                let host = host(Running::Own(*program));
                let replicas = self.fixed.topology.nodes[id.index()].replicas;
                let cache =
                    cache.as_ref().map(|plan| Caches::new(plan, replicas, root.named(name)));
                let proxy = Proxy::new(host, Arc::clone(routes), address).with_cache(cache);
                Node::Proxy(Box::new(proxy))
            }
            Role::Balancer { plan, program, shakes } => {
                let coin = root.stream(name, "coin");
                let host = host(Running::Own(*program));
                let host = if plan.treats.layer == 4 { host.passing_on(*shakes) } else { host };
                Node::LoadBalancer(Box::new(LoadBalancer::new(host, plan, coin)))
            }
            Role::Answering(program) => {
                Node::Answering(Box::new(Answering::new(host(Running::Endpoint(*program)))))
            }
        }
    }
}
