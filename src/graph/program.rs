//! From the steps of work, and from what forwarding costs, to programs.

use toml::Spanned;

use super::build::Build;
use super::screen::before_work;
use crate::count::Count;
use crate::dist::{Dist, Law, Measure};
use crate::endpoint::{
    About, Action, Amount, Endpoint, EndpointSpec, Keep, ObjectsSpec, Op, Program, ScreenRule,
    Step, Value, Verb, WaitFor,
};
use crate::http::is_repeated;
use crate::id::{EndpointId, NodeId};
use crate::model::Named;
use crate::nodes::KindSpec;
use crate::nodes::answering::AnsweringSpec;
use crate::nodes::forwarding::ForwardingSpec;
use crate::popularity::once::{MOST_OTHERS, Once};
use crate::rng::{Purpose, hash_name};
use crate::scenario::{Diagnostic, Span};
use crate::unit::Probability;

/// All programs of a scenario.
#[derive(Debug, Default)]
pub(super) struct Programs {
    pub(super) list: Vec<Program>,
}

const WORK: Purpose = Purpose::named("work");
const SERVICE: Purpose = Purpose::named("service");

impl Programs {
    /// The program of an endpoint's own work.
    pub(super) fn of_endpoint(&self, build: &Build<'_>, id: EndpointId) -> Option<u16> {
        let has_work = |spec: &EndpointSpec| !spec.work.is_empty();
        let before = build.endpoints.iter().take(id.index());
        let place = before.filter(|(_, spec)| has_work(spec)).count();
        let (_, spec) = build.endpoints.get(id.index())?;
        has_work(spec).then(|| u16::try_from(place).unwrap_or(u16::MAX))
    }

    pub(super) fn add(&mut self, ops: Vec<Op>) -> u16 {
        self.list.push(Program { ops });
        u16::try_from(self.list.len() - 1).unwrap_or(u16::MAX)
    }

    /// What a node does that hands requests on, with what comes before and behind that.
    pub(super) fn forwarding(
        &mut self,
        build: &mut Build<'_>,
        name: &str,
        spec: &ForwardingSpec,
        [first, last]: [Vec<Op>; 2],
    ) -> u16 {
        let purpose = Purpose::named(&format!("forwarding of {name}"));
        let mut ops = Vec::new();
        let overhead = spec.overhead.clone().unwrap_or_default();
        let (before, behind) = overhead.times();
        if let Some(dist) = &before {
            let at = build.at_node(name, "overhead.request");
            ops.push(Op::Wait(amount(build, dist, &at), purpose.part(0)));
        }
        if let Some(dist) = &spec.cpu {
            let at = build.at_node(name, "cpu");
            ops.push(Op::Cpu(amount(build, dist, &at), purpose.part(1)));
        }
        ops.extend(first);
        ops.push(Op::Forward);
        if let Some(per_kib) = spec.cpu_per_kib {
            #[allow(clippy::cast_precision_loss, reason = "a cost is far below 2^53 ns")]
            ops.push(Op::CpuPerByte(per_kib.0 as f64 / 1024.0));
        }
        ops.extend(last);
        if let Some(dist) = &behind {
            let at = build.at_node(name, "overhead.response");
            ops.push(Op::Wait(amount(build, dist, &at), purpose.part(2)));
        }
        ops.push(Op::Return);
        self.add(ops)
    }

    /// What a node does for a handshake that passes connections on: it sees only packets.
    pub(super) fn passing_on(&mut self) -> u16 {
        self.add(vec![Op::Forward, Op::Return])
    }

    /// What the handshake of a connection costs the node that ends TLS.
    pub(super) fn handshake(
        &mut self,
        build: &mut Build<'_>,
        link: &str,
        dist: &Dist<crate::time::Span>,
        at: &Span,
        part: u16,
    ) -> u16 {
        let purpose = Purpose::named(&format!("handshake of {link}")).part(part.into());
        let cpu = Op::Cpu(amount(build, dist, at), purpose);
        self.add(vec![cpu, Op::Return])
    }

    /// What an answering node does for what has no work of its own.
    pub(super) fn service(
        &mut self,
        build: &mut Build<'_>,
        spec: &AnsweringSpec,
        name: &str,
    ) -> u16 {
        let at = build.at_node(name, "service");
        let service = spec.service.as_ref().map(|dist| Op::Cpu(amount(build, dist, &at), SERVICE));
        self.add(service.into_iter().chain([Op::Return]).collect())
    }
}

