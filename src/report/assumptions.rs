//! What a comparison takes for granted, said in sentences: whoever quotes it should know.

use std::fmt::Write;

use crate::graph::Role;
use crate::nodes::client::Demand;
use crate::nodes::station::MachineShape;
use crate::stats::{Rounded, percent};
use crate::study::VariantResult;

/// What the comparison of `results` rests on: how machines scale, what they cost, where the
/// randomness comes from, and how sure the intervals are.
pub(super) fn assumptions(results: &[VariantResult]) -> Vec<String> {
    let mut sentences = scaling(results);
    sentences.extend([prices(results), randomness(results), confidence(results)]);
    sentences
}

/// A machine with several cores: the node, the machine, and the variants that have it there.
type Machine<'a> = (&'a str, MachineShape, Vec<&'a str>);

/// Machines with several cores in some variant, by the name of their node, each once.
fn machines(results: &[VariantResult]) -> Vec<Machine<'_>> {
    let mut found: Vec<Machine<'_>> = Vec::new();
    for result in results {
        for (name, plan) in result.graph.names.iter().zip(&result.graph.plans) {
            let machines = plan.shape.iter().flat_map(|shape| &shape.machines);
            for machine in machines.filter(|machine| machine.cores > 1) {
                let is_alike = |(node, other, _): &&mut Machine<'_>| {
                    node == name && other.cores == machine.cores && loss(other) == loss(machine)
                };
                match found.iter_mut().find(is_alike) {
                    Some((_, _, variants)) if variants.last() == Some(&result.name.as_str()) => {}
                    Some((_, _, variants)) => variants.push(&result.name),
                    None => found.push((name, *machine, vec![&result.name])),
                }
            }
        }
    }
    found.sort_by_key(|(name, machine, _)| (*name, machine.cores));
    found
}

/// A node, and of which variants it is said where not all machines there lose alike.
fn place(node: &str, variants: &[&str], machines: &[Machine<'_>]) -> String {
    let mut losses = machines.iter().filter(|it| it.0 == node).map(|(_, machine, _)| loss(machine));
    let first = losses.next();
    if losses.all(|other| Some(other) == first) {
        return format!("`{node}`");
    }
    format!("`{node}` (in `{}`)", variants.join("`, `"))
}

/// σ and κ by their bits, so that they can be compared.
fn loss(machine: &MachineShape) -> [u64; 2] {
    [machine.contention, machine.coherency].map(f64::to_bits)
}

fn scaling(results: &[VariantResult]) -> Vec<String> {
    let machines = machines(results);
    let (perfect, lossy): (Vec<_>, Vec<_>) =
        machines.iter().partition(|(_, machine, _)| loss(machine) == [0, 0]);
    let mut sentences = Vec::new();
    let mut nodes: Vec<(&str, Vec<&str>)> = Vec::new();
    for (node, _, variants) in perfect {
        match nodes.last_mut().filter(|(last, _)| last == node) {
            Some((_, all)) => {
                let more = variants.iter().copied().filter(|it| !all.contains(it));
                let more: Vec<&str> = more.collect();
                all.extend(more);
            }
            None => nodes.push((*node, variants.clone())),
        }
    }
    if !nodes.is_empty() {
        let places = nodes.iter().map(|(node, variants)| place(node, variants, &machines));
        sentences.push(format!(
            "Scaling up is taken as perfect: n cores do the work of n at {} (no contention and \
             no coherency is stated).",
            places.collect::<Vec<_>>().join(", ")
        ));
    }
    for (node, machine, variants) in &lossy {
        sentences.push(format!(
            "Scaling up has losses: {} cores at {} do the work of {} by the Universal \
             Scalability Law (contention {}, coherency {}).",
            machine.cores,
            place(node, variants, &machines),
            Rounded::plain(machine.capacity()),
            machine.contention,
            machine.coherency
        ));
    }
    if sentences.is_empty() {
        sentences.push("No machine has several cores: nothing is assumed of scaling up.".into());
    }
    sentences
}

fn prices(results: &[VariantResult]) -> String {
    if results.iter().all(|result| result.cost_per_hour() <= 0.0) {
        return "No prices are given.".to_owned();
    }
    let mut text = "Prices are taken as written, per hour:".to_owned();
    for (place, result) in results.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let price = Rounded::plain(result.cost_per_hour());
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma} `{}` {price}", result.name);
    }
    text + "."
}

fn randomness(results: &[VariantResult]) -> String {
    let is_common = results.windows(2).all(|two| two[0].graph.run.seed == two[1].graph.run.seed);
    if !is_common {
        return "The variants have different seeds: they do not get the same requests, and \
                intervals of differences are wider than they could be."
            .to_owned();
    }
    let same = match (arrivals_differ(results), work_differs(results)) {
        (false, false) => "all variants get the same requests at the same cost, and",
        (true, false) => "requests do not arrive alike in all variants; they",
        (false, true) => {
            "all variants get the same requests, but the work of some endpoint is not the same in \
             all; they"
        }
        (true, true) => {
            "neither do requests arrive alike in all variants, nor is the work of all endpoints \
             the same; they"
        }
    };
    format!("Common random numbers: {same} are compared replication by replication.")
}

