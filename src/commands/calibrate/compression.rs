//! Compression of a text such as an API sends.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::batches::Plan;
use super::measured::{Work, failed};
use crate::rng::mix;

/// Objects of the text: about 40 KiB.
const OBJECTS: u64 = 330;

/// gzip at three levels, and deflate.
pub(super) fn all() -> Vec<Work> {
    let gzip = |what, level| Work {
        key: None,
        what,
        measure: Box::new(move |plan: Plan| {
            let text = text();
            let packed = || {
                let mut to = GzEncoder::new(Vec::new(), Compression::new(level));
                to.write_all(&text).and_then(|()| to.finish())
            };
            packed().map_err(failed)?;
            Ok(plan.measure(packed).divided(kibibytes(&text)))
        }),
    };
    let deflate = Work {
        key: None,
        what: "deflate, level 6, for each KiB",
        measure: Box::new(|plan| {
            let text = text();
            let packed = || {
                let mut to = DeflateEncoder::new(Vec::new(), Compression::new(6));
                to.write_all(&text).and_then(|()| to.finish())
            };
            packed().map_err(failed)?;
            Ok(plan.measure(packed).divided(kibibytes(&text)))
        }),
    };
    vec![
        gzip("gzip, level 1, for each KiB", 1),
        gzip("gzip, level 6, for each KiB", 6),
        gzip("gzip, level 9, for each KiB", 9),
        deflate,
    ]
}

#[allow(clippy::cast_precision_loss, reason = "the text is far shorter than 2^53 bytes")]
fn kibibytes(text: &[u8]) -> f64 {
    text.len() as f64 / 1_024.0
}

/// A list of products as JSON.
fn text() -> Vec<u8> {
    const WORDS: [&str; 8] = ["red", "shoe", "large", "leather", "blue", "boot", "hat", "wool"];
    let word = |n: u64| WORDS[usize::try_from(mix(n) % 8).unwrap_or(0)];
    let mut text = String::from("[");
    for n in 0..OBJECTS {
        let (one, other, third) = (word(3 * n), word(3 * n + 1), word(3 * n + 2));
        let price = mix(n) % 20_000;
        let _ = write!(
            text,
            "{{\"id\":{n},\"name\":\"{one} {other}\",\"text\":\"{third} {one}, {other} and more\",\
             \"cents\":{price},\"stock\":{}}},",
            mix(price) % 90,
        );
    }
    text.push(']');
    text.into_bytes()
}
