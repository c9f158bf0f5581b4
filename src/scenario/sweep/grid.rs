//! The points of a sweep: all combinations of the values of its axes.

use super::{Axis, Level};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::tree::{Item, Path};

/// The largest grid.
pub const MAX_CELLS: usize = 1_000_000;

/// Axes and all combinations of their values.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    axes: Vec<Axis>,
    cells: usize,
}

/// One point of a grid: a value for each axis.
#[derive(Debug, Clone)]
pub struct Cell<'a> {
    /// The number of the point, from 0.
    pub number: usize,
    axes: &'a [Axis],
    levels: Vec<&'a Level>,
}

impl Grid {
    /// The grid of these axes, of which the first varies slowest. Without axes it has one point,
    /// the scenario itself.
    #[must_use]
    pub fn new(axes: Vec<Axis>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let before = diagnostics.errors();
        for (at, axis) in axes.iter().enumerate() {
            if let Some(other) = axes[..at].iter().find(|other| other.key.overlaps(&axis.key)) {
                let message = if other.key.keys == axis.key.keys {
                    format!("two axes vary `{}`", axis.key)
                } else {
                    format!("the axes `{}` and `{}` vary the same value", other.key, axis.key)
                };
                diagnostics.push(Diagnostic::error(axis.key.span.clone(), message));
            }
        }
        let mut cells = 1_usize;
        for axis in &axes {
            cells = cells.saturating_mul(axis.values.len());
            if cells > MAX_CELLS {
                let message = format!("the sweep has more than {MAX_CELLS} points");
                let label = "the points are all combinations of all values";
                diagnostics.push(Diagnostic::error(axis.key.span.clone(), message).label(label));
                break;
            }
        }
        (diagnostics.errors() == before).then_some(Self { axes, cells })
    }

    /// The axes, of which the first varies slowest.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How many points there are: at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether there is no axis.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    /// The point `number`, counted from 0.
    ///
    /// # Panics
    /// If there are not so many points.
    #[must_use]
    pub fn cell(&self, number: usize) -> Cell<'_> {
        assert!(number < self.cells, "the grid has {} points", self.cells);
        let mut rest = number;
        let mut levels: Vec<&Level> = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            levels.push(&axis.values[rest % axis.values.len()]);
            rest /= axis.values.len();
        }
        levels.reverse();
        Cell { number, axes: &self.axes, levels }
    }

    /// All points in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.cells).map(|number| self.cell(number))
    }

    /// Points in which each value of each axis stands once, beside the first ones of the others.
    pub fn cells_by_axis(&self) -> impl Iterator<Item = Cell<'_>> {
        // The last axis varies fastest: a step along an axis is as long as all axes behind it.
        let strides = self.axes.iter().rev().scan(1, |stride, axis| {
            let step = *stride;
            *stride *= axis.values.len();
            Some((step, axis.values.len()))
        });
        let others: Vec<(usize, usize)> = strides.collect();
        let steps = others.into_iter().flat_map(|(step, len)| (1..len).map(move |n| n * step));
        std::iter::once(0).chain(steps).map(|number| self.cell(number))
    }
}

impl<'a> Cell<'a> {
    /// The keys and what they are set to here.
    pub fn overlays(&self) -> impl Iterator<Item = (&'a Path, &'a Item)> {
        self.axes.iter().zip(&self.levels).map(|(axis, level)| (&axis.key, &level.value))
    }

    /// The values as results show them, in the order of the axes.
    pub fn labels(&self) -> impl Iterator<Item = &'a str> {
        self.levels.iter().map(|level| level.label.as_str())
    }
}
