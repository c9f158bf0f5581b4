//! Stores beside the servers: what a server looks up, what it pays for a value that is not there,
//! and what becomes of it when the store does not answer.

mod support;

use lindley::fact::CacheStatus::{self, Expired, Hit, Miss};
use lindley::graph::Graph;

/// Requests for `page` each `every`, whose work looks a value up in `store` before it asks a
/// database for it, which takes 10 ms; the way to the store and back takes 2 ms.
fn shop(every: &str, store: &str, lookup: &str) -> String {
    format!(
        "study = 'terminating'\nuntil = 'drained'\nduration = '2s'\nreplications = 1\n\
         [endpoint.page]\nwork = [{{ lookup = 'store', miss = [{{ call = 'db' }}]{lookup} }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '{every}' }}\n\
         mix = {{ page = 1 }}\n\
         [node.app]\nkind = 'server'\n\
         [node.store]\nkind = 'cache'\n{store}\n\
         [node.db]\nkind = 'database'\ncores = 9\nservice = '10ms'\n\
         [link.users.app]\n[link.app.db]\n[link.app.store]\nlatency = '1ms'\n"
    )
}

/// Latency in milliseconds and what the store said, of each request in the order in which they
/// were asked for.
fn said(graph: &Graph) -> Vec<(u64, Vec<CacheStatus>)> {
    let mut rows = support::run(graph).requests;
    rows.sort_by_key(|row| row.asked.started);
    assert!(rows.iter().all(|row| row.answer.is_success()));
    let of_row = |row: &lindley::observe::RequestRow| {
        let caches = row.caches.iter().map(|(_, status)| *status).collect();
        (row.end.since(row.asked.started).0 / 1_000_000, caches)
    };
    rows.iter().map(of_row).collect()
}

fn said_of(text: &str) -> Vec<(u64, Vec<CacheStatus>)> {
    said(&support::graph(text))
}

const ROOM: &str = "capacity = { objects = 100 }";

#[test]
fn a_value_is_paid_for_once_and_handed_over_to_the_store() {
    let said = said_of(&shop("100ms", ROOM, ""));
    // It is looked for (2 ms), asked for (10 ms) and handed over (2 ms); then it is found.
    assert_eq!(said[0], (14, vec![Miss]));
    assert!(said.len() > 10 && said[1..].iter().all(|it| *it == (2, vec![Hit])));
}

#[test]
fn who_comes_before_the_value_is_there_pays_for_it_too() {
    let said = said_of(&shop("5ms", ROOM, ""));
    // The value is there 13 ms after it was asked for, and each looks for it after 1 ms.
    let misses = said.iter().filter(|(_, caches)| caches[0] == Miss).count();
    assert_eq!(misses, 3, "those of 0, 5 and 10 ms after the first");
}

#[test]
fn a_value_lives_as_long_as_it_is_said_and_a_share_less_at_random() {
    let said = said_of(&shop("100ms", &format!("{ROOM}\nttl = '450ms'"), ""));
    let statuses: Vec<CacheStatus> = said.iter().map(|(_, caches)| caches[0]).take(7).collect();
    // Stored 13 ms after the first, and looked for 1 ms after each.
    assert_eq!(statuses, [Miss, Hit, Hit, Hit, Hit, Expired, Hit]);
    // From 100 to 200 ms, and looked for each 20 ms: 14 ms after it was looked for it is there.
    let jittered = said_of(&shop("20ms", &format!("{ROOM}\nttl = '200ms'\nttl_jitter = 0.5"), ""));
    let ends = (0..).zip(&jittered).filter(|(_, (_, caches))| caches[0] == Expired);
    let ends: Vec<u64> = ends.map(|(place, _)| place).collect();
    let lives: Vec<u64> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(lives.len() > 8 && lives.iter().all(|life| (6..=11).contains(life)), "{lives:?}");
    assert!(lives.iter().min() < lives.iter().max(), "{lives:?}");
}

