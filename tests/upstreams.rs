//! How balancers treat their backends: per connection or per request, full, failing, and kept to.

mod support;

use lindley::fact::{Exit, Fact, Observer};
use lindley::outcome::Reason;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{failures, graph, latencies, requests};

/// Clients that ask at even distances through a balancer, 1 ms from it, that stands 1 ms from its
/// backends, which take 10 ms on one core each.
fn balanced(every: &str, link: &str, balancer: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '{every}' }}\n\
         mix = {{ page = 1 }}\n\
         [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 3\n\
         [link.users.lb]\nlatency = '1ms'\n{link}\n\
         [link.lb.app]\nlatency = '1ms'\n{rest}\n"
    )
}

/// Which replica each exchange was sent to, by the balancer.
#[derive(Debug, Default)]
struct Picks(Vec<u16>);

impl Observer for Picks {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Picked { chosen, .. } = fact {
            self.0.push(chosen.replica);
        }
    }
}

/// How exchanges left the servers, in turn.
#[derive(Debug, Default)]
struct Exits(Vec<Exit>);

impl Observer for Exits {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Left { at, exit, .. } = fact
            && at.node.0 == 0
        {
            self.0.push(*exit);
        }
    }
}

fn picks(text: &str) -> Vec<u16> {
    world::run(&graph(text), Key::root(1, 0), Picks::default()).observer.0
}

const ONE_BY_ONE: &str = "[node.users.addresses]\ncount = 1";

#[test]
fn layer_4_chooses_for_each_connection_and_layer_7_for_each_request() {
    let pool = "connection = { mode = 'pool' }";
    let chosen = |layer: u8| picks(&balanced("10s", pool, &format!("layer = {layer}"), ONE_BY_ONE));
    assert_eq!(chosen(7)[..5], [0, 1, 2, 0, 1]);
    assert_eq!(chosen(4)[..5], [0; 5]);
    let new = "connection = { mode = 'per-request' }";
    assert_eq!(picks(&balanced("10s", new, "layer = 4", ONE_BY_ONE))[..5], [0, 1, 2, 0, 1]);
}

#[test]
fn a_layer_4_balancer_passes_the_handshake_to_its_backend() {
    let connection = |keys: &str| format!("connection = {{ mode = 'per-request'{keys} }}");
    let first = |layer: &str, keys: &str| {
        latencies(&requests(&graph(&balanced("50s", &connection(keys), layer, ""))))[0]
    };
    // TCP with the balancer 2 ms, the exchange 4 ms and 10 ms of work.
    assert_eq!(first("layer = 7", ""), 16);
    assert_eq!(first("layer = 4", ""), 16);
    // One round trip of TLS: to the balancer, or through it, where it takes the core for 3 ms.
    let tls = ", tls = '1.3', handshake = '3ms'";
    assert_eq!(first("layer = 7", tls), 18);
    assert_eq!(first("layer = 4", tls), 23);
    // The balancer sees packets: what a request costs it, a handshake does not.
    let costly = |layer: u8| {
        format!("layer = {layer}\ncores = 1\ncpu = '5ms'\noverhead = {{ request = '2ms' }}")
    };
    assert_eq!(first(&costly(7), tls), 18 + 3 + 7);
    assert_eq!(first(&costly(4), tls), 23 + 7);
}

#[test]
fn a_layer_4_balancer_counts_connections_until_they_close() {
    // Two addresses come in turns; each connection is idle for longer than it is kept.
    let link = "connection = { mode = 'pool', keep_alive = '4s' }";
    let lb = "layer = 4\nalgorithm = 'least-connections'\nmax_conns = 1";
    let text = balanced("5s", link, lb, "[node.users.addresses]\ncount = 40");
    assert!(failures(&requests(&graph(&text))).iter().all(Option::is_none));
    let text = text.replace("keep_alive = '4s'", "keep_alive = '400s'");
    let failed = failures(&requests(&graph(&text)));
    assert!(failed.contains(&Some(Reason::Reset)) || failed.contains(&Some(Reason::NoBackend)));
}

const REFUSING: &str = "[fault.f]\nkind = 'refuse'\nnode = 'app'\nreplica = 2\nat = '0s'";

