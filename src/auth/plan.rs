//! Identity made ready to run.

use super::{DenyCheck, Keep, Kept, KeysSpec, Loot, Scheme};
use crate::dist::Law;
use crate::id::{EndpointId, NodeId};
use crate::limit::RateLimitSpec;
use crate::time::Span;
use crate::unit::Probability;

/// How people prove who they are, ready to run.
#[derive(Debug, Clone)]
pub struct AuthPlan {
    /// The scheme.
    pub scheme: Scheme,
    /// Who checks.
    pub at: NodeId,
    /// Who logs in and issues.
    pub issuer: NodeId,
    /// What log-ins ask for.
    pub login: Option<EndpointId>,
    /// What renewals ask for.
    pub refresh: Option<EndpointId>,
    /// What log-outs ask for.
    pub logout: Option<EndpointId>,
    /// Whether a log-out ends the sessions of all devices.
    pub everywhere: bool,
    /// What it does with sessions.
    pub sessions: Sessions,
    /// What it does with tokens.
    pub tokens: Tokens,
    /// Bytes that each authorised request carries to show who sends it.
    pub bytes: u64,
    /// Whether they are a cookie, which goes with every request to the host, whatever it is for.
    pub is_cookie: bool,
    /// Whether those are more than headers may be.
    pub is_too_large: bool,
    /// The programs of the node that checks: what a request costs before it is let in, a log-in
    /// that makes a session there, and what the issuer runs for log-ins, renewals, log-outs and
    /// passwords.
    pub programs: Programs,
    /// For each endpoint, whether it is open to everybody, and the role that it needs.
    pub endpoints: Vec<(bool, Option<u64>)>,
    /// For each node, the roles of its people: the hash of its name, and who has it.
    pub roles: Vec<Vec<(u64, Probability)>>,
    /// What is stolen.
    pub theft: Option<Steals>,
    /// The workers of the issuer that hash and do nothing else, and the law of a hash.
    pub pool: Option<(u32, Law)>,
    /// How often log-ins may come.
    pub limit: Option<RateLimitSpec>,
    /// CPU for identity alone of each program that has it, at speed 1, in nanoseconds.
    pub demands: Demands,
}

/// Which programs nodes run for identity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Programs {
    /// Before a request is let in.
    pub check: u16,
    /// A log-in that makes a session at the replica that answers it.
    pub settle: Option<u16>,
    /// A log-in at the issuer.
    pub login: u16,
    /// A renewal.
    pub refresh: u16,
    /// A log-out.
    pub logout: u16,
    /// A password that comes with every request.
    pub password: u16,
}

/// CPU at speed 1 of what is done for identity alone, in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demands {
    /// Of a check, where it is made.
    pub check: f64,
    /// Of signing.
    pub sign: f64,
    /// Of a password, where that is hashed by the issuer itself.
    pub hash: f64,
}

/// What a scheme does with sessions.
#[derive(Debug, Clone, Copy)]
pub struct Sessions {
    /// Who keeps them.
    pub keep: Keep,
    /// The store, if there is one.
    pub store: Option<NodeId>,
    /// How long they live without a request.
    pub idle: Span,
    /// How long they live at most.
    pub absolute: Span,
    /// How long the last write may lie back.
    pub write_every: Span,
    /// How old a local copy may be that is used when the store does not answer.
    pub stale: Span,
    /// How many the store holds.
    pub capacity: Option<u32>,
    /// Whether they get a new name at a log-in.
    pub renews_name: bool,
    /// Whether something is lost with them.
    pub cart: bool,
}

/// What a scheme does with tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// How long they live.
    pub lifetime: Span,
    /// By how much clocks may be wrong.
    pub leeway: Span,
    /// The keys that sign them.
    pub keys: Option<KeysSpec>,
    /// How they are renewed.
    pub renewal: Option<Renewal>,
    /// How they are denied.
    pub deny: Option<Deny>,
}

/// How tokens are renewed.
#[derive(Debug, Clone, Copy)]
pub struct Renewal {
    /// How long a refresh token lives.
    pub lifetime: Span,
    /// Whether each use returns a new one.
    pub rotation: bool,
    /// For how long the last one may be used again.
    pub grace: Span,
    /// Whether the issuer keeps a record.
    pub record: bool,
    /// Where it keeps that.
    pub store: Option<NodeId>,
    /// How long before the end a token is renewed.
    pub margin: Span,
    /// By up to how much more.
    pub jitter: Span,
    /// Whether that is done by a timer.
    pub background: bool,
}

/// How tokens are denied.
#[derive(Debug, Clone, Copy)]
pub struct Deny {
    /// How those who check know.
    pub check: DenyCheck,
    /// Where the list is kept.
    pub store: Option<NodeId>,
    /// How long an entry takes to be known.
    pub lag: Span,
}

/// What is stolen, and what is done with it.
#[derive(Debug, Clone)]
pub struct Steals {
    /// Of how many log-ins.
    pub probability: Probability,
    /// At how many log-ins the name of the session was set by an attacker.
    pub fixation: Probability,
    /// What.
    pub what: Loot,
    /// When after the log-in; none for any moment of the credential's life alike.
    pub after: Option<Law>,
    /// How long until it is discovered.
    pub discovered: Option<Law>,
    /// How long between requests that are made with it.
    pub uses: Option<Law>,
}

