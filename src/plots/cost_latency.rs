//! What each variant costs against how slow it is: the choice that a design is.

use super::draw::estimate::{self, Estimate};
use super::draw::figure::{Figure, Text};
use super::draw::geometry::{Point, Rect};
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::palette::Ink;
use super::draw::panel::{Along, Axis, Panel};
use super::draw::scale::Scale;
use super::draw::{font, number};
use super::error::PlotError;
use super::read::Columns;
use super::tables::{Table, Tables};
use super::variants::{Variant, Variants};
use super::{Picture, Plot, metric, note};

pub(super) struct CostLatency;

/// What may stand on each axis; the first pair that some variant has numbers for is drawn.
const COSTS: [&str; 2] = ["cost_per_hour", "cost_per_million"];
const LATENCIES: [&str; 2] = ["latency_p99", "latency_mean"];

const LABEL: f64 = 11.0;
const RADIUS: f64 = 5.0;

impl Plot for CostLatency {
    fn name(&self) -> &'static str {
        "cost-latency"
    }

    fn about(&self) -> &'static str {
        "what each variant costs against its latency, with the objective"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("summary") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        for cost in COSTS {
            for latency in LATENCIES {
                let points = points(table, &variants, cost, latency)?;
                if !points.is_empty() {
                    let x = Axis::new(Scale::from_zero(1.0, 1), metric_axis(tables, cost)?);
                    let y = Axis::new(Scale::from_zero(1.0, 1), metric_axis(tables, latency)?);
                    let slo = objective(table, latency)?;
                    return Ok(vec![picture(title, &variants, &points, (x, y), slo)]);
                }
            }
        }
        Ok(Vec::new())
    }
}

/// One variant's place.
struct Spot<'a> {
    variant: &'a Variant,
    cost: Estimate,
    latency: Estimate,
}

fn metric_axis(tables: &Tables, name: &str) -> Result<String, PlotError> {
    Ok(metric::axis(name, &metric::unit(tables, name)?))
}

fn points<'a>(
    table: &Table,
    variants: &'a Variants,
    cost: &str,
    latency: &str,
) -> Result<Vec<Spot<'a>>, PlotError> {
    let mut spots = Vec::new();
    for variant in variants.iter().filter(|variant| !variant.unstable) {
        let cost = value(table, &variant.name, cost)?;
        let latency = value(table, &variant.name, latency)?;
        if let (Some(cost), Some(latency)) = (cost, latency) {
            spots.push(Spot { variant, cost, latency });
        }
    }
    Ok(spots)
}

fn value(table: &Table, name: &str, wanted: &str) -> Result<Option<Estimate>, PlotError> {
    let (variant, metric) = (table.column("variant")?, table.column("metric")?);
    let columns = Columns::usual(table)?;
    let row = table.rows().find(|row| row.text(variant) == name && row.text(metric) == wanted);
    row.map_or(Ok(None), |row| Ok(columns.read(row)?.known()))
}

/// The bound on `latency` that the scenario sets, if the summary holds it as `slo_<metric>`.
fn objective(table: &Table, latency: &str) -> Result<Option<f64>, PlotError> {
    let (metric, mean) = (table.column("metric")?, table.column("mean")?);
    let name = format!("slo_{latency}");
    let row = table.rows().find(|row| row.text(metric) == name);
    row.map_or(Ok(None), |row| row.number(mean))
}

