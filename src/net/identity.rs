//! What is kept of people during a run, and what their requests carry.

use super::Token;
use super::core::Ctx;
use super::request::Request;
use crate::auth::{
    AuthPlan, Credential, Deed, Errand, Keep, Person, Robber, Scheme, Thief, Verdict,
};
use crate::fact::{Observer, Place};
use crate::id::{ExchangeId, NodeId, RequestId, SessionId};
use crate::rng::{Key, mix};
use crate::time::{Span, Time};

/// Somebody from whom something was stolen, or will be, and how.
pub type Robbed = (u32, Robber);

impl<O: Observer> Ctx<'_, O> {
    /// Bytes that a request of the user's carries to show who sends it.
    pub(super) fn credential_bytes(&self, id: ExchangeId) -> u64 {
        let Some(plan) = self.fixed.auth.as_deref() else { return 0 };
        let exchange = self.core.exchanges.hot(id);
        let is_open = plan.is_open(exchange.endpoint) && !plan.is_cookie;
        let is_bare = exchange.below || is_open || self.shows_nothing(plan, exchange.request);
        if is_bare { 0 } else { plan.bytes }
    }

    /// The identity of who made a request: its own, where nobody has one.
    #[must_use]
    pub fn maker(&self, request: RequestId) -> Key {
        let Request { person, asked, .. } = &self.core.requests[request.0];
        if *person == u32::MAX { asked.key } else { self.core.people[*person].key }
    }

    /// A number for the credential that a request shows, which no other credential has; 0 for none.
    /// What shows one and is nobody's comes from somebody new.
    #[must_use]
    pub fn credential_of(&self, id: ExchangeId) -> u64 {
        let Some(plan) = self.fixed.auth.as_deref() else { return 0 };
        let request = self.core.exchanges.hot(id).request;
        let Request { person, errand, ref asked, .. } = self.core.requests[request.0];
        if self.shows_nothing(plan, request) {
            return 0;
        }
        if person == u32::MAX {
            return mix(asked.key.0);
        }
        let shown = self.core.people[person].shows(errand);
        mix(u64::from(person) + 1) ^ mix(shown.map_or(0, |credential| credential.issued.0))
    }

    /// Whether the browser sends a request without what its maker holds.
    #[must_use]
    pub fn is_bare(&self, request: RequestId) -> bool {
        let Some(plan) = &self.fixed.cross_origin else { return false };
        let asked = &self.core.requests[request.0].asked;
        let browser = self.browser_of(asked.client) as usize;
        let asking = plan.asking(self.crossing_of(request).from, asked.endpoint);
        asking.is_some_and(|asking| asking.is_bare[browser])
    }

    /// Whether somebody holds a credential that would go with a request which leaves now.
    #[must_use]
    pub fn holds(&self, person: u32) -> bool {
        person != u32::MAX && self.core.people[person].held.is_some()
    }

    /// Whether a request shows nothing of who made it: before a log-in, or because its browser does
    /// not send it along. Whoever made it may have left since.
    #[must_use]
    pub fn shows_nothing(&self, plan: &AuthPlan, request: RequestId) -> bool {
        let Request { person, errand, shows, .. } = self.core.requests[request.0];
        if self.is_bare(request) || self.comes_bare(request) {
            return true;
        }
        if person == u32::MAX || errand.is_thiefs() {
            return false;
        }
        if plan.has_logins() { !shows } else { !self.core.people[person].logs_in }
    }

    /// How often the memory was lost in which somebody's record stands, or would stand if it were
    /// kept by this replica of the node that checks.
    #[must_use]
    pub fn losses(&self, plan: &AuthPlan, person: &Person, replica: u16) -> u32 {
        let Some(node) = plan.memory() else { return 0 };
        let replica = match (plan.scheme, plan.sessions.keep) {
            (Scheme::Session, Keep::Replicated) => return self.core.conditions.extinctions(node),
            (Scheme::Session, Keep::Local | Keep::Sticky) => replica,
            _ => self.shard(node, person.key.0).replica,
        };
        self.core.conditions.of(Place { node, replica }).deaths
    }

    /// Whether a store without room has let somebody's session go.
    #[must_use]
    pub fn has_lost_room(&self, person: u32) -> bool {
        let record = self.core.people[person].record.as_ref();
        let kept = self.core.kept.as_ref();
        kept.zip(record).is_some_and(|(kept, record)| !record.ended && !kept.holds(record.serial))
    }

    /// Everything that was issued to somebody is taken back, as far as the scheme can do that.
    pub fn revoke(&mut self, plan: &AuthPlan, person: u32, now: Time) {
        let person = &mut self.core.people[person];
        person.revoke(plan, now);
        if let (Some(kept), Some(record)) = (&mut self.core.kept, &person.record) {
            kept.end(record.serial);
        }
        let number = person.record.as_ref().map_or(0, |record| record.serial);
        if self.core.live.as_mut().is_some_and(|live| live.remove(number)) {
            // Those who keep it may let somebody go on.
            self.start_timer(Span::ZERO, Token::Ended(plan.at));
        }
    }

    /// Sets the moment of a deed of somebody's thief.
    pub fn will(&mut self, (person, whose): Robbed, deed: Deed, at: Time) {
        self.core.people[person].deeds[whose as usize] += 1;
        let now = self.core.now;
        self.start_timer(at.max(now).since(now), Token::Theft(person, whose, deed));
    }

    /// Until when a stolen credential works, if nothing else happens: a session that those who keep
    /// it have lost works no longer.
    #[must_use]
    pub fn loot_works_until(&self, place: u32, plan: &AuthPlan, stolen: &Credential) -> Time {
        let person = &self.core.people[place];
        let is_lost = plan.scheme == Scheme::Session
            && person.record.as_ref().is_some_and(|record| {
                record.losses != self.losses(plan, person, record.home) || self.has_lost_room(place)
            });
        let until = person.works_until(plan, stolen);
        if is_lost { until.min(self.core.now) } else { until }
    }

    /// Something may have ended what thieves have.
    pub fn looks_at_loot(&mut self, place: u32, plan: &AuthPlan) {
        let now = self.core.now;
        for whose in Robber::BOTH {
            let thief = self.core.people[place].thief(whose).copied();
            let Some(thief) = thief.filter(|thief| thief.until != Time::NEVER) else { continue };
            if thief.until <= now {
                // Who renews with the next request may be too late for that once the grace is over.
                let asks = plan.theft.as_ref().is_some_and(|theft| theft.uses.is_some());
                if !asks || !thief.renews || thief.is_renewing || thief.is_over {
                    continue;
                }
                let grace = plan.tokens.renewal.as_ref().map_or(Span::ZERO, |it| it.grace);
                self.will((place, whose), Deed::Ends, now + grace + Span(1));
                continue;
            }
            let until = self.loot_works_until(place, plan, &thief.credential).max(now);
            if until < thief.until {
                self.core.people[place].thieves[whose as usize] = Some(Thief { until, ..thief });
                self.will((place, whose), Deed::Ends, until);
            }
        }
    }

    /// The memory of this replica is lost, with the sessions that stood in it.
    #[cold]
    pub fn loses_memory(&mut self, at: Place) {
        let fixed = self.fixed;
        let Some(plan) = fixed.auth.as_deref().filter(|plan| plan.memory() == Some(at.node)) else {
            return;
        };
        let is_robbed = |person: &Person| person.thieves.iter().any(Option::is_some);
        let people = self.core.people.live_places();
        let robbed: Vec<u32> =
            people.filter(|(_, it)| is_robbed(it)).map(|(place, _)| place).collect();
        for place in robbed {
            self.looks_at_loot(place, plan);
        }
    }

    /// Whether a stolen session that one replica has refused works still at the one where it
    /// stands; there is none such if every replica knows all sessions.
    #[must_use]
    pub fn works_elsewhere(&self, (place, whose): Robbed, plan: &AuthPlan) -> bool {
        let person = &self.core.people[place];
        let is_at_one = plan.scheme == Scheme::Session && plan.sessions.keep.is_at_one_replica();
        person.record.as_ref().filter(|_| is_at_one).is_some_and(|record| {
            let losses = self.losses(plan, person, record.home);
            let errand = Errand::of(whose, false);
            let verdict = person.verdict(plan, errand, record.home, losses, self.core.now);
            verdict == Verdict::Accepted && !self.has_lost_room(place)
        })
    }

    /// The replica of a store that keeps what has this hash.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "below the number of replicas")]
    pub fn shard(&self, node: NodeId, hash: u64) -> Place {
        let replicas = u64::from(self.fixed.topology.nodes[node.index()].replicas.max(1));
        Place { node, replica: crate::rng::below(replicas, mix(hash)) as u16 }
    }

    /// A request of somebody has ended.
    pub(super) fn person_let_go(&mut self, person: u32) {
        self.core.people[person].requests -= 1;
        self.forget_if_gone(person);
    }

    /// The owner of one device has another as well.
    pub fn owns_as_well(&mut self, first: u32, other: u32) {
        if first == u32::MAX || other == u32::MAX {
            return;
        }
        let people = &mut self.core.people;
        let next = if people[first].sibling == u32::MAX { first } else { people[first].sibling };
        (people[other].sibling, people[first].sibling) = (next, other);
    }

    /// The next device of the same owner, or none after the last.
    #[must_use]
    pub fn next_device(&self, first: u32, device: u32) -> Option<u32> {
        let next = self.core.people[device].sibling;
        (next != u32::MAX && next != first).then_some(next)
    }

    /// Whether somebody of whom a device goes is still there with another.
    #[must_use]
    pub fn has_another_device(&self, device: u32) -> bool {
        let mut last = device;
        while let Some(other) = self.next_device(device, last) {
            if self.core.people[other].session != SessionId::NONE {
                return true;
            }
            last = other;
        }
        false
    }

    /// A device has gone: the others close up.
    fn leaves_ring(&mut self, person: u32) {
        let mut before = person;
        while let Some(next) = self.next_device(person, before) {
            before = next;
        }
        if before != person {
            let next = self.core.people[person].sibling;
            let people = &mut self.core.people;
            people[before].sibling = if next == before { u32::MAX } else { next };
        }
    }

    /// Takes the place of somebody who has gone, of whom nothing is under way and whose credential
    /// works for no thief any more.
    pub fn forget_if_gone(&mut self, person: u32) {
        let it = &self.core.people[person];
        let works = Robber::BOTH.into_iter().any(|whose| !it.is_unrobbed(whose));
        if it.session == SessionId::NONE && it.requests == 0 && !works {
            self.leaves_ring(person);
            self.core.people.remove(person);
        }
    }
}
