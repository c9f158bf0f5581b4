//! A circuit breaker: after failures it stops trying for a while.
//!
//! *Closed*, all pass. `failures` in a row (or, with a `window`, so many within it, of which the
//! first may be just as old as that) *open* it: for `open` nothing passes. Then it is *half open*:
//! `probes` requests pass; if all go well it closes, if one fails it opens again. What was let
//! through before the last change of state says nothing about the present one and is ignored.
//! *Source*: Nygard, "Release It!" (2007); Fowler, "CircuitBreaker" (2014). *Weakness*: one breaker
//! for many backends lets one of them cut off all.

use std::collections::VecDeque;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};
use crate::unit::{length_keys, whole_keys};

/// When a caller stops trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerSpec {
    /// So many failures open it, 1 to 10,000. Default 5.
    #[serde(deserialize_with = "failures")]
    #[schemars(range(min = 1, max = 10_000))]
    pub failures: u32,
    /// They count if they come within this time, whatever goes well meanwhile. Default: they
    /// count if they come in a row, whenever.
    #[serde(deserialize_with = "window", skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
    /// So long nothing passes. Default 10s.
    #[serde(deserialize_with = "open")]
    pub open: Span,
    /// So many requests then pass, and all must go well, 1 to 10,000. Default 1.
    #[serde(deserialize_with = "probes")]
    #[schemars(range(min = 1, max = 10_000))]
    pub probes: u32,
}

whole_keys! {
    failures: 1..=10_000;
    probes: 1..=10_000;
}

length_keys! {
    window: "10s";
    open: "10s";
}

impl Default for BreakerSpec {
    fn default() -> Self {
        Self { failures: 5, window: None, open: Span::from_secs(10), probes: 1 }
    }
}

/// What a breaker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It lets all pass.
    Closed,
    /// It lets nothing pass before this moment.
    Open(Time),
    /// It lets some pass and watches them.
    HalfOpen,
}

/// The leave of one request to pass. Its holder tells how it ended, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit(u32);

impl Permit {
    /// The number that stands for it; never 0.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The leave that a number stands for; none for 0.
    #[must_use]
    pub const fn numbered(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }
}

/// A breaker with its state.
#[derive(Debug, Clone)]
pub struct Breaker {
    spec: BreakerSpec,
    state: State,
    /// How often the state changed, from 1 on.
    changes: u32,
    /// Closed: failures in a row. Half open: requests let through.
    count: u32,
    /// Half open: those that went well.
    well: u32,
    /// With a window: the moments of the last failures while closed.
    recent: VecDeque<Time>,
}

impl Breaker {
    /// The breaker that `spec` describes, closed.
    #[must_use]
    pub fn new(spec: &BreakerSpec) -> Self {
        let room = if spec.window.is_some() { spec.failures as usize } else { 0 };
        Self {
            spec: spec.clone(),
            state: State::Closed,
            changes: 1,
            count: 0,
            well: 0,
            recent: VecDeque::with_capacity(room),
        }
    }

    /// What it does now; that an opening is over shows only when the next request asks.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Leave for a request that comes now; `None` if it is to fail at once.
    #[inline]
    pub fn admit(&mut self, now: Time) -> Option<Permit> {
        match self.state {
            State::Closed => return Some(Permit(self.changes)),
            State::Open(until) if now < until => return None,
            State::Open(_) => self.change(State::HalfOpen),
            State::HalfOpen => {}
        }
        if self.count == self.spec.probes {
            return None;
        }
        self.count += 1;
        Some(Permit(self.changes))
    }

    /// A request that had leave ended without anybody having seen how: another may try.
    pub fn on_dropped(&mut self, permit: Permit) {
        if permit.0 == self.changes && self.state == State::HalfOpen {
            self.count -= 1;
        }
    }

    /// A request that had leave went well.
    #[inline]
    pub fn on_success(&mut self, permit: Permit) {
        if permit.0 != self.changes {
            return;
        }
        match self.state {
            State::Closed => self.count = 0,
            State::Open(_) => {}
            State::HalfOpen => {
                self.well += 1;
                if self.well == self.spec.probes {
                    self.change(State::Closed);
                }
            }
        }
    }

    /// A request that had leave failed.
    #[inline]
    pub fn on_failure(&mut self, permit: Permit, now: Time) {
        if permit.0 != self.changes {
            return;
        }
        let opens = match self.state {
            State::Closed => self.is_too_much(now),
            State::Open(_) => false,
            State::HalfOpen => true,
        };
        if opens {
            self.change(State::Open(now + self.spec.open));
        }
    }

