//! Meters: what all metrics are read from, accumulated as the facts come.
//!
//! One observer keeps the counters, levels and histograms that the metrics share, because a fact
//! that every metric folded by itself would be folded thirty times. A metric is then a reading of
//! them at the end of the run.

use super::{Buckets, Level, Occupancy, Recorder};
use crate::fact::{Exit, Fact, Observer, Place};
use crate::id::{EndpointId, NodeId};
use crate::net::Parts;
use crate::outcome::{Answer, Reason};
use crate::time::Time;

/// What the meters are laid out for.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Replicas of each node.
    pub replicas: Vec<u16>,
    /// How many endpoints there are.
    pub endpoints: usize,
    /// Which nodes are clients.
    pub clients: Vec<NodeId>,
    /// Priority classes to tell apart; 1 for none.
    pub classes: u8,
    /// Whether replicas have meters of their own.
    pub by_replica: bool,
    /// Significant digits of the nodes' histograms.
    pub node_digits: u8,
    /// When the measured window opens.
    pub window: Time,
    /// The buckets of the timeline.
    pub buckets: Buckets,
}

/// Requests of one client for one endpoint.
#[derive(Debug, Clone)]
pub struct ClassMeter {
    /// The client.
    pub client: NodeId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Requests issued.
    pub issued: u64,
    /// Latencies of successes.
    pub latency: Recorder,
    /// Latencies of failures: their count, sum and the greatest, in nanoseconds.
    pub failed: (u64, u128, u64),
    /// Failures by reason.
    pub failures: [u64; Reason::ALL.len()],
    /// Attempts over all requests that ended.
    pub attempts: u64,
    /// Successes that came too late.
    pub late: u64,
    /// Where the time of successes went: counts and sums by bucket of latency.
    pub parts: Vec<(u64, [u128; 8])>,
}

/// Exchanges at one node, or at one replica of it.
#[derive(Debug, Clone)]
pub struct NodeMeter {
    /// The node, and the replica if it is about one.
    pub at: Place,
    /// Whether this is about one replica.
    pub is_replica: bool,
    /// Exchanges present.
    pub present: Occupancy,
    /// Exchanges that wait for a worker or a core.
    pub waiting: Level,
    /// Cores at work.
    pub busy: Level,
    /// Cores with stopped work.
    pub stopped: Level,
    /// Replicas that are off.
    pub off: Level,
    /// Replicas that are being set up.
    pub starting: Level,
    /// Of a node whose replicas are switched on and off: those that are on, being set up or not.
    pub on: Level,
    /// How often one of them was switched on.
    pub starts: u64,
    /// Replicas that faults keep from working.
    pub ill: Level,
    /// How often circuit breakers before it opened, and how often of these from being closed.
    pub breakers: [u64; 2],
    /// Exchanges that arrived, the refused ones included.
    pub arrived: u64,
    /// Exchanges that left, by [`Exit`].
    pub left: [u64; 5],
    /// Exchanges answered with success.
    pub succeeded: u64,
    /// Waits of those that were answered, by priority class.
    pub wait: Vec<Recorder>,
    /// Stays of those that were answered, by priority class.
    pub sojourn: Vec<Recorder>,
    /// Waits of all that were not refused: count and sum.
    pub wait_all: (u64, u128),
    /// How long each number was present at a single replica, over all replicas.
    pub replica_shares: Vec<u64>,
}

/// Integrals of the levels of a node that timelines show.
pub(super) type Sums = [u128; 5];

/// Averages over the buckets of the run.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Requests that succeeded, by bucket.
    pub succeeded: Vec<u64>,
    /// Their latencies summed, in nanoseconds, by bucket.
    pub latency: Vec<u128>,
    /// Requests present: the integral, by bucket.
    pub present: Vec<u128>,
    /// For each node: the integrals of present, waiting, busy, on and starting, by bucket.
    pub nodes: Vec<Vec<[u128; 5]>>,
}

/// Buckets of a timeline for which there is room from the start.
const USUAL_BUCKETS: usize = 256;

