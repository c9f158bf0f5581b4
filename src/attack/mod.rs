//! Attacks and what stops them: pure decisions, without events. What they cost, and what they let
//! through, happens in the nodes.

mod csrf;
mod xss;

pub use csrf::{CsrfPlan, CsrfSpec, Forgery, Lure};
pub use xss::{Injection, XssPlan, XssSpec};

/// Attacks from pages, ready to run.
#[derive(Debug, Clone, Default)]
pub struct PageAttacks {
    /// Requests that a page of somebody else forges.
    pub csrf: Option<CsrfPlan>,
    /// Scripts of somebody else in the site's own pages.
    pub xss: Option<XssPlan>,
}