#[test]
fn what_fails_is_tried_elsewhere_at_the_cost_of_its_round_trip() {
    let ended = requests(&graph(&balanced("10s", "", "", REFUSING)));
    let refused = Some(Reason::ConnectRefused);
    assert_eq!(failures(&ended)[..4], [None, refused, None, None]);
    let ended = requests(&graph(&balanced("10s", "", "next_upstream = {}", REFUSING)));
    assert!(failures(&ended).iter().all(Option::is_none));
    assert_eq!(latencies(&ended)[..4], [14, 16, 14, 16]);
    let once = "next_upstream = { tries = 1 }";
    let ended = requests(&graph(&balanced("10s", "", once, REFUSING)));
    assert_eq!(failures(&ended)[..3], [None, refused, None]);
}

#[test]
fn the_same_backend_may_be_tried_first_after_a_pause() {
    let haproxy = |redispatch: i32| {
        format!(
            "algorithm = 'random'\ntimeout = {{ connect = '100ms' }}\n\
             next_upstream = {{ profile = 'haproxy', retries = 2, redispatch = {redispatch} }}"
        )
    };
    let rule = haproxy(-1);
    let ended = requests(&graph(&balanced("10s", "", &rule, REFUSING)));
    assert!(failures(&ended).iter().all(Option::is_none));
    // Refused, refused again after 100 ms, and elsewhere after 100 ms more.
    assert_eq!(latencies(&ended).iter().max(), Some(&(14 + 2 * 2 + 200)));
    let stays = haproxy(0);
    let stays = stays.as_str();
    let ended = requests(&graph(&balanced("10s", "", stays, REFUSING)));
    assert!(failures(&ended).contains(&Some(Reason::ConnectRefused)));
}

#[test]
fn a_request_that_waits_to_try_the_same_backend_again_counts_there() {
    let lb = "algorithm = 'least-connections'\nprofile = 'haproxy'\n\
              timeout = { connect = '100ms' }\n\
              next_upstream = { profile = 'haproxy', retries = 3, redispatch = -1 }";
    let ended = requests(&graph(&balanced("20ms", "", lb, REFUSING)));
    assert!(failures(&ended).iter().all(Option::is_none));
    // It has one for two pauses of 100 ms and its trips; the third attempt is to be elsewhere, so
    // then it is idle, and has the next request or the one after.
    let caught = latencies(&ended).iter().filter(|latency| **latency > 300).count();
    assert!((220..=290).contains(&caught), "60 s / 240 ms, not each third of 3,000: {caught}");
}

#[test]
fn haproxy_closes_a_connection_it_kept_when_no_backend_can_be_reached_in_time() {
    let gone = REFUSING.replace("refuse", "black-hole");
    let pool = "connection = { mode = 'pool' }";
    let failed = |profile: &str| {
        let lb = format!(
            "timeout = {{ connect = '100ms' }}\n\
             next_upstream = {{ profile = '{profile}', retries = 0, on = [] }}"
        );
        let text = balanced("10s", pool, &lb, &format!("{gone}\n{ONE_BY_ONE}"));
        let text = text.replace("[link.lb.app]", "[link.lb.app]\nconnection = { mode = 'pool' }");
        failures(&requests(&graph(&text)))
    };
    assert_eq!(failed("haproxy")[..3], [None, Some(Reason::Reset), None]);
    assert_eq!(failed("nginx")[..3], [None, Some(Reason::ConnectTimeout), None]);
}

#[test]
fn a_cookie_keeps_a_session_at_a_backend_by_its_hash() {
    let closed = |balancer: &str| {
        let text = balanced("1s", "", balancer, "");
        picks(&text.replace("arrivals = { interval = '1s' }", "users = 20\nthink = '1s'"))
    };
    let hashed = closed("algorithm = 'ring-hash'\nhash_on = 'cookie'");
    // In each round every user asks once, in an order that depends on queues.
    let round = |number: usize| {
        let mut users = hashed[20 * number..20 * (number + 1)].to_vec();
        users.sort_unstable();
        users
    };
    assert!((1..10).all(|number| round(number) == round(0)));
    let mut backends = round(0);
    backends.dedup();
    assert_eq!(backends, [0, 1, 2]);
}

#[test]
fn a_slow_answer_is_tried_elsewhere_while_the_first_is_still_worked_on() {
    let slow = "[fault.f]\nkind = 'slow'\nnode = 'app'\nreplica = 2\nfactor = 100.0\nat = '0s'";
    let lb = "timeout = { read = '50ms' }\nnext_upstream = {}";
    let text = balanced("10s", "", lb, slow);
    let ended = requests(&graph(&text));
    assert!(failures(&ended).iter().all(Option::is_none));
    assert_eq!(latencies(&ended)[..2], [14, 64]);
}

