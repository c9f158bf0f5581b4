//! What a balancer believes of its backends' health: what attempts and probes show it.

use super::LoadBalancer;
use super::care::Care;
use super::instances::Instances;
use crate::fact::{Fact, Observer, Place};
use crate::health::{FULL_WEIGHT, Probed};
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
                let probed = health.on_probe(backend, stage == Probe::Succeeds, now);
                let next = health.probes().map_or(now, |it| it.next_probe(backend, sent, now));
                if probed == Probed::Down {
                    ctx.observe(&Fact::TakenOut { by: node, at });
                }
                (next.since(now), Probe::Leaves)
            }
        };
        ctx.start_timer(span, Token::Probe(node, number, next));
    }

    /// The balancer is told to send nothing new to a replica, or to use it again: each of its
    /// processes is.
    pub fn told(&mut self, at: Place, out: bool, now: Time) {
        let Some(care) = &mut self.care else { return };
        let is_there = |(_, way): &(usize, &(Place, _))| way.0 == at;
        for (backend, _) in self.plan.ways.iter().enumerate().filter(is_there) {
            let others = care.instances.iter_mut().flat_map(Instances::healths);
            for health in care.health.iter_mut().chain(others) {
                health.tell(backend, out, now);
            }
        }
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
            let it = &mut self.backends[backend];
            if (it.up, it.weight, it.works) != (is_up, weight, works) {
                (it.up, it.weight, it.works) = (is_up, weight, works);
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
        if !counts && answer.status < 500 {
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
        }
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
