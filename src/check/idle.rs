//! Rules that are written without what they need to apply: a limit, an outcome, a backend.

use super::ineffective::warning;
use crate::balance::Algorithm;
use crate::graph::{Graph, Role};
use crate::health::HealthSpec;
use crate::id::NodeId;
use crate::model::{Model, Named, NodeSpec};
use crate::nodes::KindSpec;
use crate::nodes::load_balancer::{BackendsSpec, BalancePlan};
use crate::resilience::{Conditions, UpstreamProfile};
use crate::scenario::Diagnostic;
use crate::time::Span;
use crate::unit::Probability;

/// Adds the warnings.
pub(super) fn idle(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let Some(id) = graph.node(name) else { continue };
        let shed = node.spec.station().and_then(|station| station.shed.as_ref());
        if shed.is_some_and(|shed| !shed.has_limit()) {
            let message = format!("`shed` of `{name}` does nothing: it has no limit");
            found.push(warning(node.at("shed"), message, "give it `in_flight` or `queue_delay`"));
        }
        let retry = node.spec.kind.asks().and_then(|client| client.retry.as_ref());
        if retry.is_some_and(|retry| retry.on == Conditions::NONE) {
            let message = format!("`retry` of `{name}` does nothing: it is `on` no outcome");
            let help = "name some, such as \"connect\" or \"status:503\", or leave `on` out";
            found.push(warning(node.at("retry.on"), message, help));
        }
        let KindSpec::LoadBalancer(balancer) = &node.spec.kind else { continue };
        of_health(name, node, &balancer.backends, model.run.duration, found);
        if let Role::Balancer { plan, .. } = &graph.plans[id.index()].role {
            of_backends(name, node, plan, found);
            copies(graph, (id, name), node, plan, found);
        }
    }
}

/// Whether any rule of these takes a backend out.
pub(super) fn takes_out(health: &HealthSpec) -> bool {
    let passive = health.passive.as_ref().is_some_and(|passive| passive.max_fails > 0);
    passive || health.active.is_some() || health.outlier.is_some()
}

/// Health without a rule, with one that is never met, and with probes that nobody waits for.
fn of_health(
    name: &str,
    node: &Named<NodeSpec>,
    spec: &BackendsSpec,
    end: Span,
    found: &mut Vec<Diagnostic>,
) {
    let Some(health) = &spec.health else { return };
    let is_bare = health.slow_start.is_none() && health.panic_threshold == Probability::NEVER;
    if is_bare && health.passive.is_none() && !takes_out(health) {
        let message = format!("`health` of `{name}` does nothing: it has no rule");
        let help = "give it one: `passive`, `active` or `outlier`";
        found.push(warning(node.at("health"), message, help));
    }
    if health.passive.as_ref().is_some_and(|passive| passive.max_fails == 0) {
        let message =
            format!("`passive` of `{name}` does nothing: `max_fails = 0` takes no backend out");
        found.push(warning(node.at("health.passive"), message, "leave it out, or write 1 or more"));
    }
    if let Some(active) = health.active.as_ref().filter(|active| active.phase >= end) {
        let message = format!(
            "probes of `{name}` begin at {}, and the run ends at {end}: none is sent",
            active.phase
        );
        found.push(warning(node.at("health.active.phase"), message, "let them begin earlier"));
    }
}

/// What is for backups without any, other servers that no retry comes to, and weights that leave
/// nobody.
fn of_backends(
    name: &str,
    node: &Named<NodeSpec>,
    plan: &BalancePlan,
    found: &mut Vec<Diagnostic>,
) {
    let treats = &plan.treats;
    if treats.all_backups && treats.backup.is_empty() {
        let message = format!("`all_backups` of `{name}` does nothing: it has no backups");
        found.push(warning(node.at("all_backups"), message, "name some: `backup = [\"NODE\"]`"));
    }
    let in_turn =
        matches!(plan.spec.algorithm, Algorithm::RoundRobin | Algorithm::StaticRoundRobin);
    let next = treats.next_upstream.as_ref().filter(|it| it.profile == UpstreamProfile::Haproxy);
    if let Some(next) = next
        && u32::try_from(next.redispatch).is_ok_and(|every| every > next.retries)
        && !(in_turn && plan.backends.len() > 1)
    {
        let message = format!(
            "`redispatch = {}` of `{name}` does nothing: there are {} `retries`",
            next.redispatch, next.retries
        );
        let help = "-1 is the last retry, 1 every one";
        found.push(warning(node.at("next_upstream.redispatch"), message, help));
    }
    let all = plan.backends.iter().chain(plan.reserve.iter().flatten());
    if all.map(|backend| backend.weight).max().unwrap_or(0) == 0 {
        let message = format!(
            "`{name}` has no backend that takes anything, since all weights are 0: every request \
             fails there (502)"
        );
        found.push(warning(node.at("weights"), message, "give one of them a weight"));
    }
}

