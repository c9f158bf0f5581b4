//! Stampedes: what a cache has for everybody expires, and until it is made anew all who want it ask
//! the origin.

use std::collections::BTreeMap;

use super::suspicion::Watch;
use crate::graph::{NodePlan, Pair, demand, is_never_given, keeping, stays};
use crate::http::Keeping;
use crate::id::{NodeId, ObjectId};
use crate::nodes::caching::{CachePlan, StaleOn};

impl Watch<'_> {
    /// Objects that are asked for so often that, when they expire, more requests for one of them
    /// go on at once than the node that makes it has cores (or workers, where it has none).
    ///
    /// Of what comes λ times a second and takes s, λ s come while the first is under way.
    pub(super) fn stampedes(&mut self) {
        let stays = stays(self.graph);
        for (id, name, span) in self.nodes() {
            let Some(plan) = self.graph.cache(id) else { continue };
            let asked: Vec<Pair> =
                self.graph.served.calls.keys().filter(|(node, _)| *node == id).copied().collect();
            for pair in asked {
                let Some(keeping) = keeping(self.graph, plan, pair.1) else { continue };
                let Some((maker, own)) = self.maker(pair) else { continue };
                if !self.expires(&keeping) || self.is_covered(plan, &keeping, pair, &stays) {
                    continue;
                }
                let (rate, servers) = (self.hottest(pair), servers(self.graph, maker));
                let at_once = (rate * own + 1.0).round();
                if at_once <= servers || is_never_given(self.graph, plan, pair.1) {
                    continue;
                }
                let [endpoint, maker] =
                    [self.graph.endpoint_name(pair.1), &self.graph.names[maker.index()]];
                let message = format!(
                    "when what the cache of `{name}` has of `{endpoint}` expires, about \
                     {at_once:.0} requests for the same object go on at once, and `{maker}` does \
                     {servers:.0} at a time"
                );
                let help = "a stampede: let others wait for the first (`lock = true`; under \
                            profile \"nginx\" that holds for what is missing, not for what has \
                            expired), or give what has expired meanwhile (`grace`, \
                            `stale-while-revalidate`, `use_stale = [\"updating\"]`)";
                self.warn(span.clone(), message, help);
            }
        }
    }

    /// Whether answers expire during the run, having been fresh at all.
    fn expires(&self, keeping: &Keeping) -> bool {
        let run = i64::try_from(self.graph.run.duration.0).unwrap_or(i64::MAX);
        keeping.fresh > 0 && keeping.fresh < run
    }

    /// Whether one request makes anew what has expired while others wait for it, or are given what
    /// there was.
    fn is_covered(
        &self,
        plan: &CachePlan,
        keeping: &Keeping,
        pair: Pair,
        stays: &BTreeMap<Pair, f64>,
    ) -> bool {
        let calls = self.graph.served.calls.get(&pair).into_iter().flatten();
        let fill = calls.map(|(to, _)| {
            let link = self.graph.fixed.topology.link(pair.0, to.0);
            let latency = link.map_or(0.0, |it| self.graph.links[it.index()].latency.mean());
            2.0 * latency + 1e9 * stays.get(to).copied().unwrap_or(0.0)
        });
        let fill = fill.fold(0.0, f64::max);
        #[allow(clippy::cast_precision_loss, reason = "times of a run are below 2^53 us")]
        let lasts = |nanos: u64| nanos as f64 >= fill;
        let collapses = plan.profile.collapses_expired
            && plan.lock.is_some_and(|most| most.is_none_or(|most| lasts(most.0)));
        let updates = plan.stale_on.contains(&StaleOn::Updating) && !keeping.must_revalidate;
        let grace = u64::try_from(keeping.grace).unwrap_or(0);
        collapses || updates || (grace > 0 && lasts(grace) && !keeping.must_revalidate)
    }

    /// The node behind a cache that works longest for a request, and for how long, in seconds.
    fn maker(&self, pair: Pair) -> Option<(NodeId, f64)> {
        let (mut open, mut seen) = (vec![pair], std::collections::BTreeSet::from([pair]));
        let mut most: Option<(NodeId, f64)> = None;
        while let Some(from) = open.pop() {
            for (to, _) in self.graph.served.calls.get(&from).into_iter().flatten() {
                if !seen.insert(*to) {
                    continue;
                }
                open.push(*to);
                let demand = demand(self.graph, *to, None);
                let shape = self.graph.plans[to.0.index()].shape.as_ref();
                let Some(machine) = shape.and_then(|it| it.machines.first()) else { continue };
                let own = match machine.cores {
                    0 => demand.wait.total,
                    _ => demand.cpu.total * machine.factor,
                } / 1e9;
                if own > most.map_or(0.0, |(_, most)| most) {
                    most = Some((to.0, own));
                }
            }
        }
        most
    }

    /// How often in a second the most popular object of an endpoint is asked for at one replica of
    /// a cache; 0 where popularity changes with time or order.
    fn hottest(&self, pair: Pair) -> f64 {
        let often = |client: &crate::graph::ClientTraffic| {
            client.rate * client.visits.get(&pair).copied().unwrap_or(0.0)
        };
        let rate: f64 = self.traffic.clients.iter().map(often).sum();
        let endpoint = self.graph.fixed.endpoints.get(pair.1.index());
        let objects = endpoint.and_then(|it| it.objects.as_ref());
        let share = objects.map_or(Some(1.0), |it| it.probability(ObjectId(0))).unwrap_or(0.0);
        let once = endpoint.and_then(|it| it.once).map_or(0.0, |once| once.share());
        let replicas = self.graph.fixed.topology.nodes[pair.0.index()].replicas;
        rate * (1.0 - once) * share / f64::from(replicas.max(1))
    }
}