/// All endpoints, ready to run.
pub(super) fn endpoints(build: &mut Build<'_>, programs: &mut Programs) -> Vec<Endpoint> {
    let sizes_matter = sizes_matter(build);
    let mut endpoints = Vec::new();
    for (name, spec) in build.endpoints.clone() {
        let owner = &build.model.endpoints[name];
        let program = (!spec.work.is_empty()).then(|| {
            let mut ops = before_work(build, owner);
            steps(build, owner, "work", &spec.work.0, WORK, &mut ops);
            ops.extend(spec.query.is_some().then_some(Op::Screen(ScreenRule::Query)));
            ops.push(Op::Return);
            programs.add(ops)
        });
        let size =
            sizes_matter.then(|| amount(build, &spec.response.size, &owner.at("response.size")));
        check_endpoint(build, name, owner);
        endpoints.push(Endpoint {
            name: name.to_owned(),
            name_hash: hash_name(name),
            uri: Endpoint::uri_of(spec),
            method: spec.method,
            path: spec.path.clone(),
            objects: spec.objects.as_ref().and_then(|it| it.popularity.objects(it.count).ok()),
            once: spec.objects.as_ref().and_then(once),
            request_bytes: spec.request_size.0,
            response_bytes: size,
            status: spec.response.status,
            class: spec.priority,
            write: spec.write,
            idempotent: !spec.write && is_repeated(spec.method.name()),
            program,
        });
    }
    endpoints
}

fn check_endpoint(build: &mut Build<'_>, name: &str, owner: &Named<EndpointSpec>) {
    let spec = &owner.spec;
    if !(100..=599).contains(&spec.response.status) {
        let status = spec.response.status;
        build.error(
            &owner.at("response.status"),
            format!("the status of endpoint `{name}` is {status}, not from 100 to 599"),
        );
    }
    if spec.objects.as_ref().is_some_and(|objects| objects.count == 0) {
        let at = owner.at("objects.count");
        build.error(&at, format!("endpoint `{name}` has no objects: `count` is at least 1"));
    }
    let is_full = |it: &ObjectsSpec| it.one_hit.get() > 0.0 && it.count > MOST_OTHERS;
    if spec.objects.as_ref().is_some_and(is_full) {
        let what = format!(
            "endpoint `{name}` has too many objects to tell one-hit wonders from them: beside \
             `one_hit`, `count` is at most 2,147,483,648"
        );
        build.error(&owner.at("objects.count"), what);
    }
}

/// The one-hit wonders beside some objects.
fn once(objects: &ObjectsSpec) -> Option<Once> {
    (objects.count <= MOST_OTHERS).then(|| Once::new(objects.one_hit, objects.count)).flatten()
}

/// Whether anything in the scenario depends on how large responses are.
fn sizes_matter(build: &Build<'_>) -> bool {
    use crate::nodes::KindSpec::{
        Attacker, AuthServer, Cache, Client, Database, ForwardProxy, LoadBalancer, ReverseProxy,
        Server, SessionStore,
    };
    let links = build.model.links.values();
    let by_links = links.into_iter().any(|link| {
        let spec = &link.spec;
        let has_windows = spec.connection.initial_window.is_some();
        spec.bandwidth.is_some() || spec.loss.is_some() || spec.price.is_some() || has_windows
    });
    by_links
        || build.nodes.iter().any(|(_, node, _)| match &node.kind {
            ForwardProxy(it) => {
                it.forwarding.cpu_per_kib.is_some()
                    || it.caching.cache().is_some()
                    || it.screen.scan().is_some()
            }
            ReverseProxy(it) => {
                it.forwarding.cpu_per_kib.is_some()
                    || it.caching.cache().is_some()
                    || it.screen.compress().is_some()
            }
            LoadBalancer(it) => it.forwarding.cpu_per_kib.is_some(),
            Client(it) => it.browser.as_ref().is_some_and(|it| it.cache().is_some()),
            Cache(_) => true,
            Attacker(_) | Server(_) | Database(_) | SessionStore(_) | AuthServer(_) => false,
        })
}

/// Appends the operations of steps that stand at `path` of an endpoint's table. Each step's draws
/// are keyed by its place in the text.
fn steps(
    build: &mut Build<'_>,
    owner: &Named<EndpointSpec>,
    path: &str,
    steps: &[Step],
    purpose: Purpose,
    ops: &mut Vec<Op>,
) {
    for (number, step) in (0..).zip(steps) {
        let purpose = purpose.part(number);
        let test = ops.len();
        if let Some(probability) = step.probability {
            ops.push(Op::Unless(probability, purpose.part(u64::MAX), 0));
        }
        action(build, owner, &format!("{path}.{number}"), &step.action, purpose, ops);
        let after = u16::try_from(ops.len()).unwrap_or(u16::MAX);
        if let Some(Op::Unless(_, _, to)) = ops.get_mut(test)
            && step.probability.is_some()
        {
            *to = after;
        }
    }
    if ops.len() > 60_000 {
        build.error(&owner.at(path), "the work of an endpoint has at most 60,000 steps");
    }
}

