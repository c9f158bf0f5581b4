//! Health: which backends a balancer believes in, and with how much weight.
//!
//! [`Health`] is told what becomes of requests and of probes, and answers for a backend at a
//! moment: usable or not, and with what share of its weight. It owns no timer and draws nothing:
//! whoever owns it sends the probes when it says and tells their results. Four rules work
//! together, each optional and in its own file: *passive* (what requests show), *active* (what
//! probes show), *outlier ejection* (Envoy's rule for what requests show) and *slow start* (a
//! backend that comes back takes its weight step by step). The *panic threshold* overrules them:
//! if too few backends are left, all are used.
//!
//! No answer allocates. All are functions of what was told and of the moment asked about, so
//! asking changes nothing.

mod active;
mod clock;
mod consecutive;
mod nginx;
mod outlier;
mod slow_start;
mod spec;
mod told;

#[cfg(test)]
mod composite_tests;
#[cfg(test)]
mod measured;

pub use active::{Active, Probed};
pub use clock::WholeSeconds;
pub use consecutive::Consecutive;
pub use nginx::MaxFails;
pub use outlier::Outliers;
pub use slow_start::{FULL_WEIGHT, SlowStart};
pub use spec::{
    ActiveProfile, ActiveSpec, Aggression, HealthSpec, OutlierSpec, PassiveProfile, PassiveSpec,
    SlowStartProfile, SlowStartSpec,
};

pub use told::Word;

use crate::time::{Span, Time};
use told::Told;

/// What a balancer knows of the health of its backends, which are numbered from 0.
#[derive(Debug, Clone)]
pub struct Health {
    passive: Passive,
    active: Option<Active>,
    outliers: Option<Outliers>,
    slow_start: Option<SlowStart>,
    told: Told,
    /// If a smaller share than this is up, all are used.
    panic: f64,
    /// How many backends there are.
    count: usize,
}

#[derive(Debug, Clone)]
enum Passive {
    Off,
    Nginx(MaxFails),
    Consecutive(Consecutive),
}

impl Health {
    /// The health of backends of these weights, all of which are believed to work. `phase` is how
    /// far into a second the clock is when the run begins.
    ///
    /// # Panics
    /// If `phase` is a second or longer.
    #[must_use]
    pub fn new(spec: &HealthSpec, weights: &[u32], phase: Span) -> Self {
        let count = weights.len();
        let passive = spec.passive.as_ref().map_or(Passive::Off, |passive| match passive.profile {
            PassiveProfile::Nginx => {
                Passive::Nginx(MaxFails::new(passive, weights, WholeSeconds::new(phase)))
            }
            PassiveProfile::Consecutive => Passive::Consecutive(Consecutive::new(passive, count)),
        });
        Self {
            passive,
            active: spec.active.as_ref().map(|active| Active::new(active, count)),
            outliers: spec.outlier.as_ref().map(|outlier| Outliers::new(outlier, count)),
            slow_start: spec.slow_start.as_ref().map(SlowStart::new),
            told: Told::default(),
            panic: spec.panic_threshold.get(),
            count,
        }
    }

    /// Whether this backend is believed to work now, the panic threshold left aside. A loop over
    /// all backends asks this of each and [`Health::in_panic`] once.
    #[inline]
    #[must_use]
    pub fn is_up(&self, backend: usize, now: Time) -> bool {
        let passive = match &self.passive {
            Passive::Off => true,
            Passive::Nginx(rule) => rule.is_up(backend, now),
            Passive::Consecutive(rule) => rule.is_up(backend, now),
        };
        passive
            && !self.told.is_out(backend)
            && self.active.as_ref().is_none_or(|active| active.is_up(backend))
            && self.outliers.as_ref().is_none_or(|outliers| !outliers.is_ejected(backend, now))
    }

    /// Whether, with so many backends up, all that were not taken out by hand are to be used as if
    /// they were up.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "numbers of backends fit 53 bits")]
    pub fn in_panic(&self, up: usize) -> bool {
        self.panic > 0.0 && (up as f64) < self.panic * (self.count - self.told.count()) as f64
    }

    /// Whether this backend may take an exchange now: it is up, or so few are that all are used.
    /// With a panic threshold it looks at all backends if this one is down.
    #[must_use]
    pub fn is_usable(&self, backend: usize, now: Time) -> bool {
        self.is_up(backend, now)
            || self.panic > 0.0 && !self.told.is_out(backend) && self.in_panic(self.count_up(now))
    }

    /// How many backends are up.
    #[must_use]
    pub fn count_up(&self, now: Time) -> usize {
        (0..self.count).filter(|backend| self.is_up(*backend, now)).count()
    }

    /// The share of its weight that this backend has now, of [`FULL_WEIGHT`]: less than all only
    /// in slow start. The weight times this is what weighted algorithms compare.
    #[inline]
    #[must_use]
    pub fn share(&self, backend: usize, now: Time) -> u32 {
        let Some(slow) = &self.slow_start else { return FULL_WEIGHT };
        slow.share(self.recovered(backend).filter(|since| *since <= now), now)
    }

    /// What nginx's smooth weighted round robin adds for a backend when it considers it: the
    /// weight, less what failures took. `None` if no rule takes any.
    #[inline]
    #[must_use]
    pub fn effective_weight(&self, backend: usize) -> Option<u32> {
        match &self.passive {
            Passive::Nginx(rule) => Some(rule.effective_weight(backend)),
            Passive::Off | Passive::Consecutive(_) => None,
        }
    }

