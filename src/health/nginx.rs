//! nginx's `max_fails` and `fail_timeout`.
//!
//! A backend that failed `max_fails` times, with no pause of `fail_timeout` in between in which a
//! success could follow, is not used for `fail_timeout`. Then one exchange is let through: if it
//! goes well the failures are forgotten, if not the backend is out again. All moments are whole
//! seconds of the clock and "for" includes the last, so it takes `fail_timeout` and up to a second
//! more. Failures also take weight, which comes back with each choice that considers the backend. A
//! backend that is the only one there is is never out, and `max_fails = 0` switches the rule off.
//! When all are out there is no backend (502, "no live upstreams"); nothing is forgotten then.
//! *Weakness*: a pool that is slow rather than broken puts all of itself out. *Source*: nginx 1.22,
//! `ngx_http_upstream_round_robin.c`; attempts as recorded are reproduced in `measured.rs`.

use super::PassiveSpec;
use super::clock::WholeSeconds;
use crate::time::{NANOS_PER_SEC, Time};

/// The passive rule of profile `nginx`.
#[derive(Debug, Clone)]
pub struct MaxFails {
    clock: WholeSeconds,
    /// 0 if failures do not count.
    max_fails: u32,
    /// Whether there is only one backend.
    is_alone: bool,
    /// In seconds.
    fail_timeout: i64,
    peers: Vec<Peer>,
}

#[derive(Debug, Clone, Copy)]
struct Peer {
    weight: u32,
    effective_weight: u32,
    fails: u32,
    /// The second of the last failure.
    accessed: i64,
    /// The second from which `fail_timeout` counts.
    checked: i64,
    recovered: Option<Time>,
}

impl Peer {
    /// Before any failure.
    const fn new(weight: u32) -> Self {
        Self {
            weight,
            effective_weight: weight,
            fails: 0,
            accessed: LONG_AGO,
            checked: LONG_AGO,
            recovered: None,
        }
    }
}

/// Before all seconds of a run, by more than any time-out.
const LONG_AGO: i64 = i64::MIN / 4;

impl MaxFails {
    /// The rule for backends of these weights, before any failure.
    #[must_use]
    pub fn new(spec: &PassiveSpec, weights: &[u32], clock: WholeSeconds) -> Self {
        let fail_timeout = spec.fail_timeout.0.div_ceil(NANOS_PER_SEC).cast_signed();
        let peers = weights.iter().map(|weight| Peer::new(*weight)).collect();
        let is_alone = weights.len() == 1;
        Self { clock, max_fails: spec.max_fails, is_alone, fail_timeout, peers }
    }

    /// So many of the backends exist.
    pub(super) const fn are_there(&mut self, count: usize) {
        self.is_alone = count == 1;
    }

    /// This backend is a new one.
    pub(super) fn forget(&mut self, backend: usize) {
        self.peers[backend] = Peer::new(self.peers[backend].weight);
    }

    /// The moment from which this backend may be considered again, if it is out.
    pub(super) fn returns(&self, backend: usize, now: Time) -> Option<Time> {
        let over = self.peers[backend].checked.saturating_add(self.fail_timeout + 1);
        (!self.is_up(backend, now)).then(|| self.clock.begin_of(over))
    }

    /// Whether this backend may be considered now.
    #[inline]
    #[must_use]
    pub fn is_up(&self, backend: usize, now: Time) -> bool {
        let peer = &self.peers[backend];
        self.max_fails == 0
            || self.is_alone
            || peer.fails < self.max_fails
            || self.clock.second(now) - peer.checked > self.fail_timeout
    }

    /// What smooth weighted round robin adds for this backend.
    #[inline]
    #[must_use]
    pub fn effective_weight(&self, backend: usize) -> u32 {
        self.peers[backend].effective_weight
    }

    /// The moment at which its failures were last forgotten after it had been out.
    #[must_use]
    pub fn recovered(&self, backend: usize) -> Option<Time> {
        self.peers[backend].recovered
    }

    /// This backend was considered for an exchange.
    #[inline]
    pub fn on_considered(&mut self, backend: usize) {
        let peer = &mut self.peers[backend];
        if peer.effective_weight < peer.weight {
            peer.effective_weight += 1;
        }
    }

    /// This backend was picked. If it was out it takes just this exchange for now.
    #[inline]
    pub fn on_picked(&mut self, backend: usize, now: Time) {
        let now = self.clock.second(now);
        let peer = &mut self.peers[backend];
        if now - peer.checked > self.fail_timeout {
            peer.checked = now;
        }
    }

