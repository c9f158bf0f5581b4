//! What is kept of a request, and which object it asks for.

use hdrhistogram::Histogram;
use lindley::alias::AliasTable;
use lindley::evict::{Capacity, Policy, Store};
use lindley::observe::Recorder;
use lindley::popularity::{Objects, Popularity};
use lindley::rng::{Key, Stream, mix};
use lindley::time::Time;
use rand::Rng;

use crate::lru::Lru;
use crate::timing::{cost, head, show};

const RECORDS: u64 = 2_000_000;
const OBJECTS: u32 = 100_000;

/// Latencies around 20 ms.
fn latency(n: u64) -> u64 {
    10_000_000 + (mix(n) >> 40)
}

fn stream() -> Stream {
    Key::root(1, 0).stream("app", "objects")
}

/// Histograms and tables.
pub fn all() {
    head("records: a value kept, an object chosen");
    let mut histogram: Histogram<u64> = Histogram::new(3).expect("sound");
    show(
        "hdrhistogram, 3 digits",
        cost(RECORDS, || (0..RECORDS).for_each(|n| histogram.saturating_record(latency(n)))),
    );
    let mut recorder = Recorder::new(3);
    show(
        "observe::Recorder, 3 digits",
        cost(RECORDS, || (0..RECORDS).for_each(|n| recorder.record(latency(n)))),
    );
    let weights: Vec<f64> = (1..=OBJECTS).map(|rank| 1.0 / f64::from(rank)).collect();
    let table = AliasTable::new(&weights);
    let mut bits = stream();
    show(
        "alias table of 100,000 objects",
        cost(RECORDS, || (0..RECORDS).fold(0, |sum, _| sum ^ table.pick(bits.next_u64()))),
    );
    for exponent in ["0.9", "1.2"] {
        let objects = zipf(exponent);
        show(
            &format!("popularity: zipf = {exponent} over 100,000 objects"),
            cost(RECORDS, || {
                (0..RECORDS)
                    .fold(0, |sum, _| sum ^ objects.pick(bits.next_u64(), Time::ZERO, || 0).0)
            }),
        );
    }
    let objects = zipf("0.9");
    let asked: Vec<u32> =
        (0..1 << 20).map(|_| objects.pick(bits.next_u64(), Time::ZERO, || 0).0).collect();
    let mut cache = Lru::new(OBJECTS as usize, 10_000);
    show(
        "the loops' LRU, 10,000 of 100,000 objects",
        cost(asked.len() as u64, || asked.iter().filter(|object| cache.ask(**object)).count()),
    );
    let mut store = Store::new(Policy::Lru, Capacity::Objects(10_000));
    let mut ask = |object: u32| {
        let is_hit = store.get(u64::from(object)).is_some();
        if !is_hit {
            store.put(u64::from(object), 1, ());
        }
        is_hit
    };
    show(
        "evict::Store, LRU, the same",
        cost(asked.len() as u64, || asked.iter().filter(|object| ask(**object)).count()),
    );
}

fn zipf(exponent: &str) -> Objects {
    let law: Result<Popularity, _> = serde_json::from_str(&format!("{{ \"zipf\": {exponent} }}"));
    law.expect("a law").objects(OBJECTS).expect("there are objects")
}
