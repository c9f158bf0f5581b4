//! Active checks: what probes say.
//!
//! Each backend has a counter, as in HAProxy: it is up while the counter is at least `rise`. A
//! probe that fails lowers it by one, and to 0 once it falls below `rise`; a probe that goes well
//! raises it by one, and to the top (`rise + fall - 1`) once it reaches `rise`. So `fall` failures
//! in a row take a backend out and `rise` successes in a row bring it back. In the profile
//! `haproxy` a backend starts up at the lowest such counter, so its first probe decides alone, and
//! the next probe is due an `interval` after the last one *ended*; in the textbook's it starts at
//! the top, and probes are *sent* every `interval`. *Source*: HAProxy 2.6, `check.c`
//! (`set_server_check_status`, `srv_getinttimer`).

use super::spec::{ActiveProfile, ActiveSpec};
use crate::time::{Span, Time};

/// What a probe changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probed {
    /// Nothing: up or down as before.
    Unchanged,
    /// The backend is up again.
    Up,
    /// The backend is down.
    Down,
}

/// The counters of the active checks.
#[derive(Debug, Clone)]
pub struct Active {
    spec: ActiveSpec,
    checks: Vec<Check>,
}

#[derive(Debug, Clone, Copy)]
struct Check {
    health: u32,
    recovered: Option<Time>,
}

impl Check {
    /// Before the first probe.
    const fn new(spec: &ActiveSpec) -> Self {
        let health = match spec.profile {
            ActiveProfile::Textbook => spec.rise + spec.fall - 1,
            ActiveProfile::Haproxy => spec.rise,
        };
        Self { health, recovered: None }
    }
}

impl Active {
    /// The checks of so many backends, all of which are up, before the first probe.
    #[must_use]
    pub fn new(spec: &ActiveSpec, count: usize) -> Self {
        Self { spec: spec.clone(), checks: vec![Check::new(spec); count] }
    }

    /// This backend is a new one.
    pub(super) fn forget(&mut self, backend: usize) {
        self.checks[backend] = Check::new(&self.spec);
    }

    /// Whether the probes say that this backend works.
    #[inline]
    #[must_use]
    pub fn is_up(&self, backend: usize) -> bool {
        self.checks[backend].health >= self.spec.rise
    }

    /// The moment at which this backend last came up again.
    #[must_use]
    pub fn recovered(&self, backend: usize) -> Option<Time> {
        self.checks[backend].recovered
    }

    /// A probe of this backend ended, well or not.
    #[inline]
    pub fn on_probe(&mut self, backend: usize, ok: bool, now: Time) -> Probed {
        let (rise, top) = (self.spec.rise, self.spec.rise + self.spec.fall - 1);
        let was_up = self.is_up(backend);
        let check = &mut self.checks[backend];
        check.health = if ok {
            if check.health + 1 >= rise { top } else { check.health + 1 }
        } else {
            let lower = check.health.saturating_sub(1);
            if lower < rise { 0 } else { lower }
        };
        match (was_up, check.health >= rise) {
            (false, true) => {
                check.recovered = Some(now);
                Probed::Up
            }
            (true, false) => Probed::Down,
            _ => Probed::Unchanged,
        }
    }

    /// When the first probe of this backend is sent: the probes of all are spread over an
    /// interval.
    #[must_use]
    pub fn first_probe(&self, backend: usize) -> Time {
        let place = u128::from(self.interval(backend).0) * backend as u128;
        let spread = place / self.checks.len().max(1) as u128;
        Time::ZERO + self.spec.phase + Span(u64::try_from(spread).unwrap_or(u64::MAX))
    }

    /// When the next probe of this backend is sent, after one that was sent and ended at these
    /// moments and whose result has been told. There is never more than one at a time.
    #[must_use]
    pub fn next_probe(&self, backend: usize, sent: Time, ended: Time) -> Time {
        let interval = self.interval(backend);
        match self.spec.profile {
            ActiveProfile::Textbook => (sent + interval).max(ended),
            ActiveProfile::Haproxy => ended + interval,
        }
    }

    /// How long a probe may take before it has failed.
    #[must_use]
    pub fn timeout(&self) -> Span {
        self.spec.timeout.unwrap_or(self.spec.interval)
    }

