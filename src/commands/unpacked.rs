//! Files that may be compressed with gzip: traces and logs.

use std::io::{self, BufRead, BufReader};

use flate2::bufread::MultiGzDecoder;

/// How a compressed file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is read at once.
const BUFFER: usize = 1 << 16;

/// What a file holds, decompressed if it is compressed.
///
/// # Errors
/// If it cannot be read.
pub(super) fn unpacked<'a>(mut from: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    if from.fill_buf()?.starts_with(&GZIP) {
        return Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(from))));
    }
    Ok(Box::new(from))
}
