//! Replaying a trace through caches, without any time between a miss and what is stored.
//!
//! Objects are numbered from 0 in the order in which they are asked for first, so that a table
//! says where each stands. Besides the policies there are rules that need the future: Belady's
//! rule, which is a bound where all objects are of one size, and the most popular objects, stored
//! beforehand. A trace is replayed in chunks, so that
//! many caches can go over one that is never wholly in memory.

mod belady;
mod belady_size;
mod dense;
mod fixed;
mod lifetimes;

pub use lifetimes::{Clock, Lifetime, Lifetimes, Renewal};

pub(super) use dense::Dense;

use super::{Capacity, Policy};

/// No request: an object that is not asked for again.
pub const NEVER: u64 = u64::MAX;

/// Requests of a trace, one after the other: columns of the same length, or empty where nothing is
/// known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chunk<'a> {
    /// Which object each asks for.
    pub ids: &'a [u32],
    /// How many objects there are: every number is below.
    pub objects: u32,
    /// The bytes of each; empty if each takes one.
    pub bytes: &'a [u64],
    /// The number of the next request for the same object, counted over the whole trace, or
    /// [`NEVER`]. Belady's rules need it.
    pub next: &'a [u64],
    /// When each is made, in nanoseconds. Lifetimes need it.
    pub times: &'a [u64],
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests.
    pub requests: u64,
    /// Requests for objects that were not there.
    pub misses: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
    /// Bytes that were asked for and not there.
    pub missed_bytes: u64,
}

/// A cache that is replayed.
pub trait Replayed: Send {
    /// Asks for the objects of a chunk, each of which is stored at once if it is not there.
    fn replay(&mut self, chunk: &Chunk<'_>);

    /// What was counted so far.
    fn tally(&self) -> Tally;
}

/// Who goes first: a policy, or a rule that needs the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A policy that a real cache can have.
    Online(Policy),
    /// The object that is asked for again last goes first: no policy misses less often if all
    /// objects are of one size (Belady, "A study of replacement algorithms for a virtual-storage
    /// computer", IBM Systems Journal 1966).
    Belady,
    /// Of some objects drawn at random, the one with the largest product of size and time until it
    /// is asked for again goes first. With sizes there is no simple optimum.
    BeladySize,
    /// The most popular objects of the whole trace are there from the beginning and stay: of what
    /// never changes the best, and no bound for what follows a popularity that moves.
    Static,
    /// Nothing goes for want of room, whatever the size: only lifetimes end.
    Ttl,
}

/// What has to be known of the whole trace for [`Rule::Static`], by the numbers of the objects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Popular<'a> {
    /// How often each is asked for.
    pub asked: &'a [u64],
    /// The bytes of each; empty if each takes one.
    pub bytes: &'a [u64],
}

impl Rule {
    /// All that need no lifetime: first the policies in the order of their list.
    pub fn all() -> impl Iterator<Item = Self> {
        let online = Policy::ALL.iter().copied().map(Self::Online);
        online.chain([Self::Static, Self::Belady, Self::BeladySize])
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Online(policy) => policy.word(),
            Self::Belady => "belady",
            Self::BeladySize => "belady-size",
            Self::Static => "static",
            Self::Ttl => "ttl",
        }
    }

    /// The rule that a word stands for, in any spelling: `w-tiny-lfu`, `W-TinyLFU`, `wtinylfu`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let plain = |word: &str| -> String {
            word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
        };
        let word = match plain(word) {
            short if short == "2q" => "twoq".to_owned(),
            word => word,
        };
        Self::all().chain([Self::Ttl]).find(|rule| plain(rule.word()) == word)
    }

    /// Whether it asks when an object is asked for again.
    #[must_use]
    pub const fn needs_next(self) -> bool {
        matches!(self, Self::Belady | Self::BeladySize)
    }

    /// Whether its caches can be told for how long objects may be used. Bounds for that are not
    /// known here: what is asked for next is not all that counts then.
    #[must_use]
    pub const fn knows_lifetimes(self) -> bool {
        matches!(self, Self::Online(_) | Self::Ttl)
    }

    /// An empty cache under this rule whose objects may be used for a lifetime from when they were
    /// stored, which a hit does not renew; none for a rule that knows no lifetimes.
    #[must_use]
    pub fn mortal(self, capacity: Capacity, lifetime: Lifetime) -> Option<Box<dyn Replayed>> {
        match self {
            Self::Online(policy) => Some(super::dense(policy, capacity, Some(lifetime))),
            Self::Ttl => Some(Box::new(
                Lifetimes::new(lifetime.nanos, Renewal::Fixed).counted_by(lifetime.clock),
            )),
            Self::Belady | Self::BeladySize | Self::Static => None,
        }
    }

    /// An empty cache under this rule; `popular` is for [`Rule::Static`].
    #[must_use]
    pub fn cache(self, capacity: Capacity, popular: Popular<'_>) -> Box<dyn Replayed> {
        match self {
            Self::Online(policy) => super::dense(policy, capacity, None),
            Self::Ttl => Box::new(Lifetimes::new(u64::MAX, Renewal::Fixed)),
            Self::Belady => Box::new(belady::Belady::new(capacity)),
            Self::BeladySize => Box::new(belady_size::BeladySize::new(capacity)),
            Self::Static => Box::new(fixed::Fixed::new(capacity, popular)),
        }
    }
}

