//! The memory of replicas: what hashes of passwords and exchanges take of it, and what becomes of
//! those who find no room.

use std::sync::Arc;

use rand_distr::Distribution;

use super::Host;
use crate::auth::{AuthPlan, Live};
use crate::fact::{Exit, Fact, Observer, Place, Taker};
use crate::id::ExchangeId;
use crate::net::{Ctx, Exchange, Exchanges, Part, Phase, TimerId, Token};
use crate::nodes::station::{Line, WhenFull};
use crate::outcome::{Answer, Reason};
use crate::time::Span;

/// The memory of a node's replicas, ready to run; all sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryPlan {
    /// How much each replica has.
    pub sizes: Vec<u64>,
    /// What its cache takes from the start.
    pub cache: u64,
    /// What the workers of its pool take from the start, who keep what a hash takes.
    pub pool: u64,
    /// What a hash takes while its cores compute it; 0 if they compute none.
    pub hash: u64,
    /// What a session takes that it keeps.
    pub session: u64,
    /// What an exchange takes while it is there.
    pub exchange: u64,
    /// What becomes of those who find no room.
    pub when_full: WhenFull,
}

impl MemoryPlan {
    /// What is taken from the start.
    #[must_use]
    pub const fn reserved(&self) -> u64 {
        self.cache.saturating_add(self.pool)
    }
}

/// An exchange has what an exchange takes.
const EXCHANGE: u8 = 1;
/// An exchange has what a hash takes.
const HASH: u8 = 2;

/// What is taken of the memory of a node's replicas.
#[derive(Debug)]
pub(super) struct Memory {
    plan: Arc<MemoryPlan>,
    rooms: Vec<Room>,
    /// What exchanges have, by their places.
    marks: Vec<u8>,
}

/// The memory of one replica.
#[derive(Debug)]
struct Room {
    size: u64,
    /// What is taken of it, but by sessions.
    used: u64,
    /// What sessions take of it.
    sessions: u64,
    /// Who waits to hash, and who waits to come in.
    lines: [Line; 2],
    /// Whether its process is gone: it lets nobody in.
    is_down: bool,
}

impl Room {
    const fn taken(&self) -> u64 {
        self.used + self.sessions
    }

    const fn free(&self) -> u64 {
        self.size.saturating_sub(self.taken())
    }
}

impl Memory {
    fn new(plan: &Arc<MemoryPlan>) -> Self {
        let room = |size: &u64| Room {
            size: *size,
            used: plan.reserved(),
            sessions: 0,
            lines: [Line::new(1, false), Line::new(1, false)],
            is_down: false,
        };
        Self {
            plan: Arc::clone(plan),
            rooms: plan.sizes.iter().map(room).collect(),
            marks: Vec::new(),
        }
    }

    fn bytes(&self, what: u8) -> u64 {
        let mut bytes = 0;
        if what & EXCHANGE != 0 {
            bytes += self.plan.exchange;
        }
        if what & HASH != 0 {
            bytes += self.plan.hash;
        }
        bytes
    }

    fn mark(&mut self, id: ExchangeId) -> &mut u8 {
        let place = id.index();
        if self.marks.len() <= place {
            self.marks.resize(place + 1, 0);
        }
        &mut self.marks[place]
    }

    /// What has to be free for who wants this. Who comes leaves room for a hash where hashes wait:
    /// otherwise those who are in could all wait for room that only they could give.
    fn needs(&self, what: u8) -> u64 {
        let is_reserve = what == EXCHANGE && self.plan.when_full == WhenFull::Wait;
        self.bytes(what) + if is_reserve { self.plan.hash } else { 0 }
    }

    /// Takes memory at a replica, if there is room.
    fn takes(&mut self, id: ExchangeId, what: u8, replica: u16) -> bool {
        let (needed, bytes) = (self.needs(what), self.bytes(what));
        let room = &mut self.rooms[usize::from(replica)];
        let fits = room.free() >= needed && !room.is_down;
        if fits {
            room.used += bytes;
            *self.mark(id) |= what;
        }
        fits
    }

