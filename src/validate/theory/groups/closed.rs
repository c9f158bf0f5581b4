//! Closed loops: users who wait for their answers.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, exponential, page, server, steady};
use super::networks::{of_stage, series};
use crate::theory::{MachineRepairman, Mva};

/// Users who think before one station of several servers.
pub(super) fn interactive(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (users, think) = (case.whole("users")?, case.number("think_time_mean")?);
    let (service_rate, servers) = (case.number("service_rate_per_server")?, case.whole("servers")?);
    let theory = MachineRepairman::new(users, think, service_rate, servers);
    let per_second = theory.map_err(|error| error.to_string())?.means().throughput;
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ cpu = {} }}", exponential(1.0 / service_rate))),
        client(&users_who_think(users, think), "app"),
        server("app", &format!("cores = {servers}")),
    ];
    Simulated::new(text.concat(), size)
        .experiment(case, |name| Read::station("app", name).into_iter().collect())
}

/// Requests that circulate through stations in series.
pub(super) fn mva(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (users, think) = (case.whole("population")?, case.number("think_time_mean")?);
    let demands = case.numbers("demands")?;
    // How long the run has to be follows from the throughput, and two of the expected values are
    // bounds that are known without a run.
    let theory = Mva::solve(users, think, &demands).map_err(|error| error.to_string())?;
    let text = [
        steady(&size, theory.throughput, &[]),
        client(&users_who_think(users, think), "front"),
        series(&demands),
    ];
    let (most, saturation) = (theory.max_throughput(), theory.saturation_population());
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "throughput" => vec![Read::overall("throughput")],
        "W_total" => vec![Read::overall("latency_mean")],
        "asymptotic_max_throughput" => vec![Read::known(most).labelled("computed")],
        "saturation_users" => vec![Read::known(saturation).labelled("computed")],
        _ => of_stage(name).into_iter().collect(),
    })
}

fn users_who_think(users: u32, mean: f64) -> String {
    if mean > 0.0 {
        format!("users = {users}\nthink = {}", exponential(mean))
    } else {
        format!("users = {users}")
    }
}
