//! Where the time of one replication goes: of all its successes, and of the slowest 1 % of them.
//!
//! Parts are kept by buckets of latency that are some 3 % wide, so the slowest 1 % begin within
//! one. Its requests count with that share of them which belongs there.

use crate::id::EndpointId;
use crate::observe::{ClassMeter, Meters, Sample};

/// The share of requests that are the slowest, and the quantile where they begin.
const SLOWEST: (f64, f64) = (0.01, 0.99);

/// Where the time goes on the critical path, in seconds by part.
#[derive(Debug, Clone)]
pub struct PartsReading {
    /// The endpoint; none for all.
    pub endpoint: Option<EndpointId>,
    /// Means over all successes.
    pub all: [f64; 8],
    /// Means over the slowest 1 % of them; they sum to the p99 of latency at least.
    pub tail: [f64; 8],
}

/// How many successes there were in a bucket of latency, and their parts summed.
type Bucket = (u64, [u128; 8]);

/// The parts over all endpoints, and by endpoint where there are several.
pub(super) fn parts(meters: &Meters, all: &Sample) -> Vec<PartsReading> {
    let mut readings = vec![parts_of(None, meters.classes.iter(), all)];
    let mut endpoints: Vec<EndpointId> = meters
        .classes
        .iter()
        .filter(|class| class.latency.count() > 0)
        .map(|c| c.endpoint)
        .collect();
    endpoints.sort_unstable();
    endpoints.dedup();
    if endpoints.len() > 1 {
        for endpoint in endpoints {
            let classes = || meters.classes.iter().filter(move |class| class.endpoint == endpoint);
            let sample = Sample::of(classes().map(|class| &class.latency));
            readings.push(parts_of(Some(endpoint), classes(), &sample));
        }
    }
    readings
}

