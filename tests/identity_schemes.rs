//! What the shipped scenarios of identity show, as relations between variants under common random
//! numbers: intervals of paired differences that exclude zero.

mod support;

use std::path::Path;
use std::sync::Arc;

use lindley::auth::Said;
use lindley::fact::{Fact, Observer};
use lindley::graph::{self, Graph};
use lindley::metrics::at_node;
use lindley::model::Warmup;
use lindley::rng::Key;
use lindley::scenario::source::Disk;
use lindley::stats::{Confidence, Paired, Verdict};
use lindley::study::{Replication, Wanted, replicate};
use lindley::time::{Span, Time};
use lindley::trace::Trace;
use lindley::world;
use support::reading;

/// As few as give intervals; the pairing does the rest.
const REPLICATIONS: u32 = 5;

struct NoFiles;

impl graph::Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("there is no {path}"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("there is no {path}"))
    }
}

/// A shipped scenario that was run.
struct Ran(Vec<(String, Graph, Vec<Replication>)>);

impl Ran {
    /// These variants of a scenario.
    fn of(scenario: &str, variants: &[&str]) -> Self {
        let all = Self::graphs(scenario, variants);
        let run = |(name, graph): (String, Graph)| {
            let window = match graph.run.warmup {
                Some(Warmup::Given(span)) => Time(span.0),
                Some(Warmup::Auto) | None => Time::ZERO,
            };
            let one = |n| replicate(&graph, n, window, Wanted::default()).expect("no violation");
            let runs = (0..REPLICATIONS).map(one).collect();
            (name, graph, runs)
        };
        Self(all.into_iter().map(run).collect())
    }

    /// The graphs of these variants of a scenario.
    fn graphs(scenario: &str, variants: &[&str]) -> Vec<(String, Graph)> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{scenario}.toml"));
        let mut all = support::variants(&path, &Disk, &mut NoFiles);
        all.retain(|(name, _)| variants.contains(&name.as_str()));
        all
    }

    fn values(&self, variant: &str, read: impl Fn(&Graph, &Replication) -> f64) -> Vec<f64> {
        let found = self.0.iter().find(|(name, ..)| name == variant);
        let (_, graph, runs) = found.unwrap_or_else(|| panic!("no variant {variant}"));
        runs.iter().map(|run| read(graph, run)).collect()
    }

    /// Asserts that a metric of one variant is below that of another.
    #[track_caller]
    fn is_below(&self, metric: &str, low: &str, high: &str) {
        let read = |_: &Graph, run: &Replication| reading(run, metric);
        assert_below(metric, &self.values(low, read), &self.values(high, read));
    }

    /// The same of a metric of a node.
    #[track_caller]
    fn is_below_at(&self, node: &str, metric: &str, low: &str, high: &str) {
        let read = |graph: &Graph, run: &Replication| {
            let id = graph.node(node).expect(node);
            let place = at_node().position(|it| it.name == metric).expect(metric);
            let whole = run.nodes.iter().find(|it| it.node == id && it.replica.is_none());
            whole.expect("every node has a reading").values[place]
        };
        assert_below(metric, &self.values(low, read), &self.values(high, read));
    }

    fn mean(&self, metric: &str, variant: &str) -> f64 {
        let values = self.values(variant, |_, run| reading(run, metric));
        values.iter().sum::<f64>() / values.len() as f64
    }
}

#[track_caller]
fn assert_below(metric: &str, low: &[f64], high: &[f64]) {
    let paired = Paired::of(low, high, Confidence::P95, 1).expect("several replications");
    assert_eq!(paired.verdict, Verdict::Higher, "{metric}: {low:?} is not below {high:?}");
}

