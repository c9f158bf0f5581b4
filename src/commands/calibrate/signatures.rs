//! Signatures of tokens, and what a handshake of TLS 1.3 computes: a key exchange and a signature.

use ring::agreement::{self, EphemeralPrivateKey, UnparsedPublicKey, X25519};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};

use super::batches::{Plan, Took};
use super::measured::{Failed, Work, failed};

/// A key that was made for this measurement and protects nothing: PKCS #8, 2048 bits.
const RSA: &[u8] = include_bytes!("rsa2048.der");

/// What is signed: as long as the first two parts of a token.
const TOKEN: [u8; 300] = [b'a'; 300];

/// What a server signs in a handshake: 64 spaces, a text, and a digest (RFC 8446, 4.4.3).
const HANDSHAKE: [u8; 130] = [b' '; 130];

/// Each algorithm, to sign and to verify, and each kind of handshake.
pub(super) fn all() -> Vec<Work> {
    let work = |key, what, measure: fn(Plan) -> Result<Took, Failed>| Work {
        key,
        what,
        measure: Box::new(measure),
    };
    vec![
        work(Some("HS256.sign"), "HS256, signing 300 bytes", |plan| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
            Ok(plan.measure(|| hmac::sign(&key, &TOKEN)))
        }),
        work(Some("HS256.verify"), "HS256, verifying", |plan| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
            let tag = hmac::sign(&key, &TOKEN);
            Ok(plan.measure(|| hmac::verify(&key, &TOKEN, tag.as_ref())))
        }),
        work(Some("RS256.sign"), "RS256 with 2048 bits, signing", |plan| rsa(plan, true)),
        work(Some("RS256.verify"), "RS256 with 2048 bits, verifying", |plan| rsa(plan, false)),
        work(Some("ES256.sign"), "ES256, signing", |plan| ecdsa(plan, true)),
        work(Some("ES256.verify"), "ES256, verifying", |plan| ecdsa(plan, false)),
        work(Some("EdDSA.sign"), "EdDSA with Ed25519, signing", |plan| eddsa(plan, true)),
        work(Some("EdDSA.verify"), "EdDSA with Ed25519, verifying", |plan| eddsa(plan, false)),
        work(Some("handshake"), "a handshake at the server, X25519 and ECDSA P-256", |plan| {
            let random = SystemRandom::new();
            let key = p256(&signature::ECDSA_P256_SHA256_ASN1_SIGNING)?;
            let server = || {
                exchange(&random)?;
                key.sign(&random, &HANDSHAKE).map_err(failed)
            };
            measured(plan, server)
        }),
        work(None, "a handshake at the server, X25519 and RSA 2048", |plan| {
            let random = SystemRandom::new();
            let key = RsaKeyPair::from_pkcs8(RSA).map_err(failed)?;
            let mut out = vec![0; key.public().modulus_len()];
            let server = || {
                exchange(&random)?;
                key.sign(&signature::RSA_PSS_SHA256, &random, &HANDSHAKE, &mut out).map_err(failed)
            };
            measured(plan, server)
        }),
        work(Some("resumption"), "a resumed handshake at the server, X25519", |plan| {
            let random = SystemRandom::new();
            measured(plan, || exchange(&random))
        }),
    ]
}

/// How long `work` takes, if it can be done at all.
fn measured<T>(plan: Plan, mut work: impl FnMut() -> Result<T, Failed>) -> Result<Took, Failed> {
    work()?;
    Ok(plan.measure(work))
}

fn rsa(plan: Plan, signs: bool) -> Result<Took, Failed> {
    let (key, random) = (RsaKeyPair::from_pkcs8(RSA).map_err(failed)?, SystemRandom::new());
    let mut out = vec![0; key.public().modulus_len()];
    let mut sign = || {
        let padding = &signature::RSA_PKCS1_SHA256;
        key.sign(padding, &random, &TOKEN, &mut out).map_err(failed)
    };
    sign()?;
    if signs {
        return measured(plan, sign);
    }
    let kind = &signature::RSA_PKCS1_2048_8192_SHA256;
    let public = signature::UnparsedPublicKey::new(kind, key.public().as_ref());
    measured(plan, || public.verify(&TOKEN, &out).map_err(failed))
}

fn ecdsa(plan: Plan, signs: bool) -> Result<Took, Failed> {
    let (key, random) = (p256(&signature::ECDSA_P256_SHA256_FIXED_SIGNING)?, SystemRandom::new());
    let sign = || key.sign(&random, &TOKEN).map_err(failed);
    if signs {
        return measured(plan, sign);
    }
    let (kind, signed) = (&signature::ECDSA_P256_SHA256_FIXED, sign()?);
    let public = signature::UnparsedPublicKey::new(kind, key.public_key().as_ref());
    measured(plan, || public.verify(&TOKEN, signed.as_ref()).map_err(failed))
}

fn eddsa(plan: Plan, signs: bool) -> Result<Took, Failed> {
    let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(failed)?;
    let key = Ed25519KeyPair::from_pkcs8(made.as_ref()).map_err(failed)?;
    if signs {
        return Ok(plan.measure(|| key.sign(&TOKEN)));
    }
    let signed = key.sign(&TOKEN);
    let public = signature::UnparsedPublicKey::new(&signature::ED25519, key.public_key().as_ref());
    measured(plan, || public.verify(&TOKEN, signed.as_ref()).map_err(failed))
}

/// A new key on the curve P-256.
fn p256(kind: &'static signature::EcdsaSigningAlgorithm) -> Result<EcdsaKeyPair, Failed> {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(kind, &random).map_err(failed)?;
    EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).map_err(failed)
}

/// A server's part of a key exchange: a key of its own, and what that makes with the other's.
fn exchange(random: &SystemRandom) -> Result<[u8; 32], Failed> {
    // The base point of the curve is a public key like any other.
    let mut peer = [0; 32];
    peer[0] = 9;
    let own = EphemeralPrivateKey::generate(&X25519, random).map_err(failed)?;
    own.compute_public_key().map_err(failed)?;
    let secret = |secret: &[u8]| <[u8; 32]>::try_from(secret).unwrap_or_default();
    let peer = UnparsedPublicKey::new(&X25519, peer);
    agreement::agree_ephemeral(own, &peer, secret).map_err(failed)
}