/// Everything that metrics are read from.
#[derive(Debug, Clone)]
pub struct Meters {
    /// What they are laid out for.
    pub shape: Shape,
    /// Requests by client and endpoint.
    pub classes: Vec<ClassMeter>,
    /// Requests present.
    pub present: Level,
    /// All nodes.
    pub nodes: Vec<NodeMeter>,
    /// All replicas, if they are wanted, behind one another.
    pub replicas: Vec<NodeMeter>,
    /// The number of busy and of stopped cores of each replica, from which the nodes' follow.
    states: Vec<ReplicaState>,
    first_replica: Vec<usize>,
    /// The run by buckets.
    pub timeline: Timeline,
    bucket_ends: Time,
    sums_before: Vec<Sums>,
    present_before: u128,
    /// Successes of the present bucket, and their latencies summed.
    succeeded_in_bucket: u64,
    latency_in_bucket: u128,
    is_open: bool,
    /// The next moment at which a bucket ends or the window opens.
    next: Time,
}

#[derive(Debug, Clone, Copy, Default)]
struct ReplicaState {
    busy: u32,
    stopped: u32,
    off: bool,
    starting: bool,
    on: bool,
    ill: bool,
}

/// A doubling of latency has two to the power of this many buckets for the parts.
const PARTS_STEPS: u32 = 5;

/// The bucket of a latency of so many nanoseconds: 3 % wide at most. A recorder's buckets lie
/// within these, since they cut each doubling into more steps of the same kind.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the result is below 64 * 32")]
const fn parts_bucket(nanos: u64) -> usize {
    let least = 1 << PARTS_STEPS;
    let doubling = (nanos | least).ilog2() - PARTS_STEPS;
    let step = if nanos < least { 0 } else { (nanos >> doubling) - least };
    ((doubling as u64) << PARTS_STEPS) as usize + step as usize
}

impl Timeline {
    /// No bucket yet, and room for as many as a run has unless it drains for long.
    fn new(nodes: usize) -> Self {
        Self {
            succeeded: Vec::with_capacity(USUAL_BUCKETS),
            latency: Vec::with_capacity(USUAL_BUCKETS),
            present: Vec::with_capacity(USUAL_BUCKETS),
            nodes: (0..nodes).map(|_| Vec::with_capacity(USUAL_BUCKETS)).collect(),
        }
    }
}

