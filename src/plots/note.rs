//! The sentences below a figure that say how to read it.

pub(super) const WHISKERS: &str = "Whiskers are confidence intervals.";
pub(super) const BANDS: &str = "Bands are confidence intervals.";
pub(super) const FEW_BARS: &str =
    "Pale, in a dashed frame: few data, the interval is not to be relied on.";
pub(super) const FEW_LINES: &str =
    "Dotted and paler: few data, the interval is not to be relied on.";
pub(super) const FEW_MARKERS: &str =
    "Hollow markers: few data, the interval is not to be relied on.";
pub(super) const NO_NUMBER: &str = "Where nothing is drawn there are too few data for a number.";
pub(super) const UNSTABLE: &str =
    "Unstable: some node cannot keep up with its load, so no mean exists.";
pub(super) const ZEROS: &str = "Values of zero stand at the lower end of the log axis.";
pub(super) const LOG_POINTS: &str = "Log scale, so points in place of bars.";
