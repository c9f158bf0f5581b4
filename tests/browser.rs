//! Browsers in whole runs: what is asked before it is sent, what is kept from a page, and what
//! the servers have done all the same.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::outcome::Reason;
use lindley::people::Browsed;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{graph_of, latencies, mistakes, reading, requests, run};

/// A page whose scripts ask an API of another origin, once a second.
const APP: &str = "study = 'terminating'
duration = '10500ms'
[endpoint.items]
origin = 'https://api.example'
path = '/items'
work = [{ cpu = '20ms' }]
[endpoint.save]
method = 'POST'
origin = 'https://api.example'
path = '/items'
headers = { content-type = 'application/json' }
work = [{ cpu = '20ms' }]
[node.people]
kind = 'client'
origin = 'https://app.example'
arrivals = { regular = '1/s' }
addresses = { count = 1 }
mix = { save = 1 }
[node.edge]
kind = 'reverse-proxy'
[node.api]
kind = 'server'
cores = 4
[node.api.cors]
origins = ['https://app.example']
headers = ['content-type']
max_age = '3s'
cpu = '1ms'
[link.people.edge]
latency = '25ms'
[link.edge.api]
[variant.usual]
[variant.simple.node.people.mix]
save = 0
items = 1
[variant.one-origin.node.people]
origin = 'https://api.example'
[variant.forgetful.node.api.cors]
max_age = '0s'
[variant.strangers.node.people.addresses]
count = 4_000_000_000
[variant.no-policy.node.api.cors]
enabled = false
[variant.simple-no-policy.node]
people.mix = { save = 0, items = 1 }
api.cors.enabled = false
[variant.asterisk]
endpoint.save.credentials = true
node.api.cors = { origins = ['*'], headers = ['content-type'], credentials = true }
[variant.no-header.node.api.cors]
headers = ['x-other']
[variant.at-the-proxy.node]
api.cors.enabled = false
edge.cors = { origins = ['https://app.example'], headers = ['content-type'], cpu = '1ms' }
";

/// What browsers did, and how often each node was asked.
#[derive(Debug, Default)]
struct Browsers {
    preflights: usize,
    covered: usize,
    blocked: Vec<(lindley::http::cors::Blocked, bool)>,
    entered: std::collections::BTreeMap<u16, usize>,
}

impl Observer for Browsers {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over a few facts")]
        match fact {
            Fact::Browser(Browsed::Asked { preflight: true, .. }) => self.preflights += 1,
            Fact::Browser(Browsed::Asked { .. }) => self.covered += 1,
            Fact::Browser(Browsed::Blocked { why, sent, .. }) => self.blocked.push((*why, *sent)),
            Fact::Entered { at, .. } => *self.entered.entry(at.node.0).or_default() += 1,
            _ => {}
        }
    }
}

#[track_caller]
fn browsers(text: &str, variant: &str) -> (Browsers, usize) {
    let graph = graph_of(text, variant);
    let api = graph.node("api").expect("an API");
    let ended = world::run(&graph, Key::root(graph.run.seed, 0), Browsers::default());
    let at_api = ended.observer.entered.get(&api.0).copied().unwrap_or(0);
    (ended.observer, at_api)
}

#[test]
fn a_request_that_is_not_simple_waits_for_a_preflight_and_the_next_ones_for_none() {
    let seen = latencies(&requests(&graph_of(APP, "usual")));
    // 50 ms on the way and 20 of work; first 50 and 1 for the question. Good for whole seconds.
    assert_eq!(seen, [121, 70, 70, 70, 121, 70, 70, 70, 121, 70]);
    let (browsers, at_api) = browsers(APP, "usual");
    assert_eq!((browsers.preflights, browsers.covered, at_api), (3, 7, 13));
}

#[test]
fn one_origin_and_simple_requests_need_no_preflight() {
    for variant in ["simple", "one-origin"] {
        assert_eq!(latencies(&requests(&graph_of(APP, variant))), [70; 10], "{variant}");
        assert_eq!(browsers(APP, variant).1, 10, "{variant}");
    }
}

