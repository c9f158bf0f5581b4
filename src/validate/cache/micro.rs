//! Short traces, hit by hit.

use serde::Deserialize;

use super::super::compared::{Case, Row};
use crate::evict::Capacity;
use crate::evict::replay::{Chunk, Popular, Rule, next_requests};

const TEXT: &str = include_str!("../../../tests/data/cache/micro_all.json");

/// A trace with the hits of each policy as a text of ones and noughts.
#[derive(Debug, Clone, Deserialize)]
struct Trace {
    name: String,
    capacity: u64,
    unit: String,
    ids: Vec<u32>,
    sizes: Option<Vec<u64>>,
    bits: std::collections::BTreeMap<String, String>,
    confirmed_by_refsim: Vec<String>,
}

/// One case for each trace: all policies, of which those are judged on which two programs agree.
pub(super) fn cases() -> Vec<Case> {
    let traces: Vec<Trace> = serde_json::from_str(TEXT).unwrap_or_default();
    traces
        .into_iter()
        .map(|trace| Case::new(trace.name.clone(), true, move |_| trace.rows()))
        .collect()
}

impl Trace {
    fn rows(&self) -> Result<Vec<Row>, String> {
        let mut rows = Vec::new();
        for (policy, bits) in &self.bits {
            let rule = Rule::named(policy).ok_or_else(|| format!("no policy `{policy}`"))?;
            let same = self.hits(rule).zip(bits.chars()).filter(|(hit, bit)| *hit == (*bit == '1'));
            #[allow(clippy::cast_precision_loss, reason = "short traces")]
            let (same, all) = (same.count() as f64, bits.len() as f64);
            let row = Row::near(format!("answers as recorded, {policy}"), all, same, 0.0);
            let is_sure = self.confirmed_by_refsim.contains(policy);
            rows.push(if is_sure { row } else { row.shown() });
        }
        Ok(rows)
    }

    /// Whether each request is a hit.
    fn hits(&self, rule: Rule) -> impl Iterator<Item = bool> {
        let capacity = if self.unit == "bytes" {
            Capacity::Bytes(self.capacity)
        } else {
            Capacity::Objects(self.capacity)
        };
        let objects = self.ids.iter().max().map_or(0, |highest| highest + 1);
        let next = next_requests(&self.ids, objects);
        let mut cache = rule.cache(capacity, Popular::default());
        (0..self.ids.len()).map(move |n| {
            let before = cache.tally().misses;
            let id = self.ids[n];
            let bytes = self.sizes.as_ref().map_or(1, |sizes| sizes[id as usize]);
            cache.replay(&Chunk {
                ids: &[id],
                objects,
                bytes: &[bytes],
                next: &next[n..=n],
                times: &[],
            });
            cache.tally().misses == before
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_traces_and_a_hit_too_many_is_seen() {
        let mut traces: Vec<Trace> = serde_json::from_str(TEXT).unwrap();
        assert_eq!(traces.len(), 3);
        let trace = &mut traces[0];
        let lru = trace.bits["lru"].replacen('1', "0", 1);
        trace.bits.insert("lru".to_owned(), lru);
        let rows = trace.rows().unwrap();
        let missed = rows.iter().filter(|row| row.verdict == crate::validate::Verdict::Miss);
        assert_eq!(missed.count(), 1);
    }
}
