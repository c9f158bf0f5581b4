//! A replica as a station of theory, if it is one.

use crate::graph::{Form, Graph, NodeTraffic, ReplicaTraffic, Traffic};
use crate::id::NodeId;
use crate::nodes::station::{Discipline, MachineShape, Shape};
use crate::theory::{self, Interarrival, Known, Quality, Service, Station, Unsolved};

use super::flow::Flow;
use super::mixture::{Mixture, Part};
use super::room::room;

/// Why there is no answer where more comes than can be done.
pub(super) const NO_STEADY_STATE: &str = "no steady state";

/// What theory says of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It has no queue, or nothing to do.
    Nothing,
    /// Each of its replicas is this queue.
    Queue(Known, Quality),
    /// Its replicas are several queues.
    Mixed(Mixture, Quality),
    /// A closed loop with this node in it is solved: seconds in the queue and at the cores.
    Solved {
        /// Seconds before service.
        wait: f64,
        /// Seconds from the arrival to the end of service.
        sojourn: f64,
        /// The name of the model.
        name: String,
    },
    /// There is no answer, for this reason.
    Unknown(String),
}

impl Answer {
    /// What theory says of a node whose replicas get `flow`, each its share.
    pub(super) fn of(graph: &Graph, traffic: &Traffic, id: NodeId, flow: Flow) -> Self {
        let Some(shape) = &graph.plans[id.index()].shape else { return Self::Nothing };
        let node = &traffic.nodes[id.index()];
        let mut kinds: Vec<(f64, &ReplicaTraffic, &MachineShape)> = Vec::new();
        for (replica, machine) in node.replicas.iter().zip(&shape.machines) {
            let is_like = |kind: &&mut (f64, &ReplicaTraffic, &MachineShape)| {
                kind.2 == machine && kind.1.is_like(replica)
            };
            match kinds.iter_mut().find(is_like) {
                Some(kind) => kind.0 += replica.share,
                None => kinds.push((replica.share, replica, machine)),
            }
        }
        // What nothing comes to is no queue, unless nothing comes to any.
        if kinds.iter().any(|(share, ..)| *share > 0.0) {
            kinds.retain(|(share, ..)| *share > 0.0);
        }
        kinds.sort_by(|one, two| two.1.utilisation().total_cmp(&one.1.utilisation()));
        let places = room(graph, id);
        let of = |(share, replica, machine): (f64, &ReplicaTraffic, &MachineShape)| Part {
            share,
            services: Served::of(replica, node, machine).often * share / replica.share,
            answer: Self::of_one(node, shape, (replica, machine), flow, places),
        };
        Mixture::of(kinds.into_iter().map(of).collect())
    }

    /// What theory says of one replica of a node.
    fn of_one(
        node: &NodeTraffic,
        shape: &Shape,
        (replica, machine): (&ReplicaTraffic, &MachineShape),
        flow: Flow,
        places: Option<u64>,
    ) -> Self {
        let served = Served::of(replica, node, machine);
        if served.often <= 0.0 || served.mean <= 0.0 {
            return Self::Nothing;
        }
        if !served.service.cv2().is_finite() {
            return Self::Unknown(
                "the variance of its service time is infinite, and so is the mean wait".into(),
            );
        }
        let limits = match limits(shape, node, machine.cores, places) {
            Ok(limits) => limits,
            Err(reason) => return Self::Unknown(reason.to_owned()),
        };
        let factor = if machine.cores == 0 { 1.0 } else { machine.factor };
        let station = Station {
            arrivals: flow.law,
            arrival_rate: served.often,
            service: served.service,
            service_mean: served.mean * factor / 1e9,
            servers: limits.servers,
            capacity: limits.capacity,
            discipline: match shape.discipline {
                Discipline::Ps => theory::Discipline::ProcessorSharing,
                Discipline::Fifo
                | Discipline::Lifo
                | Discipline::Priority
                | Discipline::PreemptivePriority => theory::Discipline::Fifo,
            },
        };
        let exact = flow.exact && served.is_once;
        if let Some(answer) = flow.bunch.answer(&station, exact) {
            return answer;
        }
        match Known::of(&station) {
            Ok(known) if exact => Self::Queue(known, known.quality()),
            Ok(known) => Self::Queue(known, Quality::Approximation),
            Err(Unsolved::Overloaded { .. }) => Self::Unknown(NO_STEADY_STATE.to_owned()),
            Err(other) => Self::Unknown(other.to_string()),
        }
    }

