//! `points.jsonl`: the finished points of a shard, with all that is known of them.
//!
//! The first line says what the sweep is made of, each further one is a variant at a point as the
//! state of a sweep keeps it: `sweep.csv` has neither fingerprints nor what only other shards show.

use super::outline::Outline;
use super::state::{Finished, whole_lines};
use crate::commands::exit::CommandError;
use crate::report::ResultFile;

/// The name of the file.
pub(in crate::commands) const POINTS: &str = "points.jsonl";

/// The file with the finished points of a shard.
///
/// # Errors
/// None that could happen: texts and numbers have a form in JSON.
pub(super) fn points_file(
    outline: &Outline,
    finished: &[Finished],
) -> Result<ResultFile, CommandError> {
    let failed = |error: serde_json::Error| CommandError::Fault(error.to_string());
    let mut text = serde_json::to_string(outline).map_err(failed)? + "\n";
    for point in finished {
        text.push_str(&point.line().map_err(failed)?);
        text.push('\n');
    }
    Ok(ResultFile { name: POINTS.to_owned(), bytes: text.into_bytes() })
}

/// What such a file holds; none if something of it is damaged.
pub(in crate::commands) fn points_of(text: &str) -> Option<(Outline, Vec<Finished>)> {
    let (outline, finished, whole) = whole_lines::<Outline>(text);
    (whole == text.len() as u64).then_some((outline?, finished))
}
