//! A gauge of the cores at work: what an autoscaler reads of a replica.

use crate::time::Time;

/// The time that cores have worked, summed over them, since it was read last.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauge {
    worked: u128,
    level: u32,
    since: Time,
}

impl Gauge {
    /// So many cores work from now on.
    pub(super) fn set(&mut self, level: u32, now: Time) {
        self.worked += u128::from(now.since(self.since).0) * u128::from(self.level);
        (self.level, self.since) = (level, now);
    }

    /// Nanoseconds of work since the last reading.
    pub(super) fn read(&mut self, now: Time) -> u128 {
        self.set(self.level, now);
        std::mem::take(&mut self.worked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_the_time_of_all_cores_since_the_last() {
        let mut gauge = Gauge::default();
        gauge.set(2, Time(10));
        gauge.set(1, Time(15));
        assert_eq!(gauge.read(Time(20)), 15);
        assert_eq!(gauge.read(Time(30)), 10);
    }
}
