//! Caches in the graph: from what a scenario says to what runs, and how much is left for what
//! stands behind them.

use std::collections::BTreeSet;

use super::doubtful::{forgets, is_doubtful, is_never_given};
use super::filling::fills_late;
use super::{CacheEstimate, ClientTraffic, Graph, Pair, Role, Traffic};
use crate::arrivals::{Arrivals, RateProfile};
use crate::endpoint::{Amount, Endpoint};
use crate::evict::{Capacity, Group, hit_ratios};
use crate::http::{Counting, Keeping, Profile, ProfileName, Rules, Storing, Wall, storing};
use crate::id::{EndpointId, NodeId, ObjectId};
use crate::nodes::caching::CachePlan;
use crate::nodes::client::Demand;
use crate::popularity::Objects;

/// A cache that answers everything leaves this much, so that what is behind it counts as reached.
const LEAST: f64 = 1e-9;

/// Takes from the calls of every proxy what its cache answers, as far as that is known before
/// the run, and notes what was taken.
pub(super) fn thin(graph: &mut Graph) {
    if !graph.has_caches() {
        return;
    }
    let behind = behind(graph);
    let traffic = Traffic::of(graph);
    for id in (0..).map(NodeId).take(graph.plans.len()) {
        let Some(plan) = graph.cache(id) else { continue };
        let (passing, rates): (Vec<_>, Vec<_>) = rates(graph, plan, &traffic, id)
            .into_iter()
            .partition(|((_, endpoint), _)| is_never_given(graph, plan, *endpoint));
        let can_be_known = !rates.iter().any(|(pair, _)| behind.contains(pair))
            && !rates.iter().any(|(pair, _)| is_doubtful(graph, plan, *pair))
            && !is_replayed(graph, &traffic, id)
            && !is_asked_by_browsers(graph, &traffic, id)
            && !is_split(graph, id)
            && !forgets(graph, id);
        let outlives = rates.iter().all(|((_, endpoint), _)| outlives_run(graph, plan, *endpoint));
        let replicas = f64::from(graph.fixed.topology.nodes[id.index()].replicas);
        let hits = match () {
            () if !can_be_known => None,
            () if outlives => hits(graph, plan, &rates),
            () if is_asked_steadily(graph, &traffic, id) => expiring(graph, plan, replicas, &rates),
            () => None,
        };
        let is_filling = hits.as_ref().is_some_and(|hits| {
            let groups = |endpoint: EndpointId, rate: f64| {
                let mut groups = Vec::new();
                groups_of(&graph.fixed.endpoints[endpoint.index()], rate, &mut groups);
                groups
            };
            let each = rates.iter().zip(hits);
            fills_late(
                graph,
                replicas,
                each.map(|((pair, rate), hit)| (groups(pair.1, *rate), *hit)),
            )
        });
        let hits = hits.filter(|_| !is_filling);
        let is_known = hits.is_some();
        let hits = hits.unwrap_or_default();
        let mut looked: f64 = passing.iter().map(|(_, rate)| rate).sum();
        let mut found = 0.0;
        for ((pair, rate), hit) in rates.iter().zip(&hits) {
            looked += rate;
            found += rate * hit;
            for (_, often) in graph.served.calls.get_mut(pair).into_iter().flatten() {
                *often *= (1.0 - hit).max(LEAST);
            }
        }
        let hit_ratio = (is_known && looked > 0.0).then(|| found / looked);
        graph.caches.push(CacheEstimate { node: id, hit_ratio, expires: !outlives, is_filling });
    }
}

/// How long the answers of an endpoint are fresh in a cache once they are there, in nanoseconds;
/// none if it gives none of them again without asking the origin.
#[must_use]
pub fn kept_for(graph: &Graph, plan: &CachePlan, endpoint: EndpointId) -> Option<i64> {
    keeping(graph, plan, endpoint).map(|keeping| keeping.left(Wall(0)))
}

/// The times of the answers of an endpoint in a cache that gives them again.
#[must_use]
pub fn keeping(graph: &Graph, plan: &CachePlan, endpoint: EndpointId) -> Option<Keeping> {
    keeping_at(graph, plan, endpoint, Wall(0))
}

/// The same for answers that are made and stored at this moment.
pub(super) fn keeping_at(
    graph: &Graph,
    plan: &CachePlan,
    endpoint: EndpointId,
    at: Wall,
) -> Option<Keeping> {
    kept_like(graph, &plan.endpoints, (plan.profile, &plan.rules), endpoint, at)
}

