//! What the page is about: the question, and what can be concluded.

use super::Folder;
use super::html::{element, section};
use crate::plots::PlotError;

/// The title of the page.
pub(super) fn title(folder: &Folder<'_>) -> String {
    match (folder.said("title"), folder.said("scenario")) {
        ("", name) => name.to_owned(),
        (title, _) => title.to_owned(),
    }
}

/// Title, the scenario's own words, and the conclusion.
pub(super) fn head(folder: &Folder<'_>) -> Result<String, PlotError> {
    let mut html = format!("<header>\n{}", element("h1", &title(folder)));
    for paragraph in introduction(folder.said("text")) {
        html.push_str(&element("p", &plain(&paragraph)));
    }
    html.push_str("</header>\n");
    let sentences: String =
        folder.sentences("conclusion").map(|text| element("p", &plain(text))).collect();
    Ok(html + &section("Conclusion", &sentences))
}

/// A sentence for a terminal without the marks around names.
pub(super) fn plain(sentence: &str) -> String {
    sentence.replace('`', "")
}

/// The comment at the top of a scenario, in paragraphs: a line that begins with a word and a colon
/// begins a new one.
fn introduction(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    for line in text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim) {
        let begins = line.split_once(": ").is_some_and(|(words, _)| {
            words.split(' ').count() <= 2 && words.starts_with(char::is_uppercase)
        });
        match paragraphs.last_mut().filter(|_| !begins) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None => paragraphs.push(line.to_owned()),
        }
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_at_the_top_is_the_introduction() {
        let text =
            "# Question: which is\n# better?\n# Look for: the tail: it differs.\n\na = 1\n# b";
        assert_eq!(
            introduction(text),
            ["Question: which is better?", "Look for: the tail: it differs."]
        );
        assert!(introduction("a = 1").is_empty());
    }
}
