//! Replicas that come and go with the load: how late they come, what that costs, and that nobody
//! notices when they go.

mod support;

use lindley::fact::{CacheStatus, Fact, Observer};
use lindley::metrics::at_node;
use lindley::rng::Key;
use lindley::study::Replication;
use lindley::time::Time;
use lindley::world;
use support::{failures, graph, mistakes, picks_of, reading, requests, run};

/// A balancer over servers of one core, whose pages take 10 ms each.
fn text(arrivals: &str, balancer: &str, app: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '600s'\n\
         [machine.small]\ncores = 1\nprice = 0.5\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {arrivals}\nmix = {{ page = 1 }}\n\
         [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\nmachine = 'small'\n{app}\n\
         [link.users.lb]\n[link.lb.app]\n"
    )
}

/// From 50 requests a second to 180 at 60 s.
const STEP: &str = "{ regular = { steps = [['0s', '50/s'], ['60s', '180/s']] } }";
/// Up at 60 s, and down again at 200 s.
const CROWD: &str =
    "{ poisson = { steps = [['0s', '50/s'], ['60s', '300/s'], ['200s', '50/s']] } }";

const SLOW: &str = "autoscale = { max = 9, target = 0.5, every = '15s', delay = '10s', \
                    boot = '30s' }";
const QUICK: &str = "autoscale = { max = 9, target = 0.6, every = '5s', boot = '10s', \
                     cool_down = '40s' }";

/// A reading at the servers.
fn at_app(run: &Replication, name: &str) -> f64 {
    let place = at_node().position(|metric| metric.name == name).expect(name);
    // The nodes are in the order of their names.
    run.nodes.iter().find(|node| node.node.0 == 0 && node.replica.is_none()).expect("app").values
        [place]
}

/// The last replica that was picked in each second of a stretch of the run, at most.
fn highest(text: &str, from: u64, to: u64) -> u16 {
    let picks = picks_of(&graph(text));
    let within = picks.iter().filter(|(at, _)| (from * 1_000..to * 1_000).contains(at));
    within.map(|(_, replica)| *replica).max().expect("somebody was picked")
}

#[test]
fn a_shortage_queues_for_reading_acting_and_booting_together() {
    let text = text(STEP, "algorithm = 'least-connections'", SLOW);
    // 180 a second come and 100 are done. The reading of 60 s to 75 s is acted on at 85 s, by one
    // replica more, which serves at 115 s; what waits then is (180 - 100) x 55.
    let run = run(&graph(&text));
    let most = at_app(&run, "queue_max");
    assert!((most - 80.0 * 55.0).abs() < 10.0, "{most}");
    assert_eq!(highest(&text, 0, 115), 0);
    assert_eq!(highest(&text, 115, 120), 1);
}

#[test]
fn in_the_end_there_are_as_many_as_the_target_asks_for() {
    // 1.8 cores of work at a target of 0.5 are 4 replicas. What waited meanwhile asks for more of
    // them at first.
    let app = SLOW.replace("boot = '30s'", "boot = '30s', cool_down = '60s'");
    let run = run(&graph(&text(STEP, "algorithm = 'least-connections'", &app)));
    assert!(at_app(&run, "replicas_on_max") > 5.0);
    let on = run.timeline.iter().find(|it| it.metric == "replicas_on").expect("a timeline");
    let last = on.values.last().expect("buckets");
    assert!((last - 4.0).abs() < 1e-9, "{last}");
}

#[test]
fn what_is_on_is_paid_for_and_nothing_else() {
    let run = run(&graph(&text(CROWD, "", QUICK)));
    let on = at_app(&run, "replicas_on_mean");
    assert!((reading(&run, "cost_per_hour") - 0.5 * on).abs() < 1e-9);
    assert!(on > 1.5 && on < at_app(&run, "replicas_on_max"), "{on}");
    assert!((at_app(&run, "off_share") - (1.0 - on / 9.0)).abs() < 1e-9);
    assert!(at_app(&run, "replicas_started") >= at_app(&run, "replicas_on_max") - 1.0);
}

#[test]
fn utilisation_is_that_of_the_cores_that_serve() {
    let run = run(&graph(&text("{ poisson = '240/s' }", "", &format!("replicas = 4\n{QUICK}"))));
    let (used, on) = (at_app(&run, "utilisation"), at_app(&run, "replicas_on_mean"));
    let booting = at_app(&run, "starting_share") * 9.0;
    assert!((used * (on - booting) - 2.4).abs() < 0.05, "{used} of {on} less {booting}");
}

