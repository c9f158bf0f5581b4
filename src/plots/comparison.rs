//! How many times the baseline's value each variant has, metric by metric: a forest plot.

use super::draw::estimate::{self, Estimate};
use super::draw::figure::{Anchor, Figure, Text};
use super::draw::geometry::{Point, Rect};
use super::draw::group::{Groups, members};
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::palette::{Ink, Series};
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::draw::{font, number};
use super::error::PlotError;
use super::read::Columns;
use super::tables::{Table, Tables};
use super::variants::{Variants, push_new};
use super::{Picture, Plot, metric, note};

pub(super) struct Comparison;

/// The metrics that are shown if they were compared; else the first ones are.
const HEADLINE: [&str; 9] = [
    "latency_mean",
    "latency_p50",
    "latency_p95",
    "latency_p99",
    "throughput",
    "goodput",
    "hit_ratio",
    "cost_per_hour",
    "cost_per_million",
];
const MOST: usize = 12;

/// The columns of a ratio and its interval.
const RATIO: [&str; 3] = ["ratio", "ratio_low", "ratio_high"];

const NUMBER: f64 = 10.5;
const RADIUS: f64 = 4.2;
/// Digits of a ratio behind the point, and of one that is significant and yet nearly 1.
const DIGITS: usize = 2;
const MOST_DIGITS: usize = 6;
/// How much lighter a marker is that shows no difference.
const PALE: f64 = 0.6;
const COLUMN: &str = "ratio [interval]";

impl Plot for Comparison {
    fn name(&self) -> &'static str {
        "comparison"
    }

    fn about(&self) -> &'static str {
        "the ratio of each variant to the baseline, with intervals"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("comparison") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let metrics = shown_metrics(table)?;
        let ratios = ratios(table, &variants, &metrics)?;
        if ratios.is_empty() {
            return Ok(Vec::new());
        }
        let column = table.column("baseline")?;
        let baseline = table.rows().next().map_or("", |row| row.text(column));
        let heading = format!("Compared with {baseline}");
        let figure = figure((&heading, title), baseline, &variants, &metrics, &ratios);
        Ok(vec![Picture::only(heading, figure)])
    }
}

/// One ratio.
struct Ratio {
    metric: usize,
    variant: usize,
    estimate: Estimate,
    significant: bool,
}

impl Ratio {
    /// How its marker looks: pale where no difference is shown, and hollow where that rests on few
    /// data, each by itself.
    fn look(&self, series: &Series) -> (Series, bool) {
        let ink = if self.significant { series.ink } else { series.ink.lighter(PALE) };
        (Series { ink, ..*series }, self.estimate.faint)
    }

    /// So many digits as tell a ratio that is significant from 1, with both ends of its interval.
    fn digits(&self) -> usize {
        let numbers = [Some(self.estimate.mean), self.estimate.interval.map(|it| it.0)];
        let numbers = numbers.into_iter().chain([self.estimate.interval.map(|it| it.1)]).flatten();
        let is_one = |digits: usize, value: f64| {
            format!("{value:.digits$}").parse::<f64>().is_ok_and(|it| (it - 1.0).abs() < 1e-12)
        };
        let tells = |digits: &usize| !numbers.clone().any(|value| is_one(*digits, value));
        let enough = (DIGITS..MOST_DIGITS).find(tells).unwrap_or(MOST_DIGITS);
        if self.significant { enough } else { DIGITS }
    }

    /// The ratio and its interval in figures.
    fn text(&self) -> String {
        let digits = self.digits();
        let figures = |value: f64| match value.abs() {
            usual if (0.095..99.5).contains(&usual) => format!("{value:.digits$}"),
            _ => number::short(value),
        };
        let mean = figures(self.estimate.mean);
        match self.estimate.interval {
            Some((low, high)) => format!("{mean} [{}, {}]", figures(low), figures(high)),
            None => mean,
        }
    }
}

/// The metrics that are shown, of those of which some variant has a ratio.
fn shown_metrics(table: &Table) -> Result<Vec<String>, PlotError> {
    let column = table.column("metric")?;
    let ratio = Columns::new(table, RATIO)?;
    let mut all = Vec::new();
    for row in table.rows() {
        if ratio.read(row)?.known().is_some() {
            push_new(&mut all, row.text(column));
        }
    }
    let main: Vec<String> =
        HEADLINE.iter().map(|name| (*name).to_owned()).filter(|name| all.contains(name)).collect();
    Ok(if main.is_empty() { all.into_iter().take(MOST).collect() } else { main })
}

fn ratios(table: &Table, variants: &Variants, metrics: &[String]) -> Result<Vec<Ratio>, PlotError> {
    let (variant, metric) = (table.column("variant")?, table.column("metric")?);
    let significant = table.column("significant")?;
    let columns = Columns::new(table, RATIO)?;
    let mut ratios = Vec::new();
    for row in table.rows() {
        let metric = metrics.iter().position(|name| name == row.text(metric));
        let found = (metric, variants.find(row.text(variant)), columns.read(row)?.known());
        if let (Some(metric), Some(variant), Some(estimate)) = found {
            let significant = matches!(row.text(significant), "true" | "yes" | "1");
            ratios.push(Ratio { metric, variant, estimate, significant });
        }
    }
    Ok(ratios)
}

