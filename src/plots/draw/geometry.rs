//! Places on a figure, in points of its nominal size: x to the right, y downwards.

/// A place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Point {
    /// The place at (`x`, `y`).
    pub(crate) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

impl Rect {
    /// The rectangle with these edges.
    pub(crate) const fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right, bottom }
    }

    /// From the left edge to the right one.
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// From the top edge to the bottom one.
    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The centre.
    pub(crate) fn centre(&self) -> Point {
        Point::new(f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    /// Whether the two share more than an edge.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// `count` rows of equal height from top to bottom, `gap` apart.
    pub(crate) fn rows(&self, count: usize, gap: f64) -> Vec<Self> {
        let height = (self.height() - gap * (count as f64 - 1.0)) / count as f64;
        (0..count)
            .map(|row| self.top + (height + gap) * row as f64)
            .map(|top| Self { top, bottom: top + height, ..*self })
            .collect()
    }

    /// `count` columns of equal width from left to right, `gap` apart.
    pub(crate) fn columns(&self, count: usize, gap: f64) -> Vec<Self> {
        let width = (self.width() - gap * (count as f64 - 1.0)) / count as f64;
        (0..count)
            .map(|column| self.left + (width + gap) * column as f64)
            .map(|left| Self { left, right: left + width, ..*self })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fill_the_rectangle_with_the_gap_between_them() {
        let rows = Rect::new(0.0, 10.0, 5.0, 110.0).rows(3, 5.0);
        assert_eq!(
            rows.iter().map(|r| (r.top, r.bottom)).collect::<Vec<_>>(),
            [(10.0, 40.0), (45.0, 75.0), (80.0, 110.0)]
        );
    }

    #[test]
    fn neighbours_that_share_an_edge_do_not_overlap() {
        let [left, right] = Rect::new(0.0, 0.0, 10.0, 10.0).columns(2, 0.0)[..] else {
            panic!("two columns were asked for")
        };
        assert!(!left.overlaps(&right));
        assert!(left.overlaps(&Rect::new(4.0, 4.0, 6.0, 6.0)));
    }
}
