//! Caches of HTTP at work: who fetches, who waits, what is given again, and for how long.

mod support;

use lindley::fact::CacheStatus::{
    self, Collapsed, Expired, Hit, Miss, Pass, Revalidated, Stale, Unanswerable,
};
use lindley::graph::Graph;
use lindley::metrics::at_node;
use lindley::outcome::Reason;

/// So many requests a second for one page, through caches in a row before a server that takes
/// 100 ms; `answer` is of the endpoint.
fn tiers(every: &str, duration: &str, caches: &[&str], answer: &str) -> String {
    let mut text = format!(
        "study = 'terminating'\nuntil = 'drained'\nduration = '{duration}'\nreplications = 1\n\
         [endpoint.page]\n{answer}\nwork = [{{ wait = '100ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '{every}' }}\n\
         mix = {{ page = 1 }}\n\
         [node.app]\nkind = 'server'\ncores = 8\n"
    );
    let mut before = "users".to_owned();
    for (number, cache) in caches.iter().enumerate() {
        text += &format!(
            "[node.cache{number}]\nkind = 'reverse-proxy'\n[node.cache{number}.cache]\n\
             capacity = '1MiB'\n{cache}\n[link.{before}.cache{number}]\n"
        );
        before = format!("cache{number}");
    }
    text + &format!("[link.{before}.app]\n")
}

/// What the caches did with each request, in the order in which they were asked for.
fn said(graph: &Graph) -> Vec<Vec<CacheStatus>> {
    let mut rows = support::run(graph).requests;
    rows.sort_by_key(|row| row.asked.started);
    rows.iter().map(|row| row.caches.iter().map(|(_, status)| *status).collect()).collect()
}

fn said_by_one(text: &str) -> Vec<CacheStatus> {
    said(&support::graph(text)).into_iter().flatten().collect()
}

fn count(said: &[CacheStatus], status: CacheStatus) -> usize {
    said.iter().filter(|other| **other == status).count()
}

const MINUTE: &str = "response = { cache_control = 'max-age=60' }";

#[test]
fn without_a_lock_all_fetch_until_the_first_answer_is_there() {
    let said = said_by_one(&tiers("10ms", "1s", &[""], MINUTE));
    // Requests come at 10, 20, ... ms; the answer to the first is there at 110 ms.
    assert_eq!((count(&said, Miss), count(&said, Hit)), (10, said.len() - 10));
}

#[test]
fn with_a_lock_one_fetches_and_those_who_wait_get_the_same() {
    let text = tiers("10ms", "1s", &["lock = true"], MINUTE);
    let said = said_by_one(&text);
    assert_eq!((count(&said, Miss), count(&said, Collapsed)), (1, 9));
    let ended = support::requests(&support::graph(&text));
    assert!(ended.iter().take(10).all(|it| it.end == 110_000_000), "all have it at once");
}

#[test]
fn nginx_lets_those_who_wait_look_again_every_half_second() {
    let text = tiers("10ms", "300ms", &["lock = true\nprofile = 'nginx'"], MINUTE);
    let ended = support::requests(&support::graph(&text));
    let mut millis = support::latencies(&ended);
    millis.sort_unstable();
    assert_eq!(millis.iter().filter(|it| **it == 500).count(), 9);
    assert!(millis.iter().all(|it| matches!(it, 0 | 100 | 500)), "{millis:?}");
}

#[test]
fn those_who_wait_for_what_is_not_stored_then_fetch_for_themselves() {
    let answer = "response = { cache_control = 'no-store' }";
    let said = said_by_one(&tiers("10ms", "300ms", &["lock = true"], answer));
    assert_eq!(count(&said, Miss), said.len());
}

#[test]
fn those_who_wait_for_what_may_not_be_shared_ask_side_by_side() {
    let answer = |control: &str, header: &str| {
        format!("response = {{ cache_control = '{control}', etag = '\"v\"' }}\n{header}")
    };
    let asks = "headers = { cache-control = 'max-age=0' }";
    let answers = [answer("no-cache", ""), answer("max-age=0", ""), answer("max-age=60", asks)];
    for (cache, most) in [("lock = true", 200), ("lock = true\nprofile = 'squid'", 100)] {
        for answer in &answers {
            let text = tiers("10ms", "2s", &[cache], answer);
            let millis = support::latencies(&support::requests(&support::graph(&text)));
            assert!(millis.iter().all(|it| *it <= most), "{cache}, {answer}: {millis:?}");
        }
    }
    // What is known to be for one alone is not waited for at all.
    let text = tiers("10ms", "2s", &["lock = true"], &answers[0]);
    let millis = support::latencies(&support::requests(&support::graph(&text)));
    assert_eq!(millis.iter().filter(|it| **it != 100).count(), 9, "who waits for the first");
    let squid = said_by_one(&tiers("10ms", "2s", &["lock = true\nprofile = 'squid'"], &answers[0]));
    assert!(count(&squid, Collapsed) > squid.len() * 4 / 5, "{squid:?}");
}

