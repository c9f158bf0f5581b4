//! From how many addresses a node is asked: told with `measure = { addresses = true }`.

use super::{AtNode, Evidence, NodeMetric, Unit, number, share};

const fn metric(
    name: &'static str,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit: Unit::Count, about, evidence: Evidence::Plain, read }
}

/// The metrics of this kind. They are about a node, not about a replica or a class.
pub(super) const METRICS: &[NodeMetric] = &[
    metric(
        "distinct_addresses",
        "Addresses from which the node was asked, as it sees them; told where addresses are \
         measured.",
        |at| Some(number(at.crowd?.addresses)),
    ),
    metric("crowd_mean", "People behind one of those addresses, on average.", |at| {
        share(at.crowd?.people, at.crowd?.addresses)
    }),
    metric(
        "crowd_max",
        "The most people behind one of those addresses in a run, on average over the runs.",
        |at| Some(number(at.crowd?.most)),
    ),
];
