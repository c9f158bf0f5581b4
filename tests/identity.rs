//! Identity in whole runs: what each scheme asks of stores and cores, and what ends it.

mod support;

use std::collections::BTreeMap;

use lindley::auth::{Said, Verdict};
use lindley::fact::{Fact, Observer};
use lindley::id::EndpointId;
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::{graph_of, reading, run};

/// People who come, log in, look at pages and go.
const SITE: &str = "duration = '10min'
[auth]
at = 'app'
issuer = 'accounts'
login = 'login'
refresh = 'renew'
logout = 'logout'
[auth.session]
store = 'sessions'
[auth.jwt]
lifetime = '60s'
[endpoint.page]
work = [{ cpu = '1ms' }]
[endpoint.login]
path = '/login'
[endpoint.renew]
path = '/renew'
[endpoint.logout]
path = '/logout'
[page.any]
endpoint = 'page'
[visit.usual]
pages = { any = 1 }
length = { geometric = { mean = 10 } }
think = { exp = '10s' }
logout = 0.5
[node.people]
kind = 'client'
arrivals = { visits = { poisson = '1/s' }, visit = 'usual' }
[node.edge]
kind = 'reverse-proxy'
routes = [{ path = '/', to = 'app' }, { to = 'accounts' }]
[node.app]
kind = 'server'
cores = 2
[node.accounts]
kind = 'auth-server'
cores = 4
[node.sessions]
kind = 'session-store'
cores = 1
service = '0.2ms'
[link.people.edge]
latency = '10ms'
[link.edge.app]
[link.edge.accounts]
[link.app.sessions]
[link.accounts.sessions]
[link.app.accounts]
[variant.session.auth]
scheme = 'session'
[variant.credentials.auth]
scheme = 'credentials'
[variant.jwt.auth]
scheme = 'jwt'
[variant.jwt.auth.jwt]
lifetime = '2h'
[variant.renewed.auth]
scheme = 'jwt'
[variant.renewed.auth.jwt.refresh]
rotation = true
";

fn readings(variant: &str, names: &[&str]) -> Vec<f64> {
    let run = run(&graph_of(SITE, variant));
    names.iter().map(|name| reading(&run, name)).collect()
}

#[test]
fn a_session_costs_a_look_up_for_each_authorised_request_and_a_token_none() {
    let session = readings("session", &["store_lookups", "authorised_rate", "store_writes"]);
    assert!(session[1] > 5.0, "{session:?}");
    assert!((session[0] - session[1]).abs() < 0.01, "{session:?}");
    assert!(session[2] > session[1], "requests and log-ins write: {session:?}");
    let token = readings("jwt", &["store_lookups", "store_writes", "authorised_rate"]);
    assert!(token[0].abs() + token[1].abs() < 1e-12 && token[2] > 5.0, "{token:?}");
}

/// The pages that the first hundred visitors ask for, by visitor and ordinal, with their keys.
#[derive(Debug)]
struct Pages(EndpointId, BTreeMap<(u64, u64), u64>);

impl Observer for Pages {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Issued(asked) = fact
            && asked.user < 100
            && asked.endpoint == self.0
        {
            assert_eq!(self.1.insert((asked.user, asked.ordinal), asked.key.0), None);
        }
    }
}

#[test]
fn the_same_people_ask_for_the_same_pages_under_every_scheme_to_the_last_one() {
    // All of the first hundred have gone long before the end.
    let text = SITE.replace("think = { exp = '10s' }", "think = { exp = '2s' }");
    let pages = |variant| {
        let graph = graph_of(&text, variant);
        let page = (0..).map(EndpointId).find(|id| graph.endpoint_name(*id) == "page");
        let pages = Pages(page.expect("it is there"), BTreeMap::new());
        world::run(&graph, Key::root(graph.run.seed, 0), pages).observer.1
    };
    let session = pages("session");
    assert!(session.len() > 800, "{}", session.len());
    for variant in ["jwt", "renewed", "credentials", "base"] {
        assert_eq!(session, pages(variant), "{variant}");
    }
}

