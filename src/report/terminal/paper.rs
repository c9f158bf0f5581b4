//! A text that grows line by line, no wider than a terminal.

/// Widths below this are not worth wrapping for.
const LEAST_WIDTH: u16 = 40;

/// Lines so far.
pub(super) struct Paper {
    text: String,
    width: usize,
    styled: bool,
}

impl Paper {
    /// An empty text for `width` columns.
    pub(super) fn new(width: u16, styled: bool) -> Self {
        Self { text: String::new(), width: width.max(LEAST_WIDTH).into(), styled }
    }

    /// The whole text; every line ends with a line feed.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// How many columns a line may have.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// A line that stands out.
    pub(super) fn heading(&mut self, text: &str) {
        self.wrapped(text, "1");
    }

    /// Plain sentences, wrapped between words.
    pub(super) fn line(&mut self, text: &str) {
        self.wrapped(text, "");
    }

    /// Sentences that stand back.
    pub(super) fn note(&mut self, text: &str) {
        self.wrapped(text, "2");
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line that must not be broken: it is laid out already, or somebody will copy it.
    pub(super) fn whole(&mut self, line: &str, is_heading: bool) {
        self.push(&harmless(line), if is_heading { "1" } else { "" });
    }

    fn wrapped(&mut self, text: &str, style: &str) {
        let text = harmless(text);
        let mut line = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let length = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > self.width {
                self.push(&line, style);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.push(&line, style);
    }

    fn push(&mut self, line: &str, style: &str) {
        if self.styled && !style.is_empty() && !line.is_empty() {
            self.text += &format!("\u{1b}[{style}m{line}\u{1b}[0m\n");
        } else {
            self.text += line;
            self.text.push('\n');
        }
    }
}

/// `text` without control characters: a title must not steer the terminal.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_wrapped_between_words() {
        let mut paper = Paper::new(40, false);
        paper.line("one two three four five six seven eight nine ten");
        assert_eq!(paper.into_text(), "one two three four five six seven eight\nnine ten\n");
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        let mut paper = Paper::new(40, false);
        paper.heading("a\u{1b}[2Jb\nc\u{9b}d");
        assert_eq!(paper.into_text(), "a [2Jb c d\n");
    }

    #[test]
    fn emphasis_is_there_only_if_wanted() {
        let text = |styled| {
            let mut paper = Paper::new(40, styled);
            paper.heading("a");
            paper.line("b");
            paper.into_text()
        };
        assert_eq!(text(true), "\u{1b}[1ma\u{1b}[0m\nb\n");
        assert_eq!(text(false), "a\nb\n");
    }
}
