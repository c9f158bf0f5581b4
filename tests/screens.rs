//! What proxies and servers let pass, in whole runs: who is turned away, what a tunnel hides, what
//! a scan costs, and whose address is seen.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::graph::Graph;
use lindley::metrics::at_node;
use lindley::rng::Key;
use lindley::screen::Noted;
use lindley::time::Time;
use lindley::world;
use support::{Ended, graph, graph_of, reading, requests, run};

/// An office whose proxy has rules: one request for each site every minute, from nine on.
const OFFICE: &str = "study = 'terminating'
until = 'drained'
duration = '10h'
clock = { start = '08:00' }
[endpoint.news]
origin = 'http://news.example'
[endpoint.game]
origin = 'https://play.example'
path = '/game/level'
category = 'games'
[endpoint.chat]
origin = 'https://chat.example'
path = '/room'
[node.office]
kind = 'client'
arrivals = { regular = '60/h' }
mix = { news = 1, game = 1, chat = 1 }
[node.proxy]
kind = 'forward-proxy'
access = [
    { rule = 'deny', categories = ['games'], during = ['09:00', '12:00'] },
    { rule = 'deny', paths = ['/room*'] },
]
[node.web]
kind = 'server'
cores = 1
[link.office.proxy]
latency = '1ms'
[link.proxy.web]
latency = '10ms'
[variant.tunnel.node.proxy]
https = 'tunnel'
[variant.intercept.node.proxy]
https = 'intercept'
";

const NEWS: u16 = 2;
const GAME: u16 = 1;
const CHAT: u16 = 0;

const fn is_denied(request: &Ended) -> bool {
    request.answer >> 8 == 403
}

#[test]
fn a_rule_by_category_holds_between_its_times_of_day_and_what_it_denies_goes_no_further() {
    let ended = requests(&graph(OFFICE));
    let hour = |request: &Ended| 8 + request.started / 3_600_000_000_000;
    for request in &ended {
        let is_work = request.endpoint == GAME && (9..12).contains(&hour(request));
        assert_eq!(is_denied(request), is_work || request.endpoint == CHAT, "{request:?}");
        // There and back to the proxy, or to the server as well.
        assert_eq!(request.millis(), if is_denied(request) { 2 } else { 22 });
    }
    let denied = ended.iter().filter(|request| is_denied(request)).count();
    let played = ended.iter().filter(|request| request.endpoint == GAME).count();
    assert!(denied > 100 && played > 100, "{denied} {played}");
    assert!(ended.iter().any(|request| request.endpoint == NEWS));
}

#[test]
fn in_a_tunnel_rules_about_hosts_hold_and_rules_about_paths_do_not() {
    let denied = |variant: &str, endpoint: u16| {
        let ended = requests(&graph_of(OFFICE, variant));
        let of = |request: &&Ended| request.endpoint == endpoint;
        let all = ended.iter().filter(of).count();
        (ended.iter().filter(of).filter(|request| is_denied(request)).count(), all)
    };
    let (tunnelled, all) = denied("tunnel", CHAT);
    assert!(tunnelled == 0 && all > 100, "{tunnelled} of {all}");
    let (opened, all) = denied("intercept", CHAT);
    assert_eq!(opened, all);
    assert_eq!(denied("tunnel", GAME), denied("intercept", GAME));
}

/// Downloads through a proxy that keeps and scans them; every fourth object is infected.
const DOWNLOADS: &str = "study = 'terminating'
until = 'drained'
duration = '100s'
[endpoint.plain]
origin = 'http://files.example'
path = '/plain/{object}'
objects = { count = 40 }
response = { size = '100KiB', cache_control = 'max-age=3600' }
infected = [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]
[endpoint.secret]
origin = 'https://files.example'
path = '/secret/{object}'
objects = { count = 40 }
response = { size = '100KiB', cache_control = 'max-age=3600' }
infected = [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]
[node.office]
kind = 'client'
arrivals = { regular = '20/s' }
mix = { plain = 1, secret = 1 }
[node.proxy]
kind = 'forward-proxy'
cores = 1
https = 'intercept'
cache = { capacity = { objects = 1000 } }
scan = { cpu_per_kib = '20us' }
[node.web]
kind = 'server'
cores = 1
[link.office.proxy]
[link.proxy.web]
[variant.intercept]
[variant.tunnel.node.proxy]
https = 'tunnel'
[variant.list.node.proxy]
url_list = { knows = 1.0 }
[variant.half-a-list.node.proxy]
url_list = { knows = 0.5 }
[variant.no-scan.node.proxy]
scan.enabled = false
";

