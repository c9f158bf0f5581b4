//! How long an answer is fresh, and how old it is.

use super::Counting;
use crate::time::{NANOS_PER_SEC, Span, Time};

/// An instant of the run's clock: nanoseconds since the second in which the run began, before it
/// if negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Wall(pub i64);

const SECOND: i64 = NANOS_PER_SEC as i64;

impl Wall {
    /// The instant `now` of a run that began `phase` after a full second.
    #[must_use]
    pub fn at(now: Time, phase: Span) -> Self {
        Self(i64::try_from(now.0.saturating_add(phase.0)).unwrap_or(i64::MAX))
    }

    /// The full second before it.
    #[must_use]
    pub const fn second(self) -> Self {
        Self(self.0.div_euclid(SECOND) * SECOND)
    }

    /// So many seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// How much later it is than `earlier`; less than nothing if it is earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// What a cache knows of the time of a stored answer. Spans are nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keeping {
    /// From when its age is counted.
    pub since: Wall,
    /// Its age up to which it is fresh.
    pub fresh: i64,
    /// How long after that it may be given while it is fetched anew.
    pub grace: i64,
    /// How long after its lifetime it may be given where fetching it anew fails.
    pub on_error: i64,
    /// Whether the origin has to be asked each time.
    pub always_asks: bool,
    /// Whether it must not be given expired.
    pub must_revalidate: bool,
}

impl Keeping {
    /// The times of an answer that was made at `born`, is stored `now` and has a lifetime of so
    /// many nanoseconds.
    #[must_use]
    pub const fn new(counting: Counting, born: Wall, now: Wall, lifetime: i64) -> Self {
        let (since, fresh) = match counting {
            Counting::Exact => (born, lifetime),
            Counting::Date => (born.second(), lifetime),
            Counting::Clock => (now.second(), lifetime.saturating_add(SECOND)),
        };
        Self { since, fresh, grace: 0, on_error: 0, always_asks: false, must_revalidate: false }
    }

    /// How old it is.
    #[must_use]
    pub const fn age(&self, now: Wall) -> i64 {
        now.since(self.since)
    }

    /// For how long it will be fresh yet; less than nothing if it is not.
    #[must_use]
    pub const fn left(&self, now: Wall) -> i64 {
        self.fresh.saturating_sub(self.age(now))
    }

    /// Whether its lifetime lasts (RFC 9111, section 4.2).
    #[must_use]
    pub const fn is_fresh(&self, now: Wall) -> bool {
        self.age(now) < self.fresh
    }

    /// How long ago its lifetime ended; negative while it lasts.
    #[must_use]
    pub const fn staleness(&self, now: Wall) -> i64 {
        self.age(now).saturating_sub(self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENTH: i64 = SECOND / 10;

    /// When an answer that lives 2 s and was made 0.1 s after a full second is no longer fresh.
    fn end(counting: Counting) -> i64 {
        let born = Wall(TENTH);
        let keeping = Keeping::new(counting, born, born, 2 * SECOND);
        (0..100).map(|tenths| tenths * TENTH).find(|at| !keeping.is_fresh(Wall(*at))).unwrap()
    }

    #[test]
    fn clocks_of_whole_seconds_make_a_lifetime_shorter_or_longer() {
        assert_eq!(end(Counting::Exact), 21 * TENTH);
        assert_eq!(end(Counting::Date), 20 * TENTH);
        assert_eq!(end(Counting::Clock), 30 * TENTH);
    }

    #[test]
    fn seconds_before_the_run_are_whole_as_well() {
        assert_eq!(Wall(-1).second(), Wall(-SECOND));
        assert_eq!(Wall(SECOND).second(), Wall(SECOND));
        assert_eq!(Wall(5).plus_seconds(-2), Wall(5 - 2 * SECOND));
    }
}
