//! One replication: run, audited, and read.

use super::caches::{CacheReading, cache_readings};
use super::cost::cost_per_hour;
use super::parts::{PartsReading, parts};
use super::timeline::{TimelineSeries, timeline};
use crate::graph::{Graph, Role};
use crate::id::{EndpointId, NodeId};
use crate::metrics::{AtNode, EndToEnd, at_node, end_to_end, is_of_caches};
use crate::model::Until;
use crate::observe::{
    Audit, BrowserMeters, Buckets, CacheMeters, Carried, ClassMeter, Connects, IdentityMeters,
    MemoryMeters, Meters, Observable, Outages, Probes, RequestLog, RequestRow, Sample,
    ScreenMeters, Series, Shape, Strict, Violation,
};
use crate::rng::Key;
use crate::stats::LADDER;
use crate::time::{Span, Time};
use crate::world::{self, Halt, Workspace};

/// Buckets of a timeline at most.
const TIMELINE_BUCKETS: u64 = 200;

/// What is wanted of a replication beyond its metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The strict fingerprint.
    pub strict: bool,
    /// All single requests, or a sample of so many.
    pub requests: Option<Option<usize>>,
}

/// What one replication came to.
#[derive(Debug, Clone)]
pub struct Replication {
    /// Readings of [`end_to_end`], in its order; NaN where there was nothing to read.
    pub summary: Vec<f64>,
    /// Readings at nodes, and at replicas and for classes where they are wanted.
    pub nodes: Vec<NodeReading>,
    /// Readings of caches, by the endpoint that was asked for where there are several.
    pub caches: Vec<CacheReading>,
    /// Quantiles of latency by client and endpoint, and for all.
    pub ladders: Vec<Ladder>,
    /// Where the time goes by endpoint, and for all.
    pub parts: Vec<PartsReading>,
    /// Averages over the buckets of the run.
    pub timeline: Vec<TimelineSeries>,
    /// For each probe and moment, the number present.
    pub probes: Vec<Vec<Option<f64>>>,
    /// What machines and the bytes over links cost an hour.
    pub cost_per_hour: f64,
    /// How many requests ended in the window, with success.
    pub observations: u64,
    /// How many requests ended in the window, with success or not.
    pub ended: u64,
    /// Requests without an outcome at the end, as a share of all that were issued.
    pub in_flight_share: f64,
    /// How many requests were issued in the window.
    pub issued: u64,
    /// How many more stolen credentials worked at the end of the window than at its beginning, as
    /// a share of the thefts in it; none without any.
    pub thefts_left: Option<f64>,
    /// The highest utilisation of a node, and that node.
    pub busiest: Option<(NodeId, f64)>,
    /// When the run ended.
    pub end: Time,
    /// The length of the measured window.
    pub window: Span,
    /// Events of the engine.
    pub events: u64,
    /// What ended it before its time.
    pub halt: Option<Halt>,
    /// The observable fingerprint.
    pub observable: u64,
    /// The strict fingerprint, if it was wanted.
    pub strict: Option<u64>,
    /// Whether single requests were wanted.
    pub keeps_requests: bool,
    /// Those that ended of them.
    pub requests: Vec<RequestRow>,
}

/// Readings at one node, at one replica of it, or for one class of priority at it.
#[derive(Debug, Clone)]
pub struct NodeReading {
    /// The node.
    pub node: NodeId,
    /// The replica from 0, if this is about one.
    pub replica: Option<u16>,
    /// The class of priority, if this is about one.
    pub class: Option<u8>,
    /// Readings of [`at_node`], in its order; NaN where there was nothing to read.
    pub values: Vec<f64>,
    /// How long each number was present, as shares of the window: at the node, or at a replica of
    /// it on average if replicas are measured.
    pub shares: Vec<f64>,
    /// The same for the number present at a single replica, over all replicas of the node.
    pub replica_shares: Vec<f64>,
    /// How many exchanges were answered in the window.
    pub observations: u64,
    /// How many exchanges left in the window, answered or not.
    pub left: u64,
}

