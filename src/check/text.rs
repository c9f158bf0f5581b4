//! What is known of a variant, for people.

use super::bound::Bound;
use super::circuit::origin_word;
use super::station::Answer;
use super::table::Table;
use super::{Checked, Circuit, Length, word};
use super::{amplified, expected};
use crate::graph::{
    ClientTraffic, Graph, NodeTraffic, Origin, ReplicaTraffic, Role, browsers_keep,
};
use crate::id::NodeId;
use crate::theory::{Known, Quality};
use crate::time::Span;

/// Links shown at most; the nodes are all shown.
const MAX_LINKS: usize = 200;

/// The report of one variant, in lines without colours.
#[must_use]
pub fn text(name: &str, graph: &Graph, checked: &Checked) -> String {
    let run = &graph.run;
    let mut lines = vec![
        format!(
            "{name}: {}, {}, {}; {} of {}",
            count(graph.names.len(), "node"),
            count(graph.links.len(), "link"),
            count(graph.fixed.endpoints.len(), "endpoint"),
            count(run.replications as usize, "replication"),
            run.duration
        ),
        String::new(),
    ];
    lines.extend(clients(graph, checked));
    lines.push(String::new());
    lines.extend(nodes(graph, checked).lines());
    lines.push(String::new());
    lines.extend(links(graph));
    let mut reasons = reasons(graph, checked);
    let resources = super::resources::resources(graph, &checked.traffic);
    reasons.extend(resources.iter().map(super::resources::Resource::line));
    reasons.extend(super::memory::lines(graph, &checked.traffic));
    reasons.extend(super::peak::peaks(graph, &checked.traffic, &checked.grounds));
    reasons.extend(super::scaled::scaled(graph, &checked.traffic));
    reasons.extend(caches(graph));
    reasons.extend(stores(graph));
    reasons.extend(super::full::full(graph, &checked.traffic));
    reasons.extend(browsers(graph, checked));
    reasons.extend(checked.grounds.reasons.iter().cloned());
    reasons.extend(mixtures(graph, checked));
    reasons.extend(checked.grounds.taken_for_poisson(graph, &checked.nodes));
    reasons.extend(super::hashed::hashed(graph, &checked.traffic));
    reasons.extend(super::left_out::preflights(graph, &checked.traffic));
    reasons.extend(super::left_out::unsent(graph, &checked.traffic));
    reasons.extend(super::left_out::stopped(graph));
    reasons.extend(super::repairs::availabilities(graph));
    reasons.extend(expected::connections(graph));
    reasons.extend(amplified::amplified(graph));
    reasons.extend(super::identity::exposure(graph));
    if !reasons.is_empty() {
        lines.push(String::new());
        lines.extend(reasons);
    }
    if let Some(length) = &checked.length {
        lines.push(String::new());
        lines.extend(length_lines(graph, length));
    }
    lines.join("\n") + "\n"
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn clients(graph: &Graph, checked: &Checked) -> Vec<String> {
    let mut lines = Vec::new();
    for client in &checked.traffic.clients {
        let name = &graph.names[client.node.index()];
        let rate = asks(client);
        let circuit = checked.circuit.as_ref().filter(|it| it.client == client.node);
        lines.push(match (circuit, client.origin) {
            (Some(circuit), Origin::AtMost) if circuit.round <= 0.0 => format!(
                "  {name} asks without end: a round takes no time, so that runs come to a halt"
            ),
            (Some(circuit), _) => format!("  {name} asks {rate}: {}", of_circuit(circuit)),
            (None, Origin::AtMost) => {
                format!("  {name} asks {rate}: a closed loop, without queues in its way")
            }
            (None, Origin::Given | Origin::About | Origin::Solved) => {
                format!("  {name} asks {rate}")
            }
        });
    }
    lines
}

/// How much a client asks: of visitors the pages, and the requests that these, and errands, are.
fn asks(client: &ClientTraffic) -> String {
    let word = origin_word(client.origin);
    let own = client.visits.iter().filter(|((node, _), _)| *node == client.node);
    let each: f64 = own.map(|(_, often)| often).sum();
    if (each - 1.0).abs() < 1e-9 {
        return format!("{word}{} requests/s", number(client.rate));
    }
    let [pages, all] = [client.rate, client.rate * each].map(number);
    format!("{word}{pages} pages/s, which are {all} requests/s with their parts and errands")
}

fn of_circuit(circuit: &Circuit) -> String {
    let most = if circuit.may_be_shorter { "at most " } else { "" };
    let round = time(circuit.round);
    let users = format!("{} users, {most}{round} a round without queues", circuit.users);
    match &circuit.solution {
        Ok(_) => format!("{users}; exact by {}", circuit.name()),
        Err(why) => format!("{users}; no exact value, since {why}"),
    }
}

fn nodes(graph: &Graph, checked: &Checked) -> Table {
    let mut table = Table::new(&[
        "node",
        "kind ",
        "replicas",
        "cores",
        "arrivals/s",
        "demand",
        "load",
        "busy",
        "theory ",
        "wait",
        "at cores",
    ]);
    for (id, plan) in (0..).map(NodeId).zip(&graph.plans) {
        let node = &checked.traffic.nodes[id.index()];
        let name = graph.names[id.index()].clone();
        if matches!(plan.role, Role::Client(_)) {
            let dashes = ["-"; 6].map(str::to_owned);
            let cells = [name, plan.kind.to_owned()].into_iter().chain(dashes);
            table.row(cells.chain(["", "", ""].map(str::to_owned)));
            continue;
        }
        let replicas = graph.fixed.topology.nodes[id.index()].replicas;
        let [often, much] = [checked.grounds.rate(id), checked.grounds.load(id)].map(Bound::word);
        let busy = node.busiest().map_or_else(|| "-".to_owned(), |it| format!("{much}{it:.3}"));
        let load = format!("{much}{}", number(node.load()));
        let load = if node.servers() > 0 { load } else { "-".to_owned() };
        let visits = Visits::of(graph, node, id);
        let about = about(checked, id);
        let (theory, wait, sojourn) = theory(&checked.nodes[id.index()], visits, about);
        table.row([
            name,
            plan.kind.to_owned(),
            match graph.scaling(id) {
                Some(plan) => format!("{}-{}", plan.spec.min, plan.spec.max),
                None => replicas.to_string(),
            },
            cores(graph, id),
            format!("{often}{}", number(node.exchanges())),
            demand(node),
            load,
            busy,
            theory,
            wait,
            sojourn,
        ]);
    }
    table
}

/// What stands before a wait that is not exact.
fn about(checked: &Checked, id: NodeId) -> &'static str {
    match checked.grounds.told_wait(id) {
        Bound::Exact | Bound::About => Bound::About.word(),
        bound @ (Bound::AtLeast | Bound::AtMost) => bound.word(),
    }
}