fn parts_of<'a>(
    endpoint: Option<EndpointId>,
    classes: impl Iterator<Item = &'a ClassMeter>,
    sample: &Sample,
) -> PartsReading {
    let mut buckets: Vec<Bucket> = Vec::new();
    for class in classes {
        buckets.resize(buckets.len().max(class.parts.len()), (0, [0; 8]));
        for ((count, sums), (more, parts)) in buckets.iter_mut().zip(&class.parts) {
            *count += more;
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
    }
    PartsReading { endpoint, all: mean(&buckets), tail: slowest(&buckets, sample) }
}

/// The mean parts of all requests of `buckets`; NaN of none.
#[allow(clippy::cast_precision_loss, reason = "means for statistics")]
fn mean(buckets: &[Bucket]) -> [f64; 8] {
    let count: u64 = buckets.iter().map(|(count, _)| count).sum();
    let sum = |part: usize| buckets.iter().map(|(_, sums)| sums[part]).sum::<u128>();
    std::array::from_fn(|part| sum(part) as f64 / count as f64 / 1e9)
}

/// The mean parts of the slowest 1 %; NaN of none.
///
/// Which requests of the bucket where they begin are the slower ones is not kept, but how long
/// these took is, in the finer buckets of `sample`: the parts of the bucket are stretched to that,
/// each by as much. So the parts sum to the mean latency of the slowest 1 %.
#[allow(clippy::cast_precision_loss, reason = "means for statistics")]
fn slowest(buckets: &[Bucket], sample: &Sample) -> [f64; 8] {
    let count: u64 = buckets.iter().map(|(count, _)| count).sum();
    let (share, quantile) = SLOWEST;
    let mut left = share * count as f64;
    let (mut sums, mut above) = ([0.0; 8], 0);
    for place in (0..buckets.len()).rev() {
        let here = buckets[place].0;
        if here == 0 {
            continue;
        }
        let weight = left.min(here as f64);
        let mut parts = mean(&buckets[place..=place]);
        if weight < here as f64 {
            let to = (count - above) as f64;
            let slower = sample.mean_between(to - weight, to).unwrap_or(f64::NAN);
            let slower = slower.max(sample.quantile(quantile).unwrap_or(0.0));
            let together = parts.iter().sum::<f64>();
            let stretch = if together > 0.0 { slower / together } else { 1.0 };
            parts.iter_mut().for_each(|part| *part *= stretch);
        }
        sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += weight * part);
        above += here;
        left -= weight;
        if left <= 0.0 {
            break;
        }
    }
    sums.map(|sum| sum / (share * count as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;
    use crate::net::Parts;

    /// Where the time goes of requests with these parts, in milliseconds, each so many times: of
    /// the slowest 1 %, and the p99.
    fn slowest_of(requests: impl Iterator<Item = (u64, [f64; 2])>) -> ([f64; 2], f64) {
        let mut class = ClassMeter::new(NodeId(0), EndpointId(0));
        for (times, [service, downstream]) in requests {
            let mut parts = Parts::default();
            let nanos = |millis: f64| (millis * 1e6) as u64;
            (parts.0[4], parts.0[6]) = (nanos(service), nanos(downstream));
            (0..times).for_each(|_| class.succeeded(parts.0.iter().sum(), &parts));
        }
        let sample = Sample::of([&class.latency]);
        let reading = parts_of(None, std::iter::once(&class), &sample);
        let p99 = sample.quantile(0.99).expect("requests");
        ([reading.tail[4], reading.tail[6]].map(|it| 1e3 * it), 1e3 * p99)
    }

    fn assert_near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} and {expected}");
    }

    #[test]
    fn one_in_a_hundred_that_calls_a_database_is_the_slowest_1_percent() {
        let requests = [(9_900, [135.0, 0.0]), (100, [135.0, 15.0])];
        let ([service, downstream], _) = slowest_of(requests.into_iter());
        assert_near(service, 135.0, 1e-6);
        assert_near(downstream, 15.0, 1e-6);
    }

    #[test]
    fn of_fewer_slow_ones_the_band_holds_their_share_and_the_slowest_of_the_others() {
        let requests = [(9_950, [135.0, 0.0]), (50, [135.0, 15.0])];
        let ([service, downstream], p99) = slowest_of(requests.into_iter());
        assert_near(service, 135.0, 0.1);
        assert_near(downstream, 7.5, 1e-6);
        assert!(service + downstream >= p99);
    }

    #[test]
    fn requests_that_are_nearly_as_slow_do_not_hide_how_slow_the_slowest_are() {
        let requests = [(9_900, [135.0, 0.0]), (100, [135.0, 2.0])];
        let ([service, downstream], p99) = slowest_of(requests.into_iter());
        assert_near(service + downstream, 137.0, 0.1);
        assert!(service + downstream >= p99);
    }

    #[test]
    fn the_slowest_of_a_uniform_law_take_as_long_as_its_last_hundredth() {
        let uniform = (0..100_000).map(|n| (1, [100.0 + (f64::from(n) + 0.5) / 1e3, 0.0]));
        let ([service, _], p99) = slowest_of(uniform);
        assert_near(service, 199.5, 0.05);
        assert_near(p99, 199.0, 0.1);
    }

    #[test]
    fn the_slowest_of_an_exponential_law_take_its_mean_longer_than_the_p99() {
        // Stays in M/M/1 at load 0.6 with services of 10 ms: exponential with mean 25 ms.
        let stay = |n: u32| -25.0 * libm::log((f64::from(n) + 0.5) / 1e5);
        let ([service, _], p99) = slowest_of((0..100_000).map(|n| (1, [stay(n), 0.0])));
        assert_near(service, 25.0 * (libm::log(100.0) + 1.0), 0.1);
        assert_near(service - p99, 25.0, 0.1);
    }

    #[test]
    fn the_band_never_sums_to_less_than_the_p99() {
        for count in 1..400 {
            let stay = |n: u32| 7.0 * f64::from(n * 7_919 % 1_009 + 1);
            let ([service, _], p99) = slowest_of((0..count).map(|n| (1, [stay(n), 0.0])));
            assert!(service >= p99 * (1.0 - 1e-3), "{count}: {service} and {p99}");
        }
    }

    #[test]
    fn nothing_has_no_parts_and_no_time_has_parts_of_nothing() {
        assert!(slowest_of_none().iter().all(|part| part.is_nan()));
        let ([service, _], _) = slowest_of(std::iter::once((10, [0.0, 0.0])));
        assert_near(service, 0.0, 0.0);
    }

    fn slowest_of_none() -> [f64; 8] {
        parts_of(None, std::iter::empty(), &Sample::new(3)).tail
    }
}
