//! Where a key belongs that stands at the wrong place: the schema knows all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::Value;

use crate::scenario::schema::schema;

/// So many places are named at most: the shallowest ones.
const MAX_PLACES: usize = 3;

/// Tables in tables are followed so deep.
const MAX_DEPTH: usize = 6;

/// A key that is known by so many tables says nothing of where it was meant to stand.
const MAX_HOMES: usize = 8;

/// Words of products for what keys here are called, and whose they are.
const WORDS: [(&str, &str, &str); 13] = [
    ("maxconn", "max_conns", "HAProxy"),
    ("inter", "interval", "HAProxy"),
    ("slowstart", "slow_start", "HAProxy"),
    ("hash-balance-factor", "balance_factor", "HAProxy"),
    ("hash_balance_factor", "balance_factor", "Envoy"),
    ("healthy_panic_threshold", "panic_threshold", "Envoy"),
    ("consecutive_5xx", "consecutive_failures", "Envoy"),
    ("base_ejection_time", "base_ejection", "Envoy"),
    ("max_ejection_percent", "max_ejection", "Envoy"),
    ("num_retries", "attempts", "Envoy"),
    ("max_attempts", "attempts", "many libraries"),
    ("keepalive_timeout", "keep_alive", "nginx"),
    ("proxy_next_upstream", "next_upstream", "nginx"),
];

/// Words of products for values, what these are called here, and whose they are.
const VALUES: [(&str, &str, &str); 4] = [
    ("least-request", "power-of-d", "Envoy"),
    ("ip_hash", "source-hash", "nginx"),
    ("leastconn", "least-connections", "HAProxy"),
    ("static-rr", "static-round-robin", "HAProxy"),
];

/// What the word of a product is called among `allowed`, as a sentence with that.
pub(super) fn called<'a>(word: &str, allowed: &[&'a str]) -> Option<(String, &'a str)> {
    let (_, own, product) = VALUES.iter().find(|(value, ..)| *value == word)?;
    let own = allowed.iter().find(|it| *it == own)?;
    Some((format!("`{word}` is a word of {product}: here it is `{own}`"), own))
}

/// Where a key stands: in which kind of thing, and below which of its keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Home {
    /// How deep it is, so that the shallowest come first.
    depth: usize,
    /// The keys above it, with dots.
    within: String,
    /// What it is in, as `a link`.
    owner: String,
}

type Homes = BTreeMap<String, BTreeSet<Home>>;

/// A sentence that says where `key` belongs; none if no table has it, or too many.
pub(super) fn belongs(key: &str) -> Option<String> {
    static HOMES: OnceLock<Homes> = OnceLock::new();
    let all = HOMES.get_or_init(gather);
    if let Some(homes) = all.get(key) {
        return told(key, homes);
    }
    let (_, own, product) = WORDS.iter().find(|(word, ..)| *word == key)?;
    let sentence = told(own, all.get(*own)?)?;
    Some(format!("`{key}` is a word of {product}: {sentence}"))
}

fn told(key: &str, homes: &BTreeSet<Home>) -> Option<String> {
    // One table of several kinds of nodes is one place.
    let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
    for home in homes {
        match places.iter_mut().find(|(within, _)| *within == home.within) {
            Some((_, owners)) => owners.push(&home.owner),
            None => places.push((&home.within, vec![&home.owner])),
        }
    }
    if places.len() > MAX_HOMES {
        return None;
    }
    let told: Vec<String> =
        places.iter().take(MAX_PLACES).map(|(within, owners)| place(within, owners)).collect();
    Some(format!("`{key}` belongs to {}", told.join(", or to ")))
}

/// One place in words.
fn place(within: &str, owners: &[&str]) -> String {
    let whose = match owners {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [one, rest @ ..] => format!("{one} and {} other kinds of nodes", rest.len()),
    };
    if within.is_empty() { whose } else { format!("`{within}` of {whose}") }
}

/// All keys of the schema, with their places.
fn gather() -> Homes {
    let schema = schema();
    let mut homes = Homes::new();
    let Some(properties) = schema["properties"].as_object() else { return homes };
    for (family, table) in properties {
        let things = &table["additionalProperties"];
        let mut walk = |owner: &str, table: &Value| {
            let mut walker = Walker { schema: &schema, homes: &mut homes, owner };
            walker.table(table, "", 0);
        };
        match family.as_str() {
            // What these hold are paths of what all else holds.
            "variant" | "sweep" | "plan" | "include" => {}
            "node" => {
                for kind in things["oneOf"].as_array().into_iter().flatten() {
                    walk(&with_article(kind["title"].as_str().unwrap_or("node")), kind);
                }
            }
            "link" => walk("a link", &things["additionalProperties"]),
            _ if things.is_object() => walk(&with_article(family), things),
            _ => walk(&format!("[{family}]"), table),
        }
    }
    homes
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}

struct Walker<'a> {
    schema: &'a Value,
    homes: &'a mut Homes,
    owner: &'a str,
}

impl Walker<'_> {
    /// Notes the keys of a table, and of those in it.
    fn table(&mut self, table: &Value, within: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            table[key]
                .as_array()
                .into_iter()
                .flatten()
                .for_each(|it| self.table(it, within, depth));
        }
        if let Some(name) = table["$ref"].as_str().and_then(|it| it.strip_prefix("#/$defs/")) {
            return self.table(&self.schema["$defs"][name], within, depth + 1);
        }
        for (key, inner) in table["properties"].as_object().into_iter().flatten() {
            let home = Home {
                depth: within.split_terminator('.').count(),
                within: within.to_owned(),
                owner: self.owner.to_owned(),
            };
            self.homes.entry(key.clone()).or_default().insert(home);
            let dot = if within.is_empty() { "" } else { "." };
            self.table(inner, &format!("{within}{dot}{key}"), depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_to_belong_where_it_is_read() {
        for (key, said) in [
            ("breaker", "`breaker` belongs to a link"),
            ("max_fails", "`max_fails` belongs to `health.passive` of a load-balancer"),
            ("slow_start", "`slow_start` belongs to `health` of a load-balancer"),
            ("hedge", "`hedge` belongs to a load-balancer"),
            ("think", "`think` belongs to a client"),
        ] {
            let told = belongs(key).unwrap_or_default();
            assert!(told.starts_with(said), "{told}");
        }
    }

    #[test]
    fn the_word_of_a_product_leads_to_the_key() {
        for (word, key, product) in WORDS {
            let told = belongs(word).unwrap_or_default();
            assert!(
                told.starts_with(&format!("`{word}` is a word of {product}: `{key}`")),
                "{told}"
            );
        }
    }

    #[test]
    fn a_word_of_no_table_or_of_all_belongs_nowhere() {
        assert_eq!(belongs("xyzzy"), None);
        assert_eq!(belongs("mean"), None, "every distribution has one");
    }
}