/// How many a node serves at once, over all replicas.
fn servers(graph: &crate::graph::Graph, id: NodeId) -> f64 {
    let NodePlan { shape, .. } = &graph.plans[id.index()];
    let shape = shape.iter();
    let of = |shape: &crate::nodes::station::Shape| -> f64 {
        let one = |cores: u32| if cores == 0 { shape.workers } else { cores.min(shape.workers) };
        shape.machines.iter().map(|machine| f64::from(one(machine.cores))).sum()
    };
    shape.map(of).sum()
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    /// The warnings about a cache before a server of four cores, and the work of a page.
    fn warnings(cache: &str, work: &str, control: &str) -> String {
        checked(&format!(
            "duration = '300s'\n[endpoint.front]\npath = '/'\nwork = [{{ cpu = {work} }}]\n\
             response = {{ cache_control = '{control}' }}\n[node.users]\nkind = 'client'\n\
             arrivals = {{ poisson = '200/s' }}\nmix = {{ front = 1 }}\n[node.edge]\n\
             kind = 'reverse-proxy'\ncache = {{ capacity = '64MiB', {cache} }}\n[node.app]\n\
             kind = 'server'\ncores = 4\n[link.users.edge]\n[link.edge.app]\n"
        ))
        .2
    }

    #[test]
    fn a_hot_page_that_expires_without_protection_is_warned_of_with_its_number() {
        let said = warnings("hit = '0.2ms'", "'120ms'", "max-age=10");
        let line = "expires, about 25 requests for the same object go on at once, and `app` does 4";
        assert!(said.contains(line), "{said}");
        // The lock of nginx is for what is missing.
        assert!(warnings("profile = 'nginx', lock = true", "'120ms'", "max-age=10").contains(line));
        assert!(warnings("ttl_jitter = 0.3", "'120ms'", "max-age=10").contains(line));
    }

    #[test]
    fn where_others_wait_or_are_given_what_there_was_or_the_work_is_short_nothing_is_said() {
        for (cache, work, control) in [
            ("lock = true", "'120ms'", "max-age=10"),
            ("lock = true, grace = '10s'", "'120ms'", "max-age=10"),
            ("hit = '0.2ms'", "'120ms'", "max-age=10, stale-while-revalidate=5"),
            ("profile = 'nginx', use_stale = ['updating']", "'120ms'", "max-age=10"),
            ("hit = '0.2ms'", "'10ms'", "max-age=10"),
            // About four at once, of which four are done.
            ("hit = '0.2ms'", "'17ms'", "max-age=10"),
            ("hit = '0.2ms'", "'120ms'", "max-age=3600"),
        ] {
            assert_eq!(warnings(cache, work, control), "", "{cache} {work} {control}");
        }
    }
}
