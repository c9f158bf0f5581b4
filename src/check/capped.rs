//! Answers to preflights that ask browsers to remember them for longer than they do.

use super::ineffective::warning;
use crate::graph::{Graph, Role, policy_of};
use crate::model::Model;
use crate::scenario::Diagnostics;

/// Adds the warnings, of each node for the browsers that forget last.
pub(super) fn capped(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    let caps = graph.plans.iter().filter_map(|plan| match &plan.role {
        Role::Client(client) => client.preflights,
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => None,
    });
    let Some(cap) = caps.max() else { return };
    for (name, node) in &model.nodes {
        let Some(policy) = policy_of(&node.spec.kind).filter(|it| it.enabled) else { continue };
        let Some(asked) = policy.max_age.filter(|asked| *asked > cap) else { continue };
        let message = format!(
            "`max_age` of `{name}` is {asked}, and the browsers of this scenario remember a \
             preflight for {cap} at most"
        );
        let help = "browsers have caps of their own: that of Chrome is 2 h, of Firefox 24 h, of \
                    Safari 10 min";
        diagnostics.push(warning(node.at("cors.max_age"), message, help));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(client: &str, cors: &str) -> String {
        checked(&format!(
            "[endpoint.p]\npath = '/'\norigin = 'https://api.example'\n\
             work = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n{client}\n\
             [node.app]\nkind = 'server'\ncores = 1\n\
             cors = {{ origins = ['https://site.example'], {cors} }}\n[link.u.app]\n"
        ))
        .2
    }

    #[test]
    fn an_age_above_what_browsers_remember_is_told() {
        let page = "origin = 'https://site.example'";
        let found = warnings(page, "max_age = '48h'");
        let said = "`max_age` of `app` is 172800s, and the browsers of this scenario remember a \
                    preflight for 7200s at most";
        assert!(found.contains(said), "{found}");
        assert_eq!(warnings(page, "max_age = '2h'"), "");
        let firefox = format!("{page}\nbrowser = {{ profile = 'firefox' }}");
        assert_eq!(warnings(&firefox, "max_age = '24h'"), "");
        assert!(warnings(&firefox, "max_age = '25h'").contains("for 86400s at most"));
    }
}