    /// Counts a failure while closed: whether it is the last straw.
    fn is_too_much(&mut self, now: Time) -> bool {
        let Some(window) = self.spec.window else {
            self.count += 1;
            return self.count >= self.spec.failures;
        };
        if self.recent.len() == self.spec.failures as usize {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.recent.len() == self.spec.failures as usize && now.since(self.recent[0]) <= window
    }

    /// It begins anew, closed: what it guards is another. What was let through before says nothing
    /// of that.
    pub fn renew(&mut self) {
        self.change(State::Closed);
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.changes = self.changes.wrapping_add(1).max(1);
        self.count = 0;
        self.well = 0;
        self.recent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, open_unit};

    fn breaker(text: &str) -> Breaker {
        Breaker::new(&toml::from_str(text).unwrap())
    }

    const fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    /// Requests of no length at one moment: `+` goes well, `-` fails. The letters of those that
    /// passed, and `x` for those that did not.
    fn run(breaker: &mut Breaker, now: Time, requests: &str) -> String {
        let pass = |request| {
            let Some(permit) = breaker.admit(now) else { return 'x' };
            if request == '+' {
                breaker.on_success(permit);
            } else {
                breaker.on_failure(permit, now);
            }
            request
        };
        requests.chars().map(pass).collect()
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_probe_closes_it() {
        let mut breaker = breaker("failures = 3\nopen = \"10s\"");
        assert_eq!(run(&mut breaker, at(0), "--+--+---++"), "--+--+---xx");
        assert_eq!(breaker.state(), State::Open(at(10)));
        assert_eq!(run(&mut breaker, at(9), "+"), "x");
        assert_eq!(run(&mut breaker, at(10), "-+"), "-x");
        assert_eq!(run(&mut breaker, at(20), "++--+"), "++--+");
        assert_eq!(breaker.state(), State::Closed);
    }

    #[test]
    fn only_so_many_probes_are_under_way_and_all_must_go_well() {
        let mut breaker = breaker("failures = 1\nopen = \"1s\"\nprobes = 2");
        run(&mut breaker, at(0), "-");
        let (first, second) = (breaker.admit(at(1)).unwrap(), breaker.admit(at(1)).unwrap());
        assert_eq!(breaker.admit(at(1)), None);
        breaker.on_success(first);
        assert_eq!((breaker.state(), breaker.admit(at(2))), (State::HalfOpen, None));
        breaker.on_failure(second, at(2));
        assert_eq!(breaker.state(), State::Open(at(3)));
        assert_eq!(run(&mut breaker, at(3), "++"), "++");
        assert_eq!(breaker.state(), State::Closed);
    }

    #[test]
    fn what_was_sent_before_the_last_change_is_ignored() {
        let mut breaker = breaker("failures = 1\nopen = \"1s\"");
        let old: Vec<Permit> = (0..3).map(|_| breaker.admit(at(0)).unwrap()).collect();
        breaker.on_failure(old[0], at(0));
        breaker.on_failure(old[1], at(1));
        let probe = breaker.admit(at(1)).unwrap();
        breaker.on_success(old[2]);
        assert_eq!(breaker.state(), State::HalfOpen);
        breaker.on_success(probe);
        assert_eq!(breaker.state(), State::Closed);
    }

    #[test]
    fn a_probe_that_nobody_saw_the_end_of_makes_room_for_another() {
        let mut breaker = breaker("failures = 1\nopen = \"1s\"");
        run(&mut breaker, at(0), "-");
        let probe = breaker.admit(at(1)).unwrap();
        assert_eq!(breaker.admit(at(1)), None);
        breaker.on_dropped(probe);
        assert_eq!(run(&mut breaker, at(1), "+"), "+");
        assert_eq!(breaker.state(), State::Closed);
        breaker.on_dropped(probe);
        assert_eq!(breaker.state(), State::Closed, "an old leave says nothing");
    }

    #[test]
    fn in_a_window_successes_do_not_excuse() {
        let mut breaker = breaker("failures = 3\nwindow = \"10s\"");
        assert_eq!(run(&mut breaker, at(0), "-+"), "-+");
        assert_eq!(run(&mut breaker, at(9), "-+"), "-+");
        assert_eq!(run(&mut breaker, at(11), "-+"), "-+", "the first is too old");
        assert_eq!(run(&mut breaker, at(19), "-+"), "-x");
    }

    #[test]
    fn it_admits_the_share_that_theory_says() {
        // Theory case breaker-01: five in a row, half fail, open 10 s, 20 requests a second.
        let mut breaker = breaker("failures = 5\nopen = \"10s\"");
        let mut draws = Key::root(1, 0).draws(Purpose::named("requests"));
        let (mut now, mut admitted) = (Time::ZERO, 0);
        const REQUESTS: u32 = 10_000_000;
        for _ in 0..REQUESTS {
            now += Span::from_secs_rounded(-libm::log(open_unit(draws.next_bits())) / 20.0);
            let Some(permit) = breaker.admit(now) else { continue };
            admitted += 1;
            if draws.next_bits() >> 63 == 0 {
                breaker.on_success(permit);
            } else {
                breaker.on_failure(permit, now);
            }
        }
        let share = f64::from(admitted) / f64::from(REQUESTS);
        assert!((share / 0.137_931_034_483 - 1.0).abs() < 0.039, "{share}");
    }

    #[test]
    fn every_key_is_read_and_an_impossible_value_refused() {
        let text = "failures = 2\nwindow = \"30s\"\nopen = \"5s\"\nprobes = 3\n";
        let spec: BreakerSpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).as_deref(), Ok(text));
        for (text, said) in [
            ("failures = 0", "`failures` is a whole number from 1 to 10000, not 0"),
            ("open = \"0s\"", "`open` is longer than 0s"),
            ("window = \"0s\"", "`window` is longer than 0s"),
            ("probes = 0", "`probes` is a whole number"),
            ("failure = 1", "unknown field `failure`"),
        ] {
            let error = toml::from_str::<BreakerSpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
