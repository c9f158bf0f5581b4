//! What is being fetched now, and who waits for it.

use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::net::{Ctx, Kind, Part, Phase};
use crate::time::Span;

/// One thing that is being fetched.
#[derive(Debug, Clone, Copy)]
struct Flight {
    key: u64,
    /// Who fetches it, and of which generation.
    leader: ExchangeId,
    generation: u16,
    /// Who waits for it, in order; each knows the next.
    first: ExchangeId,
    last: ExchangeId,
}

/// All that is being fetched, by its key: few things at a time.
#[derive(Debug, Default)]
pub(super) struct Flights(Vec<Flight>);

impl Flights {
    fn place(&self, key: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, |flight| flight.key)
    }

    /// Whether something is being fetched by an exchange that is still there.
    pub(super) fn is_under_way<O: Observer>(&self, key: u64, ctx: &Ctx<'_, O>) -> bool {
        self.place(key).is_ok_and(|place| {
            let flight = &self.0[place];
            ctx.is_still(flight.leader, flight.generation)
        })
    }

    /// `leader` begins to fetch something. Nothing changes where it is being fetched already.
    pub(super) fn begin<O: Observer>(&mut self, key: u64, leader: ExchangeId, ctx: &Ctx<'_, O>) {
        let generation = ctx.core.exchanges.hot(leader).generation;
        match self.place(key) {
            Err(place) => {
                let (first, last) = (ExchangeId::NONE, ExchangeId::NONE);
                self.0.insert(place, Flight { key, leader, generation, first, last });
            }
            Ok(place) if !self.is_under_way(key, ctx) => {
                let flight = &mut self.0[place];
                (flight.leader, flight.generation) = (leader, generation);
            }
            Ok(_) => {}
        }
    }

    /// An exchange waits until something has been fetched.
    pub(super) fn wait<O: Observer>(&mut self, key: u64, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Ok(place) = self.place(key) else { return };
        let flight = &mut self.0[place];
        if flight.last == ExchangeId::NONE {
            flight.first = id;
        } else {
            ctx.hot(flight.last).next = id;
        }
        flight.last = id;
        let exchange = ctx.hot(id);
        (exchange.next, exchange.phase) = (ExchangeId::NONE, Phase::Held);
    }

    /// What `leader` fetched is there, or will not come: all who waited for it look again, alone
    /// if there is nothing to wait for.
    pub(super) fn end<O: Observer>(
        &mut self,
        leader: ExchangeId,
        is_alone: bool,
        ctx: &mut Ctx<'_, O>,
    ) {
        let generation = ctx.core.exchanges.hot(leader).generation;
        let Ok(place) = self.place(ctx.papers(leader).key) else { return };
        let flight = &self.0[place];
        if flight.leader != leader || flight.generation != generation {
            return;
        }
        let flight = self.0.remove(place);
        let mut next = flight.first;
        while next != ExchangeId::NONE {
            let id = next;
            next = ctx.hot(id).next;
            ctx.papers(id).is_alone = is_alone;
            wake(id, ctx);
        }
    }

    /// An exchange no longer waits.
    pub(super) fn forget<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Ok(place) = self.place(ctx.papers(id).key) else { return };
        let flight = &mut self.0[place];
        let (mut before, mut at) = (ExchangeId::NONE, flight.first);
        while at != ExchangeId::NONE && at != id {
            (before, at) = (at, ctx.hot(at).next);
        }
        if at == ExchangeId::NONE {
            return;
        }
        let next = ctx.hot(id).next;
        if before == ExchangeId::NONE {
            flight.first = next;
        } else {
            ctx.hot(before).next = next;
        }
        if flight.last == id {
            flight.last = before;
        }
    }

    /// An exchange has waited for as long as it does, and looks again.
    pub(super) fn gives_up<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.forget(id, ctx);
        wake(id, ctx);
    }
}

/// An exchange that has waited looks again, at once.
fn wake<O: Observer>(id: ExchangeId, ctx: &mut Ctx<'_, O>) {
    ctx.spend(id, Part::Queue);
    ctx.hot(id).phase = Phase::Wait;
    ctx.schedule(Span::ZERO, Kind::Exchange(id));
}
