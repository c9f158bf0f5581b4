//! From what a scenario says of connections and time-outs to what links carry them with.

use std::sync::Arc;

use super::build::Build;
use super::program::Programs;
use crate::dist::{Dist, Law};
use crate::endpoint::EndpointSpec;
use crate::model::{ConnectionSpec, LinkEntry, Protocol};
use crate::net::slow_start::SEGMENT;
use crate::net::tls::{Certificate, Handshake};
use crate::net::{Mode, SlowStart, Transport, User, Waits};
use crate::nodes::KindSpec;
use crate::nodes::timeouts::Late;
use crate::rng::hash_name;
use crate::screen::Https;
use crate::time::Span;

/// How long the side that opened a connection keeps it idle by default: nginx's
/// `keepalive_timeout` for upstreams, and about what browsers do.
const KEEP_ALIVE: Span = Span::from_secs(60);

/// Exchanges side by side on one connection by default (RFC 9113 recommends at least 100).
const STREAMS: u32 = 100;

/// Connections of HTTP/1.1 that browsers have at once to one origin.
const PER_ORIGIN: u32 = 6;

/// How the connections of a link are opened and kept; none if they exist already.
pub(super) fn transport(
    build: &mut Build<'_>,
    name: &str,
    entry: &LinkEntry,
    programs: &mut Programs,
) -> Option<Transport> {
    let mut spec = entry.spec.connection.clone();
    if spec.mode == Mode::Warm {
        if spec.rounds().is_some() && spec.protocol != Protocol::H3 {
            let sentence = "a warm connection exists already, with its keys: give it a `mode`";
            build.error(&entry.at("connection.tls"), sentence);
        }
        for (key, is_there) in [
            ("connection.per_origin", spec.per_origin.is_some()),
            ("connection.initial_window", spec.initial_window.is_some()),
        ] {
            if is_there {
                let sentence = "a warm connection is not opened: give it a `mode`";
                build.error(&entry.at(key), sentence);
            }
        }
        return None;
    }
    check_numbers(build, &spec, entry);
    spec.per_origin = spec.per_origin.or_else(|| browsers_limit(build, name, &spec));
    let per_user = per_user(build, name, &spec, entry);
    let (origins, connect) = encrypted(build, name);
    let usual = |handshake| spec.security().cpu(handshake, Certificate::EcdsaP256).server;
    let costs = &build.model.run.costs;
    // What has no keys has no handshake that could cost anything.
    let secured = |measured: Option<Span>| measured.filter(|_| spec.rounds().is_some());
    let usual_full = secured(costs.handshake).unwrap_or_else(|| usual(Handshake::Full));
    let usual_resumed = secured(costs.resumption).unwrap_or_else(|| usual(spec.resumption()));
    let mut program = |key: &str, dist: Option<&Dist<Span>>, usual: Span, part: u16| {
        let dist = dist.cloned().unwrap_or(Dist::Constant(usual));
        programs.handshake(build, name, &dist, &entry.at(key), part)
    };
    let full = program("connection.handshake", spec.handshake.as_ref(), usual_full, 0);
    let resumed = program("connection.resumption", spec.resumption.as_ref(), usual_resumed, 1);
    Some(Transport {
        mode: spec.mode,
        streams: match spec.protocol {
            Protocol::H1 => 1,
            Protocol::H2 | Protocol::H3 => spec.streams.unwrap_or(STREAMS),
        },
        has_streams: spec.protocol != Protocol::H1,
        max: match (spec.per_origin, spec.mode) {
            (Some(most), _) => most,
            (None, Mode::PerSession) => 1,
            (None, Mode::Warm | Mode::Pool | Mode::PerRequest) => spec.max.unwrap_or(u32::MAX),
        },
        per_user,
        origins,
        slow_start: spec.initial_window.map(|window| SlowStart {
            window: window.max(1).into(),
            segment: spec.mss.map_or(SEGMENT, |bytes| bytes.max(1).into()),
        }),
        keep_alive: match spec.mode {
            Mode::PerSession => spec.keep_alive,
            Mode::Warm | Mode::Pool | Mode::PerRequest => {
                Some(spec.keep_alive.unwrap_or(KEEP_ALIVE))
            }
        },
        server_keep_alive: spec.server_keep_alive,
        has_tcp: spec.protocol != Protocol::H3,
        tls: spec.rounds().map(|rounds| rounds.map(|rounds| rounds + connect)),
        early_data: spec.rounds().is_some_and(|[_, resumed]| resumed == 0),
        is_to_tunnel: connect > 0,
        resumed: spec.resumed.get(),
        syn_timers: spec.syn_timers,
        programs: [full, resumed],
    })
}

