//! Reading the name of a policy.

use std::fmt;

use serde::de::{Deserialize, Deserializer, EnumAccess, Error, VariantAccess, Visitor};

use super::Policy;

/// Why the one rule of [`super::replay`] that needs no future is no policy all the same.
const TTL: &str = "`ttl` gives nothing up for want of room, so nothing would bound its memory: \
                   only `lindley cache` has it. In a scenario lifetimes come from what answers \
                   say; with a `capacity` above all that is asked for, any policy leaves the \
                   rest to them";

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Policy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a policy")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Policy, A::Error> {
        let (word, rest) = data.variant::<String>()?;
        let known = Policy::ALL.iter().find(|policy| policy.word() == word);
        let Some(policy) = known else {
            return Err(match word.as_str() {
                "ttl" => A::Error::custom(TTL),
                other => A::Error::unknown_variant(other, Policy::WORDS),
            });
        };
        rest.unit_variant()?;
        Ok(*policy)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Policy", Self::WORDS, Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_list_and_the_rule_without_bounds_is_told_why_it_is_none() {
        for policy in Policy::ALL {
            let text = format!("\"{}\"", policy.word());
            assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), *policy);
            assert_eq!(serde_json::to_string(policy).unwrap(), text);
        }
        let refused = |text: &str| serde_json::from_str::<Policy>(text).unwrap_err().to_string();
        assert!(refused("\"ttl\"").contains("bound its memory"));
        assert!(refused("\"lur\"").contains("unknown variant"));
    }
}
