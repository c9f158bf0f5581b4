//! Time-outs of callers that end before those of the nodes behind them can: these never fire while
//! anybody waits.

use std::collections::BTreeSet;

use super::ineffective::warning;
use crate::graph::{Graph, Role};
use crate::id::NodeId;
use crate::model::Model;
use crate::scenario::Diagnostics;
use crate::time::Span;

/// Adds the warnings: of each node that waits too long, by the first caller that does not.
pub(super) fn shorter(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    let nodes = || (0..).map(NodeId).zip(&graph.names);
    let mut told = BTreeSet::new();
    for (outer, caller) in nodes() {
        let Some((patience, key)) = patience(graph, outer) else { continue };
        for inner in behind(graph, outer) {
            let Some(own) = read(graph, inner).filter(|own| *own > patience) else { continue };
            let (Some(node), true) = (model.nodes.get(caller), told.insert(inner)) else {
                continue;
            };
            let [patience, own] = [patience, own].map(Span::from_nanos_rounded);
            let message = format!(
                "`{caller}` waits {patience} for an answer, and `{}` behind it {own}: that \
                 time-out never ends anything that somebody still waits for",
                graph.names[inner.index()]
            );
            let help = "let callers wait longer than those that they call";
            diagnostics.push(warning(node.at(key), message, help));
        }
    }
}

/// How long a node waits for an answer, in nanoseconds, if that is always the same, and by which
/// key.
fn patience(graph: &Graph, id: NodeId) -> Option<(f64, &'static str)> {
    let total = match &graph.plans[id.index()].role {
        Role::Client(plan) => plan.timeout.as_ref().and_then(|(law, _)| law.is_constant()),
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => None,
    };
    let read = read(graph, id).map(|read| (read, "timeout.read"));
    let total = total.map(|total| (total, "timeout.total"));
    [read, total].into_iter().flatten().min_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// How long a node waits for the answer to a call.
fn read(graph: &Graph, id: NodeId) -> Option<f64> {
    let links = graph.fixed.topology.links.iter().zip(&graph.links);
    let mut own = links.filter(|(ends, _)| ends.from == id);
    own.find_map(|(_, link)| link.waits.as_ref()?.read.as_ref()?.is_constant())
}

/// The nodes that are asked because of what a node asks.
fn behind(graph: &Graph, id: NodeId) -> BTreeSet<NodeId> {
    let calls = &graph.served.calls;
    let mut open: Vec<_> = calls.keys().filter(|(node, _)| *node == id).copied().collect();
    let mut seen: BTreeSet<_> = open.iter().copied().collect();
    while let Some(pair) = open.pop() {
        let next = calls.get(&pair).into_iter().flatten().filter(|(_, often)| *often > 0.0);
        open.extend(next.map(|(to, _)| *to).filter(|to| seen.insert(*to)));
    }
    // What a client asks for stands at the nodes that it links to.
    let nodes = seen.into_iter().map(|(node, _)| node);
    nodes.filter(|node| *node != id).collect()
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(client: &str, app: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}, {{ call = 'db' }}]\n[node.u]\n\
             kind = 'client'\narrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n{client}\n\
             [node.edge]\nkind = 'reverse-proxy'\n[node.app]\nkind = 'server'\ncores = 1\n{app}\n\
             [node.db]\nkind = 'database'\ncores = 1\nservice = '1ms'\n\
             [link.u.edge]\n[link.edge.app]\n[link.app.db]\n"
        ))
        .2
    }

    #[test]
    fn a_caller_that_gives_up_before_those_behind_it_do_is_told() {
        let found = warnings("timeout = { read = '1s' }", "timeout = { read = '5s' }");
        let said = "`u` waits 1s for an answer, and `app` behind it 5s: that time-out never ends";
        assert!(found.contains(said), "{found}");
        let found =
            warnings("timeout = { read = '9s', total = '2s' }", "timeout = { read = '5s' }");
        assert!(found.contains("`u` waits 2s for an answer"), "{found}");
        for (client, app) in [
            ("timeout = { read = '5s' }", "timeout = { read = '5s' }"),
            ("timeout = { read = '5s' }", "timeout = { read = '1s' }"),
            ("timeout = { read = '1s' }", "timeout = { connect = '5s' }"),
            ("", "timeout = { read = '5s' }"),
        ] {
            assert_eq!(warnings(client, app), "", "{client}, {app}");
        }
    }
}