#[test]
fn a_store_that_does_not_answer_is_one_that_does_not_have_it() {
    let fault = "[fault.x]\nnode = 'store'\nkind = 'crash'\nat = '550ms'\nfor = '500ms'\n";
    let said = said_of(&(shop("100ms", ROOM, "") + fault));
    let without = said.iter().filter(|(_, caches)| caches.is_empty()).count();
    assert_eq!(without, 5, "nothing is said of look-ups that nobody answers");
    assert!(said.iter().filter(|(_, it)| it.is_empty()).all(|(ms, _)| (12..=14).contains(ms)));
    let misses = said.iter().filter(|(_, caches)| caches.contains(&Miss)).count();
    assert_eq!(misses, 2, "what a store had is lost with its process");
    let hangs = shop("100ms", &format!("{ROOM}\ncores = 1\nservice = '1us'"), "")
        .replace("kind = 'server'", "kind = 'server'\ntimeout = { read = '20ms' }")
        + &fault.replace("crash", "hang");
    let slow = said_of(&hangs);
    let longest = slow.iter().map(|(ms, _)| *ms).max();
    assert_eq!(longest, Some(20 + 10 + 20), "both messages are waited for");
}

#[test]
fn a_store_that_hangs_answers_nothing_until_it_goes_on_whatever_a_look_up_costs() {
    let fault = "[fault.x]\nnode = 'store'\nkind = 'hang'\nat = '550ms'\nfor = '300ms'\n";
    let said = said_of(&(shop("100ms", &format!("{ROOM}\ncores = 1"), "") + fault));
    // Those of 600, 700 and 800 ms are there after 1 ms, and answered at 850 ms, 1 ms away.
    let slow: Vec<u64> = said.iter().map(|(ms, _)| *ms).filter(|ms| *ms > 14).collect();
    assert_eq!(slow, [251, 151, 51]);
    assert!(said[1..].iter().all(|(_, caches)| *caches == [Hit]), "{said:?}");
    let crash = fault.replace("fault.x", "fault.y").replace("hang", "crash").replace("550", "700");
    let text = shop("100ms", &format!("{ROOM}\ncores = 1"), "") + fault + &crash;
    let lost = said_of(&text).iter().filter(|(_, caches)| caches.is_empty()).count();
    assert!(lost >= 2, "what waited for a process that died has no answer: {lost}");
}

#[test]
fn what_is_forgotten_has_to_be_paid_for_again() {
    let text = shop("100ms", ROOM, "")
        .replace("mix = { page = 1 }", "mix = { page = 0.7, change = 0.3 }")
        .replace("[endpoint.page]", "[endpoint.page]\npath = '/page'")
        + "[endpoint.change]\npath = '/page'\nmethod = 'POST'\nwork = [{ forget = 'store' }]\n";
    let said = said_of(&text);
    let mut is_there = false;
    for (_, caches) in &said {
        match caches.first() {
            Some(status) => {
                assert_eq!(*status, if is_there { Hit } else { Miss });
                is_there = true;
            }
            None => is_there = false,
        }
    }
    let changes = said.iter().filter(|(_, caches)| caches.is_empty()).count();
    assert!((2..said.len() - 2).contains(&changes));
}

#[test]
fn values_are_told_apart_by_object_by_user_and_by_name() {
    let misses =
        |text: &str| said_of(text).iter().flat_map(|(_, it)| it).filter(|it| **it == Miss).count();
    let objects = shop("10ms", ROOM, "").replace(
        "[endpoint.page]",
        "[endpoint.page]\nobjects = { count = 5, popularity = 'uniform' }",
    );
    assert_eq!(misses(&objects), 5);
    let by_user = |by: &str| {
        shop("10ms", ROOM, by)
            .replace("arrivals = { interval = '10ms' }", "users = 3\nthink = '77ms'")
    };
    assert_eq!(misses(&by_user(", by = 'user'")), 3);
    let two = "work = [{ lookup = 'store', name = 'a', miss = [] }, { lookup = 'store', \
               name = 'b', miss = [] }, { lookup = 'store', name = 'a', miss = [] }]";
    let start = shop("10ms", ROOM, "");
    let (before, rest) = start.split_once("work = ").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    assert_eq!(misses(&format!("{before}{two}\n{after}")), 2);
}

