//! Binary traces of libCacheSim, of the kind `oracleGeneral`: 24 bytes a request, little-endian.
//!
//! A request is its time in seconds (32 bits), the object (64), its size in bytes (32), and the
//! number of the next request for the same object, or -1 (64). Juncheng Yang and others,
//! "libCacheSim", traces at <https://ftp.pdl.cmu.edu/pub/datasets/twemcacheWorkload/>.

use std::io::{ErrorKind, Read};

use super::TraceError;

/// The bytes of a request.
const SIZE: usize = 24;

/// Whether a trace that begins with these bytes is binary: no text has most of the bytes that stand
/// in numbers.
#[must_use]
pub fn is_oracle(begin: &[u8]) -> bool {
    begin.iter().take(SIZE).any(|byte| *byte < b'\t' || *byte >= 0xf8)
}

/// A binary trace that is being read.
#[derive(Debug)]
pub struct OracleReader<R> {
    from: R,
    requests: u64,
}

/// A request of a binary trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OracleRow {
    /// When it is made, in seconds.
    pub time: u32,
    /// The object that it asks for.
    pub object: u64,
    /// The size of the object in bytes.
    pub size: u32,
    /// The number of the next request for it; none if there is no other.
    pub next: Option<u64>,
}

impl<R: Read> OracleReader<R> {
    /// A reader at the beginning of a trace.
    pub const fn new(from: R) -> Self {
        Self { from, requests: 0 }
    }

    /// The next request; `None` at the end.
    ///
    /// # Errors
    /// If the bytes cannot be read, or end within a request.
    pub fn next_row(&mut self) -> Result<Option<OracleRow>, TraceError> {
        let mut bytes = [0; SIZE];
        let mut filled = 0;
        while filled < SIZE {
            match self.from.read(&mut bytes[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => {
                    return Err(self.error(format!(
                        "the trace ends after {filled} of the {SIZE} bytes of a request"
                    )));
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.error(format!("cannot be read: {error}"))),
            }
        }
        self.requests += 1;
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[at + byte]));
        let long = |at: usize| u64::from(word(at)) | (u64::from(word(at + 4)) << 32);
        let next = i64::from_le_bytes(long(16).to_le_bytes());
        let next = u64::try_from(next).ok().filter(|_| next != i64::MAX);
        Ok(Some(OracleRow { time: word(0), object: long(4), size: word(12), next }))
    }

    /// What is wrong at this request, which takes the place of a line.
    fn error(&self, message: String) -> TraceError {
        TraceError { line: self.requests + 1, column: 1, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(time: u32, object: u64, size: u32, next: i64) -> Vec<u8> {
        let mut bytes = time.to_le_bytes().to_vec();
        bytes.extend(object.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(next.to_le_bytes());
        bytes
    }

    #[test]
    fn requests_are_read_to_the_end() {
        let text = [bytes(1, 1 << 40, 100, 7), bytes(2, 3, 4, -1), bytes(2, 3, 4, i64::MAX)];
        let all = text.concat();
        let mut reader = OracleReader::new(all.as_slice());
        let first = OracleRow { time: 1, object: 1 << 40, size: 100, next: Some(7) };
        assert_eq!(reader.next_row(), Ok(Some(first)));
        let second = OracleRow { time: 2, object: 3, size: 4, next: None };
        assert_eq!(reader.next_row(), Ok(Some(second)));
        assert_eq!(reader.next_row(), Ok(Some(second)));
        assert_eq!(reader.next_row(), Ok(None));
    }

    #[test]
    fn requests_are_told_from_lines() {
        assert!(is_oracle(&bytes(1, 2, 3, -1)) && is_oracle(&bytes(1_700_000_000, 2, 3, 4)));
        assert!(!is_oracle("arrival_us,path\r\n1,/é\n".as_bytes()) && !is_oracle(b""));
    }

    #[test]
    fn a_trace_that_ends_within_a_request_is_refused() {
        let mut reader = OracleReader::new(&[0_u8; 30][..]);
        assert!(reader.next_row().is_ok());
        let error = reader.next_row().unwrap_err().to_string();
        assert_eq!(error, "line 2, column 1: the trace ends after 6 of the 24 bytes of a request");
    }
}
