//! Labels of links: on the part of its way that a link has for itself, where no other label is.

use std::collections::BTreeMap;

use super::blocks::{Blocks, width};
use super::seating::{Bundle, Seating};
use crate::plots::draw::geometry::{Point, Rect};
use crate::plots::draw::label;

/// The size of letters.
pub(super) const SIZE: f64 = 10.0;
const WIDEST: f64 = 120.0;
const HEIGHT: i32 = 13;
/// Of more links of a block than that which have the same label, one bears it.
const EACH: usize = 6;
/// Where on its line a label is tried, in hundredths of the way.
const TRIED: [i32; 9] = [50, 42, 58, 34, 66, 26, 74, 18, 82];

/// A label as it is written.
pub(super) fn text(label: &str) -> String {
    label::shorten(label, SIZE, WIDEST)
}

/// Which links bear their labels, and whether some do not whose label others bear.
pub(super) fn borne(seating: &Seating, blocks: &Blocks, middle: &[i32]) -> (Vec<usize>, bool) {
    let mut bundles: BTreeMap<Bundle, Vec<usize>> = BTreeMap::new();
    for (number, (joint, bundle)) in blocks.joints.iter().zip(&seating.bundles).enumerate() {
        if !joint.label.is_empty() {
            bundles.entry(*bundle).or_default().push(number);
        }
    }
    let (mut borne, mut is_thinned) = (Vec::new(), false);
    for (bundle, mut links) in bundles {
        let is_same = |it: &usize| blocks.joints[*it].label == blocks.joints[links[0]].label;
        if links.len() > EACH && links.iter().all(is_same) {
            let end = |link: usize| match bundle {
                Bundle::Leaving(_) => seating.paths[link][seating.paths[link].len() - 1],
                Bundle::Coming(_) => seating.paths[link][0],
            };
            links.sort_by_key(|link| (middle[end(*link)], *link));
            borne.push(links[links.len() / 2]);
            is_thinned = true;
        } else {
            borne.extend(links);
        }
    }
    borne.sort_unstable();
    (borne, is_thinned)
}

/// Where a label stands on the line from `from` to `to`: the first place that is tried where it
/// lies on none of `others`, or on as few as can be.
pub(super) fn place(text: &str, from: (i32, i32), to: (i32, i32), others: &[Rect]) -> Rect {
    let half = (width(text, SIZE) + 6) / 2;
    let rect = |hundredth: i32| {
        let x = from.0 + (to.0 - from.0) * hundredth / 100;
        let y = from.1 + (to.1 - from.1) * hundredth / 100;
        // It stays between the columns.
        let x = x.clamp(from.0 + half, (to.0 - half).max(from.0 + half));
        let [left, right, top] = [x - half, x + half, y - HEIGHT / 2].map(f64::from);
        Rect::new(left, top, right, top + f64::from(HEIGHT))
    };
    let tried = TRIED.map(rect);
    let hidden = |rect: &Rect| others.iter().filter(|other| rect.overlaps(other)).count();
    tried.into_iter().min_by_key(hidden).unwrap_or_else(|| rect(50))
}

/// Where the letters of a label stand: in the middle of its base line.
pub(super) fn base(rect: &Rect) -> Point {
    Point::new(rect.centre().x, rect.bottom - 3.0)
}
