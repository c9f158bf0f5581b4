//! Outlier ejection: Envoy's passive rule.
//!
//! A backend whose last `consecutive_failures` exchanges all failed is ejected, unless so large a
//! share of the backends that exist is ejected already as `max_ejection` allows; the first always
//! may be. It is out for `base_ejection` times the number of its ejections, at most
//! `max_ejection_time`, and comes back at the first sweep after that, as sweeps come every
//! `interval`. Each sweep that finds it well takes one from its number of ejections. A probe that
//! goes well brings it back at once. *Source*: Envoy's "Outlier detection" (consecutive 5xx) and
//! `outlier_detection_impl.cc`.

use super::OutlierSpec;
use crate::time::{Span, Time};

/// The state of outlier ejection.
#[derive(Debug, Clone)]
pub struct Outliers {
    spec: OutlierSpec,
    hosts: Vec<Host>,
    /// How many of them exist.
    count: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Host {
    /// Failures in a row.
    failures: u32,
    /// How often it was ejected, less what sweeps took, when it was last ejected.
    ejections: u32,
    /// When it comes or came back from its last ejection.
    until: Option<Time>,
}

impl Outliers {
    /// So many backends, before any failure.
    #[must_use]
    pub fn new(spec: &OutlierSpec, count: usize) -> Self {
        Self { spec: spec.clone(), hosts: vec![Host::default(); count], count }
    }

    /// So many of the backends exist.
    pub(super) const fn are_there(&mut self, count: usize) {
        self.count = count;
    }

    /// This backend is a new one.
    pub(super) fn forget(&mut self, backend: usize) {
        self.hosts[backend] = Host::default();
    }

    /// Whether this backend is ejected now.
    #[inline]
    #[must_use]
    pub fn is_ejected(&self, backend: usize, now: Time) -> bool {
        self.hosts[backend].until.is_some_and(|until| now < until)
    }

    /// The moment at which this backend came or comes back, if it was ever ejected.
    #[must_use]
    pub fn recovered(&self, backend: usize) -> Option<Time> {
        self.hosts[backend].until
    }

    /// An exchange went well.
    #[inline]
    pub fn on_success(&mut self, backend: usize) {
        self.hosts[backend].failures = 0;
    }

    /// An exchange failed.
    #[inline]
    pub fn on_failure(&mut self, backend: usize, now: Time) {
        if self.is_ejected(backend, now) {
            return;
        }
        let host = &mut self.hosts[backend];
        host.failures += 1;
        if host.failures >= self.spec.consecutive_failures {
            host.failures = 0;
            self.eject(backend, now);
        }
    }

    /// A probe went well.
    pub fn on_probe_ok(&mut self, backend: usize, now: Time) {
        if self.is_ejected(backend, now) {
            self.hosts[backend].until = Some(now);
        }
    }

    /// Ejects a backend if the share allows it.
    #[cold]
    fn eject(&mut self, backend: usize, now: Time) {
        let ejected = (0..self.hosts.len()).filter(|i| self.is_ejected(*i, now)).count();
        let share = f64::from(u32::try_from(ejected).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(self.count).unwrap_or(u32::MAX));
        if ejected > 0 && share >= self.spec.max_ejection.get() {
            return;
        }
        let host = &mut self.hosts[backend];
        let sweep = |at: Time| at.0 / self.spec.interval.0;
        let well = host.until.map_or(0, |until| sweep(now) - sweep(until));
        let left = u64::from(host.ejections).saturating_sub(well);
        host.ejections = u32::try_from(left).unwrap_or(u32::MAX).saturating_add(1);
        let longest = self.spec.max_ejection_time.max(self.spec.base_ejection);
        let length = self.spec.base_ejection.0.saturating_mul(u64::from(host.ejections));
        let over = now + longest.min(Span(length));
        let interval = self.spec.interval.0;
        host.until = Some(Time(over.0.div_ceil(interval).saturating_mul(interval)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    fn outliers(text: &str, count: usize) -> Outliers {
        Outliers::new(&toml::from_str(text).unwrap(), count)
    }

    fn fail(outliers: &mut Outliers, backend: usize, times: u32, now: Time) {
        (0..times).for_each(|_| outliers.on_failure(backend, now));
    }

    #[test]
    fn five_failures_in_a_row_eject_until_the_sweep_after_half_a_minute() {
        let mut outliers = outliers("", 4);
        fail(&mut outliers, 2, 4, at(3));
        outliers.on_success(2);
        fail(&mut outliers, 2, 4, at(4));
        assert!(!outliers.is_ejected(2, at(4)));
        fail(&mut outliers, 2, 1, at(4));
        assert!(outliers.is_ejected(2, at(4)) && outliers.is_ejected(2, at(39)));
        assert!(!outliers.is_ejected(2, at(40)));
        assert_eq!(outliers.recovered(2), Some(at(40)));
    }

    #[test]
    fn who_is_ejected_again_stays_out_longer_and_good_conduct_is_rewarded() {
        let mut outliers = outliers("consecutive_failures = 1\nmax_ejection_time = \"80s\"", 4);
        let mut out = |now| {
            outliers.on_failure(0, at(now));
            outliers.recovered(0).unwrap().0 / 1_000_000_000
        };
        assert_eq!(out(0), 30);
        assert_eq!(out(30), 90);
        assert_eq!(out(90), 170, "80 s at most");
        // Two sweeps find it well: from three ejections one is left, so this is the second.
        assert_eq!(out(190), 250);
        assert_eq!(out(1_000), 1_030);
    }

    #[test]
    fn the_first_may_always_be_ejected_and_then_the_share_counts() {
        for (share, ejected) in [(0.0, 1), (0.1, 1), (0.3, 2), (0.5, 2), (1.0, 4)] {
            let text = format!("consecutive_failures = 1\nmax_ejection = {share}");
            let mut outliers = outliers(&text, 4);
            (0..4).for_each(|backend| outliers.on_failure(backend, at(1)));
            let out = (0..4).filter(|backend| outliers.is_ejected(*backend, at(1))).count();
            assert_eq!(out, ejected, "share {share}");
        }
    }

    #[test]
    fn a_probe_that_goes_well_brings_back() {
        let mut outliers = outliers("consecutive_failures = 1", 2);
        outliers.on_failure(0, at(1));
        outliers.on_probe_ok(0, at(5));
        assert!(!outliers.is_ejected(0, at(5)));
        outliers.on_probe_ok(0, at(7));
        assert_eq!(outliers.recovered(0), Some(at(5)));
    }
}
