//! Work and sizes that a row of a trace is to fix, asked for by who has no such row.

use std::collections::BTreeSet;

use super::ineffective::warning;
use crate::endpoint::{Amount, Op};
use crate::graph::{Graph, Traffic, programs};
use crate::id::NodeId;
use crate::model::Model;
use crate::scenario::Diagnostics;

/// Warns of what costs nothing because no trace says what it costs.
pub(super) fn untraced(
    model: &Model,
    graph: &Graph,
    traffic: &Traffic,
    diagnostics: &mut Diagnostics,
) {
    let mut told = BTreeSet::new();
    for client in &traffic.clients {
        let [has_service, has_size] = columns(graph, client.node);
        for (node, endpoint) in client.visits.keys() {
            let asked = graph.fixed.endpoints.get(endpoint.index());
            let sized = asked.and_then(|it| it.response_bytes.as_ref());
            let lacks_size = !has_size && matches!(sized, Some(Amount::TraceSize));
            let programs = programs(graph, (*node, *endpoint));
            let mut ops =
                programs.iter().flat_map(|it| &graph.fixed.programs[usize::from(*it)].ops);
            let is_traced = |op: &Op| {
                matches!(op, Op::Cpu(Amount::TraceService, _) | Op::Wait(Amount::TraceService, _))
            };
            let lacks_service = !has_service && ops.any(is_traced);
            for (lacks, word, column, zero) in [
                (lacks_service, "service", "service_ms", "takes no time"),
                (lacks_size, "size", "size_bytes", "has no bytes"),
            ] {
                let name = graph.endpoint_name(*endpoint);
                if !lacks || !told.insert((client.node, name.to_owned(), word)) {
                    continue;
                }
                let asker = &graph.names[client.node.index()];
                let message = format!(
                    "`{{ trace = \"{word}\" }}` {zero} where `{asker}` asks: it replays no trace \
                     with a column `{column}`"
                );
                let node = &model.nodes[&graph.names[node.index()]];
                let span = model.endpoints.get(name).map_or_else(
                    || node.place.clone(),
                    |it| it.at(if word == "size" { "response.size" } else { "work" }),
                );
                let help =
                    format!("give its trace the column `{column}`, or write a time or a law");
                diagnostics.push(warning(span, message, &help));
            }
        }
    }
}

/// Whether a client's trace has times of service, and sizes.
fn columns(graph: &Graph, client: NodeId) -> [bool; 2] {
    let trace = graph.fixed.traces.get(client.index()).and_then(Option::as_ref);
    let rows = trace.map_or(&[][..], |trace| trace.rows());
    [rows.iter().any(|row| row.service().is_some()), rows.iter().any(|row| row.size().is_some())]
}

#[cfg(test)]
mod tests {
    use crate::check::tests::{checked, replayed};

    #[test]
    fn work_that_no_trace_fixes_is_told_with_its_place() {
        let text = |arrivals: &str| {
            format!(
                "duration = '10s'\n[endpoint.p]\nwork = [{{ cpu = {{ trace = 'service' }} }}]\n\
                 [node.u]\nkind = 'client'\narrivals = {{ {arrivals} }}\nmix = {{ p = 1 }}\n\
                 [node.app]\nkind = 'server'\ncores = 1\n[link.u.app]\n"
            )
        };
        let line = "`{ trace = \"service\" }` takes no time where `u` asks";
        let said = checked(&text("poisson = '5/s'")).2;
        assert!(said.contains(line) && said.contains("a.toml:3"), "{said}");
        let said = replayed(&text("trace = 't.csv'"), "arrival_s\n1\n2\n").2;
        assert!(said.contains(line), "{said}");
        let said = replayed(&text("trace = 't.csv'"), "arrival_s,service_ms\n1,5\n2,5\n").2;
        assert!(!said.contains(line), "{said}");
    }
}
