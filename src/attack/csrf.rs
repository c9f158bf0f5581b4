//! Cross-site request forgery: a page of somebody else lets the browser of a victim send a request
//! that changes state. The cookie goes along as its `SameSite` says; a token in a header does not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::auth::Verdict;
use crate::http::cookie::{Browser, Initiator, LAX_POST};
use crate::id::EndpointId;
use crate::net::OriginId;
use crate::time::Span;
use crate::unit::Probability;

/// A forged request, and what the site does against such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsrfSpec {
    /// False takes the attack out.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What is asked for in the victim's name.
    #[schemars(with = "String")]
    pub endpoint: Spanned<String>,
    /// The origin of the page that does it, such as `https://evil.example`.
    pub from: String,
    /// How that page lets the browser send it.
    pub by: Lure,
    /// The share of visits in which it is opened.
    pub share: Probability,
    /// After how many pages of a visit; 1 by default.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub after: u64,
    /// A defence: requests by an unsafe method need a token that only the site's own pages know.
    #[serde(default)]
    pub token: bool,
    /// A defence: requests by an unsafe method need the header `Origin` of the site.
    #[serde(default)]
    pub origin_check: bool,
}

const fn yes() -> bool {
    true
}

const fn one() -> u64 {
    1
}

/// How a page lets a browser send a request to another site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lure {
    /// A link or a redirection: the whole page goes there, by GET.
    Link,
    /// A form that sends itself: the whole page goes there, by GET or POST.
    Form,
    /// A form in a hidden frame.
    Frame,
    /// An image or another part of the page, by GET.
    Image,
    /// A script, with credentials: what is not simple is asked for before.
    Script,
}

impl Lure {
    /// What makes the request, as far as cookies care.
    #[must_use]
    pub const fn initiator(self) -> Initiator {
        match self {
            Self::Link | Self::Form => Initiator::TopLevel,
            Self::Frame => Initiator::Frame,
            Self::Image => Initiator::Subresource,
            Self::Script => Initiator::Fetch,
        }
    }
}

/// What becomes of a forged request. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Forgery {
    /// It is let in as if its user had wanted it.
    Accepted = 0,
    /// The browser sent no cookie along.
    SameSite = 1,
    /// The site missed its token.
    Token = 2,
    /// The site did not like its `Origin`.
    Origin = 3,
    /// The browser asked before, and was not allowed to send it.
    Preflight = 4,
    /// What its user shows travels in a header, which a page of another site cannot set.
    Header = 5,
    /// Its user is not logged in.
    Nobody = 6,
}

/// A forged request, ready to run.
#[derive(Debug, Clone)]
pub struct CsrfPlan {
    /// What is asked for.
    pub endpoint: EndpointId,
    /// The origin of the page, if a script of it asks.
    pub from: OriginId,
    /// The share of visits.
    pub share: Probability,
    /// After how many pages.
    pub after: u64,
    /// Whether the method is safe, so that neither token nor `Origin` is looked for.
    pub is_safe: bool,
    /// The defences.
    pub token: bool,
    /// See `token`.
    pub origin_check: bool,
    /// Whether people show a cookie and no header.
    pub has_cookie: bool,
    /// Whether the cookie goes along, by browser: as long as it is new, and later.
    pub rides: Vec<(Browser, [bool; 2])>,
}

impl CsrfPlan {
    /// Whether a browser sends a cookie of this age along.
    #[must_use]
    pub fn rides(&self, browser: Browser, age: Span) -> bool {
        let of = self.rides.iter().find(|(other, _)| *other == browser);
        of.is_some_and(|(_, [fresh, later])| if age <= LAX_POST { *fresh } else { *later })
    }

    /// What becomes of the request: of somebody who was logged in so long ago, if at all, and who
    /// would be let in, or not, with what the browser can send.
    #[must_use]
    pub fn outcome(&self, browser: Browser, age: Option<Span>, verdict: Verdict) -> Forgery {
        match age {
            None => Forgery::Nobody,
            Some(_) if !self.has_cookie => Forgery::Header,
            Some(age) if !self.rides(browser, age) => Forgery::SameSite,
            Some(_) if verdict != Verdict::Accepted => Forgery::Nobody,
            Some(_) if !self.is_safe && self.origin_check => Forgery::Origin,
            Some(_) if !self.is_safe && self.token => Forgery::Token,
            Some(_) => Forgery::Accepted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(is_safe: bool, fresh: bool, later: bool) -> CsrfPlan {
        CsrfPlan {
            endpoint: EndpointId(0),
            from: OriginId::NONE,
            share: Probability::ALWAYS,
            after: 1,
            is_safe,
            token: false,
            origin_check: false,
            has_cookie: true,
            rides: vec![(Browser::Chrome, [fresh, later])],
        }
    }

    #[test]
    fn each_defence_does_what_it_can_and_no_more() {
        let (new, old) = (Some(Span::from_secs(120)), Some(Span::from_secs(121)));
        let with_token = CsrfPlan { token: true, ..plan(false, true, true) };
        let with_check = CsrfPlan { origin_check: true, ..plan(false, true, true) };
        let safe = CsrfPlan { token: true, origin_check: true, ..plan(true, true, true) };
        let header = CsrfPlan { has_cookie: false, ..plan(false, true, true) };
        for (plan, age, verdict, expected) in [
            (plan(false, true, true), new, Verdict::Accepted, Forgery::Accepted),
            (plan(false, true, true), None, Verdict::Missing, Forgery::Nobody),
            (plan(false, true, true), new, Verdict::Expired, Forgery::Nobody),
            (plan(false, false, false), new, Verdict::Accepted, Forgery::SameSite),
            // Without `SameSite`, Chrome sends a new cookie with a form of the whole page.
            (plan(false, true, false), new, Verdict::Accepted, Forgery::Accepted),
            (plan(false, true, false), old, Verdict::Accepted, Forgery::SameSite),
            (with_token, new, Verdict::Accepted, Forgery::Token),
            (with_check, new, Verdict::Accepted, Forgery::Origin),
            // A safe method that changes state is out of their reach.
            (safe, new, Verdict::Accepted, Forgery::Accepted),
            (header, new, Verdict::Accepted, Forgery::Header),
        ] {
            assert_eq!(plan.outcome(Browser::Chrome, age, verdict), expected, "{plan:?}");
        }
    }
}