fn action(
    build: &mut Build<'_>,
    owner: &Named<EndpointSpec>,
    path: &str,
    action: &Action,
    purpose: Purpose,
    ops: &mut Vec<Op>,
) {
    let at = |key: &str| owner.at(&format!("{path}.{key}"));
    match action {
        Action::Cpu(dist) => ops.push(Op::Cpu(amount(build, dist, &at("cpu")), purpose)),
        Action::Wait(dist) => ops.push(Op::Wait(amount(build, dist, &at("wait")), purpose)),
        Action::Call { node, endpoint, times } => {
            let to = build.node(node.get_ref(), &node.span());
            let endpoint = match endpoint {
                Some(name) => build.endpoint(name.get_ref(), &name.span()),
                None => Some(EndpointId::NONE),
            };
            if let (Some(to), Some(endpoint)) = (to, endpoint) {
                ops.push(Op::Call { to, endpoint, times: *times, purpose });
            }
        }
        Action::Lookup { node, value, miss } => {
            let Some(to) = store(build, node) else { return };
            let verb = |verb, purpose| Op::Keep(keep(to, verb, value, purpose));
            let look = ops.len();
            ops.push(verb(Verb::Lookup(0), purpose));
            steps(build, owner, &format!("{path}.miss"), miss, purpose.part(900), ops);
            ops.push(verb(Verb::Fill, purpose.part(901)));
            let after = u16::try_from(ops.len()).unwrap_or(u16::MAX);
            ops[look] = verb(Verb::Lookup(after), purpose);
        }
        Action::Forget { node, value } => {
            if let Some(to) = store(build, node) {
                ops.push(Op::Keep(keep(to, Verb::Forget, value, purpose)));
            }
        }
        Action::Parallel { branches, wait_for } => {
            let wait_for = match wait_for {
                WaitFor::All => branches.len(),
                WaitFor::First => 1,
                WaitFor::Number(n) => usize::from(*n),
            };
            let fork = ops.len();
            let wait_for = u16::try_from(wait_for).unwrap_or(u16::MAX);
            ops.push(Op::Fork(Box::default(), wait_for));
            // Over the branches, to what follows; set once they are written.
            ops.push(Op::Unless(Probability::NEVER, purpose, 0));
            let mut starts = Vec::new();
            for (number, branch) in (0..).zip(branches) {
                starts.push(u16::try_from(ops.len()).unwrap_or(u16::MAX));
                let path = format!("{path}.parallel.{number}");
                steps(build, owner, &path, &branch.0, purpose.part(1_000 + number), ops);
                ops.push(Op::Join);
            }
            let after = u16::try_from(ops.len()).unwrap_or(u16::MAX);
            ops[fork] = Op::Fork(starts.into(), wait_for);
            ops[fork + 1] = Op::Unless(Probability::NEVER, purpose, after);
        }
        Action::Fail { probability, status } => {
            ops.push(Op::Fail(*probability, purpose, *status));
        }
    }
}

/// The store of this name: only nodes of kind `cache` keep values.
pub(super) fn store(build: &mut Build<'_>, node: &Spanned<String>) -> Option<NodeId> {
    let to = build.node(node.get_ref(), &node.span())?;
    let (name, spec, _) = build.nodes[to.index()].clone();
    if !matches!(spec.kind, KindSpec::Cache(_)) {
        let word = spec.kind.word();
        let message = format!("`{name}` is a {word}, which keeps no values to look up");
        let error = Diagnostic::error(node.span(), message);
        build.diagnostics.push(error.help("look values up at a node with kind = \"cache\""));
        return None;
    }
    Some(to)
}

fn keep(to: NodeId, verb: Verb, value: &Value, purpose: Purpose) -> Keep {
    let name = value.name.as_deref().map_or(0, hash_name);
    Keep { to, verb, name, by_user: value.by == Some(About::User), purpose }
}

/// A distribution, or what the trace row fixes.
pub(super) fn amount<Q: Measure>(build: &mut Build<'_>, dist: &Dist<Q>, span: &Span) -> Amount {
    match dist.trace_column() {
        Some("service") => Amount::TraceService,
        Some("size") => Amount::TraceSize,
        Some(other) => {
            build.error(span, format!("a trace fixes `service` and `size`, not `{other}`"));
            Amount::Drawn(Law::constant(0.0))
        }
        None => Amount::Drawn(build.law(dist, span)),
    }
}

/// How often a step is done on average, for the traffic equations.
pub(super) fn mean_times(times: &Count) -> f64 {
    times.mean()
}