impl AuthPlan {
    /// How long what a log-in issues lives at most.
    #[must_use]
    pub const fn life(&self) -> Span {
        match self.scheme {
            Scheme::Session => self.sessions.absolute,
            Scheme::Jwt => self.tokens.lifetime,
            Scheme::None | Scheme::Credentials => crate::time::MAX_SPAN,
        }
    }

    /// Whether people log in before they ask for what is not open to everybody.
    #[must_use]
    pub const fn has_logins(&self) -> bool {
        matches!(self.scheme, Scheme::Session | Scheme::Jwt)
    }

    /// Whether somebody tries to set the names of sessions.
    #[must_use]
    pub fn has_fixation(&self) -> bool {
        self.theft.as_ref().is_some_and(|theft| theft.fixation != Probability::NEVER)
    }

    /// Whether an endpoint is open to everybody.
    #[must_use]
    pub fn is_open(&self, endpoint: EndpointId) -> bool {
        self.endpoints.get(endpoint.index()).is_none_or(|(open, _)| *open)
    }

    /// The program of identity that a node runs for an endpoint, instead of its work or before it;
    /// who is called by a node of the site (`is_below`) does not ask who asks.
    #[must_use]
    pub fn program(&self, node: NodeId, endpoint: EndpointId, is_below: bool) -> Option<u16> {
        let programs = &self.programs;
        let issued = [
            (Some(EndpointId::PASSWORD), programs.password),
            (self.login, programs.login),
            (self.refresh, programs.refresh),
            (self.logout, programs.logout),
        ];
        let issued = issued.iter().find(|(asked, _)| *asked == Some(endpoint));
        if let Some((_, program)) = issued.filter(|_| node == self.issuer) {
            Some(*program)
        } else if node != self.at || is_below {
            None
        } else if self.login == Some(endpoint) {
            programs.settle
        } else {
            (!self.is_open(endpoint)).then_some(programs.check)
        }
    }

    /// The store of sessions before anybody has logged in, if it has room for only so many.
    #[must_use]
    pub fn kept(&self) -> Option<Kept> {
        let sessions = &self.sessions;
        let capacity = sessions.store.and(sessions.capacity)?;
        Some(Kept::new(capacity, sessions.idle))
    }

    /// Whose memory the records of sessions stand in.
    #[must_use]
    pub const fn memory(&self) -> Option<NodeId> {
        match (self.scheme, self.sessions.keep) {
            (Scheme::Session, Keep::Shared) => self.sessions.store,
            (Scheme::Session, Keep::Local | Keep::Sticky | Keep::Replicated) => Some(self.at),
            _ => match &self.tokens.renewal {
                Some(renewal) => renewal.store,
                None => None,
            },
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::time::Span;

    /// A plan without a store, a deny-list or thefts.
    pub(in super::super) fn plan(scheme: Scheme) -> AuthPlan {
        AuthPlan {
            scheme,
            at: NodeId(0),
            issuer: NodeId(1),
            login: None,
            refresh: None,
            logout: None,
            everywhere: false,
            sessions: Sessions {
                keep: Keep::Shared,
                store: None,
                idle: Span(100),
                absolute: Span(1_000),
                write_every: Span::ZERO,
                stale: Span::ZERO,
                capacity: None,
                renews_name: true,
                cart: false,
            },
            tokens: Tokens {
                lifetime: Span(900),
                leeway: Span::ZERO,
                keys: None,
                renewal: None,
                deny: None,
            },
            bytes: 0,
            is_cookie: scheme == Scheme::Session,
            is_too_large: false,
            programs: Programs::default(),
            endpoints: Vec::new(),
            roles: Vec::new(),
            theft: None,
            pool: None,
            limit: None,
            demands: Demands::default(),
        }
    }

    #[test]
    fn rotation_ends_the_family_at_the_first_reuse_and_what_was_issued_lives_on() {
        use crate::auth::{Errand, Person, Reaction, Thief, Verdict};
        use crate::id::SessionId;
        use crate::rng::Key;
        use crate::time::Time;
        let mut plan = plan(Scheme::Jwt);
        plan.tokens.renewal = Some(Renewal {
            lifetime: Span(90_000),
            rotation: true,
            grace: Span::ZERO,
            record: true,
            store: None,
            margin: Span::ZERO,
            jitter: Span::ZERO,
            background: true,
        });
        let mut person = Person::new(NodeId(0), SessionId(0), Key(1));
        person.grant(&plan, 0, 0, Time(0));
        person.held = person.granted;
        let credential = person.granted.expect("just granted");
        person.thieves[0] = Some(Thief::new(credential, Time(10), 1));
        assert_eq!(person.renew(&plan, Errand::TheftRenewal, 0, Time(800)), Reaction::Renews(1));
        assert_eq!(person.renew(&plan, Errand::Refresh, 0, Time(900)), Reaction::EndsFamily);
        assert_eq!(person.renew(&plan, Errand::TheftRenewal, 0, Time(901)), Reaction::Refuses);
        let thief = |now| person.verdict(&plan, Errand::Theft, 0, 0, Time(now));
        assert_eq!((thief(1_700), thief(1_701)), (Verdict::Accepted, Verdict::Expired));
    }
}
