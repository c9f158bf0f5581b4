//! What is wrong with a trace, and where.

/// A sentence about a place in a trace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TraceError {
    /// The line, from 1 for the header.
    pub line: u64,
    /// The character of the line, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}