fn cores(graph: &Graph, id: NodeId) -> String {
    let Some(shape) = &graph.plans[id.index()].shape else { return "-".to_owned() };
    let cores: Vec<u32> = shape.machines.iter().map(|machine| machine.cores).collect();
    match (cores.iter().min(), cores.iter().max()) {
        (_, Some(0)) | (None, _) | (_, None) => format!("0 ({} workers)", shape.workers),
        (Some(least), Some(most)) if least == most => most.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
    }
}

/// The mean time that a core, or a worker without one, is busy with an exchange.
fn demand(node: &NodeTraffic) -> String {
    if node.rate <= 0.0 || node.servers() == 0 {
        return "-".to_owned();
    }
    time(node.load() / node.exchanges())
}

/// How often an exchange is served by the cores, or the workers where there are none: what theory
/// says of one service is told of the whole exchange, as the demand is and as runs measure it.
#[derive(Debug, Clone, Copy)]
struct Visits {
    /// How many of theory's services it is.
    stays: f64,
    /// How many of theory's waits it waits.
    waits: f64,
}

impl Visits {
    fn of(graph: &Graph, node: &NodeTraffic, id: NodeId) -> Self {
        let machines = graph.plans[id.index()].shape.iter().flat_map(|shape| &shape.machines);
        let has_cores = machines.map(|machine| machine.cores).max().unwrap_or(0) > 0;
        let (stays, waits) = match has_cores {
            true => (node.stints.often, node.stints.waits()),
            false => (node.wait.often, node.wait.often),
        };
        let exchanges = node.exchanges();
        let each = |often: f64| if exchanges > 0.0 { often / exchanges } else { 1.0 };
        Self { stays: each(stays), waits: each(waits) }
    }

    /// The same at the busiest replica.
    fn at_busiest(node: &NodeTraffic) -> Self {
        let more = |one: &&ReplicaTraffic, two: &&ReplicaTraffic| {
            one.utilisation().total_cmp(&two.utilisation())
        };
        let Some(busiest) = node.replicas.iter().max_by(more) else {
            return Self { stays: 1.0, waits: 1.0 };
        };
        let (stays, waits) = match busiest.cpu.often > 0.0 {
            true => (busiest.stints.often, busiest.stints.waits()),
            false => (busiest.wait.often, busiest.wait.often),
        };
        let exchanges = busiest.share * node.exchanges();
        let each = |often: f64| if exchanges > 0.0 { often / exchanges } else { 1.0 };
        Self { stays: each(stays), waits: each(waits) }
    }

