//! Sticky sessions: a cookie names the backend that answered a session first.

use super::LoadBalancer;
use crate::fact::Observer;
use crate::id::{ExchangeId, SessionId};
use crate::net::Ctx;
use crate::trace::TraceRow;

impl LoadBalancer {
    /// The backend that a session's cookie names, if that may be chosen.
    pub(super) fn named_by_cookie<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        self.plan.treats.sticky.as_ref()?;
        let session = session(id, ctx)?;
        self.refresh_all(ctx.now());
        let backend = *self.care.as_ref()?.cookies.get(&session)? as usize;
        self.backends[backend].up.then_some(backend)
    }

    /// The first answer of a session names its backend in a cookie.
    pub(super) fn remember<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.plan.treats.sticky.is_none() {
            return;
        }
        let backend = u32::from(ctx.cold(child).branch);
        if let (Some(session), Some(care)) = (session(parent, ctx), &mut self.care) {
            care.cookies.insert(session, backend);
        }
    }
}

/// The session of a request; none for one that stands for itself, which comes without a cookie.
fn session<O: Observer>(id: ExchangeId, ctx: &Ctx<'_, O>) -> Option<u64> {
    let request = ctx.core.exchanges.hot(id).request;
    let is_traced = ctx.traced(request).and_then(TraceRow::session).is_some();
    let it = &ctx.core.requests[request.0];
    let is_known = is_traced || it.session != SessionId::NONE || it.errand.is_forced();
    is_known.then(|| ctx.session_of(request))
}