/// Quantiles of latency.
#[derive(Debug, Clone)]
pub struct Ladder {
    /// The client; none for all.
    pub client: Option<NodeId>,
    /// The endpoint; none for all.
    pub endpoint: Option<EndpointId>,
    /// The quantiles of [`LADDER`] in seconds; NaN where there was nothing to read.
    pub quantiles: Vec<f64>,
    /// Over how many successes.
    pub observations: u64,
}

/// Why a replication has no result: a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the audit of replication {replication} with seed {seed} failed: {violation}")]
pub struct RunFault {
    /// The replication, from 0.
    pub replication: u32,
    /// The seed of the scenario.
    pub seed: u64,
    /// What does not add up.
    pub violation: Violation,
}

/// What every replication is watched by, and what else a scenario needs or somebody wants: a run
/// that is watched by nothing else asks so once for each fact.
pub type Watchers = (((Meters, Audit), Observable), Option<Further>);
/// What only some scenarios need, and, out of the way of that, what few want.
pub type Further = ((Option<CacheMeters>, Option<Rest>), Option<Box<Extras>>);
/// What only scenarios with caches, faults or connections need, once a run is over.
pub type Special = (Option<CacheMeters>, Rest);
/// What only scenarios with faults or connections need. Those with caches alone ask so once.
type Rest = (Option<Outages>, (Option<Connects>, Others));
/// What only scenarios that count bytes need, and those with people.
type Others = (Option<Box<Sizes>>, People);
/// What only scenarios with a price for bytes need, and those that limit memory. Both are rare: in
/// a box of their own they are one question to all others, and no fact has to lie in memory for
/// them.
type Sizes = (Option<Carried>, Option<MemoryMeters>);
/// What only scenarios with identities, screens or attackers, or pages of several parts or origins
/// need.
type People = (Option<IdentityMeters>, (Option<ScreenMeters>, Option<Box<BrowserMeters>>));
/// What few want of a replication.
pub type Extras = (Option<Strict>, (Option<RequestLog>, Option<Probes>));

/// Runs, audits and reads replication number `replication` of `graph`, measuring from `window` on.
///
/// # Errors
/// If the audit finds that something does not add up.
pub fn replicate(
    graph: &Graph,
    replication: u32,
    window: Time,
    wanted: Wanted,
) -> Result<Replication, RunFault> {
    replicate_in(&mut Workspace::default(), graph, replication, window, wanted)
}