/// What browsers limit by themselves: connections that carry one exchange at a time, unless the
/// scenario says how many there are.
fn browsers_limit(build: &Build<'_>, name: &str, spec: &ConnectionSpec) -> Option<u32> {
    let from = name.split_once('>').and_then(|(from, _)| build.model.nodes.get(from));
    let is_browser = from.is_some_and(|node| node.spec.kind.asks_by_browser());
    let is_open = spec.mode == Mode::Pool && spec.protocol == Protocol::H1 && spec.max.is_none();
    (is_browser && is_open).then_some(PER_ORIGIN)
}

/// Numbers out of range, and keys that mean nothing without another one.
fn check_numbers(build: &mut Build<'_>, spec: &ConnectionSpec, entry: &LinkEntry) {
    for (key, number) in [
        ("connection.max", spec.max),
        ("connection.streams", spec.streams),
        ("connection.per_origin", spec.per_origin),
        ("connection.initial_window", spec.initial_window),
        ("connection.mss", spec.mss),
    ] {
        if number == Some(0) {
            build.error(&entry.at(key), format!("`{key}` is a whole number from 1 on"));
        }
    }
    if spec.mss.is_some() && spec.initial_window.is_none() {
        let sentence = "`mss` says how large the segments of `initial_window` are: give it that";
        build.error(&entry.at("connection.mss"), sentence);
    }
}

/// Which connections of a link to or from a forward proxy that has `https` are encrypted, and how
/// many round trips more they take: who asks for a tunnel waits for the proxy's word first.
fn encrypted(build: &Build<'_>, name: &str) -> (Option<Arc<[u64]>>, u32) {
    let https = |name: &str| build.model.nodes.get(name).and_then(|node| node.spec.kind.https());
    let (from, to) = name.split_once('>').unwrap_or((name, ""));
    let (from, to) = (https(from), https(to));
    if from.is_none() && to.is_none() {
        return (None, 0);
    }
    let origin = |spec: &EndpointSpec| {
        let origin = spec.origin.as_deref().filter(|_| spec.is_https());
        origin.map_or(0, |origin| hash_name(origin).max(1))
    };
    let origins = build.endpoints.iter().map(|(_, spec)| origin(spec)).collect();
    (Some(origins), u32::from(to == Some(Https::Tunnel)))
}

/// Who the users of a link are if each has connections of its own.
fn per_user(
    build: &mut Build<'_>,
    name: &str,
    spec: &ConnectionSpec,
    entry: &LinkEntry,
) -> Option<User> {
    spec.per_origin?;
    let mut wrong = |sentence: &str| build.error(&entry.at("connection.per_origin"), sentence);
    if spec.max.is_some() {
        wrong("`per_origin` is a limit for each user and `max` one for all: one of them counts");
    }
    if spec.mode == Mode::PerRequest {
        wrong("`per_origin` counts connections that are kept: use the mode `pool`");
    }
    let from = name.split_once('>').and_then(|(from, _)| build.model.nodes.get(from));
    let Some(client) = from.and_then(|node| node.spec.kind.asks()) else {
        let sentence = "`per_origin` is about the users of a client: other nodes have `max`";
        build.error(&entry.at("connection.per_origin"), sentence);
        return None;
    };
    Some(if client.addresses.is_some() { User::Address } else { User::Moment })
}

/// How long the node called `from` waits for those that it calls.
pub(super) fn waits(build: &mut Build<'_>, from: &str) -> Option<Waits> {
    let node = build.model.nodes.get(from)?;
    let (connect, read, late) = node.spec.call_timeouts()?;
    let mut law = |key: &str, dist: Option<&Dist<Span>>| -> Option<Law> {
        dist.map(|dist| build.law(dist, &node.at(key)))
    };
    let (connect, read) = (law("timeout.connect", connect), law("timeout.read", read));
    let late: Late = late;
    // Copies that lose are given up without a time-out of their own.
    let hedges = matches!(
        &node.spec.kind, KindSpec::LoadBalancer(it) if it.backends.hedge.is_some()
    );
    let is_given_up = connect.is_some() || read.is_some() || hedges && late.word().is_some();
    is_given_up.then(|| Waits { connect, read, late: late.word() })
}