#[test]
fn a_session_is_paid_at_its_store_and_a_token_on_the_wire_and_in_what_a_thief_gets() {
    let ran = Ran::of("session-or-jwt", &["session", "session-every-write", "rs256"]);
    ran.is_below("store_lookups", "rs256", "session");
    ran.is_below("authorised_latency_mean", "rs256", "session");
    ran.is_below("credential_bytes", "session", "rs256");
    ran.is_below("exposure_mean", "session", "rs256");
    ran.is_below("exposure_after_logout_mean", "session", "rs256");
    assert!(ran.mean("store_lookups", "rs256").abs() < 1e-12);
    // A look-up and a write with every request, where there was a look-up.
    let load = |it| ran.mean("store_lookups", it) + ran.mean("store_writes", it);
    ran.is_below("store_writes", "session", "session-every-write");
    assert!(load("session-every-write") > 1.7 * load("session"));
}

#[test]
fn rsa_verifies_cheaply_and_signs_dearly_and_a_curve_the_other_way_round() {
    let ran = Ran::of("session-or-jwt", &["hs256", "rs256", "es256"]);
    ran.is_below_at("app", "utilisation", "rs256", "es256");
    ran.is_below_at("accounts", "utilisation", "es256", "rs256");
    ran.is_below("login_latency_mean", "es256", "rs256");
    ran.is_below("identity_cores", "hs256", "rs256");
    ran.is_below("identity_cores", "hs256", "es256");
}

#[test]
fn a_deny_list_that_is_asked_brings_the_store_back_and_one_that_is_pushed_comes_late() {
    let variants = ["session", "rs256", "rs256-denied-centrally", "rs256-denied-pushed"];
    let ran = Ran::of("session-or-jwt", &variants);
    ran.is_below("store_lookups", "rs256-denied-pushed", "rs256-denied-centrally");
    let [session, central] =
        ["session", "rs256-denied-centrally"].map(|it| ran.mean("store_lookups", it));
    assert!((session - central).abs() < 0.01 * session, "{session} {central}");
    ran.is_below("authorised_latency_mean", "rs256-denied-pushed", "rs256-denied-centrally");
    let after = "exposure_after_logout_mean";
    ran.is_below(after, "rs256-denied-centrally", "rs256-denied-pushed");
    ran.is_below(after, "rs256-denied-pushed", "rs256");
}

/// The longest that a stolen credential worked in a variant after a log-out, or after a discovery,
/// and how many there were.
fn longest(scenario: &str, variant: &str, is_logout: bool) -> (Span, usize) {
    let ran = Ran::graphs(scenario, &[variant]);
    let (_, graph) = &ran[0];
    let root = Key::root(graph.run.seed, 0);
    let found = world::run(graph, root, Exposed::default()).observer.0;
    let spans: Vec<Span> = found
        .into_iter()
        .filter_map(|(logout, discovery)| if is_logout { logout } else { discovery })
        .collect();
    (spans.iter().copied().max().unwrap_or_default(), spans.len())
}

/// How long stolen credentials worked after a log-out, and after a discovery.
#[derive(Debug, Default)]
struct Exposed(Vec<(Option<Span>, Option<Span>)>);

impl Observer for Exposed {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Identity(Said::Exposed { after_logout, after_discovery, .. }) = fact {
            self.0.push((*after_logout, *after_discovery));
        }
    }
}

#[test]
fn what_is_taken_back_works_for_no_longer_than_the_list_takes_whatever_happens_to_it() {
    // A log-out is on its way to its owner meanwhile: what it ended has ended before that.
    let lag = Span::from_secs(30);
    for is_logout in [true, false] {
        let pushed = longest("session-or-jwt", "rs256-denied-pushed", is_logout);
        assert!(pushed.0 <= lag && pushed.0 > Span::from_secs(15) && pushed.1 > 100, "{pushed:?}");
        for at_once in ["session", "rs256-denied-centrally"] {
            let (span, count) = longest("session-or-jwt", at_once, is_logout);
            assert!(span.is_zero() && count > 100, "{at_once}: {span} of {count}");
        }
        // A discovery is of no use where nothing can be taken back.
        let (token, count) = longest("session-or-jwt", "rs256", is_logout);
        assert!(token > Span::from_secs(600) && count > 100, "{token} of {count}");
    }
    let pushed = longest("logout", "token-denied-pushed", true);
    assert!(pushed.0 <= lag && pushed.0 > Span::from_secs(15) && pushed.1 > 100, "{pushed:?}");
    for at_once in ["session", "token-denied-centrally"] {
        let (span, count) = longest("logout", at_once, true);
        assert!(span.is_zero() && count > 100, "{at_once}: {span} of {count}");
    }
}

