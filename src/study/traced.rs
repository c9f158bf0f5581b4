//! One replication whose requests are followed on their way.

use std::ops::Range;

use super::pool::Progress;
use super::replication::window_of;
use super::run::{StudyError, Variant, common_warm_up};
use crate::observe::{Kept, RequestTrace, Tracer};
use crate::rng::Key;
use crate::time::{Span, Time};
use crate::world::{self, Halt};

/// Which requests of which replication are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedTraces {
    /// The replication, from 0.
    pub replication: u32,
    /// Which of its requests.
    pub kept: Kept,
    /// Of those that end from then on; by default, of the slowest, of the measured window.
    pub from: Option<Span>,
    /// Of those that end before.
    pub to: Option<Span>,
}

/// Requests of one replication.
#[derive(Debug, Clone)]
pub struct TracedRun {
    /// The requests: a sample by its keys, the slowest with the slowest first.
    pub requests: Vec<RequestTrace>,
    /// Out of how many.
    pub ended: u64,
    /// Those of them that ended in it.
    pub window: Range<Time>,
    /// What ended the replication before its time.
    pub halt: Option<Halt>,
}

/// Runs a replication and follows its requests. It is the same replication as without that: who
/// follows changes nothing.
///
/// # Errors
/// If `progress` stops it before it has begun.
pub fn trace_requests(
    variant: &Variant,
    wanted: WantedTraces,
    progress: &dyn Progress,
) -> Result<TracedRun, StudyError> {
    let graph = &variant.graph;
    let from = match (wanted.from, wanted.kept) {
        (Some(from), _) => Time(from.0),
        (None, Kept::Sample(_)) => Time::ZERO,
        (None, Kept::Slowest(_)) => {
            let cut = common_warm_up(std::slice::from_ref(variant), progress)?;
            window_of(graph, cut.found).min(Time(graph.run.duration.0))
        }
    };
    let window = from..wanted.to.map_or(Time::NEVER, |to| Time(to.0));
    let root = Key::root(graph.run.seed, wanted.replication);
    let run = world::run(graph, root, Tracer::new(wanted.kept, window.clone()));
    let ended = run.observer.ended();
    Ok(TracedRun { requests: run.observer.close(run.at), ended, window, halt: run.halt })
}
