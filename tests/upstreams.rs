//! How balancers treat their backends: per connection or per request, full, failing, and kept to.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::outcome::Reason;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{Ended, graph, requests};

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

fn failures(ended: &[Ended]) -> Vec<Option<Reason>> {
    let failure =
        |it: &Ended| Reason::ALL.into_iter().find(|reason| *reason as u64 == it.answer & 0xff);
    ended.iter().map(failure).collect()
}

fn latencies(ended: &[Ended]) -> Vec<u64> {
    ended.iter().map(|it| (it.end - it.started) / 1_000_000).collect()
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
    let rule = "next_upstream = { same = 2, same_pause = '100ms' }";
    let ended = requests(&graph(&balanced("10s", "", rule, REFUSING)));
    assert_eq!(latencies(&ended)[..2], [14, 14 + 3 * 2 + 200]);
    let stays = "next_upstream = { same = 2, same_pause = '100ms', elsewhere = false }";
    let ended = requests(&graph(&balanced("10s", "", stays, REFUSING)));
    assert_eq!(failures(&ended)[1], Some(Reason::ConnectRefused));
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
