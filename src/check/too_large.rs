//! Answers that are larger than the whole cache that looks for them: none of them is kept.

use super::ineffective::warning;
use crate::endpoint::Amount;
use crate::evict::Capacity;
use crate::graph::Graph;
use crate::id::NodeId;
use crate::model::Model;
use crate::scenario::Diagnostics;

/// Adds the warnings.
pub(super) fn too_large(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    for (id, name) in (0..).map(NodeId).zip(&graph.names) {
        let Some(plan) = graph.cache(id) else { continue };
        let (Capacity::Bytes(room), Some(node)) = (plan.capacity, model.nodes.get(name)) else {
            continue;
        };
        for (_, endpoint) in graph.served.calls.keys().filter(|(node, _)| *node == id) {
            let looks = plan.endpoints.get(endpoint.index()).copied().unwrap_or(false);
            let sizes = graph.fixed.endpoints.get(endpoint.index());
            let size = sizes.filter(|_| looks).and_then(|it| it.response_bytes.as_ref());
            let Some(Amount::Drawn(law)) = size else { continue };
            #[allow(clippy::cast_precision_loss, reason = "a capacity is below 2^60")]
            let Some(bytes) = law.is_constant().filter(|bytes| *bytes > room as f64) else {
                continue;
            };
            let message = format!(
                "an answer of `{}` has {bytes} bytes, and the cache of `{name}` has room for \
                 {room}: it is never kept",
                graph.endpoint_name(*endpoint),
            );
            let help = "give it a larger `capacity`";
            diagnostics.push(warning(node.at("cache.capacity"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(size: &str, capacity: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n\
             response = {{ size = {size}, cache_control = 'max-age=60' }}\n[node.u]\n\
             kind = 'client'\narrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
             [node.edge]\nkind = 'reverse-proxy'\ncache = {{ capacity = {capacity} }}\n\
             [node.app]\nkind = 'server'\ncores = 1\n[link.u.edge]\n[link.edge.app]\n"
        ))
        .2
    }

    #[test]
    fn an_answer_that_is_larger_than_its_cache_is_told() {
        let found = warnings("'4KiB'", "'1KiB'");
        let said = "an answer of `p` has 4096 bytes, and the cache of `edge` has room for 1024";
        assert!(found.contains(said), "{found}");
        for (size, capacity) in
            [("'4KiB'", "'4KiB'"), ("'4KiB'", "{ objects = 1 }"), ("{ exp = '4KiB' }", "'1KiB'")]
        {
            assert!(!warnings(size, capacity).contains("never kept"), "{size}, {capacity}");
        }
    }
}
