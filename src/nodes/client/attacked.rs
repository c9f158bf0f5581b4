//! What is done to people while they look at pages: requests are forged in their names, and
//! scripts of somebody else run in the site's own pages.

use super::Client;
use crate::attack::Injection;
use crate::auth::{Deed, Errand, Robber, Thief};
use crate::fact::{Fact, Observer};
use crate::id::{EndpointId, SessionId};
use crate::net::{Ctx, OriginId};
use crate::people::Browsed;
use crate::rng::{Key, Purpose};

const LURED: Purpose = Purpose::named("a page of somebody else");
const INFECTED: Purpose = Purpose::named("an infected page");
const FORGED: Purpose = Purpose::named("forged request");
/// What tells the numbers of thefts by scripts from those of others.
const BY_SCRIPT: u64 = 1 << 32;

impl Client {
    /// Somebody has seen another page: this may be the one at which they are attacked.
    #[cold]
    pub(super) fn is_attacked<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) {
        let fixed = ctx.fixed;
        let Some(attacks) = fixed.attacks.as_deref() else { return };
        let session = &ctx.core.sessions[id.0];
        let (key, seen, place) = (session.key, session.ordinal, session.person);
        if let Some(csrf) = &attacks.csrf
            && csrf.after == seen
            && csrf.share.happens(key.bits(LURED))
        {
            self.forges(id, (csrf.endpoint, Errand::Forged), csrf.from, ctx);
        }
        let Some(xss) = &attacks.xss else { return };
        if xss.after != seen || !xss.share.happens(key.bits(INFECTED)) {
            return;
        }
        let (client, outcome) = (self.plan.node, xss.outcome(key));
        ctx.observe(&Fact::Browser(Browsed::Injected { client, outcome }));
        if outcome != Injection::Runs {
            return;
        }
        if xss.is_readable {
            self.is_read(place, ctx);
        }
        if let Some(endpoint) = xss.rides {
            self.forges(id, (endpoint, Errand::Ridden), self.plan.from, ctx);
        }
    }

    /// A request leaves in somebody's name that nobody of the group wanted. It takes no ordinal,
    /// and its visit does not wait for it.
    fn forges<O: Observer>(
        &mut self,
        id: SessionId,
        wanted: (EndpointId, Errand),
        from: OriginId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let session = &ctx.core.sessions[id.0];
        let (user, ordinal, person) = (session.user, session.ordinal, session.person);
        let key = Key(session.key.bits(FORGED.part(wanted.1 as u64)));
        let who = (SessionId::NONE, person, user, ordinal);
        self.issue_from(who, key, u32::MAX, wanted, from, ctx);
    }

    /// A script reads what somebody holds, and sends it home.
    fn is_read<O: Observer>(&self, place: u32, ctx: &mut Ctx<'_, O>) {
        if place == u32::MAX {
            return;
        }
        let (now, client) = (ctx.now(), self.plan.node);
        let person = &mut ctx.core.people[place];
        let Some(credential) = person.held.filter(|_| person.is_unrobbed(Robber::Script)) else {
            return;
        };
        // What the log-in of before draws for its thief is not drawn again for this one.
        let theft = BY_SCRIPT | u64::from(person.errands);
        person.thieves[Robber::Script as usize] = Some(Thief::new(credential, now, theft));
        ctx.observe(&Fact::Browser(Browsed::Stolen { client }));
        ctx.will((place, Robber::Script), Deed::Steals, now);
    }
}