/// Whether the browsers of a client's people give some answer again without asking for it, so that
/// fewer requests leave them than people ask.
#[must_use]
pub fn browsers_keep(graph: &Graph, client: &ClientTraffic) -> bool {
    let Some(browser) = graph.browser(client.node) else { return false };
    let rules = Rules::default();
    let like = (ProfileName::Browser.profile(), &rules);
    client.visits.keys().any(|(_, endpoint)| {
        let keeping = kept_like(graph, &browser.endpoints, like, *endpoint, Wall(0));
        keeping.is_some_and(|keeping| keeping.left(Wall(0)) > 0)
    })
}

/// The times of the answers of an endpoint, if it is among those that are looked for.
fn kept_like(
    graph: &Graph,
    endpoints: &[bool],
    (profile, rules): (&Profile, &Rules),
    endpoint: EndpointId,
    at: Wall,
) -> Option<Keeping> {
    let is_looked_for = endpoints.get(endpoint.index()).copied().unwrap_or(false);
    let http = graph.fixed.http.as_deref().filter(|_| is_looked_for)?;
    let reply = http.replies.get(endpoint.index())?.first()?;
    let (head, question) = (http.head(reply.head)?, http.questions.get(endpoint.index())?);
    let born = at.plus_seconds(-i64::from(head.age));
    match storing(profile, rules, question, head, (born, at)) {
        Storing::Stored(keeping) if !keeping.always_asks => Some(keeping),
        Storing::Stored(_) | Storing::Passes(_) | Storing::Refused => None,
    }
}

/// Whether what a cache keeps of an endpoint is fresh for as long as the run takes: only then is it
/// known what it answers.
fn outlives_run(graph: &Graph, plan: &CachePlan, endpoint: EndpointId) -> bool {
    let run = i64::try_from(graph.run.duration.0).unwrap_or(i64::MAX);
    kept_for(graph, plan, endpoint).is_none_or(|fresh| fresh >= run)
}

/// What a cache looks for, and how often each is asked for in a second.
fn rates(graph: &Graph, plan: &CachePlan, traffic: &Traffic, id: NodeId) -> Vec<(Pair, f64)> {
    let of_node = graph
        .served
        .calls
        .keys()
        .filter(|(node, endpoint)| *node == id && kept_for(graph, plan, *endpoint).is_some());
    let rate = |pair: &Pair| -> f64 {
        let often = |it: &ClientTraffic| it.visits.get(pair).copied().unwrap_or(0.0);
        traffic.clients.iter().map(|it| it.rate * often(it)).sum()
    };
    of_node.map(|pair| (*pair, rate(pair))).collect()
}

/// What is asked for through caches: it comes with another popularity.
fn behind(graph: &Graph) -> BTreeSet<Pair> {
    let calls = |pair: &Pair| graph.served.calls.get(pair).into_iter().flatten();
    let is_looked_for = |(node, endpoint): &&Pair| {
        let plan = graph.cache(*node);
        plan.is_some_and(|plan| kept_for(graph, plan, *endpoint).is_some())
    };
    let first = graph.served.calls.keys().filter(is_looked_for);
    let mut open: Vec<Pair> = first.flat_map(calls).map(|(to, _)| *to).collect();
    let mut behind = BTreeSet::new();
    while let Some(pair) = open.pop() {
        if behind.insert(pair) {
            open.extend(calls(&pair).map(|(to, _)| *to));
        }
    }
    behind
}

/// Whether a trace says what a node is asked for.
fn is_replayed(graph: &Graph, traffic: &Traffic, id: NodeId) -> bool {
    let has_trace =
        |client: NodeId| graph.fixed.traces.get(client.index()).is_some_and(Option::is_some);
    traffic
        .clients
        .iter()
        .any(|client| has_trace(client.node) && client.visits.keys().any(|(node, _)| *node == id))
}

/// Whether the people who ask a node have browsers that keep answers: how much of what comes to it
/// they keep back is not known before the run.
fn is_asked_by_browsers(graph: &Graph, traffic: &Traffic, id: NodeId) -> bool {
    traffic.clients.iter().any(|client| {
        graph.browser(client.node).is_some() && client.visits.keys().any(|(node, _)| *node == id)
    })
}

/// Whether a balancer sends different objects to different caches.
fn is_split(graph: &Graph, id: NodeId) -> bool {
    graph.plans.iter().any(|plan| {
        let Role::Balancer { plan, .. } = &plan.role else { return false };
        plan.spec.reads_uri() && plan.backends.iter().any(|backend| backend.node == id)
    })
}

