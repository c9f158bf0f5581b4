//! The station: one replica's workers, cores and lines, as a value that node kinds own.
//!
//! An exchange first gets a worker, or waits for one in the *lobby*; each of its visits to a core
//! then gets one, or waits in the *line*. Both are served by the discipline. A replica whose work
//! can be stopped, by a pause or by a more urgent class, keeps its running exchanges in a list
//! with a timer each; all others let the exchange's own event end the visit, which costs nothing
//! beyond it.

mod gauge;
mod line;
mod power;
mod shape;
mod sharing;
mod spec;
#[cfg(test)]
mod tests;

pub use line::Line;
pub use shape::{MachineShape, Shape};
pub use spec::{Discipline, PausesSpec, ReplicaSpec, SetupSpec, StationSpec, WhenFull};

use gauge::Gauge;
use power::{Pauses, Setup};
use sharing::Sharing;

use crate::fact::{Fact, Observer, Place};
use crate::id::ExchangeId;
use crate::net::{Ctx, Exchange, Part, Phase, TimerId, Token};
use crate::resilience::Shed;
use crate::rng::Stream;
use crate::time::{Span, Time};

/// Marks what remains of a visit to a core that was stopped: the clock has no moment so late.
const GOES_ON: u64 = 1 << 63;

/// Whether an exchange that arrives gets a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// It has one.
    Worker,
    /// It waits in the lobby.
    Waits,
    /// The lobby is full.
    Full,
}

/// One replica's workers, cores and lines.
#[derive(Debug)]
pub struct Station {
    at: Place,
    machine: MachineShape,
    workers_free: u32,
    queue: u32,
    backlog: Option<u32>,
    lobby: Line,
    line: Line,
    /// Cores at work; while a pause lasts, cores with stopped work.
    busy: u32,
    cores: Cores,
    pauses: Option<Box<Pauses>>,
    setup: Option<Box<Setup>>,
    /// What an autoscaler reads.
    gauge: Option<Box<Gauge>>,
    /// Whether it matters when an exchange begins to be served.
    watches_starts: bool,
    /// How many exchanges it holds at once.
    workers: u32,
    /// When it turns exchanges away early.
    shed: Option<Box<Shed>>,
    /// How many times as long work takes that starts now.
    slowness: f64,
    /// Whether its process is gone.
    is_down: bool,
    /// Whether its process stands still.
    is_frozen: bool,
    /// Whether nothing can stop it, no running work makes way for other work, and nobody watches
    /// when an exchange begins to be served: what need not be asked at each visit.
    is_plain: bool,
}

/// How visits to the cores end.
#[derive(Debug)]
enum Cores {
    /// By the exchange's own event.
    Plain,
    /// By timers that can be cancelled; with or without preemption.
    Stoppable { running: Vec<ExchangeId>, preempts: bool },
    /// All jobs share the cores.
    Shared(Box<Sharing>),
}

impl Station {
    /// An idle replica of this shape. Its pauses and set-ups are drawn from `stream`.
    #[must_use]
    pub fn new(at: Place, shape: &Shape, stream: &Stream) -> Self {
        let last_first = shape.discipline == Discipline::Lifo;
        let preempts = shape.discipline == Discipline::PreemptivePriority;
        let classes = match shape.discipline {
            Discipline::Priority | Discipline::PreemptivePriority => shape.classes,
            Discipline::Fifo | Discipline::Lifo | Discipline::Ps => 1,
        };
        let machine = shape.machines[usize::from(at.replica)];
        let cores = if shape.discipline == Discipline::Ps {
            Cores::Shared(Box::new(Sharing::new(machine.cores)))
        } else if preempts || shape.pauses.is_some() || shape.can_hang {
            Cores::Stoppable { running: Vec::new(), preempts }
        } else {
            Cores::Plain
        };
        let pauses = shape.pauses.clone().map(|(every, length)| Pauses::new(every, length, stream));
        let setup = shape.setup.clone().map(|(after, time)| Setup::new(after, time, stream));
        let gauge = shape.is_scaled.then(Box::default);
        let is_plain = matches!(cores, Cores::Plain)
            && setup.is_none()
            && gauge.is_none()
            && !shape.watches_starts();
        Self {
            at,
            machine,
            workers_free: shape.workers,
            queue: shape.queue,
            backlog: shape.backlog,
            lobby: Line::new(classes, last_first),
            line: Line::new(classes, last_first),
            busy: 0,
            cores,
            pauses: pauses.map(Box::new),
            setup: setup.map(Box::new),
            gauge,
            watches_starts: shape.watches_starts(),
            workers: shape.workers,
            shed: shape.shed.as_ref().map(|spec| Box::new(Shed::new(spec))),
            slowness: 1.0,
            is_down: false,
            is_frozen: false,
            is_plain,
        }
    }

