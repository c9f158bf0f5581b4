//! Small scenarios, and what is said of them before they are run.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::graph::{Files, Graph, build};
use crate::scenario::source::Memory;
use crate::scenario::{BASE, Diagnostic, Diagnostics, Scenario};
use crate::time::Span;
use crate::trace::Trace;

/// The one file that there is, if any: a trace, whatever its name.
struct OneTrace<'a>(Option<&'a str>);

impl Files for OneTrace<'_> {
    fn text(&mut self, _: &str) -> Result<String, String> {
        Err("no files here".to_owned())
    }

    fn trace(&mut self, _: &str) -> Result<Arc<Trace>, String> {
        let text = self.0.ok_or("no files here")?;
        Trace::read(text.as_bytes()).map(Arc::new).map_err(|error| error.to_string())
    }
}

/// What is known of a scenario, as text, and the warnings about it.
pub(super) fn checked(text_of_scenario: &str) -> (Graph, Checked, String) {
    looked_at(text_of_scenario, OneTrace(None))
}

/// The same of a scenario that replays these rows.
pub(super) fn replayed(text_of_scenario: &str, rows: &str) -> (Graph, Checked, String) {
    looked_at(text_of_scenario, OneTrace(Some(rows)))
}

fn looked_at(text_of_scenario: &str, mut files_of: OneTrace<'_>) -> (Graph, Checked, String) {
    let mut said = Diagnostics::new();
    let files = Memory::of(&[("a.toml", text_of_scenario)]);
    let scenario = Scenario::load(Path::new("a.toml"), &files, &[], &mut said);
    let model = scenario.model(BASE, &[], &mut said).expect("a sound model");
    let graph = build(&model, &mut files_of, &mut said);
    let graph = graph.unwrap_or_else(|| panic!("{}", said.to_plain(&scenario.sources)));
    let checked = Checked::of(&graph);
    let found = suspicions(&model, &graph, &checked.traffic, &mut said);
    unused(&[found], &mut said);
    let warnings = said.to_plain(&scenario.sources);
    (graph, checked, warnings)
}

/// One client, one server; what stands in `{}` of the server is given.
fn one(arrivals: &str, work: &str, server: &str) -> String {
    format!(
        "duration = '1100s'\nwarmup = '100s'\n[endpoint.page]\nwork = [{work}]
[node.users]\nkind = 'client'\n{arrivals}\nmix = {{ page = 1 }}
[node.app]\nkind = 'server'\n{server}\n[link.users.app]\n"
    )
}

const POISSON: &str = "arrivals = { poisson = '80/s' }";
const EXP: &str = "{ cpu = { exp = '10ms' } }";

#[track_caller]
fn check_theory(text: &str, node: &str, expected: &str) {
    let (graph, checked, _) = checked(text);
    let id = graph.node(node).expect(node);
    let found = match &checked.nodes[id.index()] {
        Answer::Nothing => "nothing".to_owned(),
        Answer::Queue(known, quality) => {
            let sojourn = 1e3 * known.means().sojourn;
            format!("{} {} {sojourn:.3} ms", known.name(), word(*quality))
        }
        Answer::Mixed(mixture, quality) => {
            let [_, sojourn] = mixture.means();
            format!("{} {} {:.3} ms", mixture.name(), word(*quality), 1e3 * sojourn)
        }
        Answer::Solved { sojourn, name, .. } => format!("{name} {:.3} ms", 1e3 * sojourn),
        Answer::Unknown(reason) => reason.clone(),
    };
    assert_eq!(found, expected);
}

#[track_caller]
fn check_said(text: &str, expected: &str) {
    let (.., warnings) = checked(text);
    assert!(warnings.contains(expected), "{warnings}");
}

