//! How long nodes are expected to be without the replicas that they need, where faults come to them
//! again and again.

use std::collections::BTreeMap;

use super::text::time;
use crate::fault::{FaultKind, FaultPlan, Target, Timetable};
use crate::graph::Graph;
use crate::id::NodeId;
use crate::theory::Availability;

const YEAR_S: f64 = 31_557_600.0;

/// More replicas than this are not looked at one by one.
const MOST: usize = 1_000;

/// One line for each node that faults strike, if all of them come again and again.
pub(super) fn availabilities(graph: &Graph) -> Vec<String> {
    let nodes = (0..).map(NodeId).take(graph.plans.len());
    nodes.filter_map(|id| availability(graph, id)).collect()
}

/// A fault that comes again and again to some replicas of a node.
#[derive(Debug, Clone)]
struct Recurring {
    /// Which of them.
    targets: Vec<u16>,
    mtbf: f64,
    mttr: f64,
    /// How many repairs go on at once.
    crews: u32,
}

impl Recurring {
    /// The part of `plan` that is about a node.
    fn of(plan: &FaultPlan, id: NodeId) -> Option<Self> {
        let Timetable::Recurring { up, repair, crews } = &plan.timetable else { return None };
        let targets: Vec<u16> = plan.targets.iter().filter_map(|it| replica_of(it, id)).collect();
        let crews = (*crews).min(u32::try_from(targets.len()).unwrap_or(u32::MAX));
        Some(Self { targets, mtbf: up.mean() / 1e9, mttr: repair.mean() / 1e9, crews })
    }

    /// Whether repairs wait for one another.
    fn waits(&self) -> bool {
        (self.crews as usize) < self.targets.len()
    }

    /// How likely each number of its targets is to be down, from none on.
    fn down(&self) -> Option<Vec<f64>> {
        let count = u32::try_from(self.targets.len()).ok()?;
        let more = |least: u32| {
            let needed = count - least + 1;
            Availability::new(count, needed, self.mtbf, self.mttr, self.crews).ok()
        };
        let mut at_least = vec![1.0];
        for least in 1..=count {
            at_least.push(more(least)?.unavailable());
        }
        at_least.push(0.0);
        Some(at_least.windows(2).map(|pair| (pair[0] - pair[1]).max(0.0)).collect())
    }
}

fn replica_of(target: &Target, id: NodeId) -> Option<u16> {
    match target {
        Target::Replica(at) if at.node == id => Some(at.replica),
        Target::Replica(_) | Target::Link(_) => None,
    }
}

fn availability(graph: &Graph, id: NodeId) -> Option<String> {
    let strikes = |plan: &FaultPlan| plan.targets.iter().any(|it| replica_of(it, id).is_some());
    let stops = |kind| !matches!(kind, FaultKind::Slow | FaultKind::CacheFlush | FaultKind::Drain);
    let plans = graph.faults.iter().filter(|plan| stops(plan.kind) && strikes(plan));
    let faults: Vec<Recurring> =
        plans.map(|plan| Recurring::of(plan, id)).collect::<Option<_>>()?;
    let replicas = usize::from(graph.fixed.topology.nodes[id.index()].replicas);
    let scales = graph.scalings.iter().any(|it| it.node == id && it.spec.min < it.spec.max);
    match faults.as_slice() {
        [] => None,
        [only] if only.targets.len() == replicas => of_all(graph, id, only),
        _ if scales || replicas > MOST => None,
        several => of_some(graph, id, several),
    }
}

