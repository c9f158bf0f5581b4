//! The rule: how many replicas there should be.

use std::collections::VecDeque;

use super::ScalingSpec;
use crate::time::{Span, Time};

/// What an autoscaler sees of its replicas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// How many have a reading.
    pub ready: u32,
    /// Their utilisations, added up.
    pub used: f64,
    /// How many are on without one: they boot, or serve only since.
    pub unready: u32,
    /// How many serve as far as the autoscaler knows and gave no reading: nobody could read them.
    pub missing: u32,
}

/// Decides by utilisation, and remembers what it advised: replicas go only when none of the advice
/// of the cool-down asked for them.
#[derive(Debug, Clone)]
pub struct Rule {
    min: u32,
    max: u32,
    target: f64,
    tolerance: f64,
    cool_down: Span,
    /// What was advised and not forgotten yet: the later, the less.
    advice: VecDeque<(Time, u32)>,
}

impl Rule {
    /// The rule at the beginning of a run, when `start` replicas are on, which counts as advice.
    #[must_use]
    pub fn new(spec: &ScalingSpec, start: u32) -> Self {
        Self {
            min: spec.min,
            max: spec.max,
            target: spec.target.get(),
            tolerance: spec.tolerance.get(),
            cool_down: spec.cool_down,
            advice: VecDeque::from([(Time::ZERO, start)]),
        }
    }

    /// How many of now `current` replicas there should be, those that boot included.
    pub fn decide(&mut self, now: Time, seen: Seen, current: u32) -> u32 {
        // Where nothing could be read nothing is known: that is no advice.
        let Some(advised) = self.advise(seen, current) else { return current };
        let advised = advised.clamp(self.min, self.max);
        while self.advice.back().is_some_and(|(_, earlier)| *earlier <= advised) {
            self.advice.pop_back();
        }
        self.advice.push_back((now, advised));
        while self.advice.front().is_some_and(|(at, _)| now.since(*at) > self.cool_down) {
            self.advice.pop_front();
        }
        // The first is the largest, and never less than what is advised now.
        let most = self.advice.front().map_or(advised, |(_, most)| *most);
        current.clamp(advised, most)
    }

    /// What this reading alone asks for; none if there is none.
    fn advise(&self, seen: Seen, current: u32) -> Option<u32> {
        if seen.ready == 0 {
            return None;
        }
        let is_near = |ratio: f64| (ratio - 1.0).abs() <= self.tolerance;
        let first = self.ratio(seen.used, seen.ready);
        let (is_short, is_idle) = (first > 1.0, first < 1.0);
        if !is_short && !is_idle {
            return Some(current);
        }
        let unready = if is_short { seen.unready } else { 0 };
        if unready == 0 && seen.missing == 0 {
            let of_all = whole(first * f64::from(seen.ready));
            return Some(if is_near(first) { current } else { of_all });
        }
        // Those that do not serve yet will take a share: they count as idle. Of those that could
        // not be read the worst is believed: that they are idle if more are wanted, and full if
        // fewer are.
        let full = if is_idle { f64::from(seen.missing) } else { 0.0 };
        let all = seen.ready + unready + seen.missing;
        let ratio = self.ratio(seen.used + full, all);
        if is_near(ratio) || is_short != (ratio > 1.0) {
            return Some(current);
        }
        let wanted = whole(ratio * f64::from(all));
        Some(if is_short { wanted.max(current) } else { wanted.min(current) })
    }

    /// The utilisation of so many replicas beside the target, cut to whole per cent as Kubernetes
    /// does.
    fn ratio(&self, used: f64, count: u32) -> f64 {
        ((100.0 * used / f64::from(count)) + 1e-9).floor() / (100.0 * self.target)
    }
}

