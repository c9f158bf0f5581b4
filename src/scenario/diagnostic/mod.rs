//! What is wrong with a scenario.

mod gathered;
mod nearest;
mod render;

pub use gathered::{Diagnostics, MAX_SHOWN};
pub use nearest::nearest;
pub(in crate::scenario) use nearest::ranked;
pub use render::{Look, render};

use crate::scenario::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// The scenario runs, and may not mean what its author thinks.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands; nothing if it has no place in a text.
    pub span: Option<Span>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What is allowed there, or what stands there: written under the excerpt.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Words to write instead of those at a span.
    pub suggestion: Option<(Span, String)>,
    /// Whether a file could not be read, which is another exit status than a wrong scenario.
    pub unreadable: bool,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::nowhere(message) }
    }

    /// An error without a place in a text.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            span: None,
            message: message.into(),
            label: None,
            help: None,
            suggestion: None,
            unreadable: false,
        }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// An error at a name, given in quotes, that nothing has; `noun` says what it should be the
    /// name of. The nearest of the `known` names is suggested.
    pub fn unknown_name<'a>(
        span: Span,
        noun: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let error = Self::error(span.clone(), format!("unknown {noun} `{name}`"))
            .label(format!("no {noun} has this name"));
        match nearest(name, known) {
            Some(meant) => error
                .help(format!("there is a {noun} `{meant}`"))
                .suggest(span, format!("\"{meant}\"")),
            None => error,
        }
    }

    /// The same with a label under the excerpt.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with words to write instead of those at `span`.
    #[must_use]
    pub fn suggest(self, span: Span, words: impl Into<String>) -> Self {
        Self { suggestion: Some((span, words.into())), ..self }
    }
}
