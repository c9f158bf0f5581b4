//! What share of requests a cache answers, by Che's approximation.
//!
//! Under independent requests an object stays for a time that is nearly the same for all: the
//! characteristic time, in which just as many are asked for as fit. Che, Tung and Wang,
//! "Hierarchical web caching systems", IEEE Journal on Selected Areas in Communications 2002; for
//! FIFO and others, and why it is so good: Fricker, Robert and Roberts, "A versatile and accurate
//! approximation for LRU cache performance", ITC 2012, and Martina, Garetto and Leonardi, "A
//! unified approach to the performance analysis of caching systems", INFOCOM 2014. An object that
//! is asked for again while it is still being fetched counts as a hit here.

use super::{Capacity, Policy};

/// Objects that are asked for alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// How many there are.
    pub objects: f64,
    /// How often each is asked for, in any unit that is the same for all groups.
    pub rate: f64,
    /// Their mean size in bytes.
    pub bytes: f64,
}

/// The share of requests for each group that are hits, once the cache is full; none for a policy
/// that the approximation does not know.
#[must_use]
pub fn hit_ratios(policy: Policy, capacity: Capacity, groups: &[Group]) -> Option<Vec<f64>> {
    let present = present(policy)?;
    #[allow(clippy::cast_precision_loss, reason = "a capacity is below 2^60")]
    let most = capacity.most() as f64;
    let weight = |group: &Group| match capacity {
        Capacity::Bytes(_) => group.bytes.max(1.0),
        Capacity::Objects(_) => 1.0,
    };
    let is_stored = |group: &Group| group.rate > 0.0 && weight(group) <= most;
    let held = |time: f64| -> f64 {
        let stored = groups.iter().filter(|group| is_stored(group));
        stored.map(|it| it.objects * weight(it) * present(it.rate * time)).sum()
    };
    let time = if held(f64::INFINITY) <= most { f64::INFINITY } else { solve(held, most) };
    let ratio = |it: &Group| if is_stored(it) { present(it.rate * time) } else { 0.0 };
    Some(groups.iter().map(ratio).collect())
}

/// What gives the probability that an object is there by how often it is asked for, on average, in
/// the characteristic time.
fn present(policy: Policy) -> Option<fn(f64) -> f64> {
    match policy {
        Policy::Lru => Some(|often| -libm::expm1(-often)),
        Policy::Fifo | Policy::Random => {
            Some(|often| if often.is_infinite() { 1.0 } else { often / (1.0 + often) })
        }
        Policy::Clock
        | Policy::Slru
        | Policy::Lfu
        | Policy::TwoQ
        | Policy::Arc
        | Policy::Gdsf
        | Policy::WTinyLfu
        | Policy::WTinyLfuByRequests
        | Policy::S3Fifo
        | Policy::Sieve
        | Policy::Lhd => None,
    }
}

/// The time at which a growing function reaches `most`: by halving the ratio of two bounds.
fn solve(held: impl Fn(f64) -> f64, most: f64) -> f64 {
    let (mut low, mut high) = (1.0, 1.0);
    while held(low) > most {
        low /= 16.0;
    }
    while held(high) < most {
        high *= 16.0;
    }
    while high / low > 1.0 + 1e-12 {
        let middle = (low * high).sqrt();
        if middle <= low || middle >= high {
            break;
        }
        if held(middle) < most { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::power;

    fn zipf(exponent: f64) -> Vec<Group> {
        let rate = |rank: u32| power(f64::from(rank), -exponent);
        (1..=100_000).map(|rank| Group { objects: 1.0, rate: rate(rank), bytes: 1.0 }).collect()
    }

    /// The policies that are known.
    const KNOWN: [Policy; 3] = [Policy::Lru, Policy::Fifo, Policy::Random];

    /// The hit ratio over all groups.
    fn overall(policy: Policy, capacity: Capacity, groups: &[Group]) -> f64 {
        let ratios = hit_ratios(policy, capacity, groups).unwrap();
        let asked = |group: &Group| group.objects * group.rate;
        let hits: f64 = groups.iter().zip(&ratios).map(|(it, ratio)| asked(it) * ratio).sum();
        hits / groups.iter().map(asked).sum::<f64>()
    }

    #[test]
    fn zipf_agrees_with_values_computed_elsewhere() {
        for (policy, exponent, objects, expected) in [
            (Policy::Lru, 0.6, 100, 0.007_743_25),
            (Policy::Fifo, 0.6, 100, 0.007_362_67),
            (Policy::Lru, 0.6, 1_000, 0.053_559_96),
            (Policy::Fifo, 0.6, 1_000, 0.047_833_99),
            (Policy::Lru, 0.6, 10_000, 0.252_148_34),
        ] {
            let ratio = overall(policy, Capacity::Objects(objects), &zipf(exponent));
            assert!((ratio - expected).abs() < 5e-9, "{policy:?} {exponent} {objects}: {ratio}");
        }
    }

    #[test]
    fn what_fits_is_always_hit_and_what_never_fits_is_not() {
        let groups = [
            Group { objects: 10.0, rate: 1.0, bytes: 10.0 },
            Group { objects: 1.0, rate: 5.0, bytes: 1_000.0 },
            Group { objects: 9.0, rate: 0.0, bytes: 10.0 },
        ];
        for policy in KNOWN {
            let ratios = hit_ratios(policy, Capacity::Bytes(100), &groups).unwrap();
            assert_eq!(format!("{ratios:?}"), "[1.0, 0.0, 0.0]");
        }
    }

    #[test]
    fn equal_objects_are_hit_as_many_as_fit() {
        let groups = [Group { objects: 1_000.0, rate: 3.0, bytes: 4.0 }];
        for policy in KNOWN {
            let ratio = overall(policy, Capacity::Bytes(1_000), &groups);
            assert!((ratio - 0.25).abs() < 1e-9, "{ratio}");
        }
    }

    #[test]
    fn a_policy_that_is_not_known_gives_nothing() {
        assert_eq!(hit_ratios(Policy::Sieve, Capacity::Objects(10), &zipf(0.9)), None);
    }
}
