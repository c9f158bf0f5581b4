//! Password hashes with the parameters that scenarios scale from.

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use ring::pbkdf2;

use super::measured::{Work, failed};

const PASSWORD: &[u8] = b"correct horse battery staple";
const SALT: [u8; 16] = *b"0123456789abcdef";

/// The iterations of PBKDF2.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(600_000).expect("above 0");

/// One of each kind.
pub(super) fn all() -> Vec<Work> {
    vec![
        Work {
            key: Some("argon2id"),
            what: "Argon2id, 19 MiB, 2 passes, 1 lane",
            measure: Box::new(|plan| {
                let parameters = Params::new(19 << 10, 2, 1, Some(32)).map_err(failed)?;
                let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
                let hash = || {
                    let mut out = [0; 32];
                    hasher.hash_password_into(PASSWORD, &SALT, &mut out).map(|()| out)
                };
                hash().map_err(failed)?;
                Ok(plan.measure(hash))
            }),
        },
        Work {
            key: Some("bcrypt"),
            what: "bcrypt, work factor 12",
            measure: Box::new(|plan| Ok(plan.measure(|| bcrypt::bcrypt(12, SALT, PASSWORD)))),
        },
        Work {
            key: Some("scrypt"),
            what: "scrypt, N = 2^17, r = 8, p = 1",
            measure: Box::new(|plan| {
                let parameters = scrypt::Params::new(17, 8, 1).map_err(failed)?;
                let hash = || {
                    let mut out = [0; 32];
                    scrypt::scrypt(PASSWORD, &SALT, &parameters, &mut out).map(|()| out)
                };
                hash().map_err(failed)?;
                Ok(plan.measure(hash))
            }),
        },
        Work {
            key: Some("pbkdf2"),
            what: "PBKDF2-HMAC-SHA-256, 600,000 iterations",
            measure: Box::new(|plan| {
                Ok(plan.measure(|| {
                    let mut out = [0; 32];
                    let kind = pbkdf2::PBKDF2_HMAC_SHA256;
                    pbkdf2::derive(kind, ITERATIONS, &SALT, PASSWORD, &mut out);
                    out
                }))
            }),
        },
    ]
}
