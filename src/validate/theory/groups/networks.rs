//! Networks of queues: requests visit one station after the other.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::{Read, latency_metric, numbered};
use super::super::simulated::Simulated;
use super::super::text::{client, exponential, poisson, rate, server, steady, whole_weights};

/// Stations in series, each of one exponential server.
pub(super) fn tandem(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let rates = case.numbers("service_rates")?;
    let services: Vec<f64> = rates.iter().map(|rate| 1.0 / rate).collect();
    let text = [steady(&size, per_second, &[]), poisson(per_second, "front"), series(&services)];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "W_end_to_end" => vec![Read::overall("latency_mean")],
        "L_total" => vec![Read::overall("in_system_mean")],
        _ => match latency_metric(name) {
            Some(metric) => vec![Read::overall(metric)],
            None => of_stage(name).into_iter().collect(),
        },
    })
}

/// A node without machine, `front`, that calls stations in turn: the page visits each of them
/// once. `means` are their mean services; each has one exponential server.
pub(super) fn series(means: &[f64]) -> String {
    let mut text = server("front", "");
    let mut calls = Vec::new();
    for (number, mean) in (1..).zip(means) {
        let name = format!("stage{number}");
        text += &server(&name, &format!("cores = 1\nservice = {}", exponential(*mean)));
        text += &format!("[link.front.{name}]\n");
        calls.push(format!("{{ call = \"{name}\" }}"));
    }
    text + &format!("[endpoint.page]\nwork = [ {} ]\n", calls.join(", "))
}

/// A metric of a station in a series, such as `W_2`.
pub(super) fn of_stage(name: &str) -> Option<Read> {
    let metrics = [
        ("arrival_rate_", "arrival_rate"),
        ("utilization_", "utilisation"),
        ("L_", "in_system_mean"),
        ("W_visit_", "sojourn_mean"),
        ("W_", "sojourn_mean"),
    ];
    let (number, metric) =
        metrics.iter().find_map(|(prefix, metric)| Some((numbered(name, prefix)?, *metric)))?;
    Some(Read::at(&format!("stage{number}"), metric))
}

/// A Jackson network of the shape balancer, several nodes side by side, database, and back to the
/// balancer with some probability: so many rounds as a geometric law says.
pub(super) fn jackson(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let arrivals = case.numbers("external_rates")?;
    let rounds = Rounds::of(case)?;
    let per_second = arrivals.first().copied().unwrap_or_default();
    if arrivals.iter().skip(1).any(|rate| *rate > 0.0) {
        return Err("requests come to the first station only".to_owned());
    }
    let demand = format!("arrivals = {{ poisson = {} }}", rate(per_second));
    let text = [steady(&size, per_second, &[]), client(&demand, "front"), rounds.text(case)?];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "throughput" => vec![Read::overall("throughput")],
        "W_end_to_end" => vec![Read::overall("latency_mean")],
        "L_total" => vec![Read::overall("in_system_mean")],
        _ => of_stage(name).into_iter().collect(),
    })
}

/// How requests go through the network.
struct Rounds {
    /// How the middle stations share the requests.
    shares: Vec<f64>,
    /// How often the last station sends a request back to the first.
    back: f64,
}

impl Rounds {
    fn of(case: &Case) -> Result<Self, String> {
        let rows = case.list("routing")?.iter().map(|row| {
            let row = row.as_array().map(|row| row.iter().filter_map(|p| p.as_f64()).collect());
            row.ok_or_else(|| "`routing` is a list of lists of numbers".to_owned())
        });
        let routing: Vec<Vec<f64>> = rows.collect::<Result<_, _>>()?;
        let last = routing.len().saturating_sub(1);
        let only = |from: usize, to: &dyn Fn(usize) -> bool| {
            routing[from].iter().enumerate().all(|(at, p)| to(at) || *p <= 0.0)
        };
        let is_middle = |at: usize| 0 < at && at < last;
        let is_so = last >= 2
            && routing.iter().all(|row| row.len() == last + 1)
            && only(0, &is_middle)
            && (1..last).all(|from| only(from, &|to| to == last) && routing[from][last] >= 1.0)
            && only(last, &|to| to == 0);
        if !is_so {
            return Err("the routing is not that of balancer, nodes, database, and back".into());
        }
        Ok(Self { shares: routing[0][1..last].to_vec(), back: routing[last][0] })
    }

    fn text(&self, case: &Case) -> Result<String, String> {
        let (rates, servers) = (case.numbers("service_rates")?, case.numbers("servers")?);
        if rates.len() != self.shares.len() + 2 || servers.len() != rates.len() {
            return Err("each station has a service rate and servers".to_owned());
        }
        let stations = (1..).zip(rates.iter().zip(&servers));
        let mut text = server("front", "") + &server("round", "") + "[link.front.round]\n";
        for (number, (rate, servers)) in stations {
            let service = exponential(1.0 / rate);
            let keys = format!("cores = {servers}\nservice = {service}");
            text += &server(&format!("stage{number}"), &keys);
        }
        let last = rates.len();
        let weights = whole_weights(&self.shares);
        let weights: Vec<String> =
            (2..).zip(weights).map(|(number, it)| format!("stage{number} = {it}")).collect();
        text += &format!(
            "[node.split]\nkind = \"load-balancer\"\nalgorithm = \"weighted-random\"\n\
             weights = {{ {} }}\n",
            weights.join(", ")
        );
        for number in 2..last {
            text += &format!("[link.split.stage{number}]\n");
        }
        text += &format!(
            "[link.round.stage1]\n[link.round.split]\n[link.round.stage{last}]\n\
             [endpoint.once]\nwork = [ {{ call = \"stage1\" }}, {{ call = \"split\" }}, \
             {{ call = \"stage{last}\" }} ]\n\
             [endpoint.page]\nwork = [ {{ call = \"round\", endpoint = \"once\", \
             times = {{ geometric = {{ mean = {} }} }} }} ]\n",
            1.0 / (1.0 - self.back)
        );
        Ok(text)
    }
}
