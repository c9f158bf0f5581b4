//! Lying bars of one metric of nodes, a group a node, a bar a variant.

use super::draw::estimate::Estimate;
use super::draw::figure::Figure;
use super::draw::geometry::Rect;
use super::draw::group::{self, Groups};
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::read::{Columns, Reading};
use super::tables::{Table, Tables};
use super::variants::{Variants, push_new};
use super::{Picture, note};

/// A figure of one metric of the nodes, as its plot words it.
pub(super) struct NodeFigure {
    /// The metric, a share.
    pub(super) metric: &'static str,
    /// What the figure shows.
    pub(super) heading: &'static str,
    /// What the axis counts.
    pub(super) axis: &'static str,
    /// What those are that are left out, after "And 3 more".
    pub(super) rest: &'static str,
}

/// So many nodes are drawn at most.
const MOST: usize = 24;

impl NodeFigure {
    /// The figure; none if no node has the metric.
    pub(super) fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("nodes") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let bars = NodeBars::percent(tables, self.metric, &variants, MOST)?;
        if bars.known().next().is_none() {
            return Ok(Vec::new());
        }
        let (mut figure, room) = Page::new(self.heading, title)
            .legend(variants.legend(Sign::Bar))
            .note(bars.known().any(|e| e.interval.is_some()), note::WHISKERS)
            .note(bars.known().any(|e| e.faint), note::FEW_BARS)
            .note(bars.any_missing(), note::NO_NUMBER)
            .note(variants.any_unstable(), note::UNSTABLE)
            .note(bars.more > 0, format!("And {} more {}", bars.more, self.rest))
            .notes(variants.more())
            .with_room(bars.height(&variants));
        bars.draw(&mut figure, room, self.axis, &variants);
        Ok(vec![Picture::only(self.heading, figure)])
    }
}

/// One metric of every node that has it.
struct NodeBars {
    nodes: Vec<String>,
    /// Node, variant, and what is known.
    bars: Vec<(usize, usize, Reading)>,
    /// How many nodes were left out.
    pub(super) more: usize,
}

impl NodeBars {
    /// `metric` of all nodes over all replicas and classes, in percent; the nodes with the largest
    /// values first, at most `limit` of them.
    pub(super) fn percent(
        tables: &Tables,
        metric: &str,
        variants: &Variants,
        limit: usize,
    ) -> Result<Self, PlotError> {
        let Some(table) = tables.get("nodes") else {
            return Ok(Self { nodes: Vec::new(), bars: Vec::new(), more: 0 });
        };
        let (mut nodes, bars) = rows(table, metric, variants)?;
        let top = |node: &String| {
            let own = bars.iter().filter(|(name, ..)| name == node);
            own.filter_map(|(.., reading)| reading.known()).map(|e| e.mean).fold(-1.0, f64::max)
        };
        nodes.sort_by(|a, b| top(b).total_cmp(&top(a)));
        let more = nodes.len().saturating_sub(limit);
        nodes.truncate(limit);
        let bars = bars
            .iter()
            .filter_map(|(name, variant, reading)| {
                Some((nodes.iter().position(|node| node == name)?, *variant, *reading))
            })
            .collect();
        Ok(Self { nodes, bars, more })
    }

    /// The numbers.
    pub(super) fn known(&self) -> impl Iterator<Item = Estimate> {
        self.bars.iter().filter_map(|(.., reading)| reading.known())
    }

    /// Whether too few data left a bar out.
    pub(super) fn any_missing(&self) -> bool {
        self.bars.iter().any(|(.., reading)| *reading == Reading::Missing)
    }

    /// The height that the bars want.
    pub(super) fn height(&self, variants: &Variants) -> f64 {
        let members = self.members(variants).len();
        let bar = match members {
            1 => 16.0,
            2 => 11.0,
            3 | 4 => 9.0,
            _ => 5.4,
        };
        self.nodes.len() as f64 * (bar * members as f64 / 0.78).max(20.0) + 48.0
    }

    /// Draws the bars into `room` under an axis from 0 to 100 %.
    pub(super) fn draw(
        &self,
        figure: &mut Figure,
        room: Rect,
        axis_title: &str,
        variants: &Variants,
    ) {
        let from_below: Vec<String> = self.nodes.iter().rev().cloned().collect();
        let x = Axis::new(Scale::from_zero(100.0, 10), axis_title);
        let y = Axis::new(Scale::slots(&from_below), "");
        let panel = Panel::new(room, x, y);
        panel.draw(figure);
        let members = self.members(variants);
        let groups = Groups { panel: &panel, lying: true, members: members.len() };
        for (node, variant, reading) in &self.bars {
            let member = members.iter().position(|member| member == variant);
            let variant = variants.iter().nth(*variant);
            if let (Some(member), Some(variant), Some(e)) = (member, variant, reading.known()) {
                groups.draw(figure, (*node, member), e, &variant.series);
            }
        }
    }

    /// The variants that have a bar.
    fn members(&self, variants: &Variants) -> Vec<usize> {
        let drawn = self.bars.iter().filter(|(.., reading)| reading.known().is_some());
        group::members(variants.len(), drawn.map(|(_, variant, _)| *variant))
    }
}

/// The names of the nodes that have the metric, and its values.
type Rows = (Vec<String>, Vec<(String, usize, Reading)>);

fn rows(table: &Table, wanted: &str, variants: &Variants) -> Result<Rows, PlotError> {
    let (variant, node) = (table.column("variant")?, table.column("node")?);
    let (replica, class) = (table.column("replica")?, table.column("class")?);
    let metric = table.column("metric")?;
    let columns = Columns::usual(table)?;
    let (mut nodes, mut bars) = (Vec::new(), Vec::new());
    for row in table.rows() {
        let all = row.text(replica).is_empty() && row.text(class).is_empty();
        if !all || row.text(metric) != wanted {
            continue;
        }
        if let Some(index) = variants.find(row.text(variant)) {
            push_new(&mut nodes, row.text(node));
            bars.push((row.text(node).to_owned(), index, columns.read(row)?.times(100.0)));
        }
    }
    Ok((nodes, bars))
}
