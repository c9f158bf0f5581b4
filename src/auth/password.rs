//! Password hashes: made to be slow, so that guessing is, and so that log-ins are what a service
//! can do least of.
//!
//! What they cost was measured once, one core of a shared AMD EPYC: bcrypt 10 56 ms, 12 225 ms
//! (doubling with each step); Argon2id 19 MiB and 2 passes 24 ms, 46 MiB and 1 pass 50 ms, 64 MiB
//! and 3 passes 192 ms; PBKDF2-HMAC-SHA-256 with 600,000 iterations 133 ms; scrypt with N = 2^17,
//! r = 8, p = 1 368 ms. Other parameters are scaled from these, and scaled values may be 8 % off:
//! 46 MiB and 1 pass come out at 46 ms. Minimum of today's guidance: OWASP, "Password Storage
//! Cheat Sheet".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::limit::RateLimitSpec;
use crate::rng::Purpose;
use crate::time::Span;
use crate::unit::{Bytes, Probability};

/// What a scenario says of passwords.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordSpec {
    /// How passwords are hashed; `argon2id` by default.
    pub hash: PasswordHash,
    /// bcrypt: the work factor, from 4 to 31; 12 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 4, max = 31))]
    pub cost: Option<u8>,
    /// Argon2id: its memory; 19 MiB by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Argon2id: its passes over that; 2 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passes: Option<u32>,
    /// PBKDF2: its iterations; 600,000 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// scrypt: the binary logarithm of N; 17 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 24))]
    pub log_n: Option<u8>,
    /// The demand of a hash on a core, whatever its parameters were measured to cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Dist<Span>>,
    /// How many workers of the issuer hash and do nothing else, beside its cores; by default its
    /// cores hash, and whatever else comes waits for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub pool: Option<u32>,
    /// How often log-ins may come to the issuer; as often as they like by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<RateLimitSpec>,
    /// Whether that limit is asked only after the hash, which has been paid for by then.
    pub limit_after: bool,
    /// How many log-ins have the wrong password, which costs the same: a share, none by default.
    pub wrong: Probability,
}

/// Password hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PasswordHash {
    /// RFC 9106: costs memory and time.
    #[default]
    Argon2id,
    /// Provos and Mazières, 1999: costs time, reads 72 bytes at most.
    Bcrypt,
    /// RFC 7914: costs memory and time.
    Scrypt,
    /// RFC 8018 with HMAC-SHA-256: costs time.
    Pbkdf2,
}

/// What the demand of a hash is drawn for: the same on the cores of an issuer and in its pool, so
/// that both have common random numbers.
pub(crate) const HASH: Purpose = Purpose::named("hashing a password");

/// A mebibyte.
const MIB: f64 = 1_048_576.0;

impl PasswordSpec {
    /// What a hash takes on a core of speed 1, in milliseconds, as measured and scaled.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
    pub fn millis(&self) -> f64 {
        match self.hash {
            PasswordHash::Bcrypt => 56.0 * libm::exp2(f64::from(self.cost.unwrap_or(12)) - 10.0),
            PasswordHash::Argon2id => {
                let memory = self.memory_of_one() as f64 / MIB;
                let passes = f64::from(self.passes.unwrap_or(2));
                // The more memory, the less of it fits a cache, and the longer a pass over each of
                // it takes. Between 19 and 46 MiB nothing was measured: the scales change at 32.
                let each = if memory < 32.0 { 24.0 / 38.0 } else { 1.0 };
                memory * passes * each
            }
            PasswordHash::Scrypt => 368.0 * libm::exp2(f64::from(self.log_n.unwrap_or(17)) - 17.0),
            PasswordHash::Pbkdf2 => {
                133.0 * f64::from(self.iterations.unwrap_or(600_000)) / 600_000.0
            }
        }
    }

