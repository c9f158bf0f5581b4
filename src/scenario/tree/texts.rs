//! Characters that have no place in a text, wherever it stands.

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::source::Span;

/// What is wrong with a text that stands at `span`, if it holds a control character, or one that
/// cannot be seen and makes others look as what they are not: titles and names are shown on
/// terminals and stand in results. Tabs and ends of lines are allowed, and what joins letters or
/// parts of a symbol (U+200C, U+200D).
#[must_use]
pub(in crate::scenario) fn check_text(text: &str, span: &Span) -> Option<Diagnostic> {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let ends_line = c == '\r' && characters.peek() == Some(&'\n');
        if let Some(why) = wrong_with(c).filter(|_| !ends_line) {
            let message = format!("the character U+{:04X} cannot stand in a text", c as u32);
            return Some(Diagnostic::error(span.clone(), message).label(why));
        }
    }
    None
}

const fn wrong_with(c: char) -> Option<&'static str> {
    match c {
        '\t' | '\n' => None,
        '\0'..='\x1F' | '\x7F'..='\u{9F}' => Some("it is a control character"),
        '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some("it turns the direction of what stands around it")
        }
        '\u{AD}'
        | '\u{180E}'
        | '\u{200B}'
        | '\u{2028}'..='\u{2029}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' => Some("it cannot be seen"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        check_text(text, &(0..1)).map(|diagnostic| diagnostic.message)
    }

    #[test]
    fn what_steers_a_terminal_or_hides_is_refused() {
        for (text, code) in
            [("a\u{1B}[31m", "1B"), ("a\rb", "0D"), ("\u{202E}b", "202E"), ("\u{200B}", "200B")]
        {
            let wanted = format!("the character U+{code:0>4} cannot stand in a text");
            assert_eq!(said(text), Some(wanted), "{text:?}");
        }
    }

    #[test]
    fn what_people_write_is_allowed() {
        for text in ["", "Größe · 例 — “x”", "two\r\nlines\n\tand more", "👩\u{200D}💻", "שלום"]
        {
            assert_eq!(said(text), None, "{text:?}");
        }
    }
}