#[test]
fn values_are_spread_over_replicas_and_one_that_dies_takes_its_share() {
    let text = shop("10ms", &format!("{ROOM}\nreplicas = 4"), "").replace(
        "[endpoint.page]",
        "[endpoint.page]\nobjects = { count = 40, popularity = 'loop' }",
    );
    let fault = "[fault.x]\nnode = 'store'\nreplica = 2\nkind = 'crash'\nat = '1s'\nfor = '1ms'\n";
    let misses = |text: &str| said_of(text).iter().filter(|(_, it)| it.contains(&Miss)).count();
    assert_eq!(misses(&text), 40);
    let flush = "[fault.x]\nnode = 'store'\nkind = 'cache-flush'\nat = '1s'\n";
    assert_eq!(misses(&(text.clone() + flush)), 80, "a flush takes all of them");
    let lost = misses(&(text.clone() + fault)) - 40;
    assert!((3..=20).contains(&lost), "a quarter of 40 values is lost, not {lost}");
}

#[test]
fn a_store_is_measured_as_a_cache_and_answers_no_user() {
    let graph = support::graph(&shop("100ms", ROOM, ""));
    let run = support::run(&graph);
    let store = graph.node("store");
    let place = lindley::metrics::AT_CACHE.iter().position(|it| it.name == "hit_ratio").unwrap();
    let of = |node| {
        let all = run.caches.iter().find(|it| it.node == node && it.endpoint.is_none());
        all.unwrap().values[place]
    };
    let requests = run.requests.len();
    #[allow(clippy::cast_precision_loss, reason = "few requests")]
    let expected = 1.0 - 1.0 / requests as f64;
    assert!((of(store) - expected).abs() < 1e-9);
    assert!(of(None).abs() < 1e-9, "the server answered all the same");
}

#[test]
fn a_value_costs_its_bytes_on_the_way_to_the_store_as_on_the_way_back() {
    // 10 kB over a line of 1 MB a second take 10 ms, and cost 1 for each GB.
    let line = "latency = '1ms'\nbandwidth = '1MB/s'\nprice = 1.0\n";
    let of = |store: &str| {
        let text = shop("100ms", &format!("{ROOM}\n{store}"), "")
            .replace("latency = '1ms'\n", line)
            .replace("[node.users]", "response = { size = '10kB' }\n[node.users]");
        let graph = support::graph(&text);
        let said = said(&graph);
        let cost = support::reading(&support::run(&graph), "cost_per_hour");
        (said.iter().map(|(ms, _)| *ms).collect::<Vec<u64>>(), cost)
    };
    let (found, expired) = (of(""), of("ttl = '0s'"));
    assert_eq!((found.0[0], found.0[1]), (24, 12));
    assert!(expired.0.iter().all(|ms| *ms == 24), "{:?}", expired.0);
    // Each value crosses the line once, if it is found or handed over.
    assert!((found.1 / expired.1 - 1.0).abs() < 0.01, "{} {}", found.1, expired.1);
}

#[test]
fn a_value_about_a_user_is_about_the_session_of_a_trace_and_never_found_by_who_is_nobody() {
    let text = shop("100ms", ROOM, ", by = 'user'");
    assert!(said_of(&text).iter().all(|(_, caches)| *caches == [Miss]));
    let text = text.replace("{ interval = '100ms' }", "{ trace = 't.csv' }");
    let rows = "arrival_ms,session\n0,ann\n100,bob\n200,ann\n300,\n400,\n500,bob\n";
    let said = said(&support::graph_with(&text, &[("t.csv", rows)]));
    let statuses: Vec<CacheStatus> = said.iter().map(|(_, caches)| caches[0]).collect();
    assert_eq!(statuses, [Miss, Miss, Hit, Miss, Miss, Hit]);
}
