//! Copies: several calls for one exchange, of which the first good answer counts.

use super::core::Ctx;
use crate::fact::Observer;
use crate::id::ExchangeId;

impl<O: Observer> Ctx<'_, O> {
    /// The calls that an exchange waits for, the last one first.
    pub fn copies(&self, id: ExchangeId) -> impl Iterator<Item = ExchangeId> {
        let exchanges = &self.core.exchanges;
        let known = |id: ExchangeId| (id != ExchangeId::NONE).then_some(id);
        let first = known(exchanges.cold(id).child);
        std::iter::successors(first, move |copy| known(exchanges.cold(*copy).sibling))
    }

    /// The last call of an exchange is a copy of its `earlier` one: both are waited for.
    pub fn link_copy(&mut self, id: ExchangeId, earlier: ExchangeId) {
        let copy = self.cold(id).child;
        self.cold(copy).sibling = earlier;
        self.cold(earlier).next_sibling = copy;
        self.hot(copy).is_copy = true;
        self.hot(earlier).is_copy = true;
    }

    /// A copy is no longer waited for. One that has no copies is left alone.
    pub fn unlink_copy(&mut self, copy: ExchangeId) {
        if std::mem::take(&mut self.hot(copy).is_copy) {
            self.unlink(copy);
            let cold = self.cold(copy);
            (cold.sibling, cold.next_sibling) = (ExchangeId::NONE, ExchangeId::NONE);
        }
    }

    /// Another exchange has taken the place of a copy.
    pub(super) fn relink_copy(&mut self, new: ExchangeId) {
        let (earlier, later) = (self.cold(new).sibling, self.cold(new).next_sibling);
        if earlier != ExchangeId::NONE {
            self.cold(earlier).next_sibling = new;
        }
        if later != ExchangeId::NONE {
            self.cold(later).sibling = new;
        }
    }
}