/// So many replicas do this much work; what is whole but for rounding is whole.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of replicas, and the cast saturates"
)]
fn whole(replicas: f64) -> u32 {
    (replicas - 1e-9).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        let spec = toml::from_str(&format!("boot = \"1s\"\n{text}")).expect("a sound autoscaler");
        Rule::new(&spec, 4)
    }

    /// So many ready replicas of this utilisation, and so many that are not ready.
    fn seen(ready: u32, utilisation: f64, unready: u32) -> Seen {
        Seen { ready, used: f64::from(ready) * utilisation, unready, missing: 0 }
    }

    const fn at(secs: u64) -> Time {
        Time(secs * 1_000_000_000)
    }

    #[test]
    fn replicas_grow_by_the_ratio_of_utilisation_to_target_rounded_up() {
        // The example of the documentation: twice the target, twice the replicas.
        let mut half = rule("max = 100\ntarget = 0.25");
        assert_eq!(half.decide(at(15), seen(4, 0.5, 0), 4), 8);
        let mut rounded = rule("max = 100\ntarget = 0.6");
        // 4 x 0.9 / 0.6 is 6; 4 x 0.7 / 0.6 is 4.67.
        assert_eq!(rounded.decide(at(15), seen(4, 0.9, 0), 4), 6);
        assert_eq!(rounded.decide(at(30), seen(4, 0.7, 0), 4), 5);
    }

    #[test]
    fn what_is_within_the_tolerance_changes_nothing() {
        let mut rule = rule("max = 100\ntarget = 0.5\ncool_down = \"0s\"");
        assert_eq!(rule.decide(at(15), seen(4, 0.549, 0), 4), 4);
        assert_eq!(rule.decide(at(30), seen(4, 0.451, 0), 4), 4);
        assert_eq!(rule.decide(at(45), seen(4, 0.56, 0), 4), 5);
    }

    #[test]
    fn there_are_never_more_than_max_or_fewer_than_min() {
        let mut rule = rule("min = 3\nmax = 5\ntarget = 0.5\ncool_down = \"0s\"");
        assert_eq!(rule.decide(at(15), seen(4, 1.0, 0), 4), 5);
        assert_eq!(rule.decide(at(30), seen(5, 0.0, 0), 5), 3);
    }

    #[test]
    fn those_that_boot_count_as_idle_so_that_a_shortage_is_not_answered_twice() {
        let mut rule = rule("max = 100\ntarget = 0.5");
        assert_eq!(rule.decide(at(15), seen(4, 1.0, 0), 4), 8);
        // Four boot: 4 / 8 is the target, so it is waited for them.
        assert_eq!(rule.decide(at(30), seen(4, 1.0, 4), 8), 8);
        // Two boot, and the four are full: 4 / 6 / 0.5 of six are eight.
        assert_eq!(rule.decide(at(45), seen(4, 1.0, 2), 6), 8);
    }

    #[test]
    fn without_a_reading_nothing_changes_and_nothing_is_advised() {
        let mut rule = rule("max = 100\ntarget = 0.5\ncool_down = \"60s\"");
        assert_eq!(rule.decide(at(15), seen(0, 0.0, 4), 4), 4);
        assert_eq!(rule.decide(at(55), Seen { missing: 4, ..seen(0, 0.0, 0) }, 4), 4);
        // Had it been advice to keep four, they would stay until 115 s.
        assert_eq!(rule.decide(at(61), seen(4, 0.125, 0), 4), 1);
    }

    #[test]
    fn utilisation_is_cut_to_whole_per_cent() {
        // Ten replicas at 20.2 % are 4.04 at a target of 50 %; Kubernetes reads 20 %.
        let text = "max = 100\ntarget = 0.5\ntolerance = 0.15\ncool_down = \"0s\"";
        let mut cut = rule(text);
        assert_eq!(cut.decide(at(15), seen(10, 0.202, 0), 10), 4);
        // 57.9 % are read as 57 %, which is within 15 % of 50 %.
        assert_eq!(cut.decide(at(30), seen(10, 0.579, 0), 10), 10);
        // What is whole but for rounding stays: 0.29 is a little less than 29 hundredths.
        let mut whole = rule("max = 100\ntarget = 0.01\ncool_down = \"0s\"");
        assert_eq!(whole.decide(at(15), seen(1, 0.29, 0), 4), 29);
    }

    #[test]
    fn who_cannot_be_read_counts_as_full_on_the_way_down_and_as_idle_on_the_way_up() {
        let dead = |utilisation, missing| Seen { missing, ..seen(3, utilisation, 0) };
        let rule = || rule("max = 100\ntarget = 0.5\ncool_down = \"0s\"");
        // Three at 10 % alone ask for one; with one that is full they are at 32 %, of which 2.56.
        assert_eq!(rule().decide(at(15), dead(0.1, 0), 4), 1);
        assert_eq!(rule().decide(at(15), dead(0.1, 1), 4), 3);
        // With three that are full they are above the target: that is no ground to grow.
        assert_eq!(rule().decide(at(15), dead(0.1, 3), 6), 6);
        // Three at 80 % alone ask for five; with one that is idle they are at 60 %, of which 4.8.
        assert_eq!(rule().decide(at(15), dead(0.8, 1), 4), 5);
        assert_eq!(rule().decide(at(15), dead(0.8, 2), 5), 5);
        // Those that can be read are where they should be: that is all there is to know.
        assert_eq!(rule().decide(at(15), dead(0.5, 1), 4), 4);
    }

    #[test]
    fn replicas_go_when_fewer_were_enough_for_the_cool_down_and_then_to_the_most_of_it() {
        let mut rule = rule("max = 100\ntarget = 0.5\ncool_down = \"60s\"");
        // What there was at first counts until 60 s have passed.
        assert_eq!(rule.decide(at(30), seen(4, 0.125, 0), 4), 4);
        assert_eq!(rule.decide(at(45), seen(4, 0.25, 0), 4), 4);
        assert_eq!(rule.decide(at(60), seen(4, 0.125, 0), 4), 4);
        // Of 1, 2, 1 and 1 the most is 2; and when that is forgotten, 1.
        assert_eq!(rule.decide(at(61), seen(4, 0.125, 0), 4), 2);
        assert_eq!(rule.decide(at(106), seen(2, 0.25, 0), 2), 1);
    }

    #[test]
    fn growth_does_not_wait() {
        let mut rule = rule("max = 100\ntarget = 0.5\ncool_down = \"600s\"");
        assert_eq!(rule.decide(at(15), seen(4, 0.1, 0), 4), 4);
        assert_eq!(rule.decide(at(30), seen(4, 1.0, 0), 4), 8);
    }
}
