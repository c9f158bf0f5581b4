//! A clock of whole seconds, as nginx's rules for failed servers have it.

use crate::time::{NANOS_PER_SEC, Span, Time};

/// A clock that knows nothing below a second. Where in a second a run begins decides whether
/// "10 s later" is 10.0 or 10.99 s later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WholeSeconds {
    phase: Span,
}

impl WholeSeconds {
    /// The clock that is `phase` into a second when the run begins.
    ///
    /// # Panics
    /// If `phase` is a second or longer.
    #[must_use]
    pub const fn new(phase: Span) -> Self {
        assert!(phase.0 < NANOS_PER_SEC, "a phase within a second");
        Self { phase }
    }

    /// The second that it shows.
    #[inline]
    #[must_use]
    pub const fn second(self, now: Time) -> i64 {
        (now.0.saturating_add(self.phase.0) / NANOS_PER_SEC).cast_signed()
    }

    /// The moment from which it shows this second; the beginning of the run for those before.
    pub(super) fn begin_of(self, second: i64) -> Time {
        let since = u64::try_from(second).unwrap_or(0).saturating_mul(NANOS_PER_SEC);
        Time(since.saturating_sub(self.phase.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phase_moves_the_seconds() {
        let clock = WholeSeconds::new(Span::from_millis(300));
        let seconds = [0, 699, 700, 1_699].map(|ms| clock.second(Time(ms * 1_000_000)));
        assert_eq!(seconds, [0, 0, 1, 1]);
        assert_eq!(
            [-1, 0, 1, 2].map(|second| clock.begin_of(second).0 / 1_000_000),
            [0, 0, 700, 1_700]
        );
    }
}