#[test]
fn a_server_is_the_queue_that_its_laws_make_it() {
    for (arrivals, work, server, expected) in [
        (POISSON, EXP, "cores = 1", "M/M/1 exact 50.000 ms"),
        (POISSON, EXP, "cores = 2", "M/M/2 exact 11.905 ms"),
        (POISSON, "{ cpu = '10ms' }", "cores = 1", "M/D/1 exact 30.000 ms"),
        (
            POISSON,
            "{ cpu = { gamma = { mean = '10ms', cv = 2 } } }",
            "cores = 1",
            "M/G/1 exact 110.000 ms",
        ),
        (POISSON, "{ cpu = '10ms' }", "cores = 1\ndiscipline = 'ps'", "M/G/1-PS exact 50.000 ms"),
        (POISSON, EXP, "cores = 1\nworkers = 1\nqueue = 9", "M/M/1/10 exact 37.971 ms"),
        (
            POISSON,
            "{ wait = { exp = '10ms' } }",
            "workers = 1\nqueue = 0",
            "M/G/1/1 (Erlang B) exact 10.000 ms",
        ),
        ("arrivals = { regular = '80/s' }", EXP, "cores = 1", "D/M/1 exact 26.927 ms"),
        (
            "arrivals = { interval = { erlang = { mean = '12.5ms', k = 3 } } }",
            EXP,
            "cores = 1",
            "E3/M/1 exact 34.594 ms",
        ),
        ("arrivals = { poisson = '40/s', batch = 2 }", EXP, "cores = 1", "M^X/M/1 75.000 ms"),
        (
            "arrivals = { mmpp = { rates = ['10/s', '90/s'], leave = ['1/s', '1/s'] } }",
            EXP,
            "cores = 1",
            "no formula: arrivals come in bursts",
        ),
        ("users = 20\nthink = { exp = '1s' }", EXP, "cores = 1", "M/M/1//20 12.278 ms"),
        (POISSON, EXP, "cores = 1\nqueue_timeout = '1s'", "no formula with `queue_timeout`"),
        (POISSON, EXP, "", "nothing"),
    ] {
        check_theory(&one(arrivals, work, server), "app", expected);
    }
}

/// Clients, a balancer and three servers.
fn balanced(algorithm: &str) -> String {
    one("arrivals = { poisson = '240/s' }", EXP, "cores = 1\nreplicas = 3")
        .replace("[link.users.app]", "[link.users.lb]\n[link.lb.app]\n[node.lb]")
        + &format!("kind = 'load-balancer'\nalgorithm = '{algorithm}'\n")
}

#[test]
fn what_a_backend_gets_depends_on_the_balancer() {
    check_theory(&balanced("random"), "app", "M/M/1 exact 50.000 ms");
    check_theory(&balanced("round-robin"), "app", "E3/M/1 exact 34.594 ms");
    let two = balanced("round-robin").replace("cores = 1", "cores = 2");
    check_theory(&two, "app", "E3/M/2 exact 10.660 ms");
    // All ask for the same, which one backend has; of addresses there are too many to say.
    check_theory(&balanced("uri-hash"), "app", "no steady state");
    check_theory(&balanced("source-hash"), "app", "M/M/1 approximation 50.000 ms");
    let reason = "no formula: the balancer looks at how its backends do";
    check_theory(&balanced("least-connections"), "app", reason);
}

#[test]
fn what_leaves_a_poisson_queue_is_poisson_again() {
    let tandem = one(POISSON, &format!("{EXP}, {{ call = 'db' }}"), "cores = 1")
        + "[node.db]\nkind = 'database'\ncores = 1\nservice = { exp = '5ms' }\n[link.app.db]";
    check_theory(&tandem, "db", "M/M/1 exact 8.333 ms");
    let twice = tandem.replace("call = 'db'", "call = 'db', times = 2");
    check_theory(&twice, "db", "M/M/1 approximation 25.000 ms");
    let regular = tandem.replace("{ cpu = { exp = '10ms' } }", "{ cpu = '10ms' }");
    check_theory(&regular, "db", "M/M/1 approximation 8.333 ms");
}

