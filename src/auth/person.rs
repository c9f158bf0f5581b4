//! Somebody who is there, or whose stolen credential still works: what they hold, and what the
//! servers keep of them.

use super::refresh::{Presented, Reaction, present, weighed};
use super::{AuthPlan, Robber, Shown, Verdict};
use crate::id::{NodeId, SessionId};
use crate::net::TimerId;
use crate::rng::Key;
use crate::time::{Span, Time};

/// What a request is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Errand {
    /// What its user wants.
    #[default]
    Page,
    /// To log in.
    Login,
    /// To renew a token.
    Refresh,
    /// To log out.
    Logout,
    /// What a thief wants.
    Theft,
    /// To renew a stolen token.
    TheftRenewal,
    /// A part of a page.
    Resource,
    /// What a page of somebody else lets the user's browser send.
    Forged,
    /// What a script of somebody else does in a page of the site.
    Ridden,
    /// What a thief wants who got it by a script.
    ScriptTheft,
    /// To renew a token that was stolen by a script.
    ScriptTheftRenewal,
}

impl Errand {
    /// Whether its user's browser sends it without the user's wish.
    #[must_use]
    pub const fn is_forced(self) -> bool {
        matches!(self, Self::Forged | Self::Ridden)
    }

    /// Whether a thief makes it.
    #[must_use]
    pub const fn is_thiefs(self) -> bool {
        self.robs().is_some()
    }

    /// Which thief makes it, if one does.
    #[must_use]
    pub const fn robs(self) -> Option<Robber> {
        match self {
            Self::Theft | Self::TheftRenewal => Some(Robber::Plain),
            Self::ScriptTheft | Self::ScriptTheftRenewal => Some(Robber::Script),
            Self::Page
            | Self::Login
            | Self::Refresh
            | Self::Logout
            | Self::Resource
            | Self::Forged
            | Self::Ridden => None,
        }
    }

    /// What a thief of this kind wants, or that it renews what it has.
    #[must_use]
    pub const fn of(whose: Robber, renews: bool) -> Self {
        match (whose, renews) {
            (Robber::Plain, false) => Self::Theft,
            (Robber::Plain, true) => Self::TheftRenewal,
            (Robber::Script, false) => Self::ScriptTheft,
            (Robber::Script, true) => Self::ScriptTheftRenewal,
        }
    }
}

/// What somebody shows: the name of a session, or a token with the one that renews it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential {
    /// When it was issued.
    pub issued: Time,
    /// When it expires by itself.
    pub expires: Time,
    /// From when on those who check know that it was taken back.
    pub denied: Time,
    /// What renews it.
    pub refresh: Presented,
}

impl Credential {
    /// One of this life, which nothing renews.
    #[must_use]
    pub fn new(issued: Time, life: Span) -> Self {
        let expires = issued + life;
        let refresh = Presented { family: issued, generation: 0, expires };
        Self { issued, expires, denied: Time::NEVER, refresh }
    }
}

/// What the servers keep of somebody: a session, or a family of refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// When it was made.
    pub created: Time,
    /// When it was written last.
    pub touched: Time,
    /// The replica that it stands at, if it stands in the memory of one.
    pub home: u16,
    /// How often that memory, or the store, had been lost before.
    pub losses: u32,
    /// Which refresh token of the family is the good one.
    pub generation: u32,
    /// When the one before it was exchanged.
    pub rotated: Time,
    /// Whether it was ended.
    pub ended: bool,
    /// When a look-up found it last, and which replica asked.
    pub seen: (Time, u16),
    /// Its number in a store of limited capacity.
    pub serial: u64,
}

impl Record {
    /// A new one.
    #[must_use]
    pub const fn new(now: Time) -> Self {
        Self {
            created: now,
            touched: now,
            home: 0,
            losses: 0,
            generation: 0,
            rotated: now,
            ended: false,
            seen: (now, u16::MAX),
            serial: u64::MAX,
        }
    }
}

/// What a thief has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thief {
    /// The stolen credential, or what it was renewed to.
    pub credential: Credential,
    /// When it was stolen, or will be.
    pub since: Time,
    /// Which theft of its owner it is, by the errands there were: what it draws is keyed by this.
    pub theft: u64,
    /// Until when it works at most, as far as is known; never before it is stolen.
    pub until: Time,
    /// Whether what renews it was stolen as well, and is not known to be worthless yet.
    pub renews: bool,
    /// Whether that is being tried.
    pub is_renewing: bool,
    /// Whether the thief goes on asking once that has been tried.
    pub waits: bool,
    /// Whether it is over: nothing of it works any more, which the thief has yet to find out.
    pub is_over: bool,
    /// When the owner logged out.
    pub logout: Option<Time>,
    /// When the theft was discovered.
    pub noticed: Option<Time>,
    /// How many requests it has made: what they draw is keyed by this as well.
    pub requests: u32,
}