/// The same, in memory that was used before.
///
/// # Errors
/// If the audit finds that something does not add up.
pub fn replicate_in(
    space: &mut Workspace,
    graph: &Graph,
    replication: u32,
    window: Time,
    wanted: Wanted,
) -> Result<Replication, RunFault> {
    let root = Key::root(graph.run.seed, replication);
    let ended = world::run_tuned(space, graph, root, watchers(graph, window, wanted));
    let (((mut meters, audit), observable), further) = ended.observer;
    let ((caches, rest), extras) = further.unwrap_or_default();
    let mut special: Special = (caches, rest.unwrap_or_default());
    let end = ended.at;
    meters.close(end);
    if let Some(outages) = &mut special.1.0 {
        outages.close(end);
    }
    if let Some(connects) = &mut special.1.1.0 {
        connects.close(end);
    }
    if let Some((_, Some(memory))) = special.1.1.1.0.as_deref_mut() {
        memory.close(end);
    }
    if let Some(identities) = &mut special.1.1.1.1.0 {
        identities.close(end);
    }
    let checked = audit
        .close(end, &ended.requests, &ended.inside, &graph.names)
        .and_then(|()| audit.agrees(end, &meters, &graph.names))
        .and_then(|()| match special.1.1.1.0.as_deref() {
            Some((_, Some(memory))) => memory.agrees(&ended.memory, &graph.names),
            _ => Ok(()),
        });
    checked.map_err(|violation| RunFault { replication, seed: graph.run.seed, violation })?;
    let (strict, (log, mut probes)) = extras.map_or_else(Default::default, |extras| *extras);
    let probes = probes.as_mut().map_or_else(Vec::new, |probes| probes.close(end));
    let in_flight = ended.requests.len() as u64;
    let span = Span(end.0.saturating_sub(window.0));
    let issued: u64 = meters.classes.iter().map(|class| class.issued).sum();
    // What attackers see of a service is no measure of it.
    let attackers: Vec<NodeId> = graph.attackers().collect();
    let is_harmful = |class: &mut ClassMeter| attackers.contains(&class.client);
    let harmful: Vec<ClassMeter> = meters.classes.extract_if(.., is_harmful).collect();
    let carried = special.1.1.1.0.as_deref().and_then(|sizes| sizes.0.as_ref());
    let cost_per_hour = cost_per_hour(graph, &meters, carried, span);
    let mut run = EndToEnd::new(&meters, span, cost_per_hour);
    run.attackers = &harmful;
    (run.caches, run.outages) = (special.0.as_ref(), special.1.0.as_ref());
    run.identities = special.1.1.1.1.0.as_ref();
    (run.screens, run.browsers) = (special.1.1.1.1.1.0.as_ref(), special.1.1.1.1.1.1.as_deref());
    let nodes = node_readings(graph, &meters, &special, span);
    Ok(Replication {
        summary: end_to_end().map(|metric| (metric.read)(&run).unwrap_or(f64::NAN)).collect(),
        caches: special.0.as_ref().map_or_else(Vec::new, |it| cache_readings(graph, it, span)),
        ladders: ladders(&meters, &run.latency),
        parts: parts(&meters, &run.latency),
        timeline: timeline(graph, &meters, end),
        probes,
        cost_per_hour,
        observations: run.latency.count,
        ended: run.ended(),
        #[allow(clippy::cast_precision_loss, reason = "a share for statistics")]
        in_flight_share: if issued == 0 { 0.0 } else { in_flight as f64 / issued as f64 },
        issued,
        thefts_left: special.1.1.1.1.0.as_ref().and_then(IdentityMeters::thefts_left),
        busiest: busiest(&nodes),
        nodes,
        end,
        window: span,
        events: ended.events,
        halt: ended.halt,
        observable: observable.0,
        strict: strict.map(|strict| strict.0),
        keeps_requests: log.is_some(),
        requests: log.map_or_else(Vec::new, RequestLog::into_rows),
    })
}

/// The number of requests present, averaged over `slots` slots of replication `replication`: the
/// first pass of an automatic warm-up, which records only that.
#[must_use]
pub fn requests_series(
    space: &mut Workspace,
    graph: &Graph,
    replication: u32,
    slots: u64,
) -> Vec<f64> {
    let root = Key::root(graph.run.seed, replication);
    let series = Series::new(graph.run.duration, slots);
    let mut ended = world::run_in(space, graph, root, series);
    ended.observer.close(ended.at);
    ended.observer.means
}

/// When the measured window opens: what the scenario says of its warm-up, or `found`.
#[must_use]
pub fn window_of(graph: &Graph, found: Option<Span>) -> Time {
    Time(graph.run.window(found).0)
}

