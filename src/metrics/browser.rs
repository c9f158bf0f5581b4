//! What browsers ask before they send, what they keep from their pages, and how long pages take:
//! only of scenarios with pages of several parts or several origins.

use super::{EndToEnd, Evidence, Metric, Unit, errors, rate, share};
use crate::observe::Sample;
use crate::outcome::Reason;

const fn metric(
    name: &'static str,
    unit: Unit,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit, about, evidence: Evidence::Mean, read }
}

/// How long pages took; none if none was loaded.
fn loads(run: &EndToEnd<'_>) -> Option<Sample> {
    let loads = &run.browsers?.loads;
    (loads.count() > 0).then(|| Sample::of([loads]))
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    metric("preflights", Unit::PerSecond, "Preflights that browsers sent.", |run| {
        rate(run.browsers?.asked[1], run.window)
    }),
    metric(
        "preflight_share",
        Unit::Share,
        "The share of requests that need a preflight for which none was remembered.",
        |run| {
            let [asked, sent] = run.browsers?.asked;
            share(sent, asked)
        },
    ),
    metric(
        "cors_unsent",
        Unit::PerSecond,
        "Requests that browsers did not send, since the preflight did not allow them.",
        |run| rate(run.browsers?.blocked[0], run.window),
    ),
    metric(
        "cors_unread",
        Unit::PerSecond,
        "Answers that browsers kept from the page, after a server had done the work.",
        |run| rate(run.browsers?.blocked[1], run.window),
    ),
    metric(
        "errors_cors_blocked",
        Unit::Share,
        "The share of ended requests that browsers did not send or whose answer they withheld.",
        |run| {
            run.browsers?;
            errors::of(run, Reason::CorsBlocked)
        },
    ),
    metric("page_rate", Unit::PerSecond, "Pages that were loaded with all their parts.", |run| {
        rate(run.browsers?.loads.count(), run.window)
    }),
    metric(
        "page_load_mean",
        Unit::Millis,
        "Mean time from wanting a page until its last part is there.",
        |run| loads(run)?.mean(),
    ),
    Metric {
        evidence: Evidence::Quantile(0.95),
        ..metric(
            "page_load_p95",
            Unit::Millis,
            "95 % of the pages are there with all their parts after at most this.",
            |run| loads(run)?.quantile(0.95),
        )
    },
];
