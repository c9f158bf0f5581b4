//! How much time of a core something takes: medians of batches, with their spread.
//!
//! It is the processor time of the thread, so that what else the machine does counts as little as
//! can be.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// How often is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Batches, an odd number.
    batches: usize,
    /// How long a batch lasts at least.
    least: Duration,
}

/// How much time of a core something takes, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Took {
    /// The median over the batches.
    pub(super) median: f64,
    /// The quartiles.
    pub(super) quartiles: (f64, f64),
    /// How often it was done in all.
    pub(super) times: u64,
}

impl Plan {
    /// The usual one, or a quick one.
    pub(super) const fn new(is_quick: bool) -> Self {
        if is_quick {
            Self { batches: 3, least: Duration::from_millis(1) }
        } else {
            Self { batches: 21, least: Duration::from_millis(20) }
        }
    }

    /// How long `work` takes, once it has been done twice.
    pub(super) fn measure<T>(self, mut work: impl FnMut() -> T) -> Took {
        black_box(work());
        let mut timed = |count: u64| {
            let begin = ThreadTime::now();
            for _ in 0..count {
                black_box(work());
            }
            begin.elapsed()
        };
        let mut count = 1;
        while timed(count) < self.least {
            count *= 2;
        }
        #[allow(clippy::cast_precision_loss, reason = "a time that is measured")]
        let mut each: Vec<f64> =
            (0..self.batches).map(|_| timed(count).as_nanos() as f64 / count as f64).collect();
        each.sort_by(f64::total_cmp);
        let at = |quarter: usize| each[(each.len() - 1) * quarter / 4];
        let times = count * self.batches as u64;
        Took { median: at(2), quartiles: (at(1), at(3)), times }
    }
}

impl Took {
    /// A part of it.
    pub(super) fn divided(self, by: f64) -> Self {
        let (low, high) = self.quartiles;
        Self { median: self.median / by, quartiles: (low / by, high / by), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_takes_time_and_a_part_of_it_less() {
        let sum = || (0..black_box(20_000_u64)).fold(0, |sum, n| black_box(sum ^ n));
        let took = Plan::new(true).measure(sum);
        assert!(took.quartiles.0 >= 1_000.0 && took.times >= 3, "{took:?}");
        assert!(took.quartiles.0 <= took.median && took.median <= took.quartiles.1);
        assert!(took.divided(2.0).median < took.median);
    }
}