#[test]
fn short_tokens_that_are_renewed_shorten_a_theft_for_a_little_load() {
    let ran = Ran::of("session-or-jwt", &["session", "rs256", "rs256-refresh"]);
    ran.is_below("exposure_mean", "rs256-refresh", "rs256");
    ran.is_below("store_lookups", "rs256", "rs256-refresh");
    ran.is_below("store_lookups", "rs256-refresh", "session");
}

#[test]
fn a_password_with_every_request_collapses_at_a_fraction_of_the_load_of_a_token() {
    let ran = Ran::of("stateless-http", &["password", "session", "token"]);
    ran.is_below("throughput", "password", "token");
    ran.is_below("latency_mean", "token", "password");
    ran.is_below("latency_mean", "session", "password");
    // 24 ms a hash on two cores are 83 a second; a page of 4 ms would let 500 in.
    assert!(ran.mean("throughput", "password") < 84.0);
    assert!(ran.mean("latency_mean", "password") > 10.0 * ran.mean("latency_mean", "session"));
}

#[test]
fn the_loss_of_a_server_costs_sticky_sessions_their_carts_and_no_others() {
    let ran = Ran::of("sticky-or-shared", &["shared", "sticky", "replicated", "local-anywhere"]);
    ran.is_below("carts_lost", "shared", "sticky");
    ran.is_below("carts_lost", "replicated", "sticky");
    ran.is_below("carts_lost", "sticky", "local-anywhere");
    assert!(ran.mean("carts_lost", "shared").abs() < 1e-12);
    ran.is_below_at("app", "utilisation", "shared", "replicated");
}

#[test]
fn rotation_ends_what_a_thief_has_unless_the_owner_never_comes_back() {
    let variants = ["plain", "without-record", "short-life", "rotation", "access-token-alone"];
    let ran = Ran::of("refresh-tokens", &variants);
    ran.is_below("exposure_mean", "plain", "without-record");
    ran.is_below("exposure_mean", "short-life", "plain");
    ran.is_below("exposure_mean", "rotation", "plain");
    ran.is_below("exposure_mean", "access-token-alone", "rotation");
    // The owner pays as well.
    ran.is_below("forced_logins", "plain", "rotation");
    ran.is_below("families_ended", "plain", "rotation");
}

#[test]
fn log_out_ends_a_session_at_once_and_a_token_when_it_can() {
    let variants = ["session", "token", "refreshed", "refreshed-without-record"];
    let ran = Ran::of("logout", &variants);
    let after = "exposure_after_logout_mean";
    ran.is_below(after, "session", "refreshed");
    ran.is_below(after, "refreshed", "token");
    ran.is_below(after, "token", "refreshed-without-record");
    assert!(ran.mean(after, "session") < 0.1);
}

#[test]
fn a_limit_before_the_hash_saves_what_a_limit_behind_it_does_not() {
    let variants = ["session-limit-before", "session-limit-after", "token", "token-key-changed"];
    let ran = Ran::of("login-storm", &variants);
    ran.is_below("identity_cores", "session-limit-before", "session-limit-after");
    ran.is_below("success_ratio", "session-limit-after", "session-limit-before");
    ran.is_below("forced_logins", "token", "token-key-changed");
}

#[test]
fn shards_writes_that_wait_and_tokens_relieve_a_store() {
    let variants = ["one-store", "written-once-a-minute", "four-shards", "token"];
    let ran = Ran::of("session-store-overload", &variants);
    for relieved in ["written-once-a-minute", "four-shards", "token"] {
        ran.is_below("authorised_latency_mean", relieved, "one-store");
        ran.is_below("throughput", "one-store", relieved);
    }
}
