//! Attacks from pages in whole runs: without a defence they succeed, and each defence does what it
//! can and no more.

mod support;

use std::collections::BTreeMap;

use lindley::attack::{Forgery, Injection};
use lindley::auth::Said;
use lindley::fact::{Fact, Observer};
use lindley::id::NodeId;
use lindley::people::Browsed;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{graph_of, mistakes};

/// Ten people who log in, look at two pages, and are all attacked after the first.
const SITE: &str = "study = 'terminating'
duration = '30min'
[auth]
at = 'site'
issuer = 'site'
login = 'login'
scheme = 'session'
cookie = { same_site = 'none' }
[auth.session]
keep = 'local'
idle = '5min'
[auth.password]
wrong = 0.0
[endpoint.page]
origin = 'https://site.example'
[endpoint.login]
origin = 'https://site.example'
method = 'POST'
path = '/login'
[endpoint.change]
origin = 'https://site.example'
method = 'POST'
path = '/change'
work = [{ cpu = '5ms' }]
[page.any]
endpoint = 'page'
[visit.usual]
pages = { any = 1 }
length = 3
think = '100s'
[csrf]
endpoint = 'change'
from = 'https://evil.example'
by = 'form'
share = 1.0
[xss]
share = 1.0
rides = 'change'
enabled = false
[node.people]
kind = 'client'
[node.people.arrivals]
visit = 'usual'
visits = { regular = { steps = [['0s', '0.1/s'], ['105s', '0/s']] } }
[node.site]
kind = 'server'
cores = 64
[link.people.site]
latency = '10ms'
";

/// What became of attacks, and how often.
#[derive(Debug, Default)]
struct Attacks {
    forged: BTreeMap<(u8, bool), usize>,
    injected: BTreeMap<u8, usize>,
    stolen: usize,
    exposed: Vec<u64>,
    /// Where `change` was done, for each time.
    done: Vec<NodeId>,
    changed: usize,
}

impl Observer for Attacks {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over a few facts")]
        match fact {
            Fact::Browser(Browsed::Forged { outcome, by_script, .. }) => {
                *self.forged.entry((*outcome as u8, *by_script)).or_default() += 1;
            }
            Fact::Browser(Browsed::Injected { outcome, .. }) => {
                *self.injected.entry(*outcome as u8).or_default() += 1;
            }
            Fact::Browser(Browsed::Stolen { .. }) => self.stolen += 1,
            Fact::Identity(Said::Exposed { span, .. }) => self.exposed.push(span.0 / 1_000_000_000),
            // Endpoints are numbered by name: `change` is the first. A preflight takes no time.
            Fact::Left { at, endpoint, success: true, entered, .. } => {
                self.done.extend((endpoint.0 == 0 && now > *entered).then_some(at.node));
            }
            _ => {}
        }
    }
}

/// The site with other lines, each `from => to`.
#[track_caller]
fn attacked(changes: &[(&str, &str)]) -> Attacks {
    let mut text = SITE.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let graph = graph_of(&text, "base");
    let ended = world::run(&graph, Key::root(graph.run.seed, 0), Attacks::default());
    assert_eq!(ended.halt, None);
    let site = graph.node("site").expect("it is there");
    let mut seen = ended.observer;
    // What hands a change on does not make it.
    seen.changed = seen.done.iter().filter(|node| **node == site).count();
    seen
}

/// Ten forged requests with this outcome, by whom else it is not.
#[track_caller]
fn all_are(outcome: Forgery, changes: &[(&str, &str)]) {
    let seen = attacked(changes);
    assert_eq!(seen.forged, BTreeMap::from([((outcome as u8, false), 10)]), "{changes:?}");
    let expected = if outcome == Forgery::Accepted { 10 } else { 0 };
    assert_eq!(seen.changed, expected, "{changes:?}");
}

const FORM: &str = "by = 'form'";
const NONE: &str = "same_site = 'none'";
const POST: &str = "method = 'POST'\npath = '/change'";
const GET: &str = "method = 'GET'\npath = '/change'";
const LATER: &str = "share = 1.0\nafter = 3\n[xss]";
const FIRST: &str = "share = 1.0\n[xss]";

