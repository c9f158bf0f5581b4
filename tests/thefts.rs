//! What thieves have, and when that ends: beside browsers, beside each other, and with the memory
//! of those who know a session.

mod support;

use lindley::auth::{Said, Verdict};
use lindley::fact::{Fact, Observer};
use lindley::people::Browsed;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{graph_of, reading, run};

/// Visitors who come every 20 s and look at two pages, and a thief at each log-in.
const SHOP: &str = "study = 'terminating'
duration = '10min'
[auth]
at = 'app'
issuer = 'accounts'
login = 'login'
scheme = 'session'
theft = { probability = 1, after = '5s' }
[auth.session]
store = 'sessions'
idle = '2min'
[endpoint.page]
path = '/'
credentials = true
work = [{ cpu = '1ms' }]
[endpoint.login]
path = '/login'
[page.any]
endpoint = 'page'
[visit.usual]
pages = { any = 1 }
length = 2
think = '6s'
[node.people]
kind = 'client'
arrivals = { visits = { interval = '20s' }, visit = 'usual' }
[node.edge]
kind = 'reverse-proxy'
routes = [{ path = '/login', to = 'accounts' }, { to = 'app' }]
[node.app]
kind = 'server'
replicas = 2
[node.accounts]
kind = 'auth-server'
[node.sessions]
kind = 'session-store'
[link.people.edge]
latency = '10ms'
[link.edge.app]
[link.edge.accounts]
[link.app.sessions]
[link.accounts.sessions]
";

/// What became of thefts: when each ended and how long it had lasted in seconds, requests of
/// thieves that were let in, credentials that scripts read, preflights, and when families of
/// refresh tokens were ended.
#[derive(Debug, Default)]
struct Thefts {
    ends: Vec<(f64, f64)>,
    let_in: usize,
    by_script: usize,
    preflights: usize,
    families: Vec<f64>,
}

impl Observer for Thefts {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over a few facts")]
        match fact {
            Fact::Identity(Said::Exposed { span, .. }) => {
                self.ends.push((now.0 as f64 / 1e9, span.as_secs_f64()));
            }
            Fact::Identity(Said::Checked { by_thief: true, verdict, .. }) => {
                self.let_in += usize::from(*verdict == Verdict::Accepted);
            }
            Fact::Identity(Said::FamilyEnded(_)) => self.families.push(now.0 as f64 / 1e9),
            Fact::Browser(Browsed::Stolen { .. }) => self.by_script += 1,
            Fact::Browser(Browsed::Asked { preflight: true, .. }) => self.preflights += 1,
            _ => {}
        }
    }
}

