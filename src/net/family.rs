//! How branches and calls of a request begin and end, and how the request goes with its last.

use super::core::Ctx;
use super::exchange::{Cold, Exchange, Phase};
use super::request::{Account, BranchAccount};
use super::step::Step;
use super::timer::Unwanted;
use crate::fact::Observer;
use crate::id::{ConnectionId, ExchangeId, RequestId};
use crate::rng::Key;

impl<O: Observer> Ctx<'_, O> {
    /// Starts a branch of `parent` at the same replica: work of its own that ends at its parent.
    pub fn branch(&mut self, parent: ExchangeId, step: u16, key: Key) -> ExchangeId {
        let sibling = self.core.exchanges.cold(parent).child;
        let id = self.own_work(parent, key, Cold { branch: step, sibling, ..Cold::default() });
        if sibling != ExchangeId::NONE {
            self.core.exchanges.cold_mut(sibling).next_sibling = id;
        }
        self.core.exchanges.cold_mut(parent).child = id;
        id
    }

    /// Starts work of a node that stands beside the exchange which it came up in, and outlives it:
    /// nobody waits for it. Who has it must end it with [`Ctx::free`].
    pub fn aside(&mut self, beside: ExchangeId, key: Key) -> ExchangeId {
        self.own_work(beside, key, Cold::default())
    }

    /// Starts work of the node at which `parent` is, with an account of its own.
    fn own_work(&mut self, parent: ExchangeId, key: Key, cold: Cold) -> ExchangeId {
        let request = self.core.exchanges.hot(parent).request;
        let account = self.open_account(request);
        let exchange = self.core.exchanges.hot(parent);
        let work = Exchange {
            key,
            parent,
            parent_generation: exchange.generation,
            account,
            waited: 0,
            is_branch: true,
            is_tied: false,
            is_copy: false,
            has_worker: false,
            served: true,
            ..exchange.clone()
        };
        let source = self.core.exchanges.cold(parent).source;
        self.core.requests[request.0].live += 1;
        let id = self.core.exchanges.insert(work, Cold { source, ..cold });
        self.made(id);
        id
    }

    /// Ends work that was started with [`Ctx::aside`].
    pub fn end_aside(&mut self, id: ExchangeId) {
        self.hot(id).phase = Phase::Dead;
        self.free(id);
    }

    /// Opens an account of a request beside its own, from now on.
    pub fn open_account(&mut self, request: RequestId) -> u32 {
        let newest = &mut self.core.requests[request.0].branches;
        let account = Account { mark: self.core.now, ..Account::default() };
        let account = self.core.accounts.insert(BranchAccount { account, next: *newest });
        *newest = account;
        account
    }

    /// Tells the node of `child` that its caller no longer wants it; the word travels as long as
    /// a message does.
    pub fn give_up(&mut self, child: ExchangeId, unwanted: Unwanted) {
        let exchange = self.core.exchanges.hot(child);
        if matches!(exchange.phase, Phase::Opening | Phase::Pooled | Phase::Silent) {
            // It has not left its caller, or arrives nowhere.
            let goes_on = unwanted == Unwanted::Drop && exchange.parent != ExchangeId::NONE;
            return if goes_on {
                self.drop_unsent(child);
            } else {
                self.turn_away(child, Some(unwanted));
            };
        }
        if unwanted == Unwanted::Cancel {
            // Its caller no longer reads what is still to come; of what is dropped only where it
            // waits unserved, it still does.
            self.abandon_connection(child);
        }
        self.says(child, unwanted);
    }

    /// Takes an exchange away. With the last one of a request that is over, the request goes.
    #[inline(always)]
    pub fn free(&mut self, id: ExchangeId) {
        let exchange = self.core.exchanges.hot(id);
        let request = exchange.request;
        let is_tied = exchange.is_tied;
        if exchange.is_branch {
            self.unlink(id);
        }
        if is_tied {
            self.untie(id);
        }
        self.tell(id, Step::Freed);
        self.core.exchanges.remove(id);
        let it = &mut self.core.requests[request.0];
        it.live -= 1;
        if it.live == 0 && it.over {
            self.free_request(request);
        }
    }

    /// Takes a request away that is over, with the last exchange of it.
    #[inline(always)]
    pub fn end_if_over(&mut self, request: RequestId) {
        let it = &self.core.requests[request.0];
        if it.live == 0 && it.over {
            self.free_request(request);
        }
    }

    /// An exchange gives back what it has of its caller's.
    #[cold]
    #[inline(never)]
    fn untie(&mut self, id: ExchangeId) {
        self.stop_waiting(id);
        self.was_dropped(id);
        if self.cold(id).connection != ConnectionId::NONE {
            self.release(id);
        }
    }

    /// Takes a branch or a copy out of the list of its parent's, which has live ones only.
    pub(super) fn unlink(&mut self, id: ExchangeId) {
        let exchanges = &mut self.core.exchanges;
        let (branch, cold) = (exchanges.hot(id), exchanges.cold(id));
        let (parent, generation) = (branch.parent, branch.parent_generation);
        let (earlier, later) = (cold.sibling, cold.next_sibling);
        if earlier != ExchangeId::NONE {
            exchanges.cold_mut(earlier).next_sibling = later;
        }
        if later != ExchangeId::NONE {
            exchanges.cold_mut(later).sibling = earlier;
        } else if exchanges.hot(parent).generation == generation
            && exchanges.cold(parent).child == id
        {
            exchanges.cold_mut(parent).child = earlier;
        }
    }

    /// Takes a request away that has neither exchanges nor a user who waits for it.
    #[inline(always)]
    fn free_request(&mut self, request: RequestId) {
        let it = &self.core.requests[request.0];
        if it.branches != 0 || it.person != u32::MAX {
            self.let_go(request);
        }
        self.core.requests.remove(request.0);
    }

    /// Gives back what a request has besides its own place.
    #[inline(never)]
    fn let_go(&mut self, request: RequestId) {
        let mut account = self.core.requests[request.0].branches;
        while account != 0 {
            self.core.accounts.remove(account);
            account = self.core.accounts[account].next;
        }
        let person = self.core.requests[request.0].person;
        if person != u32::MAX {
            self.person_let_go(person);
        }
    }
}