#[test]
fn full_backends_refuse_or_let_requests_wait_in_one_queue() {
    // A request each millisecond for 12 ms to three backends that take 10 ms.
    let burst = |balancer: &str| {
        let text = balanced("1ms", "", balancer, "").replace("'60s'", "'6.5ms'");
        let mut ended = requests(&graph(&text));
        ended.sort_by_key(|it| it.started);
        ended
    };
    let full = Some(Reason::NoBackend);
    let refused = burst("max_conns = 1");
    assert_eq!(failures(&refused), [None, None, None, full, full, full]);
    let held = burst("max_conns = 1\nbackend_queue = '1s'");
    assert!(failures(&held).iter().all(Option::is_none));
    // The fourth waits until the answer to the first is back at the balancer, 12 ms after it left.
    assert_eq!(latencies(&held), [14, 14, 14, 23, 23, 23]);
    let impatient = burst("max_conns = 1\nbackend_queue = '5ms'");
    let late = Some(Reason::QueueTimeout);
    assert_eq!(failures(&impatient), [None, None, None, late, late, late]);
    assert_eq!(latencies(&impatient)[3], 7);
}

#[test]
fn a_sticky_session_stays_at_the_backend_that_answered_it_first() {
    let closed = |balancer: &str| {
        let text = balanced("1s", "", balancer, "");
        picks(&text.replace("arrivals = { interval = '1s' }", "users = 2\nthink = '1s'"))
    };
    let free = closed("");
    assert_eq!(free[..6], [0, 1, 2, 0, 1, 2]);
    let kept = closed("sticky = { cookie = 'SRV' }");
    assert_eq!(kept[..6], [0, 1, 0, 1, 0, 1]);
}

#[test]
fn a_backend_that_fails_is_left_alone_for_its_fail_timeout() {
    let lb = "next_upstream = {}\nhealth = { passive = { max_fails = 1, fail_timeout = '10s' } }";
    let ended = requests(&graph(&balanced("1s", "", lb, REFUSING)));
    assert!(failures(&ended).iter().all(Option::is_none));
    let slow = latencies(&ended).iter().filter(|latency| **latency > 14).count();
    // Tried first at 2 s, and then once more each 11 s, whole seconds being counted.
    assert_eq!(slow, 5, "{:?}", latencies(&ended));
    let plain = requests(&graph(&balanced("1s", "", "next_upstream = {}", REFUSING)));
    let slow = latencies(&plain).iter().filter(|latency| **latency > 14).count();
    assert!(slow > 25, "every second request meets it: {slow}");
}

#[test]
fn probes_find_a_crash_and_the_return() {
    let fault = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 2\nat = '20.5s'\nfor = '20s'";
    let lb = "health = { active = { interval = '1s', fall = 3, rise = 2 } }";
    let text = balanced("100ms", "", lb, fault);
    let ended = requests(&graph(&text));
    let failed: Vec<u64> = (ended.iter().zip(failures(&ended)))
        .filter(|(_, failure)| failure.is_some())
        .map(|(it, _)| it.started / 1_000_000)
        .collect();
    // Probes of replica 2 leave each second, a third of one behind the first replica's: three
    // fail from 21.33 s on, so until 23.33 s each third request fails.
    assert!((8..=11).contains(&failed.len()), "{failed:?}");
    assert!(failed.iter().all(|at| (20_500..=23_400).contains(at)), "{failed:?}");
    // Of 600 requests it misses a third of those from 23.33 s until 42.33 s, after two good probes.
    let taken = picks(&text).iter().filter(|replica| **replica == 1).count();
    assert!((132..=140).contains(&taken), "{taken}");
}

#[test]
fn a_hang_is_found_by_probes_that_nobody_answers() {
    let fault = "[fault.f]\nkind = 'hang'\nnode = 'app'\nreplica = 2\nat = '20.5s'\nfor = '20s'";
    let lb = "timeout = { read = '500ms' }\n\
              health = { active = { interval = '1s', fall = 3, rise = 2 } }";
    let ended = requests(&graph(&balanced("100ms", "", lb, fault)));
    let late = Some(Reason::ReadTimeout);
    let failed = failures(&ended).into_iter().filter(|failure| *failure == late).count();
    // A probe fails after its interval, and the next follows: three of them take 3 s and more.
    assert!((10..=17).contains(&failed), "{failed}");
}

