//! What keeps a busy system from harm: breakers, shedding, and copies of slow requests.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::metrics::at_node;
use lindley::outcome::Reason;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{Ended, failures, graph, latencies, requests};

/// Clients that ask every second, 1 ms from a server with one core.
fn called(work: &str, client: &str, link: &str, server: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{work}]\n\
         [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n{client}\n\
         [node.app]\nkind = 'server'\ncores = 1\n{server}\n\
         [link.users.app]\nlatency = '1ms'\n{link}\n{rest}\n"
    )
}

/// Openings of breakers: in which second, and whether all passed before.
#[derive(Debug, Default)]
struct Breakers(Vec<(u64, bool, bool)>);

impl Observer for Breakers {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Breaker { is_open, was_closed, .. } = fact {
            self.0.push((now.0 / 1_000_000_000, *is_open, *was_closed));
        }
    }
}

const EVERY_SECOND: &str = "arrivals = { interval = '1s' }";

#[test]
fn a_breaker_opens_after_failures_in_a_row_lets_a_probe_pass_and_closes() {
    let text = called(
        "{ cpu = '10ms' }",
        EVERY_SECOND,
        "breaker = { failures = 3, open = '5s' }",
        "",
        "[fault.down]\nkind = 'refuse'\nnode = 'app'\nat = '9.5s'\nfor = '7s'",
    );
    let ended = failures(&requests(&graph(&text)));
    let refused = Some(Reason::ConnectRefused);
    let open = Some(Reason::BreakerOpen);
    // Refused at 10, 11 and 12 s; open until 17 s, when the probe finds the server at work.
    assert_eq!(ended[8..18], [None, refused, refused, refused, open, open, open, open, open, None]);
    let seen = world::run(&graph(&text), Key::root(1, 0), Breakers::default()).observer.0;
    assert_eq!(seen, [(12, true, true), (18, false, false), (18, false, false)]);
}

#[test]
fn a_probe_that_fails_opens_the_breaker_again() {
    let text = called(
        "{ cpu = '10ms' }",
        EVERY_SECOND,
        "breaker = { failures = 2, open = '2.5s' }",
        "",
        "[fault.down]\nkind = 'refuse'\nnode = 'app'\nat = '0s'\nfor = '20.5s'",
    );
    let ended = failures(&requests(&graph(&text)));
    let refused = Some(Reason::ConnectRefused);
    let open = Some(Reason::BreakerOpen);
    assert_eq!(ended[..9], [refused, refused, open, open, refused, open, open, refused, open]);
}

#[test]
fn a_call_that_is_given_up_counts_as_failed_and_one_that_nobody_awaits_does_not() {
    // Nobody waits for more than 100 ms; the server answers after one second.
    let late = |client: &str| {
        let client = format!("{EVERY_SECOND}\n{client}");
        let breaker = "breaker = { failures = 1, open = '60s' }";
        failures(&requests(&graph(&called("{ wait = '1s' }", &client, breaker, "", ""))))
    };
    let read = late("timeout = { read = '100ms' }");
    assert_eq!(
        read[..3],
        [Some(Reason::ReadTimeout), Some(Reason::BreakerOpen), Some(Reason::BreakerOpen)]
    );
    let total = late("timeout = { total = '100ms', late = 'cancel' }");
    assert!(total.iter().all(|why| *why == Some(Reason::Timeout)), "{total:?}");
}

#[test]
fn each_caller_has_a_breaker_for_each_replica() {
    let text = "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
        [endpoint.page]\nwork = [{ cpu = '10ms' }]\n\
        [node.users]\nkind = 'client'\nmix = { page = 1 }\narrivals = { interval = '1s' }\n\
        [node.lb]\nkind = 'load-balancer'\nnext_upstream = { on = ['error', 'http_503'] }\n\
        [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
        [link.users.lb]\n\
        [link.lb.app]\nlatency = '1ms'\nbreaker = { failures = 2, open = '100s' }\n\
        [fault.down]\nkind = 'refuse'\nnode = 'app'\nreplica = 2\nat = '0s'\nfor = '90s'\n";
    let ended = requests(&graph(text));
    assert!(failures(&ended).iter().all(Option::is_none));
    // Replica 2 costs its round trip twice; then the breaker before it answers at once. The
    // attempt elsewhere takes the turn of the next request.
    assert_eq!(latencies(&ended)[..6], [12, 14, 14, 12, 12, 12]);
}

#[test]
fn a_call_that_a_breaker_stopped_does_not_count_against_the_backend() {
    // The second of two backends refuses for five seconds. Failed attempts leave it alone for three
    // seconds, but the breaker before it stays open: it is chosen, and costs nothing, again and
    // again.
    let text = format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n{EVERY_SECOND}\n\
         [node.lb]\nkind = 'load-balancer'\nnext_upstream = {{ on = ['error', 'http_503'] }}\n\
         health.passive = {{ max_fails = 1, fail_timeout = '3s', profile = 'consecutive' }}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
         [link.users.lb]\n[link.lb.app]\nbreaker = {{ failures = 1, open = '1000s' }}\n\
         [fault.down]\nkind = 'refuse'\nnode = 'app'\nreplica = 2\nat = '0s'\nfor = '5s'\n"
    );
    let ended = requests(&graph(&text));
    assert!(failures(&ended).iter().all(Option::is_none));
    let seen = world::run(&graph(&text), Key::root(1, 0), Second::default()).observer.0;
    assert!(seen >= 25, "{seen} of 60");
}

