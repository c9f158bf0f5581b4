//! What fails below a server or a proxy, as those above it see it: a status, not a failure of their
//! own.

mod support;

use lindley::fact::CacheStatus::{self, Expired, Stale};
use lindley::outcome::Reason;
use support::{Ended, failures, graph, latencies, requests};

/// Clients that ask every second, in turns for what needs the database and what does not, by way of
/// a balancer, 1 ms from it, which is 1 ms from two servers; `fault` is the database's.
fn tiers(balancer: &str, client: &str, fault: &str) -> Vec<Ended> {
    requests(&graph(&format!(
        "study = 'terminating'\nduration = '20s'\nuntil = 'drained'\n\
         [endpoint.query]\nwork = [{{ call = 'db' }}]\n\
         [endpoint.plain]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '500ms' }}\n\
         mix = {{ query = 1, plain = 1 }}\n{client}\n\
         [node.lb]\nkind = 'load-balancer'\nalgorithm = 'round-robin'\n{balancer}\n\
         [node.app]\nkind = 'server'\nreplicas = 2\ntimeout = {{ read = '20ms' }}\n\
         [node.db]\nkind = 'database'\ncores = 1\nservice = '1ms'\n\
         [link.users.lb]\nlatency = '1ms'\n\
         [link.lb.app]\nlatency = '1ms'\n[link.app.db]\nlatency = '1ms'\n\
         [fault.f]\nnode = 'db'\nat = '0s'\n{fault}\n"
    )))
}

const FAULTS: [(&str, Reason); 3] = [
    ("kind = 'refuse'", Reason::ConnectRefused),
    ("kind = 'crash'", Reason::ConnectRefused),
    ("kind = 'hang'", Reason::ReadTimeout),
];

fn code(status: u64, reason: Reason) -> u64 {
    status << 8 | reason as u64
}

/// Those that asked for the database; the others have all succeeded.
#[track_caller]
fn queries(ended: Vec<Ended>) -> Vec<Ended> {
    let (queries, plain): (Vec<_>, Vec<_>) = ended.into_iter().partition(|it| it.endpoint == 1);
    assert!(plain.len() > 5 && queries.len() > 5);
    assert!(failures(&plain).iter().all(Option::is_none), "{:?}", failures(&plain));
    queries
}

#[test]
fn a_server_whose_call_fails_answers_500_and_the_books_say_why() {
    for (fault, reason) in FAULTS {
        for ended in queries(tiers("", "", fault)) {
            assert_eq!(ended.answer, code(500, reason), "{fault}");
        }
    }
}

#[test]
fn a_balancer_takes_no_server_out_for_what_is_broken_behind_it() {
    // Half the requests fail, at both servers: two in a row would take them out for a minute.
    let health =
        "health = { passive = { profile = 'nginx', max_fails = 1, fail_timeout = '60s' } }";
    for (fault, reason) in FAULTS {
        for rule in ["", "next_upstream = {}"] {
            let ended = queries(tiers(&format!("{health}\n{rule}"), "", fault));
            assert!(ended.iter().all(|it| it.answer == code(500, reason)), "{fault}, {rule}");
        }
        // Who says that a 500 counts gets what that comes to: nobody is left.
        let rule = "next_upstream = { on = ['error', 'timeout', 'http_500'] }";
        let ended = tiers(&format!("{health}\n{rule}"), "", fault);
        let lost = failures(&ended).iter().filter(|it| **it == Some(Reason::NoBackend)).count();
        assert!(lost > 30, "{fault}: {lost}");
    }
}

#[test]
fn another_backend_is_tried_only_if_the_status_is_named() {
    let took = |on: &str| {
        let rule = format!("next_upstream = {{ on = {on} }}");
        latencies(&queries(tiers(&rule, "", "kind = 'refuse'")))[0]
    };
    // 4 ms to the server and back, 2 ms to the database and back; twice from the balancer on.
    assert_eq!(took("['error', 'timeout']"), 6);
    assert_eq!(took("['http_500']"), 6 + 4);
    assert_eq!(took("['http_502']"), 6);
}

#[test]
fn a_client_tries_again_by_the_status_that_it_has() {
    let took = |on: &str, fault: &str| {
        let retry = format!("retry = {{ attempts = 2, backoff = '100ms', on = {on} }}");
        latencies(&queries(tiers("", &retry, fault)))[0]
    };
    for (fault, trip) in [("kind = 'refuse'", 6), ("kind = 'hang'", 24)] {
        assert_eq!(took("['connect', 'timeout', 'reset']", fault), trip);
        assert_eq!(took("['status:5xx']", fault), 2 * trip + 100);
    }
}

