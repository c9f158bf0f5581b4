//! Panels over time, one below the other, one line a variant.

use std::collections::BTreeMap;

use super::draw::curve::{self, Curve};
use super::draw::estimate::Estimate;
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::panel::{Along, Axis, Panel};
use super::draw::scale::Scale;
use super::variants::Variants;
use super::{Picture, note};

/// What one panel shows.
pub(super) struct Strip {
    /// What is measured, with its unit.
    title: String,
    /// By variant: time in seconds, and what was found.
    points: Vec<Vec<(f64, Option<Estimate>)>>,
}

const STRIP: f64 = 158.0;
const STEPS: usize = 4;

impl Strip {
    /// A strip for as many variants, with no points yet.
    pub(super) fn new(title: impl Into<String>, variants: &Variants) -> Self {
        Self { title: title.into(), points: vec![Vec::new(); variants.len()] }
    }

    /// Adds what was found at `t_s` for the variant at that place.
    pub(super) fn push(&mut self, variant: usize, t_s: f64, estimate: Option<Estimate>) {
        self.points[variant].push((t_s, estimate));
    }

    /// Whether it has no number at all.
    pub(super) fn is_empty(&self) -> bool {
        self.points.iter().flatten().all(|(_, estimate)| estimate.is_none())
    }

    fn curves(&self, variants: &Variants, seconds: f64) -> Vec<Curve> {
        variants
            .iter()
            .zip(&self.points)
            .map(|(variant, points)| {
                let mut points: Vec<_> = points.iter().map(|(t, e)| (t / seconds, *e)).collect();
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                let series = variant.series;
                Curve { series, points, along: Along::Y, markers: false, joined: true }
            })
            .collect()
    }
}

/// The strips that hold numbers, below one another; nothing if none does.
pub(super) fn draw(
    heading: &str,
    title: &str,
    strips: &[Strip],
    variants: &Variants,
) -> Option<Picture> {
    let strips: Vec<&Strip> = strips.iter().filter(|strip| !strip.is_empty()).collect();
    let times = || strips.iter().flat_map(|s| s.points.iter().flatten()).map(|(t, _)| *t);
    let (first, last) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    if strips.is_empty() {
        return None;
    }
    let (unit, seconds) = time_unit(last);
    let curves: Vec<_> = strips.iter().map(|strip| strip.curves(variants, seconds)).collect();
    let (mut figure, room) = Page::new(heading, title)
        .legend(variants.legend(Sign::Line))
        .note(curves.iter().flatten().any(Curve::has_intervals), note::BANDS)
        .note(variants.any_unstable(), note::UNSTABLE)
        .notes(variants.more())
        .with_room(STRIP * strips.len() as f64 + 40.0);
    let first = if first < last / 4.0 { 0.0 } else { first };
    let x = Axis::new(Scale::linear(first / seconds, last / seconds, 8), format!("time ({unit})"));
    let axes = strips.iter().zip(&curves).enumerate().map(|(index, (strip, curves))| {
        let y = Axis::new(scale(curves), strip.title.clone());
        (if index + 1 == strips.len() { x.clone() } else { x.clone().bare() }, y)
    });
    for (panel, curves) in Panel::stack(room, axes.collect()).iter().zip(&curves) {
        panel.draw(&mut figure);
        curve::draw_all(&mut figure, panel, curves);
    }
    Some(Picture::only(heading, figure))
}

/// Log if the curves' peaks lie so far apart that a linear scale would hide the lower ones. A curve
/// that begins at zero is no reason for one.
fn scale(curves: &[Curve]) -> Scale {
    let values = curve::extent(curves);
    let peak = |curve: &Curve| curve.known().map(|e| e.mean).reduce(f64::max);
    let peaks: Vec<f64> = curves.iter().filter_map(peak).collect();
    let lowest = values.iter().copied().fold(0.0, f64::min);
    if Scale::fit(&peaks, STEPS).is_log() || lowest < 0.0 {
        Scale::fit(&values, STEPS)
    } else {
        Scale::from_zero(values.iter().copied().fold(0.0, f64::max), STEPS)
    }
}

/// The strips by a key, in the order of their names.
pub(super) type ByName = BTreeMap<String, Strip>;

/// The unit in which a stretch of `last` seconds reads best, and its length in seconds.
fn time_unit(last: f64) -> (&'static str, f64) {
    match last {
        long if long > 3.0 * 86_400.0 => ("d", 86_400.0),
        long if long > 3.0 * 3_600.0 => ("h", 3_600.0),
        long if long > 15.0 * 60.0 => ("min", 60.0),
        _ => ("s", 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_stretches_are_counted_in_long_units() {
        for (last, unit) in [(60.0, "s"), (1_800.0, "min"), (86_400.0, "h"), (1e6, "d")] {
            assert_eq!(time_unit(last).0, unit);
        }
    }
}
