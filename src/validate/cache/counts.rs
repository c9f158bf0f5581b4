//! Misses of whole traces against what libCacheSim counted, cold start included.
//!
//! Where two programs agree on the number of misses, it is the number; where a policy has variants,
//! ratios are within 0.01, or 0.02 if it draws at random. Random eviction is not compared with that
//! program, whose draws are not uniform; nor are the bytes of LHD, of which two runs of it differ.

use std::sync::{Arc, OnceLock};

use super::super::compared::{Case, Row};
use super::made::{Recipe, sizes};
use crate::evict::Capacity;
use crate::evict::replay::{Chunk, Popular, Rule, next_requests};

const TRACES: &str = include_str!("../../../tests/data/cache/traces.csv");
const COUNTS: &str = include_str!("../../../tests/data/cache/counts.csv");

/// How far ratios may be off where policies have variants, and where they draw at random.
const VARIANT: f64 = 0.01;
const DRAWN: f64 = 0.02;

/// How exactly ratios of bytes are written where misses are exact.
const WRITTEN: f64 = 1e-8;

/// The trace that a quick run takes.
const QUICK: &str = "zipf1.0";

/// A trace with what is known of it.
pub(super) struct Made {
    pub(super) ids: Vec<u32>,
    pub(super) objects: u32,
    pub(super) bytes: Vec<u64>,
    pub(super) next: Vec<u64>,
}

/// What is expected of one cache.
#[derive(Debug, Clone)]
struct Expected {
    rule: Rule,
    capacity: Capacity,
    size: String,
    misses: f64,
    miss_ratio: f64,
    byte_miss_ratio: f64,
    repeatable: String,
}

/// One case for each trace and policy.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for line in TRACES.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (name, recipe, of_sizes) = (cells[0], cells[1].to_owned(), cells[3].to_owned());
        let trace: Arc<OnceLock<Result<Made, String>>> = Arc::default();
        let mut of_trace: Vec<Expected> = expected(name);
        while let Some(first) = of_trace.first() {
            let rule = first.rule;
            let own: Vec<Expected> =
                of_trace.iter().filter(|it| it.rule == rule).cloned().collect();
            of_trace.retain(|it| it.rule != rule);
            let (trace, recipe, of_sizes) = (Arc::clone(&trace), recipe.clone(), of_sizes.clone());
            let compare = move |_| {
                let made = trace.get_or_init(|| make(&recipe, &of_sizes)).as_ref();
                let made = made.map_err(Clone::clone)?;
                Ok(own.iter().flat_map(|it| compare(it, made)).collect())
            };
            let id = format!("{name}/{}", rule.word());
            cases.push(Case::new(id, name == QUICK, compare));
        }
    }
    cases
}

/// Makes a trace, with sizes if there are any.
fn make(recipe: &str, of_sizes: &str) -> Result<Made, String> {
    let ids = Recipe::read(recipe)?.ids();
    let objects = ids.iter().max().map_or(0, |highest| highest + 1);
    let bytes = if of_sizes.is_empty() {
        Vec::new()
    } else {
        let sizes = sizes(of_sizes)?;
        ids.iter().map(|id| u64::from(sizes[*id as usize])).collect()
    };
    let next = next_requests(&ids, objects);
    Ok(Made { ids, objects, bytes, next })
}

/// What is expected of a trace, for the policies that there are.
fn expected(trace: &str) -> Vec<Expected> {
    let mut expected = Vec::new();
    for line in COUNTS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |cell: usize| cells.get(cell).and_then(|text| text.parse::<f64>().ok());
        let (Some(rule), Ok(size)) = (Rule::named(cells[2]), cells[3].parse()) else { continue };
        if cells[0] != trace || cells[9].contains("not uniform") {
            continue;
        }
        let capacity =
            if cells[4] == "bytes" { Capacity::Bytes(size) } else { Capacity::Objects(size) };
        expected.push(Expected {
            rule,
            capacity,
            size: format!("{size} {}", cells[4]),
            misses: number(6).unwrap_or(f64::NAN),
            miss_ratio: number(7).unwrap_or(f64::NAN),
            byte_miss_ratio: number(8).unwrap_or(f64::NAN),
            repeatable: cells[9].to_owned(),
        });
    }
    expected
}

#[allow(clippy::cast_precision_loss, reason = "there are a million requests")]
fn compare(expected: &Expected, made: &Made) -> Vec<Row> {
    let mut cache = expected.rule.cache(expected.capacity, Popular::default());
    let Made { ids, objects, bytes, next } = made;
    cache.replay(&Chunk { ids, objects: *objects, bytes, next, times: &[] });
    let tally = cache.tally();
    let is_exact = expected.repeatable == "exact";
    let is_drawn = expected.repeatable.starts_with("no");
    let own = if is_drawn { DRAWN } else { VARIANT };
    let size = &expected.size;
    let mut rows = vec![if is_exact {
        Row::near(format!("misses, {size}"), expected.misses, tally.misses as f64, 0.0)
    } else {
        let metric = format!("miss ratio, {size}");
        Row::near(metric, expected.miss_ratio, tally.miss_ratio(), own)
    }];
    if !made.bytes.is_empty() {
        let own = if is_exact { WRITTEN } else { own };
        let metric = format!("byte miss ratio, {size}");
        let row = Row::near(metric, expected.byte_miss_ratio, tally.byte_miss_ratio(), own);
        rows.push(if is_drawn { row.shown() } else { row });
    }
    rows
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::validate::Verdict;

    /// The SHA-256 of numbers as they stand in a file, little-endian.
    fn digest(numbers: &[u32]) -> String {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn traces_and_sizes_are_those_of_the_generator_to_the_last() {
        for line in TRACES.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let ids = Recipe::read(cells[1]).expect("a recipe").ids();
            assert_eq!(digest(&ids), cells[2], "{line}");
            if !cells[3].is_empty() {
                assert_eq!(digest(&sizes(cells[3]).expect("sizes")), cells[4], "{line}");
            }
        }
    }

    #[test]
    fn a_policy_that_is_judged_by_the_counts_of_another_misses() {
        let all = expected("loop11k");
        let of = |rule: &str| all.iter().find(|it| it.rule.word() == rule).unwrap().clone();
        let made = make("loop --seed 0 --n 200000 --objects 11000", "").unwrap();
        let sieve = of("sieve");
        assert!(compare(&sieve, &made).iter().all(|row| row.verdict == Verdict::Pass));
        let other = Expected { rule: of("belady").rule, ..sieve };
        assert!(compare(&other, &made).iter().any(|row| row.verdict == Verdict::Miss));
    }
}