impl Meters {
    /// Empty meters.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let meter = |at: Place, is_replica| NodeMeter::new(at, is_replica, &shape);
        let mut nodes = Vec::new();
        let (mut replicas, mut states, mut first_replica) = (Vec::new(), Vec::new(), Vec::new());
        for (node, count) in (0..).map(NodeId).zip(&shape.replicas) {
            nodes.push(meter(Place { node, replica: 0 }, false));
            first_replica.push(states.len());
            for replica in 0..*count {
                states.push(ReplicaState::default());
                if shape.by_replica {
                    replicas.push(meter(Place { node, replica }, true));
                }
            }
        }
        let mut classes = Vec::new();
        for client in &shape.clients {
            for endpoint in 0..shape.endpoints {
                let endpoint = EndpointId(u16::try_from(endpoint).unwrap_or(u16::MAX));
                classes.push(ClassMeter::new(*client, endpoint));
            }
        }
        let timeline = Timeline::new(nodes.len());
        let sums_before = vec![Sums::default(); nodes.len()];
        let bucket_ends = shape.buckets.end(0);
        let next = shape.window.min(bucket_ends);
        Self {
            classes,
            present: Level::default(),
            nodes,
            replicas,
            states,
            first_replica,
            timeline,
            bucket_ends,
            sums_before,
            present_before: 0,
            succeeded_in_bucket: 0,
            latency_in_bucket: 0,
            is_open: false,
            next,
            shape,
        }
    }

    /// Ends the measurement.
    pub fn close(&mut self, end: Time) {
        self.pass(end);
        self.close_bucket(end);
        self.flush(end);
        if self.shape.by_replica {
            self.fold_replicas();
        }
    }

    /// Passes the ends of buckets and the opening of the window up to `now`.
    #[cold]
    fn pass(&mut self, now: Time) {
        while now >= self.next {
            if !self.is_open && self.shape.window <= self.bucket_ends {
                self.open(self.shape.window);
            } else {
                self.close_bucket(self.bucket_ends);
                self.bucket_ends = self.shape.buckets.end(self.timeline.present.len());
            }
            self.next = self.bucket_ends;
            if !self.is_open {
                self.next = self.next.min(self.shape.window);
            }
        }
    }

    fn flush(&mut self, at: Time) {
        self.present.flush(at);
        for meter in self.nodes.iter_mut().chain(&mut self.replicas) {
            meter.present.flush(at);
            for level in meter.levels() {
                level.flush(at);
            }
        }
    }

    /// The measured window opens: what was before is forgotten, but not in the timeline.
    fn open(&mut self, at: Time) {
        self.flush(at);
        self.is_open = true;
        let mut carry: Vec<Sums> = Vec::new();
        for (meter, before) in self.nodes.iter().zip(&self.sums_before) {
            let areas = meter.sums();
            carry.push(std::array::from_fn(|i| areas[i] - before[i]));
        }
        let present_carry = self.present.area() - self.present_before;
        self.present.open(at);
        for meter in self.nodes.iter_mut().chain(&mut self.replicas) {
            meter.open(at);
        }
        for class in &mut self.classes {
            *class = ClassMeter::new(class.client, class.endpoint);
        }
        // The bucket in which the window opens keeps what it had: as a debt of the new integrals.
        self.sums_before = carry.into_iter().map(|sums| sums.map(|s| s.wrapping_neg())).collect();
        self.present_before = present_carry.wrapping_neg();
    }

    fn close_bucket(&mut self, at: Time) {
        self.flush(at);
        let timeline = &mut self.timeline;
        timeline.present.push(self.present.area().wrapping_sub(self.present_before));
        self.present_before = self.present.area();
        for ((meter, before), rows) in
            self.nodes.iter().zip(&mut self.sums_before).zip(&mut timeline.nodes)
        {
            let areas = meter.sums();
            rows.push(std::array::from_fn(|i| areas[i].wrapping_sub(before[i])));
            *before = areas;
        }
        timeline.succeeded.push(std::mem::take(&mut self.succeeded_in_bucket));
        timeline.latency.push(std::mem::take(&mut self.latency_in_bucket));
    }

    /// Adds up, for each node, how long each number was present at its replicas.
    fn fold_replicas(&mut self) {
        for replica in &self.replicas {
            let shares = &mut self.nodes[replica.at.node.index()].replica_shares;
            let of_one = replica.present.shares();
            shares.resize(shares.len().max(of_one.len()), 0);
            for (sum, share) in shares.iter_mut().zip(of_one) {
                *sum += share;
            }
        }
    }

    #[inline(always)]
    fn replica(&mut self, at: Place) -> Option<&mut NodeMeter> {
        if self.replicas.is_empty() {
            return None;
        }
        let place = self.first_replica[at.node.index()] + usize::from(at.replica);
        self.replicas.get_mut(place)
    }

    #[inline(always)]
    fn class(&mut self, client: NodeId, endpoint: EndpointId) -> &mut ClassMeter {
        let clients = &self.shape.clients;
        let place = if clients.len() == 1 {
            0
        } else {
            clients.iter().position(|other| *other == client).unwrap_or(0)
        };
        &mut self.classes[place * self.shape.endpoints + endpoint.index()]
    }

    #[inline(always)]
    fn finished(
        &mut self,
        now: Time,
        asked: &crate::fact::Asked,
        answer: Answer,
        attempts: u32,
        parts: &Parts,
    ) {
        self.present.lower(now);
        let latency = now.since(asked.started).0;
        let class = self.class(asked.client, asked.endpoint);
        class.attempts += u64::from(attempts);
        if let Some(reason) = answer.failure {
            class.failures[reason as usize - 1] += 1;
            let (count, sum, max) = class.failed;
            class.failed = (count + 1, sum + u128::from(latency), max.max(latency));
            return;
        }
        class.succeeded(latency, parts);
        self.succeeded_in_bucket += 1;
        self.latency_in_bucket += u128::from(latency);
    }

    /// So many cores of a replica are at work now.
    #[inline(always)]
    fn busy(&mut self, now: Time, at: Place, cores: u32) {
        let place = self.first_replica[at.node.index()] + usize::from(at.replica);
        let before = std::mem::replace(&mut self.states[place].busy, cores);
        let level = &mut self.nodes[at.node.index()].busy;
        level.set(now, level.now + cores - before);
        if let Some(meter) = self.replicas.get_mut(place) {
            meter.busy.set(now, cores);
        }
    }

    /// The state of a replica has changed: the levels of its node follow.
    #[cold]
    fn state(&mut self, now: Time, at: Place, change: impl FnOnce(&mut ReplicaState)) {
        let place = self.first_replica[at.node.index()] + usize::from(at.replica);
        let old = self.states[place];
        let state = &mut self.states[place];
        change(state);
        let new = *state;
        let meters = [Some(&mut self.nodes[at.node.index()]), self.replicas.get_mut(place)];
        for meter in meters.into_iter().flatten() {
            meter.starts += u64::from(!old.starting && new.starting);
            let pairs = [
                (&mut meter.busy, old.busy, new.busy),
                (&mut meter.stopped, old.stopped, new.stopped),
                (&mut meter.off, old.off.into(), new.off.into()),
                (&mut meter.starting, old.starting.into(), new.starting.into()),
                (&mut meter.on, old.on.into(), new.on.into()),
                (&mut meter.ill, old.ill.into(), new.ill.into()),
            ];
            for (level, old, new) in pairs {
                if old != new {
                    level.set(now, level.now + new - old);
                }
            }
        }
    }
}

