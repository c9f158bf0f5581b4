//! What can go wrong on the way from tables to pictures.

use thiserror::Error;

/// Why a plot could not be drawn.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum PlotError {
    /// The text is no table: a row with too many cells, a quote without an end.
    #[error("{file}: {message}")]
    NotATable {
        /// The table's file.
        file: String,
        /// What the reader found, with the line.
        message: String,
    },
    /// A plot needs a column that the table does not have.
    #[error("{file}: there is no column `{column}`; it has {known}")]
    UnknownColumn {
        /// The table's file.
        file: String,
        /// The column that was asked for.
        column: String,
        /// The columns that there are, as a list to read.
        known: String,
    },
    /// A cell that must hold a number or nothing holds something else.
    #[error("{file}, line {line}, column `{column}`: \"{text}\" is not a finite number")]
    NotANumber {
        /// The table's file.
        file: String,
        /// The line in it, counted from 1.
        line: u64,
        /// The cell's column.
        column: String,
        /// What the cell holds.
        text: String,
    },
    /// The drawing library refused.
    #[error("drawing {plot} failed: {message}")]
    Drawing {
        /// The plot's name.
        plot: String,
        /// What the library said.
        message: String,
    },
}
