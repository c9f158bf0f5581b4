//! Handshakes: they end at a host, or are passed on.

use super::{Host, Running};
use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::net::Ctx;

impl Host {
    /// The same for a node that passes connections on: their handshakes end behind it, and run this
    /// program here.
    #[must_use]
    pub fn passing_on(self, shakes: u16) -> Self {
        Self { passes_on: true, shakes: Some(shakes), ..self }
    }

    /// A handshake has arrived: it ends here, unless the node passes connections on. Returns
    /// whether it begins.
    #[cold]
    pub(super) fn shakes<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
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
}
