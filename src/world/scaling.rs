//! Autoscaling during a run: readings, decisions, and replicas that come and go are marks of the
//! run itself.

use std::collections::VecDeque;
use std::sync::Arc;

use rand_distr::Distribution;

use super::World;
use crate::engine::Queue;
use crate::fact::{Fact, Observer, Place};
use crate::fault::FaultKind;
use crate::health::Word;
use crate::net::{Ctx, Kind};
use crate::rng::{Key, Stream};
use crate::scaling::{Fleet, LOOK, Reading, Rule, ScalingPlan, State};
use crate::time::{Span, Time};

/// An autoscaler during a run.
#[derive(Debug)]
pub(super) struct Scaler {
    plan: Arc<ScalingPlan>,
    rule: Rule,
    fleet: Fleet,
    boots: Stream,
    /// The first of its marks: of readings, of decisions, and one for each replica.
    first: u32,
    /// Which replicas were gone for a while since the last reading.
    gone: Vec<bool>,
    /// What was read and not acted on yet.
    seen: VecDeque<Vec<Reading>>,
}

/// The mark of a reading, behind the first of an autoscaler; and those of decisions and replicas.
const READ: u32 = 0;
const DECIDE: u32 = 1;
const REPLICA: u32 = 2;

/// The autoscalers of `plans`, whose marks begin with `first`.
pub(super) fn scalers(plans: &[Arc<ScalingPlan>], mut first: u32, root: Key) -> Vec<Scaler> {
    let scaler = |plan: &Arc<ScalingPlan>| {
        let scaler = Scaler {
            rule: Rule::new(&plan.spec, plan.start),
            fleet: Fleet::new(plan.spec.max, plan.start),
            boots: root.stream(&plan.name, "boot"),
            first,
            gone: vec![false; plan.spec.max as usize],
            seen: VecDeque::new(),
            plan: Arc::clone(plan),
        };
        first += REPLICA + plan.spec.max;
        scaler
    };
    plans.iter().map(scaler).collect()
}

impl<O: Observer> World<O> {
    /// Switches off what is not on at first, and sets the first reading of each autoscaler.
    pub(super) fn begin_scaling(&mut self, queue: &mut Queue) {
        for place in 0..self.scalers.len() {
            let (first, every) = (self.scalers[place].first, self.scalers[place].plan.spec.every);
            let states: Vec<(u16, State)> = self.scalers[place].fleet.states().collect();
            for (replica, state) in states {
                if state == State::Off {
                    self.tell_balancers(self.place(place, replica), Word::Leaves, queue);
                    self.switch_off(place, replica, queue);
                } else {
                    self.states_power(place, replica, false, true, queue);
                }
            }
            queue.push(Time::ZERO + every, Kind::Mark(first + READ).pack());
        }
    }

    /// A mark of an autoscaler has come.
    #[cold]
    #[inline(never)]
    pub(super) fn scale(&mut self, mark: u32, queue: &mut Queue) {
        let Some(place) = self.scalers.iter().rposition(|it| it.first <= mark) else { return };
        match mark - self.scalers[place].first {
            READ => self.read(place, queue),
            DECIDE => self.decide(place, queue),
            replica => {
                if let Ok(replica) = u16::try_from(replica - REPLICA) {
                    self.turn(place, replica, queue);
                }
            }
        }
    }

    fn place(&self, scaler: usize, replica: u16) -> Place {
        Place { node: self.scalers[scaler].plan.node, replica }
    }

    /// A fault has taken a replica away, or given it back: its next reading is none of all the
    /// time.
    pub(super) fn misses_reading(&mut self, at: Place) {
        for it in self.scalers.iter_mut().filter(|it| it.plan.node == at.node) {
            it.gone[usize::from(at.replica)] = true;
        }
    }

    /// Reads how much each replica has worked since the last reading. Of one whose process or
    /// machine is gone, or was, there is nothing to read.
    #[allow(clippy::cast_precision_loss, reason = "a share of time")]
    fn read(&mut self, scaler: usize, queue: &mut Queue) {
        let now = self.core.now;
        let plan = Arc::clone(&self.scalers[scaler].plan);
        let whole = plan.spec.every.0 as f64 * f64::from(plan.cores);
        let node = &mut self.nodes[plan.node.index()];
        let it = &mut self.scalers[scaler];
        let conditions = &self.core.conditions;
        let reading = |(replica, was_gone): (u16, &mut bool)| {
            let used = node.core_time(replica, now) as f64 / whole;
            let is_gone = conditions.of(Place { node: plan.node, replica }).is_gone();
            let could_be_read = !std::mem::replace(was_gone, false) && !is_gone;
            could_be_read.then_some(used)
        };
        let used: Vec<Option<f64>> = (0..).zip(&mut it.gone).map(reading).collect();
        let seen = it.fleet.seen(now, plan.spec.every, &used);
        it.seen.push_back(seen);
        let first = it.first;
        queue.push(now + plan.spec.every, Kind::Mark(first + READ).pack());
        if plan.spec.delay.is_zero() {
            self.decide(scaler, queue);
        } else {
            queue.push(now + plan.spec.delay, Kind::Mark(first + DECIDE).pack());
        }
    }