/// Those who watch a replication of `graph`, measuring from `window` on.
#[must_use]
pub fn watchers(graph: &Graph, window: Time, wanted: Wanted) -> Watchers {
    let measure = graph.run.measure;
    let is_client = |role: &Role| matches!(role, Role::Client(_));
    let clients = (0..).map(NodeId).zip(&graph.plans).filter(|(_, plan)| is_client(&plan.role));
    let replicas: Vec<u16> = graph.fixed.topology.nodes.iter().map(|node| node.replicas).collect();
    let caches = graph.has_caches().then(|| {
        let endpoints = graph.fixed.endpoints.len();
        CacheMeters::new(&replicas, endpoints, window).without(graph.attackers())
    });
    let outages = graph.has_failing_nodes().then(|| outages(graph, window));
    let opens = graph.links.iter().any(|link| link.transport.is_some());
    let connects = opens.then(|| Connects::new(&replicas, window));
    let has_price = graph.links.iter().any(|link| link.price > 0.0);
    let carried = has_price.then(|| Carried::new(graph.links.len(), window));
    let memory = graph.has_memory().then(|| MemoryMeters::new(&replicas, window));
    let has_sizes = carried.is_some() || memory.is_some();
    let sizes = has_sizes.then(|| Box::new((carried, memory)));
    let identities = graph.fixed.auth.as_ref().map(|plan| {
        let errands = [plan.login, plan.refresh, plan.logout];
        IdentityMeters::new(graph.names.len(), errands, window).without(graph.attackers())
    });
    let browsers = graph.has_browsers().then(|| Box::new(BrowserMeters::new(window)));
    let screens = graph
        .fixed
        .screens
        .as_ref()
        .map(|_| ScreenMeters::new(graph.names.len(), graph.attackers().collect(), window));
    let shape = Shape {
        replicas,
        endpoints: graph.fixed.endpoints.len(),
        clients: clients.map(|(id, _)| id).collect(),
        classes: if measure.classes { graph.classes } else { 1 },
        by_replica: measure.replicas,
        node_digits: measure.node_digits,
        window,
        buckets: buckets(graph),
    };
    let audit = Audit::new(graph.names.len(), window);
    let probes = (!graph.probes.is_empty()).then(|| Probes::new(&graph.probes, window));
    let extras =
        (wanted.strict.then(Strict::default), (wanted.requests.map(RequestLog::new), probes));
    let is_wanted = extras.0.is_some() || extras.1.0.is_some() || extras.1.1.is_some();
    let has_rest = outages.is_some()
        || connects.is_some()
        || sizes.is_some()
        || identities.is_some()
        || screens.is_some()
        || browsers.is_some();
    let further = (caches.is_some() || has_rest || is_wanted).then(|| {
        let people = (identities, (screens, browsers));
        let rest = has_rest.then_some((outages, (connects, (sizes, people))));
        ((caches, rest), is_wanted.then(|| Box::new(extras)))
    });
    (((Meters::new(shape), audit), Observable::default()), further)
}

/// The meters of what faults do to the nodes of `graph`, measuring from `window` on.
#[must_use]
pub fn outages(graph: &Graph, window: Time) -> Outages {
    let shapes = graph.fixed.topology.nodes.iter().zip(&graph.plans);
    let nodes = (0..)
        .map(NodeId)
        .zip(shapes)
        .map(|(id, (shape, plan))| (shape.replicas, graph.fails(id).then_some(plan.needed)));
    Outages::new(nodes, window).scaling(graph.scalings.iter().map(|plan| plan.node))
}

/// The buckets of the timeline. A run that drains is longer than its duration, by how much nobody
/// knows before.
#[must_use]
pub(super) fn buckets(graph: &Graph) -> Buckets {
    let drains = graph.run.until == Until::Drained;
    let buckets = if drains { TIMELINE_BUCKETS / 2 } else { TIMELINE_BUCKETS };
    Buckets { width: Span(graph.run.duration.0.div_ceil(buckets).max(1)) }
}

