//! Queues with limits: places, patience, and clients who give up.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::law::law;
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, exponential, page, poisson, rate, server, span, steady};

/// M/M/c/K: K counts those in service, as a queue of K - c before c workers does.
pub(super) fn mmck(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let (servers, capacity) = (case.whole("servers")?, case.whole("capacity_total")?);
    let places = capacity
        .checked_sub(servers)
        .ok_or_else(|| "`capacity_total` is at least `servers`".to_owned())?;
    let service = exponential(1.0 / case.number("service_rate_per_server")?);
    let keys = format!("cores = {servers}\nworkers = {servers}\nqueue = {places}");
    at_app(case, effort, &service, &keys, station)
}

/// Erlang B: slots without a queue.
pub(super) fn erlang_b(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let slots = case.whole("slots")?;
    let service = law(case.text("service_law")?, case.number("service_mean")?, case)?;
    let keys = format!("cores = {slots}\nworkers = {slots}\nqueue = 0");
    at_app(case, effort, &service, &keys, station)
}

/// Erlang A: exponential patience while queued.
pub(super) fn erlang_a(case: &Case, effort: Effort) -> Result<Experiment, String> {
    impatient(case, effort, &exponential(1.0 / case.number("patience_rate")?))
}

/// Constant patience while queued.
pub(super) fn queue_timeout(case: &Case, effort: Effort) -> Result<Experiment, String> {
    impatient(case, effort, &span(case.number("queue_timeout")?))
}

/// A client who gives up while the work goes on.
pub(super) fn client_timeout(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let timeout = span(case.number("client_timeout")?);
    let demand = format!(
        "arrivals = {{ poisson = {} }}\ntimeout = {{ total = {timeout}, late = \"abandon\" }}",
        rate(per_second)
    );
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ cpu = {} }}", exponential(1.0 / case.number("service_rate")?))),
        client(&demand, "app"),
        server("app", "cores = 1"),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "p_timeout" => vec![Read::first(|view| Some(1.0 - view.overall("success_ratio")?))],
        "goodput" => vec![Read::overall("goodput")],
        "wasted_work_share" => vec![Read::overall("late_ratio")],
        _ => station(name),
    })
}

fn impatient(case: &Case, effort: Effort, patience: &str) -> Result<Experiment, String> {
    let service = exponential(1.0 / case.number("service_rate_per_server")?);
    let keys = format!("cores = {}\nqueue_timeout = {patience}", case.whole("servers")?);
    at_app(case, effort, &service, &keys, |name| match name {
        "p_wait" => vec![Read::first(|view| {
            // Of all arrivals: those who left had waited, and so had some of those who stayed.
            let left = view.at("app", "dropped_ratio")?;
            Some(left + (1.0 - left) * view.at("app", "wait_probability")?)
        })],
        // What a node answers includes nothing of what it drops.
        _ => station(name),
    })
}

fn at_app(
    case: &Case,
    effort: Effort,
    service: &str,
    keys: &str,
    readings: impl Fn(&str) -> Vec<Read>,
) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ cpu = {service} }}")),
        poisson(per_second, "app"),
        server("app", keys),
    ];
    Simulated::new(text.concat(), size).experiment(case, readings)
}

fn station(name: &str) -> Vec<Read> {
    Read::station("app", name).into_iter().collect()
}
