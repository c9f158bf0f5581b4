//! One large machine or several small ones, and what cores lose to one another.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Size};
use super::super::read::{Read, numbered, station_metric};
use super::super::simulated::Simulated;
use super::super::text::{exponential, page, poisson, server, steady};
use crate::nodes::station::MachineShape;
use crate::theory::{MMc, Usl};

/// The same capacity as one fast server, as a pool, and as servers with queues of their own.
pub(super) fn up_or_out(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (per_second, units) = (case.number("arrival_rate")?, case.whole("units")?);
    let service = exponential(1.0 / case.number("unit_service_rate")?);
    let text = [
        steady(&size, per_second, &[]),
        page(&format!("{{ cpu = {service} }}")),
        poisson(per_second, "balancer"),
        "[node.balancer]\nkind = \"load-balancer\"\n[link.balancer.app]\n".to_owned(),
        server("app", "cores = 1"),
        format!("[variant.one_fast_server.node.app]\nspeed = {units}.0\n"),
        format!("[variant.shared_queue_pool.node.app]\ncores = {units}\n"),
        format!("[variant.separate_random.node.app]\nreplicas = {units}\n"),
        "[variant.separate_random.node.balancer]\nalgorithm = \"random\"\n".to_owned(),
        format!("[variant.separate_round_robin.node.app]\nreplicas = {units}\n"),
        "[variant.separate_round_robin.node.balancer]\nalgorithm = \"round-robin\"\n".to_owned(),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| {
        let of_up = |other: &'static str| {
            Read::new(move |seen| {
                let sojourn = |name| seen.variant(name)?.at("app", "sojourn_mean");
                Some(sojourn(other)? / sojourn("one_fast_server")?)
            })
        };
        match name {
            "ratio_W_out_random_over_up" => vec![of_up("separate_random")],
            "ratio_W_pool_over_up" => vec![of_up("shared_queue_pool")],
            _ => of_variant(name).into_iter().collect(),
        }
    })
}

/// A metric of one variant, such as `separate_random.W`.
fn of_variant(name: &str) -> Option<Read> {
    let (variant, metric) = name.split_once('.')?;
    let metric = station_metric(metric)?;
    Some(Read::variant(variant, move |view| view.at("app", metric)))
}

/// The Universal Scalability Law. Capacities are measured: n users keep n cores at work once, on
/// demands so long that the clock's tick is nothing to them.
pub(super) fn usl(case: &Case, _: Effort) -> Result<Experiment, String> {
    let unit = case.number("gamma")?;
    let (contention, coherency) = (case.number("sigma")?, case.number("kappa")?);
    let of = |n: u32| f64::from(n) / MachineShape::new(n, 1.0, contention, coherency).factor;
    let best = best(of);
    let mut text = "study = \"terminating\"\nuntil = \"drained\"\nduration = \"1s\"\n".to_owned();
    text += &page("{ cpu = \"1000s\" }");
    text += "[node.users]\nkind = \"client\"\nmix = { page = 1 }\n[link.users.app]\n";
    text += &server("app", &format!("contention = {contention}\ncoherency = {coherency}"));
    let mut counts: Vec<u32> = case.expected().filter_map(|(name, _)| units(name)).collect();
    counts.push(best);
    counts.sort_unstable();
    counts.dedup();
    for n in counts {
        text += &format!("[variant.n{n}.node.users]\nusers = {n}\n");
        text += &format!("[variant.n{n}.node.app]\ncores = {n}\n");
    }
    let peak = Usl::new(contention, coherency).map_err(|error| error.to_string())?.peak();
    let size = Size { full: 1, requests: 1, replications: 1 };
    Simulated::new(text, size).experiment(case, |name| match name {
        "n_at_peak_real" => {
            let read = Read::known(peak.unwrap_or(f64::INFINITY));
            vec![read.labelled("computed")]
        }
        "best_integer_n" => vec![Read::known(best.into()).labelled("computed")],
        "peak_capacity_integer" => vec![capacity(best, unit)],
        _ => match (units(name), load(name)) {
            (Some(n), Some(load)) => vec![sojourn_at(load, n, unit)],
            (Some(n), None) => vec![capacity(n, unit)],
            (None, _) => Vec::new(),
        },
    })
}

/// The requests that `n` cores do per second, where one core does `unit`.
fn capacity(n: u32, unit: f64) -> Read {
    Read::variant(&format!("n{n}"), move |view| {
        let seconds = view.at("app", "sojourn_mean")?;
        Some(unit * f64::from(n) * 1_000.0 / seconds)
    })
}

/// The mean sojourn of M/M/1 with the capacity of `n` units, at a share `load` of it.
fn sojourn_at(load: f64, n: u32, unit: f64) -> Read {
    let capacity = capacity(n, unit);
    Read::new(move |seen| {
        let capacity = capacity.of(seen);
        Some(MMc::new(load * capacity, capacity, 1).ok()?.means().sojourn)
    })
}

/// The number of units that does most: the first one that the next does not better.
fn best(capacity: impl Fn(u32) -> f64) -> u32 {
    (1..100_000).find(|n| capacity(n + 1) <= capacity(*n)).unwrap_or(1)
}

/// The number of units that a metric is about.
fn units(name: &str) -> Option<u32> {
    numbered(name, "capacity_n").or_else(|| name.rsplit_once("_of_n")?.1.parse().ok())
}

/// The load that a metric such as `mm1_W_at_80pct_of_n8` is about.
fn load(name: &str) -> Option<f64> {
    let percent = name.strip_prefix("mm1_W_at_")?.split_once("pct_of_n")?.0;
    percent.parse::<f64>().ok().map(|percent| percent / 100.0)
}