    /// How long an exchange waits, and is at the cores with that, if a service of this queue waits
    /// and is there so long. Under processor sharing nobody waits for a core: all is slower work,
    /// as in a run.
    fn times(self, known: &Known, [wait, sojourn]: [f64; 2]) -> [f64; 2] {
        if matches!(known, Known::MGcPs(_)) {
            return [0.0, self.stays * sojourn];
        }
        [self.waits * wait, self.waits * wait + self.stays * (sojourn - wait)]
    }
}

fn theory(answer: &Answer, visits: Visits, about: &str) -> (String, String, String) {
    match answer {
        Answer::Nothing | Answer::Unknown(_) => (String::new(), String::new(), String::new()),
        Answer::Queue(known, quality) => {
            let means = known.means();
            let [wait, sojourn] = visits.times(known, [means.wait, means.sojourn]);
            let tilde = if *quality == Quality::Exact { "" } else { about };
            let name = named(known.name(), known.blocking(), *quality);
            (name, format!("{tilde}{}", time(wait)), format!("{tilde}{}", time(sojourn)))
        }
        Answer::Mixed(mixture, quality) => {
            let [wait, sojourn] = visits.times(&mixture.busiest().1, mixture.means());
            let tilde = if *quality == Quality::Exact { "" } else { about };
            let name = named(mixture.name(), mixture.blocking(), *quality);
            (name, format!("{tilde}{}", time(wait)), format!("{tilde}{}", time(sojourn)))
        }
        Answer::Solved { wait, sojourn, name } => {
            (format!("{name} (exact)"), time(*wait), time(*sojourn))
        }
    }
}

/// What theory calls a queue, and what it refuses.
fn named(name: String, lost: f64, quality: Quality) -> String {
    let name = if lost > 0.0 { format!("{name}, refuses {}", percent(lost)) } else { name };
    let name = format!("{name} ({})", word(quality));
    name.replace("(Allen-Cunneen) (approximation)", "(Allen-Cunneen)")
        .replace("(Allen-Cunneen) each (approximation)", "each (Allen-Cunneen)")
}

/// Whose times are told where replicas differ, and what they are at the busiest.
fn mixtures(graph: &Graph, checked: &Checked) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, answer) in (0..).map(NodeId).zip(&checked.nodes) {
        let Answer::Mixed(mixture, quality) = answer else { continue };
        let visits = Visits::at_busiest(&checked.traffic.nodes[id.index()]);
        let (share, known) = mixture.busiest();
        let means = known.means();
        let [wait, sojourn] = visits.times(&known, [means.wait, means.sojourn]).map(time);
        let about = match quality {
            Quality::Exact => "",
            Quality::Approximation => about(checked, id),
        };
        lines.push(format!(
            "  {}: its replicas differ: wait and time at cores are means over all that comes; at \
             the busiest, to which {} comes, {about}{wait} and {about}{sojourn}",
            graph.names[id.index()],
            percent(share)
        ));
    }
    lines
}

fn links(graph: &Graph) -> Vec<String> {
    let mut table = Table::new(&["link", "latency", "bandwidth", "lost up", "lost down"]);
    for link in graph.links.iter().take(MAX_LINKS) {
        let latency = match link.latency.is_constant() {
            Some(nanos) => time(nanos / 1e9),
            None => format!("mean {}", time(link.latency.mean() / 1e9)),
        };
        let bandwidth = link
            .bandwidth
            .map_or_else(|| "-".to_owned(), |bandwidth| crate::unit::Quantity::to_text(&bandwidth));
        let loss = link.loss.map(|share| if share > 0.0 { percent(share) } else { "-".to_owned() });
        let name = link.name.replace('>', " → ");
        let [up, down] = loss;
        table.row([name, latency, bandwidth, up, down]);
    }
    let mut lines = table.lines();
    if graph.links.len() > MAX_LINKS {
        lines.push(format!("  and {} more links", graph.links.len() - MAX_LINKS));
    }
    lines
}

/// What caches are taken to answer, and so to leave.
fn caches(graph: &Graph) -> impl Iterator<Item = String> {
    graph.caches.iter().map(|cache| {
        let name = &graph.names[cache.node.index()];
        match cache.hit_ratio {
            Some(ratio) if ratio <= 0.0 => {
                format!(
                    "  {name}: its cache answers nothing of what comes; nodes behind it get all"
                )
            }
            Some(ratio) => format!(
                "  {name}: its cache answers about {} of what it looks for ({}); nodes behind it \
                 get the rest",
                percent(ratio),
                if cache.expires { "by lifetimes" } else { "Che's approximation" }
            ),
            None => format!(
                "  {name}: how much its cache answers is not known before the run{}; nodes behind \
                 it get at most this",
                if cache.is_filling { ", since it is still filling" } else { "" }
            ),
        }
    })
}

