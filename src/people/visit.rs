//! A visit: somebody comes, logs in or does not, looks at some pages, thinks between them, logs
//! out or just leaves.

use std::collections::BTreeMap;

use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::arrivals::Arrivals;
use crate::count::Count;
use crate::dist::{Dist, Law};
use crate::rng::{Key, Purpose, below};
use crate::time::Span;
use crate::unit::Probability;

/// A kind of visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VisitSpec {
    /// How often each page is looked at; shares, normalised to sum to 1.
    #[schemars(with = "BTreeMap<String, f64>")]
    pub pages: BTreeMap<Spanned<String>, f64>,
    /// How many pages are looked at; 1 by default, or as many as `stay` allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Count>,
    /// How long the visitor stays, whatever the number of pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stay: Option<Dist<Span>>,
    /// How long the visitor thinks between an answer and the next page; not at all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<Dist<Span>>,
    /// How many people there are, one of whom each visitor is at random, with what their browser
    /// remembers; by default each is somebody new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub people: Option<u32>,
    /// With how many devices a visitor comes: each logs in and looks at pages by itself; 1 by
    /// default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub devices: Option<u32>,
    /// The origin of the page whose scripts ask for everything, as in a single-page application;
    /// by default whole pages are asked for, each of its own origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// How many of the visitors log in, before their first page: a share, all by default. It
    /// counts only in scenarios with `[auth]`.
    pub login: Share,
    /// How many of those log out at the end instead of just leaving: a share, none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logout: Option<Share>,
}

/// A share of the visitors: a number from 0 to 1, or true for all and false for none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Share {
    /// All or none.
    Whole(bool),
    /// So many.
    Part(Probability),
}

impl Share {
    /// The share as a probability.
    #[must_use]
    pub const fn get(self) -> Probability {
        match self {
            Self::Whole(true) => Probability::ALWAYS,
            Self::Whole(false) => Probability::NEVER,
            Self::Part(share) => share,
        }
    }
}

impl Default for VisitSpec {
    fn default() -> Self {
        Self {
            pages: BTreeMap::new(),
            length: None,
            stay: None,
            think: None,
            people: None,
            devices: None,
            origin: None,
            login: Share::Whole(true),
            logout: None,
        }
    }
}

/// A kind of visit, ready to run.
#[derive(Debug, Clone)]
pub struct VisitPlan {
    /// When visitors come.
    pub arrivals: Arrivals,
    /// The law of the time between them, if they come at independent distances.
    pub distances: Option<Law>,
    /// How many pages are looked at.
    pub length: Option<Count>,
    /// How long the visitor stays.
    pub stay: Option<Law>,
    /// How long the visitor thinks.
    pub think: Law,
    /// How many people there are; none if each visitor is somebody new.
    pub people: Option<u32>,
    /// With how many devices a visitor comes.
    pub devices: u32,
    /// How many log in.
    pub login: Probability,
    /// How many log out at the end.
    pub logout: Probability,
}

/// What of a visit is drawn when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// How many pages are looked at.
    pub pages: u32,
    /// How long the visitor stays at most; none for as long as there are pages.
    pub stay: Option<Span>,
    /// Whether the visitor logs in.
    pub logs_in: bool,
    /// Whether the visitor logs out at the end.
    pub logs_out: bool,
}

/// Which of so many people the visitor of this key is.
#[must_use]
pub fn who(people: u32, key: Key) -> u64 {
    const WHO: Purpose = Purpose::named("who comes");
    below(people.into(), key.bits(WHO))
}

impl VisitPlan {
    /// What the visitor of this key does: the same in every variant.
    #[must_use]
    pub fn stage(&self, key: Key) -> Stage {
        const LENGTH: Purpose = Purpose::named("length of a visit");
        const STAY: Purpose = Purpose::named("stay of a visit");
        const LOGIN: Purpose = Purpose::named("log-in of a visit");
        const LOGOUT: Purpose = Purpose::named("log-out of a visit");
        let pages = match (&self.length, &self.stay) {
            (Some(length), _) => length.sample(&mut key.draws(LENGTH)),
            (None, Some(_)) => u32::MAX,
            (None, None) => 1,
        };
        let stay = self.stay.as_ref();
        Stage {
            pages,
            stay: stay.map(|law| Span::from_nanos_rounded(law.sample(&mut key.draws(STAY)))),
            logs_in: self.login.happens(key.bits(LOGIN)),
            logs_out: self.logout.happens(key.bits(LOGOUT)),
        }
    }

