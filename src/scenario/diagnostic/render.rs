//! Diagnostics as text for a terminal: place, excerpt, caret, advice.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity};
use crate::scenario::source::{Source, Sources, Span};

/// How the text should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether to colour with ANSI escapes.
    pub styled: bool,
    /// The columns that there are.
    pub width: usize,
}

impl Default for Look {
    /// Plain text of 120 columns.
    fn default() -> Self {
        Self { styled: false, width: 120 }
    }
}

/// The text of all that is shown, each followed by an empty line; at the end the number of those
/// that are not.
#[must_use]
pub fn render(all: &Diagnostics, sources: &Sources, look: Look) -> String {
    let (shown, errors, warnings) = all.shown();
    let mut text = String::new();
    for diagnostic in shown {
        text.push_str(&one(diagnostic, all.only_in(diagnostic), sources, look));
        text.push_str("\n\n");
    }
    for (count, name) in [(errors, "error"), (warnings, "warning")] {
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            text.push_str(&format!("and {count} more {name}{plural}\n"));
        }
    }
    text
}

fn one(diagnostic: &Diagnostic, place: Option<String>, sources: &Sources, look: Look) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(tame(&diagnostic.message));
    let renderer = if look.styled { Renderer::styled() } else { Renderer::plain() };
    // Excerpts are cut to the width here, and a second cut would move them again.
    let renderer = renderer.term_width(8 * look.width);
    let mut cause = Group::with_title(title);
    let mut moved = None;
    if let Some((excerpt, span)) = excerpt_at(diagnostic.span.as_ref(), sources, look.width) {
        let label = diagnostic.label.as_deref().map(tame);
        let mark = AnnotationKind::Primary.span(span).label(label);
        moved = excerpt.moved();
        cause = cause.element(
            Snippet::source(excerpt.text)
                .line_start(excerpt.line)
                .path(excerpt.name)
                .annotation(mark),
        );
    }
    if let Some(place) = place {
        cause = cause.element(Level::NOTE.message(tame(&place)));
    }
    let mut groups = vec![cause];
    let help = diagnostic.help.as_deref().map(tame);
    let patch = diagnostic.suggestion.as_ref().and_then(|(span, words)| {
        let (excerpt, at) = excerpt_at(Some(span), sources, look.width)?;
        let patch = Patch::new(at, tame(words));
        Some(Snippet::source(excerpt.text).line_start(excerpt.line).patch(patch))
    });
    match (help, patch) {
        (Some(help), Some(patch)) => groups.push(Level::HELP.secondary_title(help).element(patch)),
        (Some(help), None) => groups[0] = groups[0].clone().element(Level::HELP.message(help)),
        (None, Some(patch)) => {
            groups.push(Level::HELP.secondary_title("write instead").element(patch));
        }
        (None, None) => {}
    }
    let text = renderer.render(&groups);
    match moved {
        // The excerpt of a long line begins in its middle, so the column has to be put right.
        Some((wrong, right)) => text.replacen(&wrong, &right, 1),
        None => text,
    }
}

/// One line, or the middle of a long one, with its place.
struct Excerpt {
    text: String,
    name: String,
    line: usize,
    /// The column of the mark, and the one that it seems to have.
    column: usize,
    seeming: usize,
}

impl Excerpt {
    /// The place as it seems and as it is, if the two differ.
    fn moved(&self) -> Option<(String, String)> {
        let place = |column| format!("{}:{}:{column}", self.name, self.line);
        (self.column != self.seeming).then(|| (place(self.seeming), place(self.column)))
    }
}

/// The line at `span`, tamed, and the part of it that is meant.
fn excerpt_at(span: Option<&Span>, sources: &Sources, width: usize) -> Option<(Excerpt, Span)> {
    let span = span?;
    let source = sources.at(span.start)?;
    let place = sources.place(span.start)?;
    let (before, meant, after) = pieces(source, span)?;
    // Room is shared so that what is meant stands in the middle, with words on both sides.
    let room = width.max(60) / 3;
    let (cut, before) = last_chars(before, room);
    let before = if cut { format!("...{}", tame(before)) } else { tame(before) };
    let (short, meant) = first_chars(meant, room);
    let meant = if short { format!("{}...", tame(meant)) } else { tame(meant) };
    let (cut, after) = first_chars(after, room);
    let after = match (short, cut) {
        (true, _) => String::new(),
        (false, true) => format!("{}...", tame(after)),
        (false, false) => tame(after),
    };
    let at = before.len()..before.len() + meant.len();
    let excerpt = Excerpt {
        name: tame(place.name),
        line: place.line,
        column: place.column,
        seeming: before.chars().count() + 1,
        text: [before, meant, after].concat(),
    };
    Some((excerpt, at))
}

/// The line at `span` before, at and after it. Of several lines only the first is taken.
fn pieces<'a>(source: &'a Source, span: &Span) -> Option<(&'a str, &'a str, &'a str)> {
    let line = source.line_around(span.start);
    let text = source.text().get(line.start - source.base()..line.end - source.base())?;
    let start = (span.start - line.start).min(text.len());
    let end = (span.end.max(span.start) - line.start).min(text.len());
    let floor = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (start, end) = (floor(start), floor(end));
    Some((&text[..start], &text[start..end], &text[end..]))
}

/// At most the first `count` characters, and whether any were cut off.
fn first_chars(text: &str, count: usize) -> (bool, &str) {
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    (end < text.len(), &text[..end])
}

/// At most the last `count` characters, and whether any were cut off.
fn last_chars(text: &str, count: usize) -> (bool, &str) {
    let start = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    (start > 0, &text[start..])
}

