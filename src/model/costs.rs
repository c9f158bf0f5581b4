//! What identity and connections cost on the machine at hand, for all places of a scenario that
//! do not say it themselves. `lindley calibrate` measures it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::auth::{PasswordHash, PasswordSpec, SigningAlgorithm};
use crate::dist::Dist;
use crate::time::Span;

/// What identity and connections cost on a core of speed 1, in place of what the program knows of
/// another machine. What stands at its own place, such as `auth.jwt.verify`, counts before this.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CostsSpec {
    /// A hash by Argon2id with 19 MiB and 2 passes; other parameters are scaled from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argon2id: Option<Span>,
    /// A hash by bcrypt with the work factor 12; other parameters are scaled from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bcrypt: Option<Span>,
    /// A hash by scrypt with N = 2^17, r = 8 and p = 1; other parameters are scaled from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrypt: Option<Span>,
    /// A hash by PBKDF2 with 600,000 iterations; other parameters are scaled from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pbkdf2: Option<Span>,
    /// Tokens signed with HMAC and SHA-256.
    #[serde(rename = "HS256", skip_serializing_if = "Option::is_none")]
    pub hs256: Option<SignatureCosts>,
    /// Tokens signed with RSA of 2048 bits.
    #[serde(rename = "RS256", skip_serializing_if = "Option::is_none")]
    pub rs256: Option<SignatureCosts>,
    /// Tokens signed with ECDSA on P-256.
    #[serde(rename = "ES256", skip_serializing_if = "Option::is_none")]
    pub es256: Option<SignatureCosts>,
    /// Tokens signed with Ed25519.
    #[serde(rename = "EdDSA", skip_serializing_if = "Option::is_none")]
    pub eddsa: Option<SignatureCosts>,
    /// A full handshake at the node that ends TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Span>,
    /// A resumed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumption: Option<Span>,
}

/// What signatures of an algorithm cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureCosts {
    /// Signing a token.
    pub sign: Span,
    /// Verifying one.
    pub verify: Span,
}

impl CostsSpec {
    /// The demand of a password hash: its own if it is written, else what was measured for its
    /// kind here, scaled to its parameters, else what was measured elsewhere.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a length that is scaled and rounded")]
    pub fn hash(&self, password: &PasswordSpec) -> Dist<Span> {
        let measured = match password.hash {
            PasswordHash::Argon2id => self.argon2id,
            PasswordHash::Bcrypt => self.bcrypt,
            PasswordHash::Scrypt => self.scrypt,
            PasswordHash::Pbkdf2 => self.pbkdf2,
        };
        let (None, Some(measured)) = (&password.time, measured) else { return password.demand() };
        let usual = PasswordSpec { hash: password.hash, ..PasswordSpec::default() };
        let times = password.millis() / usual.millis();
        Dist::Constant(Span::from_nanos_rounded(measured.0 as f64 * times))
    }

    /// The demands of signing and of verifying a token.
    #[must_use]
    pub fn signature(&self, algorithm: SigningAlgorithm) -> (Span, Span) {
        let measured = match algorithm {
            SigningAlgorithm::Hs256 => self.hs256,
            SigningAlgorithm::Rs256 => self.rs256,
            SigningAlgorithm::Es256 => self.es256,
            SigningAlgorithm::EdDsa => self.eddsa,
        };
        measured.map_or_else(|| algorithm.costs(), |it| (it.sign, it.verify))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> CostsSpec {
        let text = "argon2id = \"10ms\"\nbcrypt = \"100ms\"\n\
                    RS256 = { sign = \"1ms\", verify = \"20us\" }";
        toml::from_str(text).expect("sound costs")
    }

    #[track_caller]
    fn check(password: &str, millis: u64) {
        let password: PasswordSpec = toml::from_str(password).expect("a sound password");
        assert_eq!(costs().hash(&password), Dist::Constant(Span::from_millis(millis)));
    }

    #[test]
    fn a_hash_costs_what_was_measured_for_its_kind_scaled_to_its_parameters() {
        check("", 10);
        check("passes = 4", 20);
        check("hash = \"bcrypt\"", 100);
        check("hash = \"bcrypt\"\ncost = 13", 200);
        check("hash = \"scrypt\"", 368);
        check("hash = \"bcrypt\"\ntime = \"3ms\"", 3);
    }

    #[test]
    fn signatures_that_were_not_measured_cost_what_they_cost_elsewhere() {
        let rs256 = costs().signature(SigningAlgorithm::Rs256);
        assert_eq!(rs256, (Span::from_millis(1), Span::from_nanos(20_000)));
        let es256 = costs().signature(SigningAlgorithm::Es256);
        assert_eq!(es256, SigningAlgorithm::Es256.costs());
    }
}