    /// The balancer is told to send nothing new to this backend, or to use it again, or that it
    /// comes or goes. What it meets there meanwhile says nothing of its health. One that comes has
    /// a new address: nothing is known of it.
    pub fn tell(&mut self, backend: usize, word: Word, now: Time) {
        self.told.set(backend, word, self.count, now);
        let there = self.count - self.told.absent();
        match &mut self.passive {
            Passive::Nginx(rule) => rule.are_there(there),
            Passive::Off | Passive::Consecutive(_) => {}
        }
        if let Some(outliers) = &mut self.outliers {
            outliers.are_there(there);
        }
        if word == Word::Joins {
            self.forget(backend);
        }
    }

    /// Forgets all that this backend has shown.
    fn forget(&mut self, backend: usize) {
        match &mut self.passive {
            Passive::Off => {}
            Passive::Nginx(rule) => rule.forget(backend),
            Passive::Consecutive(rule) => rule.forget(backend),
        }
        if let Some(active) = &mut self.active {
            active.forget(backend);
        }
        if let Some(outliers) = &mut self.outliers {
            outliers.forget(backend);
        }
    }

    /// Whether this backend is taken out by hand, or does not exist.
    #[inline]
    #[must_use]
    pub fn is_told_out(&self, backend: usize) -> bool {
        self.told.is_out(backend)
    }

    /// Whether this backend exists: one that an autoscaler has switched off does not.
    #[inline]
    #[must_use]
    pub fn exists(&self, backend: usize) -> bool {
        self.told.exists(backend)
    }

    /// When this backend was last put back, or came.
    #[must_use]
    pub fn told_back(&self, backend: usize) -> Option<Time> {
        self.told.recovered(backend)
    }

    /// When the time is over for which requests that failed keep this backend out, if they do.
    #[must_use]
    pub fn returns(&self, backend: usize, now: Time) -> Option<Time> {
        let passive = match &self.passive {
            Passive::Off => None,
            Passive::Nginx(rule) => rule.returns(backend, now),
            Passive::Consecutive(rule) => rule.recovered(backend),
        };
        let outlier = self.outliers.as_ref().and_then(|outliers| outliers.recovered(backend));
        passive.max(outlier).filter(|at| *at > now)
    }

    /// An algorithm considered this backend, which is up and was not tried, for an exchange:
    /// nginx gives back a part of what failures took of its weight.
    #[inline]
    pub fn on_considered(&mut self, backend: usize) {
        if let Passive::Nginx(rule) = &mut self.passive {
            rule.on_considered(backend);
        }
    }

    /// This backend was picked for an exchange.
    #[inline]
    pub fn on_picked(&mut self, backend: usize, now: Time) {
        if let Passive::Nginx(rule) = &mut self.passive {
            rule.on_picked(backend, now);
        }
    }

    /// An exchange with this backend went well.
    #[inline]
    pub fn on_success(&mut self, backend: usize, now: Time) {
        if self.told.is_out(backend) {
            return;
        }
        match &mut self.passive {
            Passive::Off => {}
            Passive::Nginx(rule) => rule.on_success(backend, now),
            Passive::Consecutive(rule) => rule.on_success(backend),
        }
        if let Some(outliers) = &mut self.outliers {
            outliers.on_success(backend);
        }
    }

    /// An exchange with this backend failed in a way that counts against it.
    #[inline]
    pub fn on_failure(&mut self, backend: usize, now: Time) {
        if self.told.is_out(backend) {
            return;
        }
        match &mut self.passive {
            Passive::Off => {}
            Passive::Nginx(rule) => rule.on_failure(backend, now),
            Passive::Consecutive(rule) => rule.on_failure(backend, now),
        }
        if let Some(outliers) = &mut self.outliers {
            outliers.on_failure(backend, now);
        }
    }

    /// An exchange with this backend was answered with a status from 500 on, which counts for
    /// nobody but outlier detection: Envoy looks at every such answer, whatever else is asked for.
    pub fn on_server_error(&mut self, backend: usize, now: Time) {
        if self.told.is_out(backend) {
            return;
        }
        match &mut self.passive {
            Passive::Off => {}
            Passive::Nginx(rule) => rule.on_success(backend, now),
            Passive::Consecutive(rule) => rule.on_success(backend),
        }
        if let Some(outliers) = &mut self.outliers {
            outliers.on_failure(backend, now);
        }
    }

    /// A probe of this backend ended, well or not; what that changed of what probes say.
    #[inline]
    pub fn on_probe(&mut self, backend: usize, ok: bool, now: Time) -> Probed {
        if self.told.is_out(backend) {
            return Probed::Unchanged;
        }
        if ok && let Some(outliers) = &mut self.outliers {
            outliers.on_probe_ok(backend, now);
        }
        match &mut self.active {
            Some(active) => active.on_probe(backend, ok, now),
            None => Probed::Unchanged,
        }
    }

    /// The probes, if there are any: when they are sent and how long they may take.
    #[must_use]
    pub const fn probes(&self) -> Option<&Active> {
        self.active.as_ref()
    }

    /// The moment at which the last of the rules let this backend back in.
    fn recovered(&self, backend: usize) -> Option<Time> {
        let passive = match &self.passive {
            Passive::Off => None,
            Passive::Nginx(rule) => rule.recovered(backend),
            Passive::Consecutive(rule) => rule.recovered(backend),
        };
        let active = self.active.as_ref().and_then(|active| active.recovered(backend));
        let outlier = self.outliers.as_ref().and_then(|outliers| outliers.recovered(backend));
        passive.max(active).max(outlier).max(self.told.recovered(backend))
    }
}