impl Tally {
    /// The share of requests that found nothing.
    #[must_use]
    pub fn miss_ratio(&self) -> f64 {
        ratio(self.misses, self.requests)
    }

    /// The share of bytes that were not there.
    #[must_use]
    pub fn byte_miss_ratio(&self) -> f64 {
        ratio(self.missed_bytes, self.bytes)
    }

    /// Counts a request.
    #[inline]
    fn count(&mut self, bytes: u64, is_hit: bool) {
        self.requests += 1;
        self.bytes += bytes;
        if !is_hit {
            self.misses += 1;
            self.missed_bytes += bytes;
        }
    }
}

impl Chunk<'_> {
    /// The bytes of a request.
    #[inline]
    fn bytes_of(&self, request: usize) -> u64 {
        self.bytes.get(request).copied().unwrap_or(1)
    }

    /// The next request for the object of a request; as if there were none where it is not known.
    #[inline]
    fn next_of(&self, request: usize) -> u64 {
        self.next.get(request).copied().unwrap_or(NEVER)
    }
}

/// For each request of a trace the number of the next one for the same object, or [`NEVER`].
#[must_use]
pub fn next_requests(ids: &[u32], objects: u32) -> Vec<u64> {
    let mut later = vec![NEVER; objects as usize];
    let mut next = vec![NEVER; ids.len()];
    for (request, id) in ids.iter().enumerate().rev() {
        next[request] = std::mem::replace(&mut later[*id as usize], request as u64);
    }
    next
}

