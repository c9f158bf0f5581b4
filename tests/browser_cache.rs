//! Caches of browsers at work: whose they are, what they keep, and when they ask.

mod support;

use lindley::fact::CacheStatus::{self, Expired, Hit, Miss, Revalidated, Stale, Updating};
use lindley::graph::Graph;

/// People of the client `who`, who ask a server that takes 100 ms, with `answer` for an endpoint.
fn people(who: &str, answer: &str, duration: &str) -> String {
    format!(
        "study = 'terminating'\nuntil = 'drained'\nduration = '{duration}'\nreplications = 1\n\
         [endpoint.page]\n{answer}\nwork = [{{ wait = '100ms' }}]\n\
         [node.app]\nkind = 'server'\ncores = 8\n[link.people.app]\n\
         [node.people]\nkind = 'client'\n{who}\n"
    )
}

/// `users` who ask, think for 900 ms, and ask again.
fn users(users: u32, answer: &str, duration: &str) -> String {
    let who = format!(
        "users = {users}\nthink = '900ms'\nmix = {{ page = 1 }}\n\
         browser = {{ cache = {{ capacity = '1MiB' }} }}"
    );
    people(&who, answer, duration)
}

/// What was said of each request, in the order in which they were asked for: its latency in
/// milliseconds, and what the caches did.
fn said(graph: &Graph) -> Vec<(u64, Vec<CacheStatus>)> {
    let mut rows = support::run(graph).requests;
    rows.sort_by_key(|row| row.asked.started);
    let of_row = |row: &lindley::observe::RequestRow| {
        let caches = row.caches.iter().map(|(_, status)| *status).collect();
        (row.end.since(row.asked.started).0 / 1_000_000, caches)
    };
    rows.iter().map(of_row).collect()
}

fn count(said: &[(u64, Vec<CacheStatus>)], status: CacheStatus) -> usize {
    said.iter().filter(|(_, caches)| caches.contains(&status)).count()
}

const MINUTE: &str = "response = { cache_control = 'max-age=60' }";

#[test]
fn everybody_fetches_once_and_has_it_at_hand_from_then_on() {
    let said = said(&support::graph(&users(3, MINUTE, "10s")));
    assert_eq!((count(&said, Miss), count(&said, Hit)), (3, said.len() - 3));
    // After the first answer, at 1.0 s, there is one request each 900 ms.
    assert_eq!(said.len(), 3 * (1 + 9));
    assert!(said.iter().all(|(ms, caches)| *ms == if caches[0] == Miss { 100 } else { 0 }));
}

#[test]
fn reading_takes_the_time_that_is_stated() {
    let text = users(1, MINUTE, "5s").replace("'1MiB'", "'1MiB', hit = '7ms'");
    let said = said(&support::graph(&text));
    assert!(said.len() > 3 && said[1..].iter().all(|(ms, _)| *ms == 7));
}

#[test]
fn what_is_private_is_kept_and_what_must_not_be_stored_is_not() {
    for (control, hits) in [("private, max-age=60", true), ("no-store", false), ("", false)] {
        let answer = format!("response = {{ cache_control = '{control}' }}");
        let said = said(&support::graph(&users(1, &answer, "5s")));
        assert_eq!(count(&said, Hit) > 0, hits, "{control}");
    }
}

#[test]
fn what_has_expired_is_asked_about_and_read_if_it_is_still_right() {
    let answer = "response = { size = '10KiB', cache_control = 'max-age=2', etag = '\"v1\"' }";
    let graph = support::graph(&users(1, answer, "7s"));
    let said = said(&graph);
    let first: Vec<CacheStatus> = said.iter().map(|(_, caches)| caches[0]).take(7).collect();
    // Asked for at 0.9, 1.9, 2.8 and 3.7 s: the answer came at 1.0 s and is fresh until 3.0 s.
    assert_eq!(first, [Miss, Hit, Hit, Revalidated, Hit, Hit, Revalidated]);
    let rows = support::run(&graph).requests;
    assert!(rows.iter().all(|row| row.answer.status == 200), "a person sees no 304");
    let without = said_of("response = { size = '10KiB', cache_control = 'max-age=2' }", "7s");
    assert_eq!(without[3].1, [Expired], "there is nothing to ask with");
}

fn said_of(answer: &str, duration: &str) -> Vec<(u64, Vec<CacheStatus>)> {
    said(&support::graph(&users(1, answer, duration)))
}

#[test]
fn what_may_be_given_while_it_is_fetched_anew_costs_nobody_the_wait() {
    let answer = "response = { cache_control = 'max-age=1, stale-while-revalidate=9' }";
    let said = said_of(answer, "6s");
    // The answer of 1.0 s is fresh until 2.0 s. A refresh that begins at 2.8 s is there at 2.9 s.
    let caches: Vec<CacheStatus> = said.iter().map(|(_, caches)| caches[0]).take(5).collect();
    assert_eq!(caches, [Miss, Hit, Stale, Hit, Stale]);
    assert!(said[1..].iter().all(|(ms, _)| *ms == 0));
    let text = users(1, answer, "6s").replace("'900ms'", "'30ms'");
    let often = said_with(&text);
    assert!(count(&often, Updating) > 2 * count(&often, Stale), "one refresh at a time");
}

