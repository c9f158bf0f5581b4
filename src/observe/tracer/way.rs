//! The way of a request: what its user waited for, at each moment one thing.
//!
//! It is found from the end: whatever ended at that moment was waited for, and what was waited for
//! before is what ended when that began. So the pieces of a way sum to the latency.

use super::record::{CallKind, RequestTrace};
use crate::time::Time;

/// A piece of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The exchange at which it lies; none for the client itself.
    pub call: Option<u32>,
    /// The stretch that it is a part of; none if nothing was put down for that time, as while a
    /// client pauses before another attempt.
    pub stretch: Option<usize>,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

/// What the time of an exchange can be made of.
#[derive(Debug, Clone, Copy)]
enum Item {
    Stretch(usize),
    Call(u32),
}

/// The way of a request, from its beginning to its end.
#[must_use]
pub fn way(trace: &RequestTrace) -> Vec<Piece> {
    let mut items: Vec<Vec<(Time, Time, Item)>> = vec![Vec::new(); trace.calls.len() + 1];
    let place = |call: Option<u32>| call.map_or(0, |call| call as usize + 1);
    for (number, call) in (0..).zip(&trace.calls) {
        // What a handshake takes is put down at the call that waits for it.
        if matches!(call.kind, CallKind::Call | CallKind::Branch) && !call.is_beside {
            let item = (call.sent, call.end(trace.run_end), Item::Call(number));
            items[place(call.parent)].push(item);
        }
    }
    for (number, stretch) in trace.stretches.iter().enumerate() {
        let item = (stretch.from, stretch.to, Item::Stretch(number));
        items[place(Some(stretch.call))].push(item);
    }
    let mut pieces = Vec::new();
    Walk { trace, items }.back(None, trace.asked.started, trace.end, &mut pieces);
    pieces.reverse();
    pieces
}

struct Walk<'a> {
    trace: &'a RequestTrace,
    /// What the time of the client, and then of each call, is made of.
    items: Vec<Vec<(Time, Time, Item)>>,
}

impl Walk<'_> {
    /// Puts down the way through a call, or through the client, from its end backwards.
    fn back(&self, call: Option<u32>, from: Time, to: Time, pieces: &mut Vec<Piece>) {
        let items = &self.items[call.map_or(0, |call| call as usize + 1)];
        let mut now = to;
        while now > from {
            let before = items.iter().filter(|(start, end, _)| *start < now && *end > from);
            let last = before.max_by_key(|(start, end, item)| {
                let answered = self.is_answered(*item);
                ((*end).min(now), *end == now, answered, *start)
            });
            let Some((start, end, item)) = last else { break };
            let (start, end) = ((*start).max(from), (*end).min(now));
            if end < now {
                pieces.push(Piece { call, stretch: None, from: end, to: now });
            }
            match item {
                Item::Stretch(number) => {
                    let stretch = Some(*number);
                    pieces.push(Piece { call, stretch, from: start, to: end });
                }
                Item::Call(number) => self.back(Some(*number), start, end, pieces),
            }
            now = start;
        }
        if now > from {
            pieces.push(Piece { call, stretch: None, from, to: now });
        }
    }

    /// Of several that ended at once, the one that has an answer made the others superfluous.
    fn is_answered(&self, item: Item) -> bool {
        match item {
            Item::Stretch(_) => true,
            Item::Call(number) => self.trace.calls[number as usize].returned.is_some(),
        }
    }
}