#[allow(clippy::cast_precision_loss, reason = "shares for statistics")]
fn node_readings(
    graph: &Graph,
    meters: &Meters,
    special: &Special,
    window: Span,
) -> Vec<NodeReading> {
    let mut readings = Vec::new();
    for meter in meters.nodes.iter().chain(&meters.replicas) {
        let plan = &graph.plans[meter.at.node.index()];
        let is_client = matches!(plan.role, Role::Client(_));
        if is_client && (meter.is_replica || graph.browser(meter.at.node).is_none()) {
            continue;
        }
        let cores = plan.shape.as_ref().map_or(0.0, |shape| {
            let of = |machine: &crate::nodes::station::MachineShape| f64::from(machine.cores);
            if meter.is_replica {
                shape.machines.get(usize::from(meter.at.replica)).map_or(0.0, of)
            } else {
                shape.machines.iter().map(of).sum()
            }
        });
        let replicas = f64::from(graph.fixed.topology.nodes[meter.at.node.index()].replicas);
        let replicas = if meter.is_replica { 1.0 } else { replicas };
        let (caches, (outages, (connects, (sizes, (_, (screens, _)))))) = special;
        let (node, replica) = (meter.at.node, meter.is_replica.then_some(meter.at.replica));
        let caches = caches.as_ref().filter(|_| graph.keeps(node));
        let cache = caches.map(|caches| caches.at(node.index(), replica));
        let outage = outages.as_ref().and_then(|outages| outages.at(node.index(), replica));
        let connect = connects.as_ref().and_then(|connects| connects.at(node.index(), replica));
        let memory = sizes.as_deref().and_then(|sizes| sizes.1.as_ref());
        let memory = memory.filter(|_| plan.memory.is_some());
        let memory = memory.and_then(|memory| memory.at(node.index(), replica));
        let screens = screens.as_ref().filter(|_| replica.is_none());
        let crowd = screens.and_then(|screens| screens.crowd(node.index()));
        let whole = AtNode::new(meter, None, window, cores, replicas);
        let is_scaled = graph.scaling(node).is_some();
        let is_limited = graph.fixed.topology.nodes[node.index()].most_connections.is_some();
        let connections = connect.filter(|_| is_limited).map(|it| it.open);
        let taken = AtNode { connections, memory, ..whole };
        let at = AtNode { cache, outage, connect, crowd, is_scaled, ..taken };
        readings.push(reading(&at));
        if is_client {
            // Of people, only what their browsers keep is measured as at a node.
            let looked = cache.map_or(0, |cache| cache.looked());
            if let Some(last) = readings.last_mut() {
                let values = at_node().zip(&mut last.values);
                let others = values.filter(|(metric, _)| !is_of_caches(metric));
                others.for_each(|(_, value)| *value = f64::NAN);
                (last.observations, last.left) = (looked, looked);
            }
            continue;
        }
        if meter.wait.len() > 1 {
            for class in 0..meter.wait.len() {
                readings.push(reading(&AtNode::new(meter, Some(class), window, cores, replicas)));
            }
        }
    }
    readings
}

#[allow(clippy::cast_precision_loss, reason = "shares for statistics")]
fn reading(at: &AtNode<'_>) -> NodeReading {
    let (meter, class) = (at.meter, at.class);
    let shares_of = |times: &[u64], of: f64| -> Vec<f64> {
        let last = times.iter().rposition(|time| *time > 0).map_or(0, |last| last + 1);
        times[..last].iter().map(|time| *time as f64 / of).collect()
    };
    let span = at.window.0 as f64;
    NodeReading {
        node: meter.at.node,
        replica: meter.is_replica.then_some(meter.at.replica),
        class: class.and_then(|class| u8::try_from(class).ok()),
        values: at_node().map(|metric| (metric.read)(at).unwrap_or(f64::NAN)).collect(),
        shares: if class.is_some() { Vec::new() } else { shares_of(meter.present.shares(), span) },
        replica_shares: shares_of(&meter.replica_shares, span * at.replicas),
        observations: at.sojourn.count,
        // How exchanges leave otherwise is not told apart by class.
        left: if class.is_some() { at.sojourn.count } else { meter.left.iter().sum() },
    }
}

fn busiest(nodes: &[NodeReading]) -> Option<(NodeId, f64)> {
    let place = at_node().position(|metric| metric.name == "utilisation")?;
    let whole = nodes.iter().filter(|node| node.replica.is_none() && node.class.is_none());
    let used = whole.map(|node| (node.node, node.values[place])).filter(|(_, u)| !u.is_nan());
    used.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

fn ladder_of(client: Option<NodeId>, endpoint: Option<EndpointId>, sample: &Sample) -> Ladder {
    let quantile = |q: &crate::stats::Quantile| sample.quantile(q.p()).unwrap_or(f64::NAN);
    let quantiles = LADDER.iter().map(quantile).collect();
    Ladder { client, endpoint, quantiles, observations: sample.count }
}

fn ladders(meters: &Meters, all: &Sample) -> Vec<Ladder> {
    let mut ladders = vec![ladder_of(None, None, all)];
    let seen: Vec<&ClassMeter> = meters
        .classes
        .iter()
        .filter(|class| class.issued > 0 || class.latency.count() > 0)
        .collect();
    // With one class, it is the whole.
    if seen.len() > 1 {
        let of = |class: &&ClassMeter| {
            let sample = Sample::of([&class.latency]);
            ladder_of(Some(class.client), Some(class.endpoint), &sample)
        };
        ladders.extend(seen.iter().map(of));
    }
    ladders
}
