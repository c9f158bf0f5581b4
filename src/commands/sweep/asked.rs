//! The sweep that is asked for, with all its points built and checked.

use std::sync::Arc;

use super::outline::{Outline, Varied};
use super::state::{Header, Part};
use super::{Args, OF_THE_MOMENT};
use crate::commands::exit::CommandError;
use crate::commands::io::Io;
use crate::commands::opened::Opened;
use crate::commands::options::shell_word;
use crate::commands::varied::none_is_set;
use crate::report::{Provenance, digest};
use crate::scenario::argument::vary;
use crate::scenario::overlay::Assignment;
use crate::scenario::sweep::{Grid, axes, select};
use crate::study::{SweepPoint, Variant, shards};

/// A sweep with all its points built and checked.
pub(super) struct Asked {
    /// Its scenario.
    pub(super) opened: Opened,
    /// Its name.
    pub(super) name: String,
    /// All variants at all points.
    pub(super) points: Vec<SweepPoint>,
    grid: Grid,
    part: Option<Part>,
    /// Which of the points are to be run; all of them unless a shard is asked for.
    is_own: Vec<bool>,
}

impl Asked {
    /// Builds and checks every variant at every point.
    ///
    /// # Errors
    /// If anything is wrong with any of them, or if there are fewer points than shards.
    pub(super) fn of(args: &Args, io: &mut Io) -> Result<Self, CommandError> {
        let mut opened = Opened::open(&args.scenario, &args.changes)?;
        let variants = opened.names(&args.changes)?;
        let Some((name, grid)) = grid(args, &mut opened) else { return Err(opened.into_error()) };
        let keys = grid.axes().iter().map(|axis| &axis.key);
        none_is_set(keys, "varied", &args.changes)?;
        let points = points(&mut opened, &variants, &grid);
        let opened = opened.checked(io)?;
        let (part, is_own) = match args.shard {
            None => (None, vec![true; points.len()]),
            Some(shard) if shard.of > grid.len() => {
                return Err(CommandError::Usage(format!(
                    "the sweep `{name}` has {} points, which are too few for {} shards",
                    grid.len(),
                    shard.of
                )));
            }
            Some(shard) => {
                let dealt = shards(&points, shard.of);
                let is_own: Vec<bool> = dealt.iter().map(|it| *it == shard.number).collect();
                let rows = is_own.iter().filter(|is_own| **is_own).count();
                (Some(Part { shard, rows }), is_own)
            }
        };
        Ok(Self { opened, name, grid, points, part, is_own })
    }

    /// Whether the variant at a point is to be run.
    pub(super) fn is_own(&self, place: usize) -> bool {
        self.is_own.get(place).is_some_and(|is_own| *is_own)
    }

    /// The name of the folder of its result, unless another one is asked for.
    pub(super) fn folder(&self) -> String {
        let whole = format!("{}-{}", self.opened.name, self.name);
        match self.part {
            None => whole,
            Some(Part { shard, .. }) => format!("{whole}-shard-{}-of-{}", shard.number, shard.of),
        }
    }

    /// Where its result comes from.
    pub(super) fn provenance(&self, args: &Args) -> Provenance {
        let text = self.opened.text();
        let mut command = self.command(args);
        if let Some(part) = self.part {
            command.push_str(&format!(" --shard {}", part.shard));
        }
        let run = &self.points[0].variant.graph.run;
        Provenance {
            scenario: self.opened.name.clone(),
            title: run.title.clone(),
            digest: digest(&text),
            text,
            overlays: args.changes.overlays().into_iter().chain(args.vary.clone()).collect(),
            seed: run.seed,
            command,
        }
    }

    /// What it is made of.
    pub(super) fn outline(&self, args: &Args, provenance: &Provenance) -> Outline {
        let at_first = self.points.iter().take_while(|it| it.point == 0);
        let variants: Vec<String> = at_first.map(|it| it.variant.name.clone()).collect();
        let scenario = &self.opened.scenario;
        let hides =
            |name: &&String| self.grid.axes().iter().any(|axis| scenario.changes(name, &axis.key));
        Outline {
            header: self.header(provenance, &variants),
            sweep: self.name.clone(),
            command: self.command(args),
            axes: self.grid.axes().iter().map(Varied::of).collect(),
            hidden: variants.iter().filter(hides).cloned().collect(),
            variants,
        }
    }

    /// The command that runs all of the sweep.
    fn command(&self, args: &Args) -> String {
        let mut command = format!("lindley sweep {}", shell_word(self.opened.word()));
        if let Some(name) = &args.sweep {
            command.push_str(&format!(" --sweep {}", shell_word(name)));
        }
        for vary in &args.vary {
            command.push_str(&format!(" --vary {}", shell_word(vary)));
        }
        command.push_str(&args.changes.words());
        command
    }

    fn header(&self, provenance: &Provenance, variants: &[String]) -> Header {
        let mut grid = format!("{}\n{}\n", self.name, provenance.overlays.join("\n"));
        for axis in self.grid.axes() {
            grid.push_str(&format!("{} = {}\n", axis.key, axis.labels().join(", ")));
        }
        for name in variants {
            grid.push_str(&format!("{name}\n"));
        }
        Header {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: provenance.digest.clone(),
            grid: digest(&grid),
            seed: provenance.seed,
            replications: self.points[0].variant.graph.run.replications,
            part: self.part,
        }
    }
}

/// Every variant at every point of a grid, as far as nothing is wrong, which is noted.
fn points(opened: &mut Opened, variants: &[String], grid: &Grid) -> Vec<SweepPoint> {
    let mut points = Vec::new();
    for cell in grid.cells() {
        let cell_sets: Vec<Assignment> = cell
            .overlays()
            .map(|(path, item)| Assignment { path: path.clone(), value: item.clone() })
            .collect();
        for name in variants {
            let graph = opened.graph(name, &cell_sets).map(Arc::new);
            let variant = graph.map(|graph| Variant { name: name.clone(), graph });
            points.extend(variant.map(|variant| SweepPoint { point: cell.number, variant }));
        }
        if opened.diagnostics.is_full() {
            break;
        }
    }
    points
}

/// The sweep's name and grid; none if something is wrong, which is noted.
fn grid(args: &Args, opened: &mut Opened) -> Option<(String, Grid)> {
    let Opened { scenario, diagnostics, .. } = opened;
    let mut name = OF_THE_MOMENT.to_owned();
    let mut found = Vec::new();
    if args.sweep.is_some() || args.vary.is_empty() {
        let (chosen, entry) = select(scenario.sweeps(), args.sweep.as_deref(), diagnostics)?;
        name = chosen.to_owned();
        found = axes(entry, diagnostics);
    }
    for text in &args.vary {
        let axis = vary(text, &mut scenario.sources, diagnostics);
        found.extend(axis);
    }
    let grid = Grid::new(found, diagnostics)?;
    (!diagnostics.has_errors()).then_some((name, grid))
}
