//! Nodes: what they refuse, keep, add and spread.

use std::collections::BTreeSet;

use super::super::backups::{goes_past_full, is_reserve_asked};
use super::super::bound::Bound;
use super::super::idle::takes_out;
use super::super::seats::may_run_out;
use super::super::strangers::{asks_once, comes_again, sees_strangers};
use super::{Effect, Finder, Reach};
use crate::balance::Algorithm;
use crate::fact::Place;
use crate::graph::{NodePlan, Role, bound_on_loads, is_hashed, shares_by_key};
use crate::id::NodeId;
use crate::limit::{LimitKey, RateLimitSpec};
use crate::net::Mode;
use crate::nodes::host::MemoryPlan;
use crate::nodes::load_balancer::{BackendsSpec, BalancePlan};
use crate::nodes::station::{Shape, WhenFull};
use crate::screen::ScreenPlan;

/// Why there is no formula where requests do not choose for themselves.
const PINNED: &str = "what comes to which replica is not known";

/// Why there is none where the loads of backends are bounded.
const SENT_ON: &str = "what is too much for one backend goes to another";

impl Finder<'_> {
    /// Looks at every node.
    pub(super) fn nodes(&mut self) {
        let graph = self.graph;
        for (id, plan) in self.ids().zip(&graph.plans) {
            let NodePlan {
                kind: _,
                shape,
                limit,
                screen,
                needed: _,
                aside,
                memory,
                role,
                cost_per_hour: _,
            } = plan;
            if let Some(shape) = shape {
                self.shape(id, shape);
            }
            if may_run_out(graph, id) {
                let why = "a connection more than it takes is refused";
                self.doubt(id, Reach::Onward, Effect::REFUSED, why);
            }
            let is_idle =
                |it: &RateLimitSpec| it.key == LimitKey::Address && sees_strangers(graph, id);
            if limit.as_ref().is_some_and(|limit| !is_idle(limit)) {
                let why = "its `rate_limit` turns away, or holds back, what is too much";
                self.doubt(id, Reach::Onward, Effect::REFUSED, why);
                self.limited(id, limit.as_ref());
            }
            if let Some(screen) = screen {
                self.screen(id, screen);
            }
            if let Some(memory) = memory {
                self.memory(id, memory);
            }
            if aside.is_some() {
                self.add(id, Reach::Here, Effect::SPARED);
            }
            match role {
                Role::Balancer { plan, program: _, shakes: _ } => self.balancer(id, plan),
                Role::Proxy { routes: _, hides_callers: _, program: _, cache } => {
                    if cache.is_some() {
                        self.cache(id);
                    }
                }
                // Clients have a file of their own, and work is looked at as a program.
                Role::Client(_) | Role::Answering(_) => {}
            }
        }
    }

    /// What a replica holds. Of a queue with a limit, and of time-outs, set-ups, pauses and
    /// priorities there, the formulas know; what lies behind them is another matter.
    fn shape(&mut self, id: NodeId, shape: &Shape) {
        let Shape {
            machines: _,
            workers,
            queue,
            backlog,
            discipline: _,
            classes: _,
            patience,
            shed: _,
            is_async,
            setup,
            pauses,
            can_hang: _,
            is_scaled,
        } = shape;
        if shape.sheds() {
            // What is turned away has come all the same.
            let why = "it sheds load: some of it is turned away early";
            self.doubt(id, Reach::Here, Effect::work(Bound::AtMost), why);
            self.doubt(id, Reach::Behind, Effect::REFUSED, why);
            self.shedding(id, shape);
        }
        if *queue != u32::MAX || patience.is_some() || backlog.is_some() {
            let why = "what finds no room, or waits too long, is dropped";
            self.doubt(id, Reach::Behind, Effect::REFUSED, why);
        } else if *workers != u32::MAX && !is_async {
            let why = "its workers let so much pass at once and no more";
            self.doubt(id, Reach::Behind, Effect::SMOOTHER, why);
        }
        if *is_scaled {
            let why = "its loads are those of all replicas: while some are off, the others have \
                       more";
            self.doubt(id, Reach::Here, Effect::work(Bound::AtLeast), why);
            self.add(id, Reach::Behind, Effect::BUNCHED);
            self.sharers(id);
        }
        if setup.is_some() || pauses.is_some() {
            let why = "what comes while it is away goes on together afterwards";
            self.doubt(id, Reach::Behind, Effect::BUNCHED, why);
        }
    }

    /// What finds no room in the memory of a node.
    fn memory(&mut self, id: NodeId, memory: &MemoryPlan) {
        let MemoryPlan { sizes: _, cache: _, pool: _, session, hash, exchange, when_full } = memory;
        if *session > 0 {
            let why = "log-ins whose session finds no room in its memory are refused";
            self.doubt(id, Reach::Onward, Effect::REFUSED, why);
        }
        match when_full {
            _ if *hash == 0 && *exchange == 0 => {}
            WhenFull::Refuse => {
                let why = "what finds no room in its memory is refused";
                self.doubt(id, Reach::Onward, Effect::REFUSED, why);
            }
            WhenFull::Wait => {
                let why = "what finds no room in its memory waits for that, which no formula knows";
                self.doubt(id, Reach::Here, Effect::BUNCHED, why);
                self.add(id, Reach::Behind, Effect::PATTERN);
            }
        }
    }

    /// Balancers that spread requests over a node that scales and others: who gets how much depends
    /// on how many replicas are on.
    fn sharers(&mut self, id: NodeId) {
        if super::super::scaled::shared_by(self.graph, id).is_none() {
            return;
        }
        let links = &self.graph.fixed.topology.links;
        let callers: Vec<NodeId> =
            links.iter().filter(|link| link.to == id).map(|link| link.from).collect();
        for from in callers {
            let why = "it shares requests out by how many replicas of its backends are on";
            self.doubt(from, Reach::Behind, Effect::EITHER, why);
        }
    }

    fn screen(&mut self, id: NodeId, screen: &ScreenPlan) {
        let ScreenPlan {
            access,
            knows,
            scan,
            waf,
            compress,
            connections,
            login,
            tunnels,
            intercepts,
            counts: _,
        } = screen;
        let stops = access.is_some() || knows.is_some() || waf.is_some() || login.is_some();
        if stops || connections.is_some() {
            let why = "its rules may stop some of it, and only what they deny to everybody is left \
                       out";
            self.doubt(id, Reach::Onward, Effect::REFUSED, why);
        }
        if intercepts.is_some() {
            let why = "connections that it looks into cost it work when they are opened";
            self.doubt(id, Reach::Here, Effect::work(Bound::AtLeast), why);
        }
        if scan.is_some() || compress.is_some() || !tunnels.is_empty() {
            let why = "how much it has to do with an answer depends on that";
            self.doubt(id, Reach::Here, Effect::work(Bound::About), why);
        }
    }

    /// What a cache is thought to answer is told with the caches.
    fn cache(&mut self, id: NodeId) {
        let known = self.graph.caches.iter().find(|cache| cache.node == id);
        let is_known = known.is_some_and(|cache| cache.hit_ratio.is_some());
        let effect = if is_known { Effect::EITHER } else { Effect::SPARED };
        self.add(id, Reach::Behind, effect);
    }

    fn balancer(&mut self, id: NodeId, plan: &BalancePlan) {
        let BalancePlan {
            spec,
            backends,
            // Who only backups lead to is looked at by itself.
            reserve: _,
            ways: _,
            treats,
            patience,
            connect_timeout: _,
            // The drains themselves are told with the faults.
            is_told: _,
            phase: _,
        } = plan;
        // Copies and further attempts are looked at with those of clients.
        let BackendsSpec {
            layer,
            max_conns,
            backend_queue: _,
            backup: _,
            all_backups: _,
            next_upstream: _,
            hedge: _,
            health,
            instances,
            sticky,
        } = treats;
        let several = backends.iter().filter(|backend| backend.weight > 0).count() > 1;
        if max_conns.is_some() || patience.is_some() {
            self.full_backends(id, plan);
        }
        if let Some(health) = health {
            if health.active.is_some() {
                let why = "its probes come on top, and it asks only backends that it believes in";
                self.doubt(id, Reach::Behind, Effect::EITHER, why);
            } else if several && takes_out(health) {
                let why = "it asks only backends that it believes in";
                self.doubt(id, Reach::Behind, Effect::PATTERN, why);
            }
        }
        if *layer == 4 && several && self.keeps_connections(id) {
            let why = "it chooses once for each connection, and what comes over that goes the same \
                       way: the busiest backend has more than its share";
            self.doubt(id, Reach::Behind, Effect::work(Bound::AtLeast).hidden(PINNED), why);
        }
        if sticky.is_some() && several && comes_again(self.graph) {
            let why = "who has a cookie goes the same way: the busiest backend has more than its \
                       share";
            self.doubt(id, Reach::Behind, Effect::work(Bound::AtLeast).hidden(PINNED), why);
        }
        if is_hashed(plan) && several && !self.knows_keys(id) {
            // That loads are as if keys fell evenly is told with the balancer.
            self.add(id, Reach::Behind, Effect::work(Bound::About));
        }
        if bound_on_loads(plan).is_some() && several {
            let why = "its bound on loads sends on what is too much for the backend of a key";
            self.doubt(id, Reach::Behind, Effect::EITHER, why);
            self.hide(plan, SENT_ON);
        }
        if is_reserve_asked(self.graph, plan) {
            self.backups(id, plan);
        }
        let is_random = matches!(spec.algorithm, Algorithm::Random | Algorithm::WeightedRandom);
        // By hashes alone all processes choose alike.
        let is_by_key = is_hashed(plan) && bound_on_loads(plan).is_none() && max_conns.is_none();
        if instances.is_some_and(|count| count > 1) && several && !is_random && !is_by_key {
            let why = "its processes choose without knowing of one another";
            self.doubt(id, Reach::Behind, Effect::BUNCHED, why);
        }
    }

    /// Whether it is known which backend of a balancer gets how much of everything.
    fn knows_keys(&self, id: NodeId) -> bool {
        let mut asked = self.graph.served.calls.keys().filter(|(node, _)| *node == id);
        asked.all(|(_, endpoint)| shares_by_key(self.graph, id, *endpoint).is_some())
    }

    /// What a limit of connections does: where backends are alike and chosen alike, less comes to
    /// each. Elsewhere what finds one full goes to another, to which more comes than its share.
    fn full_backends(&mut self, id: NodeId, plan: &BalancePlan) {
        let nodes: BTreeSet<NodeId> = plan.ways.iter().map(|(place, _)| place.node).collect();
        if self.are_alike(plan) {
            let why = "its `max_conns` holds back, or turns away, what is too much";
            self.doubt(id, Reach::Behind, Effect::REFUSED, why);
            for node in nodes {
                // What finds all of them full is no failure where a backup takes it.
                if goes_past_full(plan) {
                    self.add(node, Reach::Here, Effect::SPARED);
                }
                if self.is_often_full(node, plan) {
                    self.found.shedding.insert(node);
                }
            }
            return;
        }
        let why = "its `max_conns` holds back, or turns away, what is too much, and what finds one \
                   backend full goes to another";
        self.doubt(id, Reach::Behind, Effect::EITHER, why);
        self.add(id, Reach::Behind, Effect::REFUSED);
        for node in nodes {
            self.add(node, Reach::Here, Effect::SPARED);
            if self.is_often_full(node, plan) {
                self.add(node, Reach::Here, Effect::PATTERN.hidden(SENT_ON));
            }
        }
    }

    /// Whether all backends of a balancer have the same machines, and get as much as the others.
    fn are_alike(&self, plan: &BalancePlan) -> bool {
        let open = || plan.backends.iter().zip(&plan.ways).filter(|(it, _)| it.weight > 0);
        let machine = |place: Place| {
            let shape = self.graph.plans[place.node.index()].shape.as_ref();
            shape.and_then(|shape| shape.machines.get(usize::from(place.replica)))
        };
        let kinds = || open().map(|(it, (place, _))| (it.weight, it.node, machine(*place)));
        let is_even = plan.spec.algorithm != Algorithm::First && !is_hashed(plan);
        open().count() <= 1 || is_even && kinds().zip(kinds().skip(1)).all(|(one, two)| one == two)
    }

    /// Whether several requests come to a node over one connection.
    fn keeps_connections(&self, id: NodeId) -> bool {
        let links = &self.graph.fixed.topology.links;
        let mut into = links
            .iter()
            .zip(&self.graph.links)
            .filter(|(link, _)| link.to == id && !asks_once(self.graph, link.from));
        into.any(|(_, link)| {
            let mode = link.transport.as_ref().map(|transport| transport.mode);
            matches!(mode, Some(Mode::Pool | Mode::PerSession))
        })
    }
}
