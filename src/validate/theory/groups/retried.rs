//! Attempts: how many there are when each fails on its own, or when every tier makes some.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, page, poisson, rate, server, steady};

/// What tries again does so at once.
const AT_ONCE: &str = "backoff = \"1us\"";

/// A client that tries again, or several tiers that do.
pub(super) fn amplification(case: &Case, effort: Effort) -> Result<Experiment, String> {
    if case.whole("tiers").is_ok() {
        return tiers(case, effort);
    }
    // A case of pure accounting says no number of requests: any will do.
    let size = effort.size_of(case).unwrap_or_else(|_| effort.size(1_000));
    let per_second = case.number("arrival_rate")?;
    let (fails, attempts) = (case.number("p_fail")?, case.whole("max_attempts")?);
    let demand = format!(
        "arrivals = {{ poisson = {} }}\nretry = {{ attempts = {attempts}, {AT_ONCE} }}",
        rate(per_second)
    );
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ fail = {fails:?}, status = 503 }}")),
        client(&demand, "app"),
        server("app", ""),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "mean_attempts" | "amplification" => vec![Read::overall("attempts_mean")],
        "attempt_rate" => vec![Read::overall("attempts_mean").divided(1.0 / per_second)],
        "p_final_failure" => {
            vec![Read::first(|view| Some(1.0 - view.overall("success_ratio")?))]
        }
        "goodput" => vec![Read::overall("goodput")],
        _ => Vec::new(),
    })
}

/// A client and two balancers in front of servers that are down: each makes so many attempts.
fn tiers(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let attempts = case.whole("attempts_per_tier")?;
    if case.whole("tiers")? != 3 {
        return Err("three tiers are built: a client and two balancers".to_owned());
    }
    let size = effort.size(1_000);
    let per_second = 10.0;
    let balancer = |name: &str, to: &str| {
        format!(
            "[node.{name}]\nkind = \"load-balancer\"\nreplicas = {attempts}\n\
             next_upstream = {{ on = [\"http_503\"], tries = {attempts} }}\n[link.{name}.{to}]\n"
        )
    };
    let demand = format!(
        "arrivals = {{ regular = {} }}\nretry = {{ attempts = {attempts}, {AT_ONCE} }}",
        rate(per_second)
    );
    let text = [
        steady(&size, per_second, &[]),
        page("{ fail = 1.0, status = 503 }"),
        client(&demand, "front"),
        balancer("front", "back"),
        balancer("back", "app"),
        server("app", &format!("replicas = {attempts}")),
    ];
    let calls = |node: &'static str| {
        Read::first(move |view| {
            let asked = view.at("front", "arrival_rate")? / view.overall("attempts_mean")?;
            Some(view.at(node, "arrival_rate")? / asked)
        })
    };
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "calls_at_tier_0" => vec![Read::known(1.0)],
        "calls_at_tier_1" => vec![Read::overall("attempts_mean")],
        "calls_at_tier_2" => vec![calls("back")],
        "calls_at_tier_3" => vec![calls("app")],
        _ => Vec::new(),
    })
}

/// Requests against a bucket that fills continuously.
pub(super) fn token_bucket(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let limit = format!(
        "rate_limit = {{ rate = {}, burst = {}, key = \"all\" }}",
        rate(case.number("fill_rate")?),
        case.whole("depth")?
    );
    let text = [
        steady(&size, per_second, &[]),
        page("{ wait = \"0s\" }"),
        poisson(per_second, "app"),
        server("app", &limit),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "p_refused" => vec![Read::at("app", "refused_ratio")],
        "admitted_rate" => vec![Read::overall("goodput")],
        _ => Vec::new(),
    })
}
