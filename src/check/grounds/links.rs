//! Links: connections that are waited for, answers that are not, and packets that are late.

use super::super::strangers::asks_once;
use super::{Effect, Finder, Reach};
use crate::graph::{LinkPlan, passes_on};
use crate::id::NodeId;
use crate::net::{Mode, Transport, Waits};

impl Finder<'_> {
    /// Looks at every link that carries something.
    pub(super) fn links(&mut self) {
        let graph = self.graph;
        for (ends, plan) in graph.fixed.topology.links.iter().zip(&graph.links) {
            let mut used = graph.served.calls.iter().filter(|((from, _), _)| *from == ends.from);
            let leads_there = |calls: &Vec<_>| {
                calls.iter().any(|((to, _), often)| *to == ends.to && *often > 0.0)
            };
            if used.any(|(_, calls)| leads_there(calls)) {
                let opener = (asks_once(graph, ends.from), passes_on(graph, ends.from));
                self.link(ends.to, plan, opener);
            }
        }
    }

    fn link(&mut self, callee: NodeId, plan: &LinkPlan, (is_once, passes_on): (bool, bool)) {
        // Latencies are looked at with the flow, and prices cost no time.
        let LinkPlan { name, latency: _, bandwidth, loss, price: _, transport, waits, breaker } =
            plan;
        let name = name.replace('>', " → ");
        if bandwidth.is_some() {
            let why = format!("messages stand in line on the link {name}");
            self.doubt(callee, Reach::Onward, Effect::SMOOTHER, &why);
        }
        if loss.iter().any(|share| *share > 0.0) {
            let why = format!("what is lost on the link {name} comes later");
            self.doubt(callee, Reach::Onward, Effect::PATTERN, &why);
        }
        let transport = transport.as_ref().filter(|_| !is_once);
        if let Some((effect, what)) = transport.and_then(|it| of_connections(it, passes_on)) {
            let why = format!("{what} on the link {name}");
            self.doubt(callee, Reach::Onward, effect, &why);
        }
        if let Some(Waits { connect: _, read: _, late: Some(_) }) = waits {
            let why = format!("what nobody waits for any more on the link {name} is given up");
            self.doubt(callee, Reach::Onward, Effect::REFUSED, &why);
        }
        if breaker.is_some() {
            let why = format!("the breaker of the link {name} may stop some of it");
            self.doubt(callee, Reach::Onward, Effect::REFUSED, &why);
        }
    }
}

/// What connections do to the pattern of what comes over them. Where each exchange opens its own it
/// is late by as much as any other, which Poisson arrivals do not mind. Who passes connections on
/// opens one for each.
fn of_connections(transport: &Transport, passes_on: bool) -> Option<(Effect, &'static str)> {
    let Transport {
        mode,
        streams: _,
        has_streams: _,
        max,
        per_user: _,
        origins: _,
        slow_start: _,
        keep_alive: _,
        server_keep_alive: _,
        has_tcp: _,
        tls: _,
        early_data: _,
        is_to_tunnel: _,
        resumed: _,
        syn_timers: _,
        programs: _,
    } = transport;
    match mode {
        Mode::Warm => None,
        // Nothing limits how many of these there are.
        Mode::PerRequest => None,
        Mode::Pool | Mode::PerSession if *max < u32::MAX && !passes_on => {
            Some((Effect::SMOOTHER, "requests wait for one of a limited number of connections"))
        }
        Mode::Pool | Mode::PerSession => {
            Some((Effect::PATTERN, "some requests wait until a connection is open"))
        }
    }
}
