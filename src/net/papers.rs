//! What an exchange says as HTTP, where a part of the scenario reads it: a third table beside the
//! hot and the cold parts of exchanges, which other scenarios do without.

use super::core::Ctx;
use super::exchange::Left;
use crate::fact::{CacheStatus, Observer};
use crate::http::{Head, Question, Vary, Wall};
use crate::id::{ConnectionId, EndpointId, ExchangeId, RequestId};
use crate::time::{Span, Time};
use crate::trace::TraceRow;

/// The place of a [`Head`] among those of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeadId(pub u32);

impl HeadId {
    /// No head.
    pub const NONE: Self = Self(u32::MAX);
}

/// The bytes of an answer that has a head alone, such as `304`.
pub const HEAD_BYTES: u64 = 250;

/// What a caching node does with an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Task {
    /// Nothing of its own.
    #[default]
    None,
    /// It fetches what it may store.
    Fetch,
    /// It lets it pass.
    Pass,
    /// It lets it pass, and forgets what is stored there if it succeeds.
    Unsafe,
    /// It fetches for itself, beside a request that it has answered.
    Refresh,
}

/// What is said in one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Papers {
    /// The head of the answer.
    pub head: HeadId,
    /// What its caller has already, and wants only if it has changed.
    pub condition: HeadId,
    /// What its own node has already, where that is a cache that asks if it is still right.
    pub asks: HeadId,
    /// When the answer was made by its origin, less what it says to be older.
    pub born: Wall,
    /// The number under which the cache of its node looked for the answer.
    pub key: u64,
    /// Since when it waits at a cache for what another one fetches.
    pub since: Time,
    /// What the cache of its node does with it.
    pub task: Task,
    /// What that cache will say of it.
    pub status: CacheStatus,
    /// What the browser that asks does with it. The same exchange is also that of the node which is
    /// asked, and a cache there does something of its own.
    pub sought: Task,
    /// What the browser that asks had found.
    pub found: CacheStatus,
    /// Whether it has waited for what another one fetched.
    pub has_waited: bool,
    /// Whether it no longer waits for others.
    pub is_alone: bool,
    /// Whether it was tried again already.
    pub is_again: bool,
    /// Whether a cache on the way has put conditions of its own in the place of the asker's.
    pub is_rewritten: bool,
}

impl Default for Papers {
    fn default() -> Self {
        Self {
            head: HeadId::NONE,
            condition: HeadId::NONE,
            asks: HeadId::NONE,
            born: Wall(0),
            key: 0,
            since: Time::ZERO,
            task: Task::None,
            status: CacheStatus::Miss,
            sought: Task::None,
            found: CacheStatus::Miss,
            has_waited: false,
            is_alone: false,
            is_again: false,
            is_rewritten: false,
        }
    }
}

/// One of the answers that an endpoint gives in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyPlan {
    /// From which answer for a path on, from 1.
    pub from: u32,
    /// What it says.
    pub head: HeadId,
    /// Whether the connection is closed instead.
    pub closed: bool,
}

/// What requests of a trace say, by their headers and methods.
#[derive(Debug, Default)]
pub struct TracedQuestions {
    /// Of each endpoint, first by the number of the headers, then by that of the method; the last
    /// of each is for rows without.
    pub questions: Vec<Box<[Question]>>,
    /// How many methods the trace has.
    pub methods: usize,
    /// How many sets of headers the trace has.
    pub headers: usize,
}

/// What is said in HTTP in a scenario.
#[derive(Debug, Default)]
pub struct Http {
    /// The heads of all answers.
    pub heads: Vec<Head>,
    /// The first of the heads of answers that say nothing but that something failed, of the
    /// statuses from 400 to 599 in order.
    pub failures: u32,
    /// What each endpoint answers.
    pub replies: Vec<Box<[ReplyPlan]>>,
    /// What the requests of each endpoint say.
    pub questions: Vec<Question>,
    /// What the requests of a trace say, by the client.
    pub traced: Vec<Option<TracedQuestions>>,
    /// What the answers for the path of each endpoint depend on.
    pub vary: Vec<Vary>,
    /// How far into a second it is when the run begins.
    pub phase: Span,
}