    /// The machine.
    #[inline]
    #[must_use]
    pub const fn machine(&self) -> &MachineShape {
        &self.machine
    }

    /// An exchange has arrived, or comes back for a worker that it had given up (`again`), in
    /// which case the lobby is never full.
    #[inline(always)]
    pub fn enter<O: Observer>(
        &mut self,
        id: ExchangeId,
        again: bool,
        ctx: &mut Ctx<'_, O>,
    ) -> Admit {
        if self.workers_free > 0 {
            self.workers_free -= 1;
            ctx.hot(id).has_worker = true;
            return Admit::Worker;
        }
        if self.lobby.len() >= self.queue && !again {
            return Admit::Full;
        }
        let now = ctx.now();
        let exchange = ctx.hot(id);
        (exchange.phase, exchange.queued) = (Phase::Lobby, now);
        self.lobby.push(id, &mut ctx.core.exchanges);
        ctx.observe(&Fact::Queued(self.at));
        Admit::Waits
    }

    /// Whether no connection more is accepted into the wait for a worker.
    #[must_use]
    pub fn is_backlog_full(&self) -> bool {
        self.backlog.is_some_and(|backlog| self.workers_free == 0 && self.lobby.len() >= backlog)
    }

    /// The same for one whose place is at hand, if there is a worker for it.
    #[inline(always)]
    pub const fn enters_at_once(&mut self, exchange: &mut Exchange) -> bool {
        let is_free = self.workers_free > 0;
        if is_free {
            self.workers_free -= 1;
            exchange.has_worker = true;
        }
        is_free
    }

