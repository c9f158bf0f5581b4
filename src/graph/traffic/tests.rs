//! Small scenarios against flows that can be solved by hand.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::graph::{Files, build};
use crate::scenario::source::Memory;
use crate::scenario::{BASE, Diagnostics, Scenario};
use crate::trace::Trace;

/// One trace, whatever its name.
struct OneTrace(&'static str);

impl Files for OneTrace {
    fn text(&mut self, _: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }

    fn trace(&mut self, _: &str) -> Result<Arc<Trace>, String> {
        Trace::read(self.0.as_bytes()).map(Arc::new).map_err(|error| error.to_string())
    }
}

fn graph(text: &str) -> Graph {
    let mut said = Diagnostics::new();
    let files = Memory::of(&[("a.toml", text)]);
    let scenario = Scenario::load(Path::new("a.toml"), &files, &[], &mut said);
    let model = scenario.model(BASE, &[], &mut said);
    let mut trace = OneTrace("arrival_s,service_ms\n0,10\n1,30\n");
    let graph = model.and_then(|model| build(&model, &mut trace, &mut said));
    graph.unwrap_or_else(|| panic!("{}", said.to_plain(&scenario.sources)))
}

#[track_caller]
fn check(text: &str, expected: &[(&str, f64, f64)]) {
    let graph = graph(text);
    let traffic = Traffic::of(&graph);
    for (name, rate, utilisation) in expected {
        let node = &traffic.nodes[graph.node(name).expect(name).index()];
        assert!((node.rate - rate).abs() < 1e-9, "{name}: {} a second", node.rate);
        let found = node.busiest().unwrap_or(0.0);
        assert!((found - utilisation).abs() < 1e-9, "{name}: utilisation {found}");
    }
}

const PAGE: &str =
    "[endpoint.page]\nwork = [{ cpu = { exp = '10ms' } }, { call = 'db', times = 3 }]
[node.users]\nkind = 'client'\narrivals = { poisson = '80/s' }\nmix = { page = 1 }
[node.db]\nkind = 'database'\nservice = '2ms'\ncores = 2\n[link.app.db]\n[link.users.app]
[node.app]\nkind = 'server'\ncores = 1\n";

#[test]
fn a_call_that_is_made_three_times_is_three_times_the_load() {
    check(PAGE, &[("app", 80.0, 0.8), ("db", 240.0, 0.24)]);
}

#[test]
fn speed_divides_the_demand() {
    check(&format!("{PAGE}speed = 2.0"), &[("app", 80.0, 0.4)]);
}

#[test]
fn a_balancer_splits_by_weight_only_where_its_algorithm_does() {
    let text = |algorithm: &str| {
        format!(
            "[endpoint.page]\nwork = [{{ cpu = '10ms' }}]
[node.users]\nkind = 'client'\narrivals = {{ poisson = '100/s' }}\nmix = {{ page = 1 }}
[node.lb]\nkind = 'load-balancer'\nalgorithm = '{algorithm}'\nweights = {{ big = 3 }}
[node.big]\nkind = 'server'\ncores = 1\n[node.small]\nkind = 'server'\ncores = 1\nreplicas = 2
[link.users.lb]\n[link.lb.big]\n[link.lb.small]"
        )
    };
    check(&text("weighted-random"), &[("big", 60.0, 0.6), ("small", 40.0, 0.2)]);
    check(&text("random"), &[("big", 100.0 / 3.0, 1.0 / 3.0), ("small", 200.0 / 3.0, 1.0 / 3.0)]);
}

#[test]
fn pauses_are_a_part_of_the_load_that_brings_them() {
    let text = "[endpoint.page]\nwork = [{ cpu = '10ms' }]
[node.users]\nkind = 'client'\narrivals = { poisson = '70/s' }\nmix = { page = 1 }
[node.app]\nkind = 'server'\ncores = 1\npauses = { every = { exp = '100ms' }, length = '50ms' }
[link.users.app]";
    check(text, &[("app", 70.0, 1.05)]);
}

#[test]
fn a_stay_asks_for_its_first_page_as_well() {
    let text = "[endpoint.page]\nwork = [{ cpu = '10ms' }]\n[page.any]\nendpoint = 'page'
[visit.v]\npages = { any = 1 }\nstay = '10s'\nthink = { exp = '20s' }
[node.users]\nkind = 'client'\narrivals = { visits = { poisson = '2/s' }, visit = 'v' }
[node.app]\nkind = 'server'\ncores = 1\n[link.users.app]";
    check(text, &[("app", 3.0, 0.03)]);
    assert_eq!(Traffic::of(&graph(text)).clients[0].origin, Origin::About);
}

#[test]
fn the_busiest_replica_is_the_one_with_the_slow_machine() {
    let text = "[endpoint.page]\nwork = [{ cpu = '10ms' }]
[node.users]\nkind = 'client'\narrivals = { poisson = '100/s' }\nmix = { page = 1 }
[node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\nreplica.2 = { speed = 0.5 }
[link.users.app]";
    check(text, &[("app", 100.0, 1.0)]);
}

#[test]
fn writes_go_to_the_primary_alone() {
    let text = "[endpoint.put]\nwrite = true\n[endpoint.get]
[node.users]\nkind = 'client'\narrivals = { poisson = '100/s' }\nmix = { put = 1, get = 1 }
[node.db]\nkind = 'database'\nservice = '10ms'\ncores = 1\nreplicas = 2\n[link.users.db]";
    check(text, &[("db", 100.0, 0.75)]);
}

#[test]
fn a_primary_has_the_work_of_writes_and_its_part_of_that_of_reads() {
    let text = "[endpoint.read]\nwork = [{ cpu = { exp = '0.5ms' } }]\n[endpoint.save]
write = true\nwork = [{ cpu = { exp = '8ms' } }]\n[node.users]\nkind = 'client'
arrivals = { poisson = '400/s' }\nmix = { read = 3, save = 1 }
[node.db]\nkind = 'database'\ncores = 1\nreplicas = 3\n[link.users.db]";
    // 100 writes of 8 ms, and a third of 300 reads of 0.5 ms.
    check(text, &[("db", 400.0, 0.85)]);
    let graph = graph(text);
    let node = &Traffic::of(&graph).nodes[graph.node("db").expect("db").index()];
    let loads: Vec<f64> = node.replicas.iter().map(|it| it.load).collect();
    assert!((loads[1] - 0.05).abs() < 1e-9 && (node.load() - 0.95).abs() < 1e-9, "{loads:?}");
}

#[test]
fn what_comes_back_is_counted_each_time() {
    let text = "[endpoint.page]
work = [{ cpu = '10ms' }, { call = 'app', endpoint = 'page', probability = 0.5 }]
[node.users]\nkind = 'client'\narrivals = { poisson = '20/s' }\nmix = { page = 1 }
[node.app]\nkind = 'server'\ncores = 1\n[link.users.app]\n[link.app.app]";
    check(text, &[("app", 40.0, 0.4)]);
}

#[test]
fn a_trace_gives_its_own_rate_and_demand() {
    let text = "duration = '10s'\n[endpoint.page]\nwork = [{ cpu = { trace = 'service' } }]
[node.users]\nkind = 'client'\narrivals = { trace = 'a.csv' }\nmix = { page = 1 }
[node.app]\nkind = 'server'\ncores = 1\n[link.users.app]";
    check(text, &[("app", 0.2, 0.004)]);
}

#[test]
fn a_closed_loop_is_bounded_by_its_users_or_by_the_busiest_node() {
    let text = |users: u32| {
        format!(
            "[endpoint.page]\nwork = [{{ cpu = '10ms' }}, {{ wait = '20ms' }}]
[node.users]\nkind = 'client'\nusers = {users}\nthink = {{ exp = '960ms' }}\nmix = {{ page = 1 }}
[node.app]\nkind = 'server'\ncores = 1\n[link.users.app]\nlatency = '5ms'"
        )
    };
    check(&text(10), &[("app", 10.0, 0.1)]);
    check(&text(500), &[("app", 100.0, 1.0)]);
    assert_eq!(Traffic::of(&graph(&text(10))).clients[0].origin, Origin::AtMost);
}

#[test]
fn a_node_without_a_queue_has_no_utilisation() {
    let graph = graph(
        "[endpoint.page]\n[node.users]\nkind = 'client'\narrivals = { poisson = '1/s' }
mix = { page = 1 }\n[node.edge]\nkind = 'reverse-proxy'\n[node.app]\nkind = 'server'
[link.users.edge]\n[link.edge.app]",
    );
    let traffic = Traffic::of(&graph);
    assert!(traffic.nodes.iter().all(|node| node.utilisation().is_none()));
}

/// The bound of so many users who think for a second, behind an edge that is 5 ms away.
fn bound_of(users: u32, client: &str, work: &str, app: &str) -> f64 {
    let graph = graph(&format!(
        "[endpoint.page]\nwork = [{work}]\nresponse = {{ cache_control = 'max-age=60' }}\n\
         [node.users]\nkind = 'client'\nusers = {users}\nthink = '1s'\nmix = {{ page = 1 }}\n\
         {client}\n[node.app]\nkind = 'server'\n{app}\n[link.users.app]\nlatency = '5ms'"
    ));
    let client = &Traffic::of(&graph).clients[0];
    assert_eq!(client.origin, Origin::AtMost);
    client.rate
}

#[test]
fn users_who_give_up_come_back_while_the_server_still_works() {
    let patience = "timeout = { total = '100ms' }";
    let constant = bound_of(30, patience, "{ cpu = '200ms' }", "cores = 1");
    assert!((constant - 30.0 / 1.1).abs() < 1e-9, "{constant}");
    let short = bound_of(30, patience, "{ cpu = '20ms' }", "cores = 1");
    assert!((short - 30.0 / 1.03).abs() < 1e-9, "{short}");
    // Of an exponential time of 200 ms the first 100 ms are 200 (1 - e^-0.5) = 78.7 ms on average:
    // the bound, which knows mean and variance alone, is above.
    let drawn = bound_of(30, patience, "{ cpu = { exp = '200ms' } }", "cores = 1");
    assert!(drawn > 30.0 / 1.0887 && drawn < 30.0 / 1.01, "{drawn}");
}

#[test]
fn what_is_answered_at_once_is_no_round_through_all_nodes() {
    let work = "{ cpu = '200ms' }";
    assert!((bound_of(30, "", work, "cores = 1") - 5.0).abs() < 1e-9);
    // What finds no room is refused, and costs the way there and back.
    let refused = bound_of(30, "", work, "cores = 1\nworkers = 1\nqueue = 0");
    assert!((refused - 30.0 / 1.01).abs() < 1e-9, "{refused}");
    // What a browser has takes no time at all.
    let kept = bound_of(30, "browser = { cache = { capacity = '8MiB' } }", work, "cores = 1");
    assert!((kept - 30.0).abs() < 1e-9, "{kept}");
    // A wait of a worker is a part of the round once.
    let waits = bound_of(30, "", "{ wait = '200ms' }", "workers = 100");
    assert!((waits - 30.0 / 1.21).abs() < 1e-9, "{waits}");
}

/// Pairs of servers, each of which calls both of the next pair; the last ones work.
fn diamonds(layers: usize) -> String {
    let mut text = "[endpoint.p]\nwork = [{ call = 'a0', endpoint = 'ea0' }]\n[node.users]\n\
                    kind = 'client'\narrivals = { poisson = '1/s' }\nmix = { p = 1 }\n[node.app]\n\
                    kind = 'server'\n[link.users.app]\n[link.app.a0]\n"
        .to_owned();
    for layer in 0..layers {
        for own in ["a", "b"].iter().take(if layer == 0 { 1 } else { 2 }) {
            let below = ["a", "b"].map(|it| format!("{it}{}", layer + 1));
            let calls =
                below.each_ref().map(|to| format!("{{ call = '{to}', endpoint = 'e{to}' }}"));
            let links = below.each_ref().map(|to| format!("[link.{own}{layer}.{to}]\n"));
            let is_last = layer + 1 == layers;
            let work = if is_last { "{ wait = '1us' }".to_owned() } else { calls.join(", ") };
            text += &format!(
                "[endpoint.e{own}{layer}]\nwork = [{work}]\n[node.{own}{layer}]\nkind = 'server'\n"
            );
            text += &if is_last { String::new() } else { links.concat() };
        }
    }
    text
}

#[test]
fn a_stay_adds_up_each_pair_once_however_many_ways_lead_to_it() {
    let graph = graph(&diamonds(30));
    let stays = stays(&graph);
    let app = graph.node("app").expect("it is there");
    let stay = stays.iter().find(|((node, _), _)| *node == app).map(|(_, stay)| *stay);
    // Each layer asks the next one twice as often.
    let expected = 1e-6 * f64::from(1_u32 << 29);
    assert!(stay.is_some_and(|it| (it / expected - 1.0).abs() < 1e-9), "{stay:?} {expected}");
}

#[test]
fn a_proxy_compresses_what_can_be_and_scans_what_is_not_sealed() {
    let edge = |size: &str| {
        format!(
            "[endpoint.page]\nresponse = {{ size = '{size}', compressible = COMPRESSIBLE }}\n\
             work = [{{ cpu = '1ms' }}]\n[node.users]\nkind = 'client'\n\
             arrivals = {{ poisson = '120/s' }}\nmix = {{ page = 1 }}\n[node.edge]\n\
             kind = 'reverse-proxy'\ncores = 1\ncpu = '3ms'\n\
             compress = {{ cpu_per_kib = '50us', ratio = 0.3 }}\n[node.app]\nkind = 'server'\n\
             cores = 1\n[link.users.edge]\n[link.edge.app]\n"
        )
    };
    let page = edge("20KiB");
    check(&page.replace("COMPRESSIBLE", "false"), &[("edge", 120.0, 0.36)]);
    check(&page.replace("COMPRESSIBLE", "true"), &[("edge", 120.0, 0.48)]);
    check(&edge("512B").replace("COMPRESSIBLE", "true"), &[("edge", 120.0, 0.36)]);
    let office = |https: &str| {
        format!(
            "[endpoint.page]\norigin = 'https://news.example'\nresponse = {{ size = '20KiB' }}\n\
             work = [{{ cpu = '1ms' }}]\n[node.users]\nkind = 'client'\n\
             arrivals = {{ poisson = '100/s' }}\nmix = {{ page = 1 }}\n[node.proxy]\n\
             kind = 'forward-proxy'\ncores = 1\nhttps = '{https}'\n\
             scan = {{ cpu_per_kib = '50us', catches = 1.0 }}\n[node.app]\nkind = 'server'\n\
             cores = 1\n[link.proxy.app]\nconnection = {{ mode = 'pool', tls = '1.3' }}\n\
             [link.users.proxy]\nconnection = {{ mode = 'pool', tls = '1.3' }}\n"
        )
    };
    check(&office("intercept"), &[("proxy", 100.0, 0.1)]);
    check(&office("tunnel"), &[("proxy", 100.0, 0.0)]);
}