    /// Whether somebody who would go before waits for the memory of a replica.
    fn has_line(&self, what: u8, replica: u16) -> bool {
        let [hashes, arrivals] = &self.rooms[usize::from(replica)].lines;
        !hashes.is_empty() || (what == EXCHANGE && !arrivals.is_empty())
    }
}

/// The line of who waits for this.
const fn line(what: u8) -> usize {
    (what == EXCHANGE) as usize
}

impl Host {
    /// The same host, whose replicas have so much memory.
    #[must_use]
    pub fn remembering(self, plan: Option<&Arc<MemoryPlan>>) -> Self {
        let memory = plan.map(|plan| Box::new(Memory::new(plan)));
        let refuses = plan.is_some_and(|plan| plan.exchange > 0);
        Self { memory, may_refuse: self.may_refuse || refuses, ..self }
    }

    /// States what is taken from the start.
    pub(super) fn begins_to_remember<O: Observer>(&self, ctx: &mut Ctx<'_, O>) {
        let rooms = self.memory.iter().flat_map(|memory| &memory.rooms);
        for (replica, room) in (0..).zip(rooms) {
            ctx.observe(&Fact::Memory {
                at: Place { node: self.node, replica },
                bytes: room.taken(),
            });
        }
    }

    /// Whether an exchange that has come has memory now. If not it waits, or has been refused.
    pub(super) fn has_room<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let Some(memory) = self.memory.as_mut().filter(|memory| memory.plan.exchange > 0) else {
            return true;
        };
        if *memory.mark(id) & EXCHANGE != 0 || self.gets_room(id, EXCHANGE, ctx) {
            return true;
        }
        if ctx.hot(id).phase != Phase::Memory {
            ctx.reply(id, Answer::failed(Reason::OutOfMemory), Exit::Refused);
        }
        false
    }

    /// An exchange is about to hash a password. Returns whether it has to wait, or has gone.
    pub(super) fn lacks_room_to_hash<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if self.memory.is_none() || self.gets_room(id, HASH, ctx) {
            return false;
        }
        if ctx.hot(id).phase != Phase::Memory {
            self.fail_with(id, Answer::failed(Reason::OutOfMemory), ctx);
        }
        true
    }

    /// Takes memory for an exchange. Who finds none waits in [`Phase::Memory`], or is told of as
    /// refused.
    fn gets_room<O: Observer>(&mut self, id: ExchangeId, what: u8, ctx: &mut Ctx<'_, O>) -> bool {
        let Some(memory) = &mut self.memory else { return true };
        let (at, now) = (ctx.hot(id).at, ctx.now());
        if !memory.has_line(what, at.replica) && memory.takes(id, what, at.replica) {
            let bytes = memory.rooms[usize::from(at.replica)].taken();
            ctx.observe(&Fact::Memory { at, bytes });
            return true;
        }
        if memory.plan.when_full == WhenFull::Refuse {
            ctx.observe(&Fact::NoRoom {
                at,
                what: if what == HASH { Taker::Hash } else { Taker::Exchange },
            });
            return false;
        }
        let exchange = ctx.hot(id);
        (exchange.phase, exchange.queued) = (Phase::Memory, now);
        if what == EXCHANGE {
            exchange.program = super::limited::HELD_BACK;
        }
        let key = exchange.key;
        let room = &mut memory.rooms[usize::from(at.replica)];
        room.lines[line(what)].push(id, &mut ctx.core.exchanges);
        ctx.observe(&Fact::Queued(at));
        let is_first = ctx.cold(id).timer == TimerId::NONE && !ctx.hot(id).served;
        if let Some((law, purpose)) = self.patience.as_ref().filter(|_| is_first) {
            let span = Span::from_nanos_rounded(law.sample(&mut key.draws(*purpose)));
            let timer = ctx.start_timer(span, Token::Patience(id));
            ctx.cold(id).timer = timer;
        }
        false
    }

    /// A hash is done.
    pub(super) fn has_hashed<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.gives_back(id, HASH, ctx);
    }

    /// An exchange goes, and gives back whatever memory it has.
    #[cold]
    #[inline(never)]
    pub(super) fn frees<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.gives_back(id, EXCHANGE | HASH, ctx);
    }

    fn gives_back<O: Observer>(&mut self, id: ExchangeId, what: u8, ctx: &mut Ctx<'_, O>) {
        let Some(memory) = &mut self.memory else { return };
        let mark = memory.mark(id);
        let had = *mark & what;
        *mark &= !what;
        if had == 0 {
            return;
        }
        let at = ctx.hot(id).at;
        let bytes = memory.bytes(had);
        memory.rooms[usize::from(at.replica)].used -= bytes;
        self.lets_wait_end(at, ctx);
        self.states_memory(at, ctx);
    }

    fn states_memory<O: Observer>(&self, at: Place, ctx: &mut Ctx<'_, O>) {
        let Some(memory) = &self.memory else { return };
        let bytes = memory.rooms[usize::from(at.replica)].taken();
        ctx.observe(&Fact::Memory { at, bytes });
    }

    /// Lets those go on who wait for memory that is free now: hashes first, which others behind
    /// them wait for.
    fn lets_wait_end<O: Observer>(&mut self, at: Place, ctx: &mut Ctx<'_, O>) {
        let Some(memory) = &mut self.memory else { return };
        for what in [HASH, EXCHANGE] {
            loop {
                let room = &memory.rooms[usize::from(at.replica)];
                let is_stuck = room.is_down || room.free() < memory.needs(what);
                if is_stuck && !room.lines[line(what)].is_empty() {
                    return;
                }
                let room = &mut memory.rooms[usize::from(at.replica)];
                let Some(next) = room.lines[line(what)].pop(&mut ctx.core.exchanges) else { break };
                let has_taken = memory.takes(next, what, at.replica);
                debug_assert!(has_taken, "there is room for it");
                ends_wait(next, at, ctx);
                ctx.hot(next).phase = Phase::Wait;
                ctx.resume_after(next, Span::ZERO);
            }
        }
    }

    /// Takes an exchange that waits out of the line that it stands in.
    pub(super) fn takes_out<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if ctx.hot(id).phase != Phase::Memory {
            if let Some(station) = self.station(id, ctx) {
                station.take_out(id, ctx);
            }
            return;
        }
        let Some(memory) = &mut self.memory else { return };
        let at = ctx.hot(id).at;
        let is_arriving = ctx.hot(id).program == super::limited::HELD_BACK;
        let place = line(if is_arriving { EXCHANGE } else { HASH });
        let room = &mut memory.rooms[usize::from(at.replica)];
        room.lines[place].remove(id, &mut ctx.core.exchanges);
        ends_wait(id, at, ctx);
        // Who goes may have been in the way of somebody who needs less.
        self.lets_wait_end(at, ctx);
        self.states_memory(at, ctx);
    }

    /// The process of a replica dies, before what it holds is lost.
    pub(super) fn stops_remembering(&mut self, replica: u16) {
        if let Some(memory) = &mut self.memory {
            memory.rooms[usize::from(replica)].is_down = true;
        }
    }

    /// The process of a replica has lost everything, or starts anew.
    pub(super) fn remembers<O: Observer>(&mut self, at: Place, runs: bool, ctx: &mut Ctx<'_, O>) {
        let Some(memory) = &mut self.memory else { return };
        let reserved = memory.plan.reserved();
        let room = &mut memory.rooms[usize::from(at.replica)];
        if runs {
            (room.is_down, room.used) = (false, room.used + reserved);
        } else {
            room.used = room.used.saturating_sub(reserved);
        }
        let has_sessions = memory.plan.session > 0;
        let are_all_down = memory.rooms.iter().all(|room| room.is_down);
        if let Some(live) = ctx.core.live.as_mut().filter(|_| has_sessions && !runs) {
            live.dies(at.replica, are_all_down);
        }
        if has_sessions {
            self.sessions_end(ctx);
        }
        self.states_memory(at, ctx);
    }

    /// Somebody is about to be let in. Returns whether there is no memory for the session, so that
    /// the log-in is refused: to wait until others have expired would help nobody.
    pub(super) fn lacks_room_for_session<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let at = ctx.hot(id).at;
        let Some(memory) = self.memory.as_ref().filter(|_| plan.at == at.node) else {
            return false;
        };
        let MemoryPlan { session, hash, when_full, .. } = *memory.plan;
        // Room for a hash stays where hashes wait, as with exchanges that come.
        let reserve = if when_full == WhenFull::Wait { hash } else { 0 };
        let free = memory.rooms[usize::from(at.replica)].free();
        if session == 0 || free >= session.saturating_add(reserve) {
            return false;
        }
        ctx.observe(&Fact::NoRoom { at, what: Taker::Session });
        self.fail_with(id, Answer::failed(Reason::OutOfMemory), ctx);
        true
    }

    /// Somebody was let in, whose session stands in the memory of a replica from now on.
    pub(super) fn begins_session<O: Observer>(
        &mut self,
        person: u32,
        at: Place,
        ctx: &mut Ctx<'_, O>,
    ) {
        let now = ctx.now();
        let Some(live) = &mut ctx.core.live else { return };
        let number = live.insert(at.replica, now);
        if let Some(record) = &mut ctx.core.people[person].record {
            record.serial = number;
        }
        self.sessions_end(ctx);
    }

    /// The number of sessions may have changed: what they take follows, and who waits for memory
    /// may go on.
    pub(super) fn sessions_end<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let (Some(memory), Some(live)) = (&mut self.memory, &mut ctx.core.live) else { return };
        let next = live.expire(now);
        let session = memory.plan.session;
        let mut changed = Vec::new();
        for (replica, room) in (0..).zip(&mut memory.rooms) {
            let count = if room.is_down { 0 } else { live.at(replica) };
            let before = std::mem::replace(&mut room.sessions, count * session);
            if before != room.sessions {
                changed.push(Place { node: self.node, replica });
            }
        }
        if let Some(next) = next {
            ctx.start_timer(next.since(now), Token::Ended(self.node));
        }
        for at in changed {
            self.lets_wait_end(at, ctx);
            self.states_memory(at, ctx);
        }
    }

    /// The bytes that are taken at each replica, added up anew from what its exchanges have;
    /// none if its memory is not limited.
    #[must_use]
    pub fn memory_held(&self, exchanges: &Exchanges, live: Option<&Live>) -> Option<Vec<u64>> {
        let memory = self.memory.as_ref()?;
        let reserved = memory.plan.reserved();
        let session = memory.plan.session;
        let sessions = |replica: u16| live.map_or(0, |live| live.recount(replica) * session);
        let empty = |(replica, room): (u16, &Room)| {
            if room.is_down {
                0
            } else {
                reserved + if session > 0 { sessions(replica) } else { 0 }
            }
        };
        let mut held: Vec<u64> = (0..).zip(&memory.rooms).map(empty).collect();
        let is_here = |it: &Exchange| it.at.node == self.node && it.phase.is_inside();
        for (id, exchange) in exchanges.live_places().filter(|(_, it)| is_here(it)) {
            let mark = memory.marks.get(id.index()).copied().unwrap_or(0);
            held[usize::from(exchange.at.replica)] += memory.bytes(mark);
        }
        Some(held)
    }
}

/// The wait of an exchange for memory is over, whatever follows.
fn ends_wait<O: Observer>(id: ExchangeId, at: Place, ctx: &mut Ctx<'_, O>) {
    let now = ctx.now();
    let exchange = ctx.spend(id, Part::Queue);
    exchange.waited += now.since(exchange.queued).0;
    ctx.observe(&Fact::Unqueued(at));
}
