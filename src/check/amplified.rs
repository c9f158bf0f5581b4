//! Attempts that multiply: where those who try again stand behind one another, each attempt of the
//! first is several of the second.
//!
//! If each of n callers in a chain makes up to aᵢ attempts, up to N = a₁ a₂ … aₙ come to the end of
//! it for one request, and with a share p of independent failures (1 - p^N) / (1 - p) on average:
//! the attempts of all of them are one sequence that ends with the first success.

use crate::graph::{Graph, Role};
use crate::id::NodeId;
use crate::resilience::UpstreamProfile;

/// What is told in any case beyond is no longer a number that matters.
const MOST: f64 = 1e9;

/// A way to a node on which callers try again.
#[derive(Debug, Clone, Default, PartialEq)]
struct Chain {
    /// The product of their attempts.
    attempts: f64,
    /// Who they are, and how often each tries.
    callers: Vec<(NodeId, u32)>,
}

/// The nodes at the end of chains of two or more who try again, and what comes to them.
pub(super) fn amplified(graph: &Graph) -> Vec<String> {
    let chains = chains(graph);
    let ends = (0..)
        .map(NodeId)
        .zip(&chains)
        .filter(|(id, chain)| chain.callers.len() > 1 && attempts_of(graph, *id) == 1);
    ends.map(|(id, chain)| line(graph, id, chain)).collect()
}

fn line(graph: &Graph, id: NodeId, chain: &Chain) -> String {
    let callers = chain.callers.iter();
    let callers: Vec<String> = callers
        .map(|(caller, attempts)| format!("{attempts} by `{}`", graph.names[caller.index()]))
        .collect();
    let mean = |fails: f64| (1.0 - libm::pow(fails, chain.attempts)) / (1.0 - fails);
    format!(
        "  {}: retries multiply: a request that always fails there comes to it up to {:.0} times \
         ({}); if half of the attempts fail, {:.2} times on average, if one in ten, {:.2}",
        graph.names[id.index()],
        chain.attempts,
        callers.join(" × "),
        mean(0.5),
        mean(0.1),
    )
}

/// For each node the way to it on which most attempts multiply.
fn chains(graph: &Graph) -> Vec<Chain> {
    let topology = &graph.fixed.topology;
    let mut best = vec![Chain::default(); graph.plans.len()];
    for (id, plan) in graph.plans.iter().enumerate() {
        if matches!(plan.role, Role::Client(_)) {
            best[id].attempts = 1.0;
        }
    }
    // No way without a circle is longer than there are nodes.
    for _ in 0..graph.plans.len() {
        let mut has_changed = false;
        for link in &topology.links {
            let (from, own) = (&best[link.from.index()], attempts_of(graph, link.from));
            let attempts = from.attempts * f64::from(own);
            let is_circle = from.callers.iter().any(|(caller, _)| *caller == link.to);
            if attempts <= best[link.to.index()].attempts || attempts > MOST || is_circle {
                continue;
            }
            let mut callers = from.callers.clone();
            if own > 1 {
                callers.push((link.from, own));
            }
            best[link.to.index()] = Chain { attempts, callers };
            has_changed = true;
        }
        if !has_changed {
            break;
        }
    }
    best
}

/// How often a node tries what it calls for one request, at most.
pub(super) fn attempts_of(graph: &Graph, id: NodeId) -> u32 {
    match &graph.plans[id.index()].role {
        Role::Client(plan) => plan.retry.as_ref().map_or(1, |retry| retry.attempts()),
        Role::Balancer { plan, .. } => {
            let backends = u32::try_from(plan.backends.len()).unwrap_or(u32::MAX).max(1);
            plan.treats.next_upstream.as_ref().map_or(1, |next| match (next.profile, next.tries) {
                (UpstreamProfile::Nginx, 0) => backends,
                (UpstreamProfile::Nginx, tries) => tries.min(backends),
                (UpstreamProfile::Haproxy, _) => next.retries.saturating_add(1),
            })
        }
        Role::Proxy { .. } | Role::Answering(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    /// A client that tries three times, before a balancer that does as `next` says.
    fn lines(next: &str) -> Vec<String> {
        let text = format!(
            "[endpoint.page]\n[node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n\
             arrivals = {{ poisson = '1/s' }}\nretry = {{ attempts = 3 }}\n\
             [node.balancer]\nkind = 'load-balancer'\nalgorithm = 'round-robin'\n{next}\n\
             [node.app]\nkind = 'server'\nreplicas = 4\n[node.db]\nkind = 'database'\n\
             [link.users.balancer]\n[link.balancer.app]\n[link.app.db]\n"
        );
        super::amplified(&checked(&text).0)
    }

    #[test]
    fn attempts_of_callers_behind_one_another_multiply() {
        let told = lines("next_upstream = { tries = 2 }");
        assert_eq!(told.len(), 2, "{told:?}");
        let app = "  app: retries multiply: a request that always fails there comes to it up to 6 \
                   times (3 by `users` × 2 by `balancer`); if half of the attempts fail, 1.97 \
                   times on average, if one in ten, 1.11";
        assert_eq!(told[0], app);
        assert!(told[1].starts_with("  db: retries multiply"), "{told:?}");
        assert!(lines("next_upstream = {}")[0].contains("up to 12 times (3 by"));
        let haproxy = "next_upstream = { profile = 'haproxy', retries = 1 }";
        assert!(lines(haproxy)[0].contains("up to 6 times (3 by"));
    }

    #[test]
    fn one_who_tries_again_multiplies_nothing() {
        assert_eq!(lines(""), [""; 0]);
        assert_eq!(lines("next_upstream = { tries = 1 }"), [""; 0]);
    }
}