/// How often the second replica is chosen.
#[derive(Debug, Default)]
struct Second(u32);

impl Observer for Second {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Picked { chosen, .. } = fact {
            self.0 += u32::from(chosen.replica == 1);
        }
    }
}

#[test]
fn more_than_so_many_inside_are_turned_away() {
    let client = "arrivals = { interval = '4ms' }";
    let shed = "shed = { in_flight = 2 }";
    let ended = requests(&graph(&called("{ cpu = '10ms' }", client, "", shed, "")));
    let shed = Some(Reason::Shed);
    // Whoever comes finds two inside, but for those of 4, 8, 16 and 24 ms; in the order of ends.
    assert_eq!(failures(&ended)[..7], [shed, None, shed, None, shed, shed, None]);
}

#[test]
fn a_standing_queue_is_turned_away_and_a_passing_one_is_not() {
    // Work for 12 ms comes every 10 ms: the wait grows by 2 ms with each, and one sixth is too
    // much. That much is turned away and no more: the core never idles.
    let client = "arrivals = { interval = '10ms' }";
    let shed = |limit: &str| {
        let server = format!("shed = {{ queue_delay = '{limit}', interval = '100ms' }}");
        let text = called("{ cpu = '12ms' }", client, "", &server, "");
        let ended = requests(&graph(&text));
        let longest = latencies(&ended).into_iter().max().unwrap_or(0);
        let denied = failures(&ended).iter().filter(|why| why.is_some()).count();
        (longest, denied * 100 / ended.len())
    };
    let (longest, denied) = shed("50ms");
    assert!(longest < 120 && (16..=17).contains(&denied), "{longest} ms, {denied} %");
    assert_eq!(shed("100s").1, 0);
}

/// A balancer before two servers of which the second hangs from the start.
fn hedged(balancer: &str, rest: &str) -> Vec<Ended> {
    let text = format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n{EVERY_SECOND}\n\
         [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
         [link.users.lb]\n[link.lb.app]\n{rest}"
    );
    requests(&graph(&text))
}

const HANGS: &str =
    "[fault.stuck]\nkind = 'hang'\nnode = 'app'\nreplica = 2\nat = '0s'\nfor = '100s'\n";

#[test]
fn a_copy_goes_to_another_backend_when_the_first_is_slow() {
    let ended = hedged("hedge = { after = '50ms' }", HANGS);
    // A copy takes the turn of the request after it.
    assert_eq!(latencies(&ended)[..4], [10, 60, 60, 60]);
    assert!(failures(&ended).iter().all(Option::is_none));
}

#[test]
fn a_copy_that_fails_says_nothing_while_another_is_out() {
    // The first waits 25 ms and 10 more on the core; the copy is refused.
    let refuses = "[fault.down]\nkind = 'refuse'\nnode = 'app'\nreplica = 2\nat = '0s'\n\
         for = '100s'\n\
         [fault.slow]\nkind = 'slow'\nnode = 'app'\nreplica = 1\nfactor = 4.0\nat = '0s'\n\
         for = '100s'\n";
    let ended = hedged("algorithm = 'first'\nhedge = { after = '20ms' }", refuses);
    assert_eq!(latencies(&ended)[..3], [40, 40, 40]);
}

#[test]
fn a_copy_whose_server_dies_leaves_the_other_to_answer() {
    let text = |copies: &str| {
        format!(
            "study = 'terminating'\nduration = '9s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ cpu = '100ms' }}]\n\
             [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n{EVERY_SECOND}\n\
             [node.lb]\nkind = 'load-balancer'\nalgorithm = 'first'\n{copies}\n\
             [node.app]\nkind = 'server'\ncores = 1\nreplicas = 3\n\
             [link.users.lb]\n[link.lb.app]\n\
             [fault.dies]\nkind = 'crash'\nnode = 'app'\nreplica = 1\nat = '1.05s'\nfor = '1ms'\n"
        )
    };
    let ended = requests(&graph(&text("")));
    assert_eq!((latencies(&ended)[0], failures(&ended)[0]), (50, Some(Reason::Reset)));
    for copies in [1, 2] {
        let hedge = format!("hedge = {{ after = '20ms', max = {copies} }}");
        let ended = requests(&graph(&text(&hedge)));
        assert_eq!((latencies(&ended)[0], failures(&ended)[0]), (120, None), "{copies}");
    }
}

