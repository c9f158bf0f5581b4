//! How long a command took: told to a person, never a part of a result.

#![expect(clippy::disallowed_types, reason = "wall time is told on standard error only")]

use std::time::Instant;

use crate::stats::count;

/// A stop watch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch(Instant);

impl Watch {
    /// Starts it.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// A line about what was done in the time since then.
    pub(super) fn line(self, events: u64, threads: usize) -> String {
        let seconds = self.0.elapsed().as_secs_f64();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate for people; a negative or huge one saturates"
        )]
        let rate = (events as f64 / seconds.max(1e-9)) as u64;
        let plural = if threads == 1 { "" } else { "s" };
        format!(
            "{seconds:.1} s, {} events, {} per second, {threads} thread{plural}",
            count(events),
            count(rate)
        )
    }
}
