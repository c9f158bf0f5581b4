//! What a balancer is told: backends that are taken out by hand before they go, and put back; and
//! backends that come and go, which do not exist for it while they are gone.
//!
//! *Source*: HAProxy's `set server ... state maint`, Kubernetes' removal of an endpoint before the
//! pod ends, AWS' deregistration delay: nothing new goes there, what is under way is finished.

use crate::time::Time;

/// What a balancer is told of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// To send nothing new there.
    Out,
    /// To use it again.
    Back,
    /// That it is no backend any more.
    Leaves,
    /// That it is a backend from now on, a new one.
    Joins,
}

/// Which backends are taken out.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// How many reasons each has to be out: several may overlap. Empty if nobody ever was.
    reasons: Vec<u16>,
    /// Which do not exist. Empty as above.
    absent: Vec<bool>,
    /// When each was put back.
    back: Vec<Option<Time>>,
}

impl Told {
    /// Whether a backend is taken out, or does not exist.
    #[inline]
    pub(super) fn is_out(&self, backend: usize) -> bool {
        self.reasons.get(backend).is_some_and(|reasons| *reasons > 0) || !self.exists(backend)
    }

    /// Whether a backend exists.
    #[inline]
    pub(super) fn exists(&self, backend: usize) -> bool {
        !self.absent.get(backend).is_some_and(|absent| *absent)
    }

    /// How many are taken out, or do not exist.
    pub(super) fn count(&self) -> usize {
        (0..self.reasons.len()).filter(|backend| self.is_out(*backend)).count()
    }

    /// How many do not exist.
    pub(super) fn absent(&self) -> usize {
        self.absent.iter().filter(|absent| **absent).count()
    }

    /// One of `count` backends is taken out or put back, comes or goes.
    pub(super) fn set(&mut self, backend: usize, word: Word, count: usize, now: Time) {
        self.reasons.resize(count, 0);
        self.absent.resize(count, false);
        self.back.resize(count, None);
        let reasons = &mut self.reasons[backend];
        match word {
            Word::Out => *reasons += 1,
            Word::Back => *reasons = reasons.saturating_sub(1),
            Word::Leaves | Word::Joins => self.absent[backend] = word == Word::Leaves,
        }
        if !self.is_out(backend) {
            self.back[backend] = Some(now);
        }
    }

    /// When a backend was put back, if it was.
    pub(super) fn recovered(&self, backend: usize) -> Option<Time> {
        self.back.get(backend).copied().flatten()
    }
}
