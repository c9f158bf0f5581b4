//! What serde says when a value does not fit a type, kept apart by kind so that it can be told in
//! our words.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::{Error, Expected, Unexpected};

use crate::scenario::diagnostic::nearest;
use crate::scenario::source::Span;

/// Why a value could not be read, and where. It is boxed because serde returns it from every step.
#[derive(Debug, Clone)]
pub(super) struct Fault(Box<Details>);

/// What is known of a fault.
#[derive(Debug, Clone)]
pub(super) struct Details {
    pub(super) kind: Kind,
    /// Where it is; filled in by the innermost place that knows.
    pub(super) span: Option<Span>,
    /// The entry or list element that has to go so that the rest can be read: the span of its key
    /// or of its value.
    pub(super) owner: Option<Span>,
    /// The key of the value, or of the list that it is in.
    pub(super) key: Option<String>,
    /// Whether the value is an element of a list.
    pub(super) in_list: bool,
    /// Whether the fault is in a key and not in a value.
    pub(super) at_key: bool,
    /// Whether parts of the table or list had been left out, of which these were keys.
    pub(super) damaged: bool,
    pub(super) left_out: Vec<String>,
}

/// The kinds of faults.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A key that the table has not.
    UnknownKey { key: String, allowed: Vec<&'static str> },
    /// A word that is none of a closed set.
    UnknownVariant { word: String, allowed: &'static [&'static str] },
    /// A key that has to be there.
    Missing(&'static str),
    /// A value of another type or out of range.
    Unfit { found: Found, expected: String },
    /// A list of the wrong length.
    Length { found: usize, expected: String },
    /// A value that is neither a word nor a table, where one of these alternatives belongs.
    NoWord { found: Found, allowed: &'static [&'static str] },
    /// A choice of none or of several alternatives.
    NotOne(Vec<String>),
    /// An alternative without the parameters that it needs.
    Bare(String),
    /// A sentence of the type's own.
    Said(String),
}

/// A value that did not fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Text(String),
    Number(String),
    Truth(bool),
    List,
    Table,
    Other(String),
}

impl Fault {
    pub(super) fn new(kind: Kind) -> Self {
        Self(Box::new(Details {
            kind,
            span: None,
            owner: None,
            key: None,
            in_list: false,
            at_key: false,
            damaged: false,
            left_out: Vec::new(),
        }))
    }

    /// The same, which is at `span` unless a place further inside is known.
    pub(super) fn at(mut self, span: &Span) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    /// The same, which says what the alternatives are, if it is that none of them stands there.
    pub(super) fn among(mut self, allowed: &'static [&'static str]) -> Self {
        if let Kind::Unfit { found, expected } = &self.kind
            && expected.starts_with("enum ")
        {
            self.kind = Kind::NoWord { found: found.clone(), allowed };
        }
        self
    }

    /// The word that is not known, if it is that kind of fault.
    pub(super) fn refused(&self) -> Option<&str> {
        let (Kind::UnknownKey { key: word, .. } | Kind::UnknownVariant { word, .. }) = &self.kind
        else {
            return None;
        };
        Some(word)
    }

    /// Whether it only follows from what was left out after an earlier fault.
    pub(super) fn follows(&self) -> bool {
        if let Kind::Missing(key) = &self.kind {
            let meant = |left: &String| left == key || nearest(left, [*key]).is_some();
            return self.left_out.iter().any(meant);
        }
        self.damaged
    }
}

impl Deref for Fault {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "the text {text:?}"),
            Self::Number(number) => write!(f, "the number {number}"),
            Self::Truth(truth) => write!(f, "`{truth}`"),
            Self::List => f.write_str("a list"),
            Self::Table => f.write_str("a table"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl From<Unexpected<'_>> for Found {
    fn from(unexpected: Unexpected<'_>) -> Self {
        match unexpected {
            Unexpected::Bool(truth) => Self::Truth(truth),
            Unexpected::Unsigned(n) => Self::Number(n.to_string()),
            Unexpected::Signed(n) => Self::Number(n.to_string()),
            Unexpected::Float(x) => Self::Number(format!("{x:?}")),
            Unexpected::Char(c) => Self::Text(c.to_string()),
            Unexpected::Str(text) => Self::Text(text.to_owned()),
            Unexpected::Seq => Self::List,
            Unexpected::Map => Self::Table,
            Unexpected::Unit => Self::Other("nothing".to_owned()),
            // As serde names what fits neither 64-bit type.
            Unexpected::Other(words) if words.starts_with("integer `") => {
                Self::Number(words.split('`').nth(1).unwrap_or_default().to_owned())
            }
            other @ (Unexpected::Bytes(_)
            | Unexpected::Option
            | Unexpected::NewtypeStruct
            | Unexpected::Enum
            | Unexpected::UnitVariant
            | Unexpected::NewtypeVariant
            | Unexpected::TupleVariant
            | Unexpected::StructVariant
            | Unexpected::Other(_)) => Self::Other(other.to_string()),
        }
    }
}

impl Error for Fault {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::new(Kind::Said(words.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Kind::Unfit { found: found.into(), expected: expected.to_string() })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(found: usize, expected: &dyn Expected) -> Self {
        Self::new(Kind::Length { found, expected: expected.to_string() })
    }

    fn unknown_variant(word: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownVariant { word: word.to_owned(), allowed })
    }

    fn unknown_field(key: &str, allowed: &'static [&'static str]) -> Self {
        let allowed = allowed.to_vec();
        let mut fault = Self::new(Kind::UnknownKey { key: key.to_owned(), allowed });
        fault.at_key = true;
        fault
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Kind::Missing(key))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Fault {}
