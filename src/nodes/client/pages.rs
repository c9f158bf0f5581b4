//! Pages of several parts: a browser asks for those of a depth when all above them are there, and
//! its user thinks when the page is whole.

use std::collections::BTreeMap;

use super::Client;
use crate::auth::Errand;
use crate::fact::{Fact, Observer};
use crate::id::{RequestId, SessionId};
use crate::net::Ctx;
use crate::outcome::Answer;
use crate::people::Browsed;
use crate::rng::{Key, Purpose};
use crate::time::Time;

const PART: Purpose = Purpose::named("part of a page");

/// The pages that are being loaded, by the place of their visit.
pub(super) type Pages = BTreeMap<u32, Loading>;

/// A page that is being loaded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loading {
    /// Which of the visit's pages.
    page: usize,
    /// The identity of the request that brought it.
    key: Key,
    /// That request's ordinal: parts take none of their own.
    ordinal: u64,
    /// When it was wanted.
    started: Time,
    /// How many kinds of parts have been asked for.
    done: usize,
    /// How many parts were asked for, and of these are not there.
    parts: u32,
    missing: u32,
}

impl Client {
    /// A request of a visit has its outcome. Returns whether its page has parts that are still to
    /// come, so that the visitor waits.
    #[cold]
    pub(super) fn loads<O: Observer>(
        &mut self,
        session: SessionId,
        request: RequestId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(pages) = &mut self.loading else { return false };
        let it = &ctx.core.requests[request.0];
        let (errand, asked) = (it.errand, it.asked);
        let mut loading = match errand {
            Errand::Page if answer.is_success() => {
                let page = self.pick(asked.key);
                let (key, ordinal, started) = (asked.key, asked.ordinal, asked.started);
                Loading { page, key, ordinal, started, done: 0, parts: 0, missing: 0 }
            }
            Errand::Resource => {
                let Some(loading) = pages.get_mut(&session.0) else { return false };
                loading.missing -= 1;
                if loading.missing > 0 {
                    return true;
                }
                *loading
            }
            Errand::Page
            | Errand::Login
            | Errand::Refresh
            | Errand::Logout
            | Errand::Theft
            | Errand::TheftRenewal
            | Errand::ScriptTheft
            | Errand::ScriptTheftRenewal
            | Errand::Forged
            | Errand::Ridden => return false,
        };
        self.asks_for_parts(session, &mut loading, ctx);
        if loading.missing > 0 {
            return true;
        }
        let (client, parts) = (self.plan.node, loading.parts);
        let span = ctx.now().since(loading.started);
        if let Some(pages) = &mut self.loading {
            pages.remove(&session.0);
        }
        ctx.observe(&Fact::Browser(Browsed::Loaded { client, span, parts }));
        false
    }

    /// Asks for the parts of the next depth, if there are any.
    fn asks_for_parts<O: Observer>(
        &mut self,
        session: SessionId,
        loading: &mut Loading,
        ctx: &mut Ctx<'_, O>,
    ) {
        let plan = std::sync::Arc::clone(&self.plan);
        let kinds = plan.pages.get(loading.page).map_or(&[][..], |page| page.next(loading.done));
        loading.missing = kinds.iter().map(|kind| kind.count).sum();
        loading.done += kinds.len();
        let first = loading.parts;
        loading.parts += loading.missing;
        // What is asked for can be there at once, so the page must know of it before.
        if let Some(pages) = self.loading.as_mut().filter(|_| loading.missing > 0) {
            pages.insert(session.0, *loading);
        }
        let (user, person) = {
            let it = &ctx.core.sessions[session.0];
            (it.user, it.person)
        };
        let mut number = u64::from(first);
        for kind in kinds {
            for _ in 0..kind.count {
                let key = loading.key.with(PART.part(number).bits());
                number += 1;
                let wanted = (kind.endpoint, Errand::Resource);
                let who = (session, person, user, loading.ordinal);
                self.issue_from(who, key, u32::MAX, wanted, kind.from, ctx);
            }
        }
    }
}
