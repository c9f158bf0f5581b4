//! What balancers that hash, or that fill one backend after the other, do to the loads of their
//! backends, for people.

use super::text::percent;
use crate::balance::Algorithm;
use crate::graph::{Graph, Role, Traffic, bound_on_loads, is_hashed, shares_by_key};
use crate::id::NodeId;

/// One line for each balancer that hashes or prefers the first.
pub(super) fn hashed(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let nodes = (0..).map(NodeId).take(graph.plans.len());
    nodes.filter_map(|id| line(graph, traffic, id)).collect()
}

fn line(graph: &Graph, traffic: &Traffic, id: NodeId) -> Option<String> {
    let Role::Balancer { plan, .. } = &graph.plans[id.index()].role else { return None };
    let open = plan.backends.iter().filter(|backend| backend.weight > 0).count();
    let name = &graph.names[id.index()];
    if plan.spec.algorithm == Algorithm::First && open >= 2 {
        return Some(match plan.treats.max_conns {
            None => format!("  {name}: without `max_conns` its first backend gets everything"),
            Some(_) => format!(
                "  {name}: it fills its {open} backends one after the other; how much comes to \
                 each is not known before the run, and loads are as if it came evenly, by weight"
            ),
        });
    }
    if !is_hashed(plan) || open < 2 {
        return None;
    }
    let own = format!("each of its {open} backends is a queue of its own");
    if let Some(percent) = bound_on_loads(plan) {
        return Some(format!(
            "  {name}: it hashes, so {own}; none has more than {percent} % of the average \
             outstanding, and loads are as if keys fell evenly, by weight"
        ));
    }
    Some(match busiest(graph, traffic, id, plan.backends.len()) {
        Some(share) => format!(
            "  {name}: it hashes, so {own}; the busiest gets {} of the requests by its keys",
            percent(share)
        ),
        None => format!(
            "  {name}: it hashes, so {own}; loads are as if keys fell evenly, by weight: which \
             ones there are is not known before the run, and the busiest backend gets more"
        ),
    })
}