#[test]
fn a_rate_limit_denies_before_anything_else_is_done() {
    let limit = "rate_limit = { rate = '10/s', burst = 1, key = 'all' }";
    let text = balanced("10ms", "", limit, "").replace("'60s'", "'1005ms'");
    let ended = requests(&graph(&text));
    let denied = Some(Reason::RateLimited);
    let passed = failures(&ended).iter().filter(|failure| failure.is_none()).count();
    assert_eq!((ended.len(), passed), (100, 10));
    let first = ended.iter().position(|it| failures(std::slice::from_ref(it))[0] == denied);
    assert_eq!(latencies(&ended)[first.expect("some are denied")], 2, "to the balancer and back");
}

#[test]
fn nginx_holds_requests_back_until_the_rate_has_caught_up() {
    let limit = "rate_limit = { rate = '10/s', burst = 5, key = 'all', profile = 'nginx' }";
    let text = balanced("10ms", "", limit, "").replace("'60s'", "'35ms'");
    let ended = requests(&graph(&text));
    assert_eq!(failures(&ended), [None, None, None]);
    assert_eq!(latencies(&ended), [14, 104, 194]);
}

#[test]
fn a_client_that_hangs_up_on_the_way_leaves_nothing_behind_at_layer_4() {
    // The request is on a link of 20 ms when its client no longer waits; each opens a connection.
    let link = "connection = { mode = 'per-request' }";
    let lb = "layer = 4\nmax_conns = 1\nalgorithm = 'least-connections'";
    let text = balanced("1s", link, lb, "")
        .replace("mix = { page = 1 }", "mix = { page = 1 }\ntimeout = { read = '5ms' }");
    let ended = requests(&graph(&text.replace("latency = '1ms'", "latency = '20ms'")));
    assert_eq!(failures(&ended), vec![Some(Reason::ReadTimeout); ended.len()]);
    // While it is being served: the balancer counts its connection no more once it is closed.
    let text = text.replace("'5ms'", "'10ms'");
    let ended = requests(&graph(&text));
    assert_eq!(failures(&ended), vec![Some(Reason::ReadTimeout); ended.len()]);
}

#[test]
fn a_client_that_hangs_up_during_a_handshake_leaves_nothing_behind_at_layer_4() {
    let link = "connection = { mode = 'pool', tls = '1.3', handshake = '50ms' }";
    let lb = "layer = 4\nmax_conns = 1\nalgorithm = 'least-connections'";
    let text = balanced("1s", link, lb, "")
        .replace("mix = { page = 1 }", "mix = { page = 1 }\ntimeout = { connect = '20ms' }");
    let ended = requests(&graph(&text));
    assert!(ended.len() > 50);
    assert_eq!(failures(&ended), vec![Some(Reason::ConnectTimeout); ended.len()]);
}

#[test]
fn a_request_that_waits_for_a_full_backend_does_not_go_back_to_one_that_was_tried() {
    // Two of three refuse: what met one of them waits for the third while that is full.
    let rest = "[fault.f]\nkind = 'refuse'\nnode = 'app'\nreplica = 2\nat = '0s'\n\
                [fault.g]\nkind = 'refuse'\nnode = 'app'\nreplica = 3\nat = '0s'";
    let lb = "max_conns = 1\nbackend_queue = '1s'\nnext_upstream = {}";
    let text = balanced("5ms", "", lb, rest).replace("'60s'", "'22ms'");
    let ended = requests(&graph(&text));
    assert_eq!(failures(&ended), [None; 4]);
}

#[test]
fn requests_that_wait_are_served_as_soon_as_a_backend_has_room_whatever_its_health_is_watched_by() {
    let lb = "max_conns = 1\nbackend_queue = '1s'\nhealth = { passive = { max_fails = 3 } }";
    let text = balanced("1ms", "", lb, "").replace("'60s'", "'6.5ms'");
    let mut ended = requests(&graph(&text));
    ended.sort_by_key(|it| it.started);
    assert_eq!(latencies(&ended), [14, 14, 14, 23, 23, 23]);
}