/// Which stable variants have no point, as they lack one of the two numbers.
fn without_point(variants: &Variants, spots: &[Spot<'_>]) -> Option<String> {
    let has_point = |it: &&Variant| spots.iter().any(|spot| spot.variant.name == it.name);
    let names = variants.iter().filter(|it| !it.unstable && !has_point(it));
    let names: Vec<&str> = names.map(|it| it.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("Without a number, and so no point: {}.", names.join(", ")))
}

fn picture(
    title: &str,
    variants: &Variants,
    spots: &[Spot<'_>],
    (mut x, mut y): (Axis, Axis),
    slo: Option<f64>,
) -> Picture {
    let costs = estimate::extent(&spots.iter().map(|spot| spot.cost).collect::<Vec<_>>());
    let mut values = estimate::extent(&spots.iter().map(|s| s.latency).collect::<Vec<_>>());
    values.extend(slo);
    x.scale = Scale::fit(&costs, 7);
    y.scale = Scale::fit(&values, 7);
    let any = |test: fn(&Estimate) -> bool| spots.iter().any(|s| test(&s.cost) || test(&s.latency));
    let zeros = (x.scale.is_log() && costs.iter().any(|v| *v <= 0.0))
        || (y.scale.is_log() && values.iter().any(|v| *v <= 0.0));
    let heading = "Cost against latency";
    let (mut figure, room) = Page::new(heading, title)
        .legend(variants.legend(Sign::Marker))
        .note(any(|e| e.interval.is_some()), note::WHISKERS)
        .note(any(|e| e.faint), note::FEW_MARKERS)
        .note(zeros, note::ZEROS)
        .note(variants.any_unstable(), note::UNSTABLE)
        .notes(without_point(variants, spots))
        .notes(variants.more())
        .open();
    let panel = Panel::new(room, x, y);
    panel.draw(&mut figure);
    let mut taken = taken(&panel, spots);
    if let Some(slo) = slo {
        draw_objective(&mut figure, &panel, slo, &mut taken);
    }
    draw_spots(&mut figure, &panel, spots, &mut taken);
    Picture::only(heading, figure)
}

/// Draws the line; its label goes where `taken` leaves room, and is taken in its turn.
fn draw_objective(figure: &mut Figure, panel: &Panel, slo: f64, taken: &mut Vec<Rect>) {
    let y = panel.at(0.0, slo).y;
    let area = panel.area;
    let ends = [Point::new(area.left, y), Point::new(area.right, y)];
    figure.dashed(&ends, Ink::QUIET, 1.2, &[6.0, 4.0]);
    let line = Rect::new(area.left, y - 1.0, area.right, y + 1.0);
    let text = format!("objective {}", number::short(slo));
    let width = font::width(&text, LABEL);
    let places = [area.right - width - 4.0, area.left + 4.0, area.centre().x];
    let rect = |x: f64| Rect::new(x, y - LABEL - 5.0, x + width, y - 2.0);
    let free = |x: &f64| !taken.iter().any(|other| other.overlaps(&rect(*x)));
    if let Some(x) = places.into_iter().find(free) {
        taken.push(rect(x));
        let label = Text::new(Point::new(x, y - 5.0), text);
        figure.write(label.size(LABEL).ink(Ink::QUIET));
    }
    taken.push(line);
}

/// Where markers and whiskers lie.
fn taken(panel: &Panel, spots: &[Spot<'_>]) -> Vec<Rect> {
    let mut taken = Vec::new();
    for spot in spots {
        let at = panel.at(spot.cost.mean, spot.latency.mean);
        taken.push(Rect::new(at.x - 6.0, at.y - 6.0, at.x + 6.0, at.y + 6.0));
        if let Some((low, high)) = spot.latency.interval {
            let [from, to] = [low, high].map(|end| panel.at(spot.cost.mean, end).y);
            taken.push(Rect::new(at.x - 3.0, to, at.x + 3.0, from));
        }
        if let Some((low, high)) = spot.cost.interval {
            let [from, to] = [low, high].map(|end| panel.at(end, spot.latency.mean).x);
            taken.push(Rect::new(from, at.y - 3.0, to, at.y + 3.0));
        }
    }
    taken
}

fn draw_spots(figure: &mut Figure, panel: &Panel, spots: &[Spot<'_>], taken: &mut Vec<Rect>) {
    let place = |spot: &Spot<'_>| panel.at(spot.cost.mean, spot.latency.mean);
    for spot in spots {
        let look = (spot.variant.series.ink, RADIUS + 1.5);
        panel.whisker(figure, Along::X, spot.latency.mean, spot.cost, look);
        panel.whisker(figure, Along::Y, spot.cost.mean, spot.latency, look);
    }
    for spot in spots {
        let faint = spot.cost.faint || spot.latency.faint;
        figure.marker(place(spot), RADIUS, &spot.variant.series, faint);
    }
    for spot in spots {
        let own = place(spot);
        let others = spots.iter().map(place).filter(|other| *other != own);
        let others: Vec<Point> = others.collect();
        let found = free_place((own, &others), &spot.variant.label, &panel.area, taken);
        if let Some((at, rect)) = found {
            figure.write(Text::new(at, spot.variant.label.clone()).size(LABEL));
            taken.push(rect);
        }
    }
}

/// How much farther than its own marker any other has to be from a label.
const CLEARANCE: f64 = 4.0;

/// Where a label of the point at `at` lies on nothing that is taken and nearer to it than to any of
/// `others`, whose label it would seem to be; nowhere if that cannot be, and the legend must do.
fn free_place(
    (at, others): (Point, &[Point]),
    label: &str,
    area: &Rect,
    taken: &[Rect],
) -> Option<(Point, Rect)> {
    let width = font::width(label, LABEL);
    let sides = [
        (9.0, 4.0),
        (-9.0 - width, 4.0),
        (-width / 2.0, -10.0),
        (-width / 2.0, 18.0),
        (8.0, -9.0),
        (8.0, 17.0),
        (-8.0 - width, -9.0),
        (-8.0 - width, 17.0),
    ];
    sides
        .iter()
        .map(|(dx, dy)| Point::new(at.x + dx, at.y + dy))
        .map(|at| (at, Rect::new(at.x - 2.0, at.y - LABEL, at.x + width + 2.0, at.y + 3.0)))
        .find(|(_, rect)| {
            let inside = rect.left >= area.left
                && rect.right <= area.right
                && rect.top >= area.top
                && rect.bottom <= area.bottom;
            let is_own = others.iter().all(|other| is_clear(rect, at, *other));
            inside && is_own && !taken.iter().any(|other| other.overlaps(rect))
        })
}

/// Whether a label at `rect` is seen to be of the marker at `own` and not of that at `other`: it is
/// nearer, or in line with it. Of markers in one place any may be meant.
fn is_clear(rect: &Rect, own: Point, other: Point) -> bool {
    let aside = |marker: Point| (marker.y - rect.centre().y).abs();
    let is_beside = own.x < rect.left || own.x > rect.right;
    let is_in_line = is_beside && aside(own) < RADIUS && aside(other) > aside(own) + 1.0;
    let is_one_place = libm::hypot(own.x - other.x, own.y - other.y) < RADIUS / 2.0;
    is_one_place || is_in_line || distance(rect, other) > distance(rect, own) + CLEARANCE
}

/// How far a point is from a rectangle.
fn distance(rect: &Rect, point: Point) -> f64 {
    let x = (rect.left - point.x).max(point.x - rect.right).max(0.0);
    let y = (rect.top - point.y).max(point.y - rect.bottom).max(0.0);
    libm::hypot(x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_would_seem_to_be_of_another_marker_is_left_to_the_legend() {
        let area = Rect::new(0.0, 0.0, 400.0, 400.0);
        let at = Point::new(200.0, 200.0);
        let place = |others: &[Point], taken: &[Rect]| free_place((at, others), "up", &area, taken);
        assert!(place(&[], &[]).is_some());
        // All but the place below is taken, and there the marker of another one is as near.
        let taken = [Rect::new(0.0, 0.0, 400.0, 203.0)];
        assert!(place(&[], &taken).is_some());
        assert!(place(&[Point::new(200.0, 222.0)], &taken).is_none());
        // One above the other, each has its label beside it.
        assert!(place(&[Point::new(200.0, 208.0)], &[]).is_some());
    }
}