#[test]
fn a_closed_loop_through_two_nodes_is_solved_by_mean_value_analysis() {
    let text =
        one("users = 10\nthink = '100ms'", &format!("{EXP}, {{ call = 'db' }}"), "cores = 1")
            + "[node.db]\nkind = 'database'\ncores = 1\nservice = { exp = '5ms' }\n[link.app.db]";
    let (_, checked, _) = checked(&text);
    let mva = crate::theory::Mva::solve(10, 0.1, &[0.01, 0.005]).expect("positive");
    let rate = checked.circuit.as_ref().and_then(Circuit::rate).expect("solved");
    assert!((rate - mva.throughput).abs() < 1e-9, "{rate}");
}

#[test]
fn a_round_without_queues_is_thinking_the_way_and_the_work() {
    let told = |client: &str| {
        let work = "{ cpu = '20ms' }, { wait = '5ms' }";
        let text_of = one(client, work, "cores = 4") + "latency = '10ms'";
        let (graph, checked, _) = checked(&text_of);
        text("base", &graph, &checked)
    };
    // Eight users in rounds of 80 ms ask 100 times a second at most.
    let said = told("users = 8\nthink = '35ms'");
    assert!(said.contains("at most 100 requests/s: 8 users, 80 ms a round without"), "{said}");
    let said = told("users = 8\nthink = '35ms'\ntimeout = { total = '30ms' }");
    assert!(said.contains("8 users, at most 80 ms a round without queues"), "{said}");
}

#[test]
fn the_length_of_the_run_is_set_against_what_it_needs() {
    let (_, checked, _) = checked(&one(POISSON, EXP, "cores = 1"));
    let length = checked.length.expect("a steady state");
    assert_eq!((length.planned, length.is_enough()), (800_000, false));
    assert!((length.needed as f64 / 3.5e6 - 1.0).abs() < 0.02, "{}", length.needed);
    assert_eq!((length.duration, length.replications), (Span::from_secs(4_500), 44));
}

#[test]
fn no_length_is_asked_of_closed_loops_or_of_what_nobody_could_run() {
    let of = |text: &str| checked(text).1.length;
    assert_eq!(of(&one("users = 300\nthink = '1ms'", EXP, "cores = 2")), None);
    assert_eq!(of(&one("users = 3\nthink = '100ms'", EXP, "cores = 2")), None);
    let nearly =
        |rate: &str| one(&format!("arrivals = {{ poisson = '{rate}' }}"), EXP, "cores = 1");
    assert_eq!(of(&nearly("99.99999/s")), None);
    let busy = checked(&nearly("99.7/s")).1;
    let length = busy.length.clone().expect("a steady state");
    assert!(length.half_width > 1.0, "{length:?}");
    let said = text("base", &checked(&nearly("99.7/s")).0, &busy);
    assert!(said.contains(": too few to say anything. It takes duration = "), "{said}");
}

#[test]
fn overload_without_a_limit_is_told() {
    let text = one("arrivals = { poisson = '125/s' }", EXP, "cores = 1");
    check_said(&text, "warning: `app` is offered 1.250 of what it can do: its queue grows");
    let limited = one("arrivals = { poisson = '125/s' }", EXP, "cores = 1\nworkers = 1\nqueue = 5");
    check_said(&limited, "at least 20.0 % of it fails");
    check_said(
        &limited.replace("125/s", "100/s"),
        "is offered 1.000 of what it can do: some of it",
    );
}

