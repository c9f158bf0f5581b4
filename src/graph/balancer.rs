//! What a load balancer needs beyond its backends: the rules over its several keys and its links.

use super::LinkPlan;
use super::build::Build;
use crate::dist::Law;
use crate::nodes::KindSpec;
use crate::nodes::load_balancer::LoadBalancerSpec;
use crate::rng::Purpose;
use crate::scenario::Diagnostic;

/// What helps where requests matter, and not connections.
const LAYER_7: &str = "let it work at layer 7, with a choice per request";

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

    /// A balancer of layer 4 passes connections on, so whoever calls it must open some.
    pub(super) fn check_layer_4(&mut self, links: &[LinkPlan]) {
        for (place, plan) in links.iter().enumerate() {
            self.check_passed_on(place, plan);
            let to = self.topology.links[place].to;
            let (name, node, _) = self.nodes[to.index()].clone();
            let KindSpec::LoadBalancer(balancer) = &node.kind else { continue };
            if balancer.backends.layer == 4 && plan.transport.is_none() {
                let at = self.at_node(name, "layer");
                let message = format!(
                    "`{name}` chooses for each connection, but {} has none that are opened",
                    plan.name
                );
                let error = Diagnostic::error(at, message);
                let help = "give the link connection = { mode = \"pool\" }, \"per-request\" or \
                            \"per-session\"";
                self.diagnostics.push(error.help(help));
            }
        }
    }

    /// What travels on connections that a balancer of layer 4 passes on, it does not see fail.
    fn check_passed_on(&mut self, place: usize, plan: &LinkPlan) {
        let from = self.topology.links[place].from;
        let (name, node, _) = self.nodes[from.index()].clone();
        let KindSpec::LoadBalancer(balancer) = &node.kind else { return };
        if balancer.backends.layer == 4 && plan.breaker.is_some() {
            let message = format!("`{name}` passes connections on: it sees no calls that fail");
            let error = Diagnostic::error(self.at_node(name, "layer"), message);
            self.diagnostics.push(error.help(LAYER_7));
        }
    }

    /// Keys of balancers that do not go together.
    pub(super) fn check_balancers(&mut self) {
        for (name, node, _) in self.nodes.clone() {
            let KindSpec::LoadBalancer(balancer) = &node.kind else { continue };
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
