//! Curves with confidence bands: gaps stay gaps, doubtful stretches are dotted.

use super::estimate::{self, Estimate};
use super::figure::Figure;
use super::geometry::Point;
use super::palette::Series;
use super::panel::{Along, Panel};

/// A series of estimates along one axis; nothing where there is no number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    pub(crate) series: Series,
    /// The place along the axis, and what was estimated there.
    pub(crate) points: Vec<(f64, Option<Estimate>)>,
    /// Which axis the estimates are measured along.
    pub(crate) along: Along,
    /// Whether every point has its marker, or only those without neighbours.
    pub(crate) markers: bool,
    /// Whether neighbours are joined by a line.
    pub(crate) joined: bool,
}

const BAND: f64 = 0.16;
const FAINT_BAND: f64 = 0.07;
const WIDTH: f64 = 1.8;
const RADIUS: f64 = 3.6;
const DOTS: &[f64] = &[1.4, 2.4];

/// Draws all bands, then all lines, so that no line lies below another's band.
pub(crate) fn draw_all(figure: &mut Figure, panel: &Panel, curves: &[Curve]) {
    for curve in curves {
        curve.draw_bands(figure, panel);
    }
    for curve in curves {
        curve.draw_lines(figure, panel);
    }
}

/// What the scale along the estimates' axis of all these curves should hold.
pub(crate) fn extent(curves: &[Curve]) -> Vec<f64> {
    estimate::extent(&curves.iter().flat_map(Curve::known).collect::<Vec<_>>())
}

impl Curve {
    /// Its numbers.
    pub(crate) fn known(&self) -> impl Iterator<Item = Estimate> {
        self.points.iter().filter_map(|(_, estimate)| *estimate)
    }

    /// The places along the other axis.
    pub(crate) fn places(&self) -> impl Iterator<Item = f64> {
        self.points.iter().filter(|(_, estimate)| estimate.is_some()).map(|(place, _)| *place)
    }

    /// Whether any of it has an interval.
    pub(crate) fn has_intervals(&self) -> bool {
        self.known().any(|estimate| estimate.interval.is_some())
    }

    /// Whether any of it is doubtful.
    pub(crate) fn is_faint(&self) -> bool {
        self.known().any(|estimate| estimate.faint)
    }

    fn draw_bands(&self, figure: &mut Figure, panel: &Panel) {
        for run in self.runs() {
            if !self.joined || run.len() == 1 {
                for (place, e) in run {
                    panel.whisker(figure, self.along, place, e, (self.series.ink, RADIUS + 1.5));
                }
                continue;
            }
            for stretch in stretches(&run) {
                let edges: Vec<(Point, Point)> = stretch
                    .iter()
                    .filter_map(|(place, e)| {
                        let (low, high) = e.interval?;
                        Some((self.at(panel, *place, low), self.at(panel, *place, high)))
                    })
                    .collect();
                let back = edges.iter().rev().map(|(_, high)| *high);
                let outline: Vec<Point> = edges.iter().map(|(low, _)| *low).chain(back).collect();
                if edges.len() > 1 {
                    let opacity = if is_faint(stretch) { FAINT_BAND } else { BAND };
                    figure.area(outline, self.series.ink, opacity);
                }
            }
        }
    }

    fn draw_lines(&self, figure: &mut Figure, panel: &Panel) {
        for run in self.runs() {
            if self.joined {
                for stretch in stretches(&run) {
                    let points: Vec<_> =
                        stretch.iter().map(|(place, e)| self.at(panel, *place, e.mean)).collect();
                    if is_faint(stretch) {
                        figure.dashed(&points, self.series.ink.lighter(0.3), WIDTH, DOTS);
                    } else {
                        figure.dashed(&points, self.series.ink, WIDTH, self.series.dash);
                    }
                }
            }
            if self.markers || !self.joined || run.len() == 1 {
                for (place, e) in &run {
                    let at = self.at(panel, *place, e.mean);
                    figure.marker(at, RADIUS, &self.series, e.faint);
                }
            }
        }
    }

    fn at(&self, panel: &Panel, place: f64, value: f64) -> Point {
        match self.along {
            Along::X => panel.at(value, place),
            Along::Y => panel.at(place, value),
        }
    }

    /// The stretches without a gap.
    fn runs(&self) -> Vec<Vec<(f64, Estimate)>> {
        self.points
            .split(|(_, estimate)| estimate.is_none())
            .map(|run| run.iter().filter_map(|(place, e)| Some((*place, (*e)?))).collect())
            .filter(|run: &Vec<_>| !run.is_empty())
            .collect()
    }
}

/// Cuts a run where it turns doubtful or sound; the pieces share their ends.
fn stretches(run: &[(f64, Estimate)]) -> Vec<&[(f64, Estimate)]> {
    let faint = |at: usize| run[at].1.faint || run[at + 1].1.faint;
    let mut pieces = Vec::new();
    let mut from = 0;
    for to in 1..run.len() {
        if to + 1 == run.len() || faint(to) != faint(to - 1) {
            pieces.push(&run[from..=to]);
            from = to;
        }
    }
    pieces
}

/// Whether a stretch, which is all of one kind, is the doubtful kind.
fn is_faint(stretch: &[(f64, Estimate)]) -> bool {
    stretch.iter().any(|(_, estimate)| estimate.faint)
        && stretch.windows(2).all(|pair| pair[0].1.faint || pair[1].1.faint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::draw::palette::series;

    fn curve(points: &[Option<bool>]) -> Curve {
        let estimate = |faint| Estimate { mean: 1.0, interval: None, faint };
        let points = points.iter().enumerate().map(|(n, f)| (n as f64, f.map(estimate))).collect();
        Curve { series: series(0), points, along: Along::Y, markers: false, joined: true }
    }

    #[test]
    fn a_gap_ends_a_run() {
        let runs = curve(&[Some(false), Some(false), None, None, Some(false)]).runs();
        assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_line_changes_where_data_become_few() {
        let runs = curve(&[Some(false), Some(false), Some(true), Some(true), Some(false)]).runs();
        let lengths: Vec<_> = stretches(&runs[0]).iter().map(|piece| piece.len()).collect();
        assert_eq!(lengths, [2, 4]);
    }
}
