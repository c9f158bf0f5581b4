//! Pictures of a result, drawn from its tables and nothing else.
//!
//! A plot is a unit struct in a file of its own and a line in `PLOTS`. It takes what it needs
//! from the [`Tables`] and answers with figures, or with none if the result does not hold its data
//! (no sweep, no probes, one variant only). Nothing here knows the rest of the program, so that
//! pictures can be drawn anew, years later, from the CSV files of a result folder. One picture is
//! none of a result: [`Topology`] shows what a scenario is made of.

mod draw;
mod error;
mod metric;
mod node_bars;
mod note;
mod over_time;
mod quantity;
mod ranking;
mod read;
mod tables;
mod variants;
mod varied;

mod breakdown;
mod comparison;
mod cost_latency;
mod heat_map;
mod hit_ratio;
mod identity;
mod latency_cdf;
mod miss_ratio;
mod percentiles;
mod plan;
mod probes;
mod sweep;
mod timeline;
mod topology;
mod utilisation;

pub use error::PlotError;
pub use tables::{Column, Row, Table, Tables};
pub use topology::{Topology, TopologyLink, TopologyNode};

use draw::figure::Figure;

/// A picture in the forms in which it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The file's name without extension: the plot's name, and what is shown if there are several.
    pub name: String,
    /// An SVG document that carries its font; the same bytes on every platform.
    pub svg: String,
    /// A PNG file of twice the nominal size; only with the feature `cli`.
    pub png: Option<Vec<u8>>,
}

/// One kind of picture.
trait Plot: Sync {
    /// The name of its file, which is also the word for it on the command line.
    fn name(&self) -> &'static str;
    /// What it shows, in a line.
    fn about(&self) -> &'static str;
    /// The figures that the tables allow, under the scenario's title.
    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError>;
}

/// A figure of a plot.
#[derive(Debug, Clone, PartialEq)]
struct Picture {
    /// Which of several figures it is; empty if the plot has one.
    part: String,
    /// What it shows.
    heading: String,
    figure: Figure,
}

/// Every plot, in the order in which a report shows them.
const PLOTS: &[&dyn Plot] = &[
    &latency_cdf::LatencyCdf,
    &percentiles::Percentiles,
    &comparison::Comparison,
    &cost_latency::CostLatency,
    &utilisation::Utilisation,
    &breakdown::Breakdown,
    &hit_ratio::HitRatio,
    &identity::Identity,
    &timeline::Timeline,
    &probes::Probes,
    &sweep::Sweep,
    &heat_map::HeatMap,
    &plan::Plan,
    &miss_ratio::MissRatio,
];

/// Name and description of every plot, in the order of a report.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    PLOTS.iter().map(|plot| (plot.name(), plot.about()))
}

/// Draws every plot for which the tables hold data, under the scenario's `title`.
///
/// # Errors
///
/// [`PlotError`] if a table lacks a column or holds text where a number belongs.
pub fn draw_all(tables: &Tables, title: &str) -> Result<Vec<Drawing>, PlotError> {
    let mut drawings: Vec<Drawing> = Vec::new();
    for plot in PLOTS {
        for picture in plot.draw(tables, title)? {
            let failed = |message| PlotError::Drawing { plot: plot.name().to_owned(), message };
            let mut drawing = picture.render(plot.name(), title).map_err(failed)?;
            while drawings.iter().any(|other| other.name == drawing.name) {
                drawing.name.push('x');
            }
            drawings.push(drawing);
        }
    }
    Ok(drawings)
}

impl Picture {
    /// The only figure of a plot.
    fn only(heading: impl Into<String>, figure: Figure) -> Self {
        Self { part: String::new(), heading: heading.into(), figure }
    }

    fn render(&self, plot: &str, title: &str) -> Result<Drawing, String> {
        Ok(Drawing { name: self.file(plot), svg: self.svg(title)?, png: self.bitmap()? })
    }

    /// The name of its file, without what a file's name should not hold.
    fn file(&self, plot: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
        let separator = if self.part.is_empty() { "" } else { "-" };
        format!("{plot}{separator}{}", self.part.chars().map(plain).collect::<String>())
    }

    fn svg(&self, title: &str) -> Result<String, String> {
        draw::svg::render(&self.figure, &format!("{}: {title}", self.heading))
    }

