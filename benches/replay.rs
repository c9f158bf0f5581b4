//! Replaying a trace through a cache: nanoseconds of CPU time a request, beside the crates `lru`
//! and `hashlink`. A million requests by Zipf's law with exponent 1.0 over 100,000 objects, of
//! which 10,000 are kept. The words given choose policies; `count POLICY N` replays once, so that
//! a tool outside can count instructions.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use cpu_time::ThreadTime;
use lindley::evict::Capacity;
use lindley::evict::replay::{Chunk, Popular, Rule, next_requests};
use lindley::popularity::{Objects, Popularity};
use lindley::rng::mix;
use lindley::time::Time;

const OBJECTS: u32 = 100_000;
const KEPT: u32 = 10_000;
const REQUESTS: u64 = 1_000_000;

/// How often each is timed; the best time counts.
const ROUNDS: usize = 25;

fn ids(requests: u64) -> Vec<u32> {
    let law: Result<Popularity, _> = serde_json::from_str("{ \"zipf\": 1.0 }");
    let law: Objects = law.expect("a law").objects(OBJECTS).expect("there are objects");
    (0..requests).map(|n| law.pick(mix(n), Time::ZERO, || n).0).collect()
}

/// Misses of one replay.
fn replay(rule: Rule, ids: &[u32], next: &[u64], asked: &[u64]) -> u64 {
    let popular = Popular { asked, bytes: &[] };
    let mut cache = rule.cache(Capacity::Objects(u64::from(KEPT)), popular);
    cache.replay(&Chunk { ids, objects: OBJECTS, next, ..Chunk::default() });
    cache.tally().misses
}

fn with_lru(ids: &[u32]) -> u64 {
    let mut cache = lru::LruCache::new(NonZeroUsize::new(KEPT as usize).expect("some"));
    let mut misses = 0;
    for id in ids {
        if cache.get(id).is_none() {
            misses += 1;
            cache.put(*id, ());
        }
    }
    misses
}

fn with_hashlink(ids: &[u32]) -> u64 {
    let mut cache = hashlink::LruCache::new(KEPT as usize);
    let mut misses = 0;
    for id in ids {
        if cache.get(id).is_none() {
            misses += 1;
            cache.insert(*id, ());
        }
    }
    misses
}

#[allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "it is a program")]
fn show(name: &str, mut run: impl FnMut() -> u64) {
    let (mut best, mut misses) = (f64::INFINITY, 0);
    for _ in 0..ROUNDS {
        let start = ThreadTime::now();
        misses = black_box(run());
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / REQUESTS as f64);
    }
    let ratio = misses as f64 / REQUESTS as f64;
    println!("{name:<24} {best:>7.2} ns {:>7.1} M/s  misses {ratio:.4}", 1e3 / best);
}

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [first, policy, count] = words.as_slice()
        && first == "count"
    {
        let (Some(rule), Ok(count)) = (Rule::named(policy), count.parse()) else {
            eprintln!("not understood: count {policy} {count}");
            return ExitCode::from(2);
        };
        println!("misses {}", replay(rule, &ids(count), &[], &[]));
        return ExitCode::SUCCESS;
    }
    let ids = ids(REQUESTS);
    let next = next_requests(&ids, OBJECTS);
    let mut asked = vec![0; OBJECTS as usize];
    ids.iter().for_each(|id| asked[*id as usize] += 1);
    for rule in Rule::all() {
        if words.is_empty() || words.iter().any(|word| word == rule.word()) {
            show(rule.word(), || replay(rule, &ids, &next, &asked));
        }
    }
    show("crate lru", || with_lru(&ids));
    show("crate hashlink", || with_hashlink(&ids));
    ExitCode::SUCCESS
}
