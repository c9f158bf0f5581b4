//! What rates that change come to at their highest, and for how long more comes than can be done:
//! the load of a node is a mean over the run, and says nothing of that.

#![allow(clippy::cast_precision_loss, reason = "counts of cells are far below 2^53")]

use super::grounds::Grounds;
use super::text::{number, time};
use crate::arrivals::{Arrivals, RateProfile};
use crate::graph::{ClientTraffic, Graph, Role, Traffic};
use crate::id::NodeId;
use crate::nodes::client::Demand;

/// Cells of a run, or of a swing, in which the rate is taken for constant.
const CELLS: f64 = 50.0;
/// Cells of a run at most.
const MOST_CELLS: f64 = 20_000.0;

/// One line for each node that its highest rate brings to its limit or beyond it, and for the one
/// that it makes busiest.
pub(super) fn peaks(graph: &Graph, traffic: &Traffic, grounds: &Grounds) -> Vec<String> {
    let changing: Vec<(&RateProfile, Traffic)> = traffic
        .clients
        .iter()
        .filter_map(|client| Some((profile(graph, client)?, alone(graph, traffic, client))))
        .collect();
    if changing.is_empty() {
        return Vec::new();
    }
    let cells = cells(graph, changing.iter().map(|(profile, _)| *profile));
    let ids = (0..).map(NodeId).take(graph.plans.len());
    let mut found: Vec<(NodeId, Peak)> =
        ids.filter_map(|id| Some((id, peak(graph, traffic, &changing, (id, &cells))?))).collect();
    found.sort_by(|(_, a), (_, b)| b.load.total_cmp(&a.load));
    let told = found.iter().enumerate().filter(|(place, (_, it))| *place == 0 || it.above > 0.0);
    told.map(|(_, (id, it))| line(graph, grounds, *id, it)).collect()
}

/// The highest load of a node.
struct Peak {
    /// The share of its busiest replica's cores, or workers, that is asked for then.
    load: f64,
    /// When that begins, in seconds.
    at: f64,
    /// For how many seconds more is asked for than there is.
    above: f64,
}

fn line(graph: &Graph, grounds: &Grounds, id: NodeId, it: &Peak) -> String {
    let much = grounds.load(id).word();
    let name = &graph.names[id.index()];
    let load = number(it.load);
    let first = format!(
        "  {name}: the rate changes, and the load is its mean: at the highest, from {} on, it is \
         busy {much}{load}",
        time(it.at)
    );
    if it.above <= 0.0 {
        return first;
    }
    format!(
        "{first}; for {} in all more comes than it can do, and what waits grows",
        time(it.above)
    )
}

/// The rate of a client, if that changes.
fn profile<'a>(graph: &'a Graph, client: &ClientTraffic) -> Option<&'a RateProfile> {
    let Role::Client(plan) = &graph.plans[client.node.index()].role else { return None };
    let Demand::Open(arrivals) = &plan.demand else { return None };
    let (Arrivals::Poisson { poisson: rate, .. } | Arrivals::Regular { regular: rate }) =
        &**arrivals
    else {
        return None;
    };
    arrivals.changes(graph.run.duration).then_some(rate)
}

/// What a client brings by itself, at its mean rate.
fn alone(graph: &Graph, traffic: &Traffic, client: &ClientTraffic) -> Traffic {
    let others = traffic.clients.iter().filter(|it| it.node != client.node);
    Traffic::without(graph, traffic, &others.map(|it| it.node).collect::<Vec<_>>())
}

