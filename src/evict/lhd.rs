//! LHD: the object goes that is expected to bring the fewest hits for the room and time it takes.
//!
//! Objects are in classes by how long they waited for their last two hits, and for each class and
//! age it is counted how many were hit and how many went; from that follows the hit density of an
//! object. A few objects drawn at random are compared, so the order is only approximate. Beckmann,
//! Chen and Cidon, "LHD: improving cache hit rate by maximizing hit density", NSDI 2018. Where
//! the draws begin is the cache's own; what the paper draws from many objects is drawn from one
//! sequence here as well, so counts differ a little from another sequence's.

use super::Capacity;
use super::list::set;
use super::members::Members;
use super::verbs::{Entry, Evict};

/// Classes by age at the last hits, and ages that are told apart.
const CLASSES: usize = 16;
const AGES: usize = 20_000;

/// How many objects are compared, and how many while little is known.
const COMPARED: usize = 32;
const COMPARED_EARLY: usize = 8;
const EARLY: u32 = 50;

/// So many of those stored lately that look bad are compared as well.
const LATELY: usize = 8;

/// Requests after which densities are computed anew, and what of earlier counts stays.
const PERIOD: u32 = 1 << 20;
const KEPT: f64 = 0.9;

/// One in so many objects is kept on trial, as long as they take a hundredth of the capacity.
const ONE_IN: u64 = 32;
const TRIAL_SHARE: u64 = 100;

/// Ages are counted in steps of 2^10 requests at first; 1 % of the objects' number later.
const FIRST_SHIFT: u32 = 10;
const ERROR: f64 = 0.01;
const NO_SLOT: u32 = u32::MAX;

/// What is known of objects and classes.
#[derive(Debug, Clone)]
pub(super) struct Lhd {
    members: Members,
    objects: Vec<Object>,
    classes: Vec<Class>,
    now: u64,
    shift: u32,
    until_next: u32,
    periods: u32,
    /// The room that is left for objects on trial; the last one may exceed it.
    trial: i64,
    count: u64,
    /// The mean density of what went.
    usual: f64,
    lately: [(u32, u64); LATELY],
    next_lately: usize,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    weight: u64,
    /// When it was asked for last, which is also when it was stored, at first.
    asked: u64,
    last_age: u32,
    age_before: u32,
    is_on_trial: bool,
}

#[derive(Debug, Clone)]
struct Class {
    hits: Vec<f64>,
    gone: Vec<f64>,
    density: Vec<f64>,
}

impl Evict for Lhd {
    #[allow(clippy::cast_precision_loss, reason = "classes and ages are few")]
    fn new(capacity: Capacity) -> Self {
        let most = capacity.most();
        let class = |class: usize| Class {
            hits: vec![0.0; AGES],
            gone: vec![0.0; AGES],
            // Before anything is known: nearly by age alone.
            density: (1..=AGES).map(|age| (CLASSES + class + 1) as f64 / age as f64).collect(),
        };
        Self {
            members: Members::default(),
            objects: Vec::new(),
            classes: (0..CLASSES).map(class).collect(),
            now: 0,
            shift: FIRST_SHIFT,
            until_next: PERIOD,
            periods: 0,
            trial: signed(most / TRIAL_SHARE),
            count: 0,
            usual: 0.0,
            lately: [(NO_SLOT, 0); LATELY],
            next_lately: 0,
        }
    }

    fn seed(&mut self, seed: u64) {
        self.members.seed(seed);
    }

    fn on_found(&mut self, slot: u32) {
        let (class, age) = self.place(slot);
        self.classes[class].hits[age] += 1.0;
        self.end_trial(slot);
        let object = &mut self.objects[slot as usize];
        object.age_before = object.last_age;
        object.last_age = u32::try_from(age).unwrap_or(u32::MAX);
        self.begin(slot);
        self.pass();
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        let ages = u32::try_from(AGES).unwrap_or(u32::MAX);
        let object = Object {
            weight: entry.weight.max(1),
            asked: self.now,
            last_age: 0,
            age_before: ages,
            is_on_trial: false,
        };
        set(&mut self.objects, slot, object);
        self.members.insert(slot);
        self.count += 1;
        let is_drawn = self.begin(slot);
        if !is_drawn && self.density(slot) < self.usual {
            self.lately[self.next_lately] = (slot, self.objects[slot as usize].asked);
            self.next_lately = (self.next_lately + 1) % LATELY;
        }
        self.pass();
    }

    fn on_removed(&mut self, slot: u32) {
        self.end_trial(slot);
        self.members.remove(slot);
        self.count -= 1;
    }