/// Counts objects by their fate.
#[derive(Default)]
struct Fates([u64; 4]);

impl Observer for Fates {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Screen(Noted::Object { fate, .. }) = fact {
            self.0[*fate as usize] += 1;
        }
    }
}

fn fates(variant: &str) -> [u64; 4] {
    let graph = graph_of(DOWNLOADS, variant);
    world::run(&graph, Key::root(graph.run.seed, 0), Fates::default()).observer.0
}

fn infected_of(variant: &str) -> (Vec<Ended>, Vec<Ended>) {
    let ended = requests(&graph_of(DOWNLOADS, variant));
    ended.into_iter().partition(|request| request.object.is_some_and(|object| object % 4 == 0))
}

#[test]
fn a_scan_stops_infected_objects_and_no_others_whether_they_come_from_its_cache_or_not() {
    let (infected, healthy) = infected_of("intercept");
    assert!(infected.len() > 400 && infected.iter().all(is_denied));
    assert!(!healthy.iter().any(is_denied));
    let count = infected.len() as u64;
    assert_eq!(fates("intercept"), [0, count, 0, 0]);
}

#[test]
fn each_object_is_scanned_once_and_a_hit_costs_nothing() {
    let run = run(&graph_of(DOWNLOADS, "intercept"));
    // 80 objects of 100 KiB at 20 us for each KiB, over the time of the run.
    let seconds = run.window.as_secs_f64();
    let spent = reading(&run, "scan_cores") * seconds;
    assert!((spent - 80.0 * 100.0 * 20e-6).abs() < 1e-9, "{spent}");
}

#[test]
fn a_tunnel_hides_what_is_infected_from_scan_and_cache() {
    let (infected, _) = infected_of("tunnel");
    // `secret` is the endpoint with the number 1.
    assert!(infected.iter().all(|request| is_denied(request) == (request.endpoint == 0)));
    let hidden = infected.iter().filter(|request| request.endpoint == 1).count() as u64;
    let open = infected.len() as u64 - hidden;
    assert_eq!(fates("tunnel"), [0, open, hidden, 0]);
    let hits = |variant| reading(&run(&graph_of(DOWNLOADS, variant)), "hit_ratio");
    let (opened, tunnelled) = (hits("intercept"), hits("tunnel"));
    assert!(tunnelled < 0.6 * opened, "{tunnelled} {opened}");
}

#[test]
fn what_is_on_the_list_of_bad_addresses_is_not_fetched() {
    let (infected, healthy) = infected_of("list");
    assert!(infected.iter().all(is_denied) && !healthy.iter().any(is_denied));
    let [listed, caught, passed, _] = fates("list");
    assert_eq!((listed, caught, passed), (infected.len() as u64, 0, 0));
    let [listed, caught, passed, _] = fates("half-a-list");
    assert_eq!((listed + caught, passed), (infected.len() as u64, 0));
    assert!(listed > 0 && caught > 0, "{listed} {caught}");
    let [.., passed, _] = fates("no-scan");
    assert_eq!(passed, infected.len() as u64);
}

/// A crowd of five hundred people at a server, with and without a proxy before them.
const CROWD: &str = "study = 'terminating'
duration = '200s'
measure = { addresses = true, replicas = true }
[endpoint.page]
work = [{ cpu = '1ms' }]
[node.office]
kind = 'client'
users = 500
think = { exp = '10s' }
mix = { page = 1 }
addresses = { count = 100000 }
[node.home]
kind = 'client'
users = 50
think = { exp = '10s' }
mix = { page = 1 }
addresses = { count = 100000 }
[node.proxy]
kind = 'forward-proxy'
[node.balancer]
kind = 'load-balancer'
algorithm = 'source-hash'
[node.app]
kind = 'server'
cores = 1
replicas = 5
[link.office.proxy]
[link.proxy.balancer]
[link.home.balancer]
[link.balancer.app]
[variant.behind-proxy]
[variant.direct.node.proxy]
kind = 'reverse-proxy'
";

