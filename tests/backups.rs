//! Backups: backends that a balancer asks only when no ordinary one can be.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::outcome::Reason;
use lindley::rng::Key;
use lindley::time::{NANOS_PER_SEC, Time};
use lindley::world;
use support::{failures, graph, requests};

/// Which node each request was sent to and when, in seconds, by the balancer.
#[derive(Debug, Default)]
struct Picks(Vec<(u64, u16, u16)>);

impl Observer for Picks {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Picked { chosen, .. } = fact {
            self.0.push((now.0 / NANOS_PER_SEC, chosen.node.0, chosen.replica));
        }
    }
}

/// A client that asks each second for 10 ms of work, through a balancer; two ordinary backends,
/// and two spare ones.
fn text(balancer: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '1s' }}\nmix = {{ page = 1 }}\n\
         [node.lb]\nkind = 'load-balancer'\nbackup = ['spare']\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
         [node.spare]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
         [link.users.lb]\n[link.lb.app]\n[link.lb.spare]\n{rest}\n"
    )
}

/// The backends that were asked from one second to another: `a` and `b` are ordinary, `x` and `y`
/// are spare.
fn asked(text: &str, seconds: std::ops::Range<u64>) -> String {
    let graph = graph(text);
    let spare = graph.node("spare").expect("a node").0;
    let picks = world::run(&graph, Key::root(1, 0), Picks::default()).observer.0;
    let letter = |(_, node, replica): &(u64, u16, u16)| {
        let letters = if *node == spare { ['x', 'y'] } else { ['a', 'b'] };
        letters[usize::from(*replica)]
    };
    picks.iter().filter(|(second, ..)| seconds.contains(second)).map(letter).collect()
}

/// Which of them are ordinary, and which are backups.
fn levels(asked: &str) -> String {
    asked.chars().map(|letter| if "ab".contains(letter) { 'o' } else { 'b' }).collect()
}

/// The ordinary backends refuse from 20 s to 40 s.
const OUT: &str = "[fault.f]\nkind = 'refuse'\nnode = 'app'\nat = '20s'\nfor = '20s'";
const ONE_OUT: &str =
    "[fault.f]\nkind = 'refuse'\nnode = 'app'\nreplica = 1\nat = '20s'\nfor = '20s'";
const PROBES: &str = "health = { active = { interval = '500ms', rise = 1, fall = 1 } }";

#[test]
fn backups_rest_while_an_ordinary_backend_is_up_and_share_the_work_while_none_is() {
    for profile in ["", "profile = 'nginx'"] {
        let text = text(&format!("{PROBES}\n{profile}"), OUT);
        assert_eq!(asked(&text, 1..9), "abababab", "{profile}");
        assert_eq!(asked(&text, 21..29), "xyxyxyxy", "{profile}");
        assert!(!asked(&text, 42..60).contains(['x', 'y']), "{profile}");
        assert!(failures(&requests(&graph(&text))).iter().flatten().count() <= 1);
    }
    let text = text(PROBES, ONE_OUT);
    assert_eq!(asked(&text, 22..30), "bbbbbbbb");
}

#[test]
fn a_request_that_failed_at_all_ordinary_backends_is_tried_at_a_backup_and_stays_there() {
    let text = text("next_upstream = {}", OUT);
    // No health: each request finds out anew.
    let tried = asked(&text, 30..32);
    assert_eq!(levels(&tried), "ooboob");
    assert_ne!(tried.as_bytes()[2], tried.as_bytes()[5], "backups are taken in turn");
    assert!(failures(&requests(&graph(&text))).iter().all(Option::is_none));
    let text = text.replace("node = 'app'", "node = 'spare'");
    let both = format!("{text}\n[fault.g]\nkind = 'refuse'\nnode = 'app'\nat = '20s'\nfor = '20s'");
    assert_eq!(levels(&asked(&both, 30..31)), "oobb");
    let failed = failures(&requests(&graph(&both)));
    assert!(failed.contains(&Some(Reason::ConnectRefused)), "{failed:?}");
}

#[test]
fn the_first_of_haproxys_backups_takes_everything_unless_all_are_to() {
    let lb = |more: &str| text(&format!("{PROBES}\nprofile = 'haproxy'\n{more}"), OUT);
    assert_eq!(asked(&lb(""), 22..28), "xxxxxx");
    assert_eq!(asked(&lb("all_backups = true"), 21..27), "xyxyxy");
    let first_out = format!(
        "{OUT}\n[fault.g]\nkind = 'refuse'\nnode = 'spare'\nreplica = 1\nat = '20s'\nfor = '20s'"
    );
    let text = text(&format!("{PROBES}\nprofile = 'haproxy'"), &first_out);
    assert_eq!(asked(&text, 22..28), "yyyyyy");
}

#[test]
fn in_haproxy_full_servers_are_waited_for_and_elsewhere_backups_take_what_they_cannot() {
    // Each request takes 4 s, so four are under way.
    let lb = |profile: &str| {
        let lb = format!("max_conns = 1\nbackend_queue = '100s'\n{profile}");
        text(&lb, "").replace("cpu = '10ms'", "cpu = '4s'")
    };
    let (other, haproxy) = (lb(""), lb("profile = 'haproxy'"));
    assert_eq!(asked(&other, 0..5), "abxy");
    assert!(!asked(&haproxy, 0..60).contains(['x', 'y']));
    for text in [other, haproxy] {
        assert!(failures(&requests(&graph(&text))).iter().all(Option::is_none));
    }
}

#[test]
fn envoy_gives_backups_what_the_ordinary_backends_that_are_left_do_not_bear() {
    let lb = text(&format!("{PROBES}\nprofile = 'envoy'"), ONE_OUT).replace("'1s' }", "'10ms' }");
    let (before, during) = (asked(&lb, 1..19), asked(&lb, 21..39));
    assert!(!before.contains(['x', 'y']));
    // Half of the hosts bear 70 %.
    let spare = during.chars().filter(|letter| "xy".contains(*letter)).count();
    assert!((480..600).contains(&spare), "30 % of 1800: {spare}");
    assert!(!during.contains('a'));
}

#[test]
fn a_balancer_by_least_connections_counts_on_both_levels() {
    for profile in ["", "profile = 'nginx'", "profile = 'haproxy'\nall_backups = true"] {
        let lb = format!("algorithm = 'least-connections'\n{PROBES}\n{profile}");
        let text = text(&lb, OUT).replace("cpu = '10ms'", "wait = '1500ms'");
        let during = asked(&text, 22..40);
        let same = during.as_bytes().windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert_eq!(same, 0, "one is still at the last backend: {during}");
    }
}

#[test]
fn a_session_that_a_backup_answered_first_stays_there_while_it_works() {
    let lb = format!("{PROBES}\nsticky = {{ cookie = 'lb' }}");
    let users = "users = 1\nthink = '1s'";
    let text = text(&lb, OUT).replace("arrivals = { interval = '1s' }", users);
    let text = text.replace("at = '20s'", "at = '0s'");
    let later = asked(&text, 45..60);
    assert!(later.len() > 10 && later.chars().all(|letter| "xy".contains(letter)), "{later}");
}
