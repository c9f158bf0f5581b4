//! What it costs to know who asks.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{exponential, poisson, server, span, steady};

/// A look-up in a session store after the application's work, or the verification of a token as a
/// part of it. The second needs a worker kept over both of its steps: they are one service.
pub(super) fn session_or_token(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let app = exponential(1.0 / case.number("app_rate")?);
    let store = exponential(1.0 / case.number("store_rate")?);
    let verify = span(case.number("verify_seconds")?);
    let text = [
        steady(&size, per_second, &[]),
        "[endpoint.page]\n".to_owned(),
        poisson(per_second, "app"),
        server("app", "cores = 1\n[link.app.store]"),
        format!("[node.store]\nkind = \"session-store\"\ncores = 1\nservice = {store}\n"),
        format!(
            "[variant.session.endpoint.page]\n\
             work = [ {{ cpu = {app} }}, {{ call = \"store\" }} ]\n"
        ),
        format!(
            "[variant.jwt.endpoint.page]\nwork = [ {{ cpu = {verify} }}, {{ cpu = {app} }} ]\n\
             [variant.jwt.node.app]\nworkers = 1\n"
        ),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| {
        let (variant, node, wanted) = match name {
            "session_W" => ("session", None, Wanted::Latency),
            "jwt_W" => ("jwt", None, Wanted::Latency),
            "session_store_utilization" => ("session", Some("store"), Wanted::Utilisation),
            "jwt_app_utilization" => ("jwt", Some("app"), Wanted::Utilisation),
            "session_store_saturation_rate" => ("session", Some("store"), Wanted::Saturation),
            "jwt_app_saturation_rate" => ("jwt", Some("app"), Wanted::Saturation),
            _ => return Vec::new(),
        };
        vec![Read::variant(variant, move |view| {
            let at = |metric| view.at(node?, metric);
            match wanted {
                Wanted::Latency => view.overall("latency_mean"),
                Wanted::Utilisation => at("utilisation"),
                // The rate at which the node would be busy all the time.
                Wanted::Saturation => Some(at("arrival_rate")? / at("utilisation")?),
            }
        })]
    })
}

/// What is wanted of a variant.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Latency,
    Utilisation,
    Saturation,
}
