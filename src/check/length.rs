//! How long a run has to be for an interval of 1 %, and how long it is.

use super::flow::Variation;
use super::places::places;
use super::resources::{Fullest, Queue, is_short, loads};
use super::workers::may_halt;
use crate::graph::{Graph, Traffic};
use crate::id::NodeId;
use crate::model::{Study, Warmup};
use crate::stats::{Confidence, Dependence};
use crate::theory::RunLength;
use crate::time::Span;

/// The half-width that is asked for, as a share of the mean.
const HALF_WIDTH: f64 = 0.01;

/// A node that is less busy has nothing to do: see what is never sent, and what caches hold.
const IDLE: f64 = 1e-6;

/// So many replications a scenario may have: what needs more is of no use to anybody.
const MOST_REPLICATIONS: u64 = 1_000_000;

/// The length of a run against that which a 1 % interval of the mean wait needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Length {
    /// What is closest to its limit: a node, or what lies before it.
    pub name: String,
    /// How much of it is in use, at its busiest replica.
    pub utilisation: f64,
    /// The exchanges there that a 1 % interval needs, over all replications.
    pub needed: u64,
    /// The exchanges there that the scenario measures.
    pub planned: u64,
    /// The half-width that these give, as a share of the mean.
    pub half_width: f64,
    /// The duration of each replication that would be enough.
    pub duration: Span,
    /// The number of replications that would be enough.
    pub replications: u64,
}

impl Length {
    /// The length of the runs of `graph`; nothing for a terminating study, without work, of closed
    /// loops, or without a steady state, be it for want of something that is no core. Nor is there
    /// any of a load so close to 1 that nobody would wait for it.
    pub(super) fn of(graph: &Graph, traffic: &Traffic, variations: &[Variation]) -> Option<Self> {
        if graph.run.study == Study::Terminating {
            return None;
        }
        let it = Tightest::of(graph, traffic);
        // What nothing but a share that stands for none comes to is not busy.
        if it.utilisation < IDLE {
            return None;
        }
        // Where replicas come and go, nobody knows how busy those are that serve.
        if is_short(graph, traffic) || may_halt(graph) || !graph.scalings.is_empty() {
            return None;
        }
        // Users of a closed loop who wait do not ask again, so what they meet varies far less than
        // what anybody meets who comes from outside, on whom the theory is.
        if traffic.clients.iter().any(|client| client.origin.is_closed()) {
            return None;
        }
        let (arrivals, service) = variations[it.node.index()];
        // What is no core is not kept for a time of its cores.
        let service = if it.is_core { service } else { service.max(1.0) };
        if !arrivals.is_finite() || it.utilisation >= 1.0 - 1e-9 {
            return None;
        }
        let bound = places(graph, traffic, (it.node, it.queue), it.utilisation);
        let dependence = match bound {
            Some(held) => Dependence::Loss { utilisation: it.utilisation, places: held.count },
            None => Dependence::Queue { utilisation: it.utilisation },
        };
        // Two constants in a row would need no run at all.
        let theory = RunLength::of(dependence, arrivals.max(0.1), service).ok()?;
        let confidence = Confidence::new(graph.run.confidence).unwrap_or(Confidence::P95);
        let needed = theory.requests_for(HALF_WIDTH, confidence);
        let warmup = match graph.run.warmup {
            Some(Warmup::Given(span)) => span,
            Some(Warmup::Auto) | None => Span(graph.run.duration.0 / 10),
        };
        let measured = Span(graph.run.duration.0.saturating_sub(warmup.0));
        let rate = traffic.nodes[it.node.index()].rate;
        let replications = f64::from(graph.run.replications);
        let planned = whole(rate * measured.as_secs_f64() * replications).max(1);
        #[allow(clippy::cast_precision_loss, reason = "a suggestion")]
        let times = needed as f64 / planned as f64;
        let needed_replications = whole(replications * times + 0.999);
        if needed_replications > MOST_REPLICATIONS {
            return None;
        }
        Some(Self {
            name: it.name,
            utilisation: it.utilisation,
            needed,
            planned,
            half_width: theory.half_width_after(planned, confidence),
            duration: rounded(warmup.as_secs_f64() + measured.as_secs_f64() * times),
            replications: needed_replications,
        })
    }

