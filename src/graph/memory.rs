//! From what a scenario says of memory to what runs.

use super::Role;
use super::build::Build;
use crate::auth::{AuthPlan, Keep, Scheme};
use crate::evict::Capacity;
use crate::id::NodeId;
use crate::model::NodeSpec;
use crate::nodes::host::{AsidePlan, MemoryPlan};
use crate::nodes::station::StationSpec;
use crate::scenario::{Diagnostic, Span};
use crate::unit::{Bytes, Quantity};

/// The most that a replica can have: all of a node's together can still be counted.
pub(super) const MOST: u64 = 64 << 40;

/// What the plan of a node's memory is made of besides its specification.
pub(super) struct Room<'a> {
    pub(super) id: NodeId,
    pub(super) name: &'a str,
    pub(super) role: Option<&'a Role>,
    pub(super) aside: Option<&'a AsidePlan>,
}

/// Whether the memory of some replica of a node is limited.
pub(super) fn is_limited(build: &Build<'_>, id: NodeId) -> bool {
    let station = build.nodes.get(id.index()).and_then(|(_, node, _)| node.station());
    station.is_some_and(|station| sizes(build, "", station).iter().any(|(size, _)| size.is_some()))
}

/// How much memory each replica has: its own, the node's, or its machine's, and the key of that.
fn sizes(build: &Build<'_>, name: &str, station: &StationSpec) -> Vec<(Option<Bytes>, Span)> {
    let replica = |number: u32| {
        let number = number.to_string();
        let own = station.replica.iter().find(|(key, _)| *key.get_ref() == number);
        let own = own.map(|(_, own)| own);
        if let Some(memory) = own.and_then(|own| own.memory) {
            return (Some(memory), build.at_node(name, &format!("replica.{number}.memory")));
        }
        if station.memory.is_some() {
            return (station.memory, build.at_node(name, "memory"));
        }
        let named = own.and_then(|own| own.machine.as_ref()).or(station.machine.as_ref());
        let machine = named.and_then(|named| build.model.machines.get(named.get_ref()));
        let span = named.map_or(0..0, |named| named.span());
        (machine.and_then(|machine| machine.spec.memory), span)
    };
    (1..=station.places().min(65_000)).map(replica).collect()
}

/// The memory of a node, if it is limited; what is wrong with it is noted.
pub(super) fn memory_plan(
    build: &mut Build<'_>,
    node: &NodeSpec,
    room: &Room<'_>,
    auth: Option<&AuthPlan>,
) -> Option<MemoryPlan> {
    let (station, name) = (node.station()?, room.name);
    let sizes = sizes(build, name, station);
    check_sizes(build, name, station);
    if sizes.iter().all(|(size, _)| size.is_none()) {
        let keys = [
            ("memory_per_exchange", station.memory_per_exchange.is_some()),
            ("when_full", station.when_full.is_some()),
        ];
        for (key, _) in keys.iter().filter(|(_, is_written)| *is_written) {
            let span = build.at_node(name, key);
            let error =
                Diagnostic::error(span, format!("`{key}` is about a `memory` with a limit"));
            build.diagnostics.push(error.help("give the node, or its machine, memory = \"4GiB\""));
        }
        return None;
    }
    let [hash, pool] = hashes(build, room.id, auth);
    let plan = MemoryPlan {
        sizes: sizes.iter().map(|(size, _)| size.map_or(MOST, |size| size.0)).collect(),
        cache: cache(room),
        pool,
        hash,
        session: session(build, room.id, auth),
        exchange: station.memory_per_exchange.map_or(0, |bytes| bytes.0),
        when_full: station.when_full.unwrap_or_default(),
    };
    check_least(build, name, &plan, &sizes);
    Some(plan)
}

/// What the cache of a node takes; one that counts objects says nothing of bytes.
fn cache(room: &Room<'_>) -> u64 {
    let of_proxy = match room.role {
        Some(Role::Proxy { cache: Some(cache), .. }) => Some(cache.capacity),
        Some(Role::Proxy { .. } | Role::Client(_) | Role::Balancer { .. } | Role::Answering(_))
        | None => None,
    };
    match of_proxy.or_else(|| room.aside.map(|aside| aside.capacity)) {
        Some(Capacity::Bytes(bytes)) => bytes,
        Some(Capacity::Objects(_)) | None => 0,
    }
}

/// What a hash takes on the cores of a node, and what its pool takes: only the issuer hashes.
fn hashes(build: &Build<'_>, id: NodeId, auth: Option<&AuthPlan>) -> [u64; 2] {
    let (Some(auth), Some(owner)) = (auth.filter(|auth| auth.issuer == id), &build.model.auth)
    else {
        return [0, 0];
    };
    let one = owner.spec.password.memory_of_one();
    match &auth.pool {
        Some((workers, _)) => [0, one.saturating_mul(u64::from(*workers))],
        None => [one, 0],
    }
}

/// What a session takes at a node that keeps them.
fn session(build: &Build<'_>, id: NodeId, auth: Option<&AuthPlan>) -> u64 {
    let keeps = |auth: &&AuthPlan| {
        auth.at == id && auth.scheme == Scheme::Session && auth.sessions.keep != Keep::Shared
    };
    let owner = build.model.auth.as_ref().filter(|_| auth.filter(keeps).is_some());
    owner.and_then(|owner| owner.spec.session.memory).map_or(0, |bytes| bytes.0)
}

/// Sizes out of range.
fn check_sizes(build: &mut Build<'_>, name: &str, station: &StationSpec) {
    let of_replicas = station
        .replica
        .iter()
        .map(|(number, own)| (format!("replica.{}.memory", number.get_ref()), own.memory));
    let own = [("memory", station.memory), ("memory_per_exchange", station.memory_per_exchange)];
    let all: Vec<(String, Option<Bytes>)> =
        own.into_iter().map(|(key, size)| (key.to_owned(), size)).chain(of_replicas).collect();
    for (key, size) in all {
        let is_share = key == "memory_per_exchange";
        if size.is_some_and(|size| size.0 > MOST || (size.0 == 0 && !is_share)) {
            let span = build.at_node(name, &key);
            let key = key.rsplit('.').next().unwrap_or_default();
            let least = if is_share { "0B" } else { "1B" };
            build.error(&span, format!("`{key}` is from {least} to 64TiB"));
        }
    }
}

/// What is always taken, and the least that comes on top, fits each replica.
fn check_least(
    build: &mut Build<'_>,
    name: &str,
    plan: &MemoryPlan,
    sizes: &[(Option<Bytes>, Span)],
) {
    let least = plan.reserved().saturating_add(plan.hash);
    let least = least.saturating_add(plan.exchange).saturating_add(plan.session);
    let mut told: Vec<Span> = Vec::new();
    for (size, span) in sizes {
        let Some(size) = size.filter(|size| size.0 < least && size.0 > 0) else { continue };
        if told.contains(span) {
            continue;
        }
        told.push(span.clone());
        let text = |bytes: u64| Bytes(bytes).to_text();
        let parts = [
            ("its cache", plan.cache),
            ("its pool", plan.pool),
            ("one hash", plan.hash),
            ("one exchange", plan.exchange),
            ("one session", plan.session),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, bytes)| *bytes > 0)
            .map(|(what, bytes)| format!("{what} takes {}", text(*bytes)))
            .collect();
        let message =
            format!("`{name}` has {} of memory and needs {} at least", text(size.0), text(least));
        let error = Diagnostic::error(span.clone(), message).label(parts.join(", "));
        build.diagnostics.push(error.help("give it more memory, or let something take less"));
    }
}
