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

/// What a scale should hold: the means, and the ends of the intervals.
///
/// Two kinds of ends are left out: a doubtful interval that would stretch the scale to more than
/// twice its length, and an end below zero of what is itself not negative (an interval that is
/// symmetric by construction says nothing there).
pub(crate) fn extent(estimates: &[Estimate]) -> Vec<f64> {
    let mut values: Vec<f64> = estimates.iter().map(|estimate| estimate.mean).collect();
    let ends = |faint: bool| {
        estimates.iter().filter(move |e| e.faint == faint).filter_map(|e| {
            let (low, high) = e.interval?;
            Some([if e.mean >= 0.0 { low.max(0.0) } else { low }, high])
        })
    };
    values.extend(ends(false).flatten().filter(|end| end.abs() > 0.0));
    let top = values.iter().fold(0.0, |top: f64, value| top.max(value.abs()));
    values.extend(ends(true).flatten().filter(|end| end.abs() > 0.0 && end.abs() <= 2.0 * top));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(mean: f64, low: f64, high: f64, faint: bool) -> Estimate {
        Estimate { mean, interval: Some((low, high)), faint }
    }

    #[test]
    fn a_long_doubtful_interval_does_not_stretch_the_scale() {
        let all = [estimate(5.0, 4.0, 6.0, false), estimate(5.0, 1.0, 90.0, true)];
        assert_eq!(extent(&all), [5.0, 5.0, 4.0, 6.0, 1.0]);
    }

    #[test]
    fn an_interval_below_zero_does_not_make_the_scale_negative() {
        assert_eq!(extent(&[estimate(1.0, -2.0, 4.0, false)]), [1.0, 4.0]);
        assert_eq!(extent(&[estimate(-1.0, -2.0, 0.5, false)]), [-1.0, -2.0, 0.5]);
    }
}
