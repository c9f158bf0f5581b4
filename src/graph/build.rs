//! From a model to a graph: names to numbers, and everything that can be wrong with a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::attack::{attacks, browsers};
use super::auth::auth_plan;
use super::cache_plan::{aside_plan, cache_plan};
use super::cached::thin;
use super::client::client_plan;
use super::cors::{Origins, cross_origin};
use super::faults::faults;
use super::http::http;
use super::identified::identify;
use super::machine::check_machines;
use super::memory::{Room, memory_plan};
use super::program::{Programs, endpoints};
use super::reach::{Served, served};
use super::scaling::scalings;
use super::screen::{around_forwarding, screens};
use super::station::{classes, shape};
use super::steered::steer;
use super::transport::{transport, waits};
use super::unsent::withhold;
use super::{Graph, LinkPlan, NodePlan, Role};
use crate::balance::{Algorithm, Backend, BalanceSpec};
use crate::endpoint::EndpointSpec;
use crate::fact::Place;
use crate::id::{EndpointId, LinkId, NodeId, ReplicaId};
use crate::model::{LinkEntry, Model, NodeSpec};
use crate::net::{Fixed, LinkEnds, NodeShape, Topology};
use crate::nodes::KindSpec;
use crate::nodes::attacker::AttackerSpec;
use crate::nodes::caching::CachingSpec;
use crate::nodes::forwarding::{ForwardingSpec, Routes};
use crate::nodes::load_balancer::{BalancePlan, LoadBalancerSpec};
use crate::observe::ProbePlan;
use crate::rng::{hash_name, mix};
use crate::scenario::{Diagnostic, Diagnostics, Span, nearest};
use crate::trace::{ObjectNumbers, Trace};

/// Reads the files that a scenario names, relative to it.
pub trait Files {
    /// The text of a file, or a sentence that says why it cannot be read.
    ///
    /// # Errors
    /// If it cannot be read.
    fn text(&mut self, path: &str) -> Result<String, String>;

    /// A trace, or a sentence that says what is wrong with it.
    ///
    /// # Errors
    /// If it cannot be read, or is no trace.
    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String>;
}

/// Replicas of all nodes together.
const MAX_REPLICAS: u64 = 1_000_000;

/// Where each backend is, and the link to it.
pub(super) type Ways = Vec<(Place, LinkId)>;

/// Points of the ring of a balancer that hashes consistently, which takes 16 bytes for each.
const MAX_RING_POINTS: u64 = 10_000_000;

/// What a build works with.
pub(super) struct Build<'a> {
    pub(super) model: &'a Model,
    pub(super) files: &'a mut dyn Files,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Nodes that take part, in the order of their numbers.
    pub(super) nodes: Vec<(&'a str, &'a NodeSpec, Span)>,
    pub(super) endpoints: Vec<(&'a str, &'a EndpointSpec)>,
    pub(super) topology: Topology,
    /// The origins of pages.
    pub(super) origins: Origins,
    /// Whether a page asks another origin than its own.
    pub(super) crosses: bool,
    /// How many priority classes there are.
    pub(super) classes: u8,
}

/// The graph of `model`, or none if the diagnostics have errors.
pub fn build(model: &Model, files: &mut dyn Files, diagnostics: &mut Diagnostics) -> Option<Graph> {
    let nodes = model.nodes.iter().filter(|(_, node)| node.spec.common.enabled);
    let nodes = nodes.map(|(name, node)| (name.as_str(), &node.spec, node.place.clone()));
    let mut build = Build {
        model,
        files,
        diagnostics,
        nodes: nodes.collect(),
        endpoints: model.endpoints.iter().map(|(name, it)| (name.as_str(), &it.spec)).collect(),
        topology: Topology::default(),
        origins: Origins::default(),
        crosses: false,
        classes: classes(model),
    };
    build.check_whole();
    build.check_replicas();
    check_machines(&mut build);
    let mut links = build.links();
    if build.diagnostics.has_errors() {
        return None;
    }
    let mut programs = Programs::default();
    let endpoints = endpoints(&mut build, &mut programs);
    build.transports(&mut links, &mut programs);
    build.check_layer_4(&links);
    build.check_balancers();
    let served = served(&mut build);
    let graph = build.graph(links, endpoints, programs, &served);
    if diagnostics.has_errors() { None } else { graph }
}

