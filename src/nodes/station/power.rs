//! What stops a whole replica: pauses that strike while it works, and the cold start of one that
//! was switched off when idle.

use rand_distr::Distribution;

use super::{Cores, Station};
use crate::dist::Law;
use crate::fact::{Fact, Observer};
use crate::net::{Change, Ctx, TimerId, Token};
use crate::rng::Stream;
use crate::time::{Span, Time};

/// Pauses of one replica. Their clock runs only while some core works.
#[derive(Debug)]
pub(super) struct Pauses {
    every: Law,
    length: Law,
    stream: Stream,
    /// Working time left until the next pause.
    left: Span,
    since: Time,
    timer: TimerId,
    /// Whether a pause lasts now.
    pub(super) on: bool,
}

impl Pauses {
    /// The first pause comes after one draw of `every`.
    pub(super) fn new(every: Law, length: Law, stream: &Stream) -> Self {
        let mut stream = stream.clone();
        let left = Span::from_nanos_rounded(every.sample(&mut stream));
        Self { every, length, stream, left, since: Time::ZERO, timer: TimerId::NONE, on: false }
    }
}

/// Whether a replica is on, and what it takes to come back.
#[derive(Debug)]
pub(super) struct Setup {
    after: Span,
    time: Law,
    stream: Stream,
    power: Power,
    timer: TimerId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Off,
    Starting,
}

impl Setup {
    /// The replica is off until the first arrival.
    pub(super) fn new(after: Span, time: Law, stream: &Stream) -> Self {
        Self { after, time, stream: stream.clone(), power: Power::Off, timer: TimerId::NONE }
    }
}

impl Station {
    /// Whether no core may start anything now.
    #[inline]
    pub(super) fn is_stopped(&self) -> bool {
        self.is_still()
            || self.is_down
            || self.setup.as_ref().is_some_and(|setup| setup.power != Power::On)
    }

