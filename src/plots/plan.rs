//! What each machine of a plan costs against the load, as steps, with the cheapest marked.

use super::draw::figure::Figure;
use super::draw::geometry::Point;
use super::draw::legend::{Entry, Sign};
use super::draw::page::Page;
use super::draw::palette::{SERIES, Series, series};
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::tables::{Row, Table, Tables};
use super::variants::push_new;
use super::varied::Key;
use super::{Picture, Plot};

pub(super) struct Plan;

const WIDTH: f64 = 1.8;
const RADIUS: f64 = 4.4;

const CHEAPEST: &str = "Filled markers: no other machine is cheaper at that load.";
const BETWEEN: &str = "Between two loads the line shows what the higher one needs.";
const NONE: &str = "Where a machine has no marker no number of replicas meets the objectives.";

impl Plot for Plan {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn about(&self) -> &'static str {
        "what each machine of a plan costs against the load, the cheapest marked"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("plan") else { return Ok(Vec::new()) };
        let (mut variants, variant) = (Vec::new(), table.column("variant")?);
        table.rows().for_each(|row| push_new(&mut variants, row.text(variant)));
        let mut pictures = Vec::new();
        for name in &variants {
            let part = if variants.len() > 1 { name.clone() } else { String::new() };
            pictures.extend(of_variant(table, name, title, part)?);
        }
        Ok(pictures)
    }
}

/// What one machine costs at one load.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stop {
    load: f64,
    cost: Option<f64>,
    is_cheapest: bool,
}

/// The figure of a variant; none if nothing in it has a price.
fn of_variant(
    table: &Table,
    variant: &str,
    title: &str,
    part: String,
) -> Result<Option<Picture>, PlotError> {
    let (of, machine) = (table.column("variant")?, table.column("machine")?);
    let (load, cost) = (table.column("load")?, table.column("cost_per_hour")?);
    let cheapest = table.column("cheapest")?;
    let rows: Vec<Row<'_>> = table.rows().filter(|row| row.text(of) == variant).collect();
    let key = Key::new("load", load, &rows);
    let mut machines = Vec::new();
    rows.iter().for_each(|row| push_new(&mut machines, row.text(machine)));
    let more = machines.len().saturating_sub(SERIES);
    machines.truncate(SERIES);
    let mut lines: Vec<Vec<Stop>> = vec![Vec::new(); machines.len()];
    for row in rows {
        let place = machines.iter().position(|name| name == row.text(machine));
        let (Some(place), Some(load)) = (place, key.place(row)) else { continue };
        let (cost, is_cheapest) = (row.number(cost)?, row.text(cheapest) == "yes");
        lines[place].push(Stop { load, cost, is_cheapest });
    }
    for line in &mut lines {
        line.sort_by(|one, other| one.load.total_cmp(&other.load));
    }
    let stops = || lines.iter().flatten();
    let most = stops().filter_map(|stop| stop.cost).fold(0.0, f64::max);
    if most <= 0.0 {
        return Ok(None);
    }
    let entry = |(index, label): (usize, &String)| Entry {
        label: label.clone(),
        series: series(index),
        sign: Sign::LineAndMarker,
    };
    let heading = if part.is_empty() {
        "Cost of what meets the objectives, by load".to_owned()
    } else {
        format!("Cost of what meets the objectives, by load: {variant}")
    };
    let (mut figure, room) = Page::new(heading.clone(), title)
        .legend(machines.iter().enumerate().map(entry).collect())
        .note(true, CHEAPEST)
        .note(true, BETWEEN)
        .note(stops().any(|stop| stop.cost.is_none()), NONE)
        .note(more > 0, format!("And {more} more machines, not drawn."))
        .open();
    let x = Axis::new(key.scale(), key.title());
    let panel = Panel::new(room, x, Axis::new(Scale::from_zero(most, 7), "cost per hour"));
    panel.draw(&mut figure);
    for (index, line) in lines.iter().enumerate() {
        draw_steps(&mut figure, &panel, line, &series(index));
    }
    // The cheapest last, so that no other marker lies on theirs.
    for are_cheapest in [false, true] {
        for (index, line) in lines.iter().enumerate() {
            draw_markers(&mut figure, &panel, line, (&series(index), are_cheapest));
        }
    }
    Ok(Some(Picture { part, heading, figure }))
}

