//! Memory of machines in whole runs: what hashes, exchanges and caches take of it, and what becomes
//! of those who find no room.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::outcome::Reason;
use lindley::rng::Key;
use lindley::theory::{ErlangB, MMc};
use lindley::time::Time;
use lindley::world;
use support::{at, failures, graph, mistakes, near, observable, reading, requests, run};

/// Bytes of an Argon2id hash by default.
const HASH: f64 = 19.0 * 1_048_576.0;

/// A server that hashes the password of every request for 100 ms, of which 20 come in a second: 2
/// are hashed at once if nothing is in the way.
fn hashing(law: &str, keys: &str) -> String {
    format!(
        "duration = '2000s'
[auth]
scheme = 'credentials'
at = 'app'
issuer = 'app'
[auth.password]
time = {law}
[endpoint.page]
work = []
[node.users]
kind = 'client'
arrivals = {{ poisson = '20/s' }}
mix = {{ page = 1 }}
[node.app]
kind = 'server'
cores = 1000
{keys}
[link.users.app]
"
    )
}

/// Twenty requests a second that stay for 100 ms each.
fn staying(keys: &str) -> String {
    format!(
        "duration = '2000s'
[endpoint.page]
work = [{{ cpu = {{ exp = '100ms' }} }}]
[node.users]
kind = 'client'
arrivals = {{ poisson = '20/s' }}
mix = {{ page = 1 }}
[node.app]
kind = 'server'
cores = 1000
{keys}
[link.users.app]
"
    )
}

/// A number of bytes, or a share, that has no error.
#[track_caller]
fn exactly(value: f64, expected: f64) {
    assert!((value - expected).abs() < f64::EPSILON, "{value}, not {expected}");
}

#[test]
fn memory_for_three_hashes_that_refuses_is_erlangs_loss_system() {
    let theory = ErlangB::new(20.0, 0.1, 3).expect("a system");
    // 2^3/3! / (1 + 2 + 2^2/2! + 2^3/3!) = 4/19, whatever the law of service.
    assert!((theory.blocking() - 4.0 / 19.0).abs() < 1e-12);
    for law in ["'100ms'", "{ exp = '100ms' }", "{ lognormal = { mean = '100ms', cv = 2 } }"] {
        let graph = graph(&hashing(law, "memory = '57MiB'"));
        let run = run(&graph);
        near(law, at(&graph, &run, "app", "hashes_without_memory"), 4.0 / 19.0, 0.03);
        near(law, reading(&run, "errors_out_of_memory"), 4.0 / 19.0, 0.03);
        // 2 · 15/19 hashes of 19 MiB.
        near(law, at(&graph, &run, "app", "memory_mean"), 30.0 * 1_048_576.0, 0.03);
        exactly(at(&graph, &run, "app", "memory_max"), 3.0 * HASH);
    }
}

#[test]
fn memory_for_three_hashes_that_lets_wait_is_a_queue_with_three_servers() {
    let theory = MMc::new(20.0, 10.0, 3).expect("a queue").means();
    let graph = graph(&hashing("{ exp = '100ms' }", "memory = '57MiB'\nwhen_full = 'wait'"));
    let run = run(&graph);
    near("wait", at(&graph, &run, "app", "wait_mean"), theory.wait, 0.06);
    near("latency", reading(&run, "latency_mean"), theory.sojourn, 0.03);
    near("memory", at(&graph, &run, "app", "memory_mean"), 2.0 * HASH, 0.03);
    exactly(reading(&run, "success_ratio"), 1.0);
}

#[test]
fn exchanges_that_take_memory_are_refused_like_calls_without_a_line() {
    let graph = graph(&staying("memory = '3MiB'\nmemory_per_exchange = '1MiB'"));
    let run = run(&graph);
    near("refused", at(&graph, &run, "app", "exchanges_without_memory"), 4.0 / 19.0, 0.03);
    near("memory", at(&graph, &run, "app", "memory_mean"), 2.0 * 15.0 / 19.0 * 1_048_576.0, 0.03);
    let reasons = failures(&requests(&graph));
    assert!(reasons.iter().flatten().all(|reason| *reason == Reason::OutOfMemory));
}

#[test]
fn memory_for_three_exchanges_that_lets_wait_serves_them_as_three_cores_do() {
    let keys = "memory = '3MiB'\nmemory_per_exchange = '1MiB'\nwhen_full = 'wait'";
    let three_cores = staying("").replace("cores = 1000", "cores = 3");
    assert_eq!(observable(&staying(keys)), observable(&three_cores), "to the nanosecond");
    let graph = graph(&staying(keys));
    let run = run(&graph);
    exactly(at(&graph, &run, "app", "memory_max"), 3.0 * 1_048_576.0);
    assert!(at(&graph, &run, "app", "queue_mean") > 0.5, "who waits for memory waits");
}