#[test]
fn backends_that_are_down_are_not_waited_for() {
    let lb = "max_conns = 1\nbackend_queue = '10s'\n\
              health = { active = { interval = '1s', fall = 1, rise = 1 } }";
    let fault = "[fault.f]\nkind = 'crash'\nnode = 'app'\nat = '5s'\nfor = '20s'";
    let ended = requests(&graph(&balanced("10s", "", lb, fault)));
    assert_eq!(failures(&ended)[..3], [Some(Reason::NoBackend), Some(Reason::NoBackend), None]);
}

#[test]
fn at_layer_4_another_attempt_goes_over_the_same_connection() {
    let link = "connection = { mode = 'per-request' }";
    let lb = "layer = 4\nmax_conns = 1\nalgorithm = 'random'\ntimeout = { connect = '100ms' }\n\
              next_upstream = { profile = 'haproxy', retries = 2, redispatch = -1 }";
    let rest = REFUSING.to_owned();
    let text = balanced("1s", link, lb, &rest).replace(
        "[link.lb.app]\nlatency = '1ms'",
        "[link.lb.app]\nlatency = '1ms'\nconnection = { mode = 'pool' }",
    );
    let ended = requests(&graph(&text));
    assert!(failures(&ended).iter().all(Option::is_none), "{:?}", failures(&ended));
}

#[test]
fn what_was_sent_over_a_connection_is_not_sent_again_at_layer_4() {
    let link = "connection = { mode = 'per-request' }";
    let crash = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 1\nat = '10.008s'\nfor = '1s'";
    let failed = |layer: u8| {
        let lb = format!("layer = {layer}\nnext_upstream = {{}}");
        failures(&requests(&graph(&balanced("10s", link, &lb, crash))))[0]
    };
    assert_eq!(failed(7), None);
    assert_eq!(failed(4), Some(Reason::Reset));
}

#[test]
fn statuses_say_nothing_of_a_backend_to_a_balancer_of_layer_4() {
    let link = "connection = { mode = 'per-request' }";
    let chosen = |layer: u8| {
        let lb = format!(
            "layer = {layer}\nhealth = {{ outlier = {{ consecutive_failures = 1, \
             base_ejection = '60s', max_ejection = 1.0 }} }}"
        );
        let text = balanced("5s", link, &lb, "");
        let text = text.replace("{ cpu = '10ms' }", "{ fail = 1.0, status = 500 }");
        picks(&text)
    };
    assert_eq!(chosen(7), [0, 1, 2], "then none is left");
    assert_eq!(chosen(4)[..6], [0, 1, 2, 0, 1, 2]);
}

