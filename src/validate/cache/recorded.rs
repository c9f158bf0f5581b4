//! Answers of real caches, recorded request by request, against the rule that explains each.
//!
//! nginx 1.22.1 counts lifetimes in whole seconds of the clock, so that an entry is fresh for more
//! than T and up to T + 1 seconds; its zone of keys of 64 KiB holds 447 entries by LRU. Varnish
//! 7.1.1 with 4 MiB holds 1,297 objects; it moves an object up once in two seconds at most, so that
//! it looks like FIFO in a short run.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;

use super::super::compared::{Case, Row};
use crate::evict::replay::{Chunk, Clock, Lifetimes, Popular, Renewal, Replayed, Rule};
use crate::evict::{Capacity, Policy};

macro_rules! recorded {
    ($($name:literal: $rows:expr,)*) => {
        /// Names, compressed recordings, and what is compared.
        const RECORDED: &[(&str, &[u8], Compare)] = &[$((
            $name,
            include_bytes!(concat!("../../../tests/data/cache/recorded/", $name, ".csv.gz")),
            $rows,
        ),)*];
    };
}

type Compare = fn(&Recording) -> Vec<Row>;

recorded! {
    "nginx-unlimited": |it| vec![it.misses(Capacity::Objects(1 << 40), Policy::Lru, 0.0)],
    "nginx-keyszone-64k": |it| vec![it.misses(Capacity::Objects(447), Policy::Lru, 0.005)],
    "nginx-ttl2": |it| it.lifetimes(2_000_000_000),
    "varnish-malloc-4m": |it| vec![it.misses(Capacity::Objects(1_297), Policy::Fifo, 0.01)],
}

/// The share of answers that may differ where they are compared one by one.
const DIFFERENT: f64 = 0.001;

/// What a cache answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Hit,
    Miss,
    /// There, but no longer fresh.
    Expired,
}

/// Requests with the answers that were recorded.
#[derive(Debug, Default)]
struct Recording {
    ids: Vec<u32>,
    objects: u32,
    times: Vec<u64>,
    answers: Vec<Answer>,
}

/// One case for each recording.
pub(super) fn cases() -> Vec<Case> {
    let case = |(name, packed, rows): &(&'static str, &'static [u8], Compare)| {
        let (packed, rows) = (*packed, *rows);
        let compare = move |_| Recording::read(packed).map(|it| rows(&it));
        Case::new(format!("recorded/{name}"), true, compare)
    };
    RECORDED.iter().map(case).collect()
}

impl Recording {
    fn read(packed: &[u8]) -> Result<Self, String> {
        let mut text = String::new();
        GzDecoder::new(packed).read_to_string(&mut text).map_err(|error| error.to_string())?;
        let mut recording = Self::default();
        let mut numbers = BTreeMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [millis, id, answer] = cells.as_slice() else {
                return Err(format!("`{line}` has not three cells"));
            };
            let millis: u64 = millis.parse().map_err(|_| format!("`{millis}` is no time"))?;
            recording.times.push(millis * 1_000_000);
            let next = recording.objects;
            let number = *numbers.entry((*id).to_owned()).or_insert(next);
            recording.objects = next.max(number + 1);
            recording.ids.push(number);
            recording.answers.push(match *answer {
                "H" => Answer::Hit,
                "M" => Answer::Miss,
                "E" => Answer::Expired,
                other => return Err(format!("`{other}` is no answer")),
            });
        }
        Ok(recording)
    }

    /// Misses under a policy against those that were recorded, within a share of them.
    #[allow(clippy::cast_precision_loss, reason = "there are some thousand requests")]
    fn misses(&self, capacity: Capacity, policy: Policy, share: f64) -> Row {
        let mut cache = Rule::Online(policy).cache(capacity, Popular::default());
        cache.replay(&Chunk { ids: &self.ids, objects: self.objects, ..Chunk::default() });
        let recorded = self.answers.iter().filter(|it| **it != Answer::Hit).count();
        let seen = cache.tally().misses;
        Row::within("misses".to_owned(), recorded as f64, seen as f64, share)
    }

    /// The answers by lifetimes in whole seconds, one by one and by kind. Exact ones are shown for
    /// comparison.
    #[allow(clippy::cast_precision_loss, reason = "there are some thousand requests")]
    fn lifetimes(&self, lifetime: u64) -> Vec<Row> {
        let all = self.answers.len() as f64;
        let equal = |seen: &[Answer]| {
            let equal = seen.iter().zip(&self.answers).filter(|(seen, own)| seen == own).count();
            equal as f64 / all
        };
        let seen = self.answers_by(lifetime, Clock::Seconds);
        let exact = equal(&self.answers_by(lifetime, Clock::Exact));
        let mut rows = vec![
            Row::near("equal answers".to_owned(), 1.0, equal(&seen), DIFFERENT),
            Row::near("equal answers, exact clock".to_owned(), 1.0, exact, DIFFERENT).shown(),
        ];
        let kinds = [("hits", Answer::Hit), ("misses", Answer::Miss), ("expired", Answer::Expired)];
        for (name, kind) in kinds {
            let count = |of: &[Answer]| of.iter().filter(|it| **it == kind).count() as f64;
            let (recorded, seen) = (count(&self.answers), count(&seen));
            rows.push(Row::near(name.to_owned(), recorded, seen, DIFFERENT * all));
        }
        rows
    }

    fn answers_by(&self, lifetime: u64, clock: Clock) -> Vec<Answer> {
        let mut cache = Lifetimes::new(lifetime, Renewal::Fixed).counted_by(clock);
        let mut was_there = vec![false; self.objects as usize];
        let answer = |(id, now): (&u32, &u64)| {
            let before = cache.tally().misses;
            let chunk =
                Chunk { ids: &[*id], objects: self.objects, times: &[*now], ..<_>::default() };
            cache.replay(&chunk);
            let known = std::mem::replace(&mut was_there[*id as usize], true);
            match (cache.tally().misses == before, known) {
                (true, _) => Answer::Hit,
                (false, true) => Answer::Expired,
                (false, false) => Answer::Miss,
            }
        };
        self.ids.iter().zip(&self.times).map(answer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Verdict;

    #[test]
    fn nginx_counts_whole_seconds() {
        let (_, packed, _) = RECORDED.iter().find(|it| it.0 == "nginx-ttl2").expect("it is there");
        let recording = Recording::read(packed).expect("it can be read");
        let differ = |clock| {
            let seen = recording.answers_by(2_000_000_000, clock);
            seen.iter().zip(&recording.answers).filter(|(seen, own)| seen != own).count()
        };
        assert_eq!((differ(Clock::Seconds), differ(Clock::Exact)), (2, 1_142));
    }

    #[test]
    fn every_recording_is_explained_and_a_wrong_rule_is_seen() {
        for (name, packed, rows) in RECORDED {
            let recording = Recording::read(packed).expect("it can be read");
            assert!(rows(&recording).iter().all(|row| row.verdict != Verdict::Miss), "{name}");
        }
        let (_, packed, _) = RECORDED[1];
        let wrong =
            Recording::read(packed).unwrap().misses(Capacity::Objects(447), Policy::Fifo, 0.005);
        assert_eq!(wrong.verdict, Verdict::Miss);
    }
}
