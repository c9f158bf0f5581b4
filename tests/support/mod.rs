//! What the tests of whole scenarios share: from a text to graphs, and what a run can be asked.

#![allow(dead_code, unreachable_pub, reason = "each test crate uses its own part of this")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lindley::fact::{Fact, Observer};
use lindley::graph::{self, Graph};
use lindley::metrics::{AT_CACHE, at_node, end_to_end};
use lindley::outcome::Reason;
use lindley::rng::Key;
use lindley::scenario::source::{Files, Memory};
use lindley::scenario::{Diagnostics, Scenario};
use lindley::study::{Replication, Wanted, replicate};
use lindley::time::Time;
use lindley::trace::Trace;
use lindley::world;

pub mod scenarios;
pub mod source;
pub mod swarm;

/// Shipped scenarios that take too long for tests: they are checked, and no fingerprint and no
/// result of them is kept.
pub const LARGE: [&str; 1] = ["metropolis"];

/// Traces and tables in memory, by name.
struct Texts(BTreeMap<&'static str, &'static str>);

impl graph::Files for Texts {
    fn text(&mut self, path: &str) -> Result<String, String> {
        let text = self.0.get(path).ok_or_else(|| format!("there is no {path}"))?;
        Ok((*text).to_owned())
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        let text = self.text(path)?;
        Trace::read(text.as_bytes()).map(Arc::new).map_err(|error| error.to_string())
    }
}

/// The graph of the only variant of the scenario `text`.
#[track_caller]
pub fn graph(text: &str) -> Graph {
    graph_of(text, "base")
}

/// The graph of one variant of the scenario `text`.
#[track_caller]
pub fn graph_of(text: &str, variant: &str) -> Graph {
    graph_among(text, variant, scenarios::FILES)
}

/// The graph of the only variant of the scenario `text`, which names these files.
#[track_caller]
pub fn graph_with(text: &str, files: &[(&'static str, &'static str)]) -> Graph {
    graph_among(text, "base", files)
}

#[track_caller]
fn graph_among(text: &str, variant: &str, files: &[(&'static str, &'static str)]) -> Graph {
    let mut said = Diagnostics::new();
    let texts = Memory::of(&[("scenario.toml", text)]);
    let scenario = Scenario::load(Path::new("scenario.toml"), &texts, &[], &mut said);
    let model = scenario.model(variant, &[], &mut said);
    let mut files = Texts(files.iter().copied().collect());
    let graph = model.and_then(|model| graph::build(&model, &mut files, &mut said));
    graph.unwrap_or_else(|| panic!("{}\n{text}", said.to_plain(&scenario.sources)))
}

/// What is said of the scenario `text`, which is wrong.
#[track_caller]
pub fn mistakes(text: &str) -> String {
    let mut said = Diagnostics::new();
    let texts = Memory::of(&[("scenario.toml", text)]);
    let scenario = Scenario::load(Path::new("scenario.toml"), &texts, &[], &mut said);
    let model = scenario.model("base", &[], &mut said);
    let mut files = Texts(BTreeMap::new());
    let graph = model.and_then(|model| graph::build(&model, &mut files, &mut said));
    assert!(graph.is_none(), "nothing is wrong with\n{text}");
    said.to_plain(&scenario.sources)
}

/// The names of all variants of a scenario file, each with its graph.
#[track_caller]
pub fn variants(
    path: &Path,
    files: &dyn Files,
    traces: &mut dyn graph::Files,
) -> Vec<(String, Graph)> {
    let mut said = Diagnostics::new();
    let scenario = Scenario::load(path, files, &[], &mut said);
    let names: Vec<String> = scenario.variants().into_iter().map(str::to_owned).collect();
    let mut graphs = Vec::new();
    for name in names {
        let model = scenario.model(&name, &[], &mut said);
        match model.and_then(|model| graph::build(&model, traces, &mut said)) {
            Some(graph) => graphs.push((name, graph)),
            None => panic!("{}", said.to_plain(&scenario.sources)),
        }
    }
    graphs
}

/// Everything, so that equal readings mean equal runs.
pub const ALL: Wanted = Wanted { strict: true, requests: Some(None) };

