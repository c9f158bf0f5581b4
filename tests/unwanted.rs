//! What becomes of what nobody wants any more: the word of that on its way, those who only wait,
//! fetches that others wait for, and handshakes.

mod support;

use lindley::graph::Graph;
use lindley::metrics::at_node;
use lindley::rng::Key;
use lindley::world;
use support::{Log, graph_with, run};

/// A scenario whose clients ask at these moments, in milliseconds.
fn asked(text: &str, moments: &'static str) -> Graph {
    graph_with(text, &[("asks.csv", moments)])
}

const ONE: &str = "arrival_ms\n1000\n";

/// When a drained run is over, in milliseconds, and how many exchanges are left then.
fn left(graph: &Graph) -> (u64, usize) {
    let ended = world::run(graph, Key::root(graph.run.seed, 0), Log::default());
    assert_eq!(ended.halt, None);
    (ended.at.0 / 1_000_000, ended.inside.iter().map(Vec::len).sum())
}

/// Somebody who waits for as long as it takes asks at 10 ms through the last proxy, and somebody
/// who gives up after 50 ms at 20 ms through both; the server takes 100 ms.
fn behind(last: &str) -> String {
    let client = |name: &str, interval: u32, to: &str, rest: &str| {
        format!(
            "[node.{name}]\nkind = 'client'\narrivals = {{ interval = '{interval}ms' }}\n\
             mix = {{ page = 1 }}\n{rest}\n[link.{name}.{to}]\n"
        )
    };
    let patience = "timeout = { read = '50ms', late = 'drop' }";
    format!(
        "study = 'terminating'\nduration = '15ms'\nuntil = 'drained'\nreplications = 1\n\
         [endpoint.page]\nresponse = {{ cache_control = 'max-age=60' }}\n\
         work = [{{ wait = '100ms' }}]\n{}{}\
         [node.near]\nkind = 'forward-proxy'\n[link.near.last]\n\
         [node.last]\n{last}\n[link.last.app]\n[node.app]\nkind = 'server'\n",
        client("patient", 10, "last", ""),
        client("hasty", 14, "near", patience),
    )
}

#[test]
fn who_is_dropped_while_they_wait_for_another_ones_fetch_or_for_a_backend_leaves_nothing() {
    let fetch = "kind = 'reverse-proxy'\ncache = { capacity = '1MiB', lock = true }";
    assert_eq!(left(&asked(&behind(fetch), ONE)), (110, 0));
    let full = "kind = 'load-balancer'\nmax_conns = 1\nbackend_queue = '60s'";
    assert_eq!(left(&asked(&behind(full), ONE)), (110, 0));
}

#[test]
fn a_fetch_that_goes_on_though_its_user_has_gone_is_waited_for() {
    let fetches = |late: &str| {
        let text = format!(
            "study = 'terminating'\nduration = '1s'\nuntil = 'drained'\nreplications = 1\n\
             [endpoint.page]\nresponse = {{ cache_control = 'max-age=60' }}\n\
             work = [{{ wait = '100ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '10ms' }}\n\
             mix = {{ page = 1 }}\ntimeout = {{ read = '45ms', late = '{late}' }}\n\
             [node.edge]\nkind = 'reverse-proxy'\ncache = {{ capacity = '1MiB', lock = true }}\n\
             [node.app]\nkind = 'server'\n[link.users.edge]\n[link.edge.app]\n"
        );
        let graph = asked(&text, ONE);
        let app = graph.node("app").expect("a node");
        let place = at_node().position(|it| it.name == "arrival_rate").expect("a metric");
        let run = run(&graph);
        run.nodes.iter().find(|it| it.node == app).expect("it is read").values[place].round()
    };
    assert_eq!([fetches("abandon"), fetches("drop")], [1.0, 1.0]);
    assert!(fetches("cancel") > 5.0, "what is cancelled is stored by nobody");
}
