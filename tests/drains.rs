//! Backends that are taken out before they go: nothing new comes, what is under way is finished.

mod support;

use support::{failures, graph, picks_of, requests};

/// A balancer over three servers that are asked ten times a second for 250 ms each.
fn text(balancer: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '250ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '100ms' }}\n\
         mix = {{ page = 1 }}\naddresses = {{ count = 40 }}\n\
         [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 4\nreplicas = 3\n\
         [link.users.lb]\n[link.lb.app]\n{rest}\n"
    )
}

/// The moments at which the second replica was asked.
fn asked(text: &str) -> Vec<u64> {
    picks_of(&graph(text))
        .into_iter()
        .filter(|(_, replica)| *replica == 1)
        .map(|(at, _)| at)
        .collect()
}

fn failed(text: &str) -> usize {
    failures(&requests(&graph(text))).iter().flatten().count()
}

const DRAIN: &str = "[fault.f]\nkind = 'drain'\nnode = 'app'\nreplica = 2\nat = '20s'\nfor = '10s'";

/// Balancers of all sorts.
const BALANCERS: [&str; 8] = [
    "",
    "algorithm = 'least-connections'",
    "algorithm = 'maglev'\nhash_on = 'source'",
    "algorithm = 'ring-hash'\nhash_on = 'source'\nbalance_factor = 125",
    "algorithm = 'round-robin'\nprofile = 'nginx'",
    "algorithm = 'round-robin'\nprofile = 'haproxy'\nmax_conns = 3\nbackend_queue = '5s'",
    "algorithm = 'least-connections'\nprofile = 'envoy'\nhealth = { panic_threshold = 0.9 }",
    "instances = 3",
];

#[test]
fn whoever_is_drained_is_asked_nothing_new_until_it_is_over_by_any_balancer() {
    for balancer in BALANCERS {
        let asked = asked(&text(balancer, DRAIN));
        let during = asked.iter().filter(|at| (20_000..30_000).contains(*at)).count();
        assert_eq!(during, 0, "{balancer}");
        let before = asked.iter().filter(|at| **at < 20_000).count();
        let after = asked.iter().filter(|at| **at >= 30_000).count();
        assert!(before > 20 && after > 30, "{balancer}: {before} before, {after} after");
        assert_eq!(failed(&text(balancer, DRAIN)), 0, "{balancer}");
    }
}

#[test]
fn a_crash_that_is_told_of_in_time_fails_nothing() {
    let crash = DRAIN.replace("'drain'", "'crash'");
    for balancer in ["", "health = { active = { interval = '1s' } }", "layer = 7\ninstances = 2"] {
        assert!(failed(&text(balancer, &crash)) > 3, "untold, {balancer}");
        let told = format!("{crash}\nnotice = '1s'");
        assert_eq!(failed(&text(balancer, &told)), 0, "told, {balancer}");
        let asked = asked(&text(balancer, &told));
        assert!(!asked.iter().any(|at| (19_000..30_000).contains(at)), "{balancer}");
        assert!(asked.iter().any(|at| (30_000..31_000).contains(at)), "back at once, {balancer}");
    }
    let late = format!("{crash}\nnotice = '50ms'").replace("'20s'", "'20.1s'");
    assert_eq!(failed(&text("", &late)), 1, "what came at 20 s is not finished at 20.1 s");
}

#[test]
fn a_drawn_repair_ends_the_notice_with_it() {
    let crash = DRAIN.replace("'drain'", "'crash'").replace("'10s'", "{ exp = '10s' }");
    let told = text("", &format!("{crash}\nnotice = '2s'"));
    assert_eq!(failed(&told), 0);
    let (untold, told) = (text("", &crash), asked(&told));
    // Refused at once, whoever is asked untold is asked in turn; the first answer tells the end.
    let refused = failures(&requests(&graph(&untold))).iter().flatten().count();
    let back = told.iter().find(|at| **at >= 18_000).expect("it comes back");
    let down = (back - 20_000) as f64 / 1_000.0;
    assert!((refused as f64 * 0.3 - down).abs() < 0.7, "{refused} refused, {down} s down");
}

