//! Attacks in whole runs: without a defence each gets what it wants, and each defence alone does
//! what it can and no more. Counts are exact: they are those of one replication of the shipped
//! scenarios.

mod support;

use lindley::metrics::at_node;
use lindley::study::Replication;
use support::{Ended, failures, graph, graph_of, reading, requests, run};

const INJECTION: &str = include_str!("../scenarios/sql-injection.toml");
const STUFFING: &str = include_str!("../scenarios/credential-stuffing.toml");
const ORIGIN: &str = include_str!("../scenarios/hidden-origin.toml");

#[track_caller]
fn counts<const N: usize>(run: &Replication, names: [&str; N]) -> [u64; N] {
    names.map(|name| {
        let found = reading(run, name);
        assert!(found >= 0.0 && found.fract().abs() < 1e-12, "{name} is {found}");
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count, as was just asserted"
        )]
        let count = found as u64;
        count
    })
}

/// What an injection came to: attempts, those that leaked, rows, honest requests that were stopped.
fn injected(variant: &str) -> (Replication, [u64; 4]) {
    let run = run(&graph_of(INJECTION, variant));
    let names = ["attack_attempts", "attack_succeeded", "rows_leaked", "honest_blocked"];
    let found = counts(&run, names);
    (run, found)
}

#[test]
fn without_a_defence_every_injection_brings_the_whole_table() {
    let (_, found) = injected("nothing");
    assert_eq!(found, [119, 119, 119 * 20_000, 0]);
}

#[test]
fn a_filter_of_requests_stops_its_share_and_some_honest_requests() {
    let (run, [attempts, leaked, rows, blocked]) = injected("waf");
    let [stopped] = counts(&run, ["stopped_waf"]);
    assert_eq!((attempts, stopped + leaked, rows), (119, 119, leaked * 20_000));
    assert_eq!((stopped, blocked), (95, 13));
    assert!(reading(&run, "filter_cores") > 0.0);
}

#[test]
fn a_second_filter_stops_its_share_of_what_the_first_has_missed() {
    let second = "[node.inner]\nkind = 'reverse-proxy'\ncores = 1
waf = { catches = { sql-injection = 0.8 }, false_positives = 0.1 }
[link.edge.inner]\n[link.inner.app]\n";
    let text = INJECTION.replace("[link.edge.app]\n", second);
    let ran = run(&graph_of(&text, "waf"));
    let [attempts, leaked, blocked] =
        counts(&ran, ["attack_attempts", "attack_succeeded", "honest_blocked"]);
    // A fifth of a fifth of the attacks, and what either filter takes for one.
    assert_eq!(attempts, 119);
    assert!((1..=12).contains(&leaked), "{leaked}");
    assert!((540..=680).contains(&blocked), "{blocked}");
}

#[test]
fn a_check_of_input_stops_its_share_and_some_honest_requests() {
    let (run, [attempts, leaked, rows, blocked]) = injected("input-filter");
    let [stopped] = counts(&run, ["stopped_input_filter"]);
    assert_eq!((attempts, stopped + leaked, rows), (119, 119, leaked * 20_000));
    assert_eq!((stopped, blocked), (72, 63));
}

#[test]
fn least_privilege_stops_no_injection_and_bounds_what_each_brings() {
    let (_, found) = injected("least-privilege");
    assert_eq!(found, [119, 119, 119 * 50, 0]);
}

#[test]
fn a_prepared_statement_stops_all_injections_and_costs_nobody_anything() {
    let (run, found) = injected("prepared");
    assert_eq!(found, [119, 0, 0, 0]);
    assert_eq!(counts(&run, ["stopped_prepared"]), [119]);
    assert!(reading(&run, "filter_cores").abs() < 1e-12);
    // What leaks takes the line of everybody else.
    let (open, _) = injected("nothing");
    let latency = |run| reading(run, "latency_mean");
    assert!(latency(&run) < 0.8 * latency(&open), "{} {}", latency(&run), latency(&open));
}