#[allow(clippy::cast_precision_loss, reason = "a ratio is no exact number")]
fn ratio(part: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evict::Store;
    use crate::rng::mix;

    #[test]
    fn every_rule_is_found_by_its_word_and_by_other_spellings() {
        for rule in Rule::all() {
            assert_eq!(Rule::named(rule.word()), Some(rule));
            assert_eq!(Rule::named(&rule.word().to_uppercase().replace('-', "")), Some(rule));
        }
        assert_eq!(Rule::named("2Q"), Some(Rule::Online(Policy::TwoQ)));
        assert_eq!(Rule::named("W-TinyLFU"), Some(Rule::Online(Policy::WTinyLfu)));
        assert_eq!(Rule::named("TTL"), Some(Rule::Ttl));
        assert_eq!(Rule::named("mru"), None);
    }

    /// Requests for few of many objects, and their sizes.
    fn requests() -> (Vec<u32>, Vec<u64>) {
        let ids = (0..40_000).map(|n| (mix(n) % 400 * (mix(!n) % 400) / 400) as u32);
        let ids: Vec<u32> = ids.collect();
        let bytes = ids.iter().map(|id| 1 + mix(u64::from(*id)) % 40).collect();
        (ids, bytes)
    }

    #[test]
    fn a_replay_misses_what_a_store_misses() {
        let (ids, bytes) = requests();
        for policy in Policy::ALL {
            for capacity in [Capacity::Objects(37), Capacity::Bytes(4_000)] {
                let mut store = Store::new(*policy, capacity);
                let mut misses = 0;
                for (id, bytes) in ids.iter().zip(&bytes) {
                    if store.get(u64::from(*id)).is_none() {
                        misses += 1;
                        store.put(u64::from(*id), *bytes, ());
                    }
                }
                let mut cache = Rule::Online(*policy).cache(capacity, Popular::default());
                for (ids, bytes) in ids.chunks(1_000).zip(bytes.chunks(1_000)) {
                    cache.replay(&Chunk { ids, bytes, objects: 400, ..Chunk::default() });
                }
                assert_eq!(cache.tally().misses, misses, "{policy:?}, {capacity:?}");
            }
        }
    }

    /// Moments of requests with gaps of up to two seconds.
    fn times(count: usize) -> Vec<u64> {
        let gap = |n: usize| mix(n as u64 ^ 0xabc) % 2_000_000_000;
        (0..count)
            .scan(0, |now, n| {
                *now += gap(n);
                Some(*now)
            })
            .collect()
    }

    const LIFETIMES: [Lifetime; 3] = [
        Lifetime { nanos: 50_000_000_000, clock: Clock::Exact },
        Lifetime { nanos: 50_000_000_000, clock: Clock::Seconds },
        Lifetime { nanos: 70_000_000_000, clock: Clock::Exact },
    ];

    #[test]
    fn with_lifetimes_a_replay_misses_what_a_store_misses_that_looks_at_the_time() {
        let (ids, bytes) = requests();
        let times = times(ids.len());
        for policy in Policy::ALL {
            for capacity in [Capacity::Objects(37), Capacity::Bytes(4_000)] {
                for lifetime in LIFETIMES {
                    let mut store = Store::new(*policy, capacity);
                    let mut misses = 0;
                    for ((id, bytes), now) in ids.iter().zip(&bytes).zip(&times) {
                        let id = u64::from(*id);
                        if store.get(id).is_none_or(|end| now >= end) {
                            misses += 1;
                            store.put(id, *bytes, lifetime.end(*now));
                        }
                    }
                    let mut cache = Rule::Online(*policy).mortal(capacity, lifetime).unwrap();
                    let chunk = Chunk {
                        ids: &ids,
                        bytes: &bytes,
                        objects: 400,
                        times: &times,
                        ..Chunk::default()
                    };
                    cache.replay(&chunk);
                    assert_eq!(cache.tally().misses, misses, "{policy:?}, {capacity:?}");
                }
            }
        }
    }

    /// Misses of LRU with lifetimes, by a list of what is there that is searched from end to end;
    /// and how many objects had expired.
    fn naive(ids: &[u32], times: &[u64], capacity: usize, lifetime: Lifetime) -> (u64, u64) {
        let (mut there, mut misses, mut expired): (Vec<(u32, u64)>, u64, u64) = (Vec::new(), 0, 0);
        for (id, now) in ids.iter().zip(times) {
            let found = there.iter().position(|(other, _)| other == id).map(|at| there.remove(at));
            let end = match found {
                Some((_, end)) if *now < end => end,
                _ => {
                    expired += u64::from(found.is_some());
                    misses += 1;
                    lifetime.end(*now)
                }
            };
            there.push((*id, end));
            if there.len() > capacity {
                there.remove(0);
            }
        }
        (misses, expired)
    }

    #[test]
    fn lru_with_lifetimes_and_lifetimes_alone_miss_what_a_naive_list_misses() {
        let ids = requests().0;
        let times = times(ids.len());
        for lifetime in LIFETIMES {
            for (rule, capacity) in [(Rule::Online(Policy::Lru), 37), (Rule::Ttl, 400)] {
                let (expected, expired) = naive(&ids, &times, capacity, lifetime);
                let mut cache = rule.mortal(Capacity::Objects(37), lifetime).unwrap();
                for (ids, times) in ids.chunks(999).zip(times.chunks(999)) {
                    cache.replay(&Chunk { ids, objects: 400, times, ..Chunk::default() });
                }
                assert_eq!(cache.tally().misses, expected, "{rule:?}, {lifetime:?}");
                assert!(expired > 10, "{rule:?}, {lifetime:?}: {expired}");
            }
        }
        assert!(Rule::Belady.mortal(Capacity::Objects(1), LIFETIMES[0]).is_none());
    }

    #[test]
    fn sizes_that_are_not_given_change_nothing_where_objects_count() {
        let (ids, bytes) = requests();
        for rule in Rule::all() {
            let next = next_requests(&ids, 400);
            let mut asked = vec![0; 400];
            ids.iter().for_each(|id| asked[*id as usize] += 1);
            let misses = |bytes| {
                let popular = Popular { asked: &asked, bytes: &[] };
                let mut cache = rule.cache(Capacity::Objects(37), popular);
                let chunk = Chunk { ids: &ids, objects: 400, bytes, next: &next, times: &[] };
                cache.replay(&chunk);
                cache.tally().misses
            };
            assert_eq!(misses(&bytes), misses(&[]), "{rule:?}");
            assert!((20_000..40_000).contains(&misses(&[])) || rule == Rule::Belady, "{rule:?}");
        }
    }

    #[test]
    fn no_rule_misses_less_than_that_of_belady_and_each_misses_what_is_new() {
        let (ids, _) = requests();
        let next = next_requests(&ids, 400);
        let misses = |rule: Rule| {
            let mut cache = rule.cache(Capacity::Objects(37), Popular::default());
            cache.replay(&Chunk { ids: &ids, objects: 400, next: &next, ..Chunk::default() });
            cache.tally().misses
        };
        let least = misses(Rule::Belady);
        for policy in Policy::ALL {
            assert!(misses(Rule::Online(*policy)) > least, "{policy:?}");
        }
    }
}
