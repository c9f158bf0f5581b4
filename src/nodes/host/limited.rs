//! What turns exchanges away before anything else is done for them: a limit on how often they may
//! come to a replica, and a replica that has too much to do.

use super::{Host, Next};
use crate::fact::{Exit, Observer};
use crate::id::ExchangeId;
use crate::limit::{Decision, Limiter, RateLimitSpec};
use crate::net::{Ctx, Part, Phase};
use crate::outcome::{Answer, Reason};
use crate::rng::mix;
use crate::screen::Defence;

/// The program of an exchange that a limit holds back, or that waits for memory: it has none yet.
pub(super) const HELD_BACK: u16 = u16::MAX;

/// A rate limit at work.
#[derive(Debug)]
pub(super) struct Limit {
    limiter: Limiter,
    spec: RateLimitSpec,
}

impl Limit {
    /// Nobody has come yet.
    pub(super) fn new(spec: &RateLimitSpec) -> Self {
        Self { limiter: Limiter::new(spec), spec: spec.clone() }
    }

    /// What becomes of an exchange that comes now. Each replica keeps its own account of who came.
    pub(super) fn decide<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Decision {
        let (replica, now) = (ctx.hot(id).at.replica, ctx.now());
        let source = self.spec.key.of(ctx.cold(id).source);
        self.limiter.decide(mix(source ^ u64::from(replica)), now)
    }

    /// The answer to what is beyond it.
    pub(super) fn refusal(&self) -> Answer {
        let status = self.spec.refused_status();
        Answer::refusing(status, Reason::RateLimited)
    }
}

impl Host {
    /// The same with a limit on how often exchanges may come, if there is one.
    #[must_use]
    pub fn limited(self, spec: Option<&RateLimitSpec>) -> Self {
        let limit = spec.map(|spec| Box::new(Limit::new(spec)));
        Self { may_refuse: self.may_refuse || limit.is_some(), limit, ..self }
    }

    /// Asks the screens, the limit and the replica. Returns whether the exchange goes on now.
    #[cold]
    pub(super) fn passes<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let Some(by_screen) = self.held_back_by_screens(id, ctx) else { return false };
        let mut span = by_screen;
        if let Some(limit) = &mut self.limit {
            match limit.decide(id, ctx) {
                Decision::Pass => {}
                // Of several limits the longest delay counts, as with nginx's `limit_req`.
                Decision::Delay(by_limit) => span = span.max(by_limit),
                Decision::Reject => {
                    let answer = limit.refusal();
                    Self::tells_stopped(id, Defence::AddressLimit, ctx);
                    ctx.reply(id, answer, Exit::Refused);
                    return false;
                }
            }
        }
        if span.is_zero() {
            return self.has_time_for(id, ctx) && self.has_room(id, ctx);
        }
        let exchange = ctx.hot(id);
        (exchange.phase, exchange.program) = (Phase::Wait, HELD_BACK);
        ctx.resume_after(id, span);
        false
    }

    /// Whether a replica lets an exchange in, or has too much to do already: then it is answered.
    fn has_time_for<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let now = ctx.now();
        let sheds = self.station(id, ctx).is_some_and(|station| station.sheds(now));
        if sheds {
            self.frees(id, ctx);
            ctx.reply(id, Answer::failed(Reason::Shed), Exit::Refused);
        }
        !sheds
    }

    /// Whether an exchange was held back by a limit, or for memory, and goes on now.
    pub(super) fn was_held_back<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        self.may_refuse && ctx.hot(id).program == HELD_BACK
    }

    /// Lets an exchange go on that the limit held back.
    pub(super) fn lets_go_on<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Next {
        ctx.spend(id, Part::Queue);
        if !self.has_time_for(id, ctx) || !self.has_room(id, ctx) {
            return Next::Holds;
        }
        self.prepares(id, ctx);
        self.admit(id, ctx)
    }
}
