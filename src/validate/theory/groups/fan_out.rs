//! Work without queues: side by side within a request, and of all requests at once.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::law::law;
use super::super::read::{Read, latency_metric};
use super::super::simulated::Simulated;
use super::super::text::{exponential, page, poisson, server, steady};

/// Requests for which the tolerance of M/G/∞ was made.
const UNLIMITED_REQUESTS: u64 = 10_000_000;

/// One request to several leaves: all of them, the first, and whether any is slow.
pub(super) fn fan_out(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (leaves, per_second) = (case.whole("fanout")?, case.number("service_rate")?);
    let branches = |step: &str| vec![step; leaves as usize].join(", ");
    let leaf = format!("{{ wait = {} }}", exponential(1.0 / per_second));
    let slow = format!("{{ fail = {} }}", case.number("p_leaf_slow")?);
    let variant = |name: &str, step: &str, wait_for: &str| {
        format!(
            "[variant.{name}.endpoint.page]\n\
             work = [ {{ parallel = [ {} ], wait_for = \"{wait_for}\" }} ]\n",
            branches(step)
        )
    };
    let text = [
        steady(&size, per_second, &[]),
        "[endpoint.page]\n".to_owned(),
        poisson(per_second, "app"),
        server("app", ""),
        variant("all", &leaf, "all"),
        variant("first", &leaf, "first"),
        // A leaf that is slow counts as one that fails: any of them is enough.
        variant("slow", &slow, "all"),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "mean_all_done" => vec![Read::variant("all", |view| view.overall("latency_mean"))],
        "mean_first_done" => vec![Read::variant("first", |view| view.overall("latency_mean"))],
        "p_any_slow" => {
            vec![Read::variant("slow", |view| Some(1.0 - view.overall("success_ratio")?))]
        }
        _ => latency_metric(name)
            .map(|metric| Read::variant("all", move |view| view.overall(metric)))
            .into_iter()
            .collect(),
    })
}

/// M/G/∞: nobody waits for anybody.
pub(super) fn unlimited(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size(UNLIMITED_REQUESTS);
    let per_second = case.number("arrival_rate")?;
    let held = law(case.text("duration_law")?, case.number("duration_mean")?, case)?;
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ wait = {held} }}")),
        poisson(per_second, "app"),
        server("app", ""),
    ];
    Simulated::new(text.concat(), size)
        .experiment(case, |name| Read::station("app", name).into_iter().collect())
}
