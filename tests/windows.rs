//! What connections do to large responses and to pages of many parts, what lost SYNs cost, and what
//! failures come to: the keys of links and nodes, held against sums that are exact.

mod support;

use lindley::metrics::{at_node, end_to_end};
use lindley::study::Replication;
use support::{graph, requests, run};

/// One client that asks as `arrivals` says over a link of 25 ms each way, for 100,000 bytes that
/// cost no time.
fn latencies(arrivals: &str, client: &str, link: &str) -> Vec<u64> {
    let text = format!(
        "study = 'terminating'\nduration = '100s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ wait = '20ms' }}]\nresponse = {{ size = '100000B' }}\n\
         [node.users]\nkind = 'client'\narrivals = {{ {arrivals} }}\n\
         mix = {{ page = 1 }}\n{client}\n\
         [node.app]\nkind = 'server'\n\
         [link.users.app]\nlatency = '25ms'\n{link}\n"
    );
    support::latencies(&requests(&graph(&text)))
}

const ONE: &str = "addresses = { count = 1 }";

#[test]
fn a_large_response_takes_the_round_trips_of_its_windows() {
    let of = |keys: &str| {
        let link = format!("connection = {{ mode = 'per-request'{keys} }}");
        latencies("interval = '30s'", ONE, &link)[0]
    };
    assert_eq!(of(""), 50 + 70, "opening, then a round trip and the wait");
    assert_eq!(of(", initial_window = 10"), 50 + 70 + 100);
    assert_eq!(of(", initial_window = 69"), 50 + 70);
    assert_eq!(of(", initial_window = 10, mss = 10000"), 50 + 70);
}

#[test]
fn a_kept_connection_keeps_its_window_until_it_was_idle() {
    let of = |every: &str| {
        let link = "connection = { mode = 'pool', initial_window = 10 }";
        latencies(&format!("interval = '{every}'"), ONE, link)
    };
    assert_eq!(of("300ms")[..3], [220, 70, 70]);
    assert_eq!(of("20s")[..3], [220, 170, 170], "the window is the first one again");
}

#[test]
fn a_line_that_is_always_busy_makes_slow_start_free() {
    let of = |line: &str, window: &str| {
        let link = format!("bandwidth = '{line}'\nconnection = {{ mode = 'per-request'{window} }}");
        latencies("interval = '30s'", ONE, &link)[0]
    };
    // 14,600 bytes take 58.4 ms at 2 Mbit/s, longer than a round trip.
    assert_eq!(of("2Mbit/s", ", initial_window = 10"), of("2Mbit/s", ""));
    // At 8 Mbit/s windows of 10 and 20 segments take 14.6 and 29.2 ms of 50.
    assert_eq!(of("8Mbit/s", ""), 50 + 70 + 100);
    assert_eq!(of("8Mbit/s", ", initial_window = 10"), 50 + 70 + 100 + 56);
}

#[test]
fn each_user_opens_so_many_connections_and_lets_the_rest_wait() {
    // Thirty wishes at one moment; a connection takes 50 ms to open and an exchange 70 ms.
    let of = |client: &str, keys: &str| {
        let link = format!("connection = {{ mode = 'pool', {keys} }}");
        let all = latencies("poisson = '0.05/s', batch = 30", client, &link);
        assert_eq!(all.len() % 30, 0);
        let first: Vec<u64> = all[..30].to_vec();
        (*first.iter().max().unwrap_or(&0), first.iter().filter(|it| **it == 120).count())
    };
    assert_eq!(of("", "per_origin = 6"), (50 + 5 * 70, 6));
    assert_eq!(of(ONE, "per_origin = 6"), (50 + 5 * 70, 6));
    assert_eq!(of("", "per_origin = 1, protocol = 'h2', streams = 30").0, 50 + 70);
    assert_eq!(of("", "per_origin = 30"), (120, 30));
}

fn reading(run: &Replication, node: usize, metric: &str) -> f64 {
    let place = at_node().position(|it| it.name == metric).expect("a metric");
    let nodes: Vec<_> = run.nodes.iter().filter(|it| it.replica.is_none()).collect();
    nodes[node].values[place]
}

