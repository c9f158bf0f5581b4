//! Cuts a line into dashes.

use super::geometry::Point;

/// The dashes of the line through `points`, whose lengths are those of `pattern`, dash and gap in
/// turn. An empty pattern leaves the line whole.
pub(crate) fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    if pattern.is_empty() {
        return vec![points.to_vec()];
    }
    let mut pen = Pen { pattern, place: 0, left: pattern[0], done: Vec::new(), dash: Vec::new() };
    for pair in points.windows(2) {
        pen.draw(pair[0], pair[1]);
    }
    pen.lift();
    pen.done
}

/// A pen that goes down and up by a pattern.
struct Pen<'a> {
    pattern: &'a [f64],
    /// The part of the pattern that is being drawn; even ones are dashes.
    place: usize,
    /// What is left of that part.
    left: f64,
    done: Vec<Vec<Point>>,
    dash: Vec<Point>,
}

impl Pen<'_> {
    fn draw(&mut self, from: Point, to: Point) {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = (dx * dx + dy * dy).sqrt();
        let mut at = 0.0;
        while at < length {
            let step = self.left.min(length - at);
            let along = |s: f64| Point::new(from.x + dx * s / length, from.y + dy * s / length);
            if self.place.is_multiple_of(2) {
                if self.dash.is_empty() {
                    self.dash.push(along(at));
                }
                self.dash.push(along(at + step));
            }
            at += step;
            self.left -= step;
            if self.left <= 0.0 {
                self.lift();
                self.place = (self.place + 1) % self.pattern.len();
                self.left = self.pattern[self.place];
            }
        }
    }

    fn lift(&mut self) {
        if self.dash.len() > 1 {
            self.done.push(std::mem::take(&mut self.dash));
        }
        self.dash.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(points: &[(f64, f64)], pattern: &[f64]) -> Vec<(f64, f64)> {
        let points: Vec<_> = points.iter().map(|&(x, y)| Point::new(x, y)).collect();
        dashes(&points, pattern).iter().map(|dash| (dash[0].x, dash[dash.len() - 1].x)).collect()
    }

    #[test]
    fn a_line_without_a_pattern_stays_whole() {
        assert_eq!(spans(&[(0.0, 0.0), (9.0, 0.0)], &[]), [(0.0, 9.0)]);
    }

    #[test]
    fn dashes_run_on_over_corners() {
        let line = [(0.0, 0.0), (3.0, 0.0), (10.0, 0.0)];
        assert_eq!(spans(&line, &[4.0, 2.0]), [(0.0, 4.0), (6.0, 10.0)]);
    }

    #[test]
    fn a_point_that_is_repeated_does_no_harm() {
        let line = [(0.0, 0.0), (0.0, 0.0), (5.0, 0.0)];
        assert_eq!(spans(&line, &[2.0, 1.0]), [(0.0, 2.0), (3.0, 5.0)]);
    }
}
