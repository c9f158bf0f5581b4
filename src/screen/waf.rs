//! The filter of requests at a reverse proxy (web application firewall): it looks for payloads of
//! attacks by their form, so it catches a share of each kind, takes honest requests for attacks now
//! and then, and costs CPU for every request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attack::Attack;
use crate::dist::Dist;
use crate::rng::{Key, Purpose};
use crate::time::Span;
use crate::unit::Probability;

const FILTERED: Purpose = Purpose::named("filtered at a reverse proxy");

/// What a scenario says of a filter of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WafSpec {
    /// False takes it out, as a variant may want.
    pub enabled: bool,
    /// How many of the attacking requests it catches, by kind.
    pub catches: CatchesSpec,
    /// How many of the honest requests it takes for attacks: a share, none by default.
    pub false_positives: Probability,
    /// The demand on a core of the proxy for each request; nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Dist<Span>>,
}

impl Default for WafSpec {
    fn default() -> Self {
        Self {
            enabled: true,
            catches: CatchesSpec::default(),
            false_positives: Probability::NEVER,
            cost: None,
        }
    }
}

/// Shares of attacking requests that are caught, by kind; none by default. A flood and a log-in
/// with stolen passwords have nothing in them by which a filter could tell them from honest ones,
/// unless their sender is known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct CatchesSpec {
    /// Of injections into queries.
    pub sql_injection: Probability,
    /// Of log-ins with stolen passwords.
    pub credential_stuffing: Probability,
    /// Of a flood.
    pub flood: Probability,
}

/// A filter, ready to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waf {
    /// What it catches.
    pub catches: CatchesSpec,
    /// How many honest requests it takes for attacks.
    pub false_positives: Probability,
}

impl Waf {
    /// Whether it stops the request of this key, which has passed so many filters before: what the
    /// last one missed, or took for an attack, says nothing of what this one does.
    #[must_use]
    pub fn stops(&self, attack: Option<Attack>, key: Key, before: u64) -> bool {
        let purpose = if before == 0 { FILTERED } else { FILTERED.part(before) };
        let share = match attack {
            None => self.false_positives,
            Some(Attack::SqlInjection) => self.catches.sql_injection,
            Some(Attack::CredentialStuffing) => self.catches.credential_stuffing,
            Some(Attack::Flood) => self.catches.flood,
        };
        share.happens(key.bits(purpose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_catches_its_share_of_each_kind_and_no_more() {
        let share = |p| Probability::new(p).expect("a share");
        let catches = CatchesSpec { sql_injection: share(0.8), ..CatchesSpec::default() };
        let waf = Waf { catches, false_positives: share(0.01) };
        for (attack, least, most) in [
            (Some(Attack::SqlInjection), 79_500, 80_500),
            (Some(Attack::CredentialStuffing), 0, 0),
            (Some(Attack::Flood), 0, 0),
            (None, 800, 1_200),
        ] {
            let count = (0..100_000).filter(|key| waf.stops(attack, Key(*key), 0)).count();
            assert!((least..=most).contains(&count), "{attack:?}: {count}");
        }
        let injection = Some(Attack::SqlInjection);
        let misses = |key: &u64, before| !waf.stops(injection, Key(*key), before);
        let both = (0..100_000).filter(|key| misses(key, 0) && misses(key, 1)).count();
        assert!((3_800..=4_200).contains(&both), "two filters miss what each misses: {both}");
    }
}