#[test]
fn who_is_in_can_always_hash_so_nobody_waits_for_each_other_for_ever() {
    // Ten exchanges would fill all of it, and then none could hash.
    let keys = "memory = '39MiB'\nmemory_per_exchange = '2MiB'\nwhen_full = 'wait'";
    let text = hashing("'10ms'", keys).replace("20/s", "90/s").replace("2000s", "60s");
    let run = run(&graph(&text));
    assert!(run.in_flight_share < 0.01, "{} are still there", run.in_flight_share);
    exactly(reading(&run, "success_ratio"), 1.0);
}

#[test]
fn a_cache_and_a_pool_take_theirs_from_the_start() {
    let text = "duration = '20s'
[endpoint.page]
work = [{ cpu = '1ms' }]
objects = { count = 100 }
response = { size = '1KiB', cache_control = 'max-age=60' }
[node.users]
kind = 'client'
arrivals = { poisson = '5/s' }
mix = { page = 1 }
[node.edge]
kind = 'reverse-proxy'
memory = '1GiB'
cache = { capacity = '512MiB' }
[node.app]
kind = 'server'
cores = 1
[link.users.edge]
[link.edge.app]
";
    let of_cache = graph(text);
    let run_of_cache = run(&of_cache);
    exactly(at(&of_cache, &run_of_cache, "edge", "memory_mean"), f64::from(512 << 20));
    assert!(at(&of_cache, &run_of_cache, "app", "memory_mean").is_nan(), "it has no limit");
    let text = hashing("'10ms'", "memory = '100MiB'").replace("time =", "pool = 4\ntime =");
    let of_pool = graph(&text);
    exactly(at(&of_pool, &run(&of_pool), "app", "memory_max"), 4.0 * HASH);
}

/// What each replica was told to have taken last, and whether that was ever more than so much.
struct Told {
    last: Vec<u64>,
    most: u64,
}

impl Observer for Told {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Memory { at, bytes } = *fact {
            self.last.resize(self.last.len().max(usize::from(at.replica) + 1), 0);
            self.last[usize::from(at.replica)] = bytes;
            self.most = self.most.max(bytes);
        }
    }
}

#[test]
fn a_crash_frees_everything_and_whatever_ends_gives_back_what_it_had() {
    for when_full in ["refuse", "wait"] {
        let keys = format!(
            "replicas = 2\nmemory = '64MiB'\nmemory_per_exchange = '2MiB'\nworkers = 9\nqueue = 4\n\
             queue_timeout = '150ms'\nwhen_full = '{when_full}'"
        );
        let text = hashing("{ exp = '100ms' }", &keys)
            .replace("20/s", "80/s")
            .replace("2000s", "60s")
            .replace("cores = 1000", "cores = 3")
            .replace("[node.app]", "timeout = { total = '400ms', late = 'cancel' }\n[node.app]")
            + "[fault.often]\nkind = 'crash'\nnode = 'app'\nmtbf = '5s'\nmttr = '1s'\n\
               [fault.last]\nkind = 'crash'\nnode = 'app'\nreplica = 1\nat = '50s'\nfor = '20s'\n";
        let graph = graph(&text);
        // The audit compares what is taken with what holds it.
        let told = world::run(&graph, Key(7), Told { last: Vec::new(), most: 0 });
        assert_eq!(told.observer.last[0], 0, "{when_full}: the process is gone");
        assert!(told.observer.most <= 64 << 20, "{when_full}: {}", told.observer.most);
        let held = told.memory.into_iter().flatten().next().expect("a limit");
        assert_eq!(told.observer.last, held, "{when_full}");
        let run = run(&graph);
        let lost = reading(&run, "errors_out_of_memory");
        assert!((lost > 0.0) == (when_full == "refuse"), "{when_full}: {lost}");
    }
}

#[test]
fn memory_that_nothing_takes_changes_no_result() {
    let plain = observable(&staying(""));
    assert_eq!(observable(&staying("memory = '1GiB'")), plain);
    let roomy = "memory = '1GiB'\nmemory_per_exchange = '1MiB'\nwhen_full = 'wait'";
    assert_eq!(observable(&staying(roomy)), plain);
}

#[test]
fn a_machine_has_memory_and_a_node_or_a_replica_may_have_another() {
    let taken = |keys: &str, machine: &str| {
        let text = staying(keys).replace("cores = 1000", "machine = 'm'")
            + &format!("[machine.m]\ncores = 1000\n{machine}");
        let graph = graph(&text);
        at(&graph, &run(&graph), "app", "memory_max") / 1_048_576.0
    };
    let each = "memory_per_exchange = '1MiB'";
    assert!((taken(each, "memory = '3MiB'") - 3.0).abs() < f64::EPSILON);
    let inline = format!("{each}\nmemory = '2MiB'");
    assert!((taken(&inline, "memory = '3MiB'") - 2.0).abs() < f64::EPSILON);
    let own = format!("{each}\nreplica.1.memory = '1MiB'");
    assert!((taken(&own, "memory = '3MiB'") - 1.0).abs() < f64::EPSILON);
}

