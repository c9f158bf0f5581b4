//! What a load balancer needs beyond its backends: the rules over its several keys and its links.

use super::build::{Build, Ways, listed};
use super::passed_on::LAYER_7;
use crate::balance::{Algorithm, Backend, Profile};
use crate::dist::Law;
use crate::id::NodeId;
use crate::nodes::KindSpec;
use crate::nodes::load_balancer::LoadBalancerSpec;
use crate::rng::Purpose;
use crate::scenario::{Diagnostic, Span};

/// The ordinary backends of a balancer, its backups if it has some, and the ways to them all.
pub(super) type Levels = (Vec<Backend>, Option<Vec<Backend>>, Ways);

impl Build<'_> {
    /// How long a request waits at the balancer called `name` when all backends are full.
    pub(super) fn patience(
        &mut self,
        name: &str,
        spec: &LoadBalancerSpec,
    ) -> Option<(Law, Purpose)> {
        let treats = &spec.backends;
        if treats.max_conns == Some(0) {
            let at = self.at_node(name, "max_conns");
            self.error(&at, "`max_conns` is a whole number from 1 on");
        }
        let dist = treats.backend_queue.as_ref()?;
        let at = self.at_node(name, "backend_queue");
        if treats.max_conns.is_none() {
            let error = Diagnostic::error(at, "nothing waits for backends that are never full");
            self.diagnostics.push(error.help("give the balancer `max_conns` as well"));
            return None;
        }
        Some((self.law(dist, &at), Purpose::named(&format!("backend queue of {name}"))))
    }

    /// All replicas of all nodes that a balancer links to, once with the weights of ordinary ones
    /// and once with those of backups.
    pub(super) fn levels(
        &mut self,
        id: NodeId,
        span: &Span,
        spec: &LoadBalancerSpec,
    ) -> Option<Levels> {
        let (mut backends, ways) = self.backends(id, span, &spec.balance)?;
        let named = &spec.backends.backup;
        if named.is_empty() {
            return Some((backends, None, ways));
        }
        let owner = self.nodes[id.index()].0;
        let mut linked: Vec<&str> =
            backends.iter().map(|backend| self.nodes[backend.node.index()].0).collect();
        linked.dedup();
        let at = self.at_node(owner, "backup");
        for name in named.iter().filter(|name| !linked.contains(&name.as_str())) {
            let error =
                Diagnostic::error(at.clone(), format!("`{name}` is no backend of `{owner}`"));
            let label = format!("the backends are {}", listed(linked.iter().copied()));
            self.diagnostics.push(error.label(label));
        }
        let mut reserve = backends.clone();
        for (ordinary, backup) in backends.iter_mut().zip(&mut reserve) {
            let name = self.nodes[ordinary.node.index()].0;
            let other = if named.iter().any(|it| it == name) { ordinary } else { backup };
            other.weight = 0;
        }
        if backends.iter().all(|backend| backend.weight == 0) {
            let error = Diagnostic::error(at, format!("all backends of `{owner}` are backups"));
            self.diagnostics.push(error.help("leave one out: it is asked first"));
        }
        Some((backends, Some(reserve), ways))
    }

    /// What a balancer with backups cannot have besides.
    fn check_backups(&mut self, name: &str, spec: &LoadBalancerSpec) {
        if spec.backends.backup.is_empty() {
            return;
        }
        let panics = spec.backends.health.as_ref().is_some_and(|it| it.panic_threshold.get() > 0.0);
        let algorithm = spec.balance.algorithm;
        let is_ordered = matches!(
            algorithm,
            Algorithm::RoundRobin
                | Algorithm::SmoothWeightedRoundRobin
                | Algorithm::LeastConnections
                | Algorithm::WeightedLeastConnections
        );
        let fault = match spec.balance.profile {
            _ if panics => Some((
                "which level a panic uses is not modelled".to_owned(),
                "leave out `health.panic_threshold`, or `backup`",
            )),
            Some(Profile::Nginx) if !is_ordered => Some((
                format!("nginx's `{}` has no backups", algorithm.name()),
                "choose `round-robin` or `least-connections`, or leave `backup` out",
            )),
            Some(Profile::Caddy) => Some((
                "the profile `caddy` has no backups".to_owned(),
                "its `first` goes to the next backend when one is down",
            )),
            None | Some(Profile::Nginx | Profile::Haproxy | Profile::Envoy) => None,
        };
        if let Some((message, help)) = fault {
            let error = Diagnostic::error(self.at_node(name, "backup"), message);
            self.diagnostics.push(error.help(help));
        }
    }

    /// Keys of balancers that do not go together.
    pub(super) fn check_balancers(&mut self) {
        for (name, node, _) in self.nodes.clone() {
            let KindSpec::LoadBalancer(balancer) = &node.kind else { continue };
            self.check_backups(name, balancer);
            self.check_content(name, balancer);
            self.check_no_routes(name, node);
            let treats = &balancer.backends;
            let is_layer_4 = treats.layer == 4;
            let is_split = treats.instances.is_some_and(|count| count > 1);
            let probes = treats.health.as_ref().is_some_and(|health| health.active.is_some());
            for (key, is_wrong, sentence, help) in [
                (
                    "hedge",
                    is_layer_4 && treats.hedge.is_some(),
                    "a balancer of layer 4 sees no requests, and sends none of them twice",
                    LAYER_7,
                ),
                (
                    "instances",
                    treats.instances.is_some_and(|count| !(1..=1_000).contains(&count)),
                    "`instances` is from 1 to 1000",
                    "leave it out for one process",
                ),
                (
                    "instances",
                    is_layer_4 && is_split,
                    "a balancer of layer 4 with several `instances` is not modelled",
                    LAYER_7,
                ),
                (
                    "instances",
                    is_split && probes,
                    "processes that know nothing of each other do not share probes",
                    "leave out `health.active`, or `instances`",
                ),
            ] {
                if is_wrong {
                    let error = Diagnostic::error(self.at_node(name, key), sentence);
                    self.diagnostics.push(error.help(help));
                }
            }
        }
    }
}