impl Http {
    /// The head of an answer that says nothing but that something failed.
    #[must_use]
    pub fn failure(&self, status: u16) -> HeadId {
        match status {
            400..=599 => HeadId(self.failures + u32::from(status - 400)),
            _ => HeadId::NONE,
        }
    }

    /// A head.
    #[must_use]
    pub fn head(&self, id: HeadId) -> Option<&Head> {
        self.heads.get(id.0 as usize)
    }
}

impl<'a, O: Observer> Ctx<'a, O> {
    /// What an exchange says.
    #[inline]
    pub fn papers(&mut self, id: ExchangeId) -> &mut Papers {
        self.core.exchanges.papers_mut(id)
    }

    /// The run's clock.
    #[must_use]
    pub fn wall(&self) -> Wall {
        let phase = self.fixed.http.as_ref().map_or(Span::ZERO, |http| http.phase);
        Wall::at(self.core.now, phase)
    }

    /// A cache asks with `child` for `parent`: its conditions stand in the place of the asker's.
    pub fn rewrite(&mut self, child: ExchangeId, parent: ExchangeId) {
        let asks = self.core.exchanges.papers(parent).asks;
        let papers = self.papers(child);
        (papers.condition, papers.is_rewritten) = (asks, true);
    }

    /// Whether an exchange travels on a connection that had been used before.
    #[must_use]
    pub fn was_kept(&self, id: ExchangeId) -> bool {
        let connection = self.core.exchanges.cold(id).connection;
        let had_been_used = || self.core.connections.get(connection).last_use != Time::ZERO;
        match self.core.exchanges.hot(id).left {
            Left::No => connection == ConnectionId::NONE || had_been_used(),
            Left::First => false,
            Left::Later => true,
        }
    }

    /// The answer to `child` is that of `parent`, with all that it says.
    pub fn hand_on_papers(&mut self, child: ExchangeId, parent: ExchangeId) {
        let Papers { head, born, .. } = *self.core.exchanges.papers(child);
        let papers = self.papers(parent);
        (papers.head, papers.born) = (head, born);
    }

    /// A number for origin, path and object of what an exchange asks for.
    #[must_use]
    pub fn path_of(&self, id: ExchangeId) -> u64 {
        let exchange = self.core.exchanges.hot(id);
        let asked = &self.core.requests[exchange.request.0].asked;
        if exchange.endpoint == asked.endpoint {
            return self.uri(exchange.request);
        }
        // A call for something else than what the user asked for, about the same object.
        self.uri_about(exchange.request, &self.fixed.endpoints[exchange.endpoint.index()])
    }

    /// The head of the answer that an exchange brings.
    #[must_use]
    pub fn head_of(&self, id: ExchangeId) -> Option<&'a Head> {
        self.fixed.http.as_ref()?.head(self.core.exchanges.papers(id).head)
    }

    /// What the request of an exchange says, if it has an endpoint.
    #[must_use]
    pub fn question(&self, id: ExchangeId) -> Option<&'a Question> {
        let exchange = self.core.exchanges.hot(id);
        self.question_of(exchange.request, exchange.endpoint)
    }

    /// What a request says in which this endpoint is asked for.
    #[must_use]
    pub fn question_of(&self, request: RequestId, endpoint: EndpointId) -> Option<&'a Question> {
        let http = self.fixed.http.as_ref()?;
        let own = http.questions.get(endpoint.index())?;
        Some(self.traced_question(http, request, endpoint).unwrap_or(own))
    }

    /// What the row of the trace says that a request for this endpoint came from.
    fn traced_question(
        &self,
        http: &'a Http,
        request: RequestId,
        endpoint: EndpointId,
    ) -> Option<&'a Question> {
        let asked = &self.core.requests[request.0].asked;
        if asked.endpoint != endpoint {
            return None;
        }
        let traced = http.traced.get(asked.client.index())?.as_ref()?;
        let row: &TraceRow = self.traced(request)?;
        let headers = row.header_number().map_or(traced.headers, |it| it as usize);
        let method = row.method_number().map_or(traced.methods, |it| it as usize);
        let all = traced.questions.get(endpoint.index())?;
        all.get(headers * (traced.methods + 1) + method)
    }
}