/// The same where one fault comes to all of them.
fn of_all(graph: &Graph, id: NodeId, fault: &Recurring) -> Option<String> {
    let name = &graph.names[id.index()];
    let replicas = u32::from(graph.fixed.topology.nodes[id.index()].replicas);
    let needed = u32::from(graph.plans[id.index()].needed);
    let scaling = graph.scalings.iter().find(|it| it.node == id && it.spec.min < it.spec.max);
    let Recurring { mtbf, mttr, crews, .. } = *fault;
    let known = Availability::new(replicas, needed, mtbf, mttr, crews).ok()?;
    if let Some(scaling) = scaling {
        let fewest = Availability::new(scaling.spec.min, needed, mtbf, mttr, scaling.spec.min);
        // Crews that are few are busy with replicas that are off as well.
        let fewest = fewest.ok().filter(|_| crews == replicas)?;
        return Some(format!(
            "  {name}: without the {needed} that it needs for a share of {:.3e} of the time while \
             the fewest of its replicas are on, {}, and of {:.3e} with all {replicas}; how many \
             are on is not known before the run",
            fewest.unavailable(),
            scaling.spec.min,
            known.unavailable(),
        ));
    }
    Some(told(graph, id, (known.unavailable(), known.mean_up()), fault.waits()))
}

/// The same where faults come to some of them, each by itself: with a crew for each, a replica is
/// up as often as each fault lets it be, whatever the others do.
fn of_some(graph: &Graph, id: NodeId, faults: &[Recurring]) -> Option<String> {
    let mut up: BTreeMap<u16, f64> = BTreeMap::new();
    let mut groups = Vec::new();
    for (place, fault) in faults.iter().enumerate() {
        if fault.waits() {
            // Who waits for a crew hangs on the others: nobody else may strike them.
            let is_alone = |other: &Recurring| {
                !other.targets.iter().any(|target| fault.targets.contains(target))
            };
            let mut others = faults.iter().enumerate().filter(|(number, _)| *number != place);
            if !others.all(|(_, other)| is_alone(other)) {
                return None;
            }
            groups.push(fault.down()?);
            continue;
        }
        for target in &fault.targets {
            *up.entry(*target).or_insert(1.0) *= fault.mtbf / (fault.mtbf + fault.mttr);
        }
    }
    groups.extend(up.values().map(|up| vec![*up, 1.0 - up]));
    let down = groups.iter().fold(vec![1.0], |all, group| together(&all, group));
    let replicas = usize::from(graph.fixed.topology.nodes[id.index()].replicas);
    let first_short = (replicas + 1).checked_sub(usize::from(graph.plans[id.index()].needed))?;
    let unavailable: f64 = down.iter().skip(first_short).rev().sum();
    let each = (0_u32..).zip(&down).map(|(count, share)| f64::from(count) * share);
    #[allow(clippy::cast_precision_loss, reason = "at most 1,000 replicas")]
    let mean_up = replicas as f64 - each.sum::<f64>();
    Some(told(graph, id, (unavailable, mean_up), faults.iter().any(Recurring::waits)))
}

/// How likely each sum of two independent numbers is.
fn together(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; one.len() + other.len() - 1];
    for (a, p) in one.iter().enumerate() {
        for (b, q) in other.iter().enumerate() {
            sums[a + b] += p * q;
        }
    }
    sums
}

fn told(graph: &Graph, id: NodeId, (share, mean_up): (f64, f64), waits: bool) -> String {
    let name = &graph.names[id.index()];
    let replicas = graph.fixed.topology.nodes[id.index()].replicas;
    let needed = graph.plans[id.index()].needed;
    if share <= 0.0 {
        return format!(
            "  {name}: faults always leave it the {needed} of {replicas} replicas that it needs; \
             {mean_up:.4} are up on average"
        );
    }
    let condition = if waits { ", with exponential times" } else { "" };
    format!(
        "  {name}: without the {needed} of {replicas} replicas that it needs for a share of \
         {share:.3e} of the time, {} a year{condition}; {mean_up:.4} are up on average",
        time(share * YEAR_S)
    )
}

#[cfg(test)]
mod tests {
    use super::availabilities;
    use crate::check::tests::checked;