fn at(graph: &Graph, node: &str, name: &str) -> f64 {
    let run = run(graph);
    let id = graph.node(node).expect(node);
    let place = at_node().position(|metric| metric.name == name).expect(name);
    let whole = run.nodes.iter().find(|it| it.node == id && it.replica.is_none());
    whole.expect("the node is read").values[place]
}

#[test]
fn servers_see_one_address_for_all_who_stand_behind_a_forward_proxy() {
    let crowd = |variant: &str, node: &str| {
        let graph = graph_of(CROWD, variant);
        ["distinct_addresses", "crowd_mean", "crowd_max"].map(|name| at(&graph, node, name))
    };
    let close = |found: [f64; 3], expected: [f64; 3]| {
        let is_close = found.iter().zip(expected).all(|(it, so)| (it - so).abs() < 1e-9);
        assert!(is_close, "{found:?} {expected:?}");
    };
    // At random from 100,000 addresses, nobody of these 550 has that of another.
    close(crowd("direct", "balancer"), [550.0, 1.0, 1.0]);
    close(crowd("behind-proxy", "proxy"), [500.0, 1.0, 1.0]);
    close(crowd("behind-proxy", "balancer"), [51.0, 550.0 / 51.0, 500.0]);
}

#[test]
fn a_hash_of_addresses_puts_all_who_share_one_onto_one_backend() {
    let busiest = |variant: &str| {
        let graph = graph_of(CROWD, variant);
        let run = run(&graph);
        let id = graph.node("app").expect("app");
        let place = at_node().position(|metric| metric.name == "arrival_rate").expect("a metric");
        let replicas = run.nodes.iter().filter(|it| it.node == id && it.replica.is_some());
        let rates: Vec<f64> = replicas.map(|it| it.values[place]).collect();
        rates.iter().copied().fold(0.0, f64::max) / rates.iter().sum::<f64>()
    };
    let (direct, hidden) = (busiest("direct"), busiest("behind-proxy"));
    // Share f + (1 - f) / n of a backend that an address with the share f falls onto.
    let f = 500.0 / 550.0;
    assert!((hidden - (f + (1.0 - f) / 5.0)).abs() < 0.03, "{hidden}");
    assert!(direct < 0.26, "{direct}");
}

#[test]
fn a_limit_by_address_meets_everybody_behind_a_proxy() {
    let text = CROWD.replace("replicas = 5", "rate_limit = { rate = '5/s', burst = 5 }");
    let limited = |variant: &str| reading(&run(&graph_of(&text, variant)), "errors_rate_limited");
    assert!(limited("direct") < 1e-9);
    // The office asks ten times as fast as the limit allows, fifty times a second in all.
    let share = limited("behind-proxy");
    assert!((share - (50.0 - 5.0) / 55.0).abs() < 0.03, "{share}");
}

/// A server that admits one region, seen from another one.
const ABROAD: &str = "study = 'terminating'
until = 'drained'
duration = '10s'
[endpoint.page]
[node.home]
kind = 'client'
region = 'eu'
arrivals = { regular = '10/s' }
mix = { page = 1 }
[node.abroad]
kind = 'client'
region = 'us'
arrivals = { regular = '10/s' }
mix = { page = 1 }
[node.proxy]
kind = 'forward-proxy'
region = 'eu'
[node.web]
kind = 'server'
access = [{ rule = 'allow', regions = ['eu'] }, { rule = 'deny' }]
[link.home.web]
latency = '5ms'
[link.abroad.web]
latency = '60ms'
[link.abroad.proxy]
latency = '58ms'
[link.proxy.web]
latency = '4ms'
[variant.direct.link.abroad.proxy]
enabled = false
[variant.through-proxy.link.abroad.web]
enabled = false
[variant.through-own-proxy]
node.proxy.region = 'us'
link.abroad.web.enabled = false
";

#[test]
fn who_is_not_admitted_gets_in_through_a_proxy_elsewhere_at_the_price_of_the_way_round() {
    let of = |variant: &str, millis: u64, denied: bool| {
        let ended = requests(&graph_of(ABROAD, variant));
        let at_home = ended.iter().filter(|request| request.millis() == 10 && !is_denied(request));
        let abroad =
            ended.iter().filter(|it| it.millis() == millis && is_denied(it) == denied).count();
        assert!(abroad > 90 && abroad + at_home.count() == ended.len(), "{variant}: {abroad}");
    };
    of("direct", 120, true);
    of("through-proxy", 124, false);
    of("through-own-proxy", 124, true);
}