#[test]
fn what_is_not_remembered_is_asked_each_time() {
    for variant in ["forgetful", "strangers"] {
        let (browsers, at_api) = browsers(APP, variant);
        assert_eq!((browsers.preflights, browsers.covered, at_api), (10, 0, 20), "{variant}");
    }
}

#[test]
fn a_preflight_takes_no_ordinal_and_changes_nothing_of_the_request() {
    let keys = |variant| requests(&graph_of(APP, variant)).into_iter().map(|it| (it.who, it.key));
    assert!(keys("forgetful").eq(keys("one-origin")));
}

#[test]
fn what_a_preflight_does_not_allow_never_costs_the_server_its_work() {
    use lindley::http::cors::Blocked;
    for (variant, why) in [
        ("no-policy", Blocked::NoOrigin),
        ("asterisk", Blocked::AnyWithCredentials),
        ("no-header", Blocked::Header),
    ] {
        let (browsers, at_api) = browsers(APP, variant);
        assert_eq!(browsers.blocked, [(why, false); 10], "{variant}");
        assert_eq!(at_api, 10, "{variant}: the preflights alone");
        let ended = requests(&graph_of(APP, variant));
        assert!(ended.iter().all(|it| it.failure() == Some(Reason::CorsBlocked)));
    }
}

#[test]
fn a_simple_request_costs_the_server_the_same_whether_its_answer_is_read_or_not() {
    use lindley::http::cors::Blocked;
    let (browsers, at_api) = browsers(APP, "simple-no-policy");
    assert_eq!(browsers.blocked, [(Blocked::NoOrigin, true); 10]);
    assert_eq!(at_api, 10);
    assert_eq!(browsers.preflights, 0);
    let blocked = run(&graph_of(APP, "simple-no-policy"));
    let read = run(&graph_of(APP, "simple"));
    let place = graph_of(APP, "simple").node("api").expect("an API");
    // As text, for what there is nothing to read of is no number.
    let load = |run: &lindley::study::Replication| {
        let of_api = run.nodes.iter().filter(|it| it.node == place);
        of_api.map(|it| format!("{:?}", it.values)).collect::<Vec<_>>()
    };
    assert_eq!(load(&blocked), load(&read));
    let difference = reading(&blocked, "cors_unread") - reading(&read, "throughput");
    assert!(difference.abs() < 1e-12, "{difference}");
}

#[test]
fn a_proxy_can_answer_for_its_servers() {
    let (browsers, at_api) = browsers(APP, "at-the-proxy");
    assert_eq!((browsers.preflights, at_api), (2, 10), "five seconds by default");
    assert_eq!(browsers.blocked, []);
}

#[test]
fn what_is_stored_says_to_others_what_it_said_at_first() {
    let text = APP
        .replace("'reverse-proxy'\n", "'reverse-proxy'\ncache = { capacity = '1MiB' }\n")
        .replacen(
            "path = '/items'\n",
            "path = '/items'\nresponse = { cache_control = 'max-age=60' }\n",
            1,
        );
    for (variant, blocked) in [("simple", 0), ("simple-no-policy", 10)] {
        let (browsers, at_api) = browsers(&text, variant);
        assert_eq!((browsers.blocked.len(), at_api), (blocked, 1), "{variant}");
    }
}

#[test]
fn what_a_page_must_not_read_its_browser_keeps_from_it_again_and_again() {
    // A user a second who thinks for a second, with a browser that keeps what it got.
    let text = APP
        .replace("arrivals = { regular = '1/s' }", "users = 1\nthink = '955ms'")
        .replace("mix = { save = 1 }", "mix = { save = 1 }\nbrowser = { cache = {} }")
        .replacen(
            "path = '/items'\n",
            "path = '/items'\nresponse = { cache_control = 'max-age=60' }\n",
            1,
        );
    for (variant, is_read) in [("simple", true), ("simple-no-policy", false)] {
        let run = run(&graph_of(&text, variant));
        let read = run.requests.iter().filter(|row| row.answer.is_success()).count();
        assert_eq!(read, if is_read { run.requests.len() } else { 0 }, "{variant}");
        let (browsers, at_api) = browsers(&text, variant);
        assert_eq!(at_api, 1, "{variant}: all others are read from the cache");
        assert_eq!(browsers.blocked.len(), run.requests.len() - read);
    }
}

