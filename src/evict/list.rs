//! Slots in a row: a doubly linked list whose links are numbers.

/// No slot.
const NONE: u32 = u32::MAX;

/// Slots of a store from the one that came last to the one that came first. A slot stands in it
/// at most once.
#[derive(Debug, Clone)]
pub(super) struct List {
    links: Vec<Links>,
    last: u32,
    first: u32,
}

/// The neighbours of a slot.
#[derive(Debug, Clone, Copy)]
struct Links {
    before: u32,
    after: u32,
}

impl Default for List {
    fn default() -> Self {
        Self { links: Vec::new(), last: NONE, first: NONE }
    }
}

impl List {
    /// Puts a slot behind all others.
    #[inline]
    pub(super) fn push(&mut self, slot: u32) {
        let links = Links { before: self.last, after: NONE };
        match self.links.get_mut(slot as usize) {
            Some(own) => *own = links,
            // A store numbers its slots one after the other.
            None => self.links.push(links),
        }
        match self.last {
            NONE => self.first = slot,
            last => self.links[last as usize].after = slot,
        }
        self.last = slot;
    }

    /// Takes a slot out that stands in the list.
    #[inline]
    pub(super) fn remove(&mut self, slot: u32) {
        let Links { before, after } = self.links[slot as usize];
        match before {
            NONE => self.first = after,
            before => self.links[before as usize].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self.links[after as usize].before = before,
        }
    }

    /// The slot that came first.
    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    /// The slot that came last.
    #[inline]
    pub(super) const fn is_last(&self, slot: u32) -> bool {
        self.last == slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slots in their order, by taking them out.
    fn drained(mut list: List) -> Vec<u32> {
        std::iter::from_fn(|| {
            let slot = list.first()?;
            list.remove(slot);
            Some(slot)
        })
        .collect()
    }

    #[test]
    fn slots_leave_in_the_order_in_which_they_came() {
        let mut list = List::default();
        (0..4).for_each(|slot| list.push(slot));
        assert_eq!(drained(list), [0, 1, 2, 3]);
    }

    #[test]
    fn a_slot_can_be_taken_out_anywhere_and_put_in_again() {
        let mut list = List::default();
        (0..4).for_each(|slot| list.push(slot));
        for slot in [3, 0, 2] {
            list.remove(slot);
        }
        list.push(0);
        assert!(list.is_last(0));
        assert_eq!(drained(list), [1, 0]);
    }
}
