//! Nobody is asked who they are: every request is let in, and nothing is paid.

use super::{AuthPlan, Credential, Ends, Record, Shown, Verdict};

/// Everybody is let in.
pub(super) const fn verdict(_: &AuthPlan, _: &Shown<'_>) -> Verdict {
    Verdict::Accepted
}

/// Nothing has an end.
pub(super) const fn ends(_: &AuthPlan, _: &Credential, _: Option<&Record>) -> Ends {
    Ends::NEVER
}
