//! Lifetimes under Poisson requests: renewal arguments for one object and for Zipf's law.

use super::super::compared::{Case, Row};
use super::made::{Recipe, draw};
use crate::evict::replay::{Chunk, Lifetimes, Renewal, Replayed};

const TEXT: &str = include_str!("../../../tests/data/cache/closed_forms.csv");

/// Requests that are counted, and those of a quick run.
const COUNTED: (u32, u32) = (1_000_000, 200_000);

/// How far a hit ratio may be off.
const NEAR: f64 = 0.003;

/// Lifetimes that pass before anything is counted.
const FILL: f64 = 3.0;

const NANOS: f64 = 1e9;

/// Lifetimes of a catalogue: what is asked for how often, and for how long it stays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Catalogue {
    pub(super) objects: u32,
    pub(super) exponent: f64,
    /// Requests for all objects in a second.
    pub(super) rate: f64,
    /// Seconds.
    pub(super) lifetime: f64,
    pub(super) renewal: Renewal,
}

/// What was seen of a catalogue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) hit_ratio: f64,
    /// The mean number of objects that are there.
    pub(super) stored: f64,
}

/// One case for each exponent and rate.
pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<(String, Vec<(Catalogue, f64)>)> = Vec::new();
    for line in TEXT.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let renewal = match cells[0] {
            "TTL" => Renewal::Fixed,
            "TTLR" => Renewal::Sliding,
            _ => continue,
        };
        let number = |cell: usize| cells[cell].parse::<f64>().unwrap_or(f64::NAN);
        let Ok(objects) = cells[2].parse() else { continue };
        let (exponent, rate, lifetime) = (number(1), number(3), number(4));
        let id = format!("ttl/zipf{}-{}", cells[1], cells[3]);
        let own = (Catalogue { objects, exponent, rate, lifetime, renewal }, number(6));
        match cases.last_mut() {
            Some((last, all)) if *last == id => all.push(own),
            _ => cases.push((id, vec![own])),
        }
    }
    let case = |(id, all): (String, Vec<(Catalogue, f64)>)| {
        let is_quick = id.ends_with("0.8-100");
        Case::new(id, is_quick, move |quick| {
            let requests = if quick { COUNTED.1 } else { COUNTED.0 };
            all.iter().map(|(it, expected)| row(it, *expected, requests)).collect()
        })
    };
    cases.into_iter().map(case).collect()
}

fn row(catalogue: &Catalogue, expected: f64, requests: u32) -> Result<Row, String> {
    let renewal = match catalogue.renewal {
        Renewal::Fixed => "fixed",
        Renewal::Sliding => "sliding",
    };
    let metric = format!("hit ratio, {renewal} lifetime of {}s", catalogue.lifetime);
    Ok(Row::near(metric, expected, catalogue.replay(requests)?.hit_ratio, NEAR))
}

impl Catalogue {
    /// Replays so many requests after the first lifetimes.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "requests are counted in millions, and times are below 2^63 nanoseconds"
    )]
    pub(super) fn replay(&self, requests: u32) -> Result<Seen, String> {
        let fill = (FILL * self.lifetime * self.rate) as usize;
        let all = fill + requests as usize;
        let Self { objects, exponent, .. } = *self;
        let recipe = format!("zipf --seed 5 --n {all} --objects {objects} --alpha {exponent}");
        let ids = Recipe::read(&recipe)?.ids();
        let times = arrivals(self.rate, all);
        let mut cache = Lifetimes::new((self.lifetime * NANOS) as u64, self.renewal);
        let mut replay = |range: std::ops::Range<usize>| {
            let (ids, times) = (&ids[range.clone()], &times[range]);
            cache.replay(&Chunk { ids, objects, times, ..Chunk::default() });
            (cache.tally(), cache.stored(times.last().copied().unwrap_or(0)) as f64)
        };
        let before = replay(0..fill).0;
        // The number of objects is looked at so often that looking takes little time.
        let step = (requests as usize / 500).max(1);
        let (mut stored, mut looks, mut at) = (0.0, 0.0, fill);
        let mut after = before;
        while at < all {
            let end = (at + step).min(all);
            let (tally, there) = replay(at..end);
            (after, stored, looks, at) = (tally, stored + there, looks + 1.0, end);
        }
        let misses = (after.misses - before.misses) as f64;
        Ok(Seen { hit_ratio: 1.0 - misses / f64::from(requests), stored: stored / looks })
    }
}

/// Poisson arrivals, in nanoseconds.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are below 2^63 nanoseconds"
)]
pub(super) fn arrivals(rate: f64, count: usize) -> Vec<u64> {
    let mut now = 0.0;
    let gap = |n| -libm::log1p(-draw(17, 4, n)) / rate * NANOS;
    (0..count as u64)
        .map(|n| {
            now += gap(n);
            now as u64
        })
        .collect()
}
