//! A balancer before equal servers, each with a queue of its own.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Size};
use super::super::read::{Read, latency_metric, numbered};
use super::super::simulated::Simulated;
use super::super::text::{exponential, page, poisson, server, steady, steady_for, whole_weights};

/// Requests for which asymptotic tolerances were made.
const ASYMPTOTIC_REQUESTS: u64 = 10_000_000;

/// A quick run of many servers has a fifth of the requests of a full one: with fewer, none of the
/// servers sees enough of them.
const QUICK_DIVISOR: u64 = 5;

/// Each server in turn.
pub(super) fn round_robin(case: &Case, effort: Effort) -> Result<Experiment, String> {
    turns(case, effort, case.whole("servers")?, 1)
}

/// Each node of several cores in turn.
pub(super) fn round_robin_cores(case: &Case, effort: Effort) -> Result<Experiment, String> {
    turns(case, effort, case.whole("nodes")?, case.whole("servers_per_node")?)
}

fn turns(case: &Case, effort: Effort, replicas: u32, cores: u32) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let keys = format!("replicas = {replicas}\ncores = {cores}");
    let text = balanced(case, "algorithm = \"round-robin\"", &keys)?;
    let text = steady(&size, case.number("arrival_rate")?, &[]) + &text;
    Simulated::new(text, size).experiment(case, |name| {
        let read = Read::station("app", name);
        // The numbers present are those of one server.
        let each = matches!(name, "L" | "Lq");
        read.map(|it| if each { it.divided(replicas.into()) } else { it }).into_iter().collect()
    })
}

/// Any server, by weight.
pub(super) fn random(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let weights = whole_weights(&case.numbers("weights")?);
    let mut keys = format!("replicas = {}\ncores = 1\n", weights.len());
    for (number, weight) in (1..).zip(weights) {
        keys += &format!("replica.{number} = {{ weight = {weight} }}\n");
    }
    let text = balanced(case, "algorithm = \"weighted-random\"", &keys)?;
    let text = steady(&size, case.number("arrival_rate")?, &["replicas = true"]) + &text;
    Simulated::new(text, size).experiment(case, |name| {
        if let Some(metric) = latency_metric(name) {
            return vec![Read::overall(metric)];
        }
        let number = numbered(name, "W_server").and_then(|it| u16::try_from(it).ok());
        match number.and_then(|number| number.checked_sub(1)) {
            Some(replica) => {
                vec![Read::first(move |view| view.replica("app", replica, "sojourn_mean"))]
            }
            None => Read::station("app", name).into_iter().collect(),
        }
    })
}

/// The server with the fewest outstanding requests.
pub(super) fn shortest(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let keys = format!("replicas = {}\ncores = 1", case.whole("servers")?);
    let text = balanced(case, "algorithm = \"least-connections\"", &keys)?;
    let text = steady(&size, case.number("arrival_rate")?, &[]) + &text;
    Simulated::new(text, size)
        .experiment(case, |name| Read::station("app", name).into_iter().collect())
}

/// The best of a few random servers, among many.
pub(super) fn power_of_d(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let (servers, choices) = (case.whole("servers")?, case.whole("d")?);
    // Many servers share the requests, so that what counts is the time that each of them sees.
    let requests = match effort {
        Effort::Full => ASYMPTOTIC_REQUESTS,
        Effort::Quick => ASYMPTOTIC_REQUESTS / QUICK_DIVISOR,
    };
    let size = Size { full: ASYMPTOTIC_REQUESTS, requests, replications: 5 };
    let load = case.number("rho")?;
    let allowed = case.tolerance.asymptotic();
    let (measured, warm_up) = size.seconds(case.number("arrival_rate")?);
    let warm_up = warm_up.max(relaxation(case, choices)?);
    let algorithm = format!("algorithm = \"power-of-d\"\nchoices = {choices}");
    let text = balanced(case, &algorithm, &format!("replicas = {servers}\ncores = 1"))?;
    // A run is at least twice as long as its warm-up.
    let text = steady_for(measured.max(warm_up), warm_up, &["replicas = true"]) + &text;
    Simulated::new(text, size).experiment(case, |name| match name {
        "mean_queue_per_server" => {
            vec![Read::at("app", "in_system_mean").divided(servers.into())]
        }
        _ => match numbered(name, "frac_servers_ge_") {
            Some(n) => {
                let bias = bias_of_fleet(n, choices, load, servers);
                vec![if bias > allowed {
                    let percent = 100.0 * bias;
                    Read::left_out(format!(
                        "{servers} servers are about {percent:.1} % above the limit of \
                         infinitely many"
                    ))
                } else {
                    Read::first(move |view| view.replica_share_from("app", n as usize))
                }]
            }
            None => Read::station("app", name).into_iter().collect(),
        },
    })
}

/// How far the share of servers with at least `level` requests lies above its limit in a fleet of
/// so many, in parts of it. The share is about u^a, with a = (d^level - 1) / (d - 1) and u the
/// share of busy servers, whose variance is ρ (1 - ρ) / N; the second term of Taylor's series is
/// the bias. At the fourth and fifth level of 500 servers it is as large as simulations of that
/// chain alone show, within a factor of two; independent queues (d = 1) have none.
fn bias_of_fleet(level: u32, choices: u32, load: f64, servers: u32) -> f64 {
    if choices == 1 {
        return 0.0;
    }
    let exponent: f64 = (0..level).map(|step| libm::pow(choices.into(), step.into())).sum();
    exponent * (exponent - 1.0) / 2.0 * (1.0 - load) / load / f64::from(servers)
}

/// How long servers that begin empty take until they forget it: several relaxation times of
/// M/M/1, 1 / (μ (1 - √ρ)²), or of the drift of the whole where the shorter queue is chosen.
fn relaxation(case: &Case, choices: u32) -> Result<f64, String> {
    let (load, service_rate) = (case.number("rho")?, case.number("service_rate_per_server")?);
    let slowness = if choices == 1 {
        let far = 1.0 - load.sqrt();
        far * far
    } else {
        1.0 - load
    };
    Ok(6.0 / (service_rate * slowness))
}

/// Poisson arrivals, a balancer with these keys, and exponential servers with those.
fn balanced(case: &Case, balancer: &str, servers: &str) -> Result<String, String> {
    let service = exponential(1.0 / case.number("service_rate_per_server")?);
    let text = [
        page(&format!("{{ cpu = {service} }}")),
        poisson(case.number("arrival_rate")?, "balancer"),
        format!("[node.balancer]\nkind = \"load-balancer\"\n{balancer}\n[link.balancer.app]\n"),
        server("app", servers),
    ];
    Ok(text.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_farther_from_the_limit_at_higher_levels_and_with_fewer_servers() {
        let bias = bias_of_fleet(4, 2, 0.9, 500);
        assert!((bias - 0.0233).abs() < 1e-4, "{bias}");
        assert!(bias_of_fleet(5, 2, 0.9, 500) > 4.0 * bias);
        assert!(bias_of_fleet(4, 2, 0.9, 5_000) < 0.11 * bias);
        assert!(bias_of_fleet(4, 1, 0.9, 500).abs() < 1e-12);
    }
}