/// One request after another over connections that are kept, encrypted or not.
const SEALED: &str = "study = 'terminating'
until = 'drained'
duration = '5s'
[endpoint.sealed]
origin = 'https://bank.example'
path = '/sealed'
[endpoint.open]
origin = 'http://news.example'
path = '/open'
[node.desk]
kind = 'client'
arrivals = { regular = '1/s' }
mix = { sealed = 1 }
addresses = { count = 1 }
[node.proxy]
kind = 'forward-proxy'
cores = 1
[node.web]
kind = 'server'
cores = 1
[link.desk.proxy]
latency = '1ms'
connection = { mode = 'pool', tls = '1.3', handshake = '5ms' }
[link.proxy.web]
latency = '10ms'
connection = { mode = 'pool', tls = '1.3', handshake = '7ms' }
[variant.tunnel.node.proxy]
https = 'tunnel'
[variant.intercept.node.proxy]
https = 'intercept'
";

#[test]
fn a_tunnel_waits_for_the_word_of_the_proxy_and_keys_are_agreed_with_the_server() {
    let graph = graph_of(SEALED, "tunnel");
    let millis: Vec<u64> = requests(&graph).iter().map(Ended::millis).collect();
    // To the proxy: TCP 2, its word 2. The keys: 1 there, TCP of the proxy 20, 10, 5 of CPU at the
    // server, 11 back. The request: 22. Later ones find the connection.
    assert_eq!(millis, [73, 22, 22, 22]);
    let busy = |node| at(&graph, node, "utilisation");
    assert!(busy("proxy") < 1e-12 && busy("web") > 0.0);
}

#[test]
fn early_data_in_a_tunnel_waits_for_the_word_of_the_proxy_alone() {
    let early = "tls = '1.3', resumed = 1.0, early_data = true, resumption = '5ms'";
    let text = SEALED.replacen("tls = '1.3', handshake = '5ms'", early, 1);
    let first = |text: &str| {
        let ended = requests(&graph_of(text, "tunnel"));
        assert!(ended[1..].iter().all(|it| it.millis() == ended[0].millis() || it.millis() == 22));
        (ended[0].millis(), is_denied(&ended[0]))
    };
    // To the proxy: TCP 2, its word 2, and before that TCP of the proxy 20. The request: 22.
    assert_eq!(first(&text), (46, false));
    let far = "connection = { mode = 'pool', tls = '1.3', handshake = '7ms' }";
    assert_eq!(first(&text.replace(far, "")), (26, false), "its way is there already");
    // What could do harm waits for the keys: 1 of the way, 10, 5 of CPU and 11 back, and no longer.
    let writes = text.replace("path = '/sealed'", "path = '/sealed'\nwrite = true");
    assert_eq!(first(&writes), (73, false));
    let refuses = "[[node.proxy.access]]\nrule = 'deny'\n";
    assert_eq!(first(&(text + refuses)), (4, true), "who is refused sends nothing");
}

#[test]
fn who_intercepts_agrees_keys_on_both_sides_and_pays_for_both() {
    let graph = graph_of(SEALED, "intercept");
    let ended = requests(&graph);
    let millis: Vec<u64> = ended.iter().map(Ended::millis).collect();
    // To the proxy: TCP 2, keys 2 and 5 of CPU, the request 1. On: TCP 20, keys 20 and 7 of CPU at
    // the server, the request 20; what the proxy pays as the side that opens, 0.364; 1 back.
    assert_eq!(millis, [78, 22, 22, 22]);
    assert_eq!(ended[0].end - ended[0].started, 78_364_000);
    let run = run(&graph);
    let cores = reading(&run, "intercept_cores") * run.window.as_secs_f64();
    assert!((cores - 0.364e-3).abs() < 1e-9, "{cores}");
}

#[test]
fn what_is_not_encrypted_has_no_keys_and_a_connection_of_its_own() {
    for variant in ["tunnel", "intercept"] {
        let text = SEALED.replace("mix = { sealed = 1 }", "mix = { open = 1 }");
        let millis: Vec<u64> =
            requests(&graph_of(&text, variant)).iter().map(Ended::millis).collect();
        assert_eq!(millis, [2 + 20 + 22, 22, 22, 22], "{variant}");
    }
}
