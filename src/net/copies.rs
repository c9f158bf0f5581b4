//! Copies: several calls for one exchange, of which the first good answer counts.

use super::core::Ctx;
use super::exchange::Part;
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

    /// Opens an account for a further copy, so that what copies do side by side is not put down
    /// together: it goes on from what was spent until now on that of `id`, while the last copy was
    /// waited for. Returns it.
    pub fn copy_account(&mut self, id: ExchangeId) -> u32 {
        let last = self.core.exchanges.cold(id).child;
        let is_below = self.core.exchanges.hot(id).below;
        let part = self.core.exchanges.hot(last).phase.part();
        let part = if is_below { Part::Downstream } else { part };
        let (mut account, now) = (*self.account(id), self.core.now);
        account.spend(part, now);
        let request = self.core.exchanges.hot(id).request;
        let place = self.open_account(request);
        self.core.accounts[place].account = account;
        place
    }

    /// What `id` waited for is what was put down in the account of a copy, which may be its own.
    pub fn settle_copy(&mut self, account: u32, id: ExchangeId) {
        if account != self.core.exchanges.hot(id).account {
            *self.account(id) = self.core.accounts[account].account;
        }
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