/// The stretches without a gap, as corners of a line that rises right behind each load.
fn steps(line: &[Stop]) -> Vec<Vec<(f64, f64)>> {
    let known = |run: &[Stop]| -> Vec<(f64, f64)> {
        run.iter().filter_map(|stop| Some((stop.load, stop.cost?))).collect()
    };
    let runs = line.split(|stop| stop.cost.is_none()).map(known).filter(|run| !run.is_empty());
    let corners = |run: Vec<(f64, f64)>| {
        let mut corners = vec![run[0]];
        for pair in run.windows(2) {
            corners.extend([(pair[0].0, pair[1].1), pair[1]]);
        }
        corners
    };
    runs.map(corners).collect()
}

fn draw_steps(figure: &mut Figure, panel: &Panel, line: &[Stop], series: &Series) {
    for corners in steps(line) {
        let points: Vec<Point> = corners.into_iter().map(|(x, y)| panel.at(x, y)).collect();
        figure.dashed(&points, series.ink, WIDTH, series.dash);
    }
}

/// The markers of those that are the cheapest, or of those that are not.
fn draw_markers(
    figure: &mut Figure,
    panel: &Panel,
    line: &[Stop],
    (series, are_cheapest): (&Series, bool),
) {
    for stop in line.iter().filter(|stop| stop.is_cheapest == are_cheapest) {
        if let Some(cost) = stop.cost {
            figure.marker(panel.at(stop.load, cost), RADIUS, series, !are_cheapest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "variant,load,machine,replicas,cost_per_hour,status,cheapest";

    fn pictures(rows: &str) -> Vec<Picture> {
        let mut tables = Tables::new();
        tables.insert("plan", &format!("{HEAD}\n{rows}")).unwrap();
        Plan.draw(&tables, "t").unwrap()
    }

    #[test]
    fn a_line_shows_between_two_loads_what_the_higher_one_needs() {
        let stop = |load, cost| Stop { load, cost, is_cheapest: false };
        let line = [stop(1.0, Some(3.0)), stop(2.0, Some(5.0)), stop(4.0, None)];
        assert_eq!(steps(&line), [[(1.0, 3.0), (1.0, 5.0), (2.0, 5.0)]]);
        let line = [stop(1.0, Some(3.0)), stop(2.0, None), stop(4.0, Some(6.0))];
        assert_eq!(steps(&line), [[(1.0, 3.0)], [(4.0, 6.0)]], "a gap stays a gap");
    }

    #[test]
    fn each_variant_has_a_figure_and_one_alone_needs_no_name() {
        let one = "a,10/s,small,1,0.1,least,yes\na,20/s,small,,,missed,no\n";
        let parts =
            |rows: &str| -> Vec<String> { pictures(rows).into_iter().map(|it| it.part).collect() };
        assert_eq!(parts(one), [""]);
        assert_eq!(parts(&format!("{one}b,10/s,small,2,0.2,met,yes\n")), ["a", "b"]);
        assert!(parts("a,10/s,small,,,missed,no\n").is_empty(), "nothing has a price");
    }

    #[test]
    fn what_has_no_marker_is_told() {
        let text = |rows: &str| pictures(rows)[0].svg("t").unwrap();
        let full = "a,10/s,small,1,0.1,least,yes\n";
        let words = "number"; // Notes are broken into lines anywhere between words.
        assert!(!text(full).contains(words));
        assert!(text(&format!("{full}a,20/s,small,,,missed,no\n")).contains(words));
    }
}