#[test]
fn a_lock_with_a_time_is_left_when_that_is_over_and_not_before_the_answer_is_there() {
    let longest = |timeout: &str| {
        let cache = format!("lock = {{ timeout = '{timeout}' }}");
        let ended = support::requests(&support::graph(&tiers("10ms", "60ms", &[&cache], MINUTE)));
        support::latencies(&ended).into_iter().max()
    };
    assert_eq!(longest("20ms"), Some(120), "20 ms of waiting and a fetch");
    assert_eq!(longest("10s"), Some(100), "the first waits for its own fetch, the others less");
}

#[test]
fn expired_answers_are_given_while_one_request_fetches_anew() {
    let answer = "response = { cache_control = 'max-age=1, stale-while-revalidate=5' }";
    let text = tiers("250ms", "10s", &[""], answer);
    let said = said_by_one(&text);
    assert_eq!(count(&said, Miss) + count(&said, Expired), 1, "{said:?}");
    assert!(count(&said, Stale) >= 6, "{said:?}");
    let ended = support::requests(&support::graph(&text));
    assert_eq!(support::latencies(&ended).into_iter().filter(|it| *it > 0).count(), 1);
}

#[test]
fn what_is_still_right_costs_a_head_alone() {
    let answer = "response = { size = '500KiB', cache_control = 'max-age=1', etag = '\"a\"' }";
    let graph = support::graph(&tiers("400ms", "10s", &[""], answer));
    let said: Vec<CacheStatus> = said(&graph).into_iter().flatten().collect();
    assert_eq!(count(&said, Miss), 1);
    assert!(count(&said, Revalidated) > 5 && count(&said, Expired) == 0, "{said:?}");
    let run = support::run(&graph);
    assert!(support::reading(&run, "byte_hit_ratio") > 0.5);
}

#[test]
fn the_next_cache_knows_how_old_an_answer_is_unless_the_one_before_it_hides_that() {
    // At 9 s the far cache gives the near one what it has had since the first second.
    let near = |far: &str| {
        let text = tiers("9s", "20s", &["", far], "response = { cache_control = 'max-age=10' }")
            + "[node.others]\nkind = 'client'\narrivals = { interval = '1s' }\n\
               mix = { page = 1 }\n[link.others.cache1]\n";
        let graph = support::graph(&text);
        let users = graph.node("users").expect("users");
        let mut rows = support::run(&graph).requests;
        rows.sort_by_key(|row| row.asked.started);
        let of_users = rows.iter().filter(|row| row.asked.client == users);
        of_users.map(|row| row.caches[0].1).collect::<Vec<_>>()
    };
    assert_eq!(near(""), [Miss, Expired]);
    assert_eq!(near("profile = 'nginx'"), [Miss, Hit]);
}

#[test]
fn an_error_is_covered_up_where_the_cache_is_told_to() {
    let answer = "response = { cache_control = 'max-age=1' }\n\
                  answers = [{ from = 2, status = 503, headers = {} }]";
    let with = said_by_one(&tiers("700ms", "10s", &["use_stale = ['http_503']"], answer));
    let without = said_by_one(&tiers("700ms", "10s", &[""], answer));
    assert!(count(&with, Stale) > 8 && count(&with, Expired) == 0, "{with:?}");
    assert!(count(&without, Stale) == 0 && count(&without, Expired) > 8, "{without:?}");
}

#[test]
fn an_origin_that_says_nothing_is_an_error_of_the_proxy() {
    let answer = "answers = [{ from = 1, closed = true }]";
    let ended = support::requests(&support::graph(&tiers("1s", "3s", &[""], answer)));
    assert!(ended.iter().all(|it| it.answer >> 8 == 502), "{ended:?}");
}

