//! What a host does only where its node is out of the ordinary: where connections are opened,
//! limits turn exchanges away, people have to say who they are, or answers say who may read them.
//!
//! A host that has nothing of this asks one question instead of many for each exchange.

use super::{Host, Running};
use crate::fact::Observer;
use crate::id::{EndpointId, ExchangeId};
use crate::net::Ctx;
use crate::outcome::Answer;

impl Host {
    /// The same, which has all that it is to have; `is_plain` if no handshakes come to it and its
    /// programs ask no store.
    #[must_use]
    pub fn settled(self, is_plain: bool) -> Self {
        let asks = self.gate.is_some() || self.sharing.is_some() || self.screen.is_some();
        let is_usual = is_plain && !asks && !self.may_refuse && !self.can_hang && !self.passes_on;
        Self { is_usual, ..self }
    }

    /// Does before an exchange begins what is done only at some nodes. Returns whether it begins.
    #[inline(never)]
    pub(super) fn is_let_in<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        if ctx.core.exchanges.hot(id).endpoint == EndpointId::HANDSHAKE {
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
        let program = self.usual_program(id, ctx);
        ctx.core.exchanges.hot_mut(id).program = program;
        let is_preflight = self.sharing.is_some() && self.takes_preflight(id, ctx);
        if self.gate.is_some() && !is_preflight {
            self.meets_gate(id, ctx);
        }
    }

    /// A handshake has arrived: it ends here, unless the node passes connections on. Returns
    /// whether it begins.
    #[cold]
    fn shakes<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let is_screened = self.screen.is_some();
        if is_screened && (self.refuses_connection(id, ctx) || self.refuses_tunnel(id, ctx)) {
            return false;
        }
        let program = match self.program {
            // A proxy that is asked for a tunnel does for that what it does for a request.
            Running::Own(program) if self.passes_on => self.shakes.unwrap_or(program),
            Running::Own(_) | Running::Endpoint(_) => ctx.handshake_program(id),
        };
        ctx.hot(id).program = program;
        true
    }

    /// Does about an answer what is done only at some nodes. Returns whether a failure is none for
    /// what asked: a store of values was asked beside, or a copy of a session helps.
    #[inline(never)]
    pub(super) fn hears<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if self.sharing.is_some() && matches!(self.program, Running::Own(_)) {
            self.learns_who_may_read(child, parent, ctx);
        }
        if ctx.core.exchanges.hot(child).endpoint.is_for_store() {
            self.heard_store(parent, answer.status == 200, ctx);
            return true;
        }
        answer.failure.is_some() && self.gate.is_some() && self.is_covered_now(parent, ctx)
    }
}
