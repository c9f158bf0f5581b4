//! Tables of plain text, in columns as wide as they need.

/// A table whose first column is aligned to the left and whose others are to the right, unless
/// their heading ends in a blank.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(super) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()] }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, indented by two blanks; none without rows.
    pub(super) fn lines(&self) -> Vec<String> {
        if self.rows.len() < 2 {
            return Vec::new();
        }
        let columns = self.rows[0].len();
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].trim_end().chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let is_left = |column: usize| column == 0 || self.rows[0][column].ends_with(' ');
        let line = |row: &Vec<String>| {
            let mut line = String::from(" ");
            for (column, cell) in row.iter().enumerate() {
                let (cell, width) = (cell.trim_end(), widths[column]);
                let padded = if is_left(column) {
                    format!(" {cell:<width$} ")
                } else {
                    format!(" {cell:>width$} ")
                };
                line.push_str(&padded);
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need() {
        let mut table = Table::new(&["node", "load", "theory "]);
        table.row(["app".to_owned(), "0.8".to_owned(), "M/M/1".to_owned()]);
        table.row(["database".to_owned(), "12.25".to_owned(), String::new()]);
        let expected =
            ["  node       load  theory", "  app         0.8  M/M/1", "  database  12.25"];
        assert_eq!(table.lines(), expected);
    }

    #[test]
    fn a_table_without_rows_has_no_lines() {
        assert!(Table::new(&["node"]).lines().is_empty());
    }
}