#[test]
fn only_what_is_asked_for_often_enough_is_stored() {
    let said = said_by_one(&tiers("1s", "6s", &["min_uses = 3"], MINUTE));
    assert_eq!(said[..4], [Miss, Miss, Miss, Hit]);
}

#[test]
fn who_wants_what_is_stored_only_gets_that_or_a_504() {
    let answer = "headers = { cache-control = 'only-if-cached' }\n\
                  response = { cache_control = 'max-age=60' }";
    let text = tiers("1s", "3s", &[""], answer);
    assert!(said_by_one(&text).iter().all(|it| *it == Unanswerable));
    let ended = support::requests(&support::graph(&text));
    assert!(ended.iter().all(|it| it.answer >> 8 == 504));
}

#[test]
fn varnish_lets_what_is_not_worth_waiting_for_pass_side_by_side() {
    let answer = "response = { cache_control = 'no-cache' }";
    let text = tiers("10ms", "500ms", &["profile = 'varnish'"], answer);
    let said = said_by_one(&text);
    assert_eq!(count(&said, Pass), said.len());
    let ended = support::requests(&support::graph(&text));
    let longest = support::latencies(&ended).into_iter().max();
    assert!(longest <= Some(200), "{longest:?}: they wait for the first only");
}

#[test]
fn jittered_lifetimes_end_one_by_one() {
    let answer = "path = '/{object}'\nobjects = { count = 50 }\n\
                  response = { cache_control = 'max-age=10' }";
    // The most fetches within a second, long after the first ones.
    let peak = |cache: &str| {
        let graph = support::graph(&tiers("1ms", "60s", &[cache], answer));
        let mut seconds = [0_u32; 62];
        for row in &support::run(&graph).requests {
            if row.caches.iter().any(|(_, status)| !status.is_answered()) {
                seconds[usize::try_from(row.asked.started.0 / 1_000_000_000).expect("60 s")] += 1;
            }
        }
        seconds[31..].iter().copied().max()
    };
    let (plain, jittered) = (peak("lock = true"), peak("lock = true\nttl_jitter = 0.5"));
    assert!(jittered < plain, "{jittered:?} of {plain:?}");
}

#[test]
fn a_crash_empties_the_cache() {
    let text = tiers("1s", "10s", &[""], MINUTE)
        + "[fault.f]\nnode = 'cache0'\nkind = 'crash'\nat = '4.5s'\nfor = '0.2s'\n";
    let said = said_by_one(&text);
    assert_eq!(count(&said, Miss), 2, "{said:?}");
}

#[test]
fn a_flush_empties_the_cache_and_nothing_else() {
    let flushed = |lock: &str, at: &str| {
        let text = tiers("1s", "10s", &[lock], MINUTE)
            + &format!("[fault.f]\nnode = 'cache0'\nkind = 'cache-flush'\nat = '{at}'\n");
        let ended = support::requests(&support::graph(&text));
        assert!(ended.iter().all(|it| it.failure().is_none()), "{ended:?}");
        count(&said_by_one(&text), Miss)
    };
    assert_eq!(flushed("", "4.5s"), 2);
    // What is being fetched meanwhile is stored all the same.
    assert_eq!(flushed("lock = true", "1.02s"), 1);
    assert_eq!(flushed("", "0.5s"), 1);
}

#[test]
fn a_fetch_that_nobody_wants_any_more_lets_those_who_wait_fetch() {
    // Somebody asks at 20 ms and goes at 70 ms; another one asks at 30 ms and stays.
    let text = tiers("30ms", "35ms", &["lock = true"], MINUTE)
        + "[node.hasty]\nkind = 'client'\narrivals = { interval = '20ms' }\nmix = { page = 1 }\n\
           timeout = { total = '50ms', late = 'cancel' }\n[link.hasty.cache0]\n";
    let mut ended = support::requests(&support::graph(&text));
    ended.sort_by_key(|it| it.started);
    assert_eq!(support::latencies(&ended), [50, 140]);
    assert_eq!(support::failures(&ended), [Some(Reason::Timeout), None]);
}

#[test]
fn an_answer_that_is_late_is_covered_up_where_the_cache_is_told_to() {
    let slow = |cache: &str| {
        let answer = "response = { cache_control = 'max-age=1' }";
        let text = tiers("700ms", "5s", &[cache], answer).replace(
            "kind = 'reverse-proxy'\n",
            "kind = 'reverse-proxy'\ntimeout = { read = '150ms' }\n",
        ) + "[fault.f]\nnode = 'app'\nkind = 'hang'\nat = '1s'\nfor = '60s'\n";
        support::requests(&support::graph(&text))
    };
    let with = slow("use_stale = ['timeout']");
    assert!(with.iter().all(|it| it.failure().is_none()), "{with:?}");
    assert!(with.iter().any(|it| it.millis() == 150), "{with:?}");
    let without = slow("");
    assert!(without.iter().any(|it| it.failure() == Some(Reason::ReadTimeout)), "{without:?}");
}