    /// Whether the runs are long enough.
    #[must_use]
    pub const fn is_enough(&self) -> bool {
        self.planned >= self.needed
    }
}

/// What is closest to its limit.
struct Tightest {
    /// The node that it is at, or before.
    node: NodeId,
    name: String,
    is_core: bool,
    queue: Queue,
    utilisation: f64,
}

impl Tightest {
    fn of(graph: &Graph, traffic: &Traffic) -> Self {
        let busy = traffic.nodes.iter().map(|node| node.busiest().unwrap_or(0.0));
        let (place, utilisation) =
            busy.enumerate().fold((0, 0.0), |best, one| if one.1 > best.1 { one } else { best });
        match loads(graph, traffic).into_iter().next().filter(|it| it.load > utilisation) {
            Some(Fullest { at: node, queue, load: utilisation, name, text: _ }) => {
                Self { node, name, is_core: false, queue, utilisation }
            }
            None => Self {
                node: NodeId(u16::try_from(place).unwrap_or(u16::MAX)),
                name: graph.names[place].clone(),
                is_core: true,
                queue: Queue::Station,
                utilisation,
            },
        }
    }
}

/// The whole part, which saturates.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts cut and saturate"
)]
const fn whole(x: f64) -> u64 {
    x as u64
}

/// A length to write down: two digits, rounded up.
fn rounded(secs: f64) -> Span {
    let mut unit = 1e-3;
    while secs / unit > 100.0 && unit < 1e9 {
        unit *= 10.0;
    }
    Span::from_secs_rounded(libm::ceil(secs / unit) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::checked;

    /// What a run of 600 s is said to give of a server of 100 a second that 90 come to.
    fn given(work: &str, app: &str, link: &str) -> Length {
        let (_, checked, _) = checked(&format!(
            "duration = '660s'\nwarmup = '60s'\nreplications = 1\n[endpoint.p]\n\
             work = [{work}]\n[node.u]\nkind = 'client'\nmix = {{ p = 1 }}\n\
             addresses = {{ count = 1 }}\narrivals = {{ poisson = '90/s' }}\n[node.app]\n\
             kind = 'server'\n{app}\n[link.u.app]\n{link}\n"
        ));
        checked.length.expect("a steady state")
    }

    #[test]
    fn what_is_closest_to_its_limit_decides_how_long_a_run_has_to_be() {
        let work = "{ wait = { exp = '10ms' } }";
        let core = given("{ cpu = { exp = '10ms' } }", "cores = 1", "");
        for (app, link, name) in [
            ("cores = 9\nworkers = 1", "", "app"),
            ("workers = 1", "", "app"),
            ("cores = 9", "connection = { mode = 'pool', max = 1 }", "u → app"),
        ] {
            let length = given(work, app, link);
            assert_eq!((length.needed, length.name.as_str()), (core.needed, name), "{app} {link}");
        }
    }

    #[test]
    fn a_queue_with_an_end_takes_shorter_runs() {
        let work = "{ cpu = { exp = '10ms' } }";
        let without = given(work, "cores = 1", "").half_width;
        assert!((0.14..0.18).contains(&without), "{without}");
        // Measured in ten runs of 600 s: 0.6 % and 0.5 %, which are 1.9 % and 1.6 % of one.
        for app in ["cores = 1\nworkers = 1\nqueue = 4", "cores = 1\nqueue_timeout = '20ms'"] {
            let half_width = given(work, app, "").half_width;
            assert!((0.015..0.03).contains(&half_width), "{half_width} with {app}");
        }
    }

    #[test]
    fn a_suggested_length_has_two_digits() {
        for (secs, shown) in [(0.001_2, "2ms"), (61.0, "61s"), (6_543.0, "6600s"), (1e5, "100000s")]
        {
            assert_eq!(rounded(secs).to_string(), shown, "{secs}");
        }
    }
}
