//! Replicas that do not always serve.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{exponential, page, poisson, server, steady};

/// A server that is switched off as soon as it is idle, and takes time to come back.
pub(super) fn cold_start(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let time = exponential(1.0 / case.number("setup_rate")?);
    one_server(case, effort, &format!("setup = {{ after = \"0s\", time = {time} }}"))
}

/// A server that pauses now and then while it works.
pub(super) fn pauses(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let every = exponential(1.0 / case.number("pause_rate_while_busy")?);
    let length = exponential(1.0 / case.number("pause_end_rate")?);
    one_server(case, effort, &format!("pauses = {{ every = {every}, length = {length} }}"))
}

fn one_server(case: &Case, effort: Effort, keys: &str) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ cpu = {} }}", exponential(1.0 / case.number("service_rate")?))),
        poisson(per_second, "app"),
        server("app", &format!("cores = 1\n{keys}")),
    ];
    Simulated::new(text.concat(), size)
        .experiment(case, |name| Read::station("app", name).into_iter().collect())
}