#[test]
fn a_level_of_backups_is_asked_where_all_ordinary_ones_are_drained() {
    let drain = DRAIN.replace("replica = 2\n", "");
    let rest = format!(
        "[node.spare]\nkind = 'server'\ncores = 4\n[link.lb.spare]\n[link.lb.app.connection]\n\
         mode = 'per-request'\n{drain}"
    );
    for profile in ["", "profile = 'nginx'", "profile = 'haproxy'", "profile = 'envoy'"] {
        let balancer = format!("{profile}\nbackup = ['spare']");
        assert_eq!(failed(&text(&balancer, &rest)), 0, "{profile}");
        assert!(failed(&text(profile, &rest.replace("[link.lb.spare]\n", ""))) > 50, "{profile}");
    }
}

/// When the second of two servers was asked after the first 5 s, where a request comes each 1.7 s,
/// takes 40 s, and waits at the balancer if both have one.
fn asked_at_last(balancer: &str, rest: &str) -> Option<u64> {
    let text = format!(
        "study = 'terminating'\nduration = '30s'\n\
         [endpoint.page]\nwork = [{{ wait = '40s' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '1.7s' }}\nmix = {{ page = 1 }}\n\
         [node.lb]\nkind = 'load-balancer'\nalgorithm = 'first'\nmax_conns = 1\n\
         backend_queue = '60s'\nnext_upstream = {{}}\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
         [link.users.lb]\n[link.lb.app]\n{rest}\n"
    );
    let picks = picks_of(&graph(&text));
    picks.into_iter().find(|(at, replica)| *at >= 5_000 && *replica == 1).map(|(at, _)| at)
}

#[test]
fn whoever_waits_is_served_as_soon_as_a_backend_is_back_however_that_is_known() {
    let drain = "[fault.f]\nkind = 'drain'\nnode = 'app'\nreplica = 2\nat = '0s'\nfor = '10.5s'";
    let notice = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 2\nat = '1s'\nfor = '9.5s'\n\
                  notice = '1s'";
    for balancer in ["", "profile = 'haproxy'"] {
        assert_eq!(asked_at_last(balancer, drain), Some(10_500), "{balancer}");
        assert_eq!(asked_at_last(balancer, notice), Some(10_500), "{balancer}");
    }
    // The second request meets the crash at 3.4 s.
    let crash = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 2\nat = '0s'\nfor = '4s'";
    let outlier = "health = { outlier = { consecutive_failures = 1, base_ejection = '5s', \
                   interval = '1s', max_ejection = 1.0 } }";
    assert_eq!(asked_at_last(outlier, crash), Some(9_000), "the sweep after 8.4 s");
    let passive = "health = { passive = { max_fails = 1, fail_timeout = '5s', \
                   profile = 'consecutive' } }";
    assert_eq!(asked_at_last(passive, crash), Some(8_400));
    let nginx = passive.replace("consecutive", "nginx");
    let at = asked_at_last(&nginx, crash).expect("it comes back");
    assert!((8_401..9_400).contains(&at) && at != 8_500, "{at}");
}

#[test]
fn whoever_waits_is_served_as_soon_as_a_new_replica_has_booted() {
    let text = "study = 'terminating'\nduration = '60s'\n\
                [endpoint.page]\nwork = [{ cpu = '90s' }]\n\
                [node.users]\nkind = 'client'\narrivals = { interval = '1.7s' }\n\
                mix = { page = 1 }\n\
                [node.lb]\nkind = 'load-balancer'\nmax_conns = 1\nbackend_queue = '60s'\n\
                instances = 2\n\
                [node.app]\nkind = 'server'\ncores = 1\n\
                autoscale = { max = 2, target = 0.5, boot = '5.1s', every = '10s' }\n\
                [link.users.lb]\n[link.lb.app]\n";
    let second = |picks: Vec<(u64, u16)>| picks.into_iter().find(|(_, replica)| *replica == 1);
    // Read at 10 s, when the only one had worked for 8.3 s of ten.
    assert_eq!(second(picks_of(&graph(text))), Some((15_100, 1)));
}
