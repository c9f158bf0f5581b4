//! Small real runs for the tests of this folder.

use std::path::Path;
use std::sync::Arc;

use super::Provenance;
use crate::graph::{self, build};
use crate::scenario::source::Memory;
use crate::scenario::{Diagnostics, Scenario};
use crate::study::{Comparison, Plan, Variant, VariantResult, Wanted, compare, run_variants};
use crate::trace::Trace;

/// Nothing beyond metrics.
pub(super) const PLAIN: Wanted = Wanted { strict: false, requests: None };
/// All requests, and the strict fingerprint.
pub(super) const KEEPING: Wanted = Wanted { strict: true, requests: Some(None) };

macro_rules! queue {
    ($top:literal, $rate:literal, $node:literal) => {
        concat!(
            $top,
            "duration = \"20s\"\nwarmup = \"2s\"\nreplications = 5\n",
            "[endpoint.page]\nwork = [ { cpu = { exp = \"10ms\" } } ]\n",
            "[node.users]\nkind = \"client\"\nmix = { page = 1 }\n",
            "arrivals = { poisson = \"",
            $rate,
            "\" }\n[node.app]\nkind = \"server\"\ncores = 1\n",
            $node,
            "[link.users.app]\n"
        )
    };
}

/// One queue at load 0.5.
pub(super) const QUEUE: &str = queue!("", "50/s", "");
/// The same with objectives that it meets.
pub(super) const PROMISED: &str = queue!("slo = { p50 = \"50ms\", success = 0.5 }\n", "50/s", "");
/// A queue that cannot keep up, with an objective.
pub(super) const OVERLOADED: &str = queue!("slo = { p99 = \"50ms\" }\n", "200/s", "");
/// A server that refuses whoever finds it busy.
pub(super) const REFUSING: &str = queue!("", "50/s", "workers = 1\nqueue = 0\n");
/// A queue with a probe.
pub(super) const PROBED: &str =
    queue!("probe = { inside = { node = \"app\", at = [\"5s\", \"99s\"] } }\n", "50/s", "");

/// Two endpoints.
pub(super) const TWO_ENDPOINTS: &str = r#"
duration = "20s"
warmup = "2s"
replications = 5
[endpoint.page]
work = [ { cpu = { exp = "10ms" } } ]
[endpoint.search]
work = [ { cpu = "5ms" } ]
[node.users]
kind = "client"
arrivals = { poisson = "50/s" }
mix = { page = 0.6, search = 0.4 }
[node.app]
kind = "server"
cores = 1
[link.users.app]
latency = "1ms"
"#;

/// Injections that nothing, a filter of requests, or prepared statements stop.
pub(super) const ATTACKED: &str = r#"
study = "terminating"
until = "drained"
duration = "60s"
replications = 5
[endpoint.search]
path = "/search"
query = { rows = 20 }
work = [{ cpu = { exp = "4ms" } }, { call = "db" }]
[node.shoppers]
kind = "client"
arrivals = { poisson = "10/s" }
mix = { search = 1 }
[node.attacker]
kind = "attacker"
attack = "sql-injection"
arrivals = { regular = "2/s" }
mix = { search = 1 }
addresses = { count = 1 }
[node.edge]
kind = "reverse-proxy"
cores = 1
[node.app]
kind = "server"
cores = 1
[node.db]
kind = "database"
service = "1ms"
cores = 1
[link.shoppers.edge]
latency = "20ms"
[link.attacker.edge]
[link.edge.app]
[link.app.db]
[variant.nothing]
[variant.waf.node.edge]
waf = { catches = { sql-injection = 0.8 }, false_positives = 0.002, cost = "0.5ms" }
[variant.prepared.endpoint.search]
defences = { prepared = true }
"#;

