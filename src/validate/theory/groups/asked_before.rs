//! What browsers ask before they send: preflights of requests to another origin.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, rate, server, span, steady_for};

/// The page and the API.
const ORIGINS: [&str; 2] = ["https://app.example", "https://api.example"];

/// One browser that asks one URL of another origin at random moments, with JSON and without.
pub(super) fn preflights(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let asked = case.number("request_rate_per_client")?;
    let (rtt, max_age) = (case.number("rtt")?, case.number("max_age")?);
    let [page, api] = ORIGINS;
    let (measured, _) = size.seconds(asked);
    let demand = format!(
        "arrivals = {{ poisson = {} }}\naddresses = {{ count = 1 }}\norigin = \"{page}\"",
        rate(asked)
    );
    let cors = format!(
        "cores = 64\ncors = {{ origins = [\"{page}\"], headers = [\"content-type\"], \
         max_age = {}, cpu = {} }}",
        span(max_age),
        span(case.number("preflight_server_time")?)
    );
    let text = [
        steady_for(measured, 10.0 * max_age, &[]),
        format!(
            "[endpoint.page]\nmethod = \"POST\"\norigin = \"{api}\"\n\
             work = [{{ wait = {} }}]\n",
            span(case.number("server_time")?)
        ),
        server("app", &cors),
        client(&demand, "app"),
        format!("latency = {}\n", span(rtt / 2.0)),
        "[variant.simple]\n".to_owned(),
        "[variant.json.endpoint.page.headers]\ncontent-type = \"application/json\"\n".to_owned(),
    ];
    let of = |variant: &'static str, name: &'static str| {
        Read::variant(variant, move |view| view.overall(name))
    };
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "latency_simple" => vec![of("simple", "latency_mean")],
        "latency_preflighted" => vec![of("json", "latency_max")],
        "preflight_share" => vec![of("json", "preflight_share")],
        "options_per_actual_request" => vec![Read::variant("json", |view| {
            Some(view.overall("preflights")? / view.overall("throughput")?)
        })],
        "mean_latency" => vec![of("json", "latency_mean")],
        "server_requests_per_call" => vec![Read::variant("json", |view| {
            Some(view.at("app", "arrival_rate")? / view.overall("throughput")?)
        })],
        _ => Vec::new(),
    })
}
