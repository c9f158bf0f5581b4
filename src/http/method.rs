//! The methods of HTTP.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The methods of HTTP (RFC 9110, section 9).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names are the standard's")]
pub enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    /// The method of this name, if it is one of these.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "GET" => Some(Self::Get),
            "HEAD" => Some(Self::Head),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            "OPTIONS" => Some(Self::Options),
            _ => None,
        }
    }

    /// The name of the method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    /// Whether a cache can answer it from what it has stored of a GET (RFC 9110, section 9.2.3).
    #[must_use]
    pub const fn is_cacheable(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }

    /// Whether it is meant to change nothing (RFC 9110, section 9.2.1).
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options)
    }
}

/// Whether who has sent a request with this method may send it again without asking (RFC 9110,
/// section 9.2.2): nginx does not repeat these, unless it is told to.
#[must_use]
pub fn is_repeated(name: &str) -> bool {
    !matches!(name, "POST" | "PATCH" | "LOCK")
}
