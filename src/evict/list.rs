//! Slots in a row: doubly linked lists whose links are numbers.

/// No slot.
const NONE: u32 = u32::MAX;

/// `N` lists over the slots of a store, each from the slot that came last to the one that came
/// first. A slot stands in at most one of them, so they share the links.
#[derive(Debug, Clone)]
pub(super) struct Lists<const N: usize> {
    links: Vec<Links>,
    ends: [Ends; N],
}

/// A single list.
pub(super) type List = Lists<1>;

/// The neighbours of a slot.
#[derive(Debug, Clone, Copy)]
struct Links {
    before: u32,
    after: u32,
}

/// The ends of a list.
#[derive(Debug, Clone, Copy)]
struct Ends {
    last: u32,
    first: u32,
}

impl<const N: usize> Default for Lists<N> {
    fn default() -> Self {
        Self { links: Vec::new(), ends: [Ends { last: NONE, first: NONE }; N] }
    }
}

impl<const N: usize> Lists<N> {
    /// Puts a slot behind all others of a list.
    #[inline]
    pub(super) fn push_to(&mut self, list: usize, slot: u32) {
        let last = self.ends[list].last;
        set(&mut self.links, slot, Links { before: last, after: NONE });
        match last {
            NONE => self.ends[list].first = slot,
            last => self.links[last as usize].after = slot,
        }
        self.ends[list].last = slot;
    }

    /// Takes a slot out of the list that it stands in.
    #[inline]
    pub(super) fn remove_from(&mut self, list: usize, slot: u32) {
        let Links { before, after } = self.links[slot as usize];
        match before {
            NONE => self.ends[list].first = after,
            before => self.links[before as usize].after = after,
        }
        match after {
            NONE => self.ends[list].last = before,
            after => self.links[after as usize].before = before,
        }
    }

    /// The slot of a list that came first.
    #[inline]
    pub(super) fn first_of(&self, list: usize) -> Option<u32> {
        some(self.ends[list].first)
    }

    /// Takes out the slot of a list that came first.
    #[inline]
    pub(super) fn pop_from(&mut self, list: usize) -> Option<u32> {
        let slot = self.first_of(list)?;
        let after = self.links[slot as usize].after;
        self.ends[list].first = after;
        match after {
            NONE => self.ends[list].last = NONE,
            after => self.links[after as usize].before = NONE,
        }
        Some(slot)
    }

    /// The slot that came next after one that stands in a list.
    #[inline]
    pub(super) fn after(&self, slot: u32) -> Option<u32> {
        some(self.links[slot as usize].after)
    }

    /// Makes a slot of a list the one that came last.
    #[inline]
    pub(super) fn touch(&mut self, list: usize, slot: u32) {
        if self.ends[list].last != slot {
            self.remove_from(list, slot);
            self.push_to(list, slot);
        }
    }
}

impl List {
    /// Puts a slot behind all others.
    #[inline]
    pub(super) fn push(&mut self, slot: u32) {
        self.push_to(0, slot);
    }

    /// Takes a slot out that stands in the list.
    #[inline]
    pub(super) fn remove(&mut self, slot: u32) {
        self.remove_from(0, slot);
    }

    /// The slot that came first.
    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        self.first_of(0)
    }

    /// Takes out the slot that came first.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<u32> {
        self.pop_from(0)
    }
}

#[inline]
fn some(slot: u32) -> Option<u32> {
    (slot != NONE).then_some(slot)
}

/// Notes what belongs to a slot. Slots are numbered one after the other, but a list may come to
/// know a later one first.
#[inline]
pub(super) fn set<T: Copy>(values: &mut Vec<T>, slot: u32, value: T) {
    match values.get_mut(slot as usize) {
        Some(own) => *own = value,
        None => values.resize(slot as usize + 1, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slots in their order, by taking them out.
    fn drained<const N: usize>(lists: &mut Lists<N>, list: usize) -> Vec<u32> {
        std::iter::from_fn(|| lists.pop_from(list)).collect()
    }

    #[test]
    fn slots_leave_in_the_order_in_which_they_came() {
        let mut list = List::default();
        (0..4).for_each(|slot| list.push(slot));
        assert_eq!((list.first(), list.after(1)), (Some(0), Some(2)));
        assert_eq!(drained(&mut list, 0), [0, 1, 2, 3]);
    }

    #[test]
    fn a_slot_can_be_taken_out_anywhere_and_put_in_again() {
        let mut list = List::default();
        (0..4).for_each(|slot| list.push(slot));
        for slot in [3, 0, 2] {
            list.remove(slot);
        }
        list.push(0);
        list.touch(0, 1);
        assert_eq!(drained(&mut list, 0), [0, 1]);
    }

    #[test]
    fn lists_share_slots_and_keep_their_own_orders() {
        let mut lists = Lists::<2>::default();
        for (list, slot) in [(1, 3), (0, 0), (1, 1), (0, 2)] {
            lists.push_to(list, slot);
        }
        lists.remove_from(1, 3);
        lists.push_to(0, 3);
        assert_eq!(drained(&mut lists, 0), [0, 2, 3]);
        assert_eq!(drained(&mut lists, 1), [1]);
    }
}
