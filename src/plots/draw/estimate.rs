//! A number as a simulation knows it.

/// A mean with its confidence interval, if there is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    /// From the lower to the upper end.
    pub(crate) interval: Option<(f64, f64)>,
    /// Whether too few data stand behind it for the interval to be relied on.
    pub(crate) faint: bool,
}

impl Estimate {
    /// The mean and, if the estimate is sound, the ends of its interval: what a scale should hold.
    /// Doubtful intervals can be so long that they would dwarf everything else.
    pub(crate) fn extent(&self) -> impl Iterator<Item = f64> {
        let ends = self.interval.filter(|_| !self.faint).map(|(low, high)| [low, high]);
        std::iter::once(self.mean).chain(ends.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubtful_interval_does_not_stretch_the_scale() {
        let sound = Estimate { mean: 5.0, interval: Some((4.0, 6.0)), faint: false };
        assert_eq!(sound.extent().collect::<Vec<_>>(), [5.0, 4.0, 6.0]);
        let faint = Estimate { faint: true, ..sound };
        assert_eq!(faint.extent().collect::<Vec<_>>(), [5.0]);
    }
}