#[test]
fn tokens_are_renewed_and_nobody_is_made_to_log_in_again() {
    let names = ["refresh_rate", "forced_logins", "login_rate", "refresh_success"];
    let found = readings("renewed", &names);
    assert!(found[0] > 0.8 && found[1] < 0.01 && (found[2] - 1.0).abs() < 0.15, "{found:?}");
    assert!((found[3] - 1.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_password_with_every_request_is_hashed_every_time() {
    let found = readings("credentials", &["identity_cores", "authorised_rate", "login_rate"]);
    // 24 ms each.
    assert!((found[0] - 0.024 * found[1]).abs() < 0.02 * found[0], "{found:?}");
    assert!(found[2].abs() < 1e-12, "nobody logs in: {found:?}");
}

#[test]
fn who_is_refused_logs_in_again_when_tokens_end_and_nothing_renews_them() {
    let text = format!("{SITE}\n[variant.short.auth]\nscheme = 'jwt'\n");
    let run = run(&graph_of(&text, "short"));
    assert!(reading(&run, "forced_logins") > 0.1);
    assert!(reading(&run, "authorised_ratio") < 0.99);
}

#[test]
fn a_store_that_dies_takes_all_sessions_along_and_tokens_do_not_notice() {
    let fault = "[fault.dies]\nnode = 'sessions'\nkind = 'crash'\nat = '5min'\nfor = '1s'\n";
    let text = format!("{SITE}{fault}");
    let session = run(&graph_of(&text, "session"));
    assert!(reading(&session, "forced_logins") * 540.0 > 30.0);
    let token = run(&graph_of(&text, "jwt"));
    assert!(reading(&token, "forced_logins").abs() < 1e-12);
}

#[test]
fn roles_are_asked_for_after_the_name() {
    let text = SITE.replace("[endpoint.page]", "[endpoint.page]\nrole = 'editor'");
    let text = text.replace("kind = 'client'", "kind = 'client'\nroles = { editor = 0.3 }");
    let ratio = reading(&run(&graph_of(&text, "jwt")), "authorised_ratio");
    assert!((ratio - 0.3).abs() < 0.05, "{ratio}");
}

/// What happened to identities, with its moments.
#[derive(Debug, Default)]
struct Heard(Vec<(Time, Said)>);

impl Observer for Heard {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Identity(said) = fact {
            self.0.push((now, *said));
        }
    }
}

/// All that happened in replication 0 of a variant.
fn heard(text: &str, variant: &str) -> Vec<(Time, Said)> {
    let graph = graph_of(text, variant);
    let root = Key::root(graph.run.seed, 0);
    world::run(&graph, root, Heard::default()).observer.0
}

fn count(heard: &[(Time, Said)], is: impl Fn(&Said) -> bool) -> usize {
    heard.iter().filter(|(_, said)| is(said)).count()
}

#[test]
fn nothing_is_paid_where_nobody_is_asked() {
    let (head, rest) = SITE.split_once("[auth]").expect("it has a scheme");
    let (_, nodes) = rest.split_once("[endpoint.page]").expect("it has a page");
    let (nodes, _) = nodes.split_once("[variant.session").expect("it has variants");
    let unknown = format!("{head}[endpoint.page]{nodes}");
    let observable = |text: &str, variant| run(&graph_of(text, variant)).observable;
    assert_eq!(heard(SITE, "base"), []);
    assert_eq!(observable(SITE, "base"), observable(&unknown, "base"));
    // Who shows a password with every request pays for it.
    assert!(!heard(SITE, "credentials").is_empty());
    assert_ne!(observable(SITE, "credentials"), observable(&unknown, "base"));
}

#[test]
fn look_ups_and_checks_are_the_same_number_to_the_last_one() {
    let drained = SITE.replace(
        "duration = '10min'",
        "duration = '10min'\nstudy = 'terminating'\nuntil = 'drained'",
    );
    let session = heard(&drained, "session");
    let look_ups = count(&session, |said| matches!(said, Said::Asked { writes: false, .. }));
    let checks =
        count(&session, |said| matches!(said, Said::Checked { verdict: Verdict::Accepted, .. }));
    assert!(checks > 3_000);
    assert_eq!(look_ups, checks);
    let writes = count(&session, |said| matches!(said, Said::Asked { writes: true, .. }));
    let log_ins = count(&session, |said| matches!(said, Said::Granted { .. }));
    let log_outs = writes - checks - log_ins;
    assert!((log_outs as f64 - 0.5 * log_ins as f64).abs() < 0.1 * log_ins as f64, "{log_outs}");
    let token = heard(&drained, "jwt");
    assert_eq!(count(&token, |said| matches!(said, Said::Asked { .. })), 0);
}

/// One visitor, who comes after a minute and stays for long; the rest of `[auth]` is given.
fn one_visitor(scheme: &str, auth: &str) -> String {
    let text = SITE.replace("poisson = '1/s'", "interval = '1min'");
    let text = text.replace("length = { geometric = { mean = 10 } }", "stay = '10h'");
    let text = text.replace("duration = '10min'", "duration = '119s'\nstudy = 'terminating'");
    format!("{text}\n[variant.one.auth]\nscheme = '{scheme}'\n{auth}")
        .replace("think = { exp = '10s' }", "think = '1s'")
}

#[test]
fn reuse_ends_the_family_at_once_and_the_access_tokens_live_on_until_they_expire() {
    let theft =
        "[variant.one.auth.theft]\nprobability = 1\nwhat = 'refresh'\nafter = '5s'\nuses = '1s'
[variant.one.auth.jwt]\nlifetime = '20s'\n[variant.one.auth.jwt.refresh]\nmargin = '2s'\n";
    let heard = heard(&one_visitor("jwt", theft), "one");
    let at = |is: &dyn Fn(&Said) -> bool| -> Vec<f64> {
        let found = heard.iter().filter(|(_, said)| is(said));
        found.map(|(at, _)| at.0 as f64 / 1e9).collect()
    };
    // The visitor comes at 60 s, has a token soon after, and renews it at 78 s; the thief's token
    // ends at 80 s, and the refresh token that the thief has is an old one by then.
    let ended = at(&|said| matches!(said, Said::FamilyEnded(_)));
    assert!((ended[0] - 80.1).abs() < 0.2, "{ended:?}");
    let thiefs = at(&|said| {
        matches!(said, Said::Checked { by_thief: true, verdict: Verdict::Accepted, .. })
    });
    let before = thiefs.iter().filter(|at| **at < ended[0] + 0.1).count();
    assert!((14..=16).contains(&before), "{thiefs:?}");
    let accepted = at(&|said| {
        matches!(said, Said::Checked { by_thief: false, verdict: Verdict::Accepted, .. })
    });
    let lives_on = accepted.iter().filter(|at| **at > ended[0] && **at < 96.0).count();
    assert!(lives_on >= 14, "the owner's token of 78 s works on: {accepted:?}");
    // The next renewal of the owner is refused, at 96 s.
    let forced = at(&|said| matches!(said, Said::Forced { .. }));
    assert!((forced[0] - 96.2).abs() < 0.3, "{forced:?}");
}

#[test]
fn a_thief_who_is_noticed_loses_a_session_at_once_and_a_token_after_the_lag() {
    let theft = "theft = { probability = 1, after = '10s', discovered = '10s' }\n";
    let exposed = |scheme: &str, auth: &str| {
        let heard = heard(&one_visitor(scheme, auth), "one");
        let span = |said: &Said| {
            let Said::Exposed { span, after_discovery, .. } = said else { return None };
            Some((span.as_secs_f64(), after_discovery.map(|span| span.as_secs_f64())))
        };
        heard.iter().find_map(|(_, said)| span(said))
    };
    let session = exposed("session", theft);
    assert_eq!(session, Some((10.0, Some(0.0))));
    let pushed = "jwt = { lifetime = '40s', deny_list = { check = 'pushed', lag = '5s' } }\n";
    assert_eq!(exposed("jwt", &format!("{theft}{pushed}")), Some((15.0, Some(5.0))));
    let asked = pushed.replace("pushed'", "central', store = 'sessions'");
    assert_eq!(exposed("jwt", &format!("{theft}{asked}")), Some((10.0, Some(0.0))));
    let never =
        exposed("jwt", &format!("{theft}jwt = {{ lifetime = '40s' }}\n")).expect("it expires");
    assert!((never.0 - 30.0).abs() < 0.2, "{never:?}");
}

/// How long the stolen credentials of one visitor worked, of those that ended, in seconds.
fn exposures(text: &str) -> Vec<f64> {
    let heard = heard(text, "one");
    let span = |said: &Said| {
        let Said::Exposed { span, .. } = said else { return None };
        Some(span.as_secs_f64())
    };
    heard.iter().filter_map(|(_, said)| span(said)).collect()
}

#[test]
fn a_thief_who_is_refused_is_done_though_the_session_was_lost_and_not_ended() {
    let theft = "theft = { probability = 1, after = '5s', uses = '1s' }\n";
    let crash = "[fault.dies]\nnode = 'sessions'\nkind = 'crash'\nat = '100s'\nfor = '1s'\n";
    let text = format!("{}{crash}", one_visitor("session", theft));
    // The owner has gone at the crash, and nobody else finds out.
    let text = text.replace("stay = '10h'", "stay = '20s'").replace("logout = 0.5", "logout = 0");
    let found = exposures(&text);
    assert!(found.len() == 1 && (34.0..39.0).contains(&found[0]), "{found:?}");
}

#[test]
fn a_new_log_in_ends_what_a_thief_has_of_the_session_before() {
    // The other replica does not know the session, so that its owner logs in again and again.
    let theft = "session = { keep = 'local' }\ntheft = { probability = 1, after = '100ms' }\n";
    let text = one_visitor("session", theft).replace("cores = 2", "cores = 2\nreplicas = 2");
    let found = exposures(&text);
    assert!(!found.is_empty() && (0.5..5.0).contains(&found[0]), "{found:?}");
}

#[test]
fn a_refusal_at_another_replica_is_no_end_of_a_theft() {
    let theft = "session = { keep = 'local' }
theft = { probability = 1, after = '5s', uses = '1s' }\n";
    let text = one_visitor("session", theft).replace("cores = 2", "cores = 2\nreplicas = 2");
    let text = text.replace("stay = '10h'", "stay = '6s'").replace("logout = 0.5", "logout = 0");
    assert!(exposures(&text).is_empty());
    let refused = |said: &Said| {
        matches!(said, Said::Checked { by_thief: true, verdict: Verdict::Elsewhere, .. })
    };
    assert!(count(&heard(&text, "one"), refused) > 10);
}

#[test]
fn a_session_whose_name_was_set_before_lets_its_setter_in_unless_the_log_in_renews_the_name() {
    let tried = |scheme, session: &str| {
        let theft = "theft = { fixation = 1, uses = '1s', discovered = '9s' }\n";
        let auth = format!("session = {{ {session} }}\n{theft}");
        let heard = heard(&one_visitor(scheme, &auth), "one");
        let is =
            |said: &Said, wanted| matches!(said, Said::Fixed { keeps, .. } if *keeps == wanted);
        let let_in = |said: &Said| {
            matches!(said, Said::Checked { by_thief: true, verdict: Verdict::Accepted, .. })
        };
        let exposed = |said: &Said| matches!(said, Said::Exposed { .. });
        (
            count(&heard, |said| is(said, true)),
            count(&heard, |said| is(said, false)),
            count(&heard, let_in),
            count(&heard, exposed),
        )
    };
    // The attacker asks once a second until that is noticed; the victim's new log-in is lured, too.
    let kept = tried("session", "renew_at_login = false");
    assert!(kept.0 > 0 && kept.1 == 0 && kept.2 >= 8 * kept.3 && kept.3 > 0, "{kept:?}");
    for stopped in [tried("session", "renew_at_login = true"), tried("jwt", "idle = '20min'")] {
        assert!(stopped.0 == 0 && stopped.1 > 0 && stopped.2 + stopped.3 == 0, "{stopped:?}");
    }
}

#[test]
fn each_theft_of_one_person_draws_anew() {
    let theft = "session = { idle = '1500ms', write_every = '0s' }
theft = { probability = 1, after = '1s', discovered = { exp = '5s' } }\n";
    let found = exposures(&one_visitor("session", theft));
    assert!(found.len() >= 3, "{found:?}");
    assert!(found.windows(2).all(|two| (two[0] - two[1]).abs() > 1e-6), "{found:?}");
}

#[test]
fn a_hash_in_the_event_loop_blocks_everybody_and_a_pool_beside_it_does_not() {
    let text =
        SITE.replace("issuer = 'accounts'", "issuer = 'app'").replace("cores = 2", "cores = 1");
    let text =
        text.replace("{ to = 'accounts' }", "{ to = 'app' }").replace("[link.edge.accounts]\n", "");
    let text = text.replace("[auth.session]", "[auth.password]\ntime = '250ms'\n[auth.session]");
    let pool = "[variant.pool.auth]\nscheme = 'session'\npassword = { pool = 4 }\n";
    let text = format!("{text}{pool}");
    let latency = |variant| reading(&run(&graph_of(&text, variant)), "authorised_latency_mean");
    let (inline, beside) = (latency("session"), latency("pool"));
    assert!(inline > 2.0 * beside && beside < 0.04, "{inline} {beside}");
}

#[test]
fn what_a_pool_hashes_is_in_the_share_of_identity_and_in_what_it_is_a_share_of() {
    let pool =
        "[variant.pool.auth]\nscheme = 'session'\npassword = { time = '250ms', pool = 50 }\n";
    let run = run(&graph_of(&format!("{SITE}{pool}"), "pool"));
    let (share, cores) = (reading(&run, "identity_share"), reading(&run, "identity_cores"));
    assert!(share > 0.1 && share < 1.0, "{share}");
    assert!(cores > 0.1, "hashes of a quarter of a second are work: {cores}");
}

#[test]
fn log_ins_of_a_pool_wait_for_a_worker_and_for_nothing_else() {
    let pool = |workers| {
        let extra = format!(
            "[variant.pool.auth]\nscheme = 'session'
password = {{ time = '250ms', pool = {workers} }}\n"
        );
        reading(&run(&graph_of(&format!("{SITE}{extra}"), "pool")), "login_latency_mean")
    };
    let (one, many) = (pool(1), pool(50));
    assert!((many - 0.27).abs() < 0.01, "{many}");
    // M/D/1 at one log-in a second: a wait of 42 ms on average.
    assert!((one - many - 0.042).abs() < 0.012, "{one} {many}");
}

#[test]
fn a_proxy_that_checks_keeps_what_it_refuses_from_the_servers() {
    let text = SITE
        .replace("at = 'app'", "at = 'edge'")
        .replace("[link.app.sessions]", "[link.edge.sessions]");
    let text = text.replace("[endpoint.page]", "[endpoint.page]\nrole = 'editor'");
    let text = text.replace("kind = 'client'", "kind = 'client'\nroles = { editor = 0.3 }");
    let graph = graph_of(&text, "session");
    let ran = run(&graph);
    assert!((reading(&ran, "authorised_ratio") - 0.3).abs() < 0.05);
    let app = graph.node("app").expect("it is there");
    let node = ran.nodes.iter().find(|it| it.node == app && it.replica.is_none()).expect("read");
    let place =
        lindley::metrics::at_node().position(|it| it.name == "arrival_rate").expect("a metric");
    let let_in = reading(&ran, "authorised_rate");
    assert!((node.values[place] - let_in).abs() < 0.02 * let_in, "{}", node.values[place]);
}

#[test]
fn keys_are_fetched_at_the_start_and_when_they_change_and_not_in_between() {
    let keys = "[variant.keys.auth]\nscheme = 'jwt'
jwt = { lifetime = '2h', keys = { rotate = '3min' } }\n";
    let found = heard(&format!("{SITE}{keys}"), "keys");
    let fetches: Vec<u64> = found
        .iter()
        .filter(|(_, said)| matches!(said, Said::Fetched(_)))
        .map(|(at, _)| at.0 / 180_000_000_000)
        .collect();
    // Once for each of the four keys of ten minutes, or a few times while the first one is fetched.
    for key in 0..=3 {
        let times = fetches.iter().filter(|it| **it == key).count();
        assert!((1..=4).contains(&times), "{fetches:?}");
    }
    assert_eq!(count(&found, |said| matches!(said, Said::Forced { .. })), 0);
    let leaked = keys.replace("rotate = '3min'", "rotate = '3min', overlap = '0s'");
    let found = heard(&format!("{SITE}{leaked}"), "keys");
    assert!(count(&found, |said| matches!(said, Said::Forced { .. })) > 100);
}

#[test]
fn a_copy_of_a_session_helps_over_an_outage_of_the_store_for_as_long_as_it_may_be_old() {
    let fault = "[fault.hangs]\nnode = 'sessions'\nkind = 'refuse'\nat = '5min'\nfor = '1min'\n";
    let copy = "[variant.copy.auth]\nscheme = 'session'\nsession = { stale = '30s' }\n";
    let text = format!("{SITE}{fault}{copy}");
    let errors = |variant| 1.0 - reading(&run(&graph_of(&text, variant)), "success_ratio");
    let (without, with) = (errors("session"), errors("copy"));
    assert!(without > 0.02 && with < 0.8 * without && with > 0.0, "{without} {with}");
    assert!(reading(&run(&graph_of(&text, "copy")), "stale_rate") > 0.1);
}

#[test]
fn a_request_without_its_cookie_finds_no_copy_of_a_session() {
    let text = SITE
        .replace("[endpoint.page]", "[endpoint.page]\norigin = 'https://api.example'")
        .replace(
            "[endpoint.login]",
            "[endpoint.login]\norigin = 'https://api.example'\ncredentials = true",
        )
        .replace("[visit.usual]", "[visit.usual]\norigin = 'https://app.example'")
        .replace("[page.any]", "[page.own]\nendpoint = 'own'\n[page.any]")
        .replace("{ any = 1 }", "{ own = 3, any = 1 }")
        .replace("[auth.session]", "[auth.cookie]\nsame_site = 'none'\n[auth.session]");
    let own = "[endpoint.own]\norigin = 'https://api.example'\ncredentials = true
work = [{ cpu = '1ms' }]
[node.edge.cors]\norigins = ['https://app.example']\ncredentials = true
[fault.hangs]\nnode = 'sessions'\nkind = 'refuse'\nat = '5min'\nfor = '1min'
[variant.copy.auth]\nscheme = 'session'\nsession = { stale = '30s' }\n";
    let heard = heard(&format!("{text}\n{own}"), "copy");
    let hangs = Time(300_000_000_000)..Time(360_000_000_000);
    let meanwhile: Vec<_> = heard.into_iter().filter(|(at, _)| hangs.contains(at)).collect();
    let of = |wanted| {
        count(
            &meanwhile,
            |said| matches!(said, Said::Checked { verdict, .. } if *verdict == wanted),
        )
    };
    let covered = count(&meanwhile, |said| matches!(said, Said::Covered(_)));
    assert!(covered > 10 && of(Verdict::Accepted) == covered, "{covered}");
    assert!(of(Verdict::Missing) > 10, "{}", of(Verdict::Missing));
}

#[test]
fn a_token_has_no_copy_that_helps_over_an_outage_of_the_deny_list() {
    let fault = "[fault.hangs]\nnode = 'sessions'\nkind = 'refuse'\nat = '5min'\nfor = '1min'\n";
    let asked = "[variant.asked.auth]\nscheme = 'jwt'\nsession = { stale = '30s' }
jwt = { lifetime = '2h', deny_list = { check = 'central', store = 'sessions' } }\n";
    let ran = run(&graph_of(&format!("{SITE}{fault}{asked}"), "asked"));
    assert!(reading(&ran, "stale_rate").abs() < 1e-12);
    assert!(reading(&ran, "success_ratio") < 0.95);
}

#[test]
fn a_store_without_room_lets_sessions_go_and_their_owners_log_in_again() {
    let full =
        "[variant.full.auth]\nscheme = 'session'\nsession = { capacity = 50, idle = '5min' }\n";
    let text = format!("{SITE}{full}");
    let ran = run(&graph_of(&text, "full"));
    assert!(reading(&ran, "evicted_sessions") > 0.3);
    assert!(reading(&ran, "forced_logins") > 0.1);
    let roomy = text.replace("capacity = 50", "capacity = 5000");
    let ran = run(&graph_of(&roomy, "full"));
    assert!(reading(&ran, "evicted_sessions").abs() < 1e-12);
    assert!(reading(&ran, "forced_logins") < 0.05);
}

#[test]
fn a_store_that_has_died_has_all_its_room_again() {
    let text = "[variant.full.auth]\nscheme = 'session'\nsession = { capacity = 200 }
[fault.dies]\nnode = 'sessions'\nkind = 'crash'\nat = '5min'\nfor = '1s'\n";
    let site = SITE.replace("logout = 0.5", "logout = 0");
    let heard = heard(&format!("{site}{text}"), "full");
    let evicted = |seconds: std::ops::Range<u64>| {
        let is_then = |at: Time| seconds.contains(&(at.0 / 1_000_000_000));
        let count = |(at, said): &(Time, Said)| {
            let Said::Evicted { count, .. } = said else { return 0 };
            if is_then(*at) { *count } else { 0 }
        };
        heard.iter().map(count).sum::<u32>()
    };
    // One visitor a second: it is full after 200 s, and again when those who were there have logged
    // in anew and as many have come as there is room for.
    let [before, after] = [evicted(230..300), evicted(480..600)];
    assert!(before > 40 && after > 60, "{before} {after}");
    assert_eq!(evicted(300..350), 0);
}

#[test]
fn log_out_everywhere_ends_the_other_devices_as_well() {
    let text = SITE.replace("logout = 0.5", "logout = true\ndevices = 3");
    let here = run(&graph_of(&text, "session"));
    let text = text.replace("login = 'login'", "login = 'login'\neverywhere = true");
    let everywhere = run(&graph_of(&text, "session"));
    assert!((reading(&here, "login_rate") - 3.0).abs() < 0.3);
    assert!(reading(&here, "forced_logins") < 0.05);
    assert!(reading(&everywhere, "forced_logins") > 0.3);
}

#[test]
fn a_server_without_sessions_has_no_cart_to_lose_later() {
    let text = SITE.replace("[auth.session]", "[auth.session]\ncart = true");
    let visitors = reading(&run(&graph_of(&text, "jwt")), "login_rate") * 600.0;
    let lost = reading(&run(&graph_of(&text, "jwt")), "carts_lost");
    assert!((lost - visitors).abs() < 0.1 * visitors, "{lost} of {visitors}");
    assert!(reading(&run(&graph_of(&text, "session")), "carts_lost").abs() < 1e-12);
}

#[test]
fn who_shows_nothing_is_refused_at_once_and_costs_nothing() {
    let nobody = SITE.replace("logout = 0.5", "login = false");
    let central = nobody.replace(
        "[variant.jwt.auth.jwt]",
        "[variant.jwt.auth.jwt]\ndeny_list = { check = 'central', store = 'sessions' }",
    );
    for (text, variant) in
        [(&nobody, "session"), (&nobody, "credentials"), (&nobody, "jwt"), (&central, "jwt")]
    {
        let heard = heard(text, variant);
        let is_nobody =
            |said: &Said| matches!(said, Said::Checked { verdict: Verdict::Missing, bytes: 0, .. });
        let checks = count(&heard, |said| matches!(said, Said::Checked { .. }));
        assert!(checks > 1_000 && count(&heard, is_nobody) == checks, "{variant}");
        let costs = |said: &Said| matches!(said, Said::Asked { .. } | Said::Worked { .. });
        assert_eq!(count(&heard, costs), 0, "{variant}");
        let (run, names) = (run(&graph_of(text, variant)), ["success_ratio", "errors_status"]);
        assert_eq!(names.map(|name| reading(&run, name) > 0.5), [false, true], "{variant}");
    }
}

#[test]
fn without_a_timer_the_first_page_before_the_end_renews_a_token() {
    let renewals = |refresh: &str| {
        let auth = format!(
            "[variant.one.auth.jwt]\nlifetime = '20s'\n\
             [variant.one.auth.jwt.refresh]\nbackground = false\n{refresh}\n"
        );
        let heard = heard(&one_visitor("jwt", &auth), "one");
        let granted = heard.iter().filter(|(_, said)| matches!(said, Said::Granted { .. }));
        let at: Vec<f64> = granted.map(|(at, _)| at.0 as f64 / 1e9).collect();
        at.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<f64>>()
    };
    // There is a page each second, and each takes 0.02 s.
    for (refresh, range) in [
        ("", 19.9..21.2),
        ("margin = '8s'", 11.9..13.2),
        ("margin = '8s'\njitter = '4s'", 7.9..13.2),
    ] {
        let found = renewals(refresh);
        assert!(found.len() >= 2 && found.iter().all(|it| range.contains(it)), "{found:?}");
    }
}

#[test]
fn somebody_with_three_devices_is_one_person_present() {
    let devices =
        SITE.replace("length = { geometric = { mean = 10 } }", "stay = '20s'\ndevices = 3");
    let people = reading(&run(&graph_of(&devices, "session")), "people_mean");
    assert!((people - 20.0).abs() < 5.0, "{people}: one comes a second, and stays for 20 s");
}
