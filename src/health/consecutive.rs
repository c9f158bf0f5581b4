//! Consecutive failures: the plain passive rule.
//!
//! A backend whose last `max_fails` exchanges all failed is out for `fail_timeout`, and then
//! starts with a clean record. What failed meanwhile, having been sent before, does not count
//! again. `max_fails = 0` switches the rule off.

use super::PassiveSpec;
use crate::time::{Span, Time};

/// The passive rule of profile `consecutive`.
#[derive(Debug, Clone)]
pub struct Consecutive {
    max_fails: u32,
    fail_timeout: Span,
    records: Vec<Record>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Record {
    fails: u32,
    /// It is out before this moment.
    until: Option<Time>,
}

impl Consecutive {
    /// The rule for so many backends, before any failure.
    #[must_use]
    pub fn new(spec: &PassiveSpec, count: usize) -> Self {
        let records = vec![Record::default(); count];
        Self { max_fails: spec.max_fails, fail_timeout: spec.fail_timeout, records }
    }

    /// Whether this backend may be used now.
    #[inline]
    #[must_use]
    pub fn is_up(&self, backend: usize, now: Time) -> bool {
        self.records[backend].until.is_none_or(|until| until <= now)
    }

    /// The moment at which this backend came or comes back, if it was ever out.
    #[must_use]
    pub fn recovered(&self, backend: usize) -> Option<Time> {
        self.records[backend].until
    }

    /// This backend is a new one.
    pub(super) fn forget(&mut self, backend: usize) {
        self.records[backend] = Record::default();
    }

    /// An exchange went well.
    #[inline]
    pub fn on_success(&mut self, backend: usize) {
        self.records[backend].fails = 0;
    }

    /// An exchange failed.
    #[inline]
    pub fn on_failure(&mut self, backend: usize, now: Time) {
        if self.max_fails == 0 || !self.is_up(backend, now) {
            return;
        }
        let record = &mut self.records[backend];
        record.fails += 1;
        if record.fails >= self.max_fails {
            *record = Record { fails: 0, until: Some(now + self.fail_timeout) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::PassiveProfile;
    use super::*;

    fn rule(max_fails: u32) -> Consecutive {
        let profile = PassiveProfile::Consecutive;
        let spec = PassiveSpec { profile, max_fails, fail_timeout: Span(100) };
        Consecutive::new(&spec, 2)
    }

    #[test]
    fn only_failures_in_a_row_count() {
        let mut rule = rule(3);
        for _ in 0..5 {
            rule.on_failure(0, Time(0));
            rule.on_failure(0, Time(0));
            rule.on_success(0);
        }
        assert!(rule.is_up(0, Time(0)));
        (0..3).for_each(|_| rule.on_failure(0, Time(10)));
        assert!(!rule.is_up(0, Time(109)) && rule.is_up(0, Time(110)));
        assert!(rule.is_up(1, Time(10)));
        assert_eq!((rule.recovered(0), rule.recovered(1)), (Some(Time(110)), None));
    }

    #[test]
    fn late_failures_of_a_backend_that_is_out_do_not_count() {
        let mut rule = rule(1);
        rule.on_failure(0, Time(0));
        rule.on_failure(0, Time(99));
        assert!(rule.is_up(0, Time(100)));
        rule.on_failure(0, Time(100));
        assert!(!rule.is_up(0, Time(199)));
    }

    #[test]
    fn without_a_limit_nothing_is_out() {
        let mut rule = rule(0);
        (0..9).for_each(|_| rule.on_failure(0, Time(0)));
        assert!(rule.is_up(0, Time(0)));
    }
}
