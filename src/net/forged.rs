//! Requests that somebody else makes in a user's name: what the server that checks makes of them.

use super::core::Ctx;
use crate::attack::Forgery;
use crate::auth::{Errand, Verdict};
use crate::fact::{Fact, Observer};
use crate::http::cookie::Browser;
use crate::id::{NodeId, RequestId};
use crate::people::Browsed;

impl<O: Observer> Ctx<'_, O> {
    /// The verdict on a request that is checked, if it was forged: with what its browser sends
    /// along, and by what the site looks for in requests of its own pages.
    pub fn judged(&mut self, id: RequestId, verdict: Verdict) -> Verdict {
        let request = &self.core.requests[id.0];
        let (client, by_script) = (request.asked.client, request.errand == Errand::Ridden);
        let Some(outcome) = self.forgery(id, verdict) else { return verdict };
        self.observe(&Fact::Browser(Browsed::Forged { client, outcome, by_script }));
        match outcome {
            Forgery::Accepted => verdict,
            Forgery::Token | Forgery::Origin => Verdict::Forbidden,
            Forgery::SameSite | Forgery::Header | Forgery::Preflight | Forgery::Nobody => {
                if verdict == Verdict::Accepted { Verdict::Missing } else { verdict }
            }
        }
    }

    /// What becomes of a request that somebody else made, and would be let in or not.
    fn forgery(&self, id: RequestId, verdict: Verdict) -> Option<Forgery> {
        let request = &self.core.requests[id.0];
        let (client, errand, person) = (request.asked.client, request.errand, request.person);
        let csrf = self.fixed.attacks.as_ref().and_then(|attacks| attacks.csrf.as_ref());
        match (errand, csrf) {
            // A script of the site's own origin has the cookie, the header and the token.
            (Errand::Ridden, _) if verdict == Verdict::Accepted => Some(Forgery::Accepted),
            (Errand::Ridden, _) => Some(Forgery::Nobody),
            (Errand::Forged, Some(plan)) => {
                let is_known = person != u32::MAX;
                let held = if is_known { self.core.people[person].held } else { None };
                let age = held.map(|held| self.core.now.since(held.issued));
                Some(plan.outcome(self.browser_of(client), age, verdict))
            }
            _ => None,
        }
    }

    /// Whether a forged request comes without what its browser keeps of the user.
    pub(super) fn comes_bare(&self, id: RequestId) -> bool {
        if self.core.requests[id.0].errand != Errand::Forged {
            return false;
        }
        let outcome = self.forgery(id, Verdict::Accepted);
        matches!(outcome, Some(Forgery::SameSite | Forgery::Header | Forgery::Nobody))
    }

    /// The browser of the people of a client.
    pub(super) fn browser_of(&self, client: NodeId) -> Browser {
        self.fixed.browsers.get(client.index()).copied().unwrap_or_default()
    }
}
