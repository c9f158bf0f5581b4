//! Lines of a CSV file, each split into cells: RFC 4180 without line breaks inside quotes.

use std::io::BufRead;

use super::TraceError;

/// The longest line: what is longer is no trace, and must not fill the memory.
const MAX_LINE: usize = 1 << 20;

/// Reads one line after another into buffers that are used again.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    /// The number of the present line, from 1; 0 before the first.
    number: u64,
    raw: Vec<u8>,
    cells: Cells,
}

/// A line that was split.
#[derive(Debug, Default)]
struct Cells {
    /// The texts of all cells, without quotes, one after another.
    text: String,
    /// Where each cell ends in the text, and where it began in the line, in bytes.
    ends: Vec<(usize, usize)>,
}

/// The present line: its cells, and what is needed to point at one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    number: u64,
    raw: &'a str,
    cells: &'a Cells,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(from: R) -> Self {
        let cells = Cells { text: String::new(), ends: Vec::new() };
        Self { from, number: 0, raw: Vec::new(), cells }
    }

    /// The next line that is not blank; `None` at the end of the file.
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, TraceError> {
        loop {
            if !self.read()? {
                return Ok(None);
            }
            if !self.raw.trim_ascii().is_empty() {
                break;
            }
        }
        let mut raw = self.raw.as_slice();
        if self.number == 1 {
            // The byte order mark that some spreadsheets write.
            raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
        }
        let raw = std::str::from_utf8(raw).map_err(|error| {
            let column = String::from_utf8_lossy(&raw[..error.valid_up_to()]).chars().count() + 1;
            TraceError { line: self.number, column, message: "this is not UTF-8 text".to_owned() }
        })?;
        self.cells.split(raw).map_err(|(at, message)| error_at(self.number, raw, at, message))?;
        Ok(Some(Line { number: self.number, raw, cells: &self.cells }))
    }

    /// The number of the line read last.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Reads a line without its end into `raw`; false at the end of the file.
    fn read(&mut self) -> Result<bool, TraceError> {
        self.raw.clear();
        self.number += 1;
        let mut some = false;
        loop {
            let ready = self.from.fill_buf().map_err(|error| TraceError {
                line: self.number,
                column: 1,
                message: format!("cannot read on: {error}"),
            })?;
            if ready.is_empty() {
                break;
            }
            some = true;
            let end = ready.iter().position(|byte| *byte == b'\n');
            let part = &ready[..end.unwrap_or(ready.len())];
            if self.raw.len() + part.len() > MAX_LINE {
                return Err(TraceError {
                    line: self.number,
                    column: MAX_LINE + 1,
                    message: "a line is at most 1 MiB long".to_owned(),
                });
            }
            self.raw.extend_from_slice(part);
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            if end.is_some() {
                break;
            }
        }
        if self.raw.last() == Some(&b'\r') {
            self.raw.pop();
        }
        Ok(some)
    }
}

impl<'a> Line<'a> {
    /// How many cells it has.
    pub(super) fn len(self) -> usize {
        self.cells.ends.len()
    }

    /// The text of a cell.
    pub(super) fn cell(self, index: usize) -> &'a str {
        let start = if index == 0 { 0 } else { self.cells.ends[index - 1].0 };
        &self.cells.text[start..self.cells.ends[index].0]
    }

    /// The error that points at a cell, or at the end of the line if there is no such cell.
    pub(super) fn error(self, index: usize, message: String) -> TraceError {
        let at = self.cells.ends.get(index).map_or(self.raw.len(), |(_, begin)| *begin);
        error_at(self.number, self.raw, at, message)
    }
}

impl Cells {
    /// Splits a line; an error comes with the byte that it is about.
    fn split(&mut self, line: &str) -> Result<(), (usize, String)> {
        self.text.clear();
        self.ends.clear();
        let mut at = 0;
        loop {
            let rest = &line[at..];
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let begin = at + blanks;
            if line[begin..].starts_with('"') {
                at = self.quoted(line, begin)?;
            } else {
                at = line[begin..].find(',').map_or(line.len(), |comma| begin + comma);
                self.text.push_str(line[begin..at].trim_end_matches([' ', '\t']));
            }
            self.ends.push((self.text.len(), begin));
            if at == line.len() {
                return Ok(());
            }
            at += 1;
        }
    }

    /// Takes over the quoted cell that begins here, and returns where the comma after it or the
    /// end of the line is.
    fn quoted(&mut self, line: &str, begin: usize) -> Result<usize, (usize, String)> {
        let mut at = begin + 1;
        loop {
            let Some(quote) = line[at..].find('"') else {
                return Err((begin, "the quote that begins here has no end on its line".into()));
            };
            self.text.push_str(&line[at..at + quote]);
            at += quote + 1;
            // A doubled quote stands for one.
            if line[at..].starts_with('"') {
                self.text.push('"');
                at += 1;
                continue;
            }
            let blanks = line[at..].len() - line[at..].trim_start_matches([' ', '\t']).len();
            let after = at + blanks;
            if after == line.len() || line[after..].starts_with(',') {
                return Ok(after);
            }
            return Err((after, "a comma stands between a closing quote and the next cell".into()));
        }
    }
}

fn error_at(line: u64, raw: &str, at: usize, message: String) -> TraceError {
    TraceError { line, column: raw[..at].chars().count() + 1, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Result<Vec<Vec<String>>, TraceError> {
        let mut lines = Lines::new(text.as_bytes());
        let mut all = Vec::new();
        while let Some(line) = lines.next_line()? {
            all.push((0..line.len()).map(|i| line.cell(i).to_owned()).collect());
        }
        Ok(all)
    }

    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(cells(text).unwrap(), expected, "{text:?}");
    }

    #[test]
    fn lines_are_split_at_commas_and_trimmed() {
        check("a,b\nc, d ,\n", &[&["a", "b"], &["c", "d", ""]]);
        check("a", &[&["a"]]);
        check("", &[]);
    }

    #[test]
    fn quotes_keep_commas_blanks_and_doubled_quotes() {
        check("\"a,b\" , \" c\"\"d \",e\n", &[&["a,b", " c\"d ", "e"]]);
    }

    #[test]
    fn line_ends_of_any_system_blank_lines_and_a_byte_order_mark_do_not_matter() {
        check("\u{feff}a,b\r\n\r\nc,d\r\n \n", &[&["a", "b"], &["c", "d"]]);
    }

    #[test]
    fn what_cannot_be_split_is_refused_with_its_place() {
        for (text, said) in [
            ("a\né,\"b", "line 2, column 3: the quote that begins here has no end"),
            ("\"a\"b", "line 1, column 4: a comma stands between"),
        ] {
            let error = cells(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let error = Lines::new(&b"ab\xff"[..]).next_line().unwrap_err();
        assert_eq!(error.to_string(), "line 1, column 3: this is not UTF-8 text");
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let endless = std::io::BufReader::new(std::io::repeat(b'a'));
        let mut lines = Lines::new(endless);
        let error = lines.next_line().unwrap_err();
        assert!(error.message.contains("at most 1 MiB"), "{error}");
        assert!(lines.raw.capacity() <= 2 * MAX_LINE);
    }
}
