//! When what somebody shows stops to work: what those who check go by, and what thieves live by.

use super::Verdict;
use crate::time::Time;

/// The two moments at which something that was issued ends, as far as is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The last moment of its life.
    pub expires: Time,
    /// The first moment at which those who check know that it was taken back.
    pub revoked: Time,
}

impl Ends {
    /// What nothing ends.
    pub const NEVER: Self = Self { expires: Time::NEVER, revoked: Time::NEVER };

    /// What those who check make of it now; who has expired is told that first.
    #[must_use]
    pub fn verdict(self, now: Time) -> Verdict {
        if now > self.expires {
            Verdict::Expired
        } else if now >= self.revoked {
            Verdict::Revoked
        } else {
            Verdict::Accepted
        }
    }

    /// Until when it works.
    #[must_use]
    pub fn until(self) -> Time {
        self.expires.min(self.revoked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_works_before_that_moment_and_not_after_it() {
        for (expires, revoked) in [(100, 900), (900, 100), (100, 100)] {
            let ends = Ends { expires: Time(expires), revoked: Time(revoked) };
            assert_eq!(ends.until(), Time(100));
            assert_eq!(ends.verdict(Time(99)), Verdict::Accepted);
            assert_ne!(ends.verdict(Time(101)), Verdict::Accepted);
        }
        assert_eq!(Ends::NEVER.verdict(Time(u64::MAX - 1)), Verdict::Accepted);
    }
}