/// The shop with other lines, each `from => to`.
#[track_caller]
fn changed(changes: &[(&str, &str)]) -> String {
    let mut text = SHOP.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

#[track_caller]
fn thefts(changes: &[(&str, &str)]) -> Thefts {
    let graph = graph_of(&changed(changes), "base");
    let ended = world::run(&graph, Key::root(graph.run.seed, 0), Thefts::default());
    assert_eq!(ended.halt, None);
    ended.observer
}

/// How long the thefts lasted that ended at this moment, to a tenth of a second.
fn ended_at(seen: &Thefts, moment: f64) -> Vec<f64> {
    let ends = seen.ends.iter().filter(|(at, _)| (at - moment).abs() < 1e-6);
    ends.map(|(_, span)| (span * 10.0).round() / 10.0).collect()
}

const USES: (&str, &str) = ("after = '5s' }", "after = '5s', uses = '1s' }");

#[test]
fn a_thief_has_no_browser_that_asks_before_or_keeps_answers_from_it() {
    let crossing = [
        USES,
        ("path = '/'\n", "path = '/'\norigin = 'https://api.shop.example'\n"),
        ("path = '/login'\n[page", "path = '/login'\norigin = 'https://app.shop.example'\n[page"),
        ("think = '6s'", "think = '6s'\norigin = 'https://app.shop.example'"),
        ("scheme = 'session'", "scheme = 'jwt'\njwt = { lifetime = '60s' }"),
    ];
    let policy = |origin: &str| {
        format!(
            "kind = 'reverse-proxy'\ncors = {{ origins = ['{origin}'], credentials = true, \
             headers = ['authorization'] }}"
        )
    };
    let [right, wrong] = ["https://app.shop.example", "https://x.example"].map(policy);
    let seen =
        |policy: &str| thefts(&[&crossing[..], &[("kind = 'reverse-proxy'", policy)]].concat());
    let plain = thefts(&[crossing[0], crossing[4]]);
    assert!(plain.let_in > 1_000 && plain.preflights == 0);
    let allowed = seen(&right);
    // Owners ask before each of their two pages, of which the second comes after 6 s.
    assert_eq!((allowed.let_in, allowed.preflights), (plain.let_in, 2 * 30 - 2));
    assert_eq!(seen(&wrong).let_in, plain.let_in, "its owners are kept from all that they ask for");
}

#[test]
fn a_script_steals_from_somebody_whose_credential_is_stolen_in_another_way_too() {
    let script = |after: &str| {
        let theft = format!("after = '{after}' }}\ncookie = {{ http_only = false }}");
        let xss = ("[endpoint.page]", "[xss]\nshare = 1\n[endpoint.page]");
        let few = ("interval = '20s'", "regular = { steps = [['0s', '0.1/s'], ['105s', '0/s']] }");
        thefts(&[("after = '5s' }", &theft), xss, few])
    };
    // It reads what there is after the first page, and the session is idle from the second one on.
    let never = script("1h");
    assert_eq!((never.by_script, never.ends.len()), (10, 10));
    assert!(never.ends.iter().all(|(_, span)| (span - 126.0).abs() < 0.2), "{:?}", never.ends);
    let later = script("10s");
    assert_eq!((later.by_script, later.ends.len()), (10, 20));
    let long = later.ends.iter().filter(|(_, span)| (span - 126.0).abs() < 0.2).count();
    let short = later.ends.iter().filter(|(_, span)| (span - 116.0).abs() < 0.3).count();
    assert_eq!((long, short), (10, 10), "{:?}", later.ends);
}

const CRASH: &str = "[node.sessions]\nkind = 'session-store'
[fault.dies]\nkind = 'crash'\nnode = 'sessions'\nat = '310s'\nfor = '1s'\n";

#[test]
fn a_session_that_its_store_has_lost_works_for_no_thief_whether_it_asks_for_something_or_not() {
    let crash = ("[node.sessions]\nkind = 'session-store'\n", CRASH);
    for changes in [&[crash][..], &[crash, USES]] {
        let ended = ended_at(&thefts(changes), 310.0);
        // Those of the last two minutes, one every 20 s, and with uses all that there have been.
        let asks = changes.len() > 1;
        let expected = if asks { 15 } else { 6 };
        assert_eq!(ended.len(), expected, "{ended:?}");
        assert!(ended.iter().all(|span| (4.0..290.0).contains(span)), "{ended:?}");
    }
    assert_eq!(ended_at(&thefts(&[]), 310.0), [0.0; 0]);
}

#[test]
fn a_crash_takes_from_thieves_what_stood_in_the_memory_that_is_lost_and_no_more() {
    let at = |keep: &str, node: &str, replica: &str| {
        let keep = format!("store = 'sessions'\nkeep = '{keep}'");
        let crash = CRASH.replace("node = 'sessions'", &format!("node = '{node}'\n{replica}"));
        let crash = ("[node.sessions]\nkind = 'session-store'\n", &*crash);
        let issuer = ("issuer = 'accounts'", "issuer = 'app'");
        let routes = ("to = 'accounts' }", "to = 'app' }");
        // One page each, which comes to the replica that does not know a `local` session: its
        // thief has it before, and there is no log-in after.
        let (soon, page) = (("after = '5s'", "after = '10ms'"), ("length = 2", "length = 1"));
        let changes = [crash, ("store = 'sessions'", &keep), issuer, routes, soon, page];
        ended_at(&thefts(&changes), 310.0).len()
    };
    let (one, other) = (at("local", "app", "replica = 1"), at("local", "app", "replica = 2"));
    // Log-ins and pages take turns, so that all log-ins come to the same replica.
    assert_eq!([one.min(other), one.max(other)], [0, 6]);
    assert_eq!(at("local", "app", ""), one + other);
    assert_eq!(at("shared", "app", ""), 0, "the store still has them");
    assert_eq!(at("replicated", "app", "replica = 1"), 0, "the other one has them all");
    assert_eq!(at("replicated", "app", ""), one + other);
}

#[test]
fn copies_of_sessions_are_lost_when_no_replica_is_left_that_has_them() {
    let forced = |replica: &str, replicas: &str| {
        let fault = format!("node = 'app'\n{replica}");
        let crash = CRASH.replace("node = 'sessions'", &fault).replace("310s", "302s");
        let keep = ("store = 'sessions'", "store = 'sessions'\nkeep = 'replicated'\ncart = true");
        let crash = ("[node.sessions]\nkind = 'session-store'\n", &*crash);
        let theft = ("theft = { probability = 1, after = '5s' }", "");
        let replicas = ("replicas = 2", replicas);
        let ran = run(&graph_of(&changed(&[keep, crash, theft, replicas]), "base"));
        (reading(&ran, "carts_lost"), reading(&ran, "forced_logins") > 0.0)
    };
    assert_eq!(forced("replica = 1", "replicas = 2"), (0.0, false));
    assert_eq!(forced("", "replicas = 2"), (1.0, true));
    assert_eq!(forced("", "replicas = 1"), (1.0, true));
}

#[test]
fn a_session_that_had_to_go_for_others_works_for_no_thief() {
    let room = ("idle = '2min'", "idle = '2min'\ncapacity = 3");
    let seen = thefts(&[room]);
    // The fourth log-in after it, every 20 s, takes it away; it was stolen 5 s after its own.
    let spans: Vec<f64> = seen.ends.iter().map(|(_, span)| *span).collect();
    assert!(spans.len() > 20 && spans.iter().all(|span| (span - 55.0).abs() < 0.1), "{spans:?}");
}

#[test]
fn a_thief_asks_from_an_address_of_its_own_so_that_limits_by_address_meet_it() {
    let many = ("kind = 'client'", "kind = 'client'\naddresses = { count = 1_000_000 }");
    let limit = (
        "kind = 'reverse-proxy'",
        "kind = 'reverse-proxy'\nrate_limit = { rate = '0.1/s', burst = 5, profile = 'nginx', \
         delay = 'none' }",
    );
    let free = thefts(&[USES, many]);
    let limited = thefts(&[USES, many, limit]);
    // The first six requests of each thief, and one in ten seconds of the 120 s and more that a
    // session lives on; where every request came from somewhere else, all would pass.
    assert!(free.let_in > 3_000 && limited.let_in * 4 < free.let_in, "{limited:?}");
    assert!(limited.let_in > 30 * 6 / 2, "{limited:?}");
}

#[test]
fn who_logs_in_has_no_token_to_show_and_is_not_asked_about_before() {
    let at_api = |scheme: &str| {
        thefts(&[
            ("theft = { probability = 1, after = '5s' }\n", ""),
            ("path = '/'\n", "path = '/'\norigin = 'https://api.shop.example'\n"),
            ("path = '/login'\n[p", "path = '/login'\norigin = 'https://api.shop.example'\n[p"),
            ("think = '6s'", "think = '6s'\norigin = 'https://app.shop.example'"),
            ("scheme = 'session'", scheme),
            (
                "kind = 'reverse-proxy'",
                "kind = 'reverse-proxy'\ncors = { origins = ['https://app.shop.example'], \
                 credentials = true, headers = ['authorization'] }",
            ),
        ])
        .preflights
    };
    // Each of 30 visits logs in once, and asks for two pages with its token; the second of the
    // last one comes after the end.
    assert_eq!(at_api("scheme = 'jwt'\njwt = { lifetime = '60s' }"), 2 * 30 - 2);
}

#[test]
fn what_has_ended_before_the_drawn_moment_is_not_stolen() {
    // Sessions end 126 s after the log-in, of at most 400 s over which moments are drawn.
    let seen = thefts(&[
        ("theft = { probability = 1, after = '5s' }", "theft = { probability = 1 }"),
        ("idle = '2min'", "idle = '2min'\nabsolute = '400s'"),
        ("duration = '10min'", "duration = '60min'"),
    ]);
    assert!((30..=90).contains(&seen.ends.len()), "{} of 180 log-ins", seen.ends.len());
    assert!(seen.ends.iter().all(|(_, span)| (0.01..=126.1).contains(span)), "{:?}", seen.ends);
    let mean = seen.ends.iter().map(|(_, span)| span).sum::<f64>() / seen.ends.len() as f64;
    assert!((mean - 63.0).abs() < 15.0, "half of a life, not {mean}");
}

/// Thefts of what renews tokens as well, where owners renew by a timer at the very moment that
/// their tokens end.
fn refreshed(grace: &str, uses: &str) -> Thefts {
    let theft = format!("after = '5s'{uses}, what = 'refresh' }}");
    let jwt = format!(
        "scheme = 'jwt'\nrefresh = 'renew'\njwt = {{ lifetime = '20s', refresh = {{ store = \
         'sessions', grace = '{grace}' }} }}"
    );
    thefts(&[
        ("after = '5s' }", &theft),
        ("scheme = 'session'", &jwt),
        ("length = 2", "stay = '3min'"),
        ("[endpoint.login]", "[endpoint.renew]\npath = '/login'\n[endpoint.login]"),
    ])
}

#[test]
fn a_short_grace_does_not_hide_a_thief_who_renews_with_the_next_request() {
    let counts = |grace: &str| {
        let seen = refreshed(grace, ", uses = { exp = '8s' }");
        (seen.families.len(), seen.ends.len())
    };
    let (strict, ended) = counts("0s");
    assert!(strict >= 20 && ended >= 20, "{strict} families, {ended} thefts");
    let (lenient, still_ended) = counts("100ms");
    assert!(lenient * 10 >= strict * 9, "{lenient} families instead of {strict}");
    assert!(still_ended * 10 >= ended * 9, "{still_ended} thefts instead of {ended}");
    // Within a grace as long as the life of a token, more come and go unseen.
    assert!(counts("20s").0 < strict);
}

#[test]
fn a_thief_who_asks_for_nothing_renews_when_its_owner_does_and_hides_in_the_grace() {
    assert!(refreshed("0s", "").families.len() >= 20);
    assert_eq!(refreshed("100ms", "").families, [] as [f64; 0]);
}

#[test]
fn what_is_stolen_ends_with_its_token_and_the_thief_finds_out_with_the_next_request() {
    // The first visitor comes at 20 s and has a token soon after, which ends 20 s later. The thief
    // asks from 25 s on every 7 s, last in vain, since the owner has renewed before.
    let seen = refreshed("0s", ", uses = '7s'");
    assert!((seen.families[0] - 46.1).abs() < 0.2, "{:?}", seen.families);
    let (at, span) = seen.ends[0];
    assert!((at - 40.1).abs() < 0.2 && (span - 15.0).abs() < 0.1, "{:?}", seen.ends);
}
