//! Lines of waiting exchanges: intrusive lists through the slab, so that waiting allocates
//! nothing and leaving from the middle costs two writes.

use crate::id::ExchangeId;
use crate::net::Exchanges;

/// Exchanges that wait, in classes; each waits in one line at a time.
#[derive(Debug, Clone)]
pub struct Line {
    classes: Vec<List>,
    last_first: bool,
    len: u32,
}

/// A doubly linked list.
#[derive(Debug, Clone, Copy)]
struct List {
    head: ExchangeId,
    tail: ExchangeId,
}

impl Line {
    /// An empty line of so many classes; `last_first` serves the latest of a class first.
    #[must_use]
    pub fn new(classes: u8, last_first: bool) -> Self {
        let empty = List { head: ExchangeId::NONE, tail: ExchangeId::NONE };
        Self { classes: vec![empty; usize::from(classes.max(1))], last_first, len: 0 }
    }

    /// How many wait.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether nobody waits.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts an exchange at the end of its class.
    #[inline(always)]
    pub fn push(&mut self, id: ExchangeId, exchanges: &mut Exchanges) {
        let class = self.class_of(id, exchanges);
        let list = &mut self.classes[class];
        let (tail, was_empty) = (list.tail, list.tail == ExchangeId::NONE);
        list.tail = id;
        if was_empty {
            list.head = id;
        } else {
            exchanges.hot_mut(tail).next = id;
        }
        let exchange = exchanges.hot_mut(id);
        (exchange.previous, exchange.next) = (tail, ExchangeId::NONE);
        self.len += 1;
    }

    /// Puts an exchange where it is the next of its class: it was stopped and goes on first.
    pub fn push_next(&mut self, id: ExchangeId, exchanges: &mut Exchanges) {
        if self.last_first {
            return self.push(id, exchanges);
        }
        let class = self.class_of(id, exchanges);
        let list = &mut self.classes[class];
        let head = list.head;
        list.head = id;
        if head == ExchangeId::NONE {
            list.tail = id;
        } else {
            exchanges.hot_mut(head).previous = id;
        }
        let exchange = exchanges.hot_mut(id);
        (exchange.previous, exchange.next) = (ExchangeId::NONE, head);
        self.len += 1;
    }

    /// Takes the next one out: of the lowest class, the first or the last in.
    #[inline(always)]
    pub fn pop(&mut self, exchanges: &mut Exchanges) -> Option<ExchangeId> {
        if self.len == 0 {
            return None;
        }
        if self.last_first || self.classes.len() > 1 {
            return self.pop_by_class(exchanges);
        }
        let list = self.classes.first_mut()?;
        let id = list.head;
        list.head = exchanges.hot(id).next;
        if list.head == ExchangeId::NONE {
            list.tail = ExchangeId::NONE;
        } else {
            exchanges.hot_mut(list.head).previous = ExchangeId::NONE;
        }
        self.len -= 1;
        Some(id)
    }

    /// The same where it may be another than the one that came first.
    #[inline(never)]
    fn pop_by_class(&mut self, exchanges: &mut Exchanges) -> Option<ExchangeId> {
        let list = self.classes.iter().find(|list| list.head != ExchangeId::NONE)?;
        let id = if self.last_first { list.tail } else { list.head };
        self.remove(id, exchanges);
        Some(id)
    }

    /// Takes one out that stands anywhere in the line.
    #[inline(always)]
    pub fn remove(&mut self, id: ExchangeId, exchanges: &mut Exchanges) {
        let class = self.class_of(id, exchanges);
        let list = &mut self.classes[class];
        let exchange = exchanges.hot(id);
        let (previous, next) = (exchange.previous, exchange.next);
        if previous == ExchangeId::NONE {
            list.head = next;
        } else {
            exchanges.hot_mut(previous).next = next;
        }
        if next == ExchangeId::NONE {
            list.tail = previous;
        } else {
            exchanges.hot_mut(next).previous = previous;
        }
        self.len -= 1;
    }

    /// With one class, all stand in it, whatever theirs.
    #[inline(always)]
    fn class_of(&self, id: ExchangeId, exchanges: &Exchanges) -> usize {
        let last = self.classes.len() - 1;
        if last == 0 { 0 } else { usize::from(exchanges.hot(id).class).min(last) }
    }
}