#[test]
fn memory_that_is_always_too_small_is_a_mistake() {
    let said = mistakes(&hashing("'1ms'", "memory = '18MiB'\nmemory_per_exchange = '1KiB'"));
    assert!(said.contains("`app` has 18MiB of memory and needs 19457KiB at least"), "{said}");
    assert!(said.contains("one hash takes 19MiB, one exchange takes 1KiB"), "{said}");
    let said = mistakes(&staying("when_full = 'wait'"));
    assert!(said.contains("`when_full` is about a `memory` with a limit"), "{said}");
    let said = mistakes(&staying("memory = '0B'"));
    assert!(said.contains("`memory` is from 1B to 64TiB"), "{said}");
}

/// People who log in at a server that keeps their sessions, look at one page and go.
fn sessions(keys: &str, node: &str) -> String {
    format!(
        "duration = '2000s'
[auth]
scheme = 'session'
at = 'app'
issuer = 'app'
login = 'login'
logout = 'logout'
[auth.password]
time = '1ms'
[auth.session]
idle = '30s'
memory = '1MiB'
{keys}
[endpoint.page]
work = []
[endpoint.login]
path = '/login'
[endpoint.logout]
path = '/logout'
[page.any]
endpoint = 'page'
[visit.usual]
pages = {{ any = 1 }}
length = 1
[node.people]
kind = 'client'
arrivals = {{ visits = {{ poisson = '2/s' }}, visit = 'usual' }}
[node.app]
kind = 'server'
cores = 100
{node}
[link.people.app]
"
    )
}

#[test]
fn sessions_that_a_server_keeps_take_memory_until_they_were_idle_for_too_long() {
    let megabytes = |keys: &str, node: &str| {
        let graph = graph(&sessions(keys, &format!("memory = '1GiB'\n{node}")));
        let run = run(&graph);
        exactly(reading(&run, "success_ratio"), 1.0);
        at(&graph, &run, "app", "memory_mean") / 1_048_576.0
    };
    // 2 a second for 30 s (M/G/∞), and 19 MiB for 1 ms twice a second.
    near("local", megabytes("keep = 'local'", ""), 60.0 + 0.038, 0.05);
    // Every replica has all of them.
    near("copied", megabytes("keep = 'replicated'", "replicas = 3"), 180.0 + 0.038, 0.05);
}

#[test]
fn a_session_that_is_ended_takes_no_memory() {
    let text = sessions("keep = 'local'", "memory = '1GiB'")
        .replace("length = 1", "length = 1\nlogout = 1.0");
    let graph = graph(&text);
    let mean = at(&graph, &run(&graph), "app", "memory_mean") / 1_048_576.0;
    assert!(mean < 1.0, "{mean} MiB");
}

#[test]
fn log_ins_without_room_for_a_session_are_refused_and_memory_is_never_exceeded() {
    for when_full in ["refuse", "wait"] {
        let node = format!("memory = '50MiB'\nwhen_full = '{when_full}'");
        // A hash takes so little that sessions come first to the end of it.
        let text = sessions("keep = 'local'", &node);
        let graph = graph(&text.replace("time = '1ms'", "time = '1ms'\nhash = 'bcrypt'"));
        let run = run(&graph);
        assert!(at(&graph, &run, "app", "sessions_without_memory") > 0.0, "{when_full}");
        assert!(at(&graph, &run, "app", "memory_max") <= f64::from(50 << 20), "{when_full}");
        assert!(reading(&run, "errors_out_of_memory") > 0.0, "{when_full}");
    }
}

#[test]
fn a_crash_takes_the_sessions_with_it() {
    for keep in ["local", "replicated"] {
        let crash = "[fault.last]\nkind = 'crash'\nnode = 'app'\nat = '1000s'\nfor = '1h'\n";
        let text = sessions(&format!("keep = '{keep}'"), "memory = '1GiB'\nreplicas = 2") + crash;
        let told = world::run(&graph(&text), Key(7), Told { last: Vec::new(), most: 0 });
        assert_eq!(told.observer.last, [0, 0], "{keep}");
    }
}

#[test]
fn sessions_in_a_store_take_no_memory_of_servers() {
    let keys = "keep = 'shared'\nstore = 'sessions'";
    let store = "[node.sessions]\nkind = 'session-store'\n[link.app.sessions]\n";
    let said = mistakes(&(sessions(keys, "memory = '1GiB'") + store));
    assert!(said.contains("`shared` sessions stand in a store"), "{said}");
}
