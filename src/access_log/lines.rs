//! Lines of a file of bytes, each of a length that is limited.

use std::io::{self, BufRead};

/// The longest line that is read as one, in bytes: servers refuse request lines far shorter.
pub const MAX_LINE: usize = 64 << 10;

/// Reads one line after another into a buffer that is used again.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    number: u64,
    raw: Vec<u8>,
}

/// A line with its number, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Which line of the file it is, from 1.
    pub number: u64,
    /// Its bytes without the end of the line; none if it is longer than [`MAX_LINE`].
    pub bytes: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `from`.
    pub const fn new(from: R) -> Self {
        Self { from, number: 0, raw: Vec::new() }
    }

    /// The next line that is not blank; none at the end.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let Some(is_whole) = self.read()? else { return Ok(None) };
            if is_whole && self.raw.trim_ascii().is_empty() {
                continue;
            }
            let bytes = is_whole.then_some(self.raw.trim_ascii_end());
            return Ok(Some(Line { number: self.number, bytes }));
        }
    }

    /// Reads to the end of a line. Returns whether all of it was kept; none at the end.
    fn read(&mut self) -> io::Result<Option<bool>> {
        self.raw.clear();
        self.number += 1;
        let (mut is_some, mut is_whole) = (false, true);
        loop {
            let ready = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                ready => ready?,
            };
            if ready.is_empty() {
                return Ok(is_some.then_some(is_whole));
            }
            is_some = true;
            let end = ready.iter().position(|byte| *byte == b'\n');
            let part = &ready[..end.unwrap_or(ready.len())];
            is_whole &= self.raw.len() + part.len() <= MAX_LINE;
            if is_whole {
                self.raw.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            if end.is_some() {
                return Ok(Some(is_whole));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_counted_and_left_out_and_the_last_needs_no_end() {
        let mut lines = Lines::new(&b"one\r\n\n  \ntwo"[..]);
        let line = lines.next_line().unwrap().unwrap();
        assert_eq!((line.number, line.bytes), (1, Some(&b"one"[..])));
        let line = lines.next_line().unwrap().unwrap();
        assert_eq!((line.number, line.bytes), (4, Some(&b"two"[..])));
        assert_eq!(lines.next_line().unwrap(), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_without_being_kept() {
        let text = ["x".repeat(MAX_LINE + 1), "y".repeat(MAX_LINE), String::new()].join("\n");
        let mut lines = Lines::new(text.as_bytes());
        assert_eq!(lines.next_line().unwrap(), Some(Line { number: 1, bytes: None }));
        assert!(lines.raw.capacity() <= 2 * MAX_LINE);
        assert_eq!(lines.next_line().unwrap().unwrap().bytes.map(<[u8]>::len), Some(MAX_LINE));
        assert_eq!(lines.next_line().unwrap(), None);
    }
}
