//! Infected objects, and the two screens against them: a list of bad addresses, which costs
//! nothing and is never complete, and a scan of what comes, which costs CPU for each byte.
//!
//! Which objects are infected is the scenario's matter, not the proxy's; what a list knows and what
//! a scan finds are functions of the object, so a product that misses something misses it again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::ObjectId;
use crate::rng::{Key, Purpose};
use crate::time::Span;
use crate::unit::Probability;

const INFECTED: Purpose = Purpose::named("infected");
const LISTED: Purpose = Purpose::named("on a list of bad addresses");
const FOUND: Purpose = Purpose::named("found by a scan");
const MISTAKEN: Purpose = Purpose::named("taken for infected by a scan");

/// Which objects of an endpoint are infected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum InfectedSpec {
    /// A share of them; without `objects`, of the answers.
    Share(Probability),
    /// These, by their numbers.
    These(Vec<u32>),
}

/// The list of bad addresses of a forward proxy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UrlListSpec {
    /// False takes it out, as a variant may want.
    pub enabled: bool,
    /// How many of the infected objects it knows: a share, all by default.
    pub knows: Probability,
}

impl Default for UrlListSpec {
    fn default() -> Self {
        Self { enabled: true, knows: Probability::ALWAYS }
    }
}

/// The content scan of a forward proxy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanSpec {
    /// False takes it out, as a variant may want.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The demand on a core of the proxy for each KiB that is scanned.
    pub cpu_per_kib: Span,
    /// How many of the infected objects it finds: a share, all by default.
    #[serde(default = "all")]
    pub catches: Probability,
    /// How many of the healthy objects it takes for infected: a share, none by default.
    #[serde(default)]
    pub false_positives: Probability,
}

const fn yes() -> bool {
    true
}

const fn all() -> Probability {
    Probability::ALWAYS
}

/// Which objects of an endpoint are infected, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub enum Infected {
    /// A share of them.
    Share(Probability),
    /// These, sorted.
    These(Box<[u32]>),
}

/// A scan, ready to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scan {
    /// Nanoseconds on a core of speed 1 for each byte.
    pub per_byte: f64,
    /// How many infected objects it finds.
    pub catches: Probability,
    /// How many healthy ones it takes for infected.
    pub false_positives: Probability,
}

impl Infected {
    /// The plan of what is written.
    #[must_use]
    pub fn new(spec: &InfectedSpec) -> Self {
        match spec {
            InfectedSpec::Share(share) => Self::Share(*share),
            InfectedSpec::These(list) => {
                let mut list = list.clone();
                list.sort_unstable();
                Self::These(list.into())
            }
        }
    }

    /// Whether an object is infected; `key` is its own, or that of the answer if there is none.
    #[must_use]
    pub fn has(&self, object: Option<ObjectId>, key: Key) -> bool {
        match self {
            Self::Share(share) => share.happens(key.bits(INFECTED)),
            Self::These(list) => object.is_some_and(|object| list.binary_search(&object.0).is_ok()),
        }
    }
}

/// Whether a list that knows this share of the infected objects knows the one of this key.
#[must_use]
pub fn is_listed(knows: Probability, key: Key) -> bool {
    knows.happens(key.bits(LISTED))
}

impl Scan {
    /// Whether the scan stops the object of this key.
    #[must_use]
    pub fn stops(&self, is_infected: bool, key: Key) -> bool {
        if is_infected {
            self.catches.happens(key.bits(FOUND))
        } else {
            self.false_positives.happens(key.bits(MISTAKEN))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_infected_by_their_numbers_or_as_a_share_and_stay_so() {
        let these = Infected::new(&InfectedSpec::These(vec![9, 2]));
        for (object, is_infected) in
            [(Some(2), true), (Some(9), true), (Some(3), false), (None, false)]
        {
            assert_eq!(these.has(object.map(ObjectId), Key(1)), is_infected, "{object:?}");
        }
        let share = Infected::Share(Probability::new(0.25).expect("a share"));
        let count = (0..100_000).filter(|key| share.has(None, Key(*key))).count();
        assert!((24_000..26_000).contains(&count), "{count}");
    }

    #[test]
    fn a_scan_finds_its_share_and_takes_healthy_ones_for_infected_as_often_as_it_says() {
        let share = |p| Probability::new(p).expect("a share");
        let scan = Scan { per_byte: 1.0, catches: share(0.9), false_positives: share(0.01) };
        let count = |infected| (0..100_000).filter(|key| scan.stops(infected, Key(*key))).count();
        assert!((89_500..90_500).contains(&count(true)), "{}", count(true));
        assert!((800..1_200).contains(&count(false)), "{}", count(false));
    }
}