impl Observer for Meters {
    #[inline(always)]
    fn advance(&mut self, now: Time) {
        if now >= self.next {
            self.pass(now);
        }
    }

    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match fact {
            Fact::Issued(asked) => {
                self.present.raise(now);
                self.class(asked.client, asked.endpoint).issued += 1;
            }
            Fact::Finished { asked, answer, attempts, parts } => {
                self.finished(now, asked, *answer, *attempts, parts);
            }
            Fact::Late(asked) => self.class(asked.client, asked.endpoint).late += 1,
            Fact::Entered { at, .. } => {
                self.nodes[at.node.index()].entered(now);
                if let Some(meter) = self.replica(*at) {
                    meter.entered(now);
                }
            }
            Fact::Left { at, entered, waited, class, exit, success, .. } => {
                let left = Left { entered: *entered, waited: *waited, exit: *exit, ok: *success };
                self.nodes[at.node.index()].left(now, *class, left);
                if let Some(meter) = self.replica(*at) {
                    meter.left(now, *class, left);
                }
            }
            Fact::Queued(at) => {
                self.nodes[at.node.index()].waiting.raise(now);
                if let Some(meter) = self.replica(*at) {
                    meter.waiting.raise(now);
                }
            }
            Fact::Unqueued(at) => {
                self.nodes[at.node.index()].waiting.lower(now);
                if let Some(meter) = self.replica(*at) {
                    meter.waiting.lower(now);
                }
            }
            Fact::Busy { at, cores } => self.busy(now, *at, *cores),
            Fact::Stopped { at, cores } => self.state(now, *at, |state| state.stopped = *cores),
            Fact::Power { at, off, serving } => self.state(now, *at, |state| {
                (state.off, state.starting, state.on) = (*off, !*off && !*serving, !*off);
            }),
            Fact::Health { at, works } => self.state(now, *at, |state| state.ill = !*works),
            Fact::Breaker { at, is_open, was_closed, .. } => {
                self.nodes[at.node.index()].breaker(*is_open, *was_closed);
            }
            // Observers of their own hear these.
            Fact::Missed(_)
            | Fact::TakenOut { .. }
            | Fact::Connect { .. }
            | Fact::Carried { .. }
            | Fact::Memory { .. }
            | Fact::NoRoom { .. }
            | Fact::Connections { .. }
            | Fact::Picked { .. }
            | Fact::Identity(_)
            | Fact::Browser(_)
            | Fact::Screen(_)
            | Fact::Looked { .. }
            | Fact::Fetched { .. } => {}
        }
    }
}