#[test]
fn without_a_defence_every_forged_request_is_accepted() {
    for by in ["form", "frame", "script"] {
        all_are(Forgery::Accepted, &[(FORM, &format!("by = '{by}'"))]);
    }
    for by in ["link", "image", "form"] {
        all_are(Forgery::Accepted, &[(FORM, &format!("by = '{by}'")), (POST, GET)]);
    }
}

#[test]
fn a_browser_that_takes_nothing_said_for_none_sends_cookies_with_scripts_as_well() {
    let script = [(NONE, "secure = true"), (FORM, "by = 'script'")];
    all_are(Forgery::SameSite, &script);
    let firefox = ("kind = 'client'\n", "kind = 'client'\nbrowser = { profile = 'firefox' }\n");
    all_are(Forgery::Accepted, &[script[0], script[1], firefox]);
}

#[test]
fn a_forged_request_carries_the_cookie_of_the_balancer_and_the_address_of_its_victim() {
    let link = "[link.people.site]\nlatency = '10ms'\n";
    for way in ["sticky = { cookie = 'srv' }", "algorithm = 'source-hash'"] {
        let through = format!(
            "[node.lb]\nkind = 'load-balancer'\n{way}\n[link.people.lb]\nlatency = '10ms'\n\
             [link.lb.site]\n"
        );
        let replicas = ("cores = 64\n", "cores = 64\nreplicas = 4\n");
        all_are(Forgery::Accepted, &[(link, &through), replicas]);
    }
}

#[test]
fn same_site_leaves_all_but_links_bare_and_strict_leaves_these_as_well() {
    for by in ["form", "frame", "script"] {
        let by = (FORM, &*format!("by = '{by}'"));
        all_are(Forgery::SameSite, &[(NONE, "same_site = 'lax'"), by]);
        all_are(Forgery::SameSite, &[(NONE, "same_site = 'strict'"), by]);
    }
    let link = (FORM, "by = 'link'");
    all_are(Forgery::Accepted, &[(NONE, "same_site = 'lax'"), link, (POST, GET)]);
    all_are(Forgery::SameSite, &[(NONE, "same_site = 'strict'"), link, (POST, GET)]);
    let image = (FORM, "by = 'image'");
    all_are(Forgery::SameSite, &[(NONE, "same_site = 'lax'"), image, (POST, GET)]);
}

#[test]
fn chrome_sends_a_new_cookie_that_says_nothing_with_a_form_and_others_an_old_one_too() {
    let unsaid = (NONE, "secure = true");
    let firefox = ("kind = 'client'", "kind = 'client'\nbrowser = { profile = 'firefox' }");
    all_are(Forgery::Accepted, &[unsaid]);
    all_are(Forgery::SameSite, &[unsaid, (FIRST, LATER)]);
    all_are(Forgery::Accepted, &[unsaid, (FIRST, LATER), firefox]);
}

#[test]
fn token_and_origin_stop_what_is_unsafe_and_let_safe_methods_through() {
    let (token, check) =
        ("share = 1.0\ntoken = true\n[xss]", "share = 1.0\norigin_check = true\n[xss]");
    all_are(Forgery::Token, &[(FIRST, token)]);
    all_are(Forgery::Origin, &[(FIRST, check)]);
    all_are(Forgery::Accepted, &[(FIRST, token), (POST, GET)]);
    all_are(Forgery::Accepted, &[(FIRST, check), (POST, GET)]);
}

#[test]
fn a_token_in_a_header_is_not_sent_by_others_and_one_in_a_cookie_is() {
    let jwt = ("scheme = 'session'", "scheme = 'jwt'");
    all_are(Forgery::Header, &[jwt]);
    all_are(
        Forgery::Accepted,
        &[jwt, ("[auth.session]", "[auth.jwt]\nstorage = 'cookie'\n[auth.session]")],
    );
}

