//! Nodes that take only so many connections, in whole runs.

mod support;

use lindley::outcome::Reason;
use lindley::theory::ErlangB;
use support::{at, failures, graph, mistakes, near, reading, requests, run};

/// A hundred calls a second of a database that serves as many as come at once.
fn calling(db: &str, link: &str) -> String {
    format!(
        "duration = '1000s'
[endpoint.q]
work = [{{ cpu = {{ exp = '70ms' }} }}]
[node.users]
kind = 'client'
arrivals = {{ poisson = '100/s' }}
mix = {{ q = 1 }}
[node.db]
kind = 'database'
cores = 1000
{db}
[link.users.db]
latency = '10ms'
{link}
"
    )
}

/// Servers that have pools of connections to a database; each page takes 20 ms there.
fn pooled(servers: u32, max: u32, db: &str, more: &str) -> String {
    format!(
        "duration = '200s'
[endpoint.page]
work = [{{ call = 'db', endpoint = 'q' }}]
[endpoint.q]
work = [{{ cpu = '20ms' }}]
[node.users]
kind = 'client'
users = 400
think = {{ exp = '40ms' }}
mix = {{ page = 1 }}
[node.app]
kind = 'server'
replicas = {servers}
[node.db]
kind = 'database'
cores = 1000
{db}
[link.users.app]
[link.app.db]
latency = '1ms'
connection = {{ mode = 'pool', max = {max} }}
{more}
"
    )
}

#[test]
fn a_connection_for_each_call_to_a_database_that_takes_ten_is_erlangs_loss_system() {
    // From its SYN to the answer a connection lasts for three trips and the work: 100 ms.
    let blocked = ErlangB::new(100.0, 0.1, 10).expect("a system").blocking();
    let graph = graph(&calling("max_connections = 10", "connection = { mode = 'per-request' }"));
    let run = run(&graph);
    near("refused", reading(&run, "errors_too_many_connections"), blocked, 0.03);
    near("open", at(&graph, &run, "db", "connections_mean"), 10.0 * (1.0 - blocked), 0.02);
    near("most", at(&graph, &run, "db", "connections_max"), 10.0, 1e-9);
    near("connected", at(&graph, &run, "db", "connected_ratio"), 1.0 - blocked, 0.01);
}

#[test]
fn pools_keep_the_connections_of_others_out_even_while_they_are_idle() {
    // Four servers want 30 each of 100: the last of them gets ten at most, for good.
    let graph = graph(&pooled(4, 30, "max_connections = 100", ""));
    let run = run(&graph);
    near("most", at(&graph, &run, "db", "connections_max"), 100.0, 1e-9);
    assert!(reading(&run, "errors_too_many_connections") > 0.02);
    let fewer = self::graph(&pooled(3, 30, "max_connections = 100", ""));
    let run = support::run(&fewer);
    near("most", at(&fewer, &run, "db", "connections_max"), 90.0, 1e-9);
    near("none", 1.0 + reading(&run, "errors_too_many_connections"), 1.0, 1e-9);
}

#[test]
fn connections_that_idle_for_too_long_make_room_whoever_closes_them() {
    let visits = |keep: &str| {
        format!(
            "duration = '900s'
[endpoint.q]
work = [{{ cpu = '1ms' }}]
[node.early]
kind = 'client'
users = 5
think = '300s'
mix = {{ q = 1 }}
[node.late]
kind = 'client'
arrivals = {{ interval = '70s' }}
mix = {{ q = 1 }}
[node.db]
kind = 'database'
cores = 8
max_connections = 5
[link.early.db]
connection = {{ mode = 'pool', {keep} }}
[link.late.db]
connection = {{ mode = 'per-request' }}
"
        )
    };
    for (keep, fails) in [("", true), ("keep_alive = '20s'", false)] {
        let run = run(&graph(&visits(keep)));
        let refused = reading(&run, "errors_too_many_connections");
        assert_eq!(refused > 0.0, fails, "{keep}: {refused}");
    }
    let run = run(&graph(&visits("server_keep_alive = '20s'")));
    near("none", 1.0 + reading(&run, "errors_too_many_connections"), 1.0, 1e-9);
}

#[test]
fn a_process_that_dies_has_no_connections_when_it_is_back() {
    let crash = "[fault.crash]\nkind = 'crash'\nnode = 'db'\nat = '100s'\nfor = '1s'\n";
    let graph = graph(&pooled(3, 30, "max_connections = 90", crash));
    let run = run(&graph);
    near("most", at(&graph, &run, "db", "connections_max"), 90.0, 1e-9);
    near("none", 1.0 + reading(&run, "errors_too_many_connections"), 1.0, 1e-9);
    assert!(reading(&run, "errors_connect_refused") > 0.0);
}

#[test]
fn connections_that_a_balancer_of_layer_4_carries_have_a_place_behind_it() {
    let text = "duration = '1000s'
[endpoint.q]
work = [{ cpu = { exp = '70ms' } }]
[node.users]
kind = 'client'
arrivals = { poisson = '100/s' }
mix = { q = 1 }
[node.lb]
kind = 'load-balancer'
layer = 4
[node.db]
kind = 'server'
cores = 1000
max_connections = 10
[link.users.lb]
connection = { mode = 'per-request' }
[link.lb.db]
latency = '10ms'
connection = { mode = 'per-request' }
";
    // Behind the balancer a connection lasts as long as one that is opened there.
    let blocked = ErlangB::new(100.0, 0.1, 10).expect("a system").blocking();
    let run = run(&graph(text));
    near("refused", reading(&run, "errors_too_many_connections"), blocked, 0.03);
}

#[test]
fn whoever_calls_a_full_database_fails_for_that_reason() {
    let text = calling("max_connections = 1", "connection = { mode = 'per-request' }");
    let reasons = failures(&requests(&graph(&text)));
    assert!(reasons.iter().flatten().all(|reason| *reason == Reason::TooManyConnections));
    assert!(reasons.iter().flatten().count() > 1_000);
}

#[test]
fn no_connection_at_all_is_a_mistake() {
    let said = mistakes(&calling("max_connections = 0", "connection = { mode = 'pool' }"));
    assert!(said.contains("`max_connections` is at least 1"), "{said}");
}
