//! What a balancer believes of its backends' health: what attempts and probes show it.

use super::LoadBalancer;
use super::care::Care;
use super::instances::Instances;
use crate::fact::{Fact, Observer, Place};
use crate::health::{FULL_WEIGHT, Probed, Word};
use crate::net::{Ctx, Direction, Probe, Token};
use crate::outcome::{Answer, Reason};
use crate::resilience::Outcome;
use crate::time::Time;

/// A weight in slow start is told in so many parts of the backend's own.
pub(super) const PARTS: u32 = 100;

impl LoadBalancer {
    /// Sets the first probe of each backend.
    pub(super) fn begin_probes<O: Observer>(&self, ctx: &mut Ctx<'_, O>) {
        let Some(health) = self.care.as_ref().and_then(|care| care.health.as_ref()) else {
            return;
        };
        let Some(probes) = health.probes() else { return };
        for (backend, number) in (0..self.backends.len()).zip(0..) {
            let span = probes.first_probe(backend).since(Time::ZERO);
            ctx.start_timer(span, Token::Probe(self.host.node(), number, Probe::Leaves));
        }
    }

    /// A probe comes to its next stage.
    pub(super) fn probe<O: Observer>(&mut self, number: u16, stage: Probe, ctx: &mut Ctx<'_, O>) {
        let (backend, node, now) = (usize::from(number), self.host.node(), ctx.now());
        let (at, link) = self.plan.ways[backend];
        let Some(care) = &mut self.care else { return };
        let sent = care.probed.get(backend).copied().unwrap_or_default();
        let Some(health) = &mut care.health else { return };
        let Some(timeout) = health.probes().map(crate::health::Active::timeout) else { return };
        let gives_up = || (sent + timeout).since(now.min(sent + timeout));
        let link = &mut ctx.core.links[link.index()];
        let (span, next) = match stage {
            Probe::Leaves => {
                care.probed[backend] = now;
                match link.packet(Direction::Up) {
                    Some(span) => (span, Probe::Arrives),
                    None => (timeout, Probe::Fails),
                }
            }
            Probe::Arrives => {
                let condition = ctx.core.conditions.of(at);
                let is_silent = condition.is_unreachable() || condition.is_hung();
                let answer = link.packet(Direction::Down).filter(|_| !is_silent);
                match answer {
                    Some(span) if now + span > sent + timeout => (gives_up(), Probe::Fails),
                    Some(span) if condition.refuses() => (span, Probe::Fails),
                    Some(span) => (span, Probe::Succeeds),
                    None => (gives_up(), Probe::Fails),
                }
            }
            Probe::Succeeds | Probe::Fails => {
                // One that was sent to who was there before says nothing of who has come.
                let is_of_another = health.told_back(backend).is_some_and(|since| sent < since);
                let probed = if is_of_another {
                    Probed::Unchanged
                } else {
                    health.on_probe(backend, stage == Probe::Succeeds, now)
                };
                let next = health.probes().map_or(now, |it| it.next_probe(backend, sent, now));
                if probed == Probed::Down {
                    ctx.observe(&Fact::TakenOut { by: node, at });
                }
                (next.since(now), Probe::Leaves)
            }
        };
        ctx.start_timer(span, Token::Probe(node, number, next));
    }

    /// The balancer is told something of a replica: each of its processes is. Where one may be used
    /// now that could not be, those that wait go first.
    pub fn told<O: Observer>(&mut self, at: Place, word: Word, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let Some(care) = &mut self.care else { return };
        let mut is_known = false;
        for (backend, way) in self.plan.ways.iter().enumerate() {
            if way.0 != at {
                continue;
            }
            is_known = true;
            let others = care.instances.iter_mut().flat_map(Instances::healths);
            for health in care.health.iter_mut().chain(others) {
                health.tell(backend, word, now);
            }
        }
        if word == Word::Leaves {
            let ways = &self.plan.ways;
            care.cookies.retain(|_, backend| ways[*backend as usize].0 != at);
        }
        if is_known && matches!(word, Word::Back | Word::Joins) {
            for process in 0..self.processes() {
                self.take_up_process(process);
                let next = self.host.more(ctx);
                self.go_on(next, ctx);
            }
        }
    }

