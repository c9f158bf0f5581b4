//! Every request carries the password (HTTP Basic, RFC 7617): the account is looked up and the
//! hash is computed each time. HTTP is stateless, and this is what that costs.

use super::{AuthPlan, Credential, Ends, Record, Shown, Verdict};

/// The password is the right one: those who mistype it see that at their log-in.
pub(super) const fn verdict(_: &AuthPlan, _: &Shown<'_>) -> Verdict {
    Verdict::Accepted
}

/// A password has no end.
pub(super) const fn ends(_: &AuthPlan, _: &Credential, _: Option<&Record>) -> Ends {
    Ends::NEVER
}
