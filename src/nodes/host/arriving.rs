//! How an exchange begins: it is looked at, gets its program, and a worker or a place in the wait
//! for one.

use rand_distr::Distribution;

use super::{Host, Next, Running};
use crate::fact::{Exit, Observer};
use crate::id::{EndpointId, ExchangeId};
use crate::net::{Ctx, Fixed, TimerId};
use crate::nodes::station::Admit;
use crate::outcome::{Answer, Reason};
use crate::time::Span;

impl Host {
    /// An exchange has arrived.
    #[inline(always)]
    pub(super) fn arrived<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Next {
        let exchange = ctx.core.exchanges.hot_mut(id);
        let is_shake = exchange.endpoint == EndpointId::HANDSHAKE;
        if is_shake || self.may_refuse || self.gate.is_some() || self.sharing.is_some() {
            return if self.begins(id, is_shake, ctx) { self.admit(id, ctx) } else { Next::Holds };
        }
        exchange.program = self.program_for(exchange.endpoint, ctx.fixed);
        if let Some(station) = self.stations.get_mut(usize::from(exchange.at.replica))
            && !station.enters_at_once(exchange)
        {
            return self.admit(id, ctx);
        }
        self.advance(id, ctx)
    }

    /// What does not just begin: a handshake, and what is looked at first. Returns whether it
    /// begins.
    #[inline(never)]
    fn begins<O: Observer>(
        &mut self,
        id: ExchangeId,
        is_shake: bool,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if is_shake {
            return self.shakes(id, ctx);
        }
        if self.may_refuse && !self.passes(id, ctx) {
            return false;
        }
        self.prepares(id, ctx);
        true
    }

    /// Gives an exchange its program.
    pub(super) fn prepares<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let exchange = ctx.core.exchanges.hot_mut(id);
        exchange.program = self.program_for(exchange.endpoint, ctx.fixed);
        let is_preflight = self.sharing.is_some() && self.takes_preflight(id, ctx);
        if self.gate.is_some() && !is_preflight {
            self.meets_gate(id, ctx);
        }
    }

    /// The program of what asks for an endpoint.
    #[inline(always)]
    pub(super) fn program_for(&self, endpoint: EndpointId, fixed: &Fixed) -> u16 {
        match self.program {
            Running::Own(program) => program,
            Running::Endpoint(otherwise) => {
                let endpoint = fixed.endpoints.get(endpoint.index());
                endpoint.and_then(|endpoint| endpoint.program).unwrap_or(otherwise)
            }
        }
    }

    /// An exchange gets a worker, or a place in the wait for one.
    #[inline(never)]
    pub(super) fn admit<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Next {
        let exchange = ctx.core.exchanges.hot(id);
        let (key, replica) = (exchange.key, exchange.at.replica);
        let Some(station) = self.stations.get_mut(usize::from(replica)) else {
            return self.advance(id, ctx);
        };
        match station.enter(id, false, ctx) {
            Admit::Worker => self.advance(id, ctx),
            Admit::Waits => {
                // Who has waited for memory is impatient already.
                let is_first = ctx.cold(id).timer == TimerId::NONE;
                if let Some((law, purpose)) = self.patience.as_ref().filter(|_| is_first) {
                    let span = Span::from_nanos_rounded(law.sample(&mut key.draws(*purpose)));
                    station.is_patient_for(id, span, ctx);
                }
                Next::Holds
            }
            Admit::Full => {
                self.frees(id, ctx);
                ctx.reply(id, Answer::failed(Reason::Refused), Exit::Refused);
                Next::Holds
            }
        }
    }
}
