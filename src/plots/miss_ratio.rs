//! Miss ratios of a trace against the size of the cache: a curve for each policy.

use super::draw::curve::{self, Curve};
use super::draw::estimate::Estimate;
use super::draw::legend::{Entry, Sign};
use super::draw::page::Page;
use super::draw::palette::{SERIES, series};
use super::draw::panel::{Along, Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::tables::{Table, Tables};
use super::variants::push_new;
use super::{Picture, Plot};

pub(super) struct MissRatio;

const STRIP: f64 = 230.0;

/// Who is drawn first if there are more policies than a figure shows: what knows the future, and of
/// the others the usual one and some of the best.
const PREFERRED: [&str; 7] =
    ["belady", "belady-size", "static", "lru", "sieve", "s3-fifo", "w-tiny-lfu"];

/// The ratios that are drawn, and what their axes say.
const RATIOS: [(&str, &str); 2] =
    [("miss_ratio", "misses (share)"), ("byte_miss_ratio", "missed bytes (share)")];

impl Plot for MissRatio {
    fn name(&self) -> &'static str {
        "miss-ratio"
    }

    fn about(&self) -> &'static str {
        "what share of a trace misses, by size of the cache and policy"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("cache") else { return Ok(Vec::new()) };
        let (mut units, unit) = (Vec::new(), table.column("unit")?);
        table.rows().for_each(|row| push_new(&mut units, row.text(unit)));
        let mut pictures = Vec::new();
        for unit in &units {
            let part = if units.len() > 1 { unit.clone() } else { String::new() };
            pictures.extend(of_unit(table, unit, title, part)?);
        }
        Ok(pictures)
    }
}

/// The curves of all sizes in one unit.
fn of_unit(
    table: &Table,
    unit: &str,
    title: &str,
    part: String,
) -> Result<Option<Picture>, PlotError> {
    let (policy, of) = (table.column("policy")?, table.column("unit")?);
    let mut policies = Vec::new();
    let rows = || table.rows().filter(|row| row.text(of) == unit);
    rows().for_each(|row| push_new(&mut policies, row.text(policy)));
    let more = policies.len().saturating_sub(SERIES);
    let policies = shown(&policies);
    let capacity = table.column("capacity")?;
    let mut sizes = Vec::new();
    let mut strips = Vec::new();
    for (column, axis) in RATIOS {
        let ratio = table.column(column)?;
        let mut points = vec![Vec::new(); policies.len()];
        for row in rows() {
            let Some(index) = policies.iter().position(|it| it == row.text(policy)) else {
                continue;
            };
            let (Some(size), Some(mean)) = (row.number(capacity)?, row.number(ratio)?) else {
                continue;
            };
            sizes.push(size);
            points[index].push((size, Some(Estimate { mean, interval: None, faint: false })));
        }
        let curves: Vec<Curve> = points
            .into_iter()
            .enumerate()
            .map(|(index, mut points)| {
                points.sort_by(|one, other| one.0.total_cmp(&other.0));
                let along = Along::Y;
                Curve { series: series(index), points, along, markers: true, joined: true }
            })
            .collect();
        strips.push((axis, curves));
    }
    // Where every object is of one size, bytes say what misses say.
    if strips[0].1 == strips[1].1 {
        strips.truncate(1);
    }
    let low = sizes.iter().copied().fold(f64::INFINITY, f64::min);
    let high = sizes.iter().copied().fold(0.0, f64::max);
    if sizes.is_empty() || low <= 0.0 {
        return Ok(None);
    }
    let entry = |(index, label): (usize, &String)| Entry {
        label: label.clone(),
        series: series(index),
        sign: Sign::LineAndMarker,
    };
    let heading = "Miss ratio by size of the cache";
    let (mut figure, room) = Page::new(heading, title)
        .legend(policies.iter().enumerate().map(entry).collect())
        .note(more > 0, format!("And {more} more policies, not drawn."))
        .with_room(STRIP * strips.len() as f64 + 40.0);
    let x = Axis::new(Scale::log(low, high, 9), format!("size of the cache ({unit})"));
    let last = strips.len() - 1;
    let axes = strips.iter().enumerate().map(|(index, (axis, curves))| {
        let y = Axis::new(Scale::from_zero(top(curves), 5), *axis);
        (if index == last { x.clone() } else { x.clone().bare() }, y)
    });
    for (panel, (_, curves)) in Panel::stack(room, axes.collect()).iter().zip(&strips) {
        panel.draw(&mut figure);
        curve::draw_all(&mut figure, panel, curves);
    }
    Ok(Some(Picture { part, heading: heading.to_owned(), figure }))
}

/// So many of the policies as a figure shows, in their order.
fn shown(policies: &[String]) -> Vec<String> {
    let rank = |name: &String| !PREFERRED.contains(&name.as_str());
    let mut places: Vec<usize> = (0..policies.len()).collect();
    places.sort_by_key(|place| rank(&policies[*place]));
    places.truncate(SERIES);
    places.sort_unstable();
    places.into_iter().map(|place| policies[place].clone()).collect()
}

/// The highest ratio.
fn top(curves: &[Curve]) -> f64 {
    curve::extent(curves).into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evict::replay::Rule;

    const HEAD: &str = "policy,capacity,unit,miss_ratio,byte_miss_ratio";

    fn parts(rows: &str) -> Vec<String> {
        let mut tables = Tables::new();
        tables.insert("cache", &format!("{HEAD}\n{rows}")).unwrap();
        MissRatio.draw(&tables, "t").unwrap().into_iter().map(|it| it.part).collect()
    }

    #[test]
    fn each_unit_has_a_figure_and_one_unit_alone_needs_no_name() {
        let (one, other) = ("lru,10,objects,0.5,0.5\n", "lru,1000,bytes,0.5,0.6\n");
        assert_eq!(parts(one), [""]);
        assert_eq!(parts(&format!("{one}{other}")), ["objects", "bytes"]);
        assert!(parts("lru,,objects,,\n").is_empty());
    }

    #[test]
    fn of_too_many_policies_those_are_drawn_that_know_the_future_and_the_best_known() {
        let words = Rule::all().map(|rule| rule.word().to_owned());
        let all: Vec<String> = words.collect();
        assert!(all.len() > SERIES);
        let drawn = shown(&all);
        assert_eq!(drawn.len(), SERIES);
        assert!(PREFERRED.iter().all(|name| drawn.iter().any(|it| it == name)), "{drawn:?}");
        assert!(drawn.is_sorted_by_key(|name| all.iter().position(|it| it == name)));
        assert_eq!(shown(&all[..3]), all[..3]);
    }
}
