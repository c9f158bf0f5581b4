//! The cases of the table of theory that are about caches: what stays under independent requests,
//! exactly for a tiny catalogue, and how long with lifetimes.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::compared::{Case, Row};
use super::closed_forms::hit_ratio;
use super::lifetimes::{Catalogue, arrivals};
use super::made::{Recipe, draw};
use crate::evict::replay::{Chunk, Lifetimes, Renewal, Replayed, Rule};
use crate::evict::{Capacity, Group, Policy, hit_ratios};

const TEXT: &str = include_str!("../../../tests/data/theory/cases.json");

/// Requests of a case, and of a quick run, whose tolerances are wider by the root of their ratio.
const REQUESTS: (u32, u32) = (10_000_000, 1_000_000);

/// How much wider that is, rounded up.
const WIDER: f64 = 3.2;

#[derive(Debug, Clone, Deserialize)]
struct Given {
    id: String,
    group: String,
    parameters: Map<String, Value>,
    expected: Map<String, Value>,
    tolerance: Tolerance,
}

#[derive(Debug, Clone, Deserialize)]
struct Tolerance {
    rel: f64,
}

#[derive(Deserialize)]
struct Table {
    cases: Vec<Given>,
}

/// What was seen, by the name of what is expected.
type Numbers = Vec<(&'static str, f64)>;

/// The cases of the groups that begin with `cache`.
pub(super) fn cases() -> Vec<Case> {
    let table: Result<Table, _> = serde_json::from_str(TEXT);
    let all = table.map(|table| table.cases).unwrap_or_default();
    let own = all.into_iter().filter(|case| case.group.starts_with("cache"));
    own.map(|case| Case::new(case.id.clone(), true, move |quick| case.rows(quick))).collect()
}

impl Given {
    fn rows(&self, is_quick: bool) -> Result<Vec<Row>, String> {
        let requests = if is_quick { REQUESTS.1 } else { REQUESTS.0 };
        let share = self.tolerance.rel * if is_quick { WIDER } else { 1.0 };
        let seen = if self.parameters.contains_key("weights") {
            self.small(requests)?
        } else if self.parameters.contains_key("cache_objects") {
            self.zipf(requests)?
        } else if self.parameters.contains_key("zipf_alpha") {
            self.catalogue(requests)?
        } else {
            self.one_object(requests)?
        };
        let row = |(name, expected): (&String, &Value)| {
            let expected = expected.as_f64().ok_or_else(|| format!("`{name}` is no number"))?;
            let found = seen.iter().find(|(own, _)| own == name);
            let (_, simulated) = found.ok_or_else(|| format!("`{name}` is not known"))?;
            Ok(Row::within(name.clone(), expected, *simulated, share))
        };
        self.expected.iter().map(row).collect()
    }

    fn number(&self, name: &str) -> Result<f64, String> {
        let value = self.parameters.get(name).and_then(Value::as_f64);
        value.ok_or_else(|| format!("the parameter `{name}` is missing"))
    }

    fn whole(&self, name: &str) -> Result<u32, String> {
        let value = self.parameters.get(name).and_then(Value::as_u64);
        let value = value.and_then(|value| u32::try_from(value).ok());
        value.ok_or_else(|| format!("the parameter `{name}` is missing"))
    }

    /// Zipf's law: ratios are simulated, those of single objects come from the approximation.
    fn zipf(&self, requests: u32) -> Result<Numbers, String> {
        let (objects, size) = (self.whole("objects")?, self.whole("cache_objects")?);
        let exponent = self.number("zipf_alpha")?;
        let all = requests + 50 * size;
        let recipe = format!("zipf --seed 3 --n {all} --objects {objects} --alpha {exponent}");
        let ids = Recipe::read(&recipe)?.ids();
        let fill = 50 * size as usize;
        let ratio = |policy| hit_ratio(Rule::Online(policy), u64::from(size), &ids, objects, fill);
        let weight = |rank: u32| libm::pow(f64::from(rank), -exponent);
        let group = |rank| Group { objects: 1.0, rate: weight(rank), bytes: 1.0 };
        let groups: Vec<Group> = (1..=objects).map(group).collect();
        let single = hit_ratios(Policy::Lru, Capacity::Objects(u64::from(size)), &groups);
        let single = single.ok_or("LRU has an approximation")?;
        let hundredth = single.get(99).copied().unwrap_or(f64::NAN);
        let total: f64 = groups.iter().map(|group| group.rate).sum();
        Ok(vec![
            ("lru_hit_ratio", ratio(Policy::Lru)),
            ("fifo_or_random_hit_ratio", ratio(Policy::Fifo)),
            (
                "static_top_k_hit_ratio",
                hit_ratio(Rule::Static, u64::from(size), &ids, objects, fill),
            ),
            ("lru_characteristic_requests", -libm::log1p(-hundredth) * total / weight(100)),
            ("lru_hit_rank_1", single.first().copied().unwrap_or(f64::NAN)),
            ("lru_hit_rank_100", hundredth),
        ])
    }

    /// A few objects of given weights, the heaviest first.
    fn small(&self, requests: u32) -> Result<Numbers, String> {
        let size = u64::from(self.whole("cache_objects")?);
        let weights = self.parameters.get("weights").and_then(Value::as_array);
        let weights: Vec<f64> = weights.into_iter().flatten().filter_map(Value::as_f64).collect();
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let ends: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight / total;
                sum
            })
            .collect();
        let last = ends.len().saturating_sub(1);
        let id = |n| ends.partition_point(|end| *end <= draw(23, 0, n)).min(last);
        let id = |n| u32::try_from(id(n)).unwrap_or(u32::MAX);
        let ids: Vec<u32> = (0..u64::from(requests)).map(id).collect();
        let objects = u32::try_from(weights.len()).map_err(|error| error.to_string())?;
        let ratio = |rule| hit_ratio(rule, size, &ids, objects, 1_000);
        Ok(vec![
            ("lru_hit_ratio", ratio(Rule::Online(Policy::Lru))),
            ("fifo_or_random_hit_ratio", ratio(Rule::Online(Policy::Fifo))),
            ("static_top_k_hit_ratio", ratio(Rule::Static)),
        ])
    }

    /// Objects by Zipf's law that all stay for the same time.
    fn catalogue(&self, requests: u32) -> Result<Numbers, String> {
        let rate = self.number("request_rate")?;
        let catalogue = Catalogue {
            objects: self.whole("objects")?,
            exponent: self.number("zipf_alpha")?,
            rate,
            lifetime: self.number("ttl")?,
            renewal: Renewal::Fixed,
        };
        let seen = catalogue.replay(requests)?;
        Ok(vec![
            ("hit_ratio", seen.hit_ratio),
            ("origin_rate", (1.0 - seen.hit_ratio) * rate),
            ("mean_objects_stored", seen.stored),
        ])
    }

    /// One object, whose lifetime begins when it has been fetched; who comes before waits.
    fn one_object(&self, requests: u32) -> Result<Numbers, String> {
        let (rate, lifetime) = (self.number("request_rate")?, self.number("ttl")?);
        let times = arrivals(rate, requests as usize);
        let (mut filled, mut ends) = (0.0, 0.0);
        let (mut hits, mut fetches, mut waits, mut waited) = (0_u32, 0_u32, 0_u32, 0.0);
        let fill = self.number("fill_time")?;
        #[allow(clippy::cast_precision_loss, reason = "times are no exact numbers here")]
        let seconds = |nanos: &u64| *nanos as f64 / 1e9;
        for now in times.iter().map(seconds) {
            if now < filled {
                waits += 1;
                waited += filled - now;
            } else if now < ends {
                hits += 1;
            } else {
                fetches += 1;
                filled = now + fill;
                ends = filled + lifetime;
            }
        }
        let all = f64::from(requests);
        let mut sliding = Lifetimes::new(whole_nanos(lifetime), Renewal::Sliding);
        let ids = vec![0; times.len()];
        sliding.replay(&Chunk { ids: &ids, objects: 1, times: &times, ..Chunk::default() });
        Ok(vec![
            ("hit_ratio_fixed_ttl", f64::from(hits) / all),
            ("origin_share_coalesced", f64::from(fetches) / all),
            ("origin_rate_coalesced", f64::from(fetches) / times.last().map_or(1.0, seconds)),
            ("wait_for_fill_share_coalesced", f64::from(waits) / all),
            ("mean_fill_wait_of_coalesced", waited / f64::from(waits.max(1))),
            ("hit_ratio_sliding_ttl_zero_fill", 1.0 - sliding.tally().miss_ratio()),
        ])
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a lifetime is a positive number of seconds"
)]
fn whole_nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}