#[test]
fn what_is_suspicious_is_told_with_its_place() {
    for (text, said) in [
        (one(POISSON, EXP, ""), "`app` has CPU work but no cores"),
        (one(POISSON, EXP, "cores = 1\nreplicas = 3"), "calls the 3 replicas of `app` one after"),
        (one(POISSON, EXP, "cores = 1") + "[endpoint.b]", "endpoint `b` is in no `mix`"),
        (one(POISSON, EXP, "cores = 1") + "[node.b]\nkind = 'server'", "`b` has no links"),
        (
            one(POISSON, EXP, "cores = 1") + "[node.b]\nkind = 'server'\n[link.app.b]",
            "nothing goes along the link from `app` to `b`",
        ),
        (
            one(&format!("{POISSON}\ntimeout = {{ total = '10ms' }}"), EXP, "cores = 1")
                + "latency = '6ms'",
            "the time-out of `users` is 10ms on average, but links and waits alone take 12ms",
        ),
        (one(&format!("{POISSON}\npriority = 1"), EXP, "cores = 1"), "has a `priority`, and no"),
        (one(POISSON, EXP, "cores = 1") + "[machine.m]\ncores = 1", "no node has machine `m`"),
        (
            one(POISSON, "{ cpu = { pareto = { mean = '1ms', shape = 1.5 } } }", "cores = 1"),
            "the work at `app` has an infinite variance",
        ),
    ] {
        check_said(&text, said);
    }
}

#[test]
fn handshakes_that_no_core_works_at_are_told_whatever_the_mode_of_the_connections() {
    for mode in ["pool", "per-session", "per-request"] {
        let at = |cores: &str| {
            let link = format!("connection = {{ mode = '{mode}', tls = '1.3' }}\n");
            let text_of = balanced("random").replace("[link.users.lb]\n", "[link.users.lb]\n@")
                + cores
                + "\n";
            let client = "mix = { page = 1 }\naddresses = { count = 9 }";
            checked(&text_of.replace('@', &link).replace("mix = { page = 1 }", client))
        };
        let (graph, without, warnings) = at("");
        let named = "`lb` has CPU work, that of TLS handshakes, but no cores";
        assert!(warnings.contains(named), "{mode}: {warnings}");
        let said = text("base", &graph, &without);
        assert!(!said.contains("each takes a handshake"), "{mode}: {said}");
        let (graph, with, warnings) = at("cores = 1");
        assert_eq!(warnings, "", "{mode}");
        let said = text("base", &graph, &with);
        assert_eq!(said.contains("each takes a handshake"), mode != "per-request", "{said}");
    }
}

#[test]
fn what_is_written_and_does_nothing_is_told() {
    let sound = one(POISSON, EXP, "cores = 1");
    let with = |more: &str| format!("{sound}{more}\n");
    let response = |key: &str| sound.replace("[node.users]", &format!("{key}\n[node.users]"));
    for (text, said) in [
        (
            balanced("random") + "sticky = { cookie = 'at' }\n",
            "`sticky` of `lb` does nothing: every request comes from somebody new",
        ),
        (response("role = 'admin'"), "the `role` of endpoint `page` is asked of nobody"),
        (response("response = { compressible = true }"), "no node compresses the answers of"),
        (with("connection = { resumed = 0.5 }"), "`resumed` does nothing on the link from `users`"),
        (with("connection = { early_data = true }"), "`early_data` does nothing on the link"),
        (
            one(POISSON, EXP, "cores = 1\nservice = '5ms'"),
            "the `service` of `app` is never done: all it is asked has `work` of its own",
        ),
    ] {
        check_said(&text, said);
    }
    let (.., warnings) =
        checked(&with("connection = { mode = 'per-request', resumed = 0.5, tls = '1.3' }"));
    assert_eq!(warnings, "");
}

#[test]
fn waits_are_told_of_the_whole_exchange_as_its_demand_is() {
    let twice = "{ cpu = '5ms' }, { wait = '20ms' }, { cpu = '5ms' }";
    let (graph, checked, _) = checked(&one("arrivals = { poisson = '70/s' }", twice, "cores = 1"));
    let told = text("base", &graph, &checked);
    // Each of the two waits 0.7 / 0.3 / 2 times 5 ms.
    assert!(told.contains("about 11.67 ms  about 21.67 ms"), "{told}");
}

