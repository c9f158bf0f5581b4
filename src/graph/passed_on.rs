//! What a balancer of layer 4 cannot do: it passes connections on, and knows addresses and ports
//! alone. What they carry may be encrypted, and ends behind it.

use super::LinkPlan;
use super::build::Build;
use crate::balance::{BalanceSpec, HashOn};
use crate::model::NodeSpec;
use crate::nodes::KindSpec;
use crate::nodes::load_balancer::LoadBalancerSpec;
use crate::nodes::station::StationSpec;
use crate::scenario::Diagnostic;

/// What helps where requests matter, and not connections.
pub(super) const LAYER_7: &str = "let it work at layer 7, with a choice per request";

impl Build<'_> {
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

    /// What depends on requests or answers, which a balancer of layer 4 does not see.
    pub(super) fn check_content(&mut self, name: &str, spec: &LoadBalancerSpec) {
        let treats = &spec.backends;
        if treats.layer != 4 {
            return;
        }
        if spec.balance.reads_uri() {
            self.refuse_hash(name, &spec.balance);
        }
        let rule = treats.next_upstream.as_ref();
        for (key, is_written, sentence, help) in [
            (
                "sticky",
                treats.sticky.is_some(),
                "a balancer of layer 4 sees no cookies, and sets none",
                "choose `source-hash`, which keeps an address at a backend, or layer 7",
            ),
            (
                "next_upstream.on",
                rule.is_some_and(|rule| rule.on.names_statuses()),
                "a balancer of layer 4 sees no answers, and so no status",
                "leave `error` and `timeout`, which are about connections, or choose layer 7",
            ),
        ] {
            if is_written {
                let error = Diagnostic::error(self.at_node(name, key), sentence);
                self.diagnostics.push(error.help(help));
            }
        }
        for key in counting_requests(&spec.station) {
            let sentence = format!("`{key}` counts requests, and a balancer of layer 4 sees none");
            let error = Diagnostic::error(self.at_node(name, key), sentence);
            let help = "let it work at layer 7, or limit its connections with `max_conns`";
            self.diagnostics.push(error.help(help));
        }
    }

    /// A hash of what is asked for, where that is not seen.
    fn refuse_hash(&mut self, name: &str, spec: &BalanceSpec) {
        let by_source = BalanceSpec { hash_on: HashOn::Source, ..spec.clone() };
        let is_written = self.model.nodes[name].keys.at("hash_on").is_some();
        let (key, help) = match (by_source.reads_uri(), is_written) {
            (true, _) => ("algorithm", "choose `source-hash`, or let it work at layer 7"),
            (false, true) => ("hash_on", "write hash_on = \"source\", or let it work at layer 7"),
            (false, false) => ("algorithm", "add hash_on = \"source\", or let it work at layer 7"),
        };
        let sentence = "a balancer of layer 4 sees addresses and ports, not what is asked for";
        let error = Diagnostic::error(self.at_node(name, key), sentence);
        self.diagnostics.push(error.help(help));
    }

    /// A balancer has no routes: it chooses among all that it links to.
    pub(super) fn check_no_routes(&mut self, name: &str, node: &NodeSpec) {
        if node.common.routes.is_empty() {
            return;
        }
        let sentence = format!("`{name}` chooses among all backends: a balancer has no routes");
        let error = Diagnostic::error(self.at_node(name, "routes"), sentence);
        let help = "give them to a reverse proxy before it, with a balancer for each group";
        self.diagnostics.push(error.help(help));
    }
}

/// The keys of a station, of those that are written, that hold for requests.
fn counting_requests(station: &StationSpec) -> impl Iterator<Item = &'static str> {
    [
        ("rate_limit", station.rate_limit.is_some()),
        ("shed", station.shed.is_some()),
        ("workers", station.workers.is_some()),
        ("queue", station.queue.is_some()),
        ("queue_timeout", station.queue_timeout.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, is_written)| is_written.then_some(key))
}
