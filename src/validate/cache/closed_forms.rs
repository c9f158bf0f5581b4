//! Hit ratios under Zipf's law, after the cache has filled, against Che's approximation: LRU, FIFO
//! and random, whose ratio is that of FIFO, and the most popular objects.

use super::super::compared::{Case, Row};
use super::made::Recipe;
use crate::evict::Capacity;
use crate::evict::replay::{Chunk, Popular, Rule};

const TEXT: &str = include_str!("../../../tests/data/cache/closed_forms.csv");

/// Requests that fill the cache, and those that are counted after them.
const FILL: usize = 400_000;
const COUNTED: (usize, usize) = (3_000_000, 800_000);

/// How far a hit ratio may be off; random draws add to those of the requests.
const NEAR: f64 = 0.002;
const DRAWN: f64 = 0.003;

/// What is expected of LRU, FIFO and the most popular at one size.
#[derive(Debug, Clone)]
struct Expected {
    rule: &'static str,
    size: u64,
    hit_ratio: f64,
}

/// One case for each exponent.
pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<(String, u32, Vec<Expected>)> = Vec::new();
    for line in TEXT.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let rules: &[&'static str] = match cells[0] {
            "LRU" => &["lru"],
            "FIFO" => &["fifo", "random"],
            "STATIC" => &["static"],
            _ => continue,
        };
        let (Ok(objects), Ok(size), Ok(hit_ratio)) =
            (cells[2].parse(), cells[4].parse(), cells[6].parse())
        else {
            continue;
        };
        if cases.last().is_none_or(|(exponent, ..)| exponent != cells[1]) {
            cases.push((cells[1].to_owned(), objects, Vec::new()));
        }
        let own = rules.iter().map(|rule| Expected { rule, size, hit_ratio });
        cases.iter_mut().rev().take(1).for_each(|(.., all)| all.extend(own.clone()));
    }
    let case = |(exponent, objects, expected): (String, u32, Vec<Expected>)| {
        let is_quick = exponent == "0.8";
        let id = format!("che/zipf{exponent}");
        Case::new(id, is_quick, move |quick| rows(&exponent, objects, &expected, quick))
    };
    cases.into_iter().map(case).collect()
}

fn rows(
    exponent: &str,
    objects: u32,
    expected: &[Expected],
    is_quick: bool,
) -> Result<Vec<Row>, String> {
    let counted = if is_quick { COUNTED.1 } else { COUNTED.0 };
    let requests = FILL + counted;
    let recipe = format!("zipf --seed 11 --n {requests} --objects {objects} --alpha {exponent}");
    let ids = Recipe::read(&recipe)?.ids();
    let row = |it: &Expected| {
        let rule = Rule::named(it.rule).ok_or("no such policy")?;
        let hit_ratio = hit_ratio(rule, it.size, &ids, objects, FILL);
        let near = if it.rule == "random" { DRAWN } else { NEAR };
        let metric = format!("hit ratio, {}, {} objects", it.rule, it.size);
        Ok(Row::near(metric, it.hit_ratio, hit_ratio, near))
    };
    expected.iter().map(row).collect()
}

/// The hit ratio of what comes after the first `fill` requests; objects are numbered by their rank.
#[allow(clippy::cast_precision_loss, reason = "there are some million requests")]
pub(super) fn hit_ratio(rule: Rule, size: u64, ids: &[u32], objects: u32, fill: usize) -> f64 {
    // The most popular objects are known beforehand: the first ones.
    let asked: Vec<u64> = (0..u64::from(objects)).rev().map(|rank| rank + 1).collect();
    let popular = Popular { asked: &asked, bytes: &[] };
    let mut cache = rule.cache(Capacity::Objects(size), popular);
    let (first, rest) = ids.split_at(fill);
    cache.replay(&Chunk { ids: first, objects, ..Chunk::default() });
    let before = cache.tally().misses;
    cache.replay(&Chunk { ids: rest, objects, ..Chunk::default() });
    1.0 - (cache.tally().misses - before) as f64 / rest.len() as f64
}