/// Stores beside servers, which leave only what is missing.
fn stores(graph: &Graph) -> impl Iterator<Item = String> {
    let stores = graph.names.iter().zip(&graph.plans).filter(|(_, plan)| plan.aside.is_some());
    stores.map(|(name, _)| {
        format!(
            "  {name}: how many look-ups it answers is not known before the run; it and whatever \
             is asked on a `miss` get at most this"
        )
    })
}

/// Whose browsers take requests away.
fn browsers(graph: &Graph, checked: &Checked) -> impl Iterator<Item = String> {
    let kept = checked.traffic.clients.iter().filter(|client| browsers_keep(graph, client));
    kept.map(|client| {
        let name = &graph.names[client.node.index()];
        format!(
            "  {name}: how much their browsers answer is not known before the run; whatever they \
             ask gets at most this"
        )
    })
}

/// Why some nodes have no theory.
fn reasons(graph: &Graph, checked: &Checked) -> Vec<String> {
    let reason = |(name, answer): (&String, &Answer)| match answer {
        Answer::Unknown(reason) => Some(format!("  {name}: {reason}")),
        Answer::Nothing | Answer::Queue(..) | Answer::Mixed(..) | Answer::Solved { .. } => None,
    };
    graph.names.iter().zip(&checked.nodes).filter_map(reason).collect()
}

fn length_lines(graph: &Graph, length: &Length) -> Vec<String> {
    let name = &length.name;
    let first = format!(
        "  A 1 % interval of the mean at `{name}` (utilisation {:.3}) takes about {} requests.",
        length.utilisation,
        grouped(length.needed)
    );
    let given = format!(
        "{} of {} measure about {}: {}",
        count(graph.run.replications as usize, "replication"),
        graph.run.duration,
        grouped(length.planned),
        if length.is_enough() {
            "that is enough.".to_owned()
        } else {
            let found = match length.half_width {
                half_width if half_width < 1.0 => format!("an interval of {}", percent(half_width)),
                _ => "too few to say anything".to_owned(),
            };
            format!(
                "{found}. It takes duration = \"{}\", or replications = {}.",
                length.duration, length.replications
            )
        }
    );
    vec![first, format!("  {given}")]
}

/// The first three digits, in groups of three.
fn grouped(n: u64) -> String {
    let mut unit = 1;
    while n / unit >= 1_000 {
        unit *= 10;
    }
    let digits = (n / unit * unit).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number to four digits.
pub(super) fn number(x: f64) -> String {
    if !x.is_finite() {
        return "∞".to_owned();
    }
    let decimals = match x.abs() {
        x if x >= 1_000.0 => 0,
        x if x >= 100.0 => 1,
        x if x >= 10.0 => 2,
        x if x >= 1.0 => 3,
        _ => 4,
    };
    let text = format!("{x:.decimals$}");
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 10.0 { format!("{percent:.2} %") } else { format!("{percent:.1} %") }
}

/// A time in seconds, to four digits of its unit.
pub(super) fn time(secs: f64) -> String {
    if !secs.is_finite() {
        return "∞".to_owned();
    }
    // What four digits round up to the next unit is told in that.
    let (size, unit) = match secs * (1.0 + 5e-5) {
        s if s >= 1.0 => (1.0, "s"),
        s if s >= 1e-3 => (1e3, "ms"),
        s if s >= 1e-6 => (1e6, "us"),
        s if s >= 1e-9 => (1e9, "ns"),
        // The clock of a run has no shorter times.
        _ => return Span::ZERO.to_string(),
    };
    format!("{} {unit}", number(secs * size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        let shown = [0.0, 0.123_456, 1.5, 45.678_9, 12_345.6].map(number);
        assert_eq!(shown, ["0", "0.1235", "1.5", "45.68", "12346"]);
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        assert_eq!(
            [0.0, 2.5, 0.05, 3e-6, 4e-9].map(time),
            ["0s", "2.5 s", "50 ms", "3 us", "4 ns"]
        );
        assert_eq!([1.1e-12, 0.9149e-9, 1e-9].map(time), ["0s", "0s", "1 ns"]);
        assert_eq!([0.000_999_99, 0.000_999_4, 0.999_99].map(time), ["1 ms", "999.4 us", "1 s"]);
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!([1, 1_000, 3_456_789].map(grouped), ["1", "1,000", "3,450,000"]);
    }
}
