//! Loads that are a lower bound: copies, repeated attempts and handshakes of kept connections come
//! on top of what the traffic equations know, and how often is not known before a run.

use super::super::alone::is_alone;
use super::super::amplified::attempts_of;
use super::super::bound::Bound;
use super::super::idle::may_copy;
use super::{Effect, Finder, Reach};
use crate::endpoint::Op;
use crate::graph::{Graph, Role, handshake, passes_on, shakers};
use crate::id::NodeId;
use crate::net::Mode;
use crate::nodes::load_balancer::BalancePlan;

impl Finder<'_> {
    /// Looks for who asks more than once, and for handshakes.
    pub(super) fn again(&mut self) {
        let graph = self.graph;
        let fails = can_fail(graph);
        for (id, plan) in self.ids().zip(&graph.plans) {
            let why = match &plan.role {
                Role::Balancer { plan, .. } if hedges(graph, id, plan) => {
                    "its hedges are copies, and how often it makes any is not known before the run"
                }
                _ if fails && attempts_of(graph, id) > 1 => {
                    "what fails is tried again, and how often is not known before the run"
                }
                Role::Client(_)
                | Role::Proxy { .. }
                | Role::Balancer { .. }
                | Role::Answering(_) => continue,
            };
            self.doubt(id, Reach::Behind, Effect::MORE, why);
        }
        self.kept_connections();
    }

    /// Looks for who ends TLS of connections that are opened now and then, and has cores for it.
    fn kept_connections(&mut self) {
        let graph = self.graph;
        for node in kept_shakers(graph) {
            let machines = graph.plans[node.index()].shape.iter().flat_map(|it| &it.machines);
            if machines.into_iter().any(|machine| machine.cores > 0) {
                let why = "how often connections are opened is not known before the run, and each \
                           takes a handshake";
                self.doubt(node, Reach::Here, Effect::work(Bound::AtLeast), why);
            }
        }
    }
}

/// Who ends TLS of connections that are opened now and then, at a cost, in the order of calls.
pub(in crate::check) fn kept_shakers(graph: &Graph) -> Vec<NodeId> {
    let mut all = Vec::new();
    for (pair, calls) in graph.served.calls.iter().filter(|(pair, _)| !passes_on(graph, pair.0)) {
        for (to, often) in calls {
            let link = graph.fixed.topology.link(pair.0, to.0);
            let link = link.map(|link| &graph.links[link.index()]);
            let transport = link.and_then(|link| link.transport.as_ref());
            let Some(transport) = transport.filter(|_| *often > 0.0) else { continue };
            let is_counted = transport.mode == Mode::PerRequest && !transport.is_to_tunnel;
            let costs = handshake(graph, transport).iter().any(|work| work.total > 0.0);
            if transport.tls.is_some() && !is_counted && costs {
                all.extend(shakers(graph, *to).into_iter().map(|(node, _)| node));
            }
        }
    }
    all
}

/// Whether a balancer sends copies.
fn hedges(graph: &Graph, id: NodeId, plan: &BalancePlan) -> bool {
    plan.treats.hedge.is_some() && !is_alone(plan) && may_copy(graph, id, plan)
}

