//! Cross-site scripting: a script of somebody else runs in a page of the site. It steals what
//! scripts can read, and does in its victim's name what that one could do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::id::EndpointId;
use crate::rng::{Key, Purpose};
use crate::unit::Probability;

/// A script in a page of the site, and what the site does against such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct XssSpec {
    /// False takes the attack out.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The share of visits that come upon it.
    pub share: Probability,
    /// After how many pages of a visit; 1 by default.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub after: u64,
    /// What the script asks for in its victim's name; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub rides: Option<Spanned<String>>,
    /// A defence: the share of such inputs that validation refuses; none by default.
    #[serde(default)]
    pub validation: Probability,
    /// A defence: the share of the places where output is encoded; none by default.
    #[serde(default)]
    pub encoding: Probability,
    /// A defence: the share of such scripts that a content security policy keeps from running;
    /// none by default.
    #[serde(default)]
    pub csp: Probability,
}

const fn yes() -> bool {
    true
}

const fn one() -> u64 {
    1
}

/// What becomes of a script. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Injection {
    /// It runs.
    Runs = 0,
    /// It was refused as an input.
    Validation = 1,
    /// It was written as text.
    Encoding = 2,
    /// The browser did not run it.
    Policy = 3,
}

/// A script, ready to run.
#[derive(Debug, Clone)]
pub struct XssPlan {
    /// The share of visits.
    pub share: Probability,
    /// After how many pages.
    pub after: u64,
    /// What it asks for.
    pub rides: Option<EndpointId>,
    /// The defences, in the order in which they stand in its way.
    pub defences: [(Injection, Probability); 3],
    /// Whether scripts can read what people show.
    pub is_readable: bool,
}

impl XssPlan {
    /// What becomes of the script that the visit of this key comes upon.
    #[must_use]
    pub fn outcome(&self, key: Key) -> Injection {
        const DEFENCE: Purpose = Purpose::named("defence against a script");
        let stops = |(kind, share): &&(Injection, Probability)| {
            share.happens(key.bits(DEFENCE.part(*kind as u64)))
        };
        self.defences.iter().find(stops).map_or(Injection::Runs, |(kind, _)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_defence_that_holds_stops_a_script() {
        let of = |[validation, encoding, csp]: [bool; 3]| {
            let share = |holds| if holds { Probability::ALWAYS } else { Probability::NEVER };
            let plan = XssPlan {
                share: Probability::ALWAYS,
                after: 1,
                rides: None,
                defences: [
                    (Injection::Validation, share(validation)),
                    (Injection::Encoding, share(encoding)),
                    (Injection::Policy, share(csp)),
                ],
                is_readable: false,
            };
            plan.outcome(Key(7))
        };
        assert_eq!(of([false; 3]), Injection::Runs);
        assert_eq!(of([true; 3]), Injection::Validation);
        assert_eq!(of([false, true, true]), Injection::Encoding);
        assert_eq!(of([false, false, true]), Injection::Policy);
    }
}