#[test]
fn what_comes_before_the_work_without_a_pause_is_no_second_wait() {
    let of = |work: &str| {
        let (graph, checked, _) =
            checked(&one("arrivals = { poisson = '70/s' }", work, "cores = 1"));
        (text("base", &graph, &checked), checked.length.expect("a steady state").needed)
    };
    let (alone, needed) = of(EXP);
    assert!(alone.contains("M/M/1 (exact)  23.33 ms"), "{alone}");
    // A millisecond wait more is what the 14 us are of the load: 7 E[S²] / 2 / (1 - 0.701).
    let (checks, needs) = of(&format!("{{ cpu = '14us' }}, {EXP}"));
    assert!(checks.contains("about 23.46 ms  about 33.47 ms"), "{checks}");
    assert!(needs > needed && needs < needed + needed / 50, "{needed} {needs}");
    // Behind the work it is: who comes back stands behind whoever came meanwhile.
    let (signs, _) = of(&format!("{EXP}, {{ cpu = '14us' }}"));
    assert!(signs.contains("about 46.82 ms"), "{signs}");
}

#[test]
fn work_soon_after_a_call_finds_the_line_as_it_was() {
    let waits = |latency: &str| {
        let work = format!("{{ cpu = '14us' }}, {{ call = 'db' }}, {}", EXP.replace("10ms", "4ms"));
        let text_of = one("arrivals = { poisson = '100/s' }", &work, "cores = 2")
            + &format!("[node.db]\nkind = 'database'\n[link.app.db]\nlatency = '{latency}'\n");
        let (graph, checked, _) = checked(&text_of);
        let app = &checked.traffic.nodes[graph.node("app").expect("a node").index()];
        app.stints.waits() / app.rate
    };
    // After 0.6 ms a share e^(-0.3) of what two cores have in hand is as it was; a simulation has
    // 1.30 at a load of 0.1, where two visits apart would wait twice as long as one.
    let soon = waits("0.3ms");
    assert!((soon / (2.0 / (1.0 + libm::exp(-0.3))) - 1.0).abs() < 0.01, "{soon}");
    let late = waits("20ms");
    assert!((late - 2.0).abs() < 1e-3, "{late}");
}

#[test]
fn a_sound_scenario_is_not_complained_about() {
    let (.., warnings) = checked(&balanced("random"));
    assert_eq!(warnings, "");
}

#[test]
fn what_another_variant_uses_is_not_called_unused() {
    let mut said = Diagnostics::new();
    let warning = |at: usize| Diagnostic::warning(at..at, "no node has machine `m`");
    unused(&[vec![warning(1), warning(2)], vec![warning(2)]], &mut said);
    assert_eq!(said.sorted(), [&warning(2)]);
}

#[test]
fn a_variant_that_changes_nothing_is_told() {
    let mut said = Diagnostics::new();
    let text = one(POISSON, EXP, "cores = 1")
        + "[variant.as-is]\n[variant.same.node.app]\ncores = 1\n[variant.two.node.app]\ncores = 2";
    let files = Memory::of(&[("a.toml", &text)]);
    let scenario = Scenario::load(Path::new("a.toml"), &files, &[], &mut said);
    let mut model = |name: &str| scenario.model(name, &[], &mut said).expect(name);
    let (base, two) = (model(BASE), model("two"));
    let read = |name, is_empty, model| Read { name, place: &(0..1), is_empty, model };
    let variants =
        [read("as-is", true, &base), read("two", false, &two), read("same", false, &base)];
    sameness(Some(&base), &variants[1..], &mut said);
    assert_eq!(said.warnings(), 0);
    sameness(Some(&base), &variants, &mut said);
    let text = said.to_plain(&scenario.sources);
    assert!(text.contains("variant `same` is the same as variant `as-is`"), "{text}");
    sameness(Some(&base), &variants[2..], &mut said);
    let text = said.to_plain(&scenario.sources);
    assert!(text.contains("variant `same` changes nothing"), "{text}");
}

