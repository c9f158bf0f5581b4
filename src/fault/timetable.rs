//! When a fault begins and ends: at stated times, or again and again as drawn.

use std::collections::VecDeque;

use rand_distr::Distribution;

use super::FaultKind;
use super::condition::Target;
use crate::dist::Law;
use crate::rng::Stream;
use crate::time::Span;

/// A fault, ready to run.
#[derive(Debug, Clone)]
pub struct FaultPlan {
    /// Its name, which names its streams.
    pub name: String,
    /// What goes wrong.
    pub kind: FaultKind,
    /// What it happens to; each on its own where times are drawn.
    pub targets: Vec<Target>,
    /// When.
    pub timetable: Timetable,
    /// `slow`: how many times as long things take; 1 otherwise.
    pub factor: f64,
    /// `lossy`: the share of packets lost; 0 otherwise.
    pub loss: f64,
    /// How much earlier than its timetable says it begins: what is told before a fault ends with
    /// that, since both draw from streams of one name.
    pub lead: Span,
}

/// When a fault begins and ends.
#[derive(Debug, Clone)]
pub enum Timetable {
    /// Once: from when, and for how long if it ends.
    Once(Law, Option<Law>),
    /// Again and again: the time to a failure, that of a repair, and how many repairs go on at
    /// once.
    Recurring {
        /// From a repair to the next failure.
        up: Law,
        /// How long a repair takes.
        repair: Law,
        /// How many repairs can be under way.
        crews: u32,
    },
}

/// The turns of one fault during a run: when each of its targets fails and is well again.
#[derive(Debug)]
pub struct Turns {
    stream: Stream,
    repairing: u32,
    waiting: VecDeque<u32>,
}

impl Turns {
    /// Before the first failure; all times are drawn from `stream`.
    #[must_use]
    pub const fn new(stream: Stream) -> Self {
        Self { stream, repairing: 0, waiting: VecDeque::new() }
    }

    /// How long each target is well at first. What happens once happens to all targets at once.
    pub fn first(&mut self, plan: &FaultPlan) -> Vec<Span> {
        match &plan.timetable {
            Timetable::Once(at, _) => {
                let at = self.draw(at) - plan.lead;
                plan.targets.iter().map(|_| at).collect()
            }
            Timetable::Recurring { up, .. } => plan.targets.iter().map(|_| self.draw(up)).collect(),
        }
    }

    /// How long the fault of `target`, which begins now, lasts, if that is known now: it is not
    /// where it lasts to the end, or waits for a crew.
    pub fn begun(&mut self, target: u32, plan: &FaultPlan) -> Option<Span> {
        match &plan.timetable {
            Timetable::Once(_, lasts) => lasts.as_ref().map(|lasts| self.draw(lasts) + plan.lead),
            Timetable::Recurring { crews, .. } if self.repairing >= *crews => {
                self.waiting.push_back(target);
                None
            }
            Timetable::Recurring { repair, .. } => {
                self.repairing += 1;
                Some(self.draw(repair))
            }
        }
    }

    /// The fault of a target is over: how long it is well now, if it fails again; and which
    /// target's repair begins now, with how long it takes.
    pub fn ended(&mut self, plan: &FaultPlan) -> (Option<Span>, Option<(u32, Span)>) {
        let Timetable::Recurring { up, repair, .. } = &plan.timetable else {
            return (None, None);
        };
        let well = self.draw(up);
        let next = self.waiting.pop_front();
        let next = next.map(|target| (target, self.draw(repair)));
        if next.is_none() {
            self.repairing -= 1;
        }
        (Some(well), next)
    }

    fn draw(&mut self, law: &Law) -> Span {
        Span::from_nanos_rounded(law.sample(&mut self.stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Place;
    use crate::id::NodeId;
    use crate::rng::Key;

    const HOUR: f64 = 3_600e9;

    fn plan(timetable: Timetable) -> FaultPlan {
        let target = |replica| Target::Replica(Place { node: NodeId(0), replica });
        FaultPlan {
            name: "x".to_owned(),
            kind: FaultKind::Crash,
            targets: (0..3).map(target).collect(),
            timetable,
            factor: 1.0,
            loss: 0.0,
            lead: Span::ZERO,
        }
    }

    fn turns() -> Turns {
        Turns::new(Key::root(1, 0).stream("x", "fault"))
    }

    #[test]
    fn what_is_told_before_a_fault_begins_earlier_and_ends_with_it() {
        let lasts = Law::Exponential(crate::dist::exponential::ExponentialLaw::new(HOUR));
        let fault = plan(Timetable::Once(Law::constant(HOUR), Some(lasts)));
        let told = FaultPlan { lead: Span::from_secs(60), ..fault.clone() };
        let ends = |plan: &FaultPlan| {
            let mut turns = turns();
            let first = turns.first(plan)[0];
            (0..3).map(|target| first + turns.begun(target, plan).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(ends(&fault), ends(&told));
        assert_eq!(turns().first(&told), [Span::from_secs(3_540); 3]);
    }

    #[test]
    fn what_happens_once_happens_to_all_at_once_and_then_no_more() {
        let plan = plan(Timetable::Once(Law::constant(HOUR), Some(Law::constant(2.0 * HOUR))));
        let mut turns = turns();
        assert_eq!(turns.first(&plan), [Span::from_secs(3_600); 3]);
        assert_eq!(turns.begun(0, &plan), Some(Span::from_secs(7_200)));
        assert_eq!(turns.ended(&plan), (None, None));
    }

    #[test]
    fn what_has_no_end_lasts() {
        let plan = plan(Timetable::Once(Law::constant(0.0), None));
        assert_eq!(turns().begun(1, &plan), None);
    }

    #[test]
    fn one_crew_repairs_one_after_another_in_the_order_of_failures() {
        let (up, repair) = (Law::constant(10.0 * HOUR), Law::constant(HOUR));
        let plan = plan(Timetable::Recurring { up, repair, crews: 1 });
        let mut turns = turns();
        let hour = Span::from_secs(3_600);
        assert_eq!(turns.begun(2, &plan), Some(hour));
        assert_eq!(turns.begun(0, &plan), None);
        assert_eq!(turns.begun(1, &plan), None);
        let well = Some(Span::from_secs(36_000));
        assert_eq!(turns.ended(&plan), (well, Some((0, hour))));
        assert_eq!(turns.ended(&plan), (well, Some((1, hour))));
        assert_eq!(turns.ended(&plan), (well, None));
        assert_eq!(turns.begun(1, &plan), Some(hour));
    }
}