    /// An exchange went well.
    #[inline]
    pub fn on_success(&mut self, backend: usize, now: Time) {
        let peer = &mut self.peers[backend];
        if peer.accessed < peer.checked && peer.fails > 0 {
            if self.max_fails > 0 && peer.fails >= self.max_fails {
                peer.recovered = Some(now);
            }
            peer.fails = 0;
        }
    }

    /// An exchange failed.
    #[inline]
    pub fn on_failure(&mut self, backend: usize, now: Time) {
        if self.is_alone {
            return;
        }
        let now = self.clock.second(now);
        let peer = &mut self.peers[backend];
        peer.fails = peer.fails.saturating_add(1);
        peer.accessed = now;
        peer.checked = now;
        if let Some(taken) = peer.weight.checked_div(self.max_fails) {
            peer.effective_weight = peer.effective_weight.saturating_sub(taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::PassiveProfile;
    use super::*;
    use crate::time::Span;

    fn rule(max_fails: u32, seconds: u64, weights: &[u32]) -> MaxFails {
        let fail_timeout = Span::from_secs(seconds);
        let spec = PassiveSpec { profile: PassiveProfile::Nginx, max_fails, fail_timeout };
        MaxFails::new(&spec, weights, WholeSeconds::default())
    }

    const fn at(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    #[test]
    fn a_failed_backend_is_out_for_whole_seconds_and_then_takes_one_probe() {
        let mut rule = rule(1, 2, &[1, 1]);
        rule.on_picked(1, at(0));
        rule.on_failure(1, at(900));
        assert!(rule.is_up(0, at(900)) && !rule.is_up(1, at(900)));
        // Of second 0 it is out in seconds 0, 1 and 2: not for 2 but for 2.1 s.
        assert!(!rule.is_up(1, at(2_999)) && rule.is_up(1, at(3_000)));
        rule.on_picked(1, at(3_000));
        assert!(!rule.is_up(1, at(3_001)), "only one probe");
        rule.on_success(1, at(3_100));
        assert!(rule.is_up(1, at(3_100)));
        assert_eq!(rule.recovered(1), Some(at(3_100)));
    }

    #[test]
    fn a_success_in_the_second_of_a_failure_forgets_nothing() {
        let mut rule = rule(2, 10, &[1, 1]);
        rule.on_picked(0, at(100));
        rule.on_failure(0, at(200));
        rule.on_picked(0, at(5_000));
        rule.on_success(0, at(5_100));
        rule.on_failure(0, at(6_000));
        assert!(!rule.is_up(0, at(6_000)), "two failures without ten seconds between");
    }

    #[test]
    fn failures_far_apart_do_not_add_up() {
        let mut rule = rule(2, 2, &[1, 1]);
        rule.on_failure(0, at(0));
        rule.on_picked(0, at(3_000));
        rule.on_success(0, at(3_100));
        rule.on_failure(0, at(3_200));
        assert!(rule.is_up(0, at(3_200)));
    }

    #[test]
    fn one_backend_and_no_limit_are_never_out() {
        for mut rule in [rule(1, 10, &[1]), rule(0, 10, &[1, 1])] {
            (0..5).for_each(|_| rule.on_failure(0, at(0)));
            assert!(rule.is_up(0, at(0)));
            assert_eq!(rule.effective_weight(0), 1);
        }
    }

    #[test]
    fn all_out_stays_so_until_the_clock_says() {
        let mut rule = rule(1, 10, &[1, 1, 1]);
        (0..3).for_each(|backend| rule.on_failure(backend, at(500)));
        for millis in (500..11_000).step_by(500) {
            assert!((0..3).all(|backend| !rule.is_up(backend, at(millis))), "{millis}");
        }
        assert!((0..3).all(|backend| rule.is_up(backend, at(11_000))));
    }

    #[test]
    fn a_failure_takes_weight_and_choices_give_it_back() {
        let mut rule = rule(2, 10, &[5, 1]);
        rule.on_failure(0, at(0));
        assert_eq!(rule.effective_weight(0), 3);
        rule.on_failure(0, at(0));
        rule.on_failure(0, at(0));
        assert_eq!(rule.effective_weight(0), 0);
        let mut weights = Vec::new();
        for _ in 0..6 {
            rule.on_considered(0);
            weights.push(rule.effective_weight(0));
        }
        assert_eq!(weights, [1, 2, 3, 4, 5, 5]);
    }
}
