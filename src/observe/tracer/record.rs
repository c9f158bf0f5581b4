//! What is put down of a request: its exchanges as a tree, and the stretches of their time.

use crate::fact::{Asked, CacheStatus, Exit, Place};
use crate::id::{EndpointId, ExchangeId, LinkId};
use crate::net::{Cold, Exchange, Part, Parts, Step};
use crate::outcome::Answer;
use crate::time::Time;

/// One request on its way.
#[derive(Debug, Clone)]
pub struct RequestTrace {
    /// Who asked for what, and when.
    pub asked: Asked,
    /// When its user had an outcome.
    pub end: Time,
    /// Whether there is one.
    pub is_over: bool,
    /// The outcome.
    pub answer: Answer,
    /// Attempts made.
    pub attempts: u32,
    /// Where its time went, as the run has put it down.
    pub parts: Parts,
    /// What the cache of its client did, if that looked.
    pub cache: Option<CacheStatus>,
    /// Its exchanges and their branches in the order in which they were made: parents come before
    /// children.
    pub calls: Vec<CallTrace>,
    /// What their time went on, in the order in which that ended.
    pub stretches: Vec<Stretch>,
    /// When the run ended: work that nobody waits for may not have.
    pub run_end: Time,
}

/// What an exchange is to the one that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// A call over a link.
    Call,
    /// The exchange of a TLS handshake, for which the call waits that opened the connection.
    Handshake,
    /// Work side by side with other work of the same exchange.
    Branch,
    /// Work that nobody waits for, such as the refresh of a cache.
    Aside,
}

/// One exchange of a request.
#[derive(Debug, Clone)]
pub struct CallTrace {
    /// What it is.
    pub kind: CallKind,
    /// The number of the exchange or branch that made it; none if the client did.
    pub parent: Option<u32>,
    /// The replica that it calls, or that a branch is at.
    pub at: Place,
    /// The link that it goes over; of branches without a meaning.
    pub link: LinkId,
    /// What is asked for.
    pub endpoint: EndpointId,
    /// Whether it asks, before a script's request, if that may be sent.
    pub is_preflight: bool,
    /// Whether the client made it beside its request, as to refresh what its browser keeps.
    pub is_beside: bool,
    /// Whether its time is spent below the server that answers the user's endpoint.
    pub below: bool,
    /// When it was made.
    pub sent: Time,
    /// When it arrived at its node.
    pub entered: Option<Time>,
    /// When and how it left its node, and with which answer.
    pub left: Option<(Time, Exit, Option<Answer>)>,
    /// When its answer was back at its caller, who still waited, and what that is.
    pub returned: Option<(Time, Answer)>,
    /// When its caller gave it up.
    pub given_up: Option<Time>,
    /// Whether its caller did because a time-out was over.
    pub is_timed_out: bool,
    /// When there was nothing left of it.
    pub freed: Option<Time>,
    /// What the cache at its node did, if that looked.
    pub cache: Option<CacheStatus>,
}

/// A time that an exchange spent on one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the exchange.
    pub call: u32,
    /// What it was.
    pub part: Part,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

impl RequestTrace {
    pub(super) const fn new(asked: Asked) -> Self {
        Self {
            end: asked.started,
            asked,
            is_over: false,
            answer: Answer::OK,
            attempts: 0,
            parts: Parts([0; 8]),
            cache: None,
            calls: Vec::new(),
            stretches: Vec::new(),
            run_end: Time::ZERO,
        }
    }

    /// Adds an exchange and returns its number.
    pub(super) fn made(
        &mut self,
        exchange: &Exchange,
        cold: &Cold,
        parent: Option<u32>,
        now: Time,
    ) -> u32 {
        let kind = match (exchange.is_branch, exchange.endpoint) {
            // Only branches name the step that they belong to.
            (true, _) if cold.branch != u16::MAX => CallKind::Branch,
            (true, _) => CallKind::Aside,
            (false, EndpointId::HANDSHAKE) => CallKind::Handshake,
            (false, _) => CallKind::Call,
        };
        let number = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        self.calls.push(CallTrace {
            kind,
            parent: parent.filter(|_| exchange.parent != ExchangeId::NONE),
            at: exchange.at,
            link: exchange.link,
            endpoint: exchange.endpoint,
            is_preflight: exchange.is_preflight,
            is_beside: exchange.parent == ExchangeId::NONE && exchange.account != 0,
            below: exchange.below,
            sent: now,
            entered: exchange.is_branch.then_some(now),
            left: None,
            returned: None,
            given_up: None,
            is_timed_out: false,
            freed: None,
            cache: None,
        });
        number
    }

    pub(super) fn stepped(&mut self, number: u32, now: Time, id: ExchangeId, step: Step<'_>) {
        let call = &mut self.calls[number as usize];
        match step {
            Step::Made(_) | Step::Replaces(_) => {}
            Step::Entered => call.entered = Some(now),
            Step::Spent { part, since } if since < now => {
                self.stretches.push(Stretch { call: number, part, from: since, to: now });
            }
            Step::Spent { .. } => {}
            Step::Left { exit, answer } => call.left = Some((now, exit, answer)),
            Step::Returned(exchanges) if call.given_up.is_none() => {
                call.returned = Some((now, exchanges.cold(id).answer));
            }
            Step::Returned(_) => {}
            Step::TimedOut => call.is_timed_out = true,
            Step::GivenUp => call.given_up = Some(now),
            Step::Freed => call.freed = Some(now),
        }
    }

    /// A cache looked, or knows better what it did: for the last exchange that is at it, or for
    /// the client itself.
    pub(super) fn looked(&mut self, by: Place, status: CacheStatus) {
        let is_there = |call: &&mut CallTrace| {
            let is_inside = call.entered.is_some() && call.left.is_none();
            call.at == by && call.kind == CallKind::Call && is_inside
        };
        if by.node == self.asked.client {
            self.cache = Some(status);
        } else if let Some(call) = self.calls.iter_mut().rfind(is_there) {
            call.cache = Some(status);
        }
    }
}

impl CallTrace {
    /// When its caller had an answer, gave it up, or lost it: at the latest when the run ended.
    #[must_use]
    pub fn end(&self, run_end: Time) -> Time {
        let returned = self.returned.map(|(at, _)| at);
        self.given_up.or(returned).or(self.freed).unwrap_or(run_end)
    }
}