/// The largest share over all endpoints, if the keys of all are known.
fn busiest(graph: &Graph, traffic: &Traffic, id: NodeId, backends: usize) -> Option<f64> {
    let (mut shares, mut all) = (vec![0.0; backends], 0.0);
    for client in &traffic.clients {
        for ((_, endpoint), often) in client.visits.iter().filter(|((node, _), _)| *node == id) {
            let rate = often * client.rate;
            for (sum, share) in shares.iter_mut().zip(shares_by_key(graph, id, *endpoint)?) {
                *sum += rate * share;
            }
            all += rate;
        }
    }
    (all > 0.0).then(|| shares.into_iter().fold(0.0, f64::max) / all)
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::{Answer, text};

    /// So many objects, equally wanted, behind a balancer over two servers of one core.
    fn scenario(objects: u32, balancer: &str) -> String {
        format!(
            "duration = '1100s'\n[endpoint.page]\nobjects = {{ count = {objects} }}\n\
             work = [{{ cpu = {{ exp = '10ms' }} }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ poisson = '60/s' }}\n\
             mix = {{ page = 1 }}\naddresses = {{ count = {objects} }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
             [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n[link.users.lb]\n[link.lb.app]\n"
        )
    }

    #[test]
    fn of_three_keys_one_backend_has_two_or_all_and_is_a_queue_of_its_own() {
        for balancer in [
            "algorithm = 'uri-hash'",
            "algorithm = 'source-hash'",
            "algorithm = 'ring-hash'\nhash_on = 'source'",
            "algorithm = 'maglev'",
            "algorithm = 'uri-hash'\nprofile = 'nginx'",
            "algorithm = 'source-hash'\nprofile = 'nginx'",
            "algorithm = 'uri-hash'\nprofile = 'haproxy'",
        ] {
            let (graph, checked, _) = checked(&scenario(3, balancer));
            let app = graph.node("app").expect("a node");
            let replicas = &checked.traffic.nodes[app.index()].replicas;
            let busiest = replicas.iter().map(|it| it.share).fold(0.0, f64::max);
            let keys = (busiest * 3.0).round();
            assert!((busiest * 3.0 - keys).abs() < 1e-9 && keys >= 2.0, "{balancer}: {busiest}");
            // M/M/1 of the part of Poisson arrivals that is its own: 10 ms / (1 - 0.6 share).
            let of = |share: f64| share * 0.01 / (1.0 - 0.6 * share);
            let expected = of(busiest) + of(1.0 - busiest);
            let sojourn = match &checked.nodes[app.index()] {
                Answer::Queue(known, _) => known.means().sojourn,
                Answer::Mixed(mixture, _) => mixture.means()[1],
                Answer::Nothing | Answer::Solved { .. } | Answer::Unknown(_) => f64::NAN,
            };
            assert!((sojourn - expected).abs() < 1e-9, "{balancer}: {sojourn}, not {expected}");
            let said = text("base", &graph, &checked);
            let share = if keys > 2.5 { "100.0 %" } else { "66.7 %" };
            assert!(said.contains(&format!("the busiest gets {share}")), "{balancer}: {said}");
        }
    }

    /// Two paths of 18 ms and 1 ms behind a balancer over two servers.
    fn two_paths(balancer: &str, work: &str) -> (f64, String) {
        let (graph, checked, _) = checked(&format!(
            "[endpoint.a]\npath = '/a'\nwork = [{{ cpu = {{ exp = '18ms' }} }}]\n[endpoint.b]\n\
             path = '/b'\nwork = [{work}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '100/s' }}\nmix = {{ a = 1, b = 1 }}\n[node.lb]\n\
             kind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\ncores = 1\n\
             replicas = 2\n[link.u.lb]\n[link.lb.app]\n"
        ));
        let app = graph.node("app").expect("a node");
        let busy = checked.traffic.nodes[app.index()].busiest().unwrap_or(0.0);
        (busy, text("base", &graph, &checked))
    }

    #[test]
    fn a_backend_has_the_work_of_its_own_keys() {
        // One path each: M/M/1 of 50/s with 18 ms waits 162 ms, and with 1 ms 52.6 us.
        let (busy, said) = two_paths("algorithm = 'uri-hash'", "{ cpu = { exp = '1ms' } }");
        assert!((busy - 0.9).abs() < 1e-9, "{said}");
        assert!(said.contains("M/M/1 each (exact)  81.03 ms"), "{said}");
        assert!(said.contains("to which 50.0 % comes, 162 ms and 180 ms"), "{said}");
        // Where the other has nothing to do, half of the requests wait for the one.
        let (busy, said) = two_paths("algorithm = 'uri-hash'", "{ wait = '1ms' }");
        assert!((busy - 0.9).abs() < 1e-9 && said.contains("M/M/1 (exact)  81 ms"), "{said}");
        // Without a hash both get both.
        let (busy, said) = two_paths("algorithm = 'random'", "{ cpu = { exp = '1ms' } }");
        assert!((busy - 0.475).abs() < 1e-9 && said.contains("M/G/1 (exact)"), "{said}");
    }

    #[test]
    fn of_keys_that_are_not_known_the_busiest_load_is_only_about_this() {
        let source = "algorithm = 'source-hash'";
        let (_, said) = two_paths(source, "{ cpu = { exp = '1ms' } }");
        assert!(said.contains("about 0.475") && !said.contains("(exact)"), "{said}");
    }

    /// One endpoint behind a balancer over two nodes, each of which can do 100 a second.
    fn two_nodes(balancer: &str) -> String {
        format!(
            "duration = '1100s'\n[endpoint.page]\npath = '/a'\nwork = [{{ cpu = '10ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ poisson = '120/s' }}\n\
             mix = {{ page = 1 }}\naddresses = {{ count = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
             [node.x]\nkind = 'server'\ncores = 1\n[node.y]\nkind = 'server'\ncores = 1\n\
             [link.users.lb]\n[link.lb.x]\n[link.lb.y]\n"
        )
    }

    #[test]
    fn nodes_behind_a_balancer_that_hashes_get_what_their_keys_ask_for() {
        for algorithm in ["ring-hash", "maglev", "uri-hash", "source-hash", "first"] {
            let balancer = format!("algorithm = '{algorithm}'");
            let (graph, checked, warnings) = checked(&two_nodes(&balancer));
            let loads = ["x", "y"].map(|name| {
                let id = graph.node(name).expect("a node");
                checked.traffic.nodes[id.index()].load()
            });
            let most = loads[0].max(loads[1]);
            assert!((most - 1.2).abs() < 1e-6, "{algorithm}: {loads:?}");
            assert!((loads[0] + loads[1] - 1.2).abs() < 1e-6, "{algorithm}: {loads:?}");
            assert!(warnings.contains("is offered 1.200 of what it can do"), "{warnings}");
        }
    }

    #[test]
    fn what_goes_past_the_limit_of_the_first_backend_is_not_known() {
        let balancer = "algorithm = 'first'\nmax_conns = 1";
        let (graph, checked, _) = checked(&two_nodes(balancer));
        let told = text("base", &graph, &checked);
        assert!(told.contains("how much comes to each is not known before the run"), "{told}");
        assert!(!told.contains("(exact)"), "{told}");
    }

    #[test]
    fn where_loads_are_bounded_the_bound_is_told_and_no_formula_holds() {
        let text_of = scenario(3, "algorithm = 'maglev'\nbalance_factor = 125");
        let (graph, checked, _) = checked(&text_of);
        let said = text("base", &graph, &checked);
        assert!(said.contains("none has more than 125 % of the average outstanding"), "{said}");
        assert!(said.contains("its bound on loads sends on what is too much"), "{said}");
        assert!(!said.contains("(exact)"), "{said}");
        assert!(said.contains("app: no formula"), "{said}");
    }

    #[test]
    fn a_bound_that_lets_one_backend_have_all_changes_no_load() {
        for factor in [200, 65_536] {
            let bounded = format!("algorithm = 'maglev'\nbalance_factor = {factor}");
            let (graph, checked, _) = checked(&scenario(1, &bounded));
            let said = text("base", &graph, &checked);
            assert!(said.contains("the busiest gets 100.0 %"), "{said}");
            assert!(!said.contains("average outstanding"), "{said}");
        }
        let (graph, checked, _) =
            checked(&scenario(1, "algorithm = 'maglev'\nbalance_factor = 199"));
        assert!(text("base", &graph, &checked).contains("199 % of the average outstanding"));
    }

    #[test]
    fn where_one_backend_fills_before_the_next_no_load_is_a_bound_and_the_next_has_room() {
        let balancer = "algorithm = 'first'\nmax_conns = 1";
        let text_of = scenario(1, balancer).replace("60/s", "120/s");
        let (graph, checked, warnings) = checked(&text_of);
        let told = text("base", &graph, &checked);
        assert!(told.contains("about 0.600") && !told.contains("at most"), "{told}");
        assert!(!warnings.contains("is offered"), "{warnings}");
    }

    #[test]
    fn where_keys_are_not_known_it_is_said_that_shares_are_taken_for_even() {
        let text_of = scenario(1_000_000, "algorithm = 'source-hash'");
        let (graph, checked, _) = checked(&text_of);
        let said = text("base", &graph, &checked);
        assert!(said.contains("as if keys fell evenly"), "{said}");
    }
}