impl<'a> Build<'a> {
    /// The number of a node that takes part, or a diagnostic.
    pub(super) fn node(&mut self, name: &str, span: &Span) -> Option<NodeId> {
        if let Ok(place) = self.nodes.binary_search_by(|(other, ..)| (*other).cmp(name)) {
            return u16::try_from(place).ok().map(NodeId);
        }
        if self.model.nodes.contains_key(name) {
            return None;
        }
        let names = self.model.nodes.keys().map(String::as_str);
        self.unknown("node", name, span, names);
        None
    }

    /// The number of an endpoint, or a diagnostic.
    pub(super) fn endpoint(&mut self, name: &str, span: &Span) -> Option<EndpointId> {
        if let Ok(place) = self.endpoints.binary_search_by(|(other, _)| (*other).cmp(name)) {
            return u16::try_from(place).ok().map(EndpointId);
        }
        let names = self.model.endpoints.keys().map(String::as_str);
        self.unknown("endpoint", name, span, names);
        None
    }

    /// Says that there is no `what` called `name`, and which one may have been meant.
    pub(super) fn unknown<'n>(
        &mut self,
        what: &str,
        name: &str,
        span: &Span,
        names: impl Iterator<Item = &'n str> + Clone,
    ) {
        let label = if names.clone().next().is_none() {
            format!("the scenario has no {what}")
        } else {
            format!("the {what}s are {}", listed(names.clone()))
        };
        let error =
            Diagnostic::error(span.clone(), format!("unknown {what} `{name}`")).label(label);
        // A bare key is as long as the name, a text has its quotes besides.
        let is_bare = span.len() == name.len();
        let near = nearest(name, names);
        self.diagnostics.push(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")).suggest(
                span.clone(),
                if is_bare { near.to_owned() } else { format!("\"{near}\"") },
            ),
            None => error,
        });
    }

    /// Where the value at `path` of a node's table stands; its name if that is not written.
    pub(super) fn at_node(&self, name: &str, path: &str) -> Span {
        self.model.nodes.get(name).map_or(0..0, |node| node.at(path))
    }

    /// Says what is wrong at a place.
    pub(super) fn error(&mut self, span: &Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(span.clone(), message));
    }

    /// Whole-scenario rules: something asks, something answers, numbers fit.
    fn check_whole(&mut self) {
        // After other errors nodes are missing that the scenario has.
        let is_whole = !self.diagnostics.has_errors();
        if self.nodes.is_empty() && is_whole {
            self.diagnostics.push(
                Diagnostic::nowhere("the scenario has no nodes")
                    .help("a scenario needs a client and something that answers it, with a link"),
            );
        }
        let is_client = |node: &NodeSpec| node.kind.asks().is_some();
        if is_whole
            && !self.nodes.is_empty()
            && !self.nodes.iter().any(|(_, node, _)| is_client(node))
        {
            let first = self.nodes[0].2.clone();
            let error = Diagnostic::error(first, "no node is a client: nothing is ever asked for");
            self.diagnostics.push(error.help("give some node kind = \"client\""));
        }
        let users = self.nodes.iter().map(|(_, node, _)| {
            let Some(client) = node.kind.asks() else { return 0 };
            u64::from(client.users.unwrap_or(0))
        });
        if users.sum::<u64>() > 30_000_000 {
            let message = "all clients together have at most 30,000,000 users";
            self.diagnostics.push(Diagnostic::nowhere(message));
        }
        if self.nodes.len() > 65_000 {
            self.diagnostics.push(Diagnostic::nowhere("a scenario has at most 65,000 nodes"));
        }
        if self.endpoints.len() > 65_000 {
            self.diagnostics.push(Diagnostic::nowhere("a scenario has at most 65,000 endpoints"));
        }
    }

    /// How many replicas there are: everything else is a table of them.
    fn check_replicas(&mut self) {
        let mut all = 0_u64;
        for (name, node, _) in self.nodes.clone() {
            let replicas = node.replicas();
            if !(1..=65_000).contains(&replicas) {
                let is_scaled = node.station().is_some_and(|it| it.autoscale.is_some());
                let key = if is_scaled { "autoscale.max" } else { "replicas" };
                let span = self.at_node(name, key);
                self.error(&span, format!("`{key}` is from 1 to 65000, not {replicas}"));
            }
            all += u64::from(replicas);
        }
        if all > MAX_REPLICAS && !self.diagnostics.has_errors() {
            let message = format!("a scenario has at most {MAX_REPLICAS} replicas, not {all}");
            self.diagnostics.push(Diagnostic::nowhere(message));
        }
    }

    /// Numbers the links and notes who can call whom.
    fn links(&mut self) -> Vec<LinkPlan> {
        let shapes = self.nodes.iter().map(|(_, node, _)| NodeShape {
            replicas: u16::try_from(node.replicas()).unwrap_or(u16::MAX),
            has_primary: matches!(node.kind, KindSpec::Database(_)),
            most_connections: node.station().and_then(|it| it.max_connections),
            outgoing: Vec::new(),
        });
        self.topology.nodes = shapes.collect();
        let mut plans = Vec::new();
        let model = self.model;
        for ((from, to), entry) in &model.links {
            let ends = (self.node(from, &entry.from), self.node(to, &entry.to));
            let (Some(from_id), Some(to_id)) = ends else { continue };
            if !entry.spec.enabled {
                continue;
            }
            let is_client = |id: NodeId| self.nodes[id.index()].1.kind.asks().is_some();
            if is_client(to_id) {
                self.error(&entry.to, format!("`{to}` is a client: nobody asks it for anything"));
            }
            let id = LinkId(u32::try_from(plans.len()).unwrap_or(u32::MAX));
            self.topology.links.push(LinkEnds { from: from_id, to: to_id });
            self.topology.nodes[from_id.index()].outgoing.push(id);
            plans.push(self.link_plan(from, to, entry));
        }
        plans
    }

    fn link_plan(&mut self, from: &str, to: &str, entry: &LinkEntry) -> LinkPlan {
        let loss = entry.spec.loss.unwrap_or_default();
        for (key, share) in [("loss.up", loss.up), ("loss.down", loss.down)] {
            if share.get() > 0.9 {
                let message = "a link that loses more than 0.9 of its packets is down";
                let error = Diagnostic::error(entry.at(key), message);
                self.diagnostics.push(error.label("a share from 0 to 0.9 stands here"));
            }
        }
        let latency = self.law(&entry.spec.latency, &entry.at("latency"));
        LinkPlan {
            name: format!("{from}>{to}"),
            latency,
            bandwidth: entry.spec.bandwidth,
            loss: [loss.up.get(), loss.down.get()],
            price: entry.spec.price.unwrap_or(0.0),
            transport: None,
            waits: waits(self, from),
            breaker: entry.spec.breaker.clone(),
        }
    }

    /// Notes how the connections of links are opened and kept.
    fn transports(&mut self, links: &mut [LinkPlan], programs: &mut Programs) {
        let model = self.model;
        for ((from, to), entry) in &model.links {
            let name = format!("{from}>{to}");
            if let Some(link) = links.iter_mut().find(|link| link.name == name) {
                link.transport = transport(self, &name, entry, programs);
            }
        }
    }

    /// A distribution made ready to sample; where that is impossible, nothing and a diagnostic.
    pub(super) fn law<Q: crate::dist::Measure>(
        &mut self,
        dist: &crate::dist::Dist<Q>,
        span: &Span,
    ) -> crate::dist::Law {
        match dist.law(&mut |path| self.files.text(path)) {
            Ok(law) => law,
            Err(sentence) => {
                self.error(span, sentence);
                crate::dist::Law::constant(0.0)
            }
        }
    }

    /// Puts the graph together.
    fn graph(
        mut self,
        links: Vec<LinkPlan>,
        endpoints: Vec<crate::endpoint::Endpoint>,
        mut programs: Programs,
        served: &Served,
    ) -> Option<Graph> {
        let auth = auth_plan(&mut self, &mut programs).map(Arc::new);
        let origins = Origins::of(&mut self);
        let cross_origin = cross_origin(&mut self, &origins, &mut programs);
        (self.origins, self.crosses) = (origins, cross_origin.is_some());
        let (mut screened, screens) = screens(&mut self);
        let mut plans = Vec::new();
        let mut traces = Vec::new();
        for id in (0..self.nodes.len()).filter_map(|id| u16::try_from(id).ok().map(NodeId)) {
            let (name, node, span) = self.nodes[id.index()].clone();
            let shape = node.station().and_then(|station| shape(&mut self, name, station));
            let (role, trace) = self.role(id, name, node, &span, &mut programs, served);
            let aside = aside_plan(&mut self, name, &node.kind);
            let room = Room { id, name, role: role.as_ref(), aside: aside.as_ref() };
            let memory = memory_plan(&mut self, node, &room, auth.as_deref());
            plans.push(NodePlan {
                kind: node.kind.word(),
                shape,
                limit: node.station().and_then(|station| station.rate_limit.clone()),
                screen: screened[id.index()].take(),
                needed: node.needed(),
                aside,
                memory: memory.map(Arc::new),
                role: role?,
                cost_per_hour: self.cost(node),
            });
            traces.push(trace);
        }
        let names: Vec<String> = self.nodes.iter().map(|(name, ..)| (*name).to_owned()).collect();
        let (probes, faults) = (self.probes(), faults(&mut self));
        let scalings = scalings(&mut self, &plans);
        let addresses = names.iter().map(|name| mix(hash_name(name))).collect();
        let http = http(&mut self, &traces);
        let attacks = attacks(&mut self);
        let has_pages = attacks.is_some() || cross_origin.is_some();
        let browsers = if has_pages { browsers(&self) } else { Vec::new() };
        let topology = self.topology;
        let programs = programs.list;
        let fixed = Fixed {
            topology,
            endpoints,
            programs,
            objects: ObjectNumbers::new(&traces),
            traces,
            auth,
            addresses,
            http,
            cross_origin,
            attacks,
            browsers,
            screens,
        };
        let mut graph = Graph {
            run: self.model.run.clone(),
            fixed: Arc::new(fixed),
            names,
            cost_per_hour: plans.iter().map(|plan| plan.cost_per_hour).sum(),
            plans,
            links,
            probes,
            faults,
            scalings,
            classes: self.classes,
            served: served.clone(),
            caches: Vec::new(),
        };
        identify(&mut graph);
        steer(&mut graph);
        withhold(&mut graph);
        thin(&mut graph);
        Some(graph)
    }

    fn role(
        &mut self,
        id: NodeId,
        name: &str,
        node: &NodeSpec,
        span: &Span,
        programs: &mut Programs,
        served: &Served,
    ) -> (Option<Role>, Option<Arc<Trace>>) {
        let role = match &node.kind {
            KindSpec::Attacker(AttackerSpec { client, .. }) | KindSpec::Client(client) => {
                let (plan, trace) = client_plan(self, id, name, client, span, &served.routes);
                return (plan.map(|plan| Role::Client(Arc::new(plan))), trace);
            }
            KindSpec::ForwardProxy(proxy) => {
                Some(self.proxy(id, (&proxy.forwarding, &proxy.caching), true, programs, served))
            }
            KindSpec::ReverseProxy(proxy) => {
                Some(self.proxy(id, (&proxy.forwarding, &proxy.caching), false, programs, served))
            }
            KindSpec::LoadBalancer(balancer) => {
                let nothing = [Vec::new(), Vec::new()];
                let program = programs.forwarding(self, name, &balancer.forwarding, nothing);
                let shakes = programs.passing_on();
                let patience = self.patience(name, balancer);
                let levels = self.levels(id, span, balancer);
                levels.map(|(backends, reserve, ways)| Role::Balancer {
                    plan: Arc::new(BalancePlan {
                        spec: balancer.balance.clone(),
                        backends,
                        reserve,
                        ways,
                        treats: (*balancer.backends).clone(),
                        patience,
                        connect_timeout: usual_connect_timeout(balancer),
                        is_told: super::notice::is_told(self, id),
                        phase: self.model.run.clock.phase,
                    }),
                    program,
                    shakes,
                })
            }
            KindSpec::Server(it) => {
                Some(Role::Answering(programs.service(self, &it.answering, name)))
            }
            KindSpec::Database(it) => {
                Some(Role::Answering(programs.service(self, &it.answering, name)))
            }
            KindSpec::AuthServer(it) => {
                Some(Role::Answering(programs.service(self, &it.answering, name)))
            }
            KindSpec::Cache(it) => {
                Some(Role::Answering(programs.service(self, &it.answering, name)))
            }
            KindSpec::SessionStore(it) => {
                Some(Role::Answering(programs.service(self, &it.answering, name)))
            }
        };
        (role, None)
    }

    fn proxy(
        &mut self,
        id: NodeId,
        (forwarding, caching): (&ForwardingSpec, &CachingSpec),
        hides_callers: bool,
        programs: &mut Programs,
        served: &Served,
    ) -> Role {
        let (name, ..) = self.nodes[id.index()].clone();
        let around = around_forwarding(self, name);
        let program = programs.forwarding(self, name, forwarding, around);
        let routes: Routes = served.routes[id.index()].clone().into();
        let cache = cache_plan(self, name, caching).map(Arc::new);
        Role::Proxy { routes, hides_callers, program, cache }
    }

    /// All replicas of all nodes that a balancer links to.
    pub(super) fn backends(
        &mut self,
        id: NodeId,
        span: &Span,
        spec: &BalanceSpec,
    ) -> Option<(Vec<Backend>, Ways)> {
        let owner = self.nodes[id.index()].0;
        let first: Vec<u32> = self
            .nodes
            .iter()
            .scan(0, |sum, (_, node, _)| {
                let first = *sum;
                *sum += node.replicas();
                Some(first)
            })
            .collect();
        let (mut backends, mut ways) = (Vec::new(), Vec::new());
        let mut named = BTreeMap::new();
        for link in self.topology.nodes[id.index()].outgoing.clone() {
            let to = self.topology.links[link.index()].to;
            let (name, node, _) = self.nodes[to.index()].clone();
            let of_node = spec.weights.get(name).copied().unwrap_or(1);
            named.insert(name, ());
            for number in 0..node.replicas() {
                let own = node.station().and_then(|station| {
                    let key = (number + 1).to_string();
                    let mut replicas = station.replica.iter();
                    let replica = replicas.find(|(other, _)| other.get_ref() == &key);
                    replica.and_then(|(_, replica)| replica.weight)
                });
                backends.push(Backend {
                    node: to,
                    replica: ReplicaId(first[to.index()] + number),
                    weight: own.unwrap_or(of_node),
                    outstanding: 0,
                    up: true,
                    works: true,
                    exists: true,
                    name_hash: Backend::hash_of(name, number),
                    id: u32::try_from(backends.len() + 1).unwrap_or(u32::MAX),
                    address: spec.address_of(name, number).into(),
                });
                let replica = u16::try_from(number).unwrap_or(u16::MAX);
                ways.push((Place { node: to, replica }, link));
            }
        }
        for name in spec.weights.keys().filter(|name| !named.contains_key(name.as_str())) {
            let at = self.at_node(owner, &format!("weights.{name}"));
            let error = Diagnostic::error(at, format!("`{name}` is no backend of `{owner}`"));
            let label = format!("the backends are {}", listed(named.keys().copied()));
            self.diagnostics.push(error.label(label));
        }
        if backends.is_empty() {
            let error = Diagnostic::error(span.clone(), format!("`{owner}` has no backends"));
            let help = format!(
                "a balancer spreads over the nodes that it has links to: add \
                                [link.{owner}.NAME]"
            );
            self.diagnostics.push(error.help(help));
            return None;
        }
        self.are_few(owner, span, spec, backends.len()).then_some((backends, ways))
    }

    /// Whether a balancer has not too many backends, or points of a ring, and if so says so.
    fn are_few(&mut self, owner: &str, span: &Span, spec: &BalanceSpec, count: usize) -> bool {
        let points = u64::from(spec.virtual_nodes) * count as u64;
        let is_ring_full = spec.algorithm == Algorithm::RingHash && points > MAX_RING_POINTS;
        if is_ring_full {
            let at = self.at_node(owner, "virtual_nodes");
            let message = format!(
                "{count} backends of {} virtual nodes are more than {MAX_RING_POINTS} points",
                spec.virtual_nodes
            );
            self.error(&at, message);
        } else if count > 65_000 {
            self.error(span, "a load balancer has at most 65,000 backends");
        }
        !is_ring_full && count <= 65_000
    }

    /// What the machines of a node cost per hour.
    fn cost(&self, node: &NodeSpec) -> f64 {
        let Some(station) = node.station() else { return 0.0 };
        let price = |machine: Option<&str>| {
            machine.and_then(|name| self.model.machines.get(name)).map_or(0.0, |it| it.spec.price)
        };
        let usual = price(station.machine.as_ref().map(|name| name.get_ref().as_str()));
        let special = station.replica.values().filter_map(|it| it.machine.as_ref());
        let special: Vec<f64> = special.map(|name| price(Some(name.get_ref()))).collect();
        #[allow(clippy::cast_precision_loss, reason = "a count of replicas")]
        let plain = f64::from(node.replicas()) - special.len() as f64;
        plain.max(0.0) * usual + special.iter().sum::<f64>()
    }

    fn probes(&mut self) -> Vec<ProbePlan> {
        let model = self.model;
        let mut plans = Vec::new();
        for (name, probe) in &model.probes {
            let node = self.node(probe.spec.node.get_ref(), &probe.spec.node.span());
            let mut at = probe.spec.moments();
            at.sort_unstable();
            let latest = at.last().copied().unwrap_or_default();
            if at.is_empty() {
                self.error(&probe.at("at"), format!("probe `{name}` has no `at` and no `cycle`"));
            } else if probe.spec.cycle.is_some_and(|cycle| latest >= cycle || cycle.is_zero()) {
                let at = probe.at("cycle");
                let message = format!("probe `{name}` has a moment at {latest}, after its cycle");
                self.error(&at, message);
            } else if let Some(node) = node {
                plans.push(ProbePlan { name: name.clone(), node, at, cycle: probe.spec.cycle });
            }
        }
        plans
    }
}

/// How long a balancer waits for a connection, on average.
fn usual_connect_timeout(balancer: &LoadBalancerSpec) -> Option<crate::time::Span> {
    let connect = balancer.forwarding.timeout.as_ref()?.connect.as_ref()?;
    let law = connect.law(&mut |_| Err(String::new())).ok()?;
    Some(crate::time::Span::from_nanos_rounded(law.mean()))
}

/// Names for a message, the first few of them.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str> + Clone) -> String {
    const MOST: usize = 8;
    let some: Vec<String> = names.clone().take(MOST).map(|name| format!("`{name}`")).collect();
    match (some.len(), names.count()) {
        (0, _) => "none".to_owned(),
        (shown, all) if shown == all => some.join(", "),
        (shown, all) => format!("{} and {} others", some.join(", "), all - shown),
    }
}
