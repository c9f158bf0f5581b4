//! What becomes of what nobody wants any more: the word of that on its way, those who only wait,
//! fetches that others wait for, and handshakes.

mod support;

use lindley::graph::Graph;
use lindley::rng::Key;
use lindley::world;
use support::{Log, at, graph_with, run};

/// A scenario whose clients ask at these moments, in milliseconds.
fn asked(text: &str, moments: &'static str) -> Graph {
    graph_with(text, &[("asks.csv", moments)])
}

const ONE: &str = "arrival_ms\n1000\n";
const TWO: &str = "arrival_ms\n1000\n1000\n";
const FIVE: &str = "arrival_ms\n1000\n1000\n1000\n1000\n1000\n";

/// Milliseconds for which the one core of `app` is at work in the ten seconds of a scenario.
fn worked(graph: &Graph) -> u64 {
    let busy = at(graph, &run(graph), "app", "utilisation");
    (busy * 10_000.0).round() as u64
}

/// When a drained run is over, in milliseconds, and how many exchanges are left then.
fn left(graph: &Graph) -> (u64, usize) {
    let ended = world::run(graph, Key::root(graph.run.seed, 0), Log::default());
    assert_eq!(ended.halt, None);
    (ended.at.0 / 1_000_000, ended.inside.iter().map(Vec::len).sum())
}

/// A client that gives up after 100 ms what takes a second of the one core of a server.
fn hasty(late: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '10s'\nreplications = 1\n\
         [endpoint.page]\nwork = [{{ cpu = '1s' }}]\n\
         [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\narrivals = {{ trace = 'asks.csv' }}\n\
         timeout = {{ total = '100ms', late = '{late}' }}\n\
         [node.app]\nkind = 'server'\ncores = 1\n[link.users.app]\n{rest}\n"
    )
}

/// A fault of the link or the server from just before the client gives up.
fn cut(kind: &str, length: &str) -> String {
    let target = if kind == "partition" { "link = 'users.app'" } else { "node = 'app'" };
    format!("[fault.cut]\nkind = '{kind}'\n{target}\nat = '1099ms'\nfor = '{length}'")
}

#[test]
fn a_word_that_finds_its_way_cut_is_sent_again_as_behind_a_loss() {
    for kind in ["partition", "black-hole"] {
        let work = |late, length, asks| worked(&asked(&hasty(late, &cut(kind, length)), asks));
        assert_eq!(worked(&asked(&hasty("cancel", ""), ONE)), 100, "{kind}");
        // Said at 1.1 s, and again 200 ms and 600 ms after that.
        assert_eq!(work("cancel", "2ms", ONE), 300, "{kind}");
        assert_eq!(work("cancel", "300ms", ONE), 700, "{kind}");
        assert_eq!(work("cancel", "5s", ONE), 1_000, "{kind}");
        assert_eq!([work("drop", "2ms", TWO), work("drop", "5s", TWO)], [1_000, 2_000], "{kind}");
    }
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
        at(&graph, &run(&graph), "app", "arrival_rate").round()
    };
    for late in ["abandon", "drop"] {
        assert!((fetches(late) - 1.0).abs() < 1e-12, "{late}: {}", fetches(late));
    }
    assert!(fetches("cancel") > 5.0, "what is cancelled is stored by nobody");
}

/// Five who want a connection at once, and give up after 60 ms, where a handshake takes 200 ms of
/// the one core.
fn shaking(timeout: &str, late: &str) -> u64 {
    let link = "connection = { mode = 'pool', tls = '1.3', handshake = '200ms' }";
    let timeout = format!("{timeout} = '60ms', late = '{late}'");
    let text = hasty(late, link).replace(&format!("total = '100ms', late = '{late}'"), &timeout);
    worked(&asked(&text, FIVE))
}

#[test]
fn handshakes_of_those_who_have_gone_are_done_dropped_or_cancelled_as_requests_are() {
    for timeout in ["connect", "total"] {
        let worked = ["abandon", "drop", "cancel"].map(|late| shaking(timeout, late));
        assert_eq!(worked, [1_000, 200, 60], "{timeout}");
    }
}

#[test]
fn handshakes_behind_a_proxy_are_given_up_when_its_caller_gives_up() {
    let worked = |late: &str| {
        let text = format!(
            "study = 'terminating'\nduration = '10s'\nreplications = 1\n[endpoint.page]\n\
             [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n\
             arrivals = {{ trace = 'asks.csv' }}\ntimeout = {{ total = '60ms', late = '{late}' }}\n\
             [node.edge]\nkind = 'reverse-proxy'\n[node.app]\nkind = 'server'\ncores = 1\n\
             [link.users.edge]\n[link.edge.app]\n\
             connection = {{ mode = 'pool', tls = '1.3', handshake = '200ms' }}\n"
        );
        worked(&asked(&text, FIVE))
    };
    assert_eq!([worked("abandon"), worked("drop"), worked("cancel")], [1_000, 200, 60]);
}
