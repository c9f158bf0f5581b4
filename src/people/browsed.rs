//! What the model says of browsers: the facts that its metrics are folds over.

use crate::attack::{Forgery, Injection};
use crate::http::cors::Blocked;
use crate::id::NodeId;
use crate::time::Span;

/// One thing that happened in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browsed {
    /// A script wants something of another origin that is not simple.
    Asked {
        /// Of which group.
        client: NodeId,
        /// Whether a preflight has to be sent, since none is remembered.
        preflight: bool,
    },
    /// A browser kept an answer from its page, or did not send what the page wanted.
    Blocked {
        /// Of which group.
        client: NodeId,
        /// Why.
        why: Blocked,
        /// Whether the request itself had been sent, so that a server has done its work.
        sent: bool,
    },
    /// A page is there with all its parts.
    Loaded {
        /// Of which group.
        client: NodeId,
        /// How long that took.
        span: Span,
        /// How many parts it has.
        parts: u32,
    },
    /// A request came that was made in somebody's name.
    Forged {
        /// Of which group.
        client: NodeId,
        /// What became of it.
        outcome: Forgery,
        /// Whether a script in a page of the site made it.
        by_script: bool,
    },
    /// Somebody came upon a script of somebody else in a page of the site.
    Injected {
        /// Of which group.
        client: NodeId,
        /// What became of it.
        outcome: Injection,
    },
    /// A script has read what somebody shows, and sent it home.
    Stolen {
        /// Of which group.
        client: NodeId,
    },
}

impl Browsed {
    /// The fixed code of this kind of fact.
    #[must_use]
    pub const fn code(&self) -> u64 {
        match self {
            Self::Asked { .. } => 80,
            Self::Blocked { .. } => 81,
            Self::Loaded { .. } => 82,
            Self::Forged { .. } => 83,
            Self::Injected { .. } => 84,
            Self::Stolen { .. } => 85,
        }
    }

    /// What it is about, as three numbers.
    #[must_use]
    pub const fn ids(&self) -> [u64; 3] {
        match self {
            Self::Asked { client, preflight } => [client.0 as u64, *preflight as u64, 0],
            Self::Blocked { client, why, sent } => [client.0 as u64, *why as u64, *sent as u64],
            Self::Loaded { client, span, parts } => [client.0 as u64, span.0, *parts as u64],
            Self::Forged { client, outcome, by_script } => {
                [client.0 as u64, *outcome as u64, *by_script as u64]
            }
            Self::Injected { client, outcome } => [client.0 as u64, *outcome as u64, 0],
            Self::Stolen { client } => [client.0 as u64, 0, 0],
        }
    }
}
