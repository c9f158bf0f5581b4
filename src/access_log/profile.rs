//! How many requests come over time: a rate that changes in steps.

use std::collections::BTreeMap;

/// Rates over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// How many seconds the log covers, the first and the last one included.
    pub seconds: u64,
    /// When a step begins, in seconds from the first one of the log, and requests per second.
    pub steps: Vec<(u64, f64)>,
    /// The rate of the whole log.
    pub mean: f64,
    /// The requests of the second that had most of them.
    pub busiest: u32,
}

impl Profile {
    /// At most so many steps of equal length over the seconds of a log; none if it has none.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts are below 2^53")]
    pub fn of(seconds: &BTreeMap<i64, u32>, most: u64) -> Option<Self> {
        let (first, last) = (*seconds.keys().next()?, *seconds.keys().next_back()?);
        let span = last.abs_diff(first) + 1;
        let length = span.div_ceil(most.max(1));
        let mut counts = vec![0_u64; usize::try_from(span.div_ceil(length)).ok()?];
        for (second, count) in seconds {
            let step = usize::try_from(second.abs_diff(first) / length).ok()?;
            counts[step] += u64::from(*count);
        }
        let all: u64 = counts.iter().sum();
        let step = |(count, place): (&u64, u64)| {
            let begin = place * length;
            (begin, *count as f64 / length.min(span - begin) as f64)
        };
        Some(Self {
            seconds: span,
            steps: counts.iter().zip(0..).map(step).collect(),
            mean: all as f64 / span as f64,
            busiest: seconds.values().copied().max().unwrap_or(0),
        })
    }

    /// The highest of its rates.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.steps.iter().map(|(_, rate)| *rate).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_of_equal_length_but_for_the_last_and_lose_no_request() {
        let seconds = BTreeMap::from([(100, 4), (101, 2), (103, 6), (106, 5)]);
        let profile = Profile::of(&seconds, 3).unwrap();
        assert_eq!(profile.seconds, 7);
        assert_eq!(profile.steps, [(0, 2.0), (3, 2.0), (6, 5.0)]);
        assert_eq!((profile.peak().round() as u64, profile.busiest), (5, 6));
        assert!((profile.mean - 17.0 / 7.0).abs() < 1e-12);
    }

    #[test]
    fn a_log_of_one_second_is_one_step() {
        let profile = Profile::of(&BTreeMap::from([(-5, 3)]), 60).unwrap();
        assert_eq!((profile.seconds, profile.steps), (1, vec![(0, 3.0)]));
        assert_eq!(Profile::of(&BTreeMap::new(), 60), None);
    }
}