#[test]
fn nobody_notices_when_replicas_go_by_any_balancer() {
    for balancer in [
        "",
        "algorithm = 'least-connections'\nhealth = { active = { interval = '1s' } }",
        "algorithm = 'maglev'\nhash_on = 'source'",
        "algorithm = 'ring-hash'\nhash_on = 'source'\nbalance_factor = 125",
        "algorithm = 'round-robin'\nprofile = 'haproxy'\nmax_conns = 4\nbackend_queue = '60s'",
        "algorithm = 'least-connections'\nprofile = 'envoy'\nhealth = { panic_threshold = 0.9 }",
        "instances = 3",
    ] {
        let text = text(CROWD, balancer, QUICK);
        assert_eq!(failures(&requests(&graph(&text))).iter().flatten().count(), 0, "{balancer}");
        assert!(highest(&text, 100, 200) >= 4, "{balancer}");
        assert!(highest(&text, 300, 600) <= 1, "{balancer}");
    }
}

#[test]
fn what_is_not_finished_within_the_grace_is_lost() {
    let long = |grace: &str| {
        let text = text(CROWD, "algorithm = 'least-connections'", QUICK)
            .replace("[{ cpu = '10ms' }]", "[{ cpu = '10ms' }, { wait = '8s' }]")
            .replace("boot = '10s'", &format!("boot = '10s', grace = '{grace}'"));
        failures(&requests(&graph(&text))).iter().flatten().count()
    };
    assert_eq!(long("8.1s"), 0);
    assert!(long("4s") > 100, "half of what takes 8 s is not done after 4 s");
    assert!(long("0s") > long("4s"));
}

#[test]
fn that_a_replica_is_switched_off_is_no_failure() {
    let run = run(&graph(&text(CROWD, "", QUICK)));
    assert!((reading(&run, "success_ratio") - 1.0).abs() < 1e-12);
    assert!(at_app(&run, "failures").is_nan(), "switching off is no failure");
}

#[test]
fn a_crash_of_a_replica_that_is_off_is_none_and_one_that_boots_waits_for_its_repair() {
    let crash = |at: &str, lasts: &str| {
        let fault = format!(
            "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 2\nat = '{at}'\nfor = '{lasts}'\n"
        );
        let text = text(CROWD, "", QUICK) + &fault;
        (at_app(&run(&graph(&text)), "failures"), failures(&requests(&graph(&text))))
    };
    let (failures, failed) = crash("10s", "20s");
    assert_eq!((failures, failed.iter().flatten().count()), (0.0, 0), "{failed:?}");
    // It is switched on while it is broken: the balancer is told of it, and meets nobody there.
    let (failures, failed) = crash("10s", "90s");
    assert_eq!((failures, failed.iter().flatten().count() > 100), (1.0, true));
}

#[test]
fn what_an_autoscaler_cannot_work_with_is_told() {
    let told = |autoscale: &str, more: &str| {
        let app = format!("autoscale = {{ boot = '1s', {autoscale} }}\n{more}");
        mistakes(&text("{ poisson = '5/s' }", "", &app))
    };
    for (autoscale, more, said) in [
        ("min = 5, max = 4, target = 0.5", "", "`min`, 5, is above `max`, 4"),
        ("min = 0, max = 4, target = 0.5", "", "`min` is at least 1"),
        ("max = 1_000_000_000, target = 0.5", "", "`autoscale.max` is from 1 to 65000"),
        ("max = 4, target = 0.5, every = '0s'", "", "`every` is at least 1ms"),
        ("max = 4, target = 0", "", "`target` is from 0.01 to 1"),
        ("max = 4, target = 0.95", "", "it would never grow"),
        ("max = 4, target = 0.5", "replicas = 5", "there are 5 replicas at first, not 1 to 4"),
        ("max = 4, target = 0.5", "setup = { time = '1s' }", "leave `setup` out"),
        ("max = 4, target = 0.5", "replica.1 = { cores = 2 }", "leave `replica` out"),
    ] {
        let told = told(autoscale, more);
        assert!(told.contains(said), "{autoscale}: {told}");
    }
    let direct = "[node.direct]\nkind = 'client'\narrivals = { poisson = '1/s' }\n\
                  mix = { page = 1 }\n[link.direct.app]\n";
    let straight = text("{ poisson = '5/s' }", "", QUICK) + direct;
    let told = mistakes(&straight);
    assert!(told.contains("`direct` calls `app` without knowing which replicas are on"), "{told}");
}

