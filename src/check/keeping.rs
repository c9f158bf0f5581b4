//! Caches that cannot keep what they are asked for.

use super::suspicion::Watch;
use crate::graph::kept_for;

impl Watch<'_> {
    /// Endpoints that come to a cache, and of which it keeps nothing because nothing says for how
    /// long: what a cache does with such answers is to hand them on.
    pub(super) fn caches(&mut self) {
        for (id, name, span) in self.nodes() {
            let Some(plan) = self.graph.cache(id) else { continue };
            let is_kept = |endpoint: &crate::id::EndpointId| {
                let is_looked_for = plan.endpoints.get(endpoint.index()).copied().unwrap_or(false);
                !is_looked_for || kept_for(self.graph, plan, *endpoint).is_some()
            };
            let asked = self.graph.served.calls.keys().filter(|(node, _)| *node == id);
            let not_kept: Vec<String> = asked
                .filter(|(_, endpoint)| !is_kept(endpoint))
                .map(|(_, endpoint)| self.graph.endpoint_name(*endpoint).to_owned())
                .collect();
            for endpoint in not_kept {
                let message = format!("the cache of `{name}` gives nothing of `{endpoint}` again");
                let help = "its answers allow no use without asking the origin: give the response \
                            a `cache_control` such as \"max-age=60\", or the cache a `default_ttl`";
                self.warn(span.clone(), message, help);
            }
        }
    }
}
