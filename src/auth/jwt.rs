//! A signed token (JWT, RFC 7519): whoever has the key can check it without asking anybody, so
//! nobody can take it back before it expires, unless a deny-list is asked after all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AuthPlan, Credential, DenyListSpec, Ends, KeysSpec, Record, RefreshSpec, Shown, TokenStorage,
    Verdict,
};
use crate::dist::Dist;
use crate::time::{Span, Time};
use crate::unit::Bytes;

/// What a scenario says of tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JwtSpec {
    /// How tokens are signed; `RS256` by default.
    pub algorithm: SigningAlgorithm,
    /// How long a token lives; 15 minutes by default.
    pub lifetime: Span,
    /// By how much the clocks of those who check may be wrong: tokens live so much longer. 0s by
    /// default; at most 60s is usual (RFC 7519, section 4.1.4).
    pub leeway: Span,
    /// Bytes of a token with the name of its header, on every request; 1000 B by default.
    pub bytes: Bytes,
    /// The demand of signing; by default what was measured for the algorithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<Dist<Span>>,
    /// The demand of verifying; by default what was measured for the algorithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<Dist<Span>>,
    /// Where pages keep their token; in local storage by default.
    pub storage: TokenStorage,
    /// Short tokens that are renewed with a second one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<RefreshSpec>,
    /// The keys that sign; one for ever by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeysSpec>,
    /// Tokens that are no longer accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny_list: Option<DenyListSpec>,
}

impl Default for JwtSpec {
    fn default() -> Self {
        Self {
            algorithm: SigningAlgorithm::Rs256,
            lifetime: Span::from_secs(15 * 60),
            leeway: Span::ZERO,
            bytes: Bytes(1_000),
            sign: None,
            verify: None,
            storage: TokenStorage::LocalStorage,
            refresh: None,
            keys: None,
            deny_list: None,
        }
    }
}

/// Algorithms that sign tokens (RFC 7518; RFC 8037 for `EdDSA`). What they cost was measured once:
/// CPU time on one core of a shared AMD EPYC, OpenSSL 3.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum SigningAlgorithm {
    /// HMAC with SHA-256, 300 bytes: 1.5us to sign and to verify. Who can verify can sign.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSA with 2048 bits: 230us to sign, 14us to verify.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256: 15us to sign, 47us to verify.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519: 25us to sign, 63us to verify.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// The demands of signing and of verifying.
    #[must_use]
    pub const fn costs(self) -> (Span, Span) {
        let (sign, verify) = match self {
            Self::Hs256 => (1_500, 1_500),
            Self::Rs256 => (230_000, 14_000),
            Self::Es256 => (15_000, 47_000),
            Self::EdDsa => (25_000, 63_000),
        };
        (Span::from_nanos(sign), Span::from_nanos(verify))
    }
}

/// A token is accepted until it expires, by the clock of who checks, unless it is denied.
pub(super) fn verdict(plan: &AuthPlan, shown: &Shown<'_>) -> Verdict {
    let Some(token) = shown.credential else { return Verdict::Missing };
    ends(plan, token, None).verdict(shown.now)
}

/// A token lives to its end and the leeway longer, if its key does, unless it is denied.
pub(super) fn ends(plan: &AuthPlan, token: &Credential, _: Option<&Record>) -> Ends {
    let keys = plan.tokens.keys.as_ref();
    let key_ends = keys.map_or(Time::NEVER, |keys| keys.until(token.issued));
    Ends { expires: (token.expires + plan.tokens.leeway).min(key_ends), revoked: token.denied }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plan;
    use super::super::{Deny, DenyCheck, Scheme};
    use super::*;

    #[track_caller]
    fn check(leeway: u64, denied: Time, now: u64, expected: Verdict) {
        let mut plan = plan(Scheme::Jwt);
        plan.tokens.deny = Some(Deny { check: DenyCheck::Pushed, store: None, lag: Span(0) });
        plan.tokens.leeway = Span(leeway);
        let credential = Credential { denied, ..Credential::new(Time(100), Span(900)) };
        let shown = Shown {
            credential: Some(&credential),
            record: None,
            replica: 0,
            losses: 9,
            now: Time(now),
        };
        assert_eq!(Scheme::Jwt.verdict(&plan, &shown), expected);
    }

    #[test]
    fn a_token_lives_to_its_end_and_the_leeway_longer_whatever_happens_to_servers() {
        check(0, Time::NEVER, 1_000, Verdict::Accepted);
        check(0, Time::NEVER, 1_001, Verdict::Expired);
        check(60, Time::NEVER, 1_060, Verdict::Accepted);
        check(60, Time::NEVER, 1_061, Verdict::Expired);
    }

    #[test]
    fn a_denied_token_works_until_the_list_is_known() {
        check(0, Time(500), 499, Verdict::Accepted);
        check(0, Time(500), 500, Verdict::Revoked);
        check(0, Time::NEVER, 500, Verdict::Accepted);
    }

    #[test]
    fn rsa_is_cheap_to_verify_and_dear_to_sign_and_curves_are_the_reverse() {
        let (rsa, curve) = (SigningAlgorithm::Rs256.costs(), SigningAlgorithm::Es256.costs());
        assert!(rsa.0 > curve.0 && rsa.1 < curve.1);
    }
}