/// Replication 0, audited; the measured window is open from the beginning.
#[track_caller]
pub fn run(graph: &Graph) -> Replication {
    replicate(graph, 0, Time::ZERO, ALL).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The observable fingerprint of replication 0 of the only variant of `text`.
#[track_caller]
pub fn observable(text: &str) -> u64 {
    run(&graph(text)).observable
}

/// A reading end to end by its name.
pub fn reading(run: &Replication, name: &str) -> f64 {
    let place = end_to_end().position(|metric| metric.name == name).expect(name);
    run.summary[place]
}

/// A reading at the whole of a node, of all classes, by its name.
pub fn at(graph: &Graph, run: &Replication, node: &str, name: &str) -> f64 {
    let place = at_node().position(|metric| metric.name == name).expect(name);
    let id = graph.node(node).expect(node);
    let mut here = run.nodes.iter().filter(|it| it.node == id && it.replica.is_none());
    here.find(|it| it.class.is_none()).expect("a reading").values[place]
}

/// Claims that a value is this share of the expected one off at most.
#[track_caller]
pub fn near(what: &str, value: f64, expected: f64, share: f64) {
    assert!((value - expected).abs() < share * expected, "{what}: {value}, not {expected}");
}

/// What the cache of the node `name` has of this column of `caches.csv`, for all endpoints.
pub fn at_cache(graph: &Graph, run: &Replication, name: &str, column: &str) -> f64 {
    let place = AT_CACHE.iter().position(|metric| metric.name == column).expect(column);
    let node = Some(graph.node(name).expect(name));
    let here = run.caches.iter().find(|it| it.node == node && it.endpoint.is_none());
    here.expect("it has a cache").values[place]
}

/// One request that ended: who, what it was, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ended {
    /// The user and the ordinal.
    pub who: (u64, u64),
    pub key: u64,
    pub endpoint: u16,
    pub object: Option<u32>,
    pub started: u64,
    pub end: u64,
    /// The status, and the number of the reason of a failure.
    pub answer: u64,
    pub parts: [u64; 8],
}

impl Ended {
    /// How long it took, in whole milliseconds.
    pub fn millis(&self) -> u64 {
        (self.end - self.started) / 1_000_000
    }

    /// Why it failed, if it did.
    pub fn failure(&self) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| *reason as u64 == self.answer & 0xff)
    }
}

/// How long requests took, in whole milliseconds.
pub fn latencies(ended: &[Ended]) -> Vec<u64> {
    ended.iter().map(Ended::millis).collect()
}

/// Why requests failed, if they did.
pub fn failures(ended: &[Ended]) -> Vec<Option<Reason>> {
    ended.iter().map(Ended::failure).collect()
}

/// Notes every request that ends.
#[derive(Debug, Default)]
pub struct Log(pub Vec<Ended>);

impl Observer for Log {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Finished { asked, answer, parts, .. } = fact {
            self.0.push(Ended {
                who: (asked.user, asked.ordinal),
                key: asked.key.0,
                endpoint: asked.endpoint.0,
                object: asked.object.map(|object| object.0),
                started: asked.started.0,
                end: now.0,
                answer: answer.code(),
                parts: parts.0,
            });
        }
    }
}

/// The requests of replication 0 that ended, in the order of their ends.
#[track_caller]
pub fn requests(graph: &Graph) -> Vec<Ended> {
    let ended = world::run(graph, Key::root(graph.run.seed, 0), Log::default());
    assert_eq!(ended.halt, None);
    ended.observer.0
}

/// When each replica was picked by a balancer, in milliseconds.
#[derive(Debug, Default)]
struct Picks(Vec<(u64, u16)>);

impl Observer for Picks {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Picked { chosen, .. } = fact {
            self.0.push((now.0 / 1_000_000, chosen.replica));
        }
    }
}

/// Runs a scenario once and returns when each replica was picked, in milliseconds.
pub fn picks_of(graph: &Graph) -> Vec<(u64, u16)> {
    world::run(graph, Key::root(1, 0), Picks::default()).observer.0
}

/// A generator for tests that draw their own cases: reproducible, and the same everywhere.
pub struct Dice(lindley::rng::KeyRng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Key::root(seed, 0).draws(lindley::rng::Purpose::named("dice")))
    }

    /// A whole number from 0 to `n` - 1.
    pub fn below(&mut self, n: u64) -> u64 {
        lindley::rng::below(n, self.0.next_bits())
    }

    /// A whole number from `min` to `max`.
    pub fn between(&mut self, min: u64, max: u64) -> u64 {
        min + self.below(max - min + 1)
    }

    /// Whether something happens `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[usize::try_from(self.below(of.len() as u64)).expect("an index")]
    }
}