/// What trying passwords came to: attempts, accounts taken, log-ins of owners that were stopped.
fn tried(variant: &str) -> (Replication, [u64; 3]) {
    let run = run(&graph_of(STUFFING, variant));
    let found = counts(&run, ["attack_attempts", "accounts_taken", "honest_blocked"]);
    (run, found)
}

#[test]
fn without_a_defence_a_list_opens_as_many_accounts_as_it_has_right_passwords() {
    for variant in ["nothing", "guessing"] {
        let (run, found) = tried(variant);
        assert_eq!(found, [2_000, 20, 0], "{variant}");
        assert_eq!(counts(&run, ["stopped_password"]), [1_980]);
    }
}

#[test]
fn a_dearer_hash_stops_no_stolen_password_and_makes_owners_wait() {
    let (dear, found) = tried("dearer-hash");
    assert_eq!(found, [2_000, 20, 0]);
    let (cheap, _) = tried("nothing");
    let latency = |run| reading(run, "login_latency_mean");
    assert!(latency(&dear) > 10.0 * latency(&cheap), "{} {}", latency(&dear), latency(&cheap));
}

#[test]
fn a_limit_by_address_stops_one_sender_and_no_botnet() {
    let (run, [attempts, taken, blocked]) = tried("address-limit");
    let [limited, wrong] = counts(&run, ["stopped_address_limit", "stopped_password"]);
    assert_eq!((attempts, limited + wrong + taken, blocked), (2_000, 2_000, 0));
    // Ten at once and one each second, none of which has the right password.
    assert_eq!((wrong + taken, taken), (49, 0));
    let (run, found) = tried("address-limit-botnet");
    assert_eq!(found, [2_000, 20, 0]);
    assert_eq!(counts(&run, ["stopped_address_limit"]), [0]);
}

#[test]
fn a_limit_by_account_stops_guessing_and_nobody_who_tries_each_account_once() {
    let (run, found) = tried("account-limit");
    assert_eq!(found, [2_000, 20, 0]);
    assert_eq!(counts(&run, ["stopped_account_limit"]), [0]);
    let (run, [attempts, taken, blocked]) = tried("guessing-account-limit");
    let [limited, wrong] = counts(&run, ["stopped_account_limit", "stopped_password"]);
    assert_eq!((attempts, taken, limited + wrong), (2_000, 0, 2_000));
    assert!(wrong <= 300 && limited >= 1_700, "{limited} {wrong}");
    assert_eq!(blocked, 408, "owners who come after the attacker are refused with it");
}

#[test]
fn a_lock_out_stops_guessing_and_shuts_the_owners_out() {
    let (run, [attempts, taken, blocked]) = tried("guessing-lockout");
    let [locked, wrong] = counts(&run, ["stopped_lockout", "stopped_password"]);
    assert_eq!((attempts, taken, locked + wrong), (2_000, 0, 2_000));
    assert_eq!(counts(&run, ["accounts_locked"]), [100]);
    // Two more of each account are being hashed when the fifth has failed.
    assert_eq!(wrong, 700);
    assert_eq!(blocked, 409, "owners try again and again, and nothing opens");
}

#[test]
fn a_lock_out_locks_no_more_accounts_than_there_are_people() {
    let text = STUFFING
        .replace("think  = { exp = \"5s\" }", "think = { exp = \"5s\" }\npeople = 5")
        .replace("cost = 10 }", "cost = 10, wrong = 0.7 }");
    let locked = |text: &str| {
        let ran = run(&graph_of(text, "guessing-lockout"));
        let all = counts(&ran, ["accounts_locked"])[0];
        // The list names accounts of others as well.
        all - 95
    };
    assert_eq!(locked(&text), 5);
    assert!(locked(&text.replace("\npeople = 5", "")) > 10, "when each is somebody new");
}

/// What became of an origin: attempts, those that leaked, honest requests that were stopped.
fn attacked(variant: &str) -> (Replication, [u64; 3]) {
    let run = run(&graph_of(ORIGIN, variant));
    let found = counts(&run, ["attack_attempts", "attack_succeeded", "honest_blocked"]);
    (run, found)
}

