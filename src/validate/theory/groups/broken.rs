//! A circuit breaker before a server that fails at random and takes no time.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{page, poisson, server, span, steady};

/// Failures in a row open it; then one probe at a time decides.
pub(super) fn breaker(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let (failures, open) = (case.whole("consecutive_failures")?, case.number("open_seconds")?);
    let (measured, _) = size.seconds(per_second);
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ fail = {:?}, status = 503 }}", case.number("p_fail")?)),
        // The keys that follow belong to the link, which is what a client's text ends with.
        poisson(per_second, "app"),
        format!("breaker = {{ failures = {failures}, open = {} }}\n", span(open)),
        server("app", ""),
    ];
    // Each opening lets one probe pass; what else passes does so while the breaker is closed.
    let per_trip = move || {
        Read::first(move |view| {
            let admitted = view.at("app", "arrival_rate")? * measured;
            let probes = view.at("app", "breaker_openings")?;
            Some((admitted - probes) / view.at("app", "breaker_trips")?)
        })
    };
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "mean_requests_until_trip" => vec![per_trip()],
        "mean_open_periods_per_cycle" => vec![Read::first(|view| {
            Some(view.at("app", "breaker_openings")? / view.at("app", "breaker_trips")?)
        })],
        "share_admitted" => {
            vec![Read::first(|view| Some(1.0 - view.overall("errors_breaker_open")?))]
        }
        "share_rejected_fast" => vec![Read::overall("errors_breaker_open")],
        _ => Vec::new(),
    })
}