    /// Whether a core can start something now; a replica that is off begins to come back.
    #[inline]
    pub(super) fn serves<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) -> bool {
        if let Some(setup) = &mut self.setup {
            match setup.power {
                Power::On => ctx.cancel_timer(std::mem::replace(&mut setup.timer, TimerId::NONE)),
                Power::Starting => return false,
                Power::Off => {
                    setup.power = Power::Starting;
                    let time = Span::from_nanos_rounded(setup.time.sample(&mut setup.stream));
                    ctx.start_timer(time, Token::Replica(self.at, Change::SetUp));
                    ctx.observe(&Fact::Power { at: self.at, off: false, serving: false });
                    return false;
                }
            }
        }
        !self.is_still() && !self.is_down
    }

    /// Whether what is on its cores stands still: a pause lasts, or the process hangs.
    #[inline]
    pub(super) fn is_still(&self) -> bool {
        self.is_frozen || self.pauses.as_ref().is_some_and(|pauses| pauses.on)
    }

    /// Whether its process stands still.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.is_frozen
    }

    /// Its process stands still from now on, or goes on.
    pub fn set_frozen<O: Observer>(&mut self, is_frozen: bool, ctx: &mut Ctx<'_, O>) {
        let was_still = self.is_still();
        self.is_frozen = is_frozen;
        match (was_still, self.is_still()) {
            (false, true) => self.freeze(ctx),
            (true, false) => self.thaw(ctx),
            (true, true) | (false, false) => {}
        }
    }

    /// Its process is gone from now on, or back with nothing to do.
    pub fn set_down<O: Observer>(&mut self, is_down: bool, ctx: &mut Ctx<'_, O>) {
        self.is_down = is_down;
        self.is_plain = false;
        if !is_down {
            self.fill_cores(ctx);
        }
    }

    /// Work that starts from now on takes so many times as long.
    pub fn slow_down(&mut self, factor: f64) {
        self.slowness *= factor;
        self.is_plain = false;
    }

    /// States how the replica begins: off, if it has a cold start.
    pub fn begin<O: Observer>(&self, ctx: &mut Ctx<'_, O>) {
        if self.setup.is_some() {
            ctx.observe(&Fact::Power { at: self.at, off: true, serving: false });
        }
    }

    /// Something happens to the replica as a whole.
    pub fn change<O: Observer>(&mut self, change: Change, ctx: &mut Ctx<'_, O>) {
        match change {
            Change::PauseBegins => self.pause(ctx),
            Change::PauseEnds => self.resume(ctx),
            Change::SwitchOff => self.switch_off(ctx),
            Change::SetUp => self.set_up(ctx),
        }
    }

    /// The set-up of the replica is over: the line starts to be served.
    fn set_up<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if let Some(setup) = &mut self.setup {
            setup.power = Power::On;
        }
        ctx.observe(&Fact::Power { at: self.at, off: false, serving: true });
        self.fill_cores(ctx);
        if self.busy == 0 {
            // All who waited for the set-up have gone meanwhile.
            self.idles(ctx);
        }
    }

    /// The replica has been idle for long enough.
    fn switch_off<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if let Some(setup) = &mut self.setup {
            (setup.power, setup.timer) = (Power::Off, TimerId::NONE);
            ctx.observe(&Fact::Power { at: self.at, off: true, serving: false });
        }
    }

    /// A pause begins: what runs is stopped where it is.
    fn pause<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        let was_still = self.is_still();
        let Some(pauses) = &mut self.pauses else { return };
        (pauses.on, pauses.timer) = (true, TimerId::NONE);
        let length = Span::from_nanos_rounded(pauses.length.sample(&mut pauses.stream));
        ctx.start_timer(length, Token::Replica(self.at, Change::PauseEnds));
        if !was_still {
            self.freeze(ctx);
        }
    }

    /// What runs is stopped where it is.
    fn freeze<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if let Cores::Stoppable { running, .. } = &self.cores {
            for id in running {
                self.suspend(*id, ctx);
            }
        }
        ctx.observe(&Fact::Busy { at: self.at, cores: 0 });
        ctx.observe(&Fact::Stopped { at: self.at, cores: self.busy });
        self.reads(ctx.now());
    }

    /// A pause ends: what was stopped goes on, and free cores take from the line.
    fn resume<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        let Some(pauses) = &mut self.pauses else { return };
        pauses.on = false;
        pauses.left = Span::from_nanos_rounded(pauses.every.sample(&mut pauses.stream));
        if !self.is_frozen {
            self.thaw(ctx);
        }
    }

    /// What was stopped goes on, and free cores take from the line.
    fn thaw<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        ctx.observe(&Fact::Stopped { at: self.at, cores: 0 });
        ctx.observe(&Fact::Busy { at: self.at, cores: self.busy });
        self.reads(ctx.now());
        if let Cores::Stoppable { running, .. } = &mut self.cores {
            for id in std::mem::take(running) {
                self.start(id, ctx);
            }
        }
        if self.busy > 0 {
            self.run_pause_clock(ctx);
        }
        self.fill_cores(ctx);
        if self.busy == 0 {
            self.idles(ctx);
        }
    }

    /// The number of cores at work has changed from `before`: the pauses' clock and the idle
    /// timer start or stop with the first and the last, and the gauge follows.
    #[inline(never)]
    pub(super) fn work_changed<O: Observer>(&mut self, before: u32, ctx: &mut Ctx<'_, O>) {
        self.reads(ctx.now());
        if self.pauses.is_none() && self.setup.is_none() {
            return;
        }
        if before == 0 {
            self.run_pause_clock(ctx);
        } else if self.busy == 0 {
            let is_frozen = self.is_frozen;
            if let Some(pauses) = self.pauses.as_mut().filter(|it| !it.on && !is_frozen) {
                let worked = ctx.now().since(pauses.since);
                pauses.left = pauses.left - worked.min(pauses.left);
                ctx.cancel_timer(std::mem::replace(&mut pauses.timer, TimerId::NONE));
            }
            self.idles(ctx);
        }
    }

    /// No core works: a replica with a cold start is switched off, at once or after a while. It
    /// is not idle while a pause lasts, since what waits is only held up.
    fn idles<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if self.is_still() {
            return;
        }
        let Some(setup) = &mut self.setup else { return };
        if setup.after.is_zero() {
            self.switch_off(ctx);
        } else {
            let token = Token::Replica(self.at, Change::SwitchOff);
            setup.timer = ctx.start_timer(setup.after, token);
        }
    }

    fn run_pause_clock<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if let Some(pauses) = &mut self.pauses {
            ctx.cancel_timer(pauses.timer);
            pauses.since = ctx.now();
            pauses.timer =
                ctx.start_timer(pauses.left, Token::Replica(self.at, Change::PauseBegins));
        }
    }

    /// The gauge follows the cores that work now: none while all stands still.
    fn reads(&mut self, now: Time) {
        let level = if self.is_still() { 0 } else { self.busy };
        if let Some(gauge) = &mut self.gauge {
            gauge.set(level, now);
        }
    }

    /// Nanoseconds that its cores have worked since this was asked last, if anybody reads it.
    pub fn core_time(&mut self, now: Time) -> u128 {
        self.gauge.as_mut().map_or(0, |gauge| gauge.read(now))
    }

    /// Gives free cores to the line.
    fn fill_cores<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        while self.busy < self.machine.cores && !self.is_stopped() {
            let Some(id) = self.line.pop(&mut ctx.core.exchanges) else { return };
            self.end_wait(id, ctx);
            self.start(id, ctx);
            self.set_busy(self.busy + 1, ctx);
        }
    }
}