impl Thief {
    /// Somebody who will steal this credential, in this theft of its owner.
    #[must_use]
    pub const fn new(credential: Credential, since: Time, theft: u64) -> Self {
        Self {
            credential,
            since,
            theft,
            until: Time::NEVER,
            renews: false,
            is_renewing: false,
            waits: false,
            is_over: false,
            logout: None,
            noticed: None,
            requests: 0,
        }
    }
}

/// Somebody who is there, or whose stolen credential still works.
#[derive(Debug, Clone)]
pub struct Person {
    /// The group.
    pub client: NodeId,
    /// The visit, or none after it.
    pub session: SessionId,
    /// The identity.
    pub key: Key,
    /// Whether this one logs in at all.
    pub logs_in: bool,
    /// Whether this one logs out at the end.
    pub logs_out: bool,
    /// What is held.
    pub held: Option<Credential>,
    /// What is on its way to be held.
    pub granted: Option<Credential>,
    /// What the servers keep.
    pub record: Option<Record>,
    /// What thieves have, by how they came by it.
    pub thieves: [Option<Thief>; 2],
    /// Timers of their thefts that are running.
    pub deeds: [u32; 2],
    /// What is under way beside pages.
    pub errand: Option<Errand>,
    /// Whether a page waits for that.
    pub waits: bool,
    /// Whether the visit ends with it.
    pub leaves: bool,
    /// Whether a server without sessions has lost the cart.
    pub has_lost: bool,
    /// The next device of the same owner, round and round; none for an only one.
    pub sibling: u32,
    /// How many errands there were: what they draw is keyed by this.
    pub errands: u32,
    /// Requests that are in flight.
    pub requests: u32,
    /// The timer of the next renewal.
    pub renewal: TimerId,
}

impl Person {
    /// Somebody who has just come.
    #[must_use]
    pub const fn new(client: NodeId, session: SessionId, key: Key) -> Self {
        Self {
            client,
            session,
            key,
            logs_in: false,
            logs_out: false,
            held: None,
            granted: None,
            record: None,
            thieves: [None; 2],
            deeds: [0; 2],
            errand: None,
            waits: false,
            leaves: false,
            has_lost: false,
            sibling: u32::MAX,
            errands: 0,
            requests: 0,
            renewal: TimerId::NONE,
        }
    }

    /// What the thief has who came by it in this way.
    #[must_use]
    pub const fn thief(&self, whose: Robber) -> Option<&Thief> {
        self.thieves[whose as usize].as_ref()
    }

    /// Whether such a thief has nothing of this one, and nothing of an earlier theft is to come.
    #[must_use]
    pub const fn is_unrobbed(&self, whose: Robber) -> bool {
        self.thieves[whose as usize].is_none() && self.deeds[whose as usize] == 0
    }

    /// Whether the request of such an errand is accepted.
    #[must_use]
    pub fn verdict(
        &self,
        plan: &AuthPlan,
        errand: Errand,
        replica: u16,
        losses: u32,
        now: Time,
    ) -> Verdict {
        let credential = self.shows(errand);
        let record = self.record.as_ref();
        let shown = Shown { credential, record, replica, losses, now };
        plan.scheme.verdict(plan, &shown)
    }

    /// What the owner, or a thief, shows.
    #[must_use]
    pub fn shows(&self, errand: Errand) -> Option<&Credential> {
        match errand.robs() {
            Some(whose) => self.thief(whose).map(|thief| &thief.credential),
            None => self.held.as_ref(),
        }
    }

    /// The issuer lets this one in: what is issued, and what is kept of it.
    pub fn grant(&mut self, plan: &AuthPlan, losses: u32, replica: u16, now: Time) {
        self.record = Some(Record { losses, home: replica, ..Record::new(now) });
        let mut credential = Credential::new(now, plan.life());
        if let Some(renewal) = &plan.tokens.renewal {
            credential.refresh.expires = now + renewal.lifetime;
        }
        self.granted = Some(credential);
    }

    /// A refresh token is presented to the issuer by who runs this errand: the owner or a thief.
    pub fn renew(&mut self, plan: &AuthPlan, errand: Errand, losses: u32, now: Time) -> Reaction {
        let held = self.shows(errand).copied();
        let (Some(renewal), Some(held)) = (&plan.tokens.renewal, held) else {
            return Reaction::Refuses;
        };
        let record = self.record.as_mut().filter(|_| renewal.record);
        if record.as_ref().is_some_and(|record| record.losses != losses) {
            return Reaction::Refuses;
        }
        let reaction = present(record, renewal.rotation, renewal.grace, held.refresh, now);
        if let Reaction::Renews(generation) = reaction {
            let refresh = Presented { generation, ..held.refresh };
            let new = Credential { refresh, ..Credential::new(now, plan.life()) };
            match errand.robs().and_then(|whose| self.thieves[whose as usize].as_mut()) {
                Some(thief) => thief.credential = new,
                None => self.granted = Some(new),
            }
        }
        reaction
    }

