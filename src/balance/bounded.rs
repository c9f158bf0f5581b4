//! Consistent hashing with bounded loads: nobody gets far more than the average.
//!
//! With `balance_factor` = f per cent, m exchanges outstanding and weights w of W in all, a backend
//! may have f/100 x (m + 1) x w / W exchanges, rounded up, and at least one. A key whose backend
//! has as many goes on to the next place of the ring or table. *Use it* for keys of which some are
//! far more popular than others: f trades even loads (near 100) for keys that stay where they are.
//! *Weakness*: a popular key is on several backends, which costs caches room and hits; every choice
//! looks at all backends. *Source*: Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with
//! bounded loads", SODA 2018; weights as in HAProxy's `hash-balance-factor` and Envoy's
//! `hash_balance_factor`.

use super::backend::Candidates;
use super::{Backend, BalanceSpec};

/// How much a backend may have, of what is outstanding now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    /// What all may have together, in hundredths.
    all: u64,
    /// The weights of all that work, in as many hundredths.
    weights: u64,
}

impl Slots {
    /// The room there is now, where the scenario sets a bound and somebody works.
    #[inline]
    pub(super) fn of(spec: Option<u32>, among: Candidates<'_>) -> Option<Self> {
        spec.and_then(|percent| Self::counted(percent, among))
    }

    fn counted(percent: u32, among: Candidates<'_>) -> Option<Self> {
        let outstanding = all_outstanding(among.backends);
        let works = among.backends.iter().filter(|backend| backend.works);
        let weights: u64 = works.map(|backend| u64::from(backend.weight)).sum();
        let all = u64::from(percent) * (outstanding + 1);
        (weights > 0).then_some(Self { all, weights: 100 * weights })
    }

    /// Whether a backend may have one more.
    #[inline]
    pub(super) fn has_room(self, backend: &Backend) -> bool {
        let own = (self.all * u64::from(backend.weight)).div_ceil(self.weights);
        u64::from(backend.outstanding) < own.max(1)
    }
}

/// What is outstanding at all backends.
pub(super) fn all_outstanding(backends: &[Backend]) -> u64 {
    backends.iter().map(|backend| u64::from(backend.outstanding)).sum()
}

/// The first of these backends that is open and has room; the first open one if nobody has.
pub(super) fn first_with_room(
    onwards: impl Iterator<Item = usize> + Clone,
    among: Candidates<'_>,
    has_room: impl Fn(usize) -> bool,
) -> Option<usize> {
    let open = onwards.filter(|owner| among.is_open(*owner));
    open.clone().find(|owner| has_room(*owner)).or_else(|| open.clone().next())
}

impl BalanceSpec {
    /// The bound on loads, in per cent of the average, if the algorithm heeds one.
    #[must_use]
    pub fn bound(&self) -> Option<u32> {
        use super::{Algorithm, Profile};
        let heeds = match self.profile {
            None => matches!(self.algorithm, Algorithm::RingHash | Algorithm::Maglev),
            Some(Profile::Haproxy | Profile::Envoy) => self.algorithm == Algorithm::RingHash,
            Some(Profile::Nginx | Profile::Caddy) => false,
        };
        self.balance_factor.filter(|_| heeds)
    }
}

#[cfg(test)]
mod tests {
    use super::super::stated::{coin, equal, loaded, query, weighted};
    use super::super::{Algorithm, Balancer, Profile, Tried};
    use super::*;

    fn spec(algorithm: Algorithm, profile: Option<Profile>, factor: Option<u32>) -> BalanceSpec {
        BalanceSpec { algorithm, profile, balance_factor: factor, ..BalanceSpec::default() }
    }

    const ALL: [(Algorithm, Option<Profile>); 4] = [
        (Algorithm::RingHash, None),
        (Algorithm::Maglev, None),
        (Algorithm::RingHash, Some(Profile::Haproxy)),
        (Algorithm::RingHash, Some(Profile::Envoy)),
    ];

    /// What each backend has if the same query comes so often and nothing ends.
    fn heaped(spec: &BalanceSpec, mut backends: Vec<Backend>, count: u32) -> Vec<u32> {
        let mut balancer = Balancer::new(spec, &backends);
        let mut coin = coin();
        for _ in 0..count {
            let chosen = balancer.pick(&query(7), &backends, Tried::NONE, &mut coin);
            backends[chosen.expect("all are open")].outstanding += 1;
        }
        backends.iter().map(|backend| backend.outstanding).collect()
    }

    #[test]
    fn one_popular_key_stays_with_one_backend_unless_loads_are_bounded() {
        for (algorithm, profile) in ALL {
            let unbounded = heaped(&spec(algorithm, profile, None), equal(4), 100);
            assert_eq!(unbounded.iter().max(), Some(&100), "{algorithm:?} {profile:?}");
            let most = |factor| {
                let heaps = heaped(&spec(algorithm, profile, Some(factor)), equal(4), 100);
                assert_eq!(heaps.iter().sum::<u32>(), 100);
                heaps.into_iter().max().unwrap()
            };
            // A quarter of a hundred times the factor; Envoy lets one more in.
            let more = u32::from(profile == Some(Profile::Envoy));
            for (factor, bound) in [(100, 25), (125, 32), (200, 50)] {
                let most = most(factor);
                assert!(most <= bound + more, "{algorithm:?} {profile:?} {factor}: {most}");
                assert!(most + 2 >= bound, "it stays where it can: {profile:?} {factor}: {most}");
            }
        }
    }

    #[test]
    fn what_one_may_have_follows_its_weight() {
        for (algorithm, profile) in ALL {
            let spec = spec(algorithm, profile, Some(100));
            let heaps = heaped(&spec, weighted(&[1, 3, 0, 4]), 80);
            // Envoy lets one more in at each, which then is missing elsewhere.
            let slack = if profile == Some(Profile::Envoy) { 2 } else { 1 };
            for (heap, expected) in heaps.iter().zip([10, 30, 0, 40]) {
                assert!(heap.abs_diff(expected) <= slack, "{algorithm:?} {profile:?}: {heaps:?}");
            }
        }
    }

    #[test]
    fn below_the_bound_keys_stay_where_they_are() {
        for (algorithm, profile) in ALL {
            let pick = |factor, n, backends: &[Backend]| {
                let mut balancer = Balancer::new(&spec(algorithm, profile, factor), backends);
                balancer.pick(&query(n), backends, Tried::NONE, &mut coin())
            };
            let backends = loaded(&[3, 5, 4, 4]);
            for n in 0..200 {
                let (bounded, plain) = (pick(Some(200), n, &backends), pick(None, n, &backends));
                assert_eq!(bounded, plain, "{algorithm:?} {profile:?} {n}");
            }
        }
    }

    #[test]
    fn nobody_with_room_is_no_reason_to_turn_a_request_away() {
        for (algorithm, profile) in ALL {
            let mut backends = loaded(&[9, 0, 0]);
            (backends[1].up, backends[1].works) = (false, false);
            let mut balancer = Balancer::new(&spec(algorithm, profile, Some(100)), &backends);
            let chosen = balancer.pick(&query(1), &backends, Tried(&[2]), &mut coin());
            assert_eq!(chosen, Some(0), "{algorithm:?} {profile:?}");
        }
    }
}
