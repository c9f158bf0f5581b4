//! What faults do to the replicas of a node: a process dies, stands still, or works more slowly.

use super::Host;
use crate::endpoint::Op;
use crate::fact::{Exit, Observer, Place};
use crate::fault::FaultKind;
use crate::id::ExchangeId;
use crate::net::{Ctx, Phase, TimerId};
use crate::outcome::{Answer, Reason};

impl Host {
    /// A fault of a replica begins or ends. What meets those who reach it is the verdict of its
    /// condition; here its own work is stopped, lost, or slowed down.
    pub fn fault<O: Observer>(
        &mut self,
        at: Place,
        kind: FaultKind,
        begins: bool,
        factor: f64,
        ctx: &mut Ctx<'_, O>,
    ) {
        match kind {
            FaultKind::Crash => {
                if let Some(station) = self.stations.get_mut(usize::from(at.replica)) {
                    station.set_down(begins, ctx);
                }
                if begins {
                    self.forgets_values(at.replica);
                    self.stops_remembering(at.replica);
                    self.lose_all(at, ctx);
                }
                self.remembers(at, !begins, ctx);
            }
            FaultKind::Hang => {
                if let Some(station) = self.stations.get_mut(usize::from(at.replica)) {
                    station.set_frozen(begins, ctx);
                }
                if !begins {
                    self.catch_up(at, ctx);
                }
            }
            FaultKind::Slow => {
                if let Some(station) = self.stations.get_mut(usize::from(at.replica)) {
                    station.slow_down(if begins { factor } else { 1.0 / factor });
                }
            }
            FaultKind::Refuse
            | FaultKind::Drain
            | FaultKind::BlackHole
            | FaultKind::Lossy
            | FaultKind::Partition => {}
            FaultKind::CacheFlush => self.forgets_values(at.replica),
        }
    }

    /// Whether the process of the replica that an exchange is at stands still, so that the end of
    /// something that it waited for is not noticed before it goes on.
    pub(super) fn is_frozen<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> bool {
        let replica = ctx.core.exchanges.hot(id).at.replica;
        self.stations.get(usize::from(replica)).is_some_and(super::Station::is_frozen)
    }

    /// Whether the next step of an exchange waits until the process that takes it goes on. What
    /// wants a core waits in the line for that instead.
    #[inline(never)]
    pub(super) fn stands_still<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let exchange = ctx.core.exchanges.hot(id);
        let (program, step) = (usize::from(exchange.program), usize::from(exchange.step));
        let wants_core =
            matches!(ctx.fixed.programs[program].ops[step], Op::Cpu(..) | Op::CpuPerByte(_));
        if wants_core || !self.is_frozen(id, ctx) {
            return false;
        }
        ctx.hot(id).phase = Phase::Wait;
        self.unnoticed.push(id);
        true
    }

    /// A process that stood still goes on: what ended meanwhile is noticed now.
    fn catch_up<O: Observer>(&mut self, at: Place, ctx: &mut Ctx<'_, O>) {
        let ended = std::mem::take(&mut self.unnoticed);
        for id in ended {
            if ctx.hot(id).at.replica == at.replica {
                ctx.schedule(crate::time::Span::ZERO, crate::net::Kind::Exchange(id));
            } else {
                self.unnoticed.push(id);
            }
        }
    }

    /// The process of a replica has died with all that it held: callers see their connections
    /// break.
    fn lose_all<O: Observer>(&mut self, at: Place, ctx: &mut Ctx<'_, O>) {
        let unnoticed = self.forgets_unnoticed(at, ctx);
        let lost = ctx.held_at(at);
        // First those who wait, so that nobody takes the place of who goes; of those first who wait
        // for a worker, which others give back.
        for waiting in [Phase::Lobby, Phase::Memory, Phase::Line] {
            for id in &lost {
                if ctx.hot(*id).phase == waiting {
                    self.takes_out(*id, ctx);
                    ctx.hot(*id).phase = Phase::Wait;
                    self.lose(*id, false, ctx);
                }
            }
        }
        for id in lost {
            let phase = ctx.hot(id).phase;
            if !matches!(phase, Phase::Core | Phase::Wait | Phase::Called | Phase::Held) {
                continue;
            }
            // What a balancer held has been let go of by it, its time put down.
            let event_is_to_come = if phase == Phase::Core {
                self.station(id, ctx).is_some_and(|station| station.stop(id, ctx))
            } else {
                ctx.spend(id, phase.part());
                let child = ctx.cold(id).child;
                let has_call = phase == Phase::Called && child != ExchangeId::NONE;
                if has_call && ctx.is_awaited(child, id) && !ctx.hot(child).is_branch {
                    ctx.disown(child);
                }
                phase == Phase::Wait && !unnoticed.contains(&id)
            };
            self.lose(id, event_is_to_come, ctx);
        }
    }

    /// Takes out what ended at a replica without being noticed, and has no event to come. That of
    /// it which nobody wanted any more goes.
    fn forgets_unnoticed<O: Observer>(
        &mut self,
        at: Place,
        ctx: &mut Ctx<'_, O>,
    ) -> Vec<ExchangeId> {
        let is_here = |id: &ExchangeId| ctx.core.exchanges.hot(*id).at == at;
        let (here, elsewhere) = std::mem::take(&mut self.unnoticed).into_iter().partition(is_here);
        self.unnoticed = elsewhere;
        let (dead, held): (Vec<_>, Vec<_>) = Vec::into_iter(here)
            .partition(|id: &ExchangeId| ctx.core.exchanges.hot(*id).phase == Phase::Dead);
        dead.into_iter().for_each(|id| ctx.free(id));
        held
    }

    /// One exchange, or a branch of one, is lost.
    fn lose<O: Observer>(&mut self, id: ExchangeId, event_is_to_come: bool, ctx: &mut Ctx<'_, O>) {
        let timer = std::mem::replace(&mut ctx.cold(id).timer, TimerId::NONE);
        ctx.cancel_timer(timer);
        if !ctx.hot(id).is_branch {
            self.give_worker_back(id, ctx);
            self.frees(id, ctx);
            let carrier = if event_is_to_come { ctx.detach(id) } else { id };
            return ctx.reply(carrier, Answer::failed(Reason::Reset), Exit::Crashed);
        }
        ctx.hot(id).phase = Phase::Dead;
        if !event_is_to_come {
            ctx.free(id);
        }
    }
}
