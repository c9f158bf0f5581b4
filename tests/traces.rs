//! Traces at work: what several of them name is the same where the names are, and nothing else is.

mod support;

use lindley::fact::CacheStatus;
use lindley::graph::Graph;

const X_Y: &str = "arrival_us,WHAT\n0,x\n1000000,y\n";
const Z_X: &str = "arrival_us,WHAT\n5000000,z\n6000000,x\n";

/// Two clients, of which one replays `one.csv`, through a proxy to a server.
fn two(endpoint: &str, second: &str, edge: &str) -> String {
    format!(
        "study = 'terminating'\nuntil = 'drained'\nduration = '10s'\nreplications = 1\n\
         measure = {{ addresses = true }}\n\
         [endpoint.a]\npath = '/a'\n{endpoint}\nwork = [{{ cpu = '1ms' }}]\n\
         response = {{ size = '1kB', cache_control = 'max-age=100' }}\n\
         [node.c1]\nkind = 'client'\nmix = {{ a = 1 }}\narrivals = {{ trace = 'one.csv' }}\n\
         [node.c2]\nkind = 'client'\nmix = {{ a = 1 }}\n{second}\n\
         [node.edge]\nkind = 'reverse-proxy'\n{edge}\n[node.app]\nkind = 'server'\ncores = 1\n\
         [link.c1.edge]\n[link.c2.edge]\n[link.edge.app]\n"
    )
}

const CACHE: &str = "cache = { capacity = { objects = 10 } }";
const SECOND: &str = "arrivals = { trace = 'two.csv' }";

/// The graph of a text with two traces, which have a column of that name.
fn traced(text: &str, what: &str, one: &str, two: &str) -> Graph {
    let text_of = |text: &str| -> &'static str { text.replace("WHAT", what).leak() };
    support::graph_with(text, &[("one.csv", text_of(one)), ("two.csv", text_of(two))])
}

/// What the cache said, in the order in which was asked.
fn hits(graph: &Graph) -> Vec<bool> {
    let mut rows = support::run(graph).requests;
    rows.sort_by_key(|row| row.asked.started);
    rows.iter().map(|row| row.caches.iter().any(|(_, it)| *it == CacheStatus::Hit)).collect()
}

#[test]
fn what_two_traces_call_by_one_name_is_found_in_a_cache_and_nothing_else_is() {
    let graph = traced(&two("objects = { count = 9 }", SECOND, CACHE), "object", X_Y, Z_X);
    assert_eq!(hits(&graph), [false, false, false, true]);
    let graph = traced(&two("", SECOND, CACHE), "path", X_Y, Z_X);
    assert_eq!(hits(&graph), [false, false, false, true]);
}

#[test]
fn a_path_that_is_the_endpoints_own_is_what_others_ask_for_there() {
    let text = two("", "arrivals = { regular = '1/s' }", CACHE).replace("10s", "2.5s");
    let graph = traced(&text, "path", "arrival_us,WHAT\n0,/a\n", Z_X);
    assert_eq!(hits(&graph), [false, true, true]);
    let graph = traced(&text, "path", "arrival_us,WHAT\n0,/other\n", Z_X);
    assert_eq!(hits(&graph), [false, false, true]);
}

#[test]
fn an_object_that_is_drawn_is_the_one_that_a_trace_calls_by_its_number_and_no_other() {
    let drawn = "arrivals = { regular = '1/s' }";
    let endpoint = "objects = { count = 3, popularity = 'loop' }";
    let text = two(endpoint, drawn, CACHE).replace("10s", "3.5s");
    // Objects 0, 1 and 2 are drawn at 1 s, 2 s and 3 s.
    let graph = traced(&text, "object", "arrival_us,WHAT\n0,x\n", "");
    assert_eq!(hits(&graph), [false; 4]);
    let graph = traced(&text, "object", "arrival_us,WHAT\n0,1\n", "");
    assert_eq!(hits(&graph), [false, false, true, false]);
}

