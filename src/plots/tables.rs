//! The tables of a result folder: rows of text with typed access to their cells.
//!
//! A plot knows a result only through these, so that pictures can be drawn anew from the files of
//! a run that was made long ago.

use std::collections::BTreeMap;

use super::error::PlotError;

/// Tables by name: `summary`, `replications`, `nodes`, `latency`, `breakdown`, `timeline`,
/// `comparison`, `sweep`, `probes`. A name without a table is no error: a plot that needs it is
/// not drawn.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    tables: BTreeMap<String, Table>,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    file: String,
    columns: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// A column of a table, found by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(usize);

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    line: u64,
    cells: &'a csv::StringRecord,
}

impl Tables {
    /// No tables at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the table `name` (without `.csv`) from the text of its file, in place of an earlier one
    /// of that name.
    ///
    /// # Errors
    ///
    /// [`PlotError::NotATable`] if the text is no CSV with a header row.
    pub fn insert(&mut self, name: &str, csv_text: &str) -> Result<(), PlotError> {
        let table = Table::read(format!("{name}.csv"), csv_text)?;
        self.tables.insert(name.to_owned(), table);
        Ok(())
    }

    /// All tables with their names, in the order of these.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Table)> {
        self.tables.iter().map(|(name, table)| (name.as_str(), table))
    }

    /// The table `name`, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }
}

impl Table {
    fn read(file: String, csv_text: &str) -> Result<Self, PlotError> {
        let not_a_table = |error: csv::Error| PlotError::NotATable {
            file: file.clone(),
            message: error.to_string(),
        };
        let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
        let columns = reader.headers().map_err(not_a_table)?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(not_a_table)?;
            rows.push((record.position().map_or(0, csv::Position::line), record));
        }
        Ok(Self { file, columns, rows })
    }

    /// The columns' names from left to right.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The column `name`, if there is one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Column> {
        self.columns.iter().position(|column| column == name).map(Column)
    }

    /// The column `name`.
    ///
    /// # Errors
    ///
    /// [`PlotError::UnknownColumn`] if there is none of that name.
    pub fn column(&self, name: &str) -> Result<Column, PlotError> {
        self.find(name).ok_or_else(|| PlotError::UnknownColumn {
            file: self.file.clone(),
            column: name.to_owned(),
            known: self.columns.join(", "),
        })
    }

    /// The rows from top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }
}

impl<'a> Row<'a> {
    /// The cell's text.
    #[must_use]
    pub fn text(&self, column: Column) -> &'a str {
        self.cells.get(column.0).unwrap_or("")
    }

    /// The cell's number, or nothing if the cell is empty.
    ///
    /// # Errors
    ///
    /// [`PlotError::NotANumber`] if the cell holds anything else, infinities included.
    pub fn number(&self, column: Column) -> Result<Option<f64>, PlotError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            Ok(_) | Err(_) => Err(PlotError::NotANumber {
                file: self.table.file.clone(),
                line: self.line,
                column: self.table.columns[column.0].clone(),
                text: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table, PlotError> {
        let mut tables = Tables::new();
        tables.insert("summary", text)?;
        Ok(tables.get("summary").expect("just inserted").clone())
    }

    #[test]
    fn an_empty_cell_is_no_number_and_not_zero() {
        let table = table("variant,mean\na,\nb,0\n").unwrap();
        let mean = table.column("mean").unwrap();
        let numbers: Vec<_> = table.rows().map(|row| row.number(mean).unwrap()).collect();
        assert_eq!(numbers, [None, Some(0.0)]);
    }

    #[test]
    fn an_unknown_column_is_named_with_those_that_exist() {
        let error = table("variant,mean\n").unwrap().column("meen").unwrap_err();
        assert_eq!(
            error.to_string(),
            "summary.csv: there is no column `meen`; it has variant, mean"
        );
    }

    #[test]
    fn what_is_no_number_is_shown_with_file_line_and_column() {
        for text in ["fast", "inf", "NaN", "1,5"] {
            let table = table(&format!("variant,mean\na,1\nb,\"{text}\"\n")).unwrap();
            let mean = table.column("mean").unwrap();
            let error = table.rows().nth(1).unwrap().number(mean).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("summary.csv, line 3, column `mean`: \"{text}\" is not a finite number")
            );
        }
    }

    #[test]
    fn a_row_that_is_too_long_is_no_table() {
        let error = table("a,b\n1,2,3\n").unwrap_err().to_string();
        assert!(error.starts_with("summary.csv: ") && error.contains("line: 2"), "{error}");
    }

    #[test]
    fn quoted_names_keep_their_commas() {
        let table = table("variant,mean\n\"big, warm\",1\n").unwrap();
        let variant = table.column("variant").unwrap();
        assert_eq!(table.rows().next().unwrap().text(variant), "big, warm");
    }
}
