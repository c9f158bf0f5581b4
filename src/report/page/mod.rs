//! A result as one HTML page that needs nothing else: what was asked, what came out, the plots, and
//! how to get the same again.
//!
//! The page is made of the files of a result alone, so that it can be made of one that is old or
//! comes from elsewhere. It holds no script and loads nothing, and says so to the browser; whatever
//! a file says is text. A section is a file with a function in the list below.

mod comparison;
mod figures;
mod head;
mod html;
mod nodes;
mod origin;
mod others;
mod pictures;
mod summary;

use serde_json::Value;

use super::ResultFile;
use crate::plots::{PlotError, Tables};
use html::escape;

/// What the file with the page is called in a result.
pub const PAGE: &str = "report.html";

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The folder is none of a result.
    #[error("it is no result: it has no manifest.json")]
    NoManifest,
    /// The manifest cannot be read.
    #[error("manifest.json: {0}")]
    Damaged(#[from] serde_json::Error),
    /// A table cannot be read.
    #[error("{0}")]
    Table(#[from] PlotError),
}

/// A section of the page: nothing where a result has nothing for it.
type Section = fn(&Folder<'_>) -> Result<String, PlotError>;

/// From top to bottom.
const SECTIONS: &[Section] = &[
    head::head,
    summary::summary,
    comparison::comparison,
    |folder| Ok(pictures::pictures(folder)),
    nodes::nodes,
    others::others,
    origin::origin,
];

/// The files of a result as the page reads them.
#[derive(Debug)]
struct Folder<'a> {
    manifest: Value,
    tables: Tables,
    files: &'a [ResultFile],
}

impl<'a> Folder<'a> {
    fn read(files: &'a [ResultFile]) -> Result<Self, PageError> {
        let manifest = files.iter().find(|file| file.name == "manifest.json");
        let manifest = serde_json::from_slice(&manifest.ok_or(PageError::NoManifest)?.bytes)?;
        let mut tables = Tables::new();
        for file in files {
            if let Some(name) = file.name.strip_suffix(".csv").filter(|name| !name.contains('/')) {
                tables.insert(name, &String::from_utf8_lossy(&file.bytes))?;
            }
        }
        Ok(Self { manifest, tables, files })
    }

    /// What the manifest says under `key`; nothing where that is no text.
    fn said(&self, key: &str) -> &str {
        self.manifest.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// The sentences that the manifest has under `key`.
    fn sentences(&self, key: &str) -> impl Iterator<Item = &str> {
        let list = self.manifest.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// What the manifest says of each variant.
    fn variants(&self) -> impl Iterator<Item = &Value> {
        self.manifest.get("variants").and_then(Value::as_array).into_iter().flatten()
    }

    /// Names of plots, and what they are made of.
    fn plots(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter_map(|file| {
            let name = file.name.strip_prefix("plots/")?.strip_suffix(".svg")?;
            Some((name, std::str::from_utf8(&file.bytes).ok()?))
        })
    }
}

/// The page of the result that is made of `files`.
///
/// # Errors
/// If they are no result, or a table or the manifest is damaged.
pub fn page(files: &[ResultFile]) -> Result<ResultFile, PageError> {
    let folder = Folder::read(files)?;
    let mut main = String::new();
    for section in SECTIONS {
        main.push_str(&section(&folder)?);
    }
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{main}</main>\n\
         </body>\n</html>\n",
        escape(&head::title(&folder)),
        include_str!("style.css"),
    );
    Ok(ResultFile { name: PAGE.to_owned(), bytes: html.into_bytes() })
}

#[cfg(test)]
mod tests;