/// People of whom a fifth is robbed by thieves who use what they stole.
pub(super) const STOLEN: &str = r#"
duration = "40min"
warmup = "10min"
replications = 5
[auth]
at = "app"
issuer = "accounts"
login = "login"
scheme = "session"
session = { store = "sessions", idle = "15min" }
theft = { probability = 0.2, after = { exp = "20s" }, uses = { exp = "30s" } }
logout = "logout"
[endpoint.page]
work = [{ cpu = "1ms" }]
[endpoint.login]
path = "/login"
[endpoint.logout]
path = "/logout"
[page.any]
endpoint = "page"
[visit.usual]
pages = { any = 1 }
length = { geometric = { mean = 10 } }
think = { exp = "10s" }
logout = 1
[node.people]
kind = "client"
arrivals = { visits = { poisson = "0.5/s" }, visit = "usual" }
[node.edge]
kind = "reverse-proxy"
routes = [{ path = "/", to = "app" }, { to = "accounts" }]
[node.app]
kind = "server"
cores = 2
[node.accounts]
kind = "auth-server"
cores = 4
[node.sessions]
kind = "session-store"
cores = 1
service = "0.2ms"
[link.people.edge]
[link.edge.app]
[link.edge.accounts]
[link.app.sessions]
[link.accounts.sessions]
[link.app.accounts]
"#;

/// Four small machines against one big one at the same price.
pub(super) const SHOP: &str = r#"
title = "One big server or four small ones?"
duration = "20s"
warmup = "2s"
replications = 5
[machine.small]
cores = 1
price = 0.1
[machine.big]
cores = 4
price = 0.4
[endpoint.page]
work = [ { cpu = { exp = "10ms" } } ]
[node.users]
kind = "client"
arrivals = { poisson = "200/s" }
mix = { page = 1 }
[node.balancer]
kind = "load-balancer"
algorithm = "random"
[node.app]
kind = "server"
[link.users.balancer]
[link.balancer.app]
[variant.out.node.app]
machine = "small"
replicas = 4
[variant.up.node.app]
machine = "big"
"#;

/// One fast core against four slow ones at load 0.6: the fast one answers sooner, and the four
/// let fewer wait.
pub(super) const FAST_OR_MANY: &str = r#"
duration = "20s"
warmup = "2s"
replications = 5
[endpoint.page]
work = [ { cpu = { exp = "10ms" } } ]
[node.users]
kind = "client"
arrivals = { poisson = "240/s" }
mix = { page = 1 }
[node.app]
kind = "server"
[link.users.app]
[variant.many.node.app]
cores = 4
[variant.fast.node.app]
cores = 1
speed = 4
"#;

struct NoFiles;

impl graph::Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("no file {path}"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("no file {path}"))
    }
}

/// All variants of the scenario `text`.
pub(super) fn run(text: &str, wanted: Wanted) -> Vec<VariantResult> {
    let mut diagnostics = Diagnostics::new();
    let files = Memory::of(&[("sample.toml", text)]);
    let scenario = Scenario::load(Path::new("sample.toml"), &files, &[], &mut diagnostics);
    let names: Vec<String> = scenario.variants().iter().map(|name| (*name).to_owned()).collect();
    let mut variants = Vec::new();
    for name in names {
        let model = scenario.model(&name, &[], &mut diagnostics);
        let graph = model.and_then(|model| build(&model, &mut NoFiles, &mut diagnostics));
        let graph = graph.unwrap_or_else(|| panic!("{}", diagnostics.to_plain(&scenario.sources)));
        variants.push(Variant { name, graph: Arc::new(graph) });
    }
    let plan = Plan { wanted, precision: None };
    run_variants(&variants, plan, &()).expect("audits that hold")
}

/// The variants of [`SHOP`], and how they compare with the first.
pub(super) fn compared() -> (Vec<VariantResult>, Comparison) {
    let results = run(SHOP, PLAIN);
    let comparison = compare(&results, 0);
    (results, comparison)
}

/// Where the results are said to come from.
pub(super) fn provenance() -> Provenance {
    Provenance {
        scenario: "sample".to_owned(),
        title: "One big server or four small ones?".to_owned(),
        digest: super::digest(SHOP),
        text: SHOP.to_owned(),
        overlays: vec!["node.app.cores=1".to_owned()],
        seed: 1,
        command: "lindley run sample.toml --seed 1".to_owned(),
    }
}

/// The cell of a line without quotes at `place`.
pub(super) fn cell(line: &str, place: usize) -> &str {
    line.split(',').nth(place).expect("a cell")
}