/// How often a cache of the second replica did not have what it looked for.
#[derive(Debug, Default)]
struct Misses(u32);

impl Observer for Misses {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Looked { by, status: CacheStatus::Miss, .. } = fact {
            self.0 += u32::from(by.replica == 1);
        }
    }
}

#[test]
fn a_replica_that_comes_back_has_lost_what_it_kept() {
    // Two crowds, between which the second replica goes; what is kept never expires.
    let crowds = "{ poisson = { steps = [['0s', '30/s'], ['30s', '150/s'], ['130s', '30/s'], \
                  ['300s', '150/s'], ['400s', '30/s']] } }";
    let text = format!(
        "study = 'terminating'\nduration = '600s'\n\
         [endpoint.page]\nresponse = {{ cache_control = 'max-age=31536000' }}\n\
         work = [{{ cpu = '1ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {crowds}\nmix = {{ page = 1 }}\n\
         [node.lb]\nkind = 'load-balancer'\n\
         [node.edge]\nkind = 'reverse-proxy'\ncores = 1\ncpu = '10ms'\n\
         cache = {{ policy = 'lru', capacity = {{ objects = 9 }} }}\n{QUICK}\n\
         [node.app]\nkind = 'server'\ncores = 1\n\
         [link.users.lb]\n[link.lb.edge]\n[link.edge.app]\n"
    );
    let misses = world::run(&graph(&text), Key::root(1, 0), Misses::default()).observer.0;
    let fixed = text.replace(QUICK, "replicas = 9");
    let kept = world::run(&graph(&fixed), Key::root(1, 0), Misses::default()).observer.0;
    assert_eq!((misses, kept), (2, 1), "once for each time that it comes");
}

#[test]
fn a_replica_that_is_down_goes_before_those_that_serve() {
    // Five at a tenth of their time and one that counts as full are three at half of it; and when
    // the one has gone, one is enough.
    let app = "replicas = 6\nautoscale = { max = 8, target = 0.5, boot = '5s', cool_down = '60s' }";
    for replica in [1, 3, 6] {
        let crash = format!(
            "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = {replica}\nat = '20s'\n\
             for = '580s'\n"
        );
        let balancer = "next_upstream = {}\nhealth = { active = { fall = 1, rise = 1 } }";
        let text = text("{ regular = '50/s' }", balancer, app) + &crash;
        assert_eq!(failures(&requests(&graph(&text))).iter().flatten().count(), 0, "{replica}");
        let run = run(&graph(&text));
        let on = run.timeline.iter().find(|it| it.metric == "replicas_on").expect("a timeline");
        assert_eq!(on.values.last(), Some(&1.0), "replica {replica}");
    }
}

#[test]
fn a_replica_that_is_off_is_not_up() {
    let app = "replicas = 3\nautoscale = { min = 3, max = 8, target = 0.9, boot = '5s' }";
    let crash = "[fault.f]\nkind = 'crash'\nnode = 'app'\nreplica = 1\nat = '0s'\nfor = '150s'\n\
                 [fault.g]\nkind = 'crash'\nnode = 'app'\nreplica = 8\nat = '0s'\nfor = '150s'\n";
    let run = run(&graph(&(text("{ regular = '50/s' }", "", app) + crash)));
    let up = at_app(&run, "replicas_up_mean");
    assert!((up - 2.75).abs() < 1e-9, "one of three is down for a quarter of the time: {up}");
}

#[test]
fn a_replica_that_cannot_be_read_is_no_sign_of_idleness() {
    // 150 a second at half of three cores; no cool-down, so that one idle reading is enough.
    let app = "replicas = 3\nautoscale = { max = 8, target = 0.5, boot = '5s', cool_down = '0s' }";
    let gone = |kind: &str, replica: &str| {
        let fault =
            format!("[fault.f]\nkind = '{kind}'\nnode = 'app'\n{replica}at = '31s'\nfor = '60s'\n");
        let text = text("{ regular = '150/s' }", "", app).replace("600s", "120s") + &fault;
        let run = run(&graph(&text));
        let on = run.timeline.iter().find(|it| it.metric == "replicas_on").expect("a timeline");
        on.values.iter().copied().fold(f64::INFINITY, f64::min)
    };
    for kind in ["crash", "black-hole"] {
        assert!(gone(kind, "") >= 3.0, "all are gone: nothing is known");
        assert!(gone(kind, "replica = 1\n") >= 3.0, "{kind}");
    }
}