/// The hit ratios of what is asked for at these rates, if theory knows the policy.
fn hits(graph: &Graph, plan: &CachePlan, rates: &[(Pair, f64)]) -> Option<Vec<f64>> {
    let mut groups = Vec::new();
    let mut ends = Vec::new();
    for ((_, endpoint), rate) in rates {
        groups_of(&graph.fixed.endpoints[endpoint.index()], *rate, &mut groups)?;
        ends.push(groups.len());
    }
    let ratios = hit_ratios(plan.policy, plan.capacity, &groups)?;
    let mut start = 0;
    let mut hits = Vec::new();
    for end in ends {
        let asked = |place: usize| groups[place].objects * groups[place].rate;
        let all: f64 = (start..end).map(asked).sum();
        let found: f64 = (start..end).map(|place| asked(place) * ratios[place]).sum();
        hits.push(if all > 0.0 { found / all } else { 0.0 });
        start = end;
    }
    Some(hits)
}

/// Whether all who ask a node do so at a rate that is known and does not change.
fn is_asked_steadily(graph: &Graph, traffic: &Traffic, id: NodeId) -> bool {
    let mut asking =
        traffic.clients.iter().filter(|it| it.visits.keys().any(|(node, _)| *node == id));
    asking.all(|client| match &graph.plans[client.node.index()].role {
        Role::Client(plan) => is_steady(&plan.demand),
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => false,
    })
}

fn is_steady(demand: &Demand) -> bool {
    match demand {
        Demand::Renewal(_) => true,
        Demand::Open(arrivals) => matches!(
            **arrivals,
            Arrivals::Poisson { poisson: RateProfile::Constant(_), .. }
                | Arrivals::Regular { regular: RateProfile::Constant(_) }
        ),
        Demand::Visits(_) | Demand::Replayed(_) | Demand::Closed(..) | Demand::ClosedTrace(_) => {
            false
        }
    }
}

/// The hit ratios of a cache that has room for everything and whose answers expire: of what is
/// asked for λ times a second at random and is fresh for T, each miss is followed by λT hits on
/// average, so that λT / (1 + λT) are hits (Jung, Berger and Balakrishnan, "Modeling TTL-based
/// Internet caches", INFOCOM 2003). Where lifetimes are counted in whole seconds, T is their mean
/// over when in a second something is stored: half a second less than at its beginning. None if it
/// gives what is expired, or forgets what is not.
fn expiring(
    graph: &Graph,
    plan: &CachePlan,
    replicas: f64,
    rates: &[(Pair, f64)],
) -> Option<Vec<f64>> {
    let is_plain = plan.stale_on.is_empty()
        && plan.min_uses <= 1
        && plan.ttl_jitter <= 0.0
        && plan.inactive.is_none();
    if !is_plain {
        return None;
    }
    let (mut hits, mut room) = (Vec::new(), 0.0);
    for ((_, endpoint), rate) in rates {
        let keeping = keeping(graph, plan, *endpoint)?;
        if keeping.grace > 0 {
            return None;
        }
        #[allow(clippy::cast_precision_loss, reason = "a time of a run is below 2^53 µs")]
        let fresh = if outlives_run(graph, plan, *endpoint) {
            f64::INFINITY
        } else {
            // What is stored at the beginning of a second is kept longest.
            let fraction = if plan.profile.counting == Counting::Exact { 0.0 } else { 0.5 };
            (keeping.left(Wall(0)) as f64 / 1e9 - fraction).max(0.0)
        };
        let mut groups = Vec::new();
        groups_of(&graph.fixed.endpoints[endpoint.index()], *rate, &mut groups)?;
        let hit = |group: &Group| match group.rate / replicas * fresh {
            often if often.is_infinite() => 1.0,
            often => often / (1.0 + often),
        };
        room +=
            groups.iter().map(|group| group.objects * weight(plan.capacity, group)).sum::<f64>();
        let asked: f64 = groups.iter().map(|group| group.objects * group.rate).sum();
        let found: f64 = groups.iter().map(|it| it.objects * it.rate * hit(it)).sum();
        hits.push(if asked > 0.0 { found / asked } else { 0.0 });
    }
    #[allow(clippy::cast_precision_loss, reason = "a capacity is below 2^60")]
    let most = plan.capacity.most() as f64;
    (room <= most).then_some(hits)
}

/// How much of a capacity an object takes.
fn weight(capacity: Capacity, group: &Group) -> f64 {
    match capacity {
        Capacity::Bytes(_) => group.bytes.max(1.0),
        Capacity::Objects(_) => 1.0,
    }
}

/// The objects of an endpoint, in groups of nearly equal popularity; none if requests for them
/// are not independent of one another and of time, as the approximation has it.
fn groups_of(endpoint: &Endpoint, rate: f64, groups: &mut Vec<Group>) -> Option<()> {
    let bytes = endpoint.response_bytes.as_ref().and_then(Amount::mean).unwrap_or(0.0);
    let Some(objects) = &endpoint.objects else {
        groups.push(Group { objects: 1.0, rate, bytes });
        return Some(());
    };
    let once = endpoint.once.map_or(0.0, |once| rate * once.share());
    again(objects, rate - once, bytes, groups)?;
    if once > 0.0 {
        // So many that none is asked for twice: what counts is the room that they take.
        groups.push(Group { objects: WONDERS, rate: once / WONDERS, bytes });
    }
    Some(())
}

