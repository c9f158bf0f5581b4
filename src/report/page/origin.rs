//! What was run, how to run it again, and what shows that it came out the same.

use serde_json::Value;

use super::Folder;
use super::html::{Cell, Line, details, element, section, table};
use crate::plots::PlotError;

/// Facts of the manifest, and the scenario.
pub(super) fn origin(folder: &Folder<'_>) -> Result<String, PlotError> {
    let program = format!("{} {}", folder.said("program"), folder.said("version"));
    let seed = folder.manifest.get("seed").map_or_else(String::new, shown);
    let overlays: Vec<&str> = folder.sentences("overlays").collect();
    let facts = [
        ("program", program),
        ("command", folder.said("command").to_owned()),
        ("seed", seed),
        ("changes", overlays.join(", ")),
        ("fingerprint", folder.said("fingerprint").to_owned()),
        ("digest of the scenario", folder.said("digest").to_owned()),
    ];
    let line = |(head, text): (&str, String)| Line {
        head: head.to_owned(),
        about: String::new(),
        cells: vec![Cell::of("text", text)],
    };
    let told = facts.into_iter().filter(|(_, text)| !text.is_empty());
    let facts: Vec<Line> = told.map(line).collect();
    let mut html = table("The run", &[], &facts) + &runs(folder);
    if !folder.said("text").is_empty() {
        html.push_str(&details("The scenario", &element("pre", folder.said("text"))));
    }
    Ok(section("How it was made", &html))
}

/// How long each variant was run, and what was cut off.
fn runs(folder: &Folder<'_>) -> String {
    const KEYS: [(&str, &str); 8] = [
        ("study", "study"),
        ("duration_s", "duration, s"),
        ("replications", "replications"),
        ("warmup_s", "warm-up, s"),
        ("warmup_from", "its end"),
        ("confidence", "confidence"),
        ("events", "events"),
        ("in_flight_share", "in flight at the end"),
    ];
    let line = |variant: &Value| Line {
        head: variant.get("name").map_or_else(String::new, shown),
        about: String::new(),
        cells: KEYS
            .iter()
            .map(|(key, _)| Cell::plain(variant.get(key).map_or_else(String::new, shown)))
            .collect(),
    };
    // In a sweep and a plan they are names alone.
    let lines: Vec<Line> = folder.variants().filter(|it| it.is_object()).map(line).collect();
    let heads: Vec<String> =
        std::iter::once("variant").chain(KEYS.map(|(_, head)| head)).map(str::to_owned).collect();
    table("Variants", &heads, &lines)
}

/// A value without the quotes of a text.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