    /// Whether what a thief has would be renewed, were it presented now.
    #[must_use]
    pub fn would_renew(&self, plan: &AuthPlan, whose: Robber, losses: u32, now: Time) -> bool {
        let (Some(renewal), Some(thief)) = (&plan.tokens.renewal, self.thief(whose)) else {
            return false;
        };
        let record = self.record.as_ref().filter(|_| renewal.record);
        let token = thief.credential.refresh;
        let reaction = weighed(record, renewal.rotation, renewal.grace, token, now);
        record.is_none_or(|record| record.losses == losses)
            && matches!(reaction, Reaction::Renews(_))
    }

    /// Everything that was issued is taken back, as far as the scheme can do that. A token that the
    /// deny-list has already is not entered anew: what is known of it stays known.
    pub fn revoke(&mut self, plan: &AuthPlan, now: Time) {
        if let Some(record) = &mut self.record {
            record.ended = true;
        }
        if let Some(deny) = &plan.tokens.deny {
            let from = now + deny.lag;
            let own = [self.held.as_mut(), self.granted.as_mut()].into_iter().flatten();
            let stolen = self.thieves.iter_mut().flatten().map(|thief| &mut thief.credential);
            for token in own.chain(stolen) {
                token.denied = token.denied.min(from);
            }
        }
    }

    /// Until when a stolen credential works, if nothing else happens: what is issued lives to its
    /// end, unless it was taken back before.
    #[must_use]
    pub fn works_until(&self, plan: &AuthPlan, stolen: &Credential) -> Time {
        plan.scheme.ends(plan, stolen, self.record.as_ref()).until()
    }

    /// Whether a copy of the record, which may be old, lets this one in: a log-out is not known to
    /// it, but the name of its session is.
    #[must_use]
    pub fn is_known_to_copy(&self, plan: &AuthPlan, errand: Errand, now: Time) -> bool {
        self.shows(errand).zip(self.record).is_some_and(|(shown, record)| {
            let copy = Record { ended: false, ..record };
            plan.scheme.ends(plan, shown, Some(&copy)).verdict(now) == Verdict::Accepted
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plan;
    use super::super::{Deny, DenyCheck, Scheme};
    use super::*;

    #[test]
    fn a_token_that_is_taken_back_twice_does_not_work_again() {
        let mut plan = plan(Scheme::Jwt);
        let lag = Span(50);
        plan.tokens.deny = Some(Deny { check: DenyCheck::Pushed, store: None, lag });
        let mut person = Person::new(NodeId(0), SessionId(0), Key(1));
        let logs_in = |person: &mut Person, now| {
            person.grant(&plan, 0, 0, Time(now));
            person.held = person.granted.take();
        };
        logs_in(&mut person, 0);
        let first = person.held.expect("just granted");
        person.thieves[0] = Some(Thief::new(first, Time(5), 1));
        person.revoke(&plan, Time(100));
        logs_in(&mut person, 110);
        person.revoke(&plan, Time(140));
        let is_in = |person: &Person, errand, now| {
            person.verdict(&plan, errand, 0, 0, Time(now)) == Verdict::Accepted
        };
        // The first token as from 100 on, the second one as from 140 on.
        assert!(is_in(&person, Errand::Theft, 149) && !is_in(&person, Errand::Theft, 150));
        assert!(is_in(&person, Errand::Page, 189) && !is_in(&person, Errand::Page, 190));
        let stolen = person.thief(Robber::Plain).expect("a thief").credential;
        assert_eq!(person.works_until(&plan, &stolen), Time(150));
        logs_in(&mut person, 200);
        assert!(is_in(&person, Errand::Page, 300), "nobody has taken that one back");
    }

    #[test]
    fn a_copy_knows_the_session_that_is_named_and_no_log_out_of_it() {
        let plan = plan(Scheme::Session);
        let mut person = Person::new(NodeId(0), SessionId(0), Key(1));
        let is_known =
            |person: &Person, errand, now| person.is_known_to_copy(&plan, errand, Time(now));
        assert!(!is_known(&person, Errand::Page, 0), "nothing is shown");
        person.grant(&plan, 0, 0, Time(0));
        let old = person.granted.take().expect("just granted");
        person.thieves[0] = Some(Thief::new(old, Time(0), 1));
        person.grant(&plan, 0, 0, Time(50));
        person.held = person.granted.take();
        assert!(is_known(&person, Errand::Page, 60));
        assert!(!is_known(&person, Errand::Theft, 60), "that session has no name any more");
        person.revoke(&plan, Time(70));
        assert!(is_known(&person, Errand::Page, 80), "a copy is not told of a log-out");
        assert!(!is_known(&person, Errand::Page, 151), "it was idle for too long");
    }
}