#[test]
fn what_is_not_simple_is_asked_for_before_and_not_sent() {
    let script = (FORM, "by = 'script'");
    let json =
        ("path = '/change'", "path = '/change'\nheaders = { content-type = 'application/json' }");
    all_are(Forgery::Preflight, &[script, json]);
    let open = (
        "cores = 64",
        "cores = 64\n[node.site.cors]\norigins = ['https://evil.example']\n\
         headers = ['content-type']\ncredentials = true\n",
    );
    all_are(Forgery::Accepted, &[script, json, open]);
}

const XSS: [(&str, &str); 2] = [
    ("rides = 'change'\nenabled = false", "rides = 'change'"),
    ("share = 1.0\n[xss]", "share = 0.0\n[xss]"),
];

#[test]
fn a_script_steals_what_it_can_read_and_rides_what_it_cannot() {
    let jwt = ("scheme = 'session'", "scheme = 'jwt'");
    let open = (NONE, "same_site = 'strict', http_only = false");
    let closed = (NONE, "same_site = 'strict', http_only = true");
    let in_cookie = ("[auth.session]", "[auth.jwt]\nstorage = 'cookie'\n[auth.session]");
    for (changes, stolen) in [
        (vec![open], 10),
        (vec![closed], 0),
        (vec![jwt, closed], 10),
        (vec![jwt, closed, in_cookie], 0),
        (vec![jwt, open, in_cookie], 10),
    ] {
        let changes = [&XSS[..], &changes].concat();
        let seen = attacked(&changes);
        assert_eq!(seen.injected, BTreeMap::from([(Injection::Runs as u8, 10)]));
        assert_eq!(seen.stolen, stolen, "{changes:?}");
        let accepted = BTreeMap::from([((Forgery::Accepted as u8, true), 10)]);
        assert_eq!((seen.forged, seen.changed), (accepted, 10), "{changes:?}");
    }
}

#[test]
fn tokens_of_forms_do_not_stop_a_script_of_the_site_s_own_origin() {
    let token = ("share = 0.0\n[xss]", "share = 0.0\ntoken = true\norigin_check = true\n[xss]");
    let seen = attacked(&[&XSS[..], &[token]].concat());
    assert_eq!(seen.changed, 10);
}

#[test]
fn each_defence_against_scripts_stops_its_share_and_what_does_not_run_gets_nothing() {
    for (key, kind) in [
        ("validation", Injection::Validation),
        ("encoding", Injection::Encoding),
        ("csp", Injection::Policy),
    ] {
        let whole = ("rides = 'change'", &*format!("rides = 'change'\n{key} = 1.0"));
        let open = (NONE, "http_only = false");
        let seen = attacked(&[&XSS[..], &[whole, open]].concat());
        assert_eq!(seen.injected, BTreeMap::from([(kind as u8, 10)]));
        assert_eq!((seen.stolen, seen.changed, seen.forged.len()), (0, 0, 0));
        let half = ("rides = 'change'", &*format!("rides = 'change'\n{key} = 0.5"));
        let seen = attacked(&[&XSS[..], &[half, open]].concat());
        let runs = seen.injected[&(Injection::Runs as u8)];
        assert_eq!(runs + seen.injected[&(kind as u8)], 10);
        assert!((1..10).contains(&runs), "{runs}");
        assert_eq!((seen.stolen, seen.changed), (runs, runs));
    }
}

#[test]
fn attacks_need_people_who_log_in_and_pages_that_can_send_what_is_forged() {
    let said = mistakes(&SITE.replace(FORM, "by = 'image'"));
    assert!(said.contains("an image sends no POST"), "{said}");
    let said = mistakes(&SITE.replace("scheme = 'session'", "scheme = 'none'"));
    assert!(said.contains("`csrf` needs people who log in"), "{said}");
    let said = mistakes(&SITE.replace(NONE, "same_site = 'none', secure = false"));
    assert!(said.contains("`SameSite=None` needs `Secure`"), "{said}");
}