#[test]
fn what_a_cache_fetches_beside_a_request_outlives_it_and_adds_up() {
    let answer = "response = { cache_control = 'max-age=1, stale-while-revalidate=60' }";
    for late in ["abandon", "cancel", "drop"] {
        let text = tiers("70ms", "20s", &["", "grace = '1s'"], answer).replace(
            "mix = { page = 1 }",
            &format!("mix = {{ page = 1 }}\ntimeout = {{ total = '30ms', late = '{late}' }}"),
        );
        let run = support::run(&support::graph(&text));
        assert!(run.halt.is_none() && run.requests.len() > 200);
    }
    let text = tiers("70ms", "20s", &[""], answer)
        + "[fault.f]\nnode = 'cache0'\nkind = 'crash'\nat = '5.1s'\nfor = '1s'\n\
           [fault.g]\nnode = 'app'\nkind = 'hang'\nat = '8s'\nfor = '3s'\n";
    let text = text.replace("[link.cache0.app]\n", "[link.cache0.app]\nlatency = '1ms'\n");
    let run = support::run(&support::graph(&text));
    assert!(run.halt.is_none() && run.requests.len() > 200);
}

#[test]
fn who_found_nothing_gets_the_error_though_another_one_got_an_answer_meanwhile() {
    let answer = "response = { cache_control = 'max-age=60' }\n\
                  answers = [{ from = 2, status = 503, headers = {} }]";
    let said = said_by_one(&tiers("30ms", "100ms", &["use_stale = ['http_503']"], answer));
    assert_eq!(said, [Miss, Miss, Miss]);
}

/// Visitors who prove who they are, through a cache before the server and the log-in.
const PEOPLE: &str = "study = 'terminating'
duration = '60s'
[auth]
at = 'app'
issuer = 'idp'
login = 'login'
scheme = 'jwt'
[auth.session]
keep = 'local'
[endpoint.page]
path = '/p'
response = { cache_control = 'max-age=600' }
work = [{ cpu = '5ms' }]
[endpoint.login]
path = '/login'
[page.a]
endpoint = 'page'
[visit.v]
pages = { a = 1 }
length = 10
think = '1s'
[node.people]
kind = 'client'
arrivals = { visits = { poisson = '3/s' }, visit = 'v' }
[node.edge]
kind = 'reverse-proxy'
routes = [{ path = '/login', to = 'idp' }, { to = 'app' }]
cache = { capacity = { objects = 100 }, default_ttl = { any = '10min' } }
[node.app]
kind = 'server'
cores = 2
[node.idp]
kind = 'auth-server'
cores = 2
[link.people.edge]
[link.edge.app]
[link.edge.idp]
[variant.token]
[variant.token-in-cookie.auth.jwt]
storage = 'cookie'
[variant.session.auth]
scheme = 'session'
[variant.session-at-varnish]
auth.scheme = 'session'
node.edge.cache.profile = 'varnish'
[variant.public.endpoint.page]
response = { cache_control = 'public, max-age=600' }
[variant.open.endpoint.page]
auth = false
";

#[test]
fn a_shared_cache_gives_nobody_what_another_one_got_with_a_token() {
    // RFC 9111, section 3.5: `Authorization` forbids it unless the answer allows it; a cookie does
    // not, except to Varnish, which lets everything with cookies pass.
    for (variant, expected) in [
        ("token", false),
        ("token-in-cookie", true),
        ("session", true),
        ("session-at-varnish", false),
        ("public", true),
        ("open", true),
    ] {
        let run = support::run(&support::graph_of(PEOPLE, variant));
        let pages = run.requests.iter().filter(|row| row.asked.endpoint.0 == 1);
        let hits = |status| matches!(status, &(_, Hit));
        let hits = pages.filter(|row| row.caches.iter().any(hits)).count();
        let is_shared = if hits == 0 { Some(false) } else { (hits > 100).then_some(true) };
        assert_eq!(is_shared, Some(expected), "{variant}: {hits}");
    }
}

