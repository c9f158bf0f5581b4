//! The plots, each as an image that holds its whole file.

use std::fmt::Write as _;

use super::Folder;
use super::html::{escape, section};

/// All plots of the folder, in the order of their names, the most general one first.
pub(super) fn pictures(folder: &Folder<'_>) -> String {
    let mut plots: Vec<(&str, &str)> = folder.plots().collect();
    plots.sort_by_key(|(name, _)| (place(name), *name));
    let mut html = String::new();
    for (name, svg) in plots {
        // As an image a picture can neither run anything nor load anything, whatever is in it.
        let _ = writeln!(
            html,
            "<figure><img alt=\"{0}\" src=\"data:image/svg+xml,{1}\"></figure>",
            escape(&title(svg, name)),
            percent(svg)
        );
    }
    section("Plots", &html)
}

/// Where a plot stands: what compares comes before what explains.
fn place(name: &str) -> usize {
    const FIRST: [&str; 6] =
        ["plan", "sweep", "cost-latency", "comparison", "percentiles", "latency-cdf"];
    FIRST.iter().position(|first| name.starts_with(first)).unwrap_or(FIRST.len())
}

/// The title that a picture gives itself.
fn title(svg: &str, name: &str) -> String {
    let title = svg.split_once("<title").and_then(|(_, rest)| rest.split_once('>'));
    let title = title.and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    let plain = |title: &str| {
        let pairs =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        pairs.iter().fold(title.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    title.map_or_else(|| name.to_owned(), plain)
}

/// `text` as it stands in an address, with what an attribute or an address could misread as `%xx`.
fn percent(text: &str) -> String {
    let mut address = String::with_capacity(text.len() + text.len() / 8);
    for byte in text.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b" -_.,:;/=()!*+@".contains(&byte);
        if is_plain {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_the_attribute_or_the_address_is_written_as_numbers() {
        assert_eq!(percent("<a b=\"1\">#é%</a>"), "%3Ca b=%221%22%3E%23%C3%A9%25%3C/a%3E");
    }

    #[test]
    fn a_picture_is_called_as_it_calls_itself() {
        assert_eq!(title("<svg><title>p99 &lt; 5 &amp;c</title></svg>", "x"), "p99 < 5 &c");
        assert_eq!(title("<svg/>", "timeline"), "timeline");
    }
}