    /// How many pages a visit has on average: of a stay, the first and as many more as thinking
    /// leaves time for. The time that pages take comes off that, and is not known here.
    #[must_use]
    pub fn mean_pages(&self) -> f64 {
        match (&self.length, &self.stay) {
            (Some(length), _) => length.mean(),
            (None, Some(stay)) if self.think.mean() > 0.0 => 1.0 + renewals(stay, &self.think),
            (None, _) => 1.0,
        }
    }
}

/// How often somebody who thinks so long each time is done with it within a stay: exact if the
/// times of thinking are exponential or both are constant, else as in a long stay (Cox, *Renewal
/// Theory*, 1962), which too short a stay does not reach.
fn renewals(stay: &Law, think: &Law) -> f64 {
    if let (Some(stay), Some(think)) = (stay.is_constant(), think.is_constant()) {
        return (libm::ceil(stay / think) - 1.0).max(0.0);
    }
    let often = stay.mean() / think.mean();
    (often + ((think.scv() - 1.0) / 2.0).min(often)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> VisitSpec {
        toml::from_str(text).expect("a sound visit")
    }

    #[test]
    fn a_share_of_visitors_is_a_number_or_all_or_none() {
        assert_eq!(read("").login.get(), Probability::ALWAYS);
        assert_eq!(read("login = false").login.get(), Probability::NEVER);
        assert_eq!(read("login = 0.25").login.get().get().to_string(), "0.25");
        assert!(toml::from_str::<VisitSpec>("login = 2").is_err());
    }

    #[test]
    fn a_visit_is_a_function_of_its_key() {
        let plan = VisitPlan {
            arrivals: toml::from_str("poisson = \"1/s\"").expect("sound"),
            distances: None,
            length: Some(Count::Constant(4)),
            stay: None,
            think: Law::constant(0.0),
            people: None,
            devices: 1,
            login: Probability::ALWAYS,
            logout: Probability::NEVER,
        };
        let stage = plan.stage(Key(7));
        assert_eq!(stage, plan.stage(Key(7)));
        let whole = Stage { pages: 4, stay: None, logs_in: true, logs_out: false };
        assert_eq!(stage, whole);
        let stays = VisitPlan { length: None, stay: Some(Law::constant(9.0)), ..plan };
        assert_eq!(
            (stays.stage(Key(7)).pages, stays.stage(Key(7)).stay),
            (u32::MAX, Some(Span(9)))
        );
    }

    #[test]
    fn the_first_page_of_a_stay_counts_with_those_that_thinking_leaves_time_for() {
        let pages = |stay: &str, think: &str| {
            let spec = format!("think = {think}\nstay = {stay}");
            let law = |it: &Dist<Span>| it.law(&mut |_| Err(String::new())).expect("a law");
            let spec = read(&spec);
            let [stay, think] = [&spec.stay, &spec.think].map(|it| it.as_ref().map(law));
            let plan = VisitPlan {
                arrivals: toml::from_str("poisson = \"1/s\"").expect("sound"),
                distances: None,
                length: None,
                stay,
                think: think.expect("thoughts"),
                people: None,
                devices: 1,
                login: Probability::ALWAYS,
                logout: Probability::NEVER,
            };
            plan.mean_pages()
        };
        let is = |found: f64, right: f64| assert!((found - right).abs() < 1e-9, "{found} {right}");
        let (ten, exponential) = ("'10s'", "{ exp = '10s' }");
        // Exact, whatever the stay is: pages after the first come as a Poisson process.
        is(pages(exponential, "{ exp = '2s' }"), 6.0);
        is(pages(ten, "{ exp = '20s' }"), 1.5);
        // At 0, 2, 4, 6 and 8 s; at 10 s the visitor goes.
        is(pages(ten, "'2s'"), 5.0);
        is(pages(ten, "'3s'"), 4.0);
        is(pages("'1s'", "'3s'"), 1.0);
        // 1 / (1 - e^(-0.2)) = 5.517 of exponential stays.
        is(pages(exponential, "'2s'"), 5.5);
        is(pages("{ exp = '1s' }", "'3s'"), 1.0);
    }
}