    /// What is told of three servers, so many of them needed, with these faults.
    fn told(needed: u32, faults: &[&str]) -> Vec<String> {
        let mut text = format!(
            "[endpoint.page]\n[node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n\
             arrivals = {{ poisson = '1/s' }}\n[node.lb]\nkind = 'load-balancer'\n\
             [node.app]\nkind = 'server'\nreplicas = 3\nneeded = {needed}\n\
             [link.users.lb]\n[link.lb.app]\n"
        );
        for (number, fault) in faults.iter().enumerate() {
            text += &format!("[fault.f{number}]\nnode = 'app'\nkind = 'crash'\n{fault}\n");
        }
        availabilities(&checked(&text).0)
    }

    const TENTH: &str = "mtbf = { exp = '9h' }\nmttr = { exp = '1h' }";

    /// A tenth of the time, for one replica.
    fn tenth_of(replica: u32) -> String {
        format!("{TENTH}\nreplica = {replica}")
    }

    #[test]
    fn of_a_node_that_scales_both_ends_are_told() {
        let text = "[endpoint.page]\n[node.users]\nkind = 'client'\nmix = { page = 1 }\n\
            arrivals = { poisson = '1/s' }\n[node.lb]\nkind = 'load-balancer'\n\
            [node.app]\nkind = 'server'\ncores = 1\n\
            autoscale = { min = 2, max = 6, target = 0.5, boot = '5s' }\n\
            [link.users.lb]\n[link.lb.app]\n[fault.x]\nkind = 'crash'\nnode = 'app'\n\
            mtbf = { exp = '100s' }\nmttr = { exp = '20s' }\n";
        let lines = availabilities(&checked(text).0);
        // One is down for a sixth of the time: two are for 1/36, six for 1/46,656.
        assert!(lines[0].contains("2.778e-2 of the time while the fewest"), "{lines:?}");
        assert!(lines[0].contains("2.143e-5 with all 6"), "{lines:?}");
        let crews = text.to_owned() + "crews = 1\n";
        assert_eq!(availabilities(&checked(&crews).0).len(), 0, "known only by a run");
    }

    #[test]
    fn a_fault_of_one_replica_takes_that_one_alone() {
        let one = tenth_of(2);
        let lines = told(3, &[&one]);
        assert!(lines[0].contains("1.000e-1 of the time") && lines[0].contains("2.9000 are up"));
        let lines = told(2, &[&one]);
        assert!(lines[0].contains("always leave it the 2 of 3 replicas"), "{lines:?}");
    }

    #[test]
    fn faults_that_strike_one_node_count_together() {
        // Two replicas down at once, each for a tenth of the time.
        let (first, second) = (tenth_of(1), tenth_of(2));
        let lines = told(2, &[&first, &second]);
        assert!(lines[0].contains("1.000e-2 of the time") && lines[0].contains("2.8000 are up"));
        // Two faults of the same replica: it is up for 0.81 of the time.
        let lines = told(3, &[&first, &first]);
        assert!(lines[0].contains("1.900e-1 of the time"), "{lines:?}");
        // Two faults of all: each is down for 0.19 of the time, all three for 0.19^3.
        let lines = told(1, &[TENTH, TENTH]);
        assert!(lines[0].contains("6.859e-3 of the time"), "{lines:?}");
        // Where repairs wait for one another, a second fault of the same is known only by a run.
        let crew = format!("{TENTH}\ncrews = 1");
        assert_eq!(told(1, &[&crew, &first]).len(), 0);
        assert_eq!(told(1, &[&first, "at = '1s'\nfor = '2s'"]).len(), 0);
    }

    #[test]
    fn a_group_with_few_crews_has_the_shares_of_its_chain() {
        let fault = super::Recurring { targets: vec![0, 1], mtbf: 9.0, mttr: 1.0, crews: 1 };
        // Down with one crew: 2/9 of one and 2/81 of both, to 1 of none.
        let all = 1.0 + 2.0 / 9.0 + 2.0 / 81.0;
        let expected = [1.0 / all, 2.0 / 9.0 / all, 2.0 / 81.0 / all];
        let found = fault.down().expect("positive times");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        }
    }
}