/// Whether any attempt can fail, so that those who try again do.
pub(in crate::check) fn can_fail(graph: &Graph) -> bool {
    let fails = |op: &Op| matches!(op, Op::Fail(..));
    let by_work = graph.fixed.programs.iter().any(|program| program.ops.iter().any(fails));
    let by_links = graph.links.iter().any(|link| {
        let loses = link.loss.iter().any(|share| *share > 0.0);
        loses || link.waits.is_some() || link.breaker.is_some() || link.closes()
    });
    let by_nodes = graph.plans.iter().any(|plan| {
        let is_limited = plan.shape.as_ref().is_some_and(|shape| {
            shape.queue != u32::MAX || shape.patience.is_some() || shape.sheds()
        });
        let is_screened = plan.screen.as_ref().is_some_and(|screen| screen.is_any());
        let by_role = match &plan.role {
            Role::Client(client) => client.timeout.is_some(),
            Role::Balancer { plan, .. } => plan.treats.max_conns.is_some(),
            Role::Proxy { .. } | Role::Answering(_) => false,
        };
        is_limited || by_role || plan.limit.is_some() || is_screened
    });
    let by_identity = graph.fixed.auth.is_some();
    by_work || by_links || by_nodes || by_identity || !graph.faults.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;
    use crate::graph::Graph;

    /// What is told of a client, a node before a server, and the load of the server.
    fn told(client: &str, edge: &str, work: &str, links: &str) -> (String, f64) {
        // A copy needs another backend to go to.
        let replicas = if edge.contains("hedge") { 2 } else { 1 };
        let (graph, checked, _) = checked(&format!(
            "[endpoint.page]\npath = '/p'\nwork = [{work}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ poisson = '80/s' }}\n\
             mix = {{ page = 1 }}\n{client}\n[node.edge]\n{edge}\n\
             [node.app]\nkind = 'server'\ncores = 1\nreplicas = {replicas}\n\
             [link.users.edge]\n[link.edge.app]\n{links}\n"
        ));
        let graph: Graph = graph;
        let app = graph.node("app").expect("a node");
        (text("base", &graph, &checked), checked.traffic.nodes[app.index()].load())
    }

    const EXP: &str = "{ cpu = { exp = '2ms' } }";
    const PROXY: &str = "kind = 'reverse-proxy'";

    #[test]
    fn copies_and_repeated_attempts_make_loads_a_lower_bound_and_nothing_exact() {
        let hedge = "kind = 'load-balancer'\nalgorithm = 'random'\nhedge = { after = '1ms' }";
        let retry = "retry = { attempts = 3 }";
        let fails = format!("{EXP}, {{ fail = 0.5 }}");
        let timeout = format!("{retry}\ntimeout = {{ total = '5ms' }}");
        for (client, edge, work, why) in [
            ("", hedge, EXP, "edge: its hedges are copies"),
            (retry, PROXY, fails.as_str(), "users: what fails is tried again"),
            (timeout.as_str(), PROXY, EXP, "users: what fails is tried again"),
        ] {
            let (said, _) = told(client, edge, work, "");
            assert!(said.contains(why) && said.contains("at least 80"), "{said}");
            assert!(!said.contains("(exact)"), "{said}");
        }
        // Where nothing can fail nothing is tried again.
        let (said, _) = told(retry, PROXY, EXP, "");
        assert!(said.contains("M/M/1 (exact)") && !said.contains("at least"), "{said}");
    }

    #[test]
    fn with_a_connection_for_each_request_its_handshake_is_a_part_of_the_load() {
        let link = |mode: &str| {
            format!("connection = {{ mode = '{mode}', tls = '1.3', handshake = '3ms' }}")
        };
        let (said, load) = told("", PROXY, EXP, &link("per-request"));
        assert!((load - 80.0 * 0.005).abs() < 1e-9, "{load}");
        assert!(!said.contains("(exact)") && !said.contains("at least"), "{said}");
        let resumed = "connection = { mode = 'per-request', tls = '1.3', handshake = '3ms', \
                       resumed = 0.5, resumption = '1ms' }";
        let (_, load) = told("", PROXY, EXP, resumed);
        assert!((load - 80.0 * 0.004).abs() < 1e-9, "{load}");
        // Each is an exchange of its own. Where its request follows at once both are one stint, of
        // 5 ms, and 80 E[S²] / 2 / (1 - 0.4) of its wait are waited 2 · 5 / (5 + 2) times.
        assert!(said.contains(" 160  2.5 ms") && said.contains("about 1.381 ms"), "{said}");
        let far = format!("{}\nlatency = '1s'", link("per-request"));
        assert!(told("", PROXY, EXP, &far).0.contains("about 1.133 ms"));
        let (said, load) = told("", PROXY, EXP, &link("pool"));
        assert!((load - 80.0 * 0.002).abs() < 1e-9, "{load}");
        assert!(said.contains("app: how often connections are opened is not known"), "{said}");
        assert!(said.contains("at least 0.16") && !said.contains("(exact)"), "{said}");
    }

    #[test]
    fn what_a_rule_denies_to_everybody_goes_no_further() {
        let edge = |rule: &str| format!("{PROXY}\naccess = [{rule}]");
        let load = |rule: &str| told("", &edge(rule), EXP, "").1;
        assert!(load("{ rule = 'deny', paths = ['/p'] }") < 1e-9);
        assert!(load("{ rule = 'deny', paths = ['/q'] }") > 0.15);
        let allowed = "{ rule = 'allow', peers = ['users'] }, { rule = 'deny', paths = ['/p'] }";
        assert!(load(allowed) > 0.15);
    }
}
