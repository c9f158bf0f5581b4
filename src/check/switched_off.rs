//! Calls to nodes that are taken out, and what is sent from another site without being asked about.

use std::collections::BTreeSet;

use super::suspicion::Watch;
use crate::attack::Lure;
use crate::endpoint::{Action, Step};
use crate::http::Method;

/// Whom steps call.
fn called<'a>(steps: &'a [Step], names: &mut BTreeSet<&'a str>) {
    for step in steps {
        match &step.action {
            Action::Lookup { miss, .. } => called(miss, names),
            Action::Parallel { branches, .. } => {
                for branch in branches {
                    called(&branch.0, names);
                }
            }
            Action::Call { node, .. } => {
                names.insert(node.get_ref());
            }
            Action::Cpu(_) | Action::Wait(_) | Action::Fail { .. } | Action::Forget { .. } => {}
        }
    }
}

impl Watch<'_> {
    /// Nodes that are taken out while somebody calls them: the calls are not made, and are free.
    pub(super) fn switched_off(&mut self) {
        let model = self.model;
        for (name, endpoint) in &model.endpoints {
            let mut names = BTreeSet::new();
            called(&endpoint.spec.work.0, &mut names);
            for node in names {
                let is_off = model.nodes.get(node).is_some_and(|it| !it.spec.common.enabled);
                if is_off {
                    let message = format!(
                        "endpoint `{name}` calls `{node}`, which is not `enabled`: the call is not \
                         made, and takes no time"
                    );
                    self.warn(endpoint.at("work"), message, "");
                }
            }
        }
    }

    /// Forged requests of scripts to an endpoint of no origin, which no browser asks about before.
    pub(super) fn forged(&mut self) {
        let model = self.model;
        let Some(csrf) = model.csrf.as_ref().filter(|it| it.spec.enabled) else { return };
        let name = csrf.spec.endpoint.get_ref();
        let Some(target) = model.endpoints.get(name) else { return };
        let is_simple = matches!(target.spec.method, Method::Get | Method::Head | Method::Post);
        if csrf.spec.by == Lure::Script && !is_simple && target.spec.origin.is_none() {
            let message = format!(
                "endpoint `{name}` has no `origin`: what a script of another site sends to it is \
                 sent without a preflight"
            );
            let help = "browsers ask first for another origin than the page's: give the endpoint \
                        its `origin`";
            self.warn(csrf.at("endpoint"), message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    #[test]
    fn a_call_to_who_is_taken_out_is_told() {
        let warnings = |enabled: bool| {
            checked(&format!(
                "[endpoint.p]\nwork = [{{ cpu = '1ms' }}, {{ call = 'db' }}]\n[node.u]\n\
                 kind = 'client'\narrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
                 [node.app]\nkind = 'server'\ncores = 1\n[node.db]\nkind = 'database'\n\
                 cores = 1\nservice = '1ms'\nenabled = {enabled}\n[link.u.app]\n[link.app.db]\n"
            ))
            .2
        };
        let said = warnings(false);
        assert!(said.contains("endpoint `p` calls `db`, which is not `enabled`"), "{said}");
        assert_eq!(warnings(true), "");
    }
}