#[test]
fn an_address_is_the_same_in_all_traces() {
    let limit = "rate_limit = { rate = '1/h', burst = 1, key = 'address' }";
    let graph = traced(
        &two("", SECOND, limit),
        "client_ip",
        &X_Y.replace(",x", ",10.0.0.1").replace(",y", ",10.0.0.2"),
        &Z_X.replace(",x", ",10.0.0.1").replace(",z", ",2001:db8::1"),
    );
    let mut rows = support::run(&graph).requests;
    rows.sort_by_key(|row| row.asked.started);
    let statuses: Vec<u16> = rows.iter().map(|row| row.answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
}

/// The share of preflights where somebody asks another origin twice, 3 s apart.
fn preflights(columns: &str, first: &str, second: &str) -> f64 {
    let text = "study = 'terminating'\nuntil = 'drained'\nduration = '10s'\nreplications = 1\n\
        [endpoint.api]\norigin = 'https://api.example'\npath = '/api'\nmethod = 'PUT'\n\
        work = [{ cpu = '2ms' }]\n\
        [node.spa]\nkind = 'client'\norigin = 'https://app.example'\n\
        arrivals = { trace = 'one.csv' }\nmix = { api = 1 }\n\
        [node.srv]\nkind = 'server'\ncores = 4\n\
        cors = { origins = ['https://app.example'], methods = ['PUT'], max_age = '100s' }\n\
        [link.spa.srv]\nlatency = '50ms'\n";
    let trace = format!("arrival_us{columns}\n0{first}\n3000000{second}\n");
    let graph = support::graph_with(text, &[("one.csv", trace.leak())]);
    support::reading(&support::run(&graph), "preflight_share")
}

#[test]
fn preflights_are_remembered_by_a_traces_sessions_and_otherwise_by_its_addresses() {
    let shares = [
        preflights(",client_ip", ",10.0.0.1", ",10.0.0.1"),
        preflights(",client_ip", ",10.0.0.1", ",10.0.0.2"),
        preflights(",session", ",s1", ",s1"),
        preflights(",client_ip,session", ",10.0.0.1,s1", ",10.0.0.2,s1"),
        preflights(",client_ip,session", ",10.0.0.1,s1", ",10.0.0.1,s2"),
        preflights("", "", ""),
    ];
    assert_eq!(shares.map(|share| (share * 2.0).to_string()), ["1", "2", "1", "1", "2", "2"]);
}

#[test]
fn a_row_that_names_a_path_and_an_object_asks_for_that_object_of_that_path() {
    let columns = "arrival_us,path,object\n0,/s,q1\n1000000,/s,q2\n2000000,/s,q1\n3000000,/s,\n\
                   4000000,/t,q1\n5000000,/s,\n6000000,/s,q2\n";
    let second = "arrivals = { regular = '1/h' }";
    for objects in ["", "objects = { count = 9 }"] {
        let graph = traced(&two(objects, second, CACHE), "NONE", columns, "");
        assert_eq!(hits(&graph), [false, false, true, false, false, true, true]);
    }
}

#[test]
fn a_path_without_an_object_draws_none_and_has_one_size() {
    let text = two("objects = { count = 900 }", "arrivals = { regular = '1/h' }", "")
        .replace("'1kB'", "{ exp = '1MB' }")
        .replace("[link.c1.edge]", "[link.c1.edge]\nbandwidth = '10MB/s'");
    let trace = "arrival_us,WHAT\n0,/x\n1000000,/y\n2000000,/x\n";
    let graph = traced(&text, "path", trace, "");
    let rows = support::run(&graph).requests;
    assert!(rows.iter().all(|row| row.asked.object.is_none()));
    let spans: Vec<u64> = rows.iter().map(|row| row.end.0 - row.asked.started.0).collect();
    assert!(spans[0] == spans[2] && spans[0] != spans[1], "{spans:?}");
}

#[test]
fn a_hit_stays_a_hit_when_what_an_earlier_attempt_fetched_comes_meanwhile() {
    // Client 2 has it stored at 175 ms. Client 1 gives up at 160 ms, asks again at 180 ms and is
    // given it for 20 ms; what its first attempt fetched comes at 185 ms.
    let again = "retry = { attempts = 2, backoff = '20ms' }\ntimeout = { read = '150ms' }\n\
                 [node.c2]\n";
    let cache = "cache = { capacity = { objects = 10 }, hit = '20ms' }";
    let text = two("", SECOND, cache)
        .replace("cpu = '1ms'", "wait = '175ms'")
        .replace("[node.c2]\n", again);
    let graph = traced(&text, "object", "arrival_ms,WHAT\n10,x\n", "arrival_ms,WHAT\n0,x\n");
    let rows = support::run(&graph).requests;
    let first = rows.iter().find(|row| row.asked.started.0 > 0).unwrap();
    let said: Vec<CacheStatus> = first.caches.iter().map(|(_, said)| *said).collect();
    assert_eq!((first.end.0 / 1_000_000, first.attempts), (200, 2));
    assert_eq!(said, [CacheStatus::Miss, CacheStatus::Hit]);
}
