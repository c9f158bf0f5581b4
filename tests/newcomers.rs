//! Replicas that are off do not exist for those who balance over them, and who comes is unknown.

mod support;

use support::{failures, graph, picks_of, requests};

/// A balancer over servers of one core, whose pages take 10 ms each.
fn text(arrivals: &str, balancer: &str, app: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '160s'\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {arrivals}\nmix = {{ page = 1 }}\n\
         addresses = {{ count = 500 }}\n\
         [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\n{app}\n\
         [link.users.lb]\n[link.lb.app]\n{rest}\n"
    )
}

/// So many replicas of so many, which stay as they are.
fn of(on: u32, max: u32) -> String {
    format!(
        "replicas = {on}\nautoscale = {{ min = {on}, max = {max}, target = 0.9, boot = '1s', \
         every = '15s' }}"
    )
}

/// When each request was sent to which replica of the servers; the node is not told.
fn picks(text: &str) -> Vec<(u64, u16)> {
    picks_of(&graph(text))
}

const EVEN: &str = "{ regular = '40/s' }";

#[test]
fn with_room_for_more_replicas_every_balancer_does_as_without() {
    let spare = "[node.spare]\nkind = 'server'\ncores = 4\n[link.lb.spare]\n";
    let crash = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = REPLICA\nat = '20s'\n\
                 for = '30s'\n";
    let hashed = "algorithm = 'uri-hash'\nhash_on = 'source'";
    let ring = "algorithm = 'ring-hash'\nhash_on = 'source'\nprofile = 'nginx'";
    let nginx = format!("{hashed}\nprofile = 'nginx'");
    let outliers = "health = { outlier = { consecutive_failures = 1, max_ejection = 0.5 } }";
    let passive = "health = { passive = { max_fails = 1, fail_timeout = '10s' } }";
    let again = format!("{passive}\nnext_upstream = {{}}");
    for (balancer, on, rest) in [
        ("profile = 'envoy'\nbackup = ['spare']", 4, spare.to_owned()),
        (&nginx, 3, String::new()),
        (ring, 3, String::new()),
        (hashed, 3, String::new()),
        ("algorithm = 'source-hash'", 3, String::new()),
        (outliers, 4, crash.replace("replica = REPLICA\n", "")),
        (passive, 1, crash.replace("REPLICA", "1")),
        (&again, 1, crash.replace("REPLICA", "1")),
        (&again, 2, crash.replace("REPLICA", "1")),
    ] {
        let seen = |app: String| {
            let text = text(EVEN, balancer, &app, &rest);
            (picks(&text), failures(&requests(&graph(&text))))
        };
        let fixed = seen(format!("replicas = {on}"));
        for max in [on + 1, 30] {
            assert!(seen(of(on, max)) == fixed, "{on} of {max}\n{balancer}");
        }
    }
}

/// From two replicas to one and back again: the second goes at 75 s and is back before 125 s.
const UP_AND_DOWN: &str =
    "{ regular = { steps = [['0s', '100/s'], ['42s', '30/s'], ['100s', '100/s']] } }";

#[test]
fn of_a_replica_that_comes_again_nothing_is_remembered() {
    let app = "replicas = 2\nautoscale = { max = 4, target = 0.5, boot = '5s', every = '15s', \
               cool_down = '15s' }";
    let crash = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 2\nat = '30s'\nfor = '10s'\n";
    let breaker = format!("breaker = {{ failures = 3, open = '10000s' }}\n{crash}");
    for (balancer, rest) in [
        (
            "health = { outlier = { consecutive_failures = 3, base_ejection = '10000s', \
             max_ejection_time = '10000s', max_ejection = 1.0 } }",
            crash,
        ),
        ("health = { passive = { max_fails = 3, fail_timeout = '10000s' } }", crash),
        (
            "health = { passive = { max_fails = 3, fail_timeout = '10000s', \
             profile = 'consecutive' } }",
            crash,
        ),
        ("health = { active = { interval = '1s', fall = 1, rise = 1000 } }", crash),
        ("", &breaker),
    ] {
        let text = text(UP_AND_DOWN, balancer, app, rest);
        let second: Vec<u64> =
            picks(&text).iter().filter(|(_, it)| *it == 1).map(|(at, _)| *at).collect();
        let within = |from, to| second.iter().filter(|at| (from..to).contains(*at)).count();
        assert_eq!(within(76_000, 104_000), 0, "it is off\n{balancer}");
        assert!(within(125_000, 160_000) > 500, "it serves again\n{balancer}");
    }
}