#[test]
fn what_brings_no_answer_takes_back_no_leave_to_read() {
    let text =
        APP.replace(
            "'reverse-proxy'\n",
            "'reverse-proxy'\ncache = { capacity = '1MiB', use_stale = ['error'] }\n",
        )
        .replacen(
            "path = '/items'\n",
            "path = '/items'\nresponse = { cache_control = 'max-age=2, stale-if-error=600' }\n",
            1,
        ) + "[fault.x]\nnode = 'api'\nkind = 'crash'\nat = '4500ms'\nfor = '4s'\n";
    let (browsers, _) = browsers(&text, "simple");
    assert_eq!(browsers.blocked, []);
    let run = run(&graph_of(&text, "simple"));
    assert!(run.requests.iter().all(|row| row.answer.is_success()));
}

#[test]
fn who_asks_everybody_who_they_are_lets_no_preflight_through() {
    let text = format!(
        "{APP}[auth]
scheme = 'credentials'
at = 'api'
issuer = 'api'
[auth.password]
hash = 'bcrypt'
time = '1ms'
[variant.behind.node.api.cors]
headers = ['authorization', 'content-type']
behind_auth = true
[variant.before.node.api.cors]
headers = ['authorization', 'content-type']
"
    );
    let (behind, _) = browsers(&text, "behind");
    assert_eq!(behind.blocked, [(lindley::http::cors::Blocked::Status, false); 10]);
    let (before, _) = browsers(&text, "before");
    assert_eq!((before.preflights, before.blocked.len()), (3, 0));
    let (unnamed, _) = browsers(&text, "usual");
    assert_eq!(unnamed.blocked[0].0, lindley::http::cors::Blocked::Header, "authorization");
}

#[test]
fn a_policy_that_asks_who_asks_needs_somebody_who_asks() {
    let said = mistakes(&APP.replace("cpu = '1ms'\n[link", "behind_auth = true\n[link"));
    assert!(said.contains("asks nobody who they are"), "{said}");
}

/// A page with its parts, of which a script finds some.
const HOME: &str = "study = 'terminating'
duration = '10s'
[endpoint.home]
origin = 'https://shop.example'
path = '/'
work = [{ wait = '20ms' }]
[endpoint.image]
origin = 'https://cdn.example'
path = '/image'
work = [{ wait = '10ms' }]
[endpoint.data]
origin = 'https://api.shop.example'
path = '/data'
headers = { x-version = '2' }
work = [{ wait = '10ms' }]
[page.home]
endpoint = 'home'
resources = [{ endpoint = 'data', depth = 2, script = true }, { endpoint = 'image', count = 12 }]
[visit.one]
pages = { home = 1 }
length = 2
think = '1s'
[node.people]
kind = 'client'
arrivals = { visits = { regular = '0.1/s' }, visit = 'one' }
[node.site]
kind = 'server'
cors = { origins = ['https://shop.example'], headers = ['x-version'] }
[link.people.site]
latency = '25ms'
[variant.warm]
[variant.h1.link.people.site.connection]
mode = 'pool'
per_origin = 6
[variant.h2.link.people.site.connection]
mode = 'pool'
protocol = 'h2'
per_origin = 1
[variant.unsaid.link.people.site.connection]
mode = 'pool'
[variant.more.link.people.site.connection]
mode = 'pool'
per_origin = 12
[variant.shared.link.people.site.connection]
mode = 'pool'
max = 12
[variant.streams.link.people.site.connection]
mode = 'pool'
protocol = 'h2'
";

