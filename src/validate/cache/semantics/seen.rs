//! What a run of a recorded case came to.

use std::sync::Arc;

use super::super::super::ready::graphs;
use super::recorded::Recorded;
use super::scenario::{text, trace};
use crate::fact::{Fact, Observer};
use crate::graph::Files;
use crate::http::ProfileName;
use crate::id::NodeId;
use crate::observe::RequestLog;
use crate::rng::Key;
use crate::time::Time;
use crate::trace::Trace;
use crate::world;

/// What came of a case.
#[derive(Debug)]
pub(super) struct Seen {
    /// What the cache did with each request, in the order of the case, and with which status; no
    /// word where it did not look.
    pub(super) statuses: Vec<(String, u16)>,
    /// Requests that came to the origin.
    pub(super) fetches: f64,
    /// Those that it answered with 304.
    pub(super) unchanged: f64,
}

/// The traces of a case, by the number of their path.
struct Traces<'a>(&'a Recorded);

impl Files for Traces<'_> {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("there is no file {path}"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        let number = path.parse().map_err(|_| format!("there is no trace {path}"))?;
        let text = trace(self.0, number);
        Trace::read(text.as_bytes()).map(Arc::new).map_err(|it| it.to_string())
    }
}

/// Counts what comes to the origin.
#[derive(Debug)]
struct AtOrigin {
    node: NodeId,
    came: u32,
    unchanged: u32,
}

impl Observer for AtOrigin {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over two facts")]
        match fact {
            Fact::Entered { at, .. } => self.came += u32::from(at.node == self.node),
            Fact::Fetched { renewed: true, .. } => self.unchanged += 1,
            _ => {}
        }
    }
}

/// Runs a case under a profile.
pub(super) fn seen(it: &Recorded, profile: ProfileName, word: &str) -> Result<Seen, String> {
    debug_assert_eq!(serde_json::to_value(profile).ok(), Some(word.into()), "one profile");
    let mut variants = graphs(&text(it, word)?, &mut Traces(it))?;
    let (_, graph) = variants.pop().ok_or_else(|| "no variant".to_owned())?;
    let origin = graph.node("origin").ok_or_else(|| "no origin".to_owned())?;
    let watchers = (RequestLog::new(None), AtOrigin { node: origin, came: 0, unchanged: 0 });
    let ended = world::run(&graph, Key::root(graph.run.seed, 0), watchers);
    if let Some(halt) = ended.halt {
        return Err(halt.to_string());
    }
    let (log, at_origin) = ended.observer;
    let mut rows: Vec<_> = log.into_rows();
    rows.sort_by_key(|row| row.asked.started);
    let statuses = rows.iter().map(|row| {
        let said = row.caches.last().map_or("", |(_, status)| status.word());
        (said.to_owned(), row.answer.status)
    });
    Ok(Seen {
        statuses: statuses.collect(),
        fetches: at_origin.came.into(),
        unchanged: at_origin.unchanged.into(),
    })
}