#[test]
fn a_proxy_filters_what_comes_through_it_and_nothing_that_goes_round_it() {
    assert_eq!(attacked("no-proxy").1, [119, 119, 0]);
    let (run, [attempts, leaked, _]) = attacked("hidden");
    let [stopped] = counts(&run, ["stopped_waf"]);
    assert_eq!((attempts, stopped + leaked, stopped), (119, 119, 95));
    let (run, [attempts, leaked, _]) = attacked("found");
    assert_eq!((attempts, leaked), (119, 119));
    assert_eq!(counts(&run, ["stopped_waf", "stopped_access"]), [0, 0]);
    let (run, [attempts, leaked, _]) = attacked("closed");
    assert_eq!((attempts, leaked), (119, 0));
    assert_eq!(counts(&run, ["stopped_access"]), [119]);
}

#[test]
fn a_proxy_takes_keys_pages_and_bytes_off_its_origin_and_the_line() {
    let busy = |variant: &str| {
        let graph = graph_of(ORIGIN, variant);
        let run = run(&graph);
        let id = graph.node("origin").expect("the origin");
        let place = at_node().position(|metric| metric.name == "utilisation").expect("a metric");
        run.nodes.iter().find(|it| it.node == id).expect("it is read").values[place]
    };
    let (alone, hidden) = (busy("no-proxy"), busy("hidden"));
    assert!(hidden < 0.5 * alone, "{hidden} {alone}");
    let (run, _) = attacked("hidden");
    assert!((reading(&run, "compression_saved") - 0.7).abs() < 0.001);
    assert!(reading(&run, "compress_cores") > 0.0);
}

#[test]
fn compression_takes_cpu_for_each_byte_before_it_and_saves_time_on_a_slow_line() {
    let text = "study = 'terminating'
until = 'drained'
duration = '2s'
[endpoint.text]
response = { size = '100kB', compressible = true }
[node.user]
kind = 'client'
arrivals = { regular = '1/s' }
mix = { text = 1 }
[node.edge]
kind = 'reverse-proxy'
cores = 1
[node.app]
kind = 'server'
[link.user.edge]
bandwidth = '1MB/s'
[link.edge.app]
[variant.plain]
[variant.smaller.node.edge]
compress = { cpu_per_kib = '102.4us', ratio = 0.25 }
[variant.too-small.node.edge]
compress = { cpu_per_kib = '102.4us', ratio = 0.25, min_size = '200kB' }
";
    let took = |variant: &str| {
        let ended = requests(&graph_of(text, variant));
        ended.iter().map(Ended::millis).collect::<Vec<u64>>()
    };
    // 0.5 ms of the line go up, 100 ms or 25 ms come down; 10 ms of CPU.
    assert_eq!(took("plain"), [100]);
    assert_eq!(took("smaller"), [35]);
    assert_eq!(took("too-small"), [100]);
}

/// Handshakes that cost more than the server has, from one address; honest ones from many.
const FLOOD: &str = "study = 'terminating'
until = 'drained'
duration = '10s'
[endpoint.page]
work = [{ cpu = '1ms' }]
[endpoint.nothing]
path = '/nothing'
[node.users]
kind = 'client'
arrivals = { regular = '50/s' }
mix = { page = 1 }
addresses = { count = 100000 }
[node.attacker]
kind = 'attacker'
attack = 'flood'
arrivals = { regular = '2000/s' }
mix = { nothing = 1 }
addresses = { count = 1 }
[node.web]
kind = 'server'
cores = 1
[link.users.web]
connection = { mode = 'per-request', tls = '1.3', handshake = '1ms' }
[link.attacker.web]
connection = { mode = 'per-request', tls = '1.3', handshake = '1ms' }
[variant.open]
[variant.request-limit.node.web]
rate_limit = { rate = '10/s', burst = 10 }
[variant.connection-limit.node.web]
connection_limit = { rate = '10/s', burst = 10 }
";

