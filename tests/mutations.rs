//! Sound scenarios with random mistakes: whatever becomes of them, nothing panics or hangs, and
//! the books of what runs are in order.

use std::path::Path;
use std::sync::Arc;

use lindley::check::{Checked, text};
use lindley::graph::{Files, build};
use lindley::rng::{Key, Purpose};
use lindley::scenario::source::Memory;
use lindley::scenario::{Diagnostics, Scenario};
use lindley::study::{Wanted, replicate};
use lindley::time::Time;
use lindley::trace::Trace;
use rand::Rng;

/// For each number of mistakes.
const CASES: u64 = 1_000;

const SCENARIO: &str = r#"title = "Shop"
confidence = 0.95
until = "duration"
[slo]
p99 = "250ms"
[measure]
node_digits = 2
replicas = true
[machine.small]
cores = 2
speed = 1.5
price = 0.1
contention = 0.03
[endpoint.page]
path = "/p/{object}"
objects = { count = 100, popularity = { zipf = 0.9 } }
response = { size = { lognormal = { mean = "24KiB", cv = 1.2 } }, status = 200 }
work = [
  { cpu = { lognormal = { mean = "2ms", cv = 1.0 } } },
  { call = "db", times = 2, probability = 0.5 },
]
[endpoint.put]
write = true
priority = 0
work = [
  { parallel = [{ call = "db", endpoint = "row" }, { cpu = "1ms" }], wait_for = 1 },
  { fail = 0.1, status = 503 },
]
[endpoint.row]
write = true
[node.users]
kind = "client"
arrivals = { poisson = "400/s", batch = 2 }
mix = { page = 3, put = 1 }
timeout = { total = "20ms", late = "cancel" }
priority = 1
addresses = { count = 5 }
[node.crowd]
kind = "client"
users = 20
think = { exp = "5ms" }
mix = { page = 1 }
[node.office]
kind = "forward-proxy"
overhead = { request = "10us", response = "20us" }
[node.edge]
kind = "reverse-proxy"
cpu = "0.1ms"
cpu_per_kib = "1us"
cores = 1
[node.lb]
kind = "load-balancer"
algorithm = "ring-hash"
virtual_nodes = 10
weights = { app = 2, old = 1 }
[node.app]
kind = "server"
machine = "small"
replicas = 3
replica.2 = { speed = 0.5, weight = 3 }
workers = 4
queue = 10
discipline = "priority"
queue_timeout = { uniform = { min = "1ms", max = "9ms" } }
[node.old]
kind = "server"
cores = 1
pauses = { every = { exp = "5ms" }, length = "1ms" }
setup = { after = "1ms", time = "2ms" }
[node.db]
kind = "database"
cores = 2
replicas = 2
service = { erlang = { mean = "1ms", k = 3 } }
[link.users.edge]
latency = { uniform = { min = "0.1ms", max = "1ms" } }
bandwidth = "100Mbit/s"
loss = { up = 0.01, down = 0.02 }
[link.crowd.office]
[link.office.edge]
[link.edge.lb]
price = 0.01
[link.lb.app]
latency = "0.2ms"
[link.lb.old]
[link.app.db]
[link.old.db]
[probe.p]
node = "db"
at = ["5ms"]
[variant.as-is]
[variant.big.node.app]
cores = 8
"#;

const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1",
    "2",
    "3",
    "1e300",
    "5",
    "0.0000001",
    "nan",
    "10",
    "20000",
    "100000",
    "4294967295",
    "18446744073709551616",
];
const WORDS: [&str; 30] = [
    "client",
    "server",
    "database",
    "session-store",
    "forward-proxy",
    "reverse-proxy",
    "load-balancer",
    "fifo",
    "lifo",
    "ps",
    "priority",
    "preemptive-priority",
    "random",
    "maglev",
    "round-robin",
    "power-of-d",
    "least-connections",
    "source-hash",
    "abandon",
    "drop",
    "cancel",
    "terminating",
    "drained",
    "app",
    "db",
    "users",
    "page",
    "row",
    "0s",
    "exp",
];

