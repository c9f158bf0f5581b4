//! All caches over one trace: every chunk goes through all of them, in parallel.

use rayon::prelude::*;
use serde::Serialize;

use super::super::exit::CommandError;
use super::super::interrupt::is_interrupted;
use super::sizes::Size;
use super::source::{Known, Source};
use crate::evict::Capacity;
use crate::evict::replay::{Chunk, Lifetime, Popular, Replayed, Rule, Tally};
use crate::report::ResultFile;
use crate::time::Span;

/// So many requests go through a cache before the next cache has its turn.
const CHUNK: usize = 1 << 17;

/// The caches of all policies and sizes.
pub(super) struct Replays {
    caches: Vec<Cache>,
}

struct Cache {
    rule: Rule,
    size: String,
    capacity: Capacity,
    lifetime: Option<Lifetime>,
    cache: Box<dyn Replayed>,
}

/// What came of a cache, as it is written.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) policy: &'static str,
    /// The size as it was asked for.
    pub(super) size: String,
    pub(super) capacity: u64,
    pub(super) unit: &'static str,
    requests: u64,
    misses: u64,
    pub(super) miss_ratio: f64,
    bytes: u64,
    missed_bytes: u64,
    pub(super) byte_miss_ratio: f64,
    /// For how long objects may be used, if that is limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_s: Option<f64>,
}

/// What says how the results came about.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    program: &'static str,
    version: &'static str,
    title: &'a str,
    command: &'a str,
}

impl Replays {
    /// Empty caches, each policy at each size, whose objects may be used for a lifetime if there is
    /// one.
    pub(super) fn new(
        rules: &[Rule],
        sizes: &[Size],
        lifetime: Option<Lifetime>,
        known: &Known,
    ) -> Result<Self, CommandError> {
        let popular = Popular { asked: &known.asked, bytes: &known.bytes };
        let mut caches = Vec::new();
        for rule in rules {
            for size in sizes {
                let capacity = size.capacity(u64::from(known.objects()), known.room());
                if matches!(capacity, Capacity::Bytes(_)) && !known.has_sizes {
                    let text = &size.text;
                    return Err(CommandError::Usage(format!(
                        "the size `{text}` is of bytes, but the trace has no column `size_bytes`"
                    )));
                }
                let mortal = lifetime.and_then(|lifetime| rule.mortal(capacity, lifetime));
                let cache = mortal.unwrap_or_else(|| rule.cache(capacity, popular));
                let size = size.text.clone();
                caches.push(Cache { rule: *rule, size, capacity, lifetime, cache });
            }
        }
        Ok(Self { caches })
    }

    /// Replays the trace through all of them.
    pub(super) fn run(mut self, source: &Source, known: &Known) -> Result<Self, CommandError> {
        let mut is_stopped = false;
        source.chunks(known, CHUNK, |batch| {
            is_stopped |= is_interrupted();
            if is_stopped {
                return;
            }
            let chunk = Chunk {
                ids: &batch.ids,
                objects: known.objects(),
                bytes: &batch.bytes,
                next: &batch.next,
                times: &batch.times,
            };
            self.caches.par_iter_mut().for_each(|cache| cache.cache.replay(&chunk));
        })?;
        if is_stopped { Err(CommandError::interrupted()) } else { Ok(self) }
    }

    /// What came of each.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.caches.iter().map(Cache::line).collect()
    }

    /// The rules, each once, with the capacities of its caches.
    pub(super) fn rules(&self) -> Vec<(Rule, Vec<Capacity>)> {
        let mut rules: Vec<(Rule, Vec<Capacity>)> = Vec::new();
        for cache in &self.caches {
            match rules.last_mut() {
                Some((rule, capacities)) if *rule == cache.rule => capacities.push(cache.capacity),
                _ => rules.push((cache.rule, vec![cache.capacity])),
            }
        }
        rules
    }

    /// The lines as JSON.
    pub(super) fn json(&self) -> Result<String, CommandError> {
        pretty(&self.lines())
    }

    /// The files of the result.
    pub(super) fn files(
        &self,
        title: &str,
        command: &str,
    ) -> Result<Vec<ResultFile>, CommandError> {
        let failed = |error: csv::Error| CommandError::Fault(error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        for line in self.lines() {
            writer.serialize(line).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| CommandError::Fault(error.to_string()))?;
        let (program, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let manifest = pretty(&Manifest { program, version, title, command })?;
        Ok(vec![
            ResultFile { name: "manifest.json".to_owned(), bytes: manifest.into_bytes() },
            ResultFile { name: "cache.csv".to_owned(), bytes },
        ])
    }
}

impl Cache {
    fn line(&self) -> Line {
        let tally = self.cache.tally();
        let Tally { requests, misses, bytes, missed_bytes } = tally;
        let unit = if matches!(self.capacity, Capacity::Bytes(_)) { "bytes" } else { "objects" };
        Line {
            policy: self.rule.word(),
            size: self.size.clone(),
            capacity: self.capacity.most(),
            unit,
            requests,
            misses,
            miss_ratio: tally.miss_ratio(),
            bytes,
            missed_bytes,
            byte_miss_ratio: tally.byte_miss_ratio(),
            ttl_s: self.lifetime.map(|it| Span(it.nanos).as_secs_f64()),
        }
    }
}

fn pretty(of: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(of);
    text.map(|text| text + "\n").map_err(|error| CommandError::Fault(error.to_string()))
}