#[test]
fn against_a_flood_of_handshakes_a_limit_of_requests_comes_too_late() {
    let latency = |variant: &str| reading(&run(&graph_of(FLOOD, variant)), "latency_mean");
    let [open, requests, connections] = ["open", "request-limit", "connection-limit"].map(latency);
    assert!(open > 1.0 && requests > 1.0, "seconds of a queue: {open} {requests}");
    assert!(connections < 0.003, "{connections}");
    let run = run(&graph_of(FLOOD, "connection-limit"));
    let [attempts, stopped, blocked] =
        counts(&run, ["attack_attempts", "stopped_connection_limit", "honest_blocked"]);
    assert_eq!((attempts - stopped, blocked), (109, 0), "{attempts} {stopped}");
}

#[test]
fn a_flood_fills_the_accept_queue_and_honest_users_wait_for_their_syn_to_be_sent_again() {
    let text = "study = 'terminating'
until = 'drained'
duration = '3s'
[endpoint.page]
work = [{ cpu = '10ms' }]
[endpoint.junk]
path = '/junk'
work = [{ cpu = '10ms' }]
[node.users]
kind = 'client'
arrivals = { regular = '5/s' }
mix = { page = 1 }
[node.attacker]
kind = 'attacker'
attack = 'flood'
arrivals = { regular = '500/s' }
mix = { junk = 1 }
addresses = { count = 1 }
[node.web]
kind = 'server'
cores = 1
workers = 1
backlog = 4
[link.users.web]
connection = { mode = 'per-request' }
[link.attacker.web]
connection = { mode = 'per-request' }
";
    let ended = requests(&graph(text));
    // `page` is the endpoint behind `junk`.
    let honest = ended.iter().filter(|request| request.endpoint == 1);
    let late = honest.clone().filter(|request| request.millis() >= 1_000).count();
    assert!(late >= 5 && honest.count() == 14, "{late} waited for a second or more");
    assert!(failures(&ended).iter().all(Option::is_none), "all come through in the end");
}

#[test]
fn a_cached_page_stops_no_injection_for_its_payload_is_a_part_of_what_is_asked_for() {
    let text = "title = 'payloads'\nduration = '10s'\n\
                [endpoint.list]\npath = '/list'\nresponse = { cache_control = 'max-age=600' }\n\
                query = { rows = 100 }\nwork = [{ cpu = '1ms' }]\n\
                [node.users]\nkind = 'client'\narrivals = { interval = '100ms' }\n\
                mix = { list = 1 }\n\
                [node.thief]\nkind = 'attacker'\nattack = 'sql-injection'\n\
                arrivals = { interval = '200ms' }\nmix = { list = 1 }\n\
                [node.edge]\nkind = 'reverse-proxy'\ncache = { capacity = '1MiB' }\n\
                [node.app]\nkind = 'server'\ncores = 1\n\
                [link.users.edge]\n[link.thief.edge]\n[link.edge.app]\n";
    let run = run(&graph(text));
    let [attempts, leaked] = counts(&run, ["attack_attempts", "attack_succeeded"]);
    assert!(attempts > 40, "{attempts}");
    assert_eq!(leaked, attempts);
    assert!(reading(&run, "hit_ratio") > 0.9, "the page itself is a hit for all others");
}

#[test]
fn a_scenario_of_attackers_alone_runs_and_has_no_latency_of_users() {
    let text = "duration = '10s'
[endpoint.a]
work = [{ cpu = '1ms' }]
[node.bad]
kind = 'attacker'
attack = 'flood'
arrivals = { poisson = '50/s' }
mix = { a = 1 }
[node.app]
kind = 'server'
[link.bad.app]
";
    let ran = run(&graph(text));
    assert!(reading(&ran, "latency_mean").is_nan());
    let app = ran.nodes.iter().find(|node| node.replica.is_none() && node.observations > 0);
    assert!(app.is_some(), "the server has work to do");
}