/// Copies of what may not be done twice.
fn copies(
    graph: &Graph,
    (id, name): (NodeId, &str),
    node: &Named<NodeSpec>,
    plan: &BalancePlan,
    found: &mut Vec<Diagnostic>,
) {
    if plan.treats.hedge.is_some() && !may_copy(graph, id, plan) {
        let message = format!(
            "`hedge` of `{name}` does nothing: all that it is asked for changes something, and is \
             not sent twice"
        );
        let help = "`non_idempotent = true` sends that twice as well";
        found.push(warning(node.at("hedge"), message, help));
    }
}

/// Whether a balancer with a `hedge` may send anything twice.
pub(super) fn may_copy(graph: &Graph, id: NodeId, plan: &BalancePlan) -> bool {
    let any = plan.treats.hedge.as_ref().is_some_and(|hedge| hedge.non_idempotent);
    let has_traces = graph.fixed.traces.iter().any(Option::is_some);
    let mut asked = graph.served.calls.keys().filter(|(node, _)| *node == id);
    any || has_traces
        || asked.any(|(_, endpoint)| {
            graph.fixed.endpoints.get(endpoint.index()).is_none_or(|it| it.idempotent)
        })
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a client, a balancer and a server of two replicas, and the warnings.
    fn told(client: &str, balancer: &str, app: &str, method: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "duration = '20s'\n[endpoint.p]\nmethod = '{method}'\n\
             work = [{{ cpu = {{ exp = '1ms' }} }}]\n[node.u]\n\
             kind = 'client'\narrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n{client}\n\
             [node.lb]\nkind = 'load-balancer'\nalgorithm = 'random'\n{balancer}\n[node.app]\n\
             kind = 'server'\ncores = 1\nreplicas = 2\n{app}\n[link.u.lb]\n[link.lb.app]\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn rules_that_never_apply_are_told_and_take_no_number_its_exactness() {
        let haproxy = "next_upstream = { profile = 'haproxy', redispatch = 5 }";
        for (client, balancer, app, said) in [
            ("", "", "shed = {}", "`shed` of `app` does nothing"),
            ("", "", "shed = { interval = '1s' }", "`shed` of `app` does nothing"),
            ("retry = { on = [] }", "", "", "`retry` of `u` does nothing"),
            ("", "health = {}", "", "`health` of `lb` does nothing"),
            ("", "health = { passive = { max_fails = 0 } }", "", "`passive` of `lb` does nothing"),
            ("", "all_backups = true", "", "`all_backups` of `lb` does nothing"),
            ("", haproxy, "", "`redispatch = 5` of `lb` does nothing: there are 3 `retries`"),
        ] {
            let (told, warnings) = told(client, balancer, app, "GET");
            assert!(warnings.contains(said), "{said}\n{warnings}");
            assert!(told.contains("M/M/1 (exact)"), "{said}\n{told}");
        }
        let late = "health = { active = { phase = '20s' } }";
        let (_, warnings) = told("", late, "", "GET");
        assert!(warnings.contains("probes of `lb` begin at 20s, and the run ends"), "{warnings}");
        for (client, balancer, app) in [
            ("", "", "shed = { in_flight = 9 }"),
            ("retry = {}", "", ""),
            ("", "health = { passive = {} }", ""),
            ("", "health = { active = { phase = '19s' } }", ""),
            ("", &*haproxy.replace("= 5", "= 3"), ""),
            ("", &*haproxy.replace("= 5", "= -5"), ""),
        ] {
            let (_, warnings) = told(client, balancer, app, "GET");
            assert_eq!(warnings, "", "{client} {balancer} {app}");
        }
    }

    #[test]
    fn a_hedge_of_what_is_never_sent_twice_is_told_and_brings_nothing() {
        let hedge = "hedge = { after = '5ms' }";
        let (said, warnings) = told("", hedge, "", "POST");
        assert!(warnings.contains("`hedge` of `lb` does nothing"), "{warnings}");
        assert!(said.contains("M/M/1 (exact)") && !said.contains("copies"), "{said}");
        for (balancer, method) in
            [(hedge, "GET"), ("hedge = { after = '5ms', non_idempotent = true }", "POST")]
        {
            let (said, warnings) = told("", balancer, "", method);
            assert!(warnings.is_empty() && said.contains("copies"), "{warnings}{said}");
        }
    }

    #[test]
    fn where_all_weights_are_0_every_request_is_said_to_fail() {
        let (_, warnings) = told("", "weights = { app = 0 }", "", "GET");
        assert!(warnings.contains("`lb` has no backend that takes anything"), "{warnings}");
    }
}
