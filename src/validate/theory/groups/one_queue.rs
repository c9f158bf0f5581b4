//! One queue before one or several equal servers, without limits.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::law::law;
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, exponential, page, rate, server, span, steady};
use crate::endpoint::{Amount, Op};
use crate::graph::Graph;

/// M/M/1.
pub(super) fn mm1(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let service = exponential(1.0 / case.number("service_rate")?);
    poisson(case, effort, &service, 1)
}

/// M/M/c.
pub(super) fn mmc(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let service = exponential(1.0 / case.number("service_rate_per_server")?);
    poisson(case, effort, &service, case.whole("servers")?)
}

/// M/D/1.
pub(super) fn md1(case: &Case, effort: Effort) -> Result<Experiment, String> {
    poisson(case, effort, &span(case.number("service_time")?), 1)
}

/// M/G/1.
pub(super) fn mg1(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let mean = case.number("service_mean")?;
    poisson(case, effort, &law(case.text("service_law")?, mean, case)?, 1)
}

/// GI/M/1: independent gaps of any law.
pub(super) fn gim1(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let per_second = case.number("arrival_rate")?;
    let words = case.text("arrival_law")?;
    let demand = if words == "deterministic" {
        format!("arrivals = {{ regular = {} }}", rate(per_second))
    } else {
        format!("arrivals = {{ interval = {} }}", law(words, 1.0 / per_second, case)?)
    };
    let service = exponential(1.0 / case.number("service_rate")?);
    one_queue(case, effort, &demand, &service, 1)
}

fn poisson(case: &Case, effort: Effort, service: &str, servers: u32) -> Result<Experiment, String> {
    let per_second = rate(case.number("arrival_rate")?);
    let demand = format!("arrivals = {{ poisson = {per_second} }}");
    one_queue(case, effort, &demand, service, servers)
}

fn one_queue(
    case: &Case,
    effort: Effort,
    demand: &str,
    service: &str,
    servers: u32,
) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let text = [
        steady(&size, case.number("arrival_rate")?, &[]),
        page(&format!("{{ cpu = {service} }}")),
        client(demand, "app"),
        server("app", &format!("cores = {servers}")),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "service_cv2" => vec![Read::first(|view| service_scv(view.graph))],
        _ => Read::station("app", name).into_iter().collect(),
    })
}

/// The squared coefficient of variation of what the page costs, as the program knows it.
fn service_scv(graph: &Graph) -> Option<f64> {
    let mut ops = graph.fixed.programs.iter().flat_map(|program| &program.ops);
    ops.find_map(|op| if let Op::Cpu(Amount::Drawn(law), _) = op { Some(law.scv()) } else { None })
}
