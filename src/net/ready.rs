//! What follows at once from the present event, in order: mostly one thing, seldom more.

use std::collections::VecDeque;

use crate::engine::Payload;

/// A line whose head stands outside of it, so that one thing at a time never enters it.
#[derive(Debug, Default)]
pub struct Ready {
    /// What comes next; while there is none, nothing stands in the line.
    next: Option<Payload>,
    rest: VecDeque<Payload>,
}

impl Ready {
    /// Adds what comes after all that is there.
    #[inline]
    pub fn push(&mut self, payload: Payload) {
        if self.next.is_none() {
            self.next = Some(payload);
        } else {
            self.push_behind(payload);
        }
    }

    #[inline(never)]
    fn push_behind(&mut self, payload: Payload) {
        self.rest.push_back(payload);
    }

    /// Takes what comes next.
    #[inline]
    pub fn pop(&mut self) -> Option<Payload> {
        let next = self.next.take()?;
        if !self.rest.is_empty() {
            self.next = self.rest.pop_front();
        }
        Some(next)
    }

    /// What comes next.
    #[must_use]
    pub const fn peek(&self) -> Option<Payload> {
        self.next
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.next = None;
        self.rest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_first_comes_first_whatever_is_popped_between() {
        let mut ready = Ready::default();
        let (mut pushed, mut popped) = (0, 0);
        for round in 0..50_u32 {
            for _ in 0..round % 5 {
                ready.push(Payload(pushed));
                pushed += 1;
            }
            for _ in 0..round % 3 {
                if let Some(Payload(next)) = ready.pop() {
                    assert_eq!(next, popped);
                    popped += 1;
                }
            }
        }
        while let Some(Payload(next)) = ready.pop() {
            assert_eq!(next, popped);
            popped += 1;
        }
        assert_eq!(popped, pushed);
    }
}