    /// A worker is given back. Whoever gets it is returned and goes on with its work.
    #[inline(always)]
    pub fn give_back<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) -> Option<ExchangeId> {
        let Some(next) = self.lobby.pop(&mut ctx.core.exchanges) else {
            self.workers_free += 1;
            return None;
        };
        ctx.hot(next).has_worker = true;
        self.end_wait(next, ctx);
        Some(next)
    }

    /// An exchange wants a core for `span`. It gets one now or waits in the line.
    #[inline(always)]
    pub fn want_core<O: Observer>(&mut self, id: ExchangeId, span: Span, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let exchange = ctx.hot(id);
        (exchange.due, exchange.queued) = (span.0, now);
        if self.is_plain && self.busy < self.machine.cores {
            (exchange.phase, exchange.served) = (Phase::Core, true);
            ctx.resume_after(id, span);
            return self.set_busy(self.busy + 1, ctx);
        }
        exchange.phase = Phase::Line;
        if let Cores::Shared(_) = self.cores {
            return self.share(id, ctx);
        }
        if !self.is_plain && self.busy < self.machine.cores && self.serves(ctx) {
            self.start(id, ctx);
            self.set_busy(self.busy + 1, ctx);
        } else if !self.is_plain
            && let Some(stopped) = self.preempted_by(id, ctx)
        {
            self.stop_for(stopped, id, ctx);
        } else {
            self.line.push(id, &mut ctx.core.exchanges);
            ctx.observe(&Fact::Queued(self.at));
        }
    }

    /// An exchange's visit to a core is over: the core goes to the next in the line.
    #[inline(always)]
    pub fn core_done<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        ctx.spend(id, Part::Service);
        if let Cores::Stoppable { running, .. } = &mut self.cores {
            running.retain(|other| *other != id);
        }
        self.next_on_core(ctx);
    }

    /// The first job to finish among those that share the cores is done.
    pub fn shared_done<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) -> Option<ExchangeId> {
        let Cores::Shared(sharing) = &mut self.cores else { return None };
        let id = sharing.take_first(ctx.now())?;
        ctx.spend(id, Part::Service);
        self.shared_changed(ctx);
        Some(id)
    }

    /// An exchange that waits is taken out of its line unserved.
    pub fn take_out<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let phase = ctx.hot(id).phase;
        let line = if phase == Phase::Lobby { &mut self.lobby } else { &mut self.line };
        line.remove(id, &mut ctx.core.exchanges);
        self.end_wait(id, ctx);
    }

    /// An exchange on a core is stopped for good. Returns whether an event of it is still to
    /// come, so that its place cannot be given back yet.
    pub fn stop<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        ctx.spend(id, Part::Service);
        match &mut self.cores {
            Cores::Shared(sharing) => {
                sharing.take(id, ctx.core.now);
                self.shared_changed(ctx);
                false
            }
            Cores::Stoppable { running, .. } => {
                running.retain(|other| *other != id);
                let timer = ctx.cold(id).timer;
                ctx.cancel_timer(timer);
                self.next_on_core(ctx);
                false
            }
            Cores::Plain => {
                self.next_on_core(ctx);
                true
            }
        }
    }

    /// Starts the patience of an exchange that waits unserved.
    #[inline]
    pub fn is_patient_for<O: Observer>(&self, id: ExchangeId, span: Span, ctx: &mut Ctx<'_, O>) {
        let timer = ctx.start_timer(span, Token::Patience(id));
        ctx.cold(id).timer = timer;
    }

    /// A core is free: the next in the line starts, or the core idles.
    #[inline(always)]
    fn next_on_core<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if self.line.is_empty() || (!self.is_plain && self.is_stopped()) {
            return self.set_busy(self.busy - 1, ctx);
        }
        if let Some(next) = self.line.pop(&mut ctx.core.exchanges) {
            self.end_wait(next, ctx);
            self.start(next, ctx);
        }
    }

    /// Puts an exchange on a core for what is due of it.
    #[inline(always)]
    fn start<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if self.watches_starts {
            self.starts_first(id, ctx);
        }
        if !self.is_plain {
            self.begins_visit(ctx.hot(id));
        }
        let now = ctx.now();
        let exchange = ctx.hot(id);
        let span = Span(exchange.due);
        (exchange.phase, exchange.served) = (Phase::Core, true);
        match &mut self.cores {
            Cores::Stoppable { running, .. } => {
                exchange.due = (now + span).0;
                running.push(id);
                let timer = ctx.start_timer(span, Token::CoreDone(id));
                ctx.cold(id).timer = timer;
            }
            Cores::Plain | Cores::Shared(_) => ctx.resume_after(id, span),
        }
    }

    /// A visit to a core begins, or goes on where it was stopped: what begins now takes as long as
    /// work takes now.
    fn begins_visit(&self, exchange: &mut Exchange) {
        if exchange.due & GOES_ON != 0 {
            exchange.due &= !GOES_ON;
        } else if (self.slowness - 1.0).abs() > 1e-9 {
            #[allow(clippy::cast_precision_loss, reason = "a visit is below 2^53 ns")]
            let nanos = exchange.due as f64 * self.slowness;
            exchange.due = Span::from_nanos_rounded(nanos).0;
        }
    }

    /// An exchange is served from now on: its patience no longer counts.
    #[cold]
    fn starts_first<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if !ctx.hot(id).served {
            self.first_served(id, ctx);
        }
    }

    /// The same where something else than a core serves it.
    pub fn first_served<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let timer = std::mem::replace(&mut ctx.cold(id).timer, TimerId::NONE);
        ctx.cancel_timer(timer);
        let (waited, now) = (Span(ctx.hot(id).waited), ctx.now());
        if let Some(shed) = &mut self.shed {
            shed.on_start(waited, now);
        }
    }

    /// Whether an exchange that comes now is turned away early. Inside is who has a worker or
    /// waits for one.
    pub fn sheds(&mut self, now: Time) -> bool {
        let inside = self.workers - self.workers_free + self.lobby.len();
        let nobody_waits = self.lobby.is_empty() && self.line.is_empty();
        self.shed.as_mut().is_some_and(|shed| !shed.admits(inside, nobody_waits, now))
    }

    /// The wait of an exchange is over, whatever follows.
    #[inline(always)]
    fn end_wait<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let exchange = ctx.spend(id, Part::Queue);
        exchange.waited += now.since(exchange.queued).0;
        ctx.observe(&Fact::Unqueued(self.at));
    }

    /// Sets the number of cores at work, with what follows from the first and the last.
    #[inline(always)]
    fn set_busy<O: Observer>(&mut self, busy: u32, ctx: &mut Ctx<'_, O>) {
        let before = std::mem::replace(&mut self.busy, busy);
        if before == busy {
            return;
        }
        let fact = if !self.is_plain && self.is_still() {
            Fact::Stopped { at: self.at, cores: busy }
        } else {
            Fact::Busy { at: self.at, cores: busy }
        };
        ctx.observe(&fact);
        if !self.is_plain {
            self.work_changed(before, ctx);
        }
    }

    /// The running exchange that must make way for `id`: of the highest class above its own, the
    /// one that started last.
    #[inline]
    fn preempted_by<O: Observer>(
        &self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<ExchangeId> {
        let Cores::Stoppable { running, preempts: true } = &self.cores else { return None };
        if self.is_stopped() {
            return None;
        }
        let class = ctx.hot(id).class;
        let worst = running.iter().copied().max_by_key(|other| ctx.hot(*other).class)?;
        (ctx.hot(worst).class > class).then_some(worst)
    }

    /// Puts `id` on the core of `stopped`, which goes on later where it stopped.
    fn stop_for<O: Observer>(&mut self, stopped: ExchangeId, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        ctx.spend(stopped, Part::Service);
        self.suspend(stopped, ctx);
        if let Cores::Stoppable { running, .. } = &mut self.cores {
            running.retain(|other| *other != stopped);
        }
        let now = ctx.now();
        let exchange = ctx.hot(stopped);
        (exchange.phase, exchange.queued) = (Phase::Line, now);
        self.line.push_next(stopped, &mut ctx.core.exchanges);
        ctx.observe(&Fact::Queued(self.at));
        self.start(id, ctx);
    }

    /// Cancels the end of a visit and keeps what remains of it.
    fn suspend<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let exchange = ctx.hot(id);
        exchange.due = Time(exchange.due).since(now).0 | GOES_ON;
        let timer = std::mem::replace(&mut ctx.cold(id).timer, TimerId::NONE);
        ctx.cancel_timer(timer);
    }

    /// Lets a job share the cores.
    fn share<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if self.watches_starts {
            self.starts_first(id, ctx);
        }
        let exchange = ctx.hot(id);
        self.begins_visit(exchange);
        let work = exchange.due;
        (exchange.phase, exchange.served) = (Phase::Core, true);
        let Cores::Shared(sharing) = &mut self.cores else { return };
        sharing.add(id, work, ctx.core.now);
        self.shared_changed(ctx);
    }

    /// The number of jobs that share the cores has changed: so have their speed, the next end,
    /// and the number of cores at work.
    fn shared_changed<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        let Cores::Shared(sharing) = &mut self.cores else { return };
        let next = sharing.next_end();
        let timer = std::mem::replace(&mut sharing.timer, TimerId::NONE);
        let busy = sharing.busy();
        ctx.cancel_timer(timer);
        if let Some(span) = next {
            let timer = ctx.start_timer(span, Token::SharedDone(self.at));
            if let Cores::Shared(sharing) = &mut self.cores {
                sharing.timer = timer;
            }
        }
        self.set_busy(busy, ctx);
    }
}
