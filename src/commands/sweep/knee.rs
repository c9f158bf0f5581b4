//! The knee: up to which value of its last axis a variant meets the SLO.

use crate::scenario::sweep::Axis;
use crate::time::Span;
use crate::unit::{Bytes, Quantity, Rate};

/// The last axis whose values are all numbers of one kind, with those numbers.
pub(super) fn load_axis(axes: &[Axis]) -> Option<(usize, Vec<f64>)> {
    (0..axes.len()).rev().find_map(|place| {
        let labels = || axes[place].values.iter().map(|level| level.label.as_str());
        let read: [fn(&str) -> Option<f64>; 4] = [plain, rate, span, bytes];
        let numbers = read.iter().find_map(|read| labels().map(read).collect::<Option<Vec<_>>>());
        numbers.map(|numbers| (place, numbers))
    })
}

/// The place of the largest of `loads` at which `is_met` holds.
pub(super) fn knee(loads: &[f64], is_met: impl Fn(usize) -> bool) -> Option<usize> {
    let met = (0..loads.len()).filter(|place| is_met(*place));
    met.max_by(|a, b| loads[*a].total_cmp(&loads[*b]))
}

fn plain(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn rate(text: &str) -> Option<f64> {
    Rate::from_text(text).ok().map(|rate| rate.0)
}

fn span(text: &str) -> Option<f64> {
    Span::from_text(text).ok().map(Span::as_secs_f64)
}

#[allow(clippy::cast_precision_loss, reason = "only the order counts")]
fn bytes(text: &str) -> Option<f64> {
    Bytes::from_text(text).ok().map(|bytes| bytes.0 as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Diagnostics;
    use crate::scenario::Sources;
    use crate::scenario::argument::vary;

    fn axis(text: &str) -> Axis {
        vary(text, &mut Sources::new(), &mut Diagnostics::new()).unwrap()
    }

    #[test]
    fn the_load_is_the_last_axis_of_numbers_whatever_their_unit() {
        let axes = [axis("a=1,2"), axis("b=500ms,1s"), axis("c=fifo,lifo")];
        assert_eq!(load_axis(&axes), Some((1, vec![0.5, 1.0])));
        assert_eq!(load_axis(&axes[2..]), None);
        assert_eq!(load_axis(&[axis("a=100/s,2/s")]), Some((0, vec![100.0, 2.0])));
    }

    #[test]
    fn the_knee_is_the_largest_load_that_is_met_whatever_the_order() {
        assert_eq!(knee(&[3.0, 1.0, 2.0], |place| place != 0), Some(2));
        assert_eq!(knee(&[3.0, 1.0], |_| false), None);
    }
}