#[test]
fn no_cache_lets_anybody_in_with_the_log_in_of_another() {
    let run = support::run(&support::graph_of(PEOPLE, "session"));
    let log_ins = run.requests.iter().filter(|row| row.asked.endpoint.0 == 0);
    let (count, cached) = log_ins.fold((0, 0), |(count, cached), row| {
        let is_hit = row.caches.iter().any(|(_, status)| *status == Hit);
        (count + 1, cached + usize::from(is_hit))
    });
    assert!(count > 100 && cached == 0, "{cached} of {count}");
}

#[test]
fn a_change_takes_all_variants_of_what_was_changed() {
    let answer = "response = { cache_control = 'max-age=600', vary = 'x-a' }\n\
                  path = '/page'\nheaders = { x-a = '1' }";
    let text = tiers("1s", "9.5s", &[""], answer)
        + "[endpoint.other]\npath = '/page'\nheaders = { x-a = '2' }\n\
           response = { cache_control = 'max-age=600', vary = 'x-a' }\n\
           [endpoint.change]\nmethod = 'POST'\npath = '/page'\nheaders = { x-a = '3' }\n\
           [node.others]\nkind = 'client'\narrivals = { interval = '1s' }\nmix = { other = 1 }\n\
           [link.others.cache0]\n\
           [node.editor]\nkind = 'client'\narrivals = { interval = '5.5s' }\n\
           mix = { change = 1 }\n[link.editor.cache0]\n";
    let said = said_by_one(&text);
    // One of each at 1 s, and again at 6 s.
    assert_eq!((count(&said, Miss), count(&said, Hit)), (4, 14), "{said:?}");
}

#[test]
fn a_change_that_fails_leaves_what_is_stored() {
    let misses = |fails: &str| {
        let change = format!(
            "[endpoint.change]\nmethod = 'POST'\npath = '/page'\n\
             work = [{{ fail = {fails}, status = 500 }}]\n\
             [node.editor]\nkind = 'client'\narrivals = {{ interval = '5.5s' }}\n\
             mix = {{ change = 1 }}\n[link.editor.cache0]\n"
        );
        let answer = format!("{MINUTE}\npath = '/page'");
        count(&said_by_one(&(tiers("1s", "9.5s", &[""], &answer) + &change)), Miss)
    };
    assert_eq!((misses("0.0"), misses("1.0")), (2, 1));
}

#[test]
fn what_a_cache_gives_because_its_origin_failed_is_a_hit_there_as_end_to_end() {
    let text = "duration = '100s'\n[endpoint.page]\npath = '/p'\nwork = []\n\
                response = { cache_control = 'max-age=2, stale-if-error=1000' }\n\
                [node.users]\nkind = 'client'\narrivals = { interval = '100ms' }\n\
                mix = { page = 1 }\n\
                [node.edge]\nkind = 'reverse-proxy'\ncache = { capacity = { objects = 9 } }\n\
                [node.app]\nkind = 'server'\n[link.users.edge]\n[link.edge.app]\n\
                [fault.gone]\nkind = 'crash'\nnode = 'app'\nat = '10s'\nfor = '80s'\n";
    let graph = support::graph(text);
    let run = support::run(&graph);
    let edge = graph.node("edge").expect("a node");
    let place = at_node().position(|it| it.name == "hit_ratio").expect("a metric");
    let here = run.nodes.iter().find(|it| it.node == edge).expect("it is read").values[place];
    let everywhere = support::reading(&run, "hit_ratio");
    assert!((here - everywhere).abs() < 1e-9, "{here} {everywhere}");
    assert!(here > 0.98, "{here}");
}

#[test]
fn what_is_fetched_beside_a_request_gives_nobody_its_bytes_a_second_time() {
    // At 1 s one is fetched, and from then on each request is given what is stored of 10 KiB, while
    // the origin is asked about it, or is not there.
    let saved = |etag: &str, rest: &str| {
        let control = "max-age=0, stale-while-revalidate=1000, stale-if-error=1000";
        let answer =
            format!("response = {{ size = '10KiB', cache_control = '{control}'{etag} }}\n");
        let graph = support::graph(&(tiers("1s", "50.5s", &[""], &answer) + rest));
        let run = support::run(&graph);
        let all = support::reading(&run, "bytes_saved");
        (support::at_cache(&graph, &run, "cache0", "bytes_saved"), all)
    };
    let gone = "[fault.gone]\nkind = 'crash'\nnode = 'app'\nat = '20s'\nfor = '9s'\n";
    for (etag, rest) in [("", ""), (", etag = '\"v\"'", ""), ("", gone)] {
        let (here, everywhere) = saved(etag, rest);
        assert!((here - everywhere).abs() < 1e-6, "{etag} {rest}: {here} {everywhere}");
        assert!((9_000.0..10_240.0).contains(&here), "{etag} {rest}: {here}");
    }
}