/// More objects than any run asks for.
const WONDERS: f64 = 1e15;

/// The objects that are asked for again.
fn again(objects: &Objects, rate: f64, bytes: f64, groups: &mut Vec<Group>) -> Option<()> {
    /// The first objects stand alone; later ones are put together by hundredths of their rank.
    const ALONE: u32 = 1_024;
    let (first, count) = (groups.len(), objects.count());
    let mut at = 0;
    while at < count {
        let step = match objects {
            Objects::Uniform(_) => count,
            Objects::Zipf(_) if at < ALONE => 1,
            Objects::Zipf(_) => at / 100,
            Objects::Drift(_) | Objects::Loop(_) => return None,
        };
        let end = at.saturating_add(step).min(count);
        let each = objects.probability(ObjectId(at + (end - at - 1) / 2))?;
        groups.push(Group { objects: f64::from(end - at), rate: each, bytes });
        at = end;
    }
    let total: f64 = groups[first..].iter().map(|group| group.objects * group.rate).sum();
    for group in &mut groups[first..] {
        group.rate *= rate / total;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evict::{Capacity, Policy, Store};
    use crate::popularity::once::Once;
    use crate::popularity::{Popularity, next};
    use crate::rng::mix;
    use crate::time::Time;
    use crate::unit::Probability;

    fn endpoint(popularity: &str, one_hit: f64) -> Endpoint {
        let popularity: Popularity = serde_json::from_str(popularity).unwrap();
        Endpoint {
            name: "product".to_owned(),
            name_hash: 1,
            uri: 1,
            method: crate::http::Method::Get,
            path: String::new(),
            objects: popularity.objects(100_000).ok(),
            once: Once::new(Probability::new(one_hit).unwrap(), 100_000),
            request_bytes: 0,
            response_bytes: None,
            status: 200,
            class: None,
            write: false,
            idempotent: true,
            program: None,
        }
    }

    /// The groups of a law, and what an LRU cache of a tenth of the objects answers of all.
    fn expected(popularity: &str, one_hit: f64) -> Option<(Vec<Group>, f64)> {
        let mut groups = Vec::new();
        groups_of(&endpoint(popularity, one_hit), 50.0, &mut groups)?;
        let ratios = hit_ratios(Policy::Lru, Capacity::Objects(10_000), &groups)?;
        let asked = groups.iter().zip(ratios).map(|(it, ratio)| it.objects * it.rate * ratio);
        let overall = asked.sum::<f64>() / 50.0;
        Some((groups, overall))
    }

    #[test]
    fn groups_of_objects_stand_for_single_ones() {
        let (groups, overall) = expected("{ \"zipf\": 0.9 }", 0.0).unwrap();
        assert!(groups.len() < 2_000, "{}", groups.len());
        assert!((groups.iter().map(|it| it.objects).sum::<f64>() - 100_000.0).abs() < 1e-6);
        assert!((overall - 0.6052).abs() < 1e-4, "{overall}");
    }

    #[test]
    fn one_hit_wonders_take_room_and_are_never_found() {
        let (objects, once, seed) = (100_000, 0.3, 9_000_000);
        let (_, overall) = expected("{ \"zipf\": 0.9 }", once).unwrap();
        let of = endpoint("{ \"zipf\": 0.9 }", once);
        let (law, wonders) = (of.objects.unwrap(), of.once.unwrap());
        let mut store = Store::new(Policy::Lru, Capacity::Objects(10_000));
        let (mut hits, mut all, mut count) = (0.0, 0.0, 0);
        for request in 0..1_000_000_u64 {
            let object = if wonders.happens(mix(seed + 2 * request)) {
                wonders.object(next(&mut count))
            } else {
                law.pick(mix(seed + 2 * request + 1), Time::ZERO, || 0)
            };
            let is_hit = store.get(u64::from(object.0)).is_some();
            if !is_hit {
                store.put(u64::from(object.0), 1, ());
            }
            // A fifth fills the cache.
            if request >= 200_000 {
                (hits, all) = (hits + f64::from(u8::from(is_hit)), all + 1.0);
            }
        }
        assert!(objects == law.count() && (overall - hits / all).abs() < 0.002, "{overall} {hits}");
    }

    #[test]
    fn of_requests_that_depend_on_time_or_order_nothing_is_expected() {
        let drift = r#"{ "drift": { "zipf": 0.9, "every": "60s", "by": 200 } }"#;
        assert!(expected(drift, 0.0).is_none() && expected("\"loop\"", 0.0).is_none());
    }
}
