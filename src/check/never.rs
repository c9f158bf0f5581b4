//! What never happens: faults and probes after the end, crews without failures, routes behind a
//! route that takes all of theirs, limits on connections that nobody opens.

use super::ineffective::warning;
use crate::dist::Dist;
use crate::fault::FaultKind;
use crate::graph::{Graph, Role};
use crate::model::Model;
use crate::nodes::route::RouteSpec;
use crate::scenario::Diagnostic;

/// Adds the warnings of what never happens.
pub(super) fn never(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    faults(model, found);
    probes(model, found);
    routes(model, found);
    connections(model, graph, found);
}

/// Faults that begin when all is over, and crews that wait for nothing.
fn faults(model: &Model, found: &mut Vec<Diagnostic>) {
    let end = model.run.duration;
    for (name, fault) in model.faults.iter().filter(|(_, fault)| fault.spec.enabled) {
        if let Some(Dist::Constant(at)) = fault.spec.at
            && at >= end
        {
            let message = format!("fault `{name}` begins at {at}, and the run ends at {end}");
            found.push(warning(fault.at("at"), message, "it never happens"));
        }
        for (key, is_written, kind) in [
            ("factor", fault.spec.factor.is_some(), FaultKind::Slow),
            ("loss", fault.spec.loss.is_some(), FaultKind::Lossy),
        ] {
            if is_written && fault.spec.kind != kind {
                let message = format!("`{key}` of fault `{name}` does nothing");
                let help = format!("it is for kind = \"{}\"", kind.word());
                found.push(warning(fault.at(key), message, &help));
            }
        }
        if fault.spec.crews.is_some() && fault.spec.mtbf.is_none() {
            let message = format!("`crews` of fault `{name}` does nothing: it happens once");
            let help = "crews repair what fails again and again: give it `mtbf` and `mttr`";
            found.push(warning(fault.at("crews"), message, help));
        }
    }
}

/// Probes that look when all is over.
fn probes(model: &Model, found: &mut Vec<Diagnostic>) {
    let end = model.run.duration;
    for (name, probe) in &model.probes {
        if let Some(at) = probe.spec.at.iter().find(|at| **at > end) {
            let message = format!("probe `{name}` looks at {at}, and the run ends at {end}");
            found.push(warning(probe.at("at"), message, "it never sees anything then"));
        }
    }
}

/// Routes that no request comes to, since an earlier one takes all that they would.
fn routes(model: &Model, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let routes = &node.spec.common.routes;
        for (place, route) in routes.iter().enumerate() {
            let to = route.to.get_ref();
            let Some(before) = routes[..place].iter().position(|other| takes_all(other, route))
            else {
                continue;
            };
            let message = format!(
                "route {} of `{name}`, to `{to}`, is never taken: route {} takes all that it would",
                place + 1,
                before + 1
            );
            let help = "routes are tried in their order: what takes all that is left comes last";
            found.push(warning(route.to.span(), message, help));
        }
    }
}

/// Whether a route takes whatever another would.
fn takes_all(route: &RouteSpec, other: &RouteSpec) -> bool {
    fn is_wider<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
        one.is_none() || one == other
    }
    let has_wider_path = route.path.as_ref().is_none_or(|path| {
        other.path.as_ref().is_some_and(|other| match path.strip_suffix('*') {
            Some(beginning) => other.starts_with(beginning),
            None => path == other,
        })
    });
    has_wider_path
        && is_wider(route.host.as_ref(), other.host.as_ref())
        && is_wider(route.header.as_ref(), other.header.as_ref())
        && is_wider(route.cookie.as_ref(), other.cookie.as_ref())
        && is_wider(route.method.as_ref(), other.method.as_ref())
}

/// Limits on how often connections are opened, where none is opened with keys.
fn connections(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    let passes_on = |role: &Role| match role {
        Role::Balancer { plan, .. } => plan.treats.layer == 4,
        Role::Client(_) | Role::Proxy { .. } | Role::Answering(_) => false,
    };
    for (place, (name, plan)) in graph.names.iter().zip(&graph.plans).enumerate() {
        if plan.screen.as_ref().is_none_or(|screen| screen.connections.is_none()) {
            continue;
        }
        let mut links = graph.fixed.topology.links.iter().zip(&graph.links);
        let is_opened = links.any(|(ends, link)| {
            let leads_here =
                ends.to.index() == place || passes_on(&graph.plans[ends.to.index()].role);
            leads_here && link.transport.as_ref().is_some_and(|it| it.tls.is_some())
        });
        if let Some(node) = model.nodes.get(name).filter(|_| !is_opened) {
            let message = format!(
                "`connection_limit` of `{name}` does nothing: no connection is opened to it with \
                 TLS"
            );
            let help = "give a link to it `connection = { mode = …, tls = … }`";
            found.push(warning(node.at("connection_limit"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    /// The warnings about an edge before a server, with what else is written there and of all.
    fn warnings(edge: &str, more: &str) -> String {
        checked(&format!(
            "duration = '20s'\nstudy = 'terminating'\n[endpoint.page]\npath = '/p'\n\
             [node.users]\nkind = 'client'\narrivals = {{ poisson = '5/s' }}\n\
             mix = {{ page = 1 }}\n\
             [node.edge]\nkind = 'reverse-proxy'\ncores = 1\n{edge}\n\
             [node.app]\nkind = 'server'\ncores = 1\n\
             service = '1ms'\n[link.edge.app]\n[link.users.edge]\n{more}\n"
        ))
        .2
    }

    #[test]
    fn what_never_happens_is_told() {
        let crash = |when: &str| format!("[fault.x]\nkind = 'crash'\nnode = 'app'\n{when}");
        let probe = |at: &str| format!("[probe.late]\nnode = 'app'\nat = ['{at}']");
        let limit = "connection_limit = { rate = '5/s', burst = 5 }";
        let tls = "connection = { mode = 'per-session', tls = '1.3' }";
        for (edge, more, said) in [
            ("", crash("at = '100s'"), "fault `x` begins at 100s, and the run ends at 20s"),
            ("", crash("at = '5s'\ncrews = 1"), "`crews` of fault `x` does nothing"),
            ("", crash("at = '5s'\nfactor = 3"), "`factor` of fault `x` does nothing"),
            ("", crash("at = '5s'\nloss = 0.5"), "`loss` of fault `x` does nothing"),
            ("", probe("30s"), "probe `late` looks at 30s, and the run ends at 20s"),
            (
                "routes = [{ to = 'app' }, { path = '/p', to = 'app' }]",
                String::new(),
                "route 2 of `edge`, to `app`, is never taken: route 1 takes all that it would",
            ),
            (limit, String::new(), "`connection_limit` of `edge` does nothing"),
        ] {
            let found = warnings(edge, &more);
            assert!(found.contains(said), "{said}\n{found}");
        }
        for (edge, more) in [
            ("", crash("at = '5s'")),
            ("", probe("5s")),
            ("routes = [{ path = '/p', to = 'app' }, { to = 'app' }]", String::new()),
            (limit, tls.to_owned()),
        ] {
            assert_eq!(warnings(edge, &more), "", "{edge} {more}");
        }
    }
}