/// What keeps each run short: the last word is theirs.
const BOUNDS: [&str; 5] =
    ["duration=5ms", "warmup=0s", "replications=1", "limits.events=5000", "limits.in_flight=5000"];

struct NoFiles;

impl Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("cannot read `{path}`: there is no such file"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("cannot read `{path}`: there is no such file"))
    }
}

/// The ranges of the text that `is_part` is true of, as long as they get.
fn tokens(text: &str, is_part: fn(char) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match (start, is_part(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push(from..at);
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    found
}

/// One random mistake.
fn mutate(text: &str, rng: &mut impl Rng) -> String {
    let mut pick = |count: usize| {
        usize::try_from(rng.next_u64() % count.max(1) as u64).expect("it is below a usize")
    };
    let mut text = text.to_owned();
    match pick(8) {
        0..=3 => {
            let numbers = tokens(&text, |c| c.is_ascii_digit() || c == '.');
            let range = numbers[pick(numbers.len())].clone();
            text.replace_range(range, NUMBERS[pick(NUMBERS.len())]);
        }
        4 | 5 => {
            let words = tokens(&text, |c| c.is_ascii_alphabetic() || c == '-');
            let range = words[pick(words.len())].clone();
            text.replace_range(range, WORDS[pick(WORDS.len())]);
        }
        6 => {
            let lines = tokens(&text, |c| c != '\n');
            text.replace_range(lines[pick(lines.len())].clone(), "");
        }
        _ => {
            let lines = tokens(&text, |c| c != '\n');
            let (from, to) = (lines[pick(lines.len())].clone(), lines[pick(lines.len())].end);
            let line = format!("\n{}", &text[from]);
            text.insert_str(to, &line);
        }
    }
    text
}

/// Takes a text through everything, and returns how many variants ran.
fn run(case: u64, scenario_text: &str) -> u32 {
    let files = Memory::of(&[("a.toml", scenario_text)]);
    let mut said = Diagnostics::new();
    let sets = BOUNDS.map(str::to_owned);
    let scenario = Scenario::load(Path::new("a.toml"), &files, &sets, &mut said);
    let mut ran = 0;
    for variant in scenario.variants() {
        let model = scenario.model(variant, &[], &mut said);
        let Some(graph) = model.and_then(|model| build(&model, &mut NoFiles, &mut said)) else {
            continue;
        };
        assert!(!text(variant, &graph, &Checked::of(&graph)).is_empty());
        let result = replicate(&graph, 0, Time::ZERO, Wanted::default());
        assert!(result.is_ok(), "case {case}: {:?}\n{scenario_text}", result.err());
        ran += 1;
    }
    let words = said.to_plain(&scenario.sources);
    assert!(ran > 0 || said.has_errors(), "case {case}: {words}\n{scenario_text}");
    ran
}

#[test]
fn the_scenario_itself_runs() {
    assert_eq!(run(0, SCENARIO), 2);
}

/// How many of the cases run, with so many mistakes in each.
fn ran(mistakes: u32) -> u64 {
    let mut rng = Key::root(7, mistakes).draws(Purpose::named("mutations"));
    let cases = (0..CASES).filter(|case| {
        let text = (0..mistakes).fold(SCENARIO.to_owned(), |text, _| mutate(&text, &mut rng));
        run(*case, &text) > 0
    });
    cases.count() as u64
}

#[test]
fn one_random_mistake_ends_in_diagnostics_or_in_a_run() {
    let ran = ran(1);
    assert!((CASES / 5..CASES).contains(&ran), "{ran} of {CASES} ran");
}

#[test]
fn two_random_mistakes_end_in_diagnostics_or_in_a_run() {
    let ran = ran(2);
    assert!((CASES / 20..CASES).contains(&ran), "{ran} of {CASES} ran");
}
