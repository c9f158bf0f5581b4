//! What the benches share: the workloads W1 to W4, and how the library runs them.

#![allow(dead_code, unreachable_pub, reason = "each bench uses its own part of this")]

use std::path::Path;
use std::sync::Arc;

use lindley::graph::{self, Graph};
use lindley::scenario::source::Memory;
use lindley::scenario::{Diagnostics, Scenario};
use lindley::study::{Replication, Wanted, replicate};
use lindley::time::Time;
use lindley::trace::Trace;

/// A workload that the simulator and programs written by hand run alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// One queue with one server.
    W1,
    /// A web tier: a link, a balancer and four servers.
    W2,
    /// The web tier behind a cache.
    W3,
    /// 100,000 users in a closed loop on one machine.
    W4,
}

/// The workloads refer to no file.
struct NoFiles;

impl graph::Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("{path} is not to be read"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("{path} is not to be read"))
    }
}

impl Workload {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::W1, Self::W2, Self::W3, Self::W4];

    /// Its name, which is that of its scenario.
    pub const fn name(self) -> &'static str {
        match self {
            Self::W1 => "w1",
            Self::W2 => "w2",
            Self::W3 => "w3",
            Self::W4 => "w4",
        }
    }

    /// The workload of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    const fn text(self) -> &'static str {
        match self {
            Self::W1 => include_str!("../scenarios/w1.toml"),
            Self::W2 => include_str!("../scenarios/w2.toml"),
            Self::W3 => include_str!("../scenarios/w3.toml"),
            Self::W4 => include_str!("../scenarios/w4.toml"),
        }
    }

    /// Requests per second of simulated time.
    pub const fn rate(self) -> f64 {
        match self {
            Self::W1 => 0.8,
            Self::W2 | Self::W3 => 800.0,
            Self::W4 => 9_999.0,
        }
    }

    /// How many requests a run has unless told otherwise: about what its scenario says.
    pub const fn requests(self) -> u64 {
        match self {
            Self::W1 | Self::W2 | Self::W3 => 2_000_000,
            Self::W4 => 5_999_400,
        }
    }

    /// Events per request in the model, whoever runs it: what counts for events per second. Of
    /// W3, a hit has one event less than a miss.
    pub const fn events(self) -> f64 {
        match self {
            Self::W1 | Self::W4 => 2.0,
            Self::W2 => 5.0,
            Self::W3 => 4.395,
        }
    }

    /// How long it takes in simulated time for so many requests, in whole nanoseconds.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a number of requests fits a float, and their time 64 bits"
    )]
    pub fn duration(self, requests: u64) -> u64 {
        (requests as f64 / self.rate() * 1e9) as u64
    }

    /// Its graph for about so many requests, or why the scenario is refused.
    pub fn graph(self, requests: u64) -> Result<Graph, String> {
        let mut said = Diagnostics::new();
        let texts = Memory::of(&[("scenario.toml", self.text())]);
        let sets = [format!("duration={}ns", self.duration(requests))];
        let scenario = Scenario::load(Path::new("scenario.toml"), &texts, &sets, &mut said);
        let model = scenario.model("base", &[], &mut said);
        let graph = model.and_then(|model| graph::build(&model, &mut NoFiles, &mut said));
        graph.ok_or_else(|| said.to_plain(&scenario.sources))
    }
}

/// One replication as `lindley run` runs it; all requests are measured, as the scenarios say.
pub fn simulate(graph: &Graph) -> Replication {
    let run = replicate(graph, 0, Time::ZERO, Wanted::default());
    run.unwrap_or_else(|fault| panic!("{fault}"))
}
