//! What the command shows and writes of each endpoint.

use serde::Serialize;

use super::super::exit::CommandError;
use crate::access_log::{Described, Imported};

/// An endpoint, as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    endpoint: String,
    method: String,
    pattern: String,
    trace: String,
    requests: u64,
    status: u16,
    failed_share: f64,
    objects_seen: u64,
    /// How many objects there are taken to be.
    objects: u64,
    zipf: Option<f64>,
    zipf_distance: Option<f64>,
    mean_bytes: f64,
    size_distance: f64,
}

/// All of it, as JSON.
#[derive(Debug, Serialize)]
struct Whole<'a> {
    log: &'a str,
    requests: u64,
    malformed: u64,
    seconds: u64,
    mean_rate: f64,
    peak_rate: f64,
    busiest_second: u32,
    /// Whether all objects and endpoints are told apart.
    complete: bool,
    endpoints: &'a [Line],
}

impl Line {
    #[allow(clippy::cast_precision_loss, reason = "a share is no exact number")]
    pub(super) fn of(described: &Described, trace: &str) -> Self {
        let Described { name, endpoint, popularity } = described;
        let failed: u64 = endpoint.statuses.range(400..).map(|(_, count)| *count).sum();
        let seen = endpoint.objects.len() as u64;
        Self {
            endpoint: name.clone(),
            method: endpoint.method.clone(),
            pattern: endpoint.pattern.clone(),
            trace: trace.to_owned(),
            requests: endpoint.requests,
            status: described.status(),
            failed_share: failed as f64 / endpoint.requests as f64,
            objects_seen: seen,
            objects: popularity.map_or(seen, |it| it.objects),
            zipf: popularity.map(|it| it.exponent),
            zipf_distance: popularity.map(|it| it.distance),
            mean_bytes: endpoint.sizes.mean(),
            size_distance: endpoint.sizes.distance(),
        }
    }
}

/// The table of endpoints for people.
pub(super) fn text(imported: &Imported<'_>, lines: &[Line]) -> String {
    let profile = imported.profile;
    let mut text = format!(
        "{} requests in {} s: {:.3} a second on average, {} in the busiest second\n\n",
        imported.requests, profile.seconds, profile.mean, profile.busiest
    );
    let heads =
        ["endpoint", "requests", "failed", "objects", "zipf", "distance", "mean bytes", "distance"];
    let mut rows = vec![heads.map(str::to_owned)];
    for line in lines {
        let shown = |number: Option<f64>| number.map_or_else(String::new, |it| format!("{it:.3}"));
        rows.push([
            line.endpoint.clone(),
            line.requests.to_string(),
            format!("{:.2}%", line.failed_share * 100.0),
            line.objects.to_string(),
            shown(line.zipf),
            shown(line.zipf_distance),
            format!("{:.0}", line.mean_bytes),
            shown(Some(line.size_distance)),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    for row in &rows {
        let mut cells = row.iter().zip(&widths);
        if let Some((name, width)) = cells.next() {
            text.push_str(&format!("{name:<width$}"));
        }
        for (cell, width) in cells {
            text.push_str(&format!("  {cell:>width$}"));
        }
        text.push('\n');
    }
    text
}

/// The same for programs.
pub(super) fn json(imported: &Imported<'_>, lines: &[Line]) -> Result<String, CommandError> {
    let profile = imported.profile;
    pretty(&Whole {
        log: imported.log,
        requests: imported.requests,
        malformed: imported.malformed,
        seconds: profile.seconds,
        mean_rate: profile.mean,
        peak_rate: profile.peak(),
        busiest_second: profile.busiest,
        complete: !imported.is_full,
        endpoints: lines,
    })
}

/// The same as `endpoints.csv`.
pub(super) fn csv(lines: &[Line]) -> Result<Vec<u8>, CommandError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer.serialize(line).map_err(|error| CommandError::Fault(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| CommandError::Fault(error.to_string()))
}

pub(super) fn pretty(of: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(of);
    text.map(|text| text + "\n").map_err(|error| CommandError::Fault(error.to_string()))
}
