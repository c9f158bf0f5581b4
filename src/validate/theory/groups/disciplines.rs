//! Disciplines other than first come, first served.

use serde_json::Value;

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::law::{law, law_of_moments};
use super::super::read::{Read, numbered, station_metric};
use super::super::simulated::Simulated;
use super::super::text::{page, rate, server, span, steady};

/// Requests of known size: their size in mean services, and their share of all requests. The
/// shares sum to one half and the sizes average to 1, so they leave the load as it is.
const SIZES: [(&str, f64, f64); 3] =
    [("small", 0.25, 0.2), ("middle", 1.0, 0.2), ("large", 2.5, 0.1)];

/// M/G/1 under processor sharing. How a job of a given size fares is seen in a second variant, in
/// which half of the requests have sizes that are known: by theory that changes no mean.
pub(super) fn processor_sharing(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (per_second, mean) = (case.number("arrival_rate")?, case.number("service_mean")?);
    let service = law(case.text("service_law")?, mean, case)?;
    let mut text = steady(&size, per_second, &[]);
    text += &page(&format!("{{ cpu = {service} }}"));
    let mut mix = "page = 0.5".to_owned();
    for (name, factor, share) in SIZES {
        let work = span(mean * factor);
        text += &format!("[endpoint.{name}]\nwork = [ {{ cpu = {work} }} ]\n");
        mix += &format!(", {name} = {share}");
    }
    text += &format!(
        "[node.users]\nkind = \"client\"\narrivals = {{ poisson = {} }}\n[link.users.app]\n",
        rate(per_second)
    );
    text += &server("app", "cores = 1\ndiscipline = \"ps\"");
    text += "[variant.law.node.users]\nmix = { page = 1 }\n";
    text += &format!("[variant.sizes.node.users]\nmix = {{ {mix} }}\n");
    Simulated::new(text, size).experiment(case, |name| match name {
        "slowdown_any_size" => slowdowns(mean),
        "p_empty" => vec![Read::first(|view| Some(1.0 - view.share_from("app", 1)?))],
        _ => match numbered(name, "p_in_system_ge_") {
            Some(n) => vec![Read::first(move |view| view.share_from("app", n as usize))],
            None => Read::station("app", name).into_iter().collect(),
        },
    })
}

/// How much longer jobs of each known size stay than they would alone.
fn slowdowns(mean: f64) -> Vec<Read> {
    let slowdown = |(name, factor, _): (&'static str, f64, f64)| {
        let read = Read::variant("sizes", move |view| {
            Some(view.endpoint_latency(name)? / (mean * factor))
        });
        read.labelled(format!("{factor} × mean"))
    };
    SIZES.into_iter().map(slowdown).collect()
}

/// Priorities, with and without preemption: one client for each class.
pub(super) fn priority(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let mut body = String::new();
    let mut total = 0.0;
    for (class, parameters) in case.list("classes")?.iter().enumerate() {
        let number = |key: &str| {
            let value = parameters.get(key).and_then(Value::as_f64);
            value.ok_or_else(|| format!("class {} has no number `{key}`", class + 1))
        };
        let per_second = number("arrival_rate")?;
        let service = law_of_moments(number("service_mean")?, number("service_scv")?);
        total += per_second;
        body += &format!(
            "[endpoint.page{class}]\nwork = [ {{ cpu = {service} }} ]\n\
             [node.users{class}]\nkind = \"client\"\npriority = {class}\n\
             arrivals = {{ poisson = {} }}\nmix = {{ page{class} = 1 }}\n\
             [link.users{class}.app]\n",
            rate(per_second)
        );
    }
    let discipline = if case.truth("preemptive")? { "preemptive-priority" } else { "priority" };
    body += &server("app", &format!("cores = 1\ndiscipline = \"{discipline}\""));
    let text = steady(&size, total, &["classes = true"]) + &body;
    Simulated::new(text, size).experiment(case, |name| of_class(name).into_iter().collect())
}

/// A metric of one class, such as `Wq_class2`, or of the node.
fn of_class(name: &str) -> Option<Read> {
    let Some((metric, class)) = name.split_once("_class") else {
        return Read::station("app", name);
    };
    let metric = station_metric(metric)?;
    let class: u8 = class.parse::<u8>().ok()?.checked_sub(1)?;
    Some(Read::first(move |view| view.class("app", class, metric)))
}