/// The text without anything that would command a terminal or hide from the eye: a scenario is
/// often somebody else's.
fn tame(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            '\0'..='\x1F' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{FFFD}'),
            '\x7F' => '\u{2421}',
            '\u{80}'..='\u{9F}'
            | '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}' => '\u{FFFD}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, diagnostic: Diagnostic, expected: &str) {
        let mut sources = Sources::new();
        sources.add("shop.toml", text);
        let mut all = Diagnostics::new();
        all.push(diagnostic);
        assert_eq!(all.to_plain(&sources).trim_end(), expected.trim_matches('\n'));
    }

    #[test]
    fn an_error_shows_its_line_and_points_at_the_word() {
        check(
            "[node.app]\r\nreps = 4\r\n",
            Diagnostic::error(12..16, "unknown key `reps`").label("the keys here are `replicas`"),
            "
error: unknown key `reps`
 --> shop.toml:2:1
  |
2 | reps = 4
  | ^^^^ the keys here are `replicas`",
        );
    }

    #[test]
    fn a_suggestion_is_shown_as_a_change_of_the_line() {
        check(
            "reps = 4",
            Diagnostic::error(0..4, "unknown key `reps`")
                .help("did you mean `replicas`?")
                .suggest(0..4, "replicas"),
            "
error: unknown key `reps`
 --> shop.toml:1:1
  |
1 | reps = 4
  | ^^^^
  |
help: did you mean `replicas`?
  |
1 | replicas = 4
  |    ++++",
        );
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_known_one() {
        check(
            "to = \"edge-cashe\"",
            Diagnostic::unknown_name(5..17, "node", "edge-cashe", ["app", "edge-cache"]),
            "
error: unknown node `edge-cashe`
 --> shop.toml:1:6
  |
1 | to = \"edge-cashe\"
  |      ^^^^^^^^^^^^ no node has this name
  |
help: there is a node `edge-cache`
  |
1 - to = \"edge-cashe\"
1 + to = \"edge-cache\"
  |",
        );
    }

    #[test]
    fn advice_without_a_change_follows_the_excerpt() {
        check(
            "x = 1",
            Diagnostic::warning(4..5, "odd").help("think again"),
            "
warning: odd
 --> shop.toml:1:5
  |
1 | x = 1
  |     ^
  |
  = help: think again",
        );
    }

    #[test]
    fn what_has_no_place_is_told_without_an_excerpt() {
        check(
            "",
            Diagnostic::nowhere("cannot read").help("look"),
            "error: cannot read\n |\n = help: look",
        );
    }

    #[test]
    fn the_end_of_the_text_can_be_pointed_at() {
        check(
            "x = ",
            Diagnostic::error(4..4, "cut off"),
            "
error: cut off
 --> shop.toml:1:5
  |
1 | x = 
  |     ^",
        );
    }

    #[test]
    fn of_several_lines_the_first_is_shown() {
        check(
            "a = [\n1,\n2]",
            Diagnostic::error(4..11, "too few"),
            "
error: too few
 --> shop.toml:1:5
  |
1 | a = [
  |     ^",
        );
    }

    #[test]
    fn the_middle_of_a_long_line_is_shown_with_its_true_column() {
        let text = format!("{} bogus = 5 {}", "x".repeat(3_000), "y".repeat(3_000));
        let expected = format!(
            "
error: long
 --> shop.toml:1:3002
  |
1 | ...{} bogus = 5 {}...
  | {}^^^^^",
            "x".repeat(39),
            "y".repeat(35),
            " ".repeat(43),
        );
        check(&text, Diagnostic::error(3_001..3_006, "long"), &expected);
    }

    #[test]
    fn a_long_word_is_cut() {
        let mut sources = Sources::new();
        sources.add("shop.toml", "k".repeat(10 << 20));
        let mut all = Diagnostics::new();
        all.push(Diagnostic::error(0..10 << 20, "long"));
        assert!(all.to_plain(&sources).lines().all(|line| line.len() < 140));
    }

    #[test]
    fn nothing_in_a_scenario_commands_the_terminal_or_hides() {
        let text = "a\u{1B}[31m\u{9B}0m\u{202E}b = \"\u{200B}\"";
        let mut sources = Sources::new();
        sources.add("e\u{1B}vil.toml", text);
        let mut all = Diagnostics::new();
        all.push(
            Diagnostic::error(0..text.len(), format!("what is {text}?\n"))
                .label(text)
                .help(text)
                .suggest(0..1, text),
        );
        let shown = all.to_plain(&sources);
        assert!(shown.chars().all(|c| c == '\n' || tame(&c.to_string()) == c.to_string()));
        assert!(shown.contains("e␛vil.toml:1:1"), "{shown}");
    }

    #[test]
    fn the_styled_text_is_the_plain_one_with_escapes() {
        let mut sources = Sources::new();
        sources.add("shop.toml", "x = 1");
        let mut all = Diagnostics::new();
        all.push(Diagnostic::error(0..1, "wrong").label("here"));
        let styled = render(&all, &sources, Look { styled: true, width: 120 });
        assert!(styled.contains("\u{1B}[") && styled.contains("shop.toml:1:1"));
    }

    #[test]
    fn those_not_shown_are_counted() {
        let mut sources = Sources::new();
        sources.add("shop.toml", "x".repeat(30));
        let mut all = Diagnostics::new();
        for at in 0..23 {
            all.push(Diagnostic::error(at..at + 1, "wrong"));
        }
        assert!(all.to_plain(&sources).ends_with("\n\nand 3 more errors\n"));
    }
}