/// How long pages took in milliseconds, and how many parts they had.
#[derive(Debug, Default)]
struct Loads(Vec<(u64, u32)>);

impl Observer for Loads {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Browser(Browsed::Loaded { span, parts, .. }) = fact {
            self.0.push((span.0 / 1_000_000, *parts));
        }
    }
}

/// How long the pages of one visit took.
fn loads(variant: &str) -> Vec<(u64, u32)> {
    let text = HOME.replace("duration = '10s'", "duration = '14s'");
    let graph = graph_of(&text, variant);
    world::run(&graph, Key::root(graph.run.seed, 0), Loads::default()).observer.0
}

#[test]
fn parts_are_asked_for_when_those_above_them_are_there_six_at_a_time_over_h1() {
    // 70 for the page, 60 for images, 50 and 60 for what a script asks for; the second time there
    // is nothing to ask before.
    assert_eq!(loads("warm"), [(240, 13), (190, 13)]);
    // A connection is opened in 50; the images go in two rounds, over five more, opened first.
    assert_eq!(loads("h1"), [(50 + 70 + 170 + 110, 13), (250, 13)]);
    assert_eq!(loads("h2"), [(50 + 70 + 60 + 110, 13), (190, 13)]);
}

#[test]
fn a_browser_opens_six_connections_of_h1_unless_it_is_told_how_many() {
    assert_eq!(loads("unsaid"), loads("h1"));
    // All parts in one round, over connections that are opened at once.
    let at_once = [(50 + 70 + 110 + 110, 13), (190, 13)];
    assert_eq!([loads("more"), loads("shared")], [at_once, at_once]);
    assert_eq!(loads("streams"), loads("h2"));
}

#[test]
fn parts_take_no_ordinal_and_the_visitor_thinks_when_the_page_is_whole() {
    let text = HOME.replace("duration = '10s'", "duration = '14s'");
    let ended = requests(&graph_of(&text, "warm"));
    assert_eq!(ended.len(), 28);
    let ordinals: Vec<u64> = ended.iter().map(|it| it.who.1).collect();
    assert_eq!(ordinals, [[0; 14], [1; 14]].concat());
    let pages: Vec<u64> =
        ended.iter().filter(|it| it.endpoint == 1).map(|it| it.started / 1_000_000).collect();
    assert_eq!(pages, [10_000, 11_240]);
}

#[test]
fn pages_without_parts_count_where_any_page_has_parts() {
    let text = "study = 'terminating'\nuntil = 'drained'\nduration = '100s'
[endpoint.html]\nwork = [{ wait = '10ms' }]\n[endpoint.part]\nwork = [{ wait = '30ms' }]
[page.whole]\nendpoint = 'html'\nresources = [{ endpoint = 'part', count = 2 }]
[page.bare]\nendpoint = 'html'
[visit.one]\npages = { whole = 1 }\n[visit.other]\npages = { bare = 1 }
[node.a]\nkind = 'client'\narrivals = { visits = { regular = '1/s' }, visit = 'one' }
[node.b]\nkind = 'client'\narrivals = { visits = { regular = '3/s' }, visit = 'other' }
[node.app]\nkind = 'server'\ncores = 8\n[link.a.app]\n[link.b.app]
[variant.both]\n[variant.bare.visit.one]\npages = { whole = 0, bare = 1 }
[variant.none.page.whole]\nresources = []\n";
    let ran = run(&graph_of(text, "both"));
    let near = |name: &str, right: f64| {
        let found = reading(&ran, name);
        assert!((found / right - 1.0).abs() < 0.02, "{name}: {found} {right}");
    };
    near("page_rate", 4.0);
    // One of 40 ms in four, and three of 10 ms.
    near("page_load_mean", 0.0175);
    let none = run(&graph_of(text, "none"));
    assert!(reading(&none, "page_rate").is_nan(), "no page has parts");
}
