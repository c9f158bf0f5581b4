//! What a balancer is told: backends that are taken out by hand before they go, and put back.
//!
//! *Source*: HAProxy's `set server ... state maint`, Kubernetes' removal of an endpoint before the
//! pod ends, AWS' deregistration delay: nothing new goes there, what is under way is finished.

use crate::time::Time;

/// Which backends are taken out.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// How many reasons each has to be out: several may overlap. Empty if nobody ever was.
    reasons: Vec<u16>,
    /// When each was put back.
    back: Vec<Option<Time>>,
}

impl Told {
    /// Whether a backend is taken out.
    #[inline]
    pub(super) fn is_out(&self, backend: usize) -> bool {
        self.reasons.get(backend).is_some_and(|reasons| *reasons > 0)
    }

    /// How many are taken out.
    pub(super) fn count(&self) -> usize {
        self.reasons.iter().filter(|reasons| **reasons > 0).count()
    }

    /// One of `count` backends is taken out, or put back.
    pub(super) fn set(&mut self, backend: usize, out: bool, count: usize, now: Time) {
        self.reasons.resize(count, 0);
        self.back.resize(count, None);
        let reasons = &mut self.reasons[backend];
        *reasons = if out { *reasons + 1 } else { reasons.saturating_sub(1) };
        if *reasons == 0 {
            self.back[backend] = Some(now);
        }
    }

    /// When a backend was put back, if it was.
    pub(super) fn recovered(&self, backend: usize) -> Option<Time> {
        self.back.get(backend).copied().flatten()
    }
}