fn said_with(text: &str) -> Vec<(u64, Vec<CacheStatus>)> {
    said(&support::graph(text))
}

/// Visitors each 500 ms who look at two pages.
fn visitors(visit: &str, cache: &str) -> String {
    let who = format!(
        "arrivals = {{ visits = {{ interval = '500ms' }}, visit = 'v' }}\n\
         browser = {{ cache = {{ {cache} }} }}\n\
         [page.p]\nendpoint = 'page'\n\
         [visit.v]\npages = {{ p = 1 }}\nlength = 2\nthink = '100ms'\n{visit}"
    );
    people(&who, MINUTE, "5s")
}

#[test]
fn what_a_visitor_has_is_gone_with_the_visit_unless_people_come_again() {
    let gone = said_with(&visitors("", ""));
    assert_eq!(count(&gone, Miss), gone.len() / 2);
    let nobody_is_remembered = said_with(&visitors("people = 1", ""));
    assert_eq!(count(&nobody_is_remembered, Miss), gone.len() / 2);
    let remembered = said_with(&visitors("people = 1", "remember = 1"));
    assert_eq!((count(&remembered, Miss), remembered.len()), (1, gone.len()));
    let of_several = said_with(&visitors("people = 3", "remember = 1"));
    assert!((2..gone.len() / 2).contains(&count(&of_several, Miss)));
}

#[test]
fn those_who_are_many_have_room_for_what_each_keeps_alone() {
    let text = users(2, MINUTE, "9s")
        .replace("'1MiB'", "{ objects = 1 }")
        .replace("mix = { page = 1 }", "mix = { page = 1, other = 1 }\n")
        + "[endpoint.other]\npath = '/other'\nresponse = { cache_control = 'max-age=60' }\n";
    let mut rows = support::run(&support::graph(&text)).requests;
    rows.sort_by_key(|row| (row.asked.user, row.asked.started));
    let asked = |row: &lindley::observe::RequestRow| (row.asked.user, row.asked.endpoint);
    let changes = 1 + rows.windows(2).filter(|pair| asked(&pair[0]) != asked(&pair[1])).count();
    let small = said_with(&text);
    let large = said_with(&text.replace("objects = 1", "objects = 2"));
    assert_eq!(count(&large, Miss), 4);
    // With room for one, whoever asks for the other has to fetch it.
    assert_eq!(count(&small, Miss), changes);
}

#[test]
fn a_change_drops_what_is_stored_of_its_address() {
    let text = users(1, MINUTE, "30s").replace("{ page = 1 }", "{ page = 1, change = 1 }")
        + "[endpoint.change]\nmethod = 'POST'\npath = '/page'\n";
    let text = text.replace("[endpoint.page]", "[endpoint.page]\npath = '/page'");
    let mut rows = support::run(&support::graph(&text)).requests;
    rows.sort_by_key(|row| row.asked.started);
    let mut is_there = false;
    for row in &rows {
        match row.caches.first() {
            Some((_, status)) => {
                assert_eq!(*status, if is_there { Hit } else { Miss });
                is_there = true;
            }
            None => is_there = false,
        }
    }
    let changes = rows.iter().filter(|row| row.caches.is_empty()).count();
    assert!(changes > 5 && rows.len() - changes > 5);
}

#[test]
fn behind_the_browser_the_caches_of_proxies_are_asked() {
    let text = users(2, MINUTE, "5s").replace("[link.people.app]", "[link.people.edge]")
        + "[node.edge]\nkind = 'reverse-proxy'\ncache = { capacity = '1MiB' }\n[link.edge.app]\n";
    // The second user asks after the first has the answer.
    let text = text.replace("users = 2\nthink = '900ms'", "users = 2\nthink = { exp = '900ms' }");
    let said = said_with(&text);
    assert_eq!(said[0].1, [Miss, Miss]);
    let second: Vec<_> = said.iter().filter(|(_, caches)| caches.len() == 2).collect();
    assert_eq!(second.len(), 2);
    assert!(
        said.iter().filter(|(_, caches)| caches[0] == Hit).all(|(_, caches)| caches.len() == 1)
    );
}

/// The same asked through a proxy with this cache.
fn behind(text: &str, cache: &str) -> String {
    text.replace("[link.people.app]", "[link.people.edge]")
        + &format!("[node.edge]\nkind = 'reverse-proxy'\n{cache}\n[link.edge.app]\n")
}

