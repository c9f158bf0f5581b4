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
        let (client, errand, person) = (request.asked.client, request.errand, request.person);
        let by_script = errand == Errand::Ridden;
        let csrf = self.fixed.attacks.as_ref().and_then(|attacks| attacks.csrf.as_ref());
        let now = self.core.now;
        let outcome = match (errand, csrf) {
            // A script of the site's own origin has the cookie, the header and the token.
            (Errand::Ridden, _) if verdict == Verdict::Accepted => Forgery::Accepted,
            (Errand::Ridden, _) => Forgery::Nobody,
            (Errand::Forged, Some(plan)) => {
                let is_known = person != u32::MAX;
                let held = if is_known { self.core.people[person].held } else { None };
                let age = held.map(|held| now.since(held.issued));
                plan.outcome(self.browser_of(client), age, verdict)
            }
            _ => return verdict,
        };
        self.observe(&Fact::Browser(Browsed::Forged { client, outcome, by_script }));
        match outcome {
            Forgery::Accepted => verdict,
            Forgery::Token | Forgery::Origin => Verdict::Forbidden,
            Forgery::SameSite | Forgery::Header | Forgery::Preflight | Forgery::Nobody => {
                if verdict == Verdict::Accepted { Verdict::Missing } else { verdict }
            }
        }
    }

    /// The browser of the people of a client.
    pub(super) fn browser_of(&self, client: NodeId) -> Browser {
        self.fixed.browsers.get(client.index()).copied().unwrap_or_default()
    }
}