/// A client that sends something to a server, which calls the ledger, then the mail, which refuses.
fn pays(endpoint: &str, retry: &str) -> u64 {
    let ended = requests(&graph(&format!(
        "study = 'terminating'\nduration = '2s'\nuntil = 'drained'\n\
         [endpoint.pay]\n{endpoint}\nwork = [{{ call = 'ledger' }}, {{ call = 'mail' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '1s' }}\nmix = {{ pay = 1 }}\n\
         retry = {{ attempts = 2, backoff = '100ms', {retry} }}\n\
         [node.app]\nkind = 'server'\n[node.ledger]\nkind = 'database'\n\
         [node.mail]\nkind = 'server'\n\
         [link.users.app]\nlatency = '5ms'\n[link.app.ledger]\n[link.app.mail]\n\
         [fault.f]\nkind = 'refuse'\nnode = 'mail'\nat = '0s'\n"
    )));
    assert_eq!(ended[0].answer, code(500, Reason::ConnectRefused));
    latencies(&ended)[0]
}

#[test]
fn what_was_acted_upon_is_not_sent_again_because_a_later_call_found_nobody() {
    let (once, twice) = (10, 120);
    for on in ["on = ['connect']", "on = ['status:5xx']"] {
        assert_eq!(pays("write = true", on), once);
    }
    assert_eq!(pays("", "on = ['status:5xx']"), twice);
    assert_eq!(pays("write = true", "on = ['status:5xx'], non_idempotent = true"), twice);
}

#[test]
fn what_is_posted_or_patched_is_not_sent_again_though_nobody_says_that_it_writes() {
    let took = |method: &str, more: &str| {
        pays(&format!("method = '{method}'"), &format!("on = ['status:5xx'], {more}"))
    };
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(took(method, ""), 120, "{method}");
    }
    for method in ["POST", "PATCH"] {
        assert_eq!(took(method, ""), 10, "{method}");
        assert_eq!(took(method, "non_idempotent = true"), 120, "{method}");
    }
}

#[test]
fn a_proxy_that_reaches_nobody_answers_and_those_before_it_see_that() {
    // Two balancers in a row: the first has one backend, the second, whose servers are broken.
    let between = |fault: &str, rule: &str| {
        requests(&graph(&format!(
            "study = 'terminating'\nduration = '20s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ wait = '200ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '1s' }}\n\
             mix = {{ page = 1 }}\n\
             [node.front]\nkind = 'load-balancer'\n{rule}\n\
             health = {{ passive = {{ profile = 'nginx', max_fails = 1 }} }}\n\
             [node.edge]\nkind = 'load-balancer'\nreplicas = 2\ntimeout = {{ read = '100ms' }}\n\
             [node.app]\nkind = 'server'\n\
             [link.users.front]\n[link.front.edge]\n[link.edge.app]\n{fault}\n"
        )))
    };
    let all = "[fault.f]\nkind = 'refuse'\nnode = 'app'\nat = '0s'";
    for (fault, answer) in
        [(all, code(502, Reason::ConnectRefused)), ("", code(504, Reason::ReadTimeout))]
    {
        let ended = between(fault, "next_upstream = {}");
        assert!(ended.iter().all(|it| it.answer == answer), "{fault}: {ended:?}");
    }
    let ended = between(all, "next_upstream = { on = ['http_502'] }");
    assert!(failures(&ended).contains(&Some(Reason::NoBackend)));
}

/// What a cache does before a server that has something to call for its second answer on.
fn cached(use_stale: &str, fault: &str) -> Vec<CacheStatus> {
    let text = format!(
        "study = 'terminating'\nuntil = 'drained'\nduration = '10s'\nreplications = 1\n\
         [endpoint.page]\nresponse = {{ cache_control = 'max-age=1' }}\n\
         work = [{{ call = 'db' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '700ms' }}\n\
         mix = {{ page = 1 }}\n\
         [node.edge]\nkind = 'reverse-proxy'\n\
         [node.edge.cache]\ncapacity = '1MiB'\nuse_stale = [{use_stale}]\n\
         [node.app]\nkind = 'server'\n[node.db]\nkind = 'database'\n\
         [link.users.edge]\n[link.edge.app]\n[link.app.db]\n\
         [fault.f]\nkind = 'refuse'\nat = '1s'\n{fault}\n"
    );
    let mut rows = support::run(&graph(&text)).requests;
    rows.sort_by_key(|row| row.asked.started);
    rows.iter().flat_map(|row| row.caches.iter().map(|(_, status)| *status)).skip(3).collect()
}

#[test]
fn a_cache_covers_up_by_the_status_that_it_has() {
    let (broken_behind, broken) = ("node = 'db'", "node = 'app'");
    for (use_stale, fault, covers) in [
        ("'error'", broken_behind, false),
        ("'timeout'", broken_behind, false),
        ("'http_500'", broken_behind, true),
        ("'error'", broken, true),
        ("'http_500'", broken, false),
        ("'http_502'", broken, false),
    ] {
        let said = cached(use_stale, fault);
        let expected = if covers { Stale } else { Expired };
        assert!(said.len() > 5, "{said:?}");
        assert!(said.iter().all(|it| *it == expected), "{use_stale}, {fault}: {said:?}");
    }
}
