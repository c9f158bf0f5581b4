//! What a balancer believes of its backends, seen in whom it asks: panic, outliers, slow start.

mod support;

use support::{failures, graph, mistakes, picks_of, requests};

/// A balancer over four servers that are asked ten times a second in turn for 1 ms.
fn text(balancer: &str, rest: &str) -> String {
    format!(
        "study = 'terminating'\nduration = '100s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '1ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '100ms' }}\n\
         mix = {{ page = 1 }}\n[node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\nreplicas = 4\n[link.users.lb]\n[link.lb.app]\n{rest}\n"
    )
}

/// The moments at which a replica was asked.
fn asked(text: &str, replica: u16) -> Vec<u64> {
    picks_of(&graph(text)).into_iter().filter(|(_, it)| *it == replica).map(|(at, _)| at).collect()
}

/// These replicas refuse from 20 s to 60 s.
fn refusing(replicas: &[u16]) -> String {
    let fault = |n: &u16| {
        format!(
            "[fault.f{n}]\nkind = 'refuse'\nnode = 'app'\nreplica = {n}\nat = '20s'\nfor = '40s'\n"
        )
    };
    replicas.iter().map(fault).collect()
}

const PROBES: &str = "active = { interval = '500ms', rise = 1, fall = 1 }";

#[test]
fn in_panic_all_backends_are_asked_again_the_broken_ones_too() {
    let failed = |threshold: f64, replicas: &[u16]| {
        let lb = format!("health = {{ {PROBES}, panic_threshold = {threshold} }}");
        let text = text(&lb, &refusing(replicas));
        failures(&requests(&graph(&text))).iter().flatten().count()
    };
    assert!(failed(0.0, &[1, 2, 3]) < 10, "until the probes have found out");
    // A quarter is up, which is less than half: three of four of 400 requests fail.
    assert!((290..=310).contains(&failed(0.5, &[1, 2, 3])));
    assert!(failed(0.5, &[1, 2]) < 10, "half of them is not less than half");
}

#[test]
fn an_outlier_is_ejected_after_failures_in_a_row_each_time_for_longer() {
    let outlier = "{ consecutive_failures = 3, interval = '2s', base_ejection = '4s', \
                   max_ejection = 1.0 }";
    let text = text(&format!("health = {{ outlier = {outlier} }}"), &refusing(&[2]));
    let moments = asked(&text, 1);
    let broken: Vec<u64> =
        moments.iter().copied().filter(|at| (20_000..60_000).contains(at)).collect();
    let gaps: Vec<u64> = broken.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let ejections: Vec<u64> = gaps.iter().map(|gap| gap / 1_000).filter(|gap| *gap >= 2).collect();
    assert!(ejections.len() >= 2, "{ejections:?}");
    // Sweeps come every 2 s, and let nobody back in before.
    assert!((4..=6).contains(&ejections[0]), "{ejections:?}");
    assert!((8..=10).contains(&ejections[1]), "twice as long the second time: {ejections:?}");
    assert!(broken.len() < 20, "not each fourth of 400: {}", broken.len());
    let other = asked(&text, 0);
    assert!(other.windows(2).all(|pair| pair[1] - pair[0] < 1_000), "nobody else is");
}

#[test]
fn a_backend_that_comes_back_takes_its_share_step_by_step() {
    let lb = format!(
        "algorithm = 'smooth-weighted-round-robin'\n\
         health = {{ {PROBES}, slow_start = {{ window = '20s' }} }}"
    );
    let moments = asked(&text(&lb, &refusing(&[2])), 1);
    let between = |from: u64, to: u64| {
        moments.iter().filter(|at| (from * 1_000..to * 1_000).contains(*at)).count()
    };
    assert_eq!(between(22, 60), 0);
    // Of its weight it has 0 to 25 %, 40 to 60 %, and all.
    let (early, middle, late) = (between(61, 66), between(68, 73), between(85, 90));
    assert!((12..=13).contains(&late), "a fourth of 50: {late}");
    assert!(early < 5 && (6..=9).contains(&middle), "{early} {middle} {late}");
}

#[test]
fn work_that_waits_for_a_core_is_slowed_down_by_what_is_wrong_when_it_begins() {
    let text = |workers: &str| {
        format!(
            "title = 'slow'\nduration = '20s'\n\
             [endpoint.page]\nwork = [{{ cpu = '1s' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '500ms' }}\n\
             mix = {{ page = 1.0 }}\n\
             [node.app]\nkind = 'server'\ncores = 1\n{workers}\n\
             [link.users.app]\n\
             [fault.heat]\nkind = 'slow'\nnode = 'app'\nat = '1.05s'\nfor = '1s'\nfactor = 3.0\n"
        )
    };
    let ends = |workers: &str| -> Vec<u64> {
        let ended = requests(&graph(&text(workers)));
        ended.iter().take(4).map(|it| it.end / 1_000_000).collect()
    };
    // They come at 0.5, 1.0, 1.5 and 2.0 s. The second begins while work is slow, the third came
    // then and begins later.
    let first = ends("")[0];
    assert_eq!(ends(""), [first, first + 3_000, first + 4_000, first + 5_000]);
    assert_eq!(ends("workers = 1"), ends(""), "it does not matter for what they wait");
}

#[test]
fn answers_from_500_on_make_an_outlier_whether_they_are_tried_elsewhere_or_not() {
    let asked_in_all = |balancer: &str| {
        let text = text(balancer, "");
        let text = text.replace("{ cpu = '1ms' }", "{ fail = 1.0, status = 500 }");
        (0..4).map(|replica| asked(&text, replica).len()).sum::<usize>()
    };
    let outlier =
        "outlier = { consecutive_failures = 3, base_ejection = '20s', max_ejection = 1.0 }";
    let all = asked_in_all("");
    assert!(asked_in_all(&format!("health = {{ {outlier} }}")) < all / 2);
    // nginx counts a status only if it is named.
    assert_eq!(asked_in_all("health = { passive = { max_fails = 3 } }"), all);
}

#[test]
fn somebody_has_to_repair_what_breaks() {
    let fault = "[fault.f]\nkind = 'crash'\nnode = 'app'\nmtbf = '9s'\nmttr = '1s'\ncrews = 0";
    let told = mistakes(&text("", fault));
    assert!(told.contains("`crews` is at least 1"), "{told}");
}
