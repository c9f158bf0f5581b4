//! What is known of a scenario before anything is simulated: flows and loads by the traffic
//! equations, mean values by theory where a node is a queue that theory knows, what cannot be
//! stable, what is suspicious, and how long a run has to be.
//!
//! ```text
//! Graph ─▶ traffic ─▶ flow ─▶ station ─▶ theory ─▶ Checked ─▶ text
//!             └─▶ circuit (closed loops)   length ──┘
//!     grounds: what of it is exact, and why the rest is not
//! Model + Graph ─▶ suspicion, ineffective, sameness ─▶ warnings with their places
//! ```

mod alone;
mod amplified;
mod anonymous;
mod backups;
mod bound;
mod bunched;
mod capped;
mod circuit;
mod connecting;
mod expected;
mod flow;
mod full;
mod grounds;
mod hashed;
mod identity;
mod idle;
mod ineffective;
mod keeping;
mod leaning;
mod left_out;
mod length;
mod memory;
mod mixture;
mod never;
mod parameters;
mod peak;
mod per_origin;
mod places;
mod probed;
mod repairs;
mod resources;
mod room;
mod sameness;
mod scaled;
mod seats;
mod shorter;
mod slots;
mod stampede;
mod station;
mod strangers;
mod strayed;
mod suspicion;
mod switched_off;
mod table;
mod text;
mod too_large;
mod unpriced;
mod unseen;
mod unsettled;
mod untimed;
mod untraced;
mod weighed;
mod workers;
mod writes;

pub use circuit::{Circuit, Solution};
pub use ineffective::ineffective;
pub use length::Length;
pub use mixture::Mixture;
pub use places::{Places, places};
pub use resources::{Fullest, Queue, fullest, loads};
pub use sameness::{Read, sameness};
pub use station::Answer;
pub use suspicion::{overload, suspicions, unused};
pub use text::text;
pub use workers::circled;

use grounds::Grounds;

use crate::graph::{Graph, Traffic};
use crate::theory::Quality;

/// What is known of a variant before it is run.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What arrives where.
    pub traffic: Traffic,
    /// What theory says of each node, on average over its replicas.
    pub nodes: Vec<Answer>,
    /// The closed loop, if there is one.
    pub circuit: Option<Circuit>,
    /// How long a run has to be, if the busiest node has a steady state.
    pub length: Option<Length>,
    /// What is known of each node's numbers, and why no more.
    grounds: Grounds,
}

impl Checked {
    /// Looks at `graph`.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let bounds = Traffic::of(graph);
        let circuit = Circuit::of(graph, &bounds);
        let rate = circuit.as_ref().and_then(Circuit::rate);
        let traffic = match (&circuit, rate) {
            (Some(circuit), Some(rate)) => Traffic::with(graph, &[(circuit.client, rate)]),
            _ => bounds,
        };
        let flow::Answers { mut nodes, variations, leanings } = flow::answers(graph, &traffic);
        let mut grounds = Grounds::of(graph, &traffic);
        grounds.qualify(&mut nodes, leanings);
        // A closed network is solved only where its rates are certain, and for it the pattern of
        // arrivals is not given but found.
        if let Some(circuit) = &circuit {
            circuit.explain(&mut nodes);
        }
        resources::overfull(graph, &traffic, &mut nodes);
        let length = Length::of(graph, &traffic, &variations);
        Self { traffic, nodes, circuit, length, grounds }
    }
}

/// How a quality is called.
const fn word(quality: Quality) -> &'static str {
    match quality {
        Quality::Exact => "exact",
        Quality::Approximation => "approximation",
    }
}

#[cfg(test)]
mod tests;