    #[cfg(feature = "cli")]
    fn bitmap(&self) -> Result<Option<Vec<u8>>, String> {
        draw::bitmap::render(&self.figure).map(Some)
    }

    #[cfg(not(feature = "cli"))]
    #[expect(clippy::unnecessary_wraps, reason = "the other form of this function can fail")]
    fn bitmap(&self) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    #[cfg(feature = "cli")]
    use super::latency_cdf::LatencyCdf;
    use super::samples::Sample;
    use super::*;

    /// Names and SVG documents, which take less time than bitmaps.
    fn svgs(sample: &Sample, title: &str) -> Vec<(String, String)> {
        let tables = sample.tables();
        let mut drawn = Vec::new();
        for plot in PLOTS {
            for picture in plot.draw(&tables, title).unwrap() {
                drawn.push((picture.file(plot.name()), picture.svg(title).unwrap()));
            }
        }
        drawn
    }

    fn samples() -> [Sample; 4] {
        [Sample::usual(), Sample::single(), Sample::crowd(), Sample::wide()]
    }

    #[test]
    fn a_full_result_gives_every_plot() {
        let drawn = svgs(&Sample::usual(), "A shop");
        for (plot, _) in all() {
            assert!(drawn.iter().any(|(name, _)| name.starts_with(plot)), "{plot}");
        }
    }

    #[test]
    fn no_tables_give_no_plot() {
        assert_eq!(draw_all(&Tables::new(), "Nothing").unwrap(), []);
    }

    #[test]
    fn tables_without_rows_give_no_plot() {
        let full = Sample::usual();
        let mut tables = Tables::new();
        for (name, text) in full.texts() {
            tables.insert(name, text.lines().next().unwrap()).unwrap();
        }
        assert_eq!(draw_all(&tables, "Nothing").unwrap(), []);
    }

    #[test]
    fn sweeps_whose_names_become_alike_keep_files_of_their_own() {
        let mut tables = Tables::new();
        let head = "point,sweep,variant,k,m,m_low,m_high,status";
        let rows = "0,a b,v,1,2,,,ok\n0,a.b,v,1,2,,,ok\n";
        tables.insert("sweep", &format!("{head}\n{rows}")).unwrap();
        let names: Vec<_> = draw_all(&tables, "t").unwrap().into_iter().map(|d| d.name).collect();
        assert_eq!(names, ["sweep-a-b", "sweep-a-bx"]);
    }

    #[test]
    fn the_same_tables_give_the_same_bytes() {
        let tables = Sample::single().tables();
        assert!(draw_all(&tables, "t").unwrap() == draw_all(&tables, "t").unwrap());
    }

    #[test]
    fn no_two_drawings_share_a_name() {
        for sample in samples() {
            let mut names: Vec<String> = svgs(&sample, "t").into_iter().map(|d| d.0).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
    }

    #[test]
    fn names_are_escaped_wherever_they_are_written() {
        for (name, svg) in svgs(&Sample::crowd(), "a < b & \"c\"") {
            assert!(svg.contains("a &lt; b &amp;"), "{name}");
            assert!(!svg.contains("& ") && !svg.contains("< "), "{name}");
        }
    }

    #[test]
    fn every_place_in_a_drawing_is_on_the_page() {
        for (name, svg) in samples().iter().flat_map(|sample| svgs(sample, "t")) {
            let body = svg.split_once("</style>").unwrap().1;
            assert!(!body.contains("NaN"), "{name}");
            for x in body.split(" x=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!((0..=8000).contains(&x.parse().unwrap()), "{name}: {x}");
            }
        }
    }

    #[test]
    fn a_table_without_a_needed_column_is_an_error() {
        let mut tables = Tables::new();
        tables.insert("latency", "variant,quantile\na,0.5\n").unwrap();
        let error = draw_all(&tables, "t").unwrap_err().to_string();
        assert!(error.starts_with("latency.csv: there is no column `client`"), "{error}");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_bitmap_is_twice_the_nominal_size() {
        let picture = LatencyCdf.draw(&Sample::single().tables(), "t").unwrap().remove(0);
        let png = picture.bitmap().unwrap().unwrap();
        assert_eq!(png[16..24], [0, 0, 6, 64, 0, 0, 3, 232]);
    }
}