    /// Acts on the oldest reading.
    fn decide(&mut self, scaler: usize, queue: &mut Queue) {
        let now = self.core.now;
        let it = &mut self.scalers[scaler];
        let Some(seen) = it.seen.pop_front() else { return };
        let current = it.fleet.wanted();
        let wanted = it.rule.decide(now, it.fleet.still(&seen), current);
        for _ in current..wanted {
            // While all places are taken by who has not gone yet, nobody can come.
            let Some(replica) = self.scalers[scaler].fleet.next_on() else { break };
            self.boot(scaler, replica, queue);
        }
        for _ in wanted..current {
            let (it, conditions) = (&self.scalers[scaler], &self.core.conditions);
            let works = |replica| conditions.of(Place { node: it.plan.node, replica }).works();
            let Some(replica) = it.fleet.next_off(works) else { break };
            self.let_go(scaler, replica, queue);
        }
    }

    /// Sets when a replica is looked at next.
    fn expect(&mut self, scaler: usize, replica: u16, at: Time, queue: &mut Queue) {
        let mark = self.scalers[scaler].first + REPLICA + u32::from(replica);
        queue.push(at, Kind::Mark(mark).pack());
    }

    /// A replica is switched on, and boots.
    fn boot(&mut self, scaler: usize, replica: u16, queue: &mut Queue) {
        let it = &mut self.scalers[scaler];
        let span = Span::from_nanos_rounded(it.plan.boot.sample(&mut it.boots));
        let at = self.core.now + span;
        it.fleet.set(replica, State::Boots(at));
        self.expect(scaler, replica, at, queue);
        self.states_power(scaler, replica, false, false, queue);
    }

    /// A replica is to go: no balancer sends it anything new, and it finishes what it has. One that
    /// still boots has nothing.
    fn let_go(&mut self, scaler: usize, replica: u16, queue: &mut Queue) {
        let now = self.core.now;
        let grace = self.scalers[scaler].plan.spec.grace;
        if let State::Boots(_) = self.scalers[scaler].fleet.state(replica) {
            self.scalers[scaler].fleet.set(replica, State::Off);
            return self.states_power(scaler, replica, true, false, queue);
        }
        self.tell_balancers(self.place(scaler, replica), Word::Leaves, queue);
        let (next, last) = (now + LOOK.min(grace), now + grace);
        self.scalers[scaler].fleet.set(replica, State::Goes(next, last));
        self.expect(scaler, replica, next, queue);
    }

    /// A replica has booted, or it is looked whether one that is to go has finished. What was meant
    /// for another state of it is ignored.
    fn turn(&mut self, scaler: usize, replica: u16, queue: &mut Queue) {
        let (now, at) = (self.core.now, self.place(scaler, replica));
        match self.scalers[scaler].fleet.state(replica) {
            State::Boots(ready) if ready == now => self.serve(scaler, replica, queue),
            State::Goes(next, last) if next == now => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                if now >= last || ctx.is_idle(at) {
                    self.scalers[scaler].fleet.set(replica, State::Off);
                    return self.switch_off(scaler, replica, queue);
                }
                let next = (now + LOOK).min(last);
                self.scalers[scaler].fleet.set(replica, State::Goes(next, last));
                self.expect(scaler, replica, next, queue);
            }
            State::Off | State::Boots(_) | State::Serves(_) | State::Goes(..) => {}
        }
    }

    /// A replica serves from now on, and balancers are told. Its address is new: what was believed
    /// of who had its number before is forgotten.
    fn serve(&mut self, scaler: usize, replica: u16, queue: &mut Queue) {
        let (now, at) = (self.core.now, self.place(scaler, replica));
        self.scalers[scaler].fleet.set(replica, State::Serves(now));
        self.nodes[at.node.index()].core_time(replica, now);
        self.states_power(scaler, replica, false, true, queue);
        self.runs(at, true, queue);
        Ctx { core: &mut self.core, queue, fixed: &self.fixed }.renews_breakers(at);
        self.tell_balancers(at, Word::Joins, queue);
    }

    /// A replica is switched off, and what it has is lost.
    fn switch_off(&mut self, scaler: usize, replica: u16, queue: &mut Queue) {
        self.runs(self.place(scaler, replica), false, queue);
        self.states_power(scaler, replica, true, false, queue);
    }

    /// The process of a replica runs from now on, or is gone: as with a crash, but for that nobody
    /// counts it as a failure.
    fn runs(&mut self, at: Place, runs: bool, queue: &mut Queue) {
        let changed = self.changes_condition(at, |it| it.switch(!runs), queue);
        let Some((before, after)) = changed else { return };
        if before.is_crashed() != after.is_crashed() {
            let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
            let is_gone = after.is_crashed();
            self.nodes[at.node.index()].fault(at, FaultKind::Crash, is_gone, 1.0, ctx);
        }
    }

    fn states_power(
        &mut self,
        scaler: usize,
        replica: u16,
        off: bool,
        serving: bool,
        queue: &mut Queue,
    ) {
        let at = self.place(scaler, replica);
        let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
        ctx.observe(&Fact::Power { at, off, serving });
    }
}