#[test]
fn the_report_names_nodes_links_loads_and_theory() {
    let (graph, checked, _) = checked(&balanced("random"));
    let report = text("base", &graph, &checked);
    for line in [
        "base: 3 nodes, 2 links, 1 endpoint; 10 replications of 1100s",
        "  users asks 240 requests/s",
        "  app    server                3      1         240   10 ms   2.4  0.800  M/M/1 (exact)  \
         40 ms",
        "  lb → app",
        "  A 1 % interval of the mean at `app` (utilisation 0.800) takes about",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
}

/// Ten thousand objects of which the cache of an edge keeps so many, and a server for a fifth of
/// the requests.
fn edge(cache: &str) -> String {
    format!(
        "duration = '1100s'\nwarmup = '100s'\n\
         [endpoint.page]\npath = '/{{object}}'\nobjects = {{ count = 10_000 }}\nwork = [{EXP}]\n\
         response = {{ cache_control = 'max-age=86400' }}\n\
         [node.users]\nkind = 'client'\n{}\nmix = {{ page = 1 }}\n\
         [node.edge]\nkind = 'reverse-proxy'\ncache = {{ {cache} }}\n\
         [node.app]\nkind = 'server'\ncores = 1\n[link.users.edge]\n[link.edge.app]\n",
        POISSON.replace("80/s", "400/s")
    )
}

#[test]
fn what_a_cache_answers_does_not_arrive_behind_it() {
    let (graph, checked, warnings) = checked(&edge("capacity = { objects = 8_000 }"));
    assert_eq!(warnings, "");
    let app = &checked.traffic.nodes[graph.node("app").expect("app").index()];
    assert!((app.rate - 80.0).abs() < 1e-3, "{}", app.rate);
    let edge = edge("capacity = { objects = 8_000 }");
    check_theory(&edge, "app", "M/M/1 approximation 50.000 ms");
    let report = text("base", &graph, &checked);
    assert!(report.contains("its cache answers about 80.0 % of what it looks for"), "{report}");
}

#[test]
fn a_cache_that_is_too_small_is_warned_of_and_one_that_holds_all_leaves_nothing_unused() {
    check_said(&edge("capacity = { objects = 5_000 }"), "`app` is offered 2.000");
    let (.., warnings) = checked(&edge("capacity = { objects = 10_000 }"));
    assert_eq!(warnings, "");
}

/// What is told of answers that are fresh for 100 s in a cache, and how much comes behind it.
fn expiring(cache: &str) -> (String, f64) {
    let short = edge(cache).replace("max-age=86400", "max-age=100");
    let (graph, checked, _) = checked(&short);
    let app = graph.node("app").expect("a node");
    (text("base", &graph, &checked), checked.traffic.nodes[app.index()].rate)
}

#[test]
fn what_expires_is_fetched_again_once_a_lifetime() {
    let (told, rate) = expiring("capacity = { objects = 10_000 }");
    // Each of 10,000 objects is asked for 0.04 times a second: 4 hits follow a miss.
    assert!((rate - 80.0).abs() < 1e-3, "{rate}");
    assert!(told.contains("its cache answers about 80.0 % of what it looks for (by lifetimes)"));
    // Whole seconds: nginx keeps it for half a second more on average, squid for as much less.
    for (profile, kept) in [("nginx", 100.5), ("squid", 99.5)] {
        let (_, rate) =
            expiring(&format!("capacity = {{ objects = 10_000 }}, profile = '{profile}'"));
        let left = 400.0 / (1.0 + 0.04 * kept);
        assert!((rate - left).abs() < 1e-3, "{profile}: {rate} {left}");
    }
    // Where there is no room for all, or what is expired is given, nothing is said.
    for cache in
        ["capacity = { objects = 8_000 }", "capacity = { objects = 10_000 }, profile = 'varnish'"]
    {
        let (told, _) = expiring(cache);
        assert!(told.contains("edge: how much its cache answers is not known"), "{told}");
    }
}

#[test]
fn a_cache_that_may_give_nothing_again_is_told_so() {
    let silent = edge("capacity = { objects = 8_000 }").replace("max-age=86400", "no-store");
    check_said(&silent, "the cache of `edge` gives nothing of `page` again");
}

#[test]
fn behind_two_caches_nothing_is_claimed() {
    let text_of = edge("capacity = { objects = 10 }")
        .replace("[link.edge.app]", "[link.edge.shield]\n[link.shield.app]")
        + "[node.shield]\nkind = 'reverse-proxy'\ncache = { capacity = { objects = 8_000 } }\n";
    let (graph, checked, warnings) = checked(&text_of);
    assert_eq!(warnings, "");
    let report = text("base", &graph, &checked);
    assert!(report.contains("shield: how much its cache answers is not known"), "{report}");
}

#[test]
fn what_is_asked_on_a_miss_is_an_upper_bound() {
    let text_of = one(POISSON, "{ lookup = 'mem', miss = [{ call = 'db' }] }", "cores = 1")
        .replace("[endpoint.page]", "[endpoint.page]\npath = '/{object}'\nobjects = { count = 9 }")
        + "[node.mem]\nkind = 'cache'\ncapacity = { objects = 5 }\n[link.app.mem]\n\
           [node.db]\nkind = 'database'\ncores = 1\nservice = { exp = '20ms' }\n[link.app.db]\n";
    let (graph, checked, warnings) = checked(&text_of);
    assert!(!warnings.contains("`db` is offered"), "{warnings}");
    let report = text("base", &graph, &checked);
    let line = "  mem: how many look-ups it answers is not known before the run; it and whatever \
                is asked on a `miss` get at most this";
    assert!(report.contains(line), "{report}");
    assert!(!report.contains("(exact)"), "{report}");
}

#[test]
fn what_browsers_keep_back_makes_all_loads_an_upper_bound() {
    let browsers = "arrivals = { visits = { poisson = '40/s' }, visit = 'v' }\n\
                    browser = { cache = { capacity = '8MiB' } }";
    let of = |answer: &str| {
        let plain = edge("enabled = false, capacity = { objects = 1 }");
        let (before, rest) = plain.split_once("[node.users]\nkind = 'client'\n").unwrap();
        let (_, after) = rest.split_once("mix = { page = 1 }").unwrap();
        let visit = "[page.p]\nendpoint = 'page'\n\
                     [visit.v]\npages = { p = 1 }\nlength = 10\nthink = '1s'\n";
        let text = format!("{before}{visit}[node.users]\nkind = 'client'\n{browsers}{after}");
        checked(&text.replace("cache_control = 'max-age=86400'", answer))
    };
    let line = "  users: how much their browsers answer is not known before the run";
    let (graph, kept, warnings) = of("cache_control = 'max-age=60'");
    assert!(text("base", &graph, &kept).contains(line));
    assert!(!warnings.contains("its queue grows"), "{warnings}");
    let (graph, asked, warnings) = of("cache_control = 'no-store'");
    assert!(warnings.contains("its queue grows"), "{warnings}");
    assert!(!text("base", &graph, &asked).contains(line));
}

/// Who asks is known by a token, after a log-in of a hash that is given.
fn with_log_ins(password: &str) -> String {
    format!(
        "[endpoint.page]\nwork = [{{ cpu = '10ms' }}]
[endpoint.login]\n[page.any]\nendpoint = 'page'
[visit.usual]\npages = {{ any = 1 }}\nlength = 4\n[node.users]\nkind = 'client'
arrivals = {{ visits = {{ poisson = '5/s' }}, visit = 'usual' }}
[node.app]\nkind = 'server'\ncores = 1\n[link.users.app]
[auth]\nscheme = 'jwt'\nat = 'app'\nissuer = 'app'\nlogin = 'login'
jwt = {{ sign = '1ms', verify = '2ms' }}
[auth.password]\n{password}\n"
    )
}

#[test]
fn log_ins_and_checks_are_a_part_of_the_load() {
    let (graph, checked, warnings) = checked(&with_log_ins("time = '29ms'"));
    assert_eq!(warnings, "");
    let app = &checked.traffic.nodes[graph.node("app").expect("a node").index()];
    // 20 pages of 10 ms and 2 ms, and 5 log-ins of 29 ms and 1 ms.
    assert!((app.rate - 25.0).abs() < 1e-9, "{}", app.rate);
    assert!((app.load() - 0.39).abs() < 1e-9, "{}", app.load());
}

#[test]
fn a_hash_that_nobody_waits_for_is_warned_of_in_hours() {
    let warnings = |password: &str| checked(&with_log_ins(password)).2;
    let text = warnings("hash = 'bcrypt'\ncost = 31");
    assert!(text.contains("a log-in takes 32.6 hours of a core"), "{text}");
    assert_eq!(warnings("hash = 'bcrypt'\ncost = 12").find("a log-in takes"), None);
}

#[test]
fn a_session_that_is_written_more_seldom_than_it_lapses_is_warned_of() {
    let told = |every: &str| {
        let text_of = with_log_ins("time = '1ms'").replace("scheme = 'jwt'", "scheme = 'session'");
        let text_of = text_of.replace("jwt = { sign = '1ms', verify = '2ms' }", "");
        let session =
            format!("session = {{ store = 'sess', idle = '10s', write_every = '{every}' }}");
        let store = "[node.sess]\nkind = 'session-store'\n[link.app.sess]\n";
        let with = format!("{session}\n[auth.password]");
        checked(&(text_of.replace("[auth.password]", &with) + store)).2
    };
    assert!(told("60s").contains("those who ask all the time are logged out"), "{}", told("60s"));
    assert!(!told("5s").contains("logged out"), "{}", told("5s"));
}

#[test]
fn a_pool_of_hashes_that_is_too_small_leaves_no_steady_state() {
    let told = |workers: u32| {
        let text_of = with_log_ins(&format!("time = '300ms'\npool = {workers}"));
        let (graph, checked, _) = checked(&text_of);
        text("base", &graph, &checked)
    };
    let (few, enough) = (told(1), told(2));
    assert!(few.contains("no steady state: its pool has too few workers to hash"), "{few}");
    assert!(!few.contains("1 % interval"), "{few}");
    assert!(!enough.contains("no steady state") && enough.contains("1 % interval"), "{enough}");
}

#[test]
fn one_replication_is_told_in_the_singular() {
    let once = format!("replications = 1\n{}", one(POISSON, EXP, "cores = 1"));
    let (graph, checked, _) = checked(&once);
    let said = text("base", &graph, &checked);
    assert!(said.contains("; 1 replication of") && !said.contains("1 replications"), "{said}");
}

#[test]
fn what_a_call_without_an_endpoint_writes_goes_to_the_primary_of_a_database() {
    let (graph, checked, warnings) = checked(
        "[endpoint.r]\npath = '/r'\nwork = [{ call = 'db' }]\n[endpoint.w]\npath = '/w'\n\
         method = 'POST'\nwrite = true\nwork = [{ call = 'db' }]\n[node.u]\nkind = 'client'\n\
         arrivals = { poisson = '90/s' }\nmix = { r = 1, w = 1 }\n[node.a]\nkind = 'server'\n\
         [node.db]\nkind = 'database'\ncores = 1\nreplicas = 3\nservice = { exp = '20ms' }\n\
         [link.u.a]\n[link.a.db]\n",
    );
    // All 45 writes and a third of the 45 reads, of 20 ms each.
    let db = &checked.traffic.nodes[graph.node("db").expect("db").index()];
    assert!((db.busiest().expect("cores") - 1.2).abs() < 1e-9, "{:?}", db.replicas);
    assert!(warnings.contains("`db` is offered 1.200 of what it can do"), "{warnings}");
}