#[test]
fn the_copy_that_comes_too_late_is_given_up() {
    // Both are stuck, and nobody waits for ever: a time-out ends one copy after the other.
    let both = "[fault.stuck]\nkind = 'hang'\nnode = 'app'\nat = '0s'\nfor = '100s'\n";
    let balancer = "timeout = { read = '80ms' }\nhedge = { after = '50ms' }\n\
                    next_upstream = { tries = 1 }";
    let ended = hedged(balancer, both);
    assert_eq!(latencies(&ended)[..3], [130, 130, 130]);
    assert!(failures(&ended).iter().all(|why| *why == Some(Reason::ReadTimeout)));
}

#[test]
fn what_changes_something_is_not_sent_twice() {
    let text = |extra: &str| {
        format!(
            "study = 'terminating'\nduration = '9s'\nuntil = 'drained'\n\
             [endpoint.buy]\nwrite = true\nwork = [{{ cpu = '10ms' }}]\n\
             [node.users]\nkind = 'client'\nmix = {{ buy = 1 }}\n{EVERY_SECOND}\n\
             timeout = {{ total = '500ms' }}\n\
             [node.lb]\nkind = 'load-balancer'\nhedge = {{ after = '50ms'{extra} }}\n\
             [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
             [link.users.lb]\n[link.lb.app]\n{HANGS}"
        )
    };
    let ended = requests(&graph(&text("")));
    assert_eq!(latencies(&ended)[..2], [10, 500]);
    let ended = requests(&graph(&text(", non_idempotent = true")));
    assert_eq!(latencies(&ended)[..2], [10, 60]);
}

#[test]
fn copies_that_lose_are_given_up_as_the_balancer_says_with_or_without_a_time_out() {
    let held = |timeout: &str| {
        let text = format!(
            "duration = '100s'\n[endpoint.page]\nwork = [{{ wait = '100ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '200ms' }}\n\
             mix = {{ page = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\nhedge = {{ after = '30ms' }}\n{timeout}\n\
             [node.app]\nkind = 'server'\nreplicas = 2\n[link.users.lb]\n[link.lb.app]\n"
        );
        let graph = graph(&text);
        let run = support::run(&graph);
        let app = graph.node("app").expect("a node");
        let place = at_node().position(|it| it.name == "in_system_mean").expect("a metric");
        run.nodes.iter().find(|it| it.node == app).expect("it is read").values[place]
    };
    // Five a second, of which the first copy takes 100 ms and the second 100 ms, or 70.
    let (done, cancelled) = (held(""), held("timeout = { late = 'cancel' }"));
    assert!((done - 1.0).abs() < 0.01, "{done}");
    assert!((cancelled - 0.85).abs() < 0.01, "{cancelled}");
    let timed = held("timeout = { read = '10s', late = 'cancel' }");
    assert!((timed - cancelled).abs() < 1e-9, "{timed} {cancelled}");
}

#[test]
fn a_call_that_outlives_its_caller_gives_its_leave_back_to_that_callers_breaker() {
    // Refused at first, so that the breakers of both proxies open; then everything hangs, and
    // clients cancel what the breakers let pass to try. The word of that takes 50 ms to the server,
    // while others take the callers' places at the other proxy.
    let text = "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{ cpu = '1ms' }]\n\
         [node.users]\nkind = 'client'\nmix = { page = 1 }\narrivals = { interval = '7ms' }\n\
         timeout = { total = '200ms', late = 'cancel' }\n\
         [node.edge]\nkind = 'reverse-proxy'\nreplicas = 3\n\
         [node.app]\nkind = 'server'\ncores = 4\n\
         [link.users.edge]\n[link.edge.app]\nlatency = '50ms'\n\
         breaker = { failures = 1, probes = 1, open = '50ms' }\n\
         [fault.refuses]\nkind = 'refuse'\nnode = 'app'\nat = '1s'\nfor = '4s'\n\
         [fault.hangs]\nkind = 'hang'\nnode = 'app'\nat = '5s'\nfor = '15s'\n";
    let ended = requests(&graph(text));
    let late = ended.iter().filter(|it| it.started > 21_000_000_000);
    let failed = late.clone().filter(|it| it.failure().is_some()).count();
    assert_eq!((failed, late.count() > 5_000), (0, true));
}
