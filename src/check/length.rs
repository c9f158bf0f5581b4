//! How long a run has to be for an interval of 1 %, and how long it is.

use super::flow::Variation;
use super::resources::is_short;
use crate::graph::{Graph, Origin, Traffic};
use crate::id::NodeId;
use crate::model::{Study, Warmup};
use crate::stats::Confidence;
use crate::theory::RunLength;
use crate::time::Span;

/// The half-width that is asked for, as a share of the mean.
const HALF_WIDTH: f64 = 0.01;

/// A node that is less busy has nothing to do: see what is never sent, and what caches hold.
const IDLE: f64 = 1e-6;

/// So many replications a scenario may have: what needs more is of no use to anybody.
const MOST_REPLICATIONS: u64 = 1_000_000;

/// The length of a run against that which a 1 % interval of the mean wait needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    /// The busiest node.
    pub node: NodeId,
    /// Its utilisation, at its busiest replica.
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
        let busy = traffic.nodes.iter().map(|node| node.busiest().unwrap_or(0.0));
        let (place, utilisation) =
            busy.enumerate().fold((0, 0.0), |best, one| if one.1 > best.1 { one } else { best });
        // What nothing but a share that stands for none comes to is not busy.
        if utilisation < IDLE {
            return None;
        }
        // Where replicas come and go, nobody knows how busy those are that serve.
        if is_short(graph, traffic) || !graph.scalings.is_empty() {
            return None;
        }
        // Users of a closed loop who wait do not ask again, so what they meet varies far less than
        // what anybody meets who comes from outside, on whom the theory is.
        if traffic.clients.iter().any(|client| client.origin != Origin::Given) {
            return None;
        }
        let (arrivals, service) = variations[place];
        if !arrivals.is_finite() {
            return None;
        }
        // Two constants in a row would need no run at all.
        let theory = RunLength::new(utilisation, arrivals.max(0.1), service).ok()?;
        let confidence = Confidence::new(graph.run.confidence).unwrap_or(Confidence::P95);
        let needed = theory.requests_for(HALF_WIDTH, confidence);
        let warmup = match graph.run.warmup {
            Some(Warmup::Given(span)) => span,
            Some(Warmup::Auto) | None => Span(graph.run.duration.0 / 10),
        };
        let measured = Span(graph.run.duration.0.saturating_sub(warmup.0));
        let rate = traffic.nodes[place].rate;
        let replications = f64::from(graph.run.replications);
        let planned = whole(rate * measured.as_secs_f64() * replications).max(1);
        #[allow(clippy::cast_precision_loss, reason = "a suggestion")]
        let times = needed as f64 / planned as f64;
        let needed_replications = whole(replications * times + 0.999);
        if needed_replications > MOST_REPLICATIONS {
            return None;
        }
        Some(Self {
            node: NodeId(u16::try_from(place).unwrap_or(u16::MAX)),
            utilisation,
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

    #[test]
    fn a_suggested_length_has_two_digits() {
        for (secs, shown) in [(0.001_2, "2ms"), (61.0, "61s"), (6_543.0, "6600s"), (1e5, "100000s")]
        {
            assert_eq!(rounded(secs).to_string(), shown, "{secs}");
        }
    }
}
