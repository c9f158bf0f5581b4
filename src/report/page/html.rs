//! Pieces of HTML. Text goes in through [`escape`] only, so that no name of a scenario and no file
//! of a result can become markup.

use std::fmt::Write as _;

/// `text` as it stands in HTML, in an attribute as well as between tags. Characters that turn the
/// direction of what follows are left out: they could make a page say what a file does not.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            '\u{61c}' | '\u{200e}' | '\u{200f}' => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

/// `text` between `tag`, which may have attributes, and its end.
pub(super) fn element(tag: &str, text: &str) -> String {
    format!("<{tag}>{}</{}>\n", escape(text), name(tag))
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell {
    text: String,
    /// The class that says how it looks.
    class: &'static str,
}

impl Cell {
    /// An ordinary one.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "" }
    }

    /// One that looks like others of `class` in the style.
    pub(super) fn of(class: &'static str, text: impl Into<String>) -> Self {
        Self { text: text.into(), class }
    }

    /// The same, set back.
    pub(super) fn fainter(self) -> Self {
        Self { class: "faint", ..self }
    }

    fn write(&self, tag: &str, html: &mut String) {
        let class = if self.class.is_empty() {
            String::new()
        } else {
            format!(" class=\"{}\"", self.class)
        };
        let _ = write!(html, "<{tag}{class}>{}</{}>", escape(&self.text), name(tag));
    }
}

/// The name of a tag that is given with attributes.
fn name(tag: &str) -> &str {
    tag.split(' ').next().unwrap_or(tag)
}

/// A row of a table: what it is about, more words about that, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The head of the row.
    pub(super) head: String,
    /// What shows when somebody points at the head.
    pub(super) about: String,
    /// From left to right.
    pub(super) cells: Vec<Cell>,
}

/// A table with heads at the top and at the left; nothing if it has no rows. It scrolls by itself
/// where it is wider than the page.
pub(super) fn table(caption: &str, heads: &[String], lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut html = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table>\n\
         <caption>{0}</caption>\n<thead><tr>",
        escape(caption)
    );
    heads.iter().for_each(|head| Cell::plain(head).write("th scope=\"col\"", &mut html));
    html.push_str("</tr></thead>\n<tbody>\n");
    for line in lines {
        let about = if line.about.is_empty() {
            String::new()
        } else {
            format!(" title=\"{}\"", escape(&line.about))
        };
        let _ = write!(html, "<tr><th scope=\"row\"{about}>{}</th>", escape(&line.head));
        line.cells.iter().for_each(|cell| cell.write("td", &mut html));
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    html
}

/// What is read only by who opens it.
pub(super) fn details(summary: &str, inner: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{inner}</details>\n", escape(summary))
}

/// A heading with what stands below it; nothing if that is nothing.
pub(super) fn section(heading: &str, inner: &str) -> String {
    if inner.is_empty() {
        return String::new();
    }
    format!("<section>\n<h2>{}</h2>\n{inner}</section>\n", escape(heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let text = "<script>alert('1')</script> & \"x\" \u{202e}gnp.exe\0";
        let safe = escape(text);
        assert_eq!(
            safe,
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot; gnp.exe"
        );
        let line = Line {
            head: text.to_owned(),
            about: text.to_owned(),
            cells: vec![Cell::of("faint", text)],
        };
        let html = table(text, &[text.to_owned()], &[line]);
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches(&safe).count(), 6, "{html}");
    }

    #[test]
    fn a_section_without_content_is_none() {
        assert_eq!(section("Nodes", &table("x", &[], &[])), "");
    }
}