#[test]
fn what_has_to_be_asked_about_is_not_given_because_its_origin_failed() {
    let given = |control: &str, cache: &str| {
        let answer = format!("response = {{ cache_control = '{control}', etag = '\"v\"' }}");
        let gone = "[fault.gone]\nkind = 'crash'\nnode = 'app'\nat = '4.5s'\nfor = '9s'\n";
        count(&said_by_one(&(tiers("1s", "9.5s", &[cache], &answer) + gone)), Stale)
    };
    let on_error = "use_stale = ['error']";
    assert_eq!(given("max-age=0, stale-if-error=1000", ""), 5);
    assert_eq!(given("max-age=60, stale-if-error=1000, no-cache", ""), 0);
    assert_eq!(given("no-cache", on_error), 0);
    assert_eq!(given("max-age=0", on_error), 5);
}

/// Twenty people who log in and ask for one page every ten seconds, which is fresh for ten.
fn read_by_people(scheme: &str, vary: &str) -> f64 {
    let text = format!(
        "duration = '3000s'
warmup = '300s'
[auth]
at = 'app'
issuer = 'accounts'
login = 'login'
scheme = '{scheme}'
session = {{ store = 'sessions' }}
jwt = {{ lifetime = '10h' }}
[endpoint.page]
path = '/'
response = {{ size = '1KiB', cache_control = 'public, max-age=10', vary = '{vary}' }}
[endpoint.login]
path = '/login'
[node.people]
kind = 'client'
users = 20
think = {{ exp = '10s' }}
mix = {{ page = 1 }}
[node.edge]
kind = 'reverse-proxy'
routes = [{{ path = '/login', to = 'accounts' }}, {{ to = 'app' }}]
cache = {{ capacity = {{ objects = 100 }} }}
[node.app]
kind = 'server'
[node.accounts]
kind = 'auth-server'
[node.sessions]
kind = 'session-store'
[link.people.edge]
[link.edge.app]
[link.edge.accounts]
[link.app.sessions]
[link.accounts.sessions]
[link.app.accounts]
"
    );
    support::reading(&support::run(&support::graph(&text)), "hit_ratio")
}

#[test]
fn an_answer_that_depends_on_who_asks_is_given_again_to_the_same_one_only() {
    for (scheme, header) in [("session", "Cookie"), ("jwt", "Authorization")] {
        // Each has a page of one's own, asked for by a Poisson process: 1/10 x 10 / (1 + 1).
        let own = read_by_people(scheme, header);
        assert!((own - 0.5).abs() < 0.03, "{scheme}: {own}");
        let shared = read_by_people(scheme, "Accept-Encoding");
        assert!((shared - 20.0 / 21.0).abs() < 0.01, "{scheme}: {shared}");
    }
}

#[test]
fn what_fails_by_chance_is_kept_as_long_as_the_cache_keeps_such() {
    let fails = |status: u16, cache: &str, more: &str| {
        let text = tiers("100ms", "5s", &[cache], "")
            .replace("{ wait = '100ms' }", &format!("{{ fail = 1.0, status = {status} }}"));
        let text = text.replace("[link.cache0.app]", &format!("[link.cache0.{more}]"));
        let lb = "[node.lb]\nkind = 'load-balancer'\n[link.lb.app]\n";
        let said = said_by_one(&if more == "lb" { text + lb } else { text });
        count(&said, Miss)
    };
    for behind in ["app", "lb"] {
        for profile in ["rfc9111", "nginx", "varnish"] {
            let cache = format!("profile = '{profile}'\ndefault_ttl = {{ '503' = '10s' }}");
            assert_eq!(fails(503, &cache, behind), 1, "{profile}, {behind}");
            assert!(fails(500, &cache, behind) > 1 || profile == "varnish", "{profile}, {behind}");
        }
        assert_eq!(fails(404, "profile = 'varnish'", behind), 1, "its lifetime for what says none");
        assert!(fails(503, "", behind) > 40);
    }
}
