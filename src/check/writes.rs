//! Writes that a balancer hands to all replicas of a database.

use std::collections::BTreeSet;

use crate::balance::Algorithm;
use crate::fact::Place;
use crate::graph::{Graph, Pair, Role, writes};
use crate::id::{EndpointId, NodeId};
use crate::model::Model;
use crate::nodes::load_balancer::BalancePlan;
use crate::scenario::{Diagnostic, Diagnostics};

/// Warns of balancers through which writes come to other replicas than the primary: a real one does
/// not know which requests write.
pub(super) fn scattered(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    for (id, plan) in (0..).map(NodeId).zip(&graph.plans) {
        let Role::Balancer { plan, .. } = &plan.role else { continue };
        if !hands_on_writes(graph, id) {
            continue;
        }
        for node in databases(graph, plan) {
            let [from, to] = [id, node].map(|id| &graph.names[id.index()]);
            let Some(link) = model.links.get(&(from.clone(), to.clone())) else { continue };
            let replicas = graph.fixed.topology.nodes[node.index()].replicas;
            let message = format!(
                "`{from}` hands writes to any of the {replicas} replicas of `{to}`, which answer \
                 them here: of real ones the others than the primary refuse them, or keep what \
                 only they know"
            );
            let help = format!(
                "let who writes call `{to}` itself, which leads writes to the primary, and let \
                 `{from}` have the reads"
            );
            diagnostics.push(Diagnostic::warning(link.to.clone(), message).help(&help));
        }
    }
}

/// The databases of which several replicas, or another one than the primary, take their turn.
fn databases(graph: &Graph, plan: &BalancePlan) -> BTreeSet<NodeId> {
    let open = plan.backends.iter().zip(&plan.ways).filter(|(it, _)| it.weight > 0);
    let open: Vec<Place> = open.map(|(_, (place, _))| *place).collect();
    // The others only stand in for the first.
    if plan.spec.algorithm == Algorithm::First && open.first().is_some_and(|it| it.replica == 0) {
        return BTreeSet::new();
    }
    let others = open.into_iter().filter(|place| place.replica > 0).map(|place| place.node);
    others.filter(|node| graph.fixed.topology.nodes[node.index()].has_primary).collect()
}

/// Whether anything that a balancer is asked for writes.
fn hands_on_writes(graph: &Graph, id: NodeId) -> bool {
    let asked = graph.served.calls.keys().filter(|(node, _)| *node == id);
    asked.copied().any(|pair| is_write(graph, pair, graph.plans.len()))
}

/// Whether a visit for a pair may be one that writes: one without an endpoint is if what it is a
/// part of is.
fn is_write(graph: &Graph, pair: Pair, depth: usize) -> bool {
    if pair.1 != EndpointId::NONE {
        return graph.fixed.endpoints.get(pair.1.index()).is_some_and(|asked| asked.write);
    }
    let calls = |calls: &[(Pair, f64)]| calls.iter().any(|(to, often)| *to == pair && *often > 0.0);
    let mut callers = graph.served.calls.iter().filter(|(_, to)| calls(to)).map(|(from, _)| *from);
    depth > 0 && callers.any(|from| writes(graph, from, pair.1) || is_write(graph, from, depth - 1))
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    /// The warnings of a server that calls `to` before a database of three replicas.
    fn warned(writes: bool, call: &str, balancer: &str) -> String {
        checked(&format!(
            "[endpoint.page]\nwrite = {writes}\nwork = [{{ {call} }}]\n[endpoint.put]\n\
             write = true\n[endpoint.get]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '10/s' }}\nmix = {{ page = 1, get = 1 }}\n[node.app]\n\
             kind = 'server'\ncores = 1\n[node.lb]\nkind = 'load-balancer'\n{balancer}\n\
             [node.db]\nkind = 'database'\ncores = 1\nservice = '1ms'\nreplicas = 3\n[link.u.app]\n\
             [link.app.lb]\n[link.lb.db]\n[link.app.db]\n"
        ))
        .2
    }

    #[test]
    fn writes_that_a_balancer_hands_to_any_replica_of_a_database_are_told() {
        let told = "`lb` hands writes to any of the 3 replicas of `db`";
        for (writes, call) in [(true, "call = 'lb'"), (false, "call = 'lb', endpoint = 'put'")] {
            let said = warned(writes, call, "");
            assert!(said.contains(told), "{call}: {said}");
            assert!(said.contains("let who writes call `db` itself"), "{call}: {said}");
        }
        for (writes, call, balancer) in [
            (false, "call = 'lb'", ""),
            (true, "call = 'lb', endpoint = 'get'", ""),
            (true, "call = 'lb'", "algorithm = 'first'"),
            (true, "call = 'db'", ""),
        ] {
            let said = warned(writes, call, balancer);
            assert!(!said.contains("hands writes"), "{call}: {said}");
        }
    }

    #[test]
    fn no_balancer_is_advised_where_a_hash_or_the_primary_decides() {
        let advice = "a load balancer between them can do better";
        let of = |write: bool, call: &str, kind: &str| {
            checked(&format!(
                "[endpoint.page]\nwork = [{call}]\n[endpoint.q]\nwrite = {write}\n[endpoint.r]\n\
                 [node.u]\nkind = 'client'\narrivals = {{ poisson = '10/s' }}\n\
                 mix = {{ page = 1, q = 1, r = 1 }}\n\
                 [node.app]\nkind = 'server'\ncores = 1\n[node.x]\n{kind}\ncores = 1\n\
                 service = '1ms'\nreplicas = 3\n[link.u.app]\n[link.app.x]\n"
            ))
            .2
        };
        let store = "kind = 'cache'\ncapacity = { objects = 10 }";
        let said = of(false, "{ lookup = 'x', miss = [{ cpu = '1ms' }] }", store);
        assert!(!said.contains("one after the other"), "{said}");
        let (db, q) = ("kind = 'database'", "{ call = 'x', endpoint = 'q' }");
        let said = of(true, q, db);
        assert!(!said.contains("one after the other"), "{said}");
        let said = of(true, "{ call = 'x', endpoint = 'q' }, { call = 'x', endpoint = 'r' }", db);
        assert!(said.contains("`app` calls the 3 replicas of `x` one after the other"), "{said}");
        assert!(said.contains("a load balancer for the reads alone") && !said.contains(advice));
        assert!(of(false, q, db).contains(advice));
    }
}