    /// Whether what leaves the node is as random as what comes: true of M/M/c (Burke, "The
    /// output of a queuing system", Operations Research 1956) and of processor sharing (Kelly,
    /// "Reversibility and Stochastic Networks", 1979, section 3.3).
    pub(super) fn keeps_poisson(&self) -> bool {
        let keeps = |known: &Known| matches!(known, Known::MMc(_) | Known::MGcPs(_));
        match self {
            Self::Queue(known, Quality::Exact) => keeps(known),
            Self::Mixed(mixture, Quality::Exact) => mixture.parts().all(|(_, known)| keeps(&known)),
            Self::Queue(..) | Self::Mixed(..) => false,
            Self::Nothing | Self::Solved { .. } | Self::Unknown(_) => false,
        }
    }
}

/// What is served.
struct Served {
    /// How often in a second.
    often: f64,
    /// The mean of one, in nanoseconds at speed 1.
    mean: f64,
    /// Its law.
    service: Service,
    /// Whether that is one operation, and at most one for each exchange.
    is_once: bool,
}

impl Served {
    /// What is served at a replica of a node.
    fn of(replica: &ReplicaTraffic, node: &NodeTraffic, machine: &MachineShape) -> Self {
        let visits = if machine.cores == 0 { &replica.wait } else { &replica.cpu };
        let stints = &replica.stints;
        let exchanges = node.rate * replica.share;
        let is_once = visits.operations <= 1 && visits.often <= exchanges * (1.0 + 1e-9);
        if machine.cores > 0 && !stints.are_single() {
            let service = Service::General { cv2: stints.cv2() };
            return Self { often: stints.often, mean: stints.mean(), service, is_once: false };
        }
        let service = match visits.form {
            Form::Exponential(_) => Service::Exponential,
            Form::Constant(_) => Service::Constant,
            Form::General | Form::None => Service::General { cv2: visits.cv2() },
        };
        Self { often: visits.often, mean: visits.mean(), service, is_once }
    }
}

struct Limits {
    servers: u32,
    capacity: Option<u64>,
}

/// How many are served at once and held, or why theory cannot say.
fn limits(
    shape: &Shape,
    node: &NodeTraffic,
    cores: u32,
    capacity: Option<u64>,
) -> Result<Limits, &'static str> {
    let slots = if cores == 0 { shape.workers } else { cores };
    let by_class =
        matches!(shape.discipline, Discipline::Priority | Discipline::PreemptivePriority);
    if shape.setup.is_some() || shape.pauses.is_some() {
        return Err("no formula with `setup` or `pauses`");
    }
    if shape.is_scaled {
        return Err("no formula where replicas come and go");
    }
    if shape.patience.is_some() {
        return Err("no formula with `queue_timeout`");
    }
    if by_class && shape.classes > 1 {
        return Err("no formula for classes of priority");
    }
    if shape.workers == u32::MAX {
        return Ok(Limits { servers: slots, capacity: None });
    }
    // What else a worker is kept for makes it a resource of its own.
    let steps = node.cpu.operations.max(node.wait.operations);
    let is_only_served = node.calls <= 0.0
        && steps <= 1
        && (node.cpu.often <= 0.0 || node.wait.often <= 0.0 || cores == 0);
    if !is_only_served {
        return Err(match shape.is_async && node.wait.often <= 0.0 {
            true => "no formula: workers are given back during calls, and waited for again",
            false => "no formula: a worker is kept through several steps",
        });
    }
    if shape.discipline == Discipline::Ps && capacity != Some(u64::from(shape.workers)) {
        return Err("no formula for processor sharing among so many workers at most");
    }
    Ok(Limits { servers: slots.min(shape.workers), capacity })
}

/// The law of the intervals between the arrivals of an open client, and whether it is exact.
pub(super) fn interarrival(law: &crate::dist::Law) -> Interarrival {
    use crate::dist::Law;
    let cv2 = law.scv();
    if law.is_constant().is_some() {
        return Interarrival::Constant;
    }
    if matches!(law, Law::Exponential(_)) {
        return Interarrival::Exponential;
    }
    if matches!(law, Law::Erlang(_)) {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the squared coefficient of variation is 1 over a whole number"
        )]
        return Interarrival::Erlang { k: (1.0 / cv2 + 0.5) as u32 };
    }
    if matches!(law, Law::Hyperexponential(_)) {
        return Interarrival::Hyperexponential { cv2 };
    }
    Interarrival::General { cv2 }
}