#[test]
fn processes_that_know_nothing_of_each_other_take_turns_each_for_itself() {
    // Two callers with a connection each ask one after the other.
    let text = |instances: u32| {
        format!(
            "study = 'terminating'\nduration = '65s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
             [node.one]\nkind = 'client'\narrivals = {{ interval = '10s' }}\nmix = {{ page = 1 }}\n\
             addresses = {{ count = 1 }}\n\
             [node.two]\nkind = 'client'\narrivals = {{ interval = '10s' }}\nmix = {{ page = 1 }}\n\
             addresses = {{ count = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\ninstances = {instances}\n\
             [node.app]\nkind = 'server'\ncores = 1\nreplicas = 3\n\
             [link.one.lb]\nconnection = {{ mode = 'pool' }}\n\
             [link.two.lb]\nlatency = '1s'\nconnection = {{ mode = 'pool' }}\n[link.lb.app]\n"
        )
    };
    assert_eq!(picks(&text(1))[..6], [0, 1, 2, 0, 1, 2]);
    assert_eq!(picks(&text(1000))[..6], [0, 0, 1, 1, 2, 2]);
    // Where connections are not modelled, any process may serve a request: each begins anew.
    let chosen = picks(&balanced("10s", "", "instances = 1000", ""));
    assert!(chosen.iter().all(|replica| *replica == 0), "{chosen:?}");
}

#[test]
fn what_waits_at_one_of_several_processes_is_served_like_what_waits_at_a_single_one() {
    let text = |instances: &str| {
        let balancer = format!("max_conns = 1\nbackend_queue = '10s'\n{instances}");
        let ended = requests(&graph(&balanced("4ms", "", &balancer, "")));
        assert!(failures(&ended).iter().all(Option::is_none));
        ended.len()
    };
    assert_eq!(text(""), text("instances = 4"));
}

#[test]
fn nginx_asks_a_single_backend_again_when_a_kept_connection_breaks() {
    // The backend closes 5 s after its answer; the second request crosses that on its way.
    let ended = |rule: &str| {
        let text =
            balanced("5.013s", "", rule, "").replace("replicas = 3", "replicas = 1").replace(
                "[link.lb.app]",
                "[link.lb.app]\nconnection = { mode = 'pool', server_keep_alive = '5s' }",
            );
        requests(&graph(&text))
    };
    for rule in ["", "next_upstream = { on = [] }", "next_upstream = { profile = 'haproxy' }"] {
        assert_eq!(failures(&ended(rule))[..2], [None, Some(Reason::Reset)], "{rule}");
    }
    let again = ended("next_upstream = {}");
    assert!(failures(&again).iter().all(Option::is_none));
    // To the backend and back, a new connection, and the exchange itself.
    assert_eq!(latencies(&again)[..3], [16, 18, 14]);
}

#[test]
fn what_fails_behind_a_balancer_has_the_status_that_its_product_gives() {
    let status = |profile: &str, (fault, at): (&str, &str), more: &str| {
        let profile =
            if profile == "none" { String::new() } else { format!("profile = '{profile}'") };
        let lb = format!("{profile}\ntimeout = {{ connect = '50ms', read = '100ms' }}\n{more}");
        let fault = format!("[fault.f]\nnode = 'app'\nat = '{at}'\n{fault}");
        let link = "connection = { mode = 'per-request' }";
        let text = balanced("10s", "", &lb, &fault)
            .replace("[link.lb.app]\nlatency = '1ms'", &format!("[link.lb.app]\n{link}"));
        let ended = requests(&graph(&text));
        let first = ended.iter().find(|it| it.failure().is_some()).expect("one fails");
        first.answer >> 8
    };
    let health = "health = { active = { interval = '1s', fall = 1 } }";
    for (fault, more, nginx, haproxy, envoy, caddy) in [
        (("kind = 'refuse'", "5s"), "", 502, 503, 503, 502),
        (("kind = 'black-hole'", "5s"), "", 504, 503, 503, 504),
        (("kind = 'hang'", "5s"), "", 504, 504, 504, 504),
        // While the request of the tenth second is worked on.
        (("kind = 'crash'", "10.005s"), "", 502, 502, 503, 502),
        (("kind = 'refuse'", "5s"), health, 502, 503, 503, 503),
    ] {
        let said = ["none", "nginx", "haproxy", "envoy", "caddy"].map(|it| status(it, fault, more));
        assert_eq!(said, [nginx, nginx, haproxy, envoy, caddy], "{fault:?} {more}");
    }
}

#[test]
fn a_copy_that_another_one_overtook_is_no_failure_for_a_breaker() {
    let hedged = "algorithm = 'round-robin'\nhedge = { after = '4ms' }";
    let guarded = "breaker = { failures = 1, open = '30s' }";
    let text = balanced("100ms", "", hedged, guarded);
    assert!(failures(&requests(&graph(&text))).iter().all(Option::is_none));
}

#[test]
fn who_cancels_takes_back_all_copies_of_a_hedge() {
    // Three copies leave at 0, 2 and 4 ms; the word comes at 8 ms, when they have worked for 7, 5
    // and 3 ms of 10.
    let hedged = "hedge = { after = '2ms', max = 2 }";
    let text = balanced("1s", "", hedged, "[node.users.timeout]\ntotal = '7ms'\nlate = 'cancel'");
    let run = world::run(&graph(&text), Key::root(1, 0), Exits::default());
    assert_eq!(run.observer.0[..3], [Exit::Cancelled; 3]);
}

#[test]
fn a_crashed_backend_of_which_nothing_was_opened_refuses_at_layer_4_as_at_layer_7() {
    let failed = |layer: u8| {
        let balancer =
            format!("layer = {layer}\nnext_upstream = {{ profile = 'haproxy', redispatch = 1 }}");
        let crash = "[fault.x]\nkind = 'crash'\nnode = 'app'\nreplica = 2\nat = '20s'";
        let link = "connection = { mode = 'per-request' }";
        let ended = requests(&graph(&balanced("100ms", link, &balancer, crash)));
        failures(&ended).iter().any(Option::is_some)
    };
    assert!(!failed(7));
    assert!(!failed(4));
}