/// Whether some variant's requests arrive in another way, or ask for something else, than those of
/// the first.
pub(super) fn arrivals_differ(results: &[VariantResult]) -> bool {
    differ(results, |result| {
        let graph = &result.graph;
        let clients = graph.names.iter().zip(&graph.plans).filter_map(|(name, plan)| {
            let Role::Client(client) = &plan.role else { return None };
            let mix = client.mix.iter().map(|(end, id)| (end, graph.endpoint_name(*id)));
            let mix = mix.collect::<Vec<_>>();
            let rate = match &client.demand {
                Demand::Replayed(trace) | Demand::ClosedTrace(trace) => {
                    let rate = trace.mean_rate(graph.run.duration);
                    format!("{:?} {rate}", trace.rows().len())
                }
                other @ (Demand::Open(_)
                | Demand::Renewal(_)
                | Demand::Closed(..)
                | Demand::Visits(_)) => format!("{other:?}"),
            };
            Some(format!("{name} {mix:?} {rate}"))
        });
        clients.collect()
    })
}

/// Whether the work of some endpoint is not the same as in the first variant that has it.
fn work_differs(results: &[VariantResult]) -> bool {
    differ(results, |result| {
        let fixed = &result.graph.fixed;
        let endpoints = fixed.endpoints.iter().filter_map(|endpoint| {
            let program = fixed.programs.get(usize::from(endpoint.program?))?;
            Some(format!("{} {}", endpoint.name, without_nodes(&format!("{program:?}"))))
        });
        endpoints.collect()
    })
}

/// Whether some variant has other texts than the first.
fn differ(results: &[VariantResult], texts: impl Fn(&VariantResult) -> Vec<String>) -> bool {
    let mut all = results.iter().map(|result| {
        let mut own = texts(result);
        own.sort();
        own
    });
    let Some(first) = all.next() else { return false };
    all.any(|other| other != first)
}

/// A text without the numbers of nodes and links, which shift where a variant has more of them.
fn without_nodes(text: &str) -> String {
    let mut parts = text.split("Id(");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    kept
}

fn confidence(results: &[VariantResult]) -> String {
    let Some(first) = results.first() else { return "Nothing was run.".to_owned() };
    let level = first.confidence();
    let comparisons = u32::try_from(results.len() - 1).unwrap_or(u32::MAX);
    let whole = percent(level.probability(), 0.0);
    if comparisons <= 1 {
        return format!("Intervals hold with a confidence of {whole}.");
    }
    let each = percent(level.shared_by(comparisons).probability(), 0.0);
    format!(
        "Intervals hold with a confidence of {whole}; each of the {comparisons} comparisons of a \
         metric is made at {each}, so that all of them together hold at {whole} (Bonferroni)."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn perfect_scaling_prices_and_pairing_are_stated() {
        assert_eq!(
            assumptions(&sample::compared().0),
            [
                "Scaling up is taken as perfect: n cores do the work of n at `app` (no contention \
                 and no coherency is stated).",
                "Prices are taken as written, per hour: `out` 0.4, `up` 0.4.",
                "Common random numbers: all variants get the same requests at the same cost, and \
                 are compared replication by replication.",
                "Intervals hold with a confidence of 95 %.",
            ]
        );
    }

    #[test]
    fn losses_are_stated_with_what_remains() {
        let text = sample::SHOP.replace("cores = 4", "cores = 4\ncontention = 0.05");
        let sentences = assumptions(&sample::run(&text, sample::PLAIN));
        let said = "4 cores at `app` do the work of 3.478 by the Universal Scalability Law \
                    (contention 0.05, coherency 0).";
        assert!(sentences[0].ends_with(said), "{}", sentences[0]);
    }

    #[test]
    fn what_is_so_in_some_variants_alone_names_them() {
        let lossy = "[machine.lossy]\ncores = 4\ncontention = 0.05\n\
                     [variant.lossy.node.app]\nmachine = \"lossy\"\n";
        let text = format!("{}{lossy}", sample::SHOP);
        let sentences = assumptions(&sample::run(&text, sample::PLAIN));
        assert!(sentences[0].contains("do the work of n at `app` (in `up`) ("), "{}", sentences[0]);
        let lossy = "Scaling up has losses: 4 cores at `app` (in `lossy`) do the work of 3.478";
        assert!(sentences[1].starts_with(lossy), "{}", sentences[1]);
    }

    #[test]
    fn what_is_not_there_is_said_too() {
        let sentences = assumptions(&sample::run(sample::QUEUE, sample::PLAIN));
        assert_eq!(
            sentences[..2],
            [
                "No machine has several cores: nothing is assumed of scaling up.",
                "No prices are given."
            ]
        );
    }

    #[test]
    fn only_what_is_alike_is_called_so() {
        let said = |change: &str| {
            let variants = format!("[variant.one]\n[variant.two.{change}\n");
            let text = format!("{}{variants}", sample::QUEUE);
            randomness(&sample::run(&text, sample::PLAIN))
        };
        let same = "all variants get the same requests at the same cost, and are compared";
        assert!(said("node.app]\ncores = 2").contains(same));
        let load = said("node.users]\narrivals = { poisson = \"40/s\" }");
        assert!(load.contains("requests do not arrive alike in all variants"), "{load}");
        let work = said("endpoint.page]\nwork = [ { cpu = { exp = \"12ms\" } } ]");
        assert!(work.contains("the work of some endpoint is not the same"), "{work}");
    }

    #[test]
    fn several_comparisons_share_the_level() {
        let (mut results, _) = sample::compared();
        results.push(results[1].clone());
        let sentences = assumptions(&results);
        assert!(sentences[3].contains("each of the 2 comparisons of a metric is made at 97.5 %"));
    }
}