/// What is known of an exchange that leaves.
#[derive(Debug, Clone, Copy)]
struct Left {
    entered: Time,
    waited: u64,
    exit: Exit,
    ok: bool,
}

impl ClassMeter {
    /// Nothing yet.
    pub(crate) fn new(client: NodeId, endpoint: EndpointId) -> Self {
        Self {
            client,
            endpoint,
            issued: 0,
            latency: Recorder::new(3),
            failed: (0, 0, 0),
            failures: [0; Reason::ALL.len()],
            attempts: 0,
            late: 0,
            parts: Vec::new(),
        }
    }

    /// A request has succeeded, and went through these parts.
    #[inline(always)]
    pub(crate) fn succeeded(&mut self, latency: u64, parts: &Parts) {
        self.latency.record(latency);
        let bucket = parts_bucket(latency);
        if self.parts.len() <= bucket {
            self.parts.resize(bucket + 1, (0, [0; 8]));
        }
        let (count, sums) = &mut self.parts[bucket];
        *count += 1;
        for (sum, part) in sums.iter_mut().zip(parts.0) {
            *sum += u128::from(part);
        }
    }
}

impl NodeMeter {
    fn new(at: Place, is_replica: bool, shape: &Shape) -> Self {
        let samples = vec![Recorder::new(shape.node_digits); usize::from(shape.classes)];
        Self {
            at,
            is_replica,
            present: Occupancy::default(),
            waiting: Level::default(),
            busy: Level::default(),
            stopped: Level::default(),
            off: Level::default(),
            starting: Level::default(),
            on: Level::default(),
            starts: 0,
            ill: Level::default(),
            breakers: [0; 2],
            arrived: 0,
            left: [0; 5],
            succeeded: 0,
            wait: samples.clone(),
            sojourn: samples,
            wait_all: (0, 0),
            replica_shares: Vec::new(),
        }
    }

    const fn sums(&self) -> Sums {
        let Self { present, waiting, busy, on, starting, .. } = self;
        [present.area(), waiting.area(), busy.area(), on.area(), starting.area()]
    }

    const fn levels(&mut self) -> [&mut Level; 7] {
        let Self { waiting, busy, stopped, off, starting, on, ill, .. } = self;
        [waiting, busy, stopped, off, starting, on, ill]
    }

    fn open(&mut self, at: Time) {
        self.present.open(at);
        for level in self.levels() {
            level.open(at);
        }
        for sample in self.wait.iter_mut().chain(&mut self.sojourn) {
            sample.clear();
        }
        (self.arrived, self.left, self.succeeded, self.wait_all) = (0, [0; 5], 0, (0, 0));
        (self.breakers, self.starts) = ([0; 2], 0);
    }

    fn breaker(&mut self, is_open: bool, was_closed: bool) {
        self.breakers[0] += u64::from(is_open);
        self.breakers[1] += u64::from(is_open && was_closed);
    }

    #[inline(always)]
    fn entered(&mut self, now: Time) {
        self.arrived += 1;
        self.present.raise(now);
    }

    #[inline(always)]
    fn left(&mut self, now: Time, class: u8, left: Left) {
        self.present.lower(now);
        self.left[left.exit as usize - 1] += 1;
        if left.exit != Exit::Refused {
            let (count, sum) = self.wait_all;
            self.wait_all = (count + 1, sum + u128::from(left.waited));
        }
        if left.exit == Exit::Answered {
            self.succeeded += u64::from(left.ok);
            let class = usize::from(class).min(self.wait.len() - 1);
            self.wait[class].record(left.waited);
            self.sojourn[class].record(now.since(left.entered).0);
        }
    }
}