/// A client, a balancer and three servers, of which the second vanishes from 20 s to 50 s.
fn vanishing(balancer: &str, server: &str) -> Replication {
    run(&graph(&format!(
        "study = 'terminating'\nduration = '100s'\n\
         [endpoint.page]\nwork = [{{ wait = '1ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ regular = '30/s' }}\nmix = {{ page = 1 }}\n\
         timeout = {{ total = '1s' }}\n\
         [node.app]\nkind = 'server'\nreplicas = 3\n{server}\n\
         [node.front]\nkind = 'load-balancer'\nalgorithm = 'round-robin'\n{balancer}\n\
         [link.users.front]\n[link.front.app]\n\
         [fault.gone]\nkind = 'black-hole'\nnode = 'app'\nreplica = 2\nat = '20s'\nfor = '30s'\n"
    )))
}

#[test]
fn a_failure_is_found_when_enough_probes_have_failed() {
    // The probes of three backends are spread over 3 s: the second is probed at 1 s, 4 s and so on.
    let probes = "health = { active = { interval = '3s', timeout = '500ms', fall = 2, rise = 1 } }";
    let run = vanishing(probes, "");
    let app = |metric| reading(&run, 0, metric);
    // The first that fails is sent at 22 s, the second at 25 s.
    for metric in ["detection_time_mean", "detection_time_min", "detection_time_max"] {
        assert!((app(metric) - 5.5).abs() < 1e-9, "{metric}: {}", app(metric));
    }
    assert!((app("failures") - 1.0).abs() < 1e-9);
    assert!((app("missed_per_failure") - 55.0).abs() <= 1.0, "{}", app("missed_per_failure"));
    assert!(reading(&run, 1, "failures").is_nan(), "no fault strikes the balancer");
}

#[test]
fn a_node_is_available_while_it_has_what_it_needs() {
    let availability = |server: &str| {
        let run = vanishing("", server);
        let whole = end_to_end().position(|it| it.name == "availability").expect("a metric");
        let of_node = reading(&run, 0, "availability");
        assert!((run.summary[whole] - of_node).abs() < 1e-12, "one node fails: the same");
        of_node
    };
    assert!((availability("needed = 2") - 1.0).abs() < 1e-12);
    let short = availability("needed = 3");
    assert!(short < 0.71 && short > 0.69, "{short}");
}

#[test]
fn needing_more_replicas_than_there_are_is_a_mistake() {
    let text = "[node.users]\nkind = 'client'\narrivals = { poisson = '1/s' }\nmix = { p = 1 }\n\
                [endpoint.p]\n[node.app]\nkind = 'server'\nreplicas = 2\nneeded = 3\n\
                [link.users.app]\nconnection = { per_origin = 6 }\n";
    let error = support::mistakes(text);
    assert!(error.contains("`needed` counts replicas: it is from 1 to 2"), "{error}");
    assert!(error.contains("a warm connection is not opened"), "{error}");
}

#[test]
fn lost_syns_are_counted_with_what_they_cost() {
    let run = run(&graph(
        "study = 'terminating'\nduration = '2000s'\nuntil = 'drained'\n\
         [endpoint.page]\n[node.app]\nkind = 'server'\n\
         [node.users]\nkind = 'client'\narrivals = { regular = '20/s' }\nmix = { page = 1 }\n\
         timeout = { connect = '2s' }\n\
         [link.users.app]\nloss = { up = 0.2 }\nconnection = { mode = 'per-request' }\n",
    ));
    // Two SYNs are sent before the time-out.
    let syns = reading(&run, 0, "syn_sent") / reading(&run, 0, "connect_rate");
    assert!((syns - 1.2).abs() < 0.02, "{syns}");
    let connected = reading(&run, 0, "connected_ratio");
    assert!((connected - 0.96).abs() < 0.01, "{connected}");
    let at_once = reading(&run, 0, "connected_at_once_ratio");
    assert!((at_once - 0.8).abs() < 0.01, "{at_once}");
    let extra = reading(&run, 0, "connect_extra_mean");
    assert!((extra - (connected - at_once) / connected).abs() < 1e-9, "{extra}");
}