#[test]
fn a_browser_knows_what_is_still_right_whatever_a_cache_on_the_way_does_not_store() {
    let answer = |control: &str, more: &str| {
        let head = format!("cache_control = '{control}', etag = '\"v\"', size = '10KiB'");
        users(1, &format!("response = {{ {head}{more} }}"), "9s")
    };
    let with = |text: &str, header: &str| {
        text.replace("[endpoint.page]", &format!("[endpoint.page]\nheaders = {{ {header} }}"))
    };
    let plain = answer("max-age=2", "");
    for (text, cache) in [
        (answer("private, max-age=2", ""), "capacity = '1MiB'"),
        (answer("private, max-age=2, stale-while-revalidate=1", ""), "capacity = '1MiB'"),
        (answer("no-cache", ""), "capacity = '1MiB', profile = 'nginx'"),
        (answer("no-cache", ""), "capacity = '1MiB', profile = 'varnish'"),
        (with(&plain, "authorization = 'x'"), "capacity = '1MiB'"),
        (with(&plain, "authorization = 'x'"), "capacity = '1MiB', profile = 'varnish'"),
        (with(&plain, "x-a = '1'"), "capacity = '1MiB', bypass = ['x-a']"),
        (answer("max-age=2", ", set_cookie = 'a=1'"), "capacity = '1MiB', profile = 'nginx'"),
        (plain.clone(), "capacity = '1MiB', min_uses = 100"),
        (plain.clone(), "capacity = '1KiB'"),
    ] {
        let rows_of = |cache: &str| {
            let mut rows = support::run(&support::graph(&behind(&text, cache))).requests;
            rows.sort_by_key(|row| row.asked.started);
            assert!(rows.iter().all(|row| row.answer.status == 200), "a person sees no 304");
            rows.iter().map(|row| (row.asked.started, row.caches[0].1)).collect::<Vec<_>>()
        };
        let said = rows_of(&format!("cache = {{ {cache} }}"));
        assert_eq!(said, rows_of(""), "{cache}: {text}");
        let fetched = said.iter().filter(|(_, status)| matches!(status, Miss | Expired)).count();
        assert_eq!(fetched, 1, "{cache}: {text}");
    }
}

#[test]
fn a_change_drops_what_a_browser_has_behind_a_cache_as_well() {
    let text = users(1, MINUTE, "30s").replace("{ page = 1 }", "{ page = 1, change = 1 }")
        + "[endpoint.change]\nmethod = 'POST'\npath = '/page'\n";
    let text = text.replace("[endpoint.page]", "[endpoint.page]\npath = '/page'");
    let misses = |cache: &str| count(&said_with(&behind(&text, cache)), Miss);
    assert!(misses("") > 2);
    assert_eq!(misses("cache = { capacity = '1MiB' }"), misses(""));
}

#[test]
fn sessions_of_a_trace_are_people() {
    let rows = "arrival_s,session\n0,a\n1,a\n2,b\n3,b\n4,a\n";
    let who = "arrivals = { trace = 't.csv' }\nmix = { page = 1 }\nbrowser = { cache = {} }";
    let graph = support::graph_with(&people(who, MINUTE, "9s"), &[("t.csv", rows)]);
    let caches: Vec<CacheStatus> = said(&graph).iter().map(|(_, caches)| caches[0]).collect();
    assert_eq!(caches, [Miss, Hit, Miss, Hit, Hit]);
}

#[test]
fn what_is_loaded_anew_is_kept_as_well() {
    let rows = "arrival_s,session,header:cache-control\n0,a,no-cache\n1,a,\n2,a,no-cache\n3,a,\n";
    let who = "arrivals = { trace = 't.csv' }\nmix = { page = 1 }\nbrowser = { cache = {} }";
    let answer = "response = { cache_control = 'max-age=2' }";
    let graph = support::graph_with(&people(who, answer, "9s"), &[("t.csv", rows)]);
    let caches: Vec<CacheStatus> = said(&graph).iter().map(|(_, caches)| caches[0]).collect();
    assert_eq!(caches, [Miss, Hit, Miss, Hit], "at 3 s only the answer of 2.1 s is fresh");
}

#[test]
fn what_a_browser_fetches_beside_a_request_gives_nobody_its_bytes_a_second_time() {
    let control = "max-age=0, stale-while-revalidate=1000";
    let answer =
        format!("response = {{ size = '10KiB', cache_control = '{control}', etag = '\"v\"' }}");
    let graph = support::graph(&users(1, &answer, "20s"));
    let run = support::run(&graph);
    let here = support::at_cache(&graph, &run, "people", "bytes_saved");
    let all = support::reading(&run, "bytes_saved");
    assert!(all > 9_000.0 && (here - all).abs() < 1e-6, "{here} {all}");
}

#[test]
fn an_answer_that_comes_late_is_none_that_its_look_came_to() {
    // Each answer takes 100 ms, and is there when its second attempt has been given up as well.
    let answer = "response = { size = '10KiB', cache_control = 'no-cache', etag = '\"v\"' }";
    let impatient = "read = '40ms' }\nretry = { attempts = 2, backoff = '10ms' }";
    let text = users(3, answer, "20s") + &format!("timeout = {{ {impatient}\n");
    let graph = support::graph(&text);
    let run = support::run(&graph);
    assert!(support::at_cache(&graph, &run, "people", "revalidated_ratio").abs() < 1e-12);
    let patient = support::graph(&text.replace("40ms", "140ms"));
    let run = support::run(&patient);
    let share = support::at_cache(&patient, &run, "people", "revalidated_ratio");
    assert!((0.8..=1.0).contains(&share), "{share}");
}