    /// The interval that holds for this backend now.
    #[must_use]
    pub fn interval(&self, backend: usize) -> Span {
        let (health, spec) = (self.checks[backend].health, &self.spec);
        let special = match health {
            0 => spec.down,
            _ if health < spec.rise + spec.fall - 1 => spec.fast,
            _ => None,
        };
        special.unwrap_or(spec.interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, below};

    fn spec(text: &str) -> ActiveSpec {
        toml::from_str(text).unwrap()
    }

    /// The letters of a backend's states after each probe: `+` that goes well, `-` that fails.
    fn states(active: &mut Active, probes: &str) -> String {
        let state = |probe| {
            active.on_probe(0, probe == '+', Time(0));
            if active.is_up(0) { 'U' } else { 'D' }
        };
        probes.chars().map(state).collect()
    }

    #[test]
    fn so_many_failures_in_a_row_take_out_and_so_many_successes_bring_back() {
        let mut active = Active::new(&spec("interval = \"1s\"\nrise = 2\nfall = 3"), 1);
        assert_eq!(states(&mut active, "--+--+---"), "UUUUUUUUD");
        assert_eq!(states(&mut active, "+-+-++"), "DDDDDU");
        assert_eq!(states(&mut active, "--+---"), "UUUUUD");
    }

    #[test]
    fn in_haproxy_the_first_probe_decides_alone() {
        let text = "interval = \"1s\"\nrise = 2\nfall = 3\nprofile = \"haproxy\"";
        assert_eq!(states(&mut Active::new(&spec(text), 1), "-++"), "DDU");
        assert_eq!(states(&mut Active::new(&spec(text), 1), "+---"), "UUUD");
    }

    #[test]
    fn a_change_is_told_once_with_its_moment() {
        let mut active = Active::new(&spec("interval = \"1s\"\nrise = 1\nfall = 1"), 2);
        let told = [false, false, true, true].map(|ok| active.on_probe(1, ok, Time(9)));
        assert_eq!(told, [Probed::Down, Probed::Unchanged, Probed::Up, Probed::Unchanged]);
        assert_eq!((active.recovered(0), active.recovered(1)), (None, Some(Time(9))));
    }

    #[test]
    fn intervals_depend_on_how_sure_it_is() {
        let text = "interval = \"4s\"\nfast = \"1s\"\ndown = \"8s\"\nrise = 2\nfall = 2";
        let mut active = Active::new(&spec(text), 1);
        let interval = |active: &Active| active.interval(0).0 / 1_000_000_000;
        let mut seen = vec![interval(&active)];
        for ok in [false, false, true, true] {
            active.on_probe(0, ok, Time(0));
            seen.push(interval(&active));
        }
        assert_eq!(seen, [4, 1, 8, 1, 4]);
    }

    #[test]
    fn first_probes_are_spread_and_next_ones_follow_the_profile() {
        let text = "interval = \"4s\"\nphase = \"1s\"";
        let active = Active::new(&spec(text), 4);
        let firsts: Vec<u64> = (0..4).map(|i| active.first_probe(i).0 / 1_000_000_000).collect();
        assert_eq!(firsts, [1, 2, 3, 4]);
        assert_eq!(active.timeout(), Span::from_secs(4));
        let at = |seconds: u64| Time(seconds * 1_000_000_000);
        assert_eq!(active.next_probe(0, at(1), at(2)), at(5));
        let haproxy = Active::new(&spec(&format!("{text}\nprofile = \"haproxy\"")), 4);
        assert_eq!(haproxy.next_probe(0, at(1), at(2)), at(6));
    }

    #[test]
    fn detection_takes_the_time_that_theory_says() {
        // Theory case health-01: probes every 5 s, three failures, each known after 2 s.
        let spec = spec("interval = \"5s\"\ntimeout = \"2s\"\nrise = 1\nfall = 3");
        let mut draws = Key::root(1, 0).draws(Purpose::named("deaths"));
        let (mut sum, mut least, mut most) = (0, u64::MAX, 0);
        const TIMES: u64 = 100_000;
        for _ in 0..TIMES {
            let death = Time(100_000_000_000 + below(5_000_000_000, draws.next_bits()));
            let mut active = Active::new(&spec, 1);
            let mut sent = active.first_probe(0);
            let ended = loop {
                let ok = sent < death;
                let ended = if ok { sent } else { sent + active.timeout() };
                if active.on_probe(0, ok, ended) == Probed::Down {
                    break ended;
                }
                sent = active.next_probe(0, sent, ended);
            };
            let span = ended.since(death).0;
            (sum, least, most) = (sum + span, least.min(span), most.max(span));
        }
        let mean = Span(sum / TIMES).as_secs_f64();
        assert!((mean - 14.5).abs() < 0.02, "{mean}");
        assert!(least >= 12_000_000_000 && most <= 17_000_000_000, "{least} to {most}");
    }
}
