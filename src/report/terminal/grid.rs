//! Tables: a column of names, and columns of figures that are split into several tables if a line
//! would be too long.

use comfy_table::{CellAlignment, Table, presets};

use super::paper::Paper;

/// Columns between two columns of a table: comfy-table pads each cell by one on both sides.
const PADDING: usize = 2;

/// A table by rows, the header first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table with this header.
    pub(super) fn new(header: impl IntoIterator<Item = String>) -> Self {
        Self { rows: vec![header.into_iter().collect()] }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    /// Whether there is no row but the header.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    /// Writes the table, in as many parts as the width asks for; each part repeats the names.
    pub(super) fn write(&self, paper: &mut Paper) {
        for (place, columns) in self.parts(paper.width()).iter().enumerate() {
            if place > 0 {
                paper.gap();
            }
            self.write_part(paper, columns);
        }
    }

    /// Which columns of figures stand side by side.
    fn parts(&self, width: usize) -> Vec<Vec<usize>> {
        let columns = self.rows[0].len();
        let needs = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            PADDING + cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let mut used = usize::MAX;
        for column in 1..columns {
            match parts.last_mut() {
                Some(part) if used + needs(column) <= width => part.push(column),
                _ => {
                    parts.push(vec![column]);
                    used = needs(0);
                }
            }
            used += needs(column);
        }
        parts
    }

    fn write_part(&self, paper: &mut Paper, columns: &[usize]) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for row in &self.rows {
            let cell = |column: &usize| row.get(*column).cloned().unwrap_or_default();
            table.add_row(std::iter::once(&0).chain(columns).map(cell).collect::<Vec<_>>());
        }
        for (place, column) in table.column_iter_mut().enumerate() {
            let alignment = if place == 0 { CellAlignment::Left } else { CellAlignment::Right };
            column.set_cell_alignment(alignment);
        }
        for (number, line) in table.lines().enumerate() {
            paper.whole(line.trim_end(), number == 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(width: u16, columns: usize) -> String {
        let words = |start: &str| {
            let names = (0..columns).map(|n| format!("{start}{n}"));
            std::iter::once("name".to_owned()).chain(names).collect::<Vec<_>>()
        };
        let mut grid = Grid::new(words("variant-"));
        grid.push(words("figure-"));
        let mut paper = Paper::new(width, false);
        grid.write(&mut paper);
        paper.into_text()
    }

    #[test]
    fn names_stand_left_and_figures_right() {
        assert_eq!(text(80, 2), " name  variant-0  variant-1\n name   figure-0   figure-1\n");
    }

    #[test]
    fn a_table_that_is_too_wide_is_split_and_repeats_its_names() {
        let text = text(40, 5);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with(" name")).count(), 4);
        for column in 0..5 {
            assert!(text.contains(&format!("figure-{column}")));
        }
    }
}
