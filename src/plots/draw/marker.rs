//! The signs that stand for a point of a series.

use super::geometry::Point;

/// A sign, one per series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Disc,
    Square,
    Up,
    Diamond,
    Down,
    Star,
    Right,
    Left,
}

impl Marker {
    /// The sign's outline about `centre`, as heavy to the eye as a disc of that radius.
    pub(crate) fn outline(self, centre: Point, radius: f64) -> Vec<Point> {
        let corners: &[(f64, f64)] = match self {
            Self::Disc => &DISC,
            Self::Square => &[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
            Self::Up => &[(0.0, -1.2), (1.1, 0.75), (-1.1, 0.75)],
            Self::Down => &[(0.0, 1.2), (1.1, -0.75), (-1.1, -0.75)],
            Self::Right => &[(1.2, 0.0), (-0.75, 1.1), (-0.75, -1.1)],
            Self::Left => &[(-1.2, 0.0), (0.75, 1.1), (0.75, -1.1)],
            Self::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
            Self::Star => &STAR,
        };
        corners
            .iter()
            .map(|(x, y)| Point::new(centre.x + x * radius, centre.y + y * radius))
            .collect()
    }
}

/// Twenty-four corners of the unit circle: the cosines and sines of multiples of 15 degrees.
const DISC: [(f64, f64); 24] = [
    (1.0, 0.0),
    (A, B),
    (C, 0.5),
    (D, D),
    (0.5, C),
    (B, A),
    (0.0, 1.0),
    (-B, A),
    (-0.5, C),
    (-D, D),
    (-C, 0.5),
    (-A, B),
    (-1.0, 0.0),
    (-A, -B),
    (-C, -0.5),
    (-D, -D),
    (-0.5, -C),
    (-B, -A),
    (0.0, -1.0),
    (B, -A),
    (0.5, -C),
    (D, -D),
    (C, -0.5),
    (A, -B),
];
const A: f64 = 0.965_925_826;
const B: f64 = 0.258_819_045;
const C: f64 = 0.866_025_404;
const D: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Five points outwards, five inwards.
const STAR: [(f64, f64); 10] = [
    (0.0, -1.35),
    (0.335, -0.461),
    (1.284, -0.417),
    (0.542, 0.176),
    (0.794, 1.092),
    (0.0, 0.57),
    (-0.794, 1.092),
    (-0.542, 0.176),
    (-1.284, -0.417),
    (-0.335, -0.461),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_stays_near_its_point() {
        for marker in [Marker::Disc, Marker::Square, Marker::Up, Marker::Star, Marker::Left] {
            for corner in marker.outline(Point::new(10.0, 20.0), 4.0) {
                let (dx, dy) = (corner.x - 10.0, corner.y - 20.0);
                assert!((dx * dx + dy * dy).sqrt() < 4.0 * 1.4, "{marker:?}");
            }
        }
    }
}