/// Moments of the run in seconds, each with how long it stands for.
fn cells<'a>(graph: &Graph, profiles: impl Iterator<Item = &'a RateProfile>) -> Vec<(f64, f64)> {
    let end = graph.run.duration.as_secs_f64();
    let (mut ends, mut width) = (vec![0.0, end], end / CELLS);
    for profile in profiles {
        match profile {
            RateProfile::Constant(_) => {}
            RateProfile::Steps { steps: points } | RateProfile::Ramp { ramp: points } => {
                ends.extend(points.iter().map(|(at, _)| at.as_secs_f64().min(end)));
            }
            RateProfile::Sine { sine } => width = width.min(sine.period.as_secs_f64() / CELLS),
        }
    }
    ends.sort_by(f64::total_cmp);
    let width = width.max(end / MOST_CELLS);
    let mut cells = Vec::new();
    for (from, to) in ends.iter().zip(ends.iter().skip(1)).filter(|(from, to)| to > from) {
        let count = ((to - from) / width).ceil().max(1.0);
        let mut place = 0.0;
        while place < count {
            cells.push((from + (to - from) * place / count, (to - from) / count));
            place += 1.0;
        }
    }
    cells
}

fn peak(
    graph: &Graph,
    traffic: &Traffic,
    changing: &[(&RateProfile, Traffic)],
    (id, cells): (NodeId, &[(f64, f64)]),
) -> Option<Peak> {
    let whole = traffic.nodes[id.index()].busiest().filter(|it| *it > 0.0)?;
    let duration = graph.run.duration;
    let parts: Vec<(&RateProfile, f64, f64)> = changing
        .iter()
        .map(|(profile, alone)| {
            let load = alone.nodes[id.index()].busiest().unwrap_or(0.0);
            (*profile, profile.mean(duration), load)
        })
        .filter(|(_, mean, load)| *mean > 0.0 && *load > 0.0)
        .collect();
    if parts.is_empty() {
        return None;
    }
    let fixed = (whole - parts.iter().map(|(.., load)| load).sum::<f64>()).max(0.0);
    let mut peak = Peak { load: 0.0, at: 0.0, above: 0.0 };
    for (from, length) in cells {
        let middle = crate::time::Span::from_secs_rounded(from + 0.5 * length);
        let own = parts.iter().map(|(profile, mean, load)| load * profile.at(middle) / mean);
        let load = fixed + own.sum::<f64>();
        if load > peak.load * (1.0 + 1e-9) {
            (peak.load, peak.at) = (load, *from);
        }
        if load > 1.0 + 1e-9 {
            peak.above += length;
        }
    }
    (peak.load > whole * 1.01).then_some(peak)
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a server of 100 a second.
    fn told(duration: &str, rate: &str) -> String {
        let (graph, checked, _) = checked(&format!(
            "duration = '{duration}'\n[endpoint.p]\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n\
             [node.u]\nkind = 'client'\narrivals = {{ poisson = {rate} }}\nmix = {{ p = 1 }}\n\
             [node.a]\nkind = 'server'\ncores = 1\n[link.u.a]\n"
        ));
        text("base", &graph, &checked)
    }

    #[test]
    fn a_rate_that_changes_is_told_at_its_highest() {
        let steps = "{ steps = [['0s', '10/s'], ['30s', '200/s'], ['50s', '10/s']] }";
        let said = told("100s", steps);
        let line = "a: the rate changes, and the load is its mean: at the highest, from 30 s on, \
                    it is busy 2; for 20 s in all more comes than it can do, and what waits grows";
        assert!(said.contains(line), "{said}");
        let ramp = "{ ramp = [['0s', '0/s'], ['100s', '150/s']] }";
        assert!(
            told("100s", ramp).contains("for 34 s in all more comes"),
            "{}",
            told("100s", ramp)
        );
        let sine = "{ sine = { mean = '80/s', amplitude = 0.5, period = '20s' } }";
        let said = told("1000s", sine);
        // sin x is above a half for a third of the time.
        assert!(said.contains("is busy 1.2; for 3") && said.contains(" s in all"), "{said}");
        let mild = "{ sine = { mean = '60/s', amplitude = 0.5, period = '20s' } }";
        let said = told("1000s", mild);
        assert!(said.contains("it is busy 0.9") && !said.contains("more comes"), "{said}");
        let late = "{ steps = [['0s', '10/s'], ['500s', '200/s']] }";
        for rate in ["'50/s'", late] {
            assert!(!told("100s", rate).contains("rate changes"), "{rate}");
        }
    }
}