    /// Bytes that a hash needs while it is computed.
    #[must_use]
    pub fn memory_of_one(&self) -> u64 {
        match self.hash {
            PasswordHash::Argon2id => self.memory.map_or(19 << 20, |memory| memory.0),
            PasswordHash::Bcrypt => 4 << 10,
            // 128 r N bytes with r = 8.
            PasswordHash::Scrypt => 1_024 << self.log_n.unwrap_or(17).min(24),
            PasswordHash::Pbkdf2 => 1 << 10,
        }
    }

    /// The demand of a hash.
    #[must_use]
    pub fn demand(&self) -> Dist<Span> {
        let measured = || Dist::Constant(Span::from_nanos_rounded(self.millis() * 1e6));
        self.time.clone().unwrap_or_else(measured)
    }

    /// Keys that mean nothing for the hash, and numbers out of range: the key, and a sentence.
    #[must_use]
    pub fn mistakes(&self) -> Vec<(&'static str, &'static str)> {
        use PasswordHash::{Argon2id, Bcrypt, Pbkdf2, Scrypt};
        let is = |hash| self.hash == hash;
        let all = [
            ("pool", self.pool == Some(0), "a pool has at least 1 worker"),
            ("cost", self.cost.is_some() && !is(Bcrypt), "`cost` belongs to bcrypt"),
            (
                "cost",
                self.cost.is_some_and(|cost| !(4..=31).contains(&cost)),
                "the work factor of bcrypt is from 4 to 31",
            ),
            ("memory", self.memory.is_some() && !is(Argon2id), "`memory` belongs to argon2id"),
            ("passes", self.passes.is_some() && !is(Argon2id), "`passes` belong to argon2id"),
            ("passes", self.passes == Some(0), "`passes` are at least 1"),
            ("iterations", self.iterations.is_some() && !is(Pbkdf2), "they belong to pbkdf2"),
            ("iterations", self.iterations == Some(0), "`iterations` are at least 1"),
            ("log_n", self.log_n.is_some() && !is(Scrypt), "`log_n` belongs to scrypt"),
            (
                "log_n",
                self.log_n.is_some_and(|log_n| !(1..=24).contains(&log_n)),
                "`log_n` is from 1 to 24",
            ),
        ];
        all.into_iter().filter(|(_, wrong, _)| *wrong).map(|(key, _, why)| (key, why)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, millis: f64, mebibytes: f64) {
        let spec: PasswordSpec = toml::from_str(text).expect("a sound password");
        assert!((spec.millis() - millis).abs() < 0.02 * millis, "{text}: {}", spec.millis());
        let memory = spec.memory_of_one() as f64 / MIB;
        assert!((memory - mebibytes).abs() < 0.01 * mebibytes, "{text}: {memory} MiB");
        assert!(spec.mistakes().is_empty(), "{text}");
    }

    #[test]
    fn what_was_measured_is_what_a_hash_costs() {
        check("", 24.0, 19.0);
        check("memory = \"64MiB\"\npasses = 3", 192.0, 64.0);
        // Scaled from those: 8 % below the 50 ms that were measured.
        check("memory = \"46MiB\"\npasses = 1", 0.92 * 50.0, 46.0);
        check("hash = \"bcrypt\"\ncost = 10", 56.0, 0.00390625);
        check("hash = \"bcrypt\"\ncost = 12", 225.0, 0.00390625);
        check("hash = \"scrypt\"", 368.0, 128.0);
        check("hash = \"pbkdf2\"", 133.0, 0.0009765625);
    }

    #[test]
    fn bcrypt_31_is_allowed_and_takes_more_than_a_day() {
        let spec: PasswordSpec = toml::from_str("hash = \"bcrypt\"\ncost = 31").expect("sound");
        assert!(spec.mistakes().is_empty() && spec.millis() > 86_400_000.0);
    }

    #[test]
    fn parameters_of_another_hash_are_mistakes() {
        let spec: PasswordSpec = toml::from_str("cost = 12").expect("sound");
        assert_eq!(spec.mistakes(), [("cost", "`cost` belongs to bcrypt")]);
    }
}