fn figure(
    (heading, title): (&str, &str),
    baseline: &str,
    variants: &Variants,
    metrics: &[String],
    ratios: &[Ratio],
) -> Figure {
    let members = members(variants.len(), ratios.iter().map(|ratio| ratio.variant));
    let row = if members.len() == 1 { 26.0 } else { 16.0 };
    let slot = (row * members.len() as f64 / 0.78).max(30.0);
    let (mut figure, room) = Page::new(heading, title)
        .legend(variants.legend(Sign::Marker))
        .note(ratios.iter().any(|r| r.estimate.interval.is_some()), note::WHISKERS)
        .note(
            true,
            "Pale: no difference is shown, it may be chance; in full colour it is significant.",
        )
        .note(ratios.iter().any(|r| r.estimate.faint), note::FEW_MARKERS)
        .note(variants.any_unstable(), note::UNSTABLE)
        .notes(variants.more())
        .with_room(slot * metrics.len() as f64 + 66.0);
    let values = estimate::extent(&ratios.iter().map(|ratio| ratio.estimate).collect::<Vec<_>>());
    let least = values.iter().copied().filter(|v| *v > 0.0).fold(1.0 / 1.1, f64::min);
    let most = values.iter().copied().fold(1.1, f64::max);
    let names: Vec<String> = metrics.iter().rev().map(|name| metric::words(name)).collect();
    let x = Axis::new(Scale::log(least, most, 8), format!("ratio to {baseline} (log scale)"));
    let texts = ratios.iter().map(Ratio::text).chain([COLUMN.to_owned()]);
    let numbers = texts.map(|text| font::width(&text, NUMBER)).fold(0.0, f64::max);
    let right = room.right;
    let room = Rect { top: room.top + 16.0, right: right - numbers - 14.0, ..room };
    let panel = Panel::new(room, x, Axis::new(Scale::slots(&names), ""));
    panel.draw(&mut figure);
    let one = panel.at(1.0, 0.0).x;
    let ends = [Point::new(one, panel.area.top), Point::new(one, panel.area.bottom)];
    figure.line(&ends, Ink::TEXT, 1.2);
    let head = Point::new(right, panel.area.top - 6.0);
    let head = Text::new(head, COLUMN).size(NUMBER).ink(Ink::QUIET);
    figure.write(head.anchor(Anchor::End));
    for ratio in ratios {
        if let (Some(variant), Some(member)) =
            (variants.iter().nth(ratio.variant), members.iter().position(|m| *m == ratio.variant))
        {
            let groups = Groups { panel: &panel, lying: true, members: members.len() };
            draw_ratio(&mut figure, &groups, member, right, &variant.series, ratio);
        }
    }
    figure
}

fn draw_ratio(
    figure: &mut Figure,
    groups: &Groups<'_>,
    member: usize,
    right: f64,
    series: &Series,
    ratio: &Ratio,
) {
    let (from, to) = groups.span(ratio.metric, member);
    let middle = f64::midpoint(from, to);
    groups.draw_whisker(figure, middle, ratio.estimate, (series.ink, RADIUS + 1.5));
    let at = groups.at(middle, ratio.estimate.mean);
    let (look, is_hollow) = ratio.look(series);
    figure.marker(at, RADIUS, &look, is_hollow);
    let text_at = Point::new(right, at.y + NUMBER * font::CAPITALS / 2.0);
    figure.write(Text::new(text_at, ratio.text()).size(NUMBER).anchor(Anchor::End));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rests_on_few_data_is_hollow_and_what_shows_no_difference_is_pale() {
        let mut tables = Tables::new();
        let rows = "metric,baseline,variant,ratio,ratio_low,ratio_high,significant,status\n\
                    latency_mean,a,b,0.5,0.4,0.6,true,ok\n\
                    latency_p99,a,b,0.5,0.4,0.6,true,few-data\n\
                    throughput,a,b,1,0.9,1.1,false,ok\n\
                    goodput,a,b,1,0.9,1.1,false,few-data\n";
        tables.insert("comparison", rows).expect("a sound table");
        let table = tables.get("comparison").expect("it is there");
        let variants = Variants::of(&tables, table).expect("variants");
        let metrics = ["latency_mean", "latency_p99", "throughput", "goodput"].map(str::to_owned);
        let ratios = ratios(table, &variants, &metrics).expect("all columns are there");
        let series = crate::plots::draw::palette::series(0);
        let look = |ratio: &Ratio| {
            let (look, is_hollow) = ratio.look(&series);
            (look.ink != series.ink, is_hollow)
        };
        let looks: Vec<(bool, bool)> = ratios.iter().map(look).collect();
        assert_eq!(looks, [(false, false), (false, true), (true, false), (true, true)]);
    }

    #[test]
    fn a_ratio_that_is_significant_is_told_from_1() {
        let told = |significant: bool, interval: (f64, f64)| {
            let mean = f64::midpoint(interval.0, interval.1);
            let estimate = Estimate { mean, interval: Some(interval), faint: false };
            Ratio { metric: 0, variant: 0, estimate, significant }.text()
        };
        assert_eq!(told(true, (0.998_3, 0.999_1)), "0.999 [0.998, 0.999]");
        assert_eq!(told(true, (1.001_2, 1.008)), "1.005 [1.001, 1.008]");
        assert_eq!(told(true, (0.78, 0.93)), "0.85 [0.78, 0.93]");
        assert_eq!(told(false, (0.999, 1.002)), "1.00 [1.00, 1.00]");
        assert_eq!(told(true, (1.0 + 1e-9, 1.0 + 2e-9)), "1.000000 [1.000000, 1.000000]");
    }

    #[test]
    fn a_metric_without_any_ratio_is_not_shown() {
        let mut tables = Tables::new();
        let rows = "metric,ratio,ratio_low,ratio_high\n\
                    latency_mean,0.5,0.4,0.6\n\
                    hit_ratio,,,\n\
                    cost_per_hour,,,\n\
                    cost_per_hour,2,2,2\n";
        tables.insert("comparison", rows).expect("a sound table");
        let shown = shown_metrics(tables.get("comparison").expect("it is there"));
        assert_eq!(shown.expect("all columns are there"), ["latency_mean", "cost_per_hour"]);
    }
}