    fn evict(&mut self) -> Option<u32> {
        let compared = if self.periods > EARLY { COMPARED } else { COMPARED_EARLY };
        let mut worst: Option<(f64, u32)> = None;
        let mut look = |density: f64, slot: u32| {
            if worst.is_none_or(|(lowest, _)| density < lowest) {
                worst = Some((density, slot));
            }
        };
        for _ in 0..compared {
            let slot = self.members.draw()?;
            look(self.density(slot), slot);
        }
        for (slot, asked) in self.lately {
            // One that was asked for again, or has gone, is no candidate any more.
            let object = self.objects.get(slot as usize);
            if object.is_some_and(|it| it.asked == asked) && self.members.holds(slot) {
                look(self.density(slot), slot);
            }
        }
        let (density, slot) = worst?;
        self.usual = KEPT * self.usual + (1.0 - KEPT) * density;
        let (class, age) = self.place(slot);
        self.classes[class].gone[age] += 1.0;
        self.on_removed(slot);
        Some(slot)
    }
}

impl Lhd {
    /// The class and the age of an object.
    #[allow(clippy::cast_possible_truncation, reason = "the last age is for all above")]
    fn place(&self, slot: u32) -> (usize, usize) {
        let object = &self.objects[slot as usize];
        let age = ((self.now - object.asked) >> self.shift).min(AGES as u64 - 1) as usize;
        let mut between = u64::from(object.last_age) + u64::from(object.age_before);
        if between == 0 {
            return (CLASSES - 1, age);
        }
        let mut class = 0;
        while between < AGES as u64 && class < CLASSES - 1 {
            between *= 2;
            class += 1;
        }
        (class, age)
    }

    /// The hits that are expected of an object for each unit of room and time.
    #[allow(clippy::cast_precision_loss, reason = "a density is no exact number")]
    fn density(&self, slot: u32) -> f64 {
        let (class, age) = self.place(slot);
        if age == AGES - 1 {
            return f64::MIN;
        }
        let object = &self.objects[slot as usize];
        let bonus = f64::from(u8::from(object.is_on_trial));
        self.classes[class].density[age] / object.weight as f64 + bonus
    }

    /// Notes that an object is asked for now, and draws whether it is kept on trial.
    fn begin(&mut self, slot: u32) -> bool {
        let is_drawn = self.members.number().is_multiple_of(ONE_IN);
        let object = &mut self.objects[slot as usize];
        object.asked = self.now;
        object.is_on_trial = is_drawn && self.trial > 0 && self.periods < EARLY;
        if object.is_on_trial {
            self.trial -= signed(object.weight);
        }
        is_drawn
    }

    fn end_trial(&mut self, slot: u32) {
        let object = &mut self.objects[slot as usize];
        if std::mem::take(&mut object.is_on_trial) {
            self.trial += signed(object.weight);
        }
    }

    /// Time goes on by a request.
    fn pass(&mut self) {
        self.now += 1;
        self.until_next -= 1;
        if self.until_next == 0 {
            self.learn();
            self.until_next = PERIOD;
            self.periods += 1;
        }
    }

    /// Computes all densities from what was counted.
    fn learn(&mut self) {
        for class in &mut self.classes {
            class.hits.iter_mut().chain(&mut class.gone).for_each(|count| *count *= KEPT);
        }
        if self.periods == 5 || self.periods == 25 {
            self.rescale();
        }
        for class in &mut self.classes {
            let (mut hits, mut events, mut time) = (0.0, 0.0, 0.0);
            for age in (0..AGES).rev() {
                hits += class.hits[age];
                events += class.hits[age] + class.gone[age];
                time += events;
                class.density[age] = if events > 1e-5 { hits / time } else { 0.0 };
            }
        }
    }

    /// Chooses the steps of age by the number of objects, and moves what was counted.
    #[allow(clippy::cast_precision_loss, reason = "a step is a power of two")]
    fn rescale(&mut self) {
        let wanted = self.count as f64 / (ERROR * AGES as f64);
        let mut shift = 1;
        while ((1_u64 << shift) as f64) < wanted {
            shift += 1;
        }
        let (old, new) = (self.shift, shift);
        self.shift = shift;
        for counts in self.classes.iter_mut().flat_map(|it| [&mut it.hits, &mut it.gone]) {
            let mut moved = vec![0.0; AGES];
            for (age, count) in counts.iter().enumerate() {
                if new >= old {
                    moved[age >> (new - old)] += count;
                    continue;
                }
                let parts = 1_usize << (old - new);
                for part in 0..parts {
                    moved[(age * parts + part).min(AGES - 1)] += count / parts as f64;
                }
            }
            *counts = moved;
        }
    }
}

/// A weight as a number that may become negative.
fn signed(weight: u64) -> i64 {
    i64::try_from(weight).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};
    use crate::rng::mix;

    #[test]
    fn popular_objects_stay_and_the_next_run_is_the_same() {
        let run = || {
            let mut store = Store::new(Policy::Lhd, Capacity::Objects(100));
            let mut hits = 0_u32;
            for request in 0..300_000_u64 {
                let one_of_few = mix(request).is_multiple_of(2);
                let key = if one_of_few { mix(!request) % 60 } else { 1_000 + request };
                match store.get(key) {
                    Some(()) => hits += 1,
                    None => assert!(store.put(key, 1, ())),
                }
            }
            hits
        };
        let hits = run();
        assert!(hits > 135_000, "{hits}");
        assert_eq!(hits, run());
    }
}
