//! What a request asks for: an endpoint of the mix, and an object of that.

use super::Client;
use crate::endpoint::Endpoint;
use crate::fact::Observer;
use crate::id::{EndpointId, ObjectId};
use crate::net::Ctx;
use crate::popularity::next;
use crate::rng::{Key, Purpose, open_unit};

const ENDPOINT: Purpose = Purpose::named("endpoint");
const OBJECT: Purpose = Purpose::named("object");
const ONE_HIT: Purpose = Purpose::named("one hit");

impl Client {
    /// What a request of this key asks for.
    #[inline(always)]
    pub(super) fn pick_endpoint(&self, key: Key) -> EndpointId {
        if let [(_, only)] = self.plan.mix.as_slice() {
            return *only;
        }
        self.plan.mix.get(self.pick(key)).map_or(EndpointId(0), |(_, endpoint)| *endpoint)
    }

    /// Which entry of the mix that is.
    #[inline(always)]
    pub(super) fn pick(&self, key: Key) -> usize {
        let unit = open_unit(key.bits(ENDPOINT));
        let last = self.plan.mix.len().saturating_sub(1);
        self.plan.mix.iter().position(|(end, _)| unit < *end).unwrap_or(last)
    }
}

/// Which of its objects a request of this key asks for, if the endpoint has any.
#[inline(always)]
pub(super) fn object<O: Observer>(
    kind: &Endpoint,
    endpoint: EndpointId,
    key: Key,
    ctx: &mut Ctx<'_, O>,
) -> Option<ObjectId> {
    let objects = kind.objects.as_ref()?;
    let (now, past) = (ctx.core.now, &mut ctx.core.past);
    if let Some(once) = kind.once.filter(|once| once.happens(key.bits(ONE_HIT))) {
        return Some(once.object(next(&mut past[endpoint.index()].once)));
    }
    Some(objects.pick(key.bits(OBJECT), now, || next(&mut past[endpoint.index()].turns)))
}
