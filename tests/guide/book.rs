//! The pages of the guide, in the order of its index.

use crate::support::source::{folder, root};

/// A page: where it is, what it says, and the scenario that it is about; the index is about none.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) scenario: Option<String>,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        Self { path: path.to_owned(), text: read(path), scenario: None }
    }
}

pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The index and all pages.
pub(crate) fn pages() -> Vec<Page> {
    let page = |name: String| {
        let page = Page::read(&format!("docs/guide/{name}.md"));
        Page { scenario: (name != "README").then_some(name), ..page }
    };
    folder("docs/guide", "md").into_iter().map(page).collect()
}

/// The names of the shipped scenarios.
pub(crate) fn scenarios() -> Vec<String> {
    folder("scenarios", "toml")
}

/// The pages in the order in which the list items of the index lead through them.
pub(crate) fn order() -> Vec<String> {
    let index = read("docs/guide/README.md");
    let items = index
        .lines()
        .filter_map(|line| line.split_once(". **[")?.1.split_once("](")?.1.split_once(".md)"));
    items.map(|(name, _)| name.to_owned()).collect()
}

/// The fenced blocks of a language.
pub(crate) fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = text.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The first line of an excerpt that does not stand in `whole` after the lines before it.
pub(crate) fn not_inside(excerpt: &str, whole: &str) -> Option<String> {
    let plain = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = whole.lines().map(plain);
    let mut lines = excerpt.lines().map(plain).filter(|line| !line.is_empty());
    lines.find(|line| !rest.any(|other| other == *line))
}
