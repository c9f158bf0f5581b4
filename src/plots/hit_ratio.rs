//! What each cache answered by itself.

use super::draw::legend::Sign;
use super::draw::page::Page;
use super::error::PlotError;
use super::node_bars::NodeBars;
use super::tables::Tables;
use super::variants::Variants;
use super::{Picture, Plot, note};

pub(super) struct HitRatio;

const MOST: usize = 24;

impl Plot for HitRatio {
    fn name(&self) -> &'static str {
        "hit-ratio"
    }

    fn about(&self) -> &'static str {
        "what share of look-ups each cache answered by itself"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("nodes") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let bars = NodeBars::percent(tables, "hit_ratio", &variants, MOST)?;
        if bars.known().next().is_none() {
            return Ok(Vec::new());
        }
        let heading = "Hit ratio by cache";
        let (mut figure, room) = Page::new(heading, title)
            .legend(variants.legend(Sign::Bar))
            .note(bars.known().any(|e| e.interval.is_some()), note::WHISKERS)
            .note(bars.known().any(|e| e.faint), note::FEW_BARS)
            .note(bars.any_missing(), note::NO_NUMBER)
            .note(variants.any_unstable(), note::UNSTABLE)
            .note(bars.more > 0, format!("And {} more caches, with lower ratios.", bars.more))
            .notes(variants.more())
            .with_room(bars.height(&variants));
        bars.draw(&mut figure, room, "hits (% of look-ups)", &variants);
        Ok(vec![Picture::only(heading, figure)])
    }
}