    /// Sets when those that wait are looked at again: as soon as the time is over for which this
    /// backend is out.
    pub(super) fn expect_return<O: Observer>(&self, backend: usize, ctx: &mut Ctx<'_, O>) {
        if self.plan.patience.is_none() {
            return;
        }
        let health = self.care.as_ref().and_then(|care| care.health.as_ref());
        let Some(at) = health.and_then(|it| it.returns(backend, ctx.now())) else { return };
        let process = u16::try_from(self.process()).unwrap_or(u16::MAX);
        let token = Token::Returns(self.host.node(), process);
        ctx.start_timer(at.since(ctx.now()), token);
    }

    /// Brings up to date which backends may be chosen, and with what weight.
    pub(super) fn refresh_all(&mut self, now: Time) {
        let Some(care) = &self.care else { return };
        let Some(health) = &care.health else { return };
        let is_panic = health.in_panic(health.count_up(now));
        for backend in 0..self.backends.len() {
            let works = health.is_up(backend, now) || is_panic && !health.is_told_out(backend);
            let is_up = works && !care.is_full(&self.backends[backend]);
            let weight = self.weight_now(backend, self.plan.backends[backend].weight, now);
            let exists = health.exists(backend);
            let it = &mut self.backends[backend];
            if (it.up, it.weight, it.works, it.exists) != (is_up, weight, works, exists) {
                (it.up, it.weight, it.works, it.exists) = (is_up, weight, works, exists);
                self.balancer.on_change(backend, &self.backends);
            }
        }
    }

    /// The weight that a backend has now of its `own`: less in slow start.
    pub(super) fn weight_now(&self, backend: usize, own: u32, now: Time) -> u32 {
        let care = self.care.as_ref().filter(|care| care.weights_vary);
        let Some(health) = care.and_then(|care| care.health.as_ref()) else { return own };
        let share = u64::from(own) * u64::from(PARTS) * u64::from(health.share(backend, now));
        let weight = share / u64::from(FULL_WEIGHT);
        u32::try_from(weight.max(u64::from(own.min(1)))).unwrap_or(u32::MAX)
    }

    /// An attempt at a backend has ended.
    pub(super) fn judge<O: Observer>(
        &mut self,
        backend: usize,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) {
        if answer.failure == Some(Reason::BreakerOpen) && !answer.answered {
            // The call never left, so it says nothing of the backend.
            return;
        }
        let now = ctx.now();
        let Some(care) = &mut self.care else { return };
        let counts = match &care.rule {
            Some(rule) => rule.counts_against(Outcome::of(answer)),
            None => answer.lost().is_some(),
        };
        let Some(health) = &mut care.health else { return };
        // Of what goes over connections that it passes on a balancer of layer 4 reads nothing.
        let is_error = self.plan.treats.layer == 7 && answer.status >= 500;
        if !counts && !is_error {
            return health.on_success(backend, now);
        }
        let was_up = health.is_up(backend, now);
        if counts {
            health.on_failure(backend, now);
        } else {
            health.on_server_error(backend, now);
        }
        if was_up && !health.is_up(backend, now) {
            let (by, (at, _)) = (self.host.node(), self.plan.ways[backend]);
            ctx.observe(&Fact::TakenOut { by, at });
            self.expect_return(backend, ctx);
        }
        let Some(care) = &mut self.care else { return };
        if counts {
            let passive = self.plan.treats.health.as_ref().and_then(|it| it.passive.as_ref());
            let max_fails = passive.map_or(0, |passive| passive.max_fails);
            match care.reserve.as_mut().and_then(|reserve| reserve.balancer_of(backend)) {
                Some(balancer) => balancer.on_failed(backend, max_fails),
                None => self.balancer.on_failed(backend, max_fails),
            }
        }
    }
}

impl Care {
    /// A backend was chosen.
    pub(super) fn on_picked(&mut self, backend: usize, now: Time) {
        if let Some(health) = &mut self.health {
            health.on_picked(backend, now);
        }
    }
}
