//! From a station's specification to its shape.

use toml::Spanned;

use super::build::Build;
use super::faults::can_hang;
use super::machine::{check_share, check_speed};
use crate::model::{MachineSpec, Model};
use crate::nodes::station::{Discipline, MachineShape, ReplicaSpec, Shape, StationSpec};
use crate::rng::Purpose;
use crate::scenario::Diagnostic;

/// Priority classes are 0 up to the highest that anything names.
pub(super) fn classes(model: &Model) -> u8 {
    let clients = model.nodes.values().filter_map(|node| node.spec.kind.asks()?.priority);
    let endpoints = model.endpoints.values().filter_map(|endpoint| endpoint.spec.priority);
    clients.chain(endpoints).max().unwrap_or(0).saturating_add(1)
}

/// What the machines behind a node are; none if it has neither machine, cores nor workers, and
/// so no queue.
pub(super) fn shape(build: &mut Build<'_>, name: &str, station: &StationSpec) -> Option<Shape> {
    check_numbers(build, name, station);
    check_numbers_of_replicas(build, name, station);
    let replicas = station.places();
    if station.needed.is_some_and(|needed| !(1..=replicas).contains(&needed)) {
        let at = build.at_node(name, "needed");
        build.error(&at, format!("`needed` counts replicas: it is from 1 to {replicas}"));
    }
    let mut machines = Vec::new();
    for number in 1..=replicas.min(65_000) {
        let own = station.replica.iter().find(|(key, _)| key.get_ref() == &number.to_string());
        machines.push(machine(build, name, station, own));
    }
    for key in station.replica.keys() {
        let number = key.get_ref().parse::<u32>().ok();
        if !number.is_some_and(|number| (1..=replicas).contains(&number)) {
            let message =
                format!("no replica `{}`: they count from 1 to {replicas}", key.get_ref());
            let error = Diagnostic::error(key.span(), message);
            build.diagnostics.push(error.help("raise `replicas`, or leave it out"));
        }
    }
    let has_cores = machines.iter().any(|machine| machine.cores > 0);
    if !has_cores && station.workers.is_none() {
        return None;
    }
    let patience = station.queue_timeout.as_ref().map(|dist| {
        let at = build.at_node(name, "queue_timeout");
        (build.law(dist, &at), Purpose::named(&format!("queue time-out of {name}")))
    });
    let setup = station.setup.as_ref().map(|it| {
        let at = build.at_node(name, "setup.time");
        (it.after, build.law(&it.time, &at))
    });
    let pauses = station.pauses.as_ref().map(|it| {
        let (every, length) =
            (build.at_node(name, "pauses.every"), build.at_node(name, "pauses.length"));
        (build.law(&it.every, &every), build.law(&it.length, &length))
    });
    Some(Shape {
        machines,
        workers: station.workers.unwrap_or(u32::MAX),
        backlog: station.backlog,
        queue: station.queue.unwrap_or(u32::MAX),
        discipline: station.discipline.unwrap_or_default(),
        classes: build.classes,
        patience,
        shed: station.shed.clone(),
        is_async: station.is_async.unwrap_or(false),
        setup,
        pauses,
        can_hang: can_hang(build, name),
        is_scaled: station.autoscale.is_some(),
    })
}

/// The machine of one replica: its own, the node's, or what stands inline.
fn machine(
    build: &mut Build<'_>,
    node: &str,
    station: &StationSpec,
    own: Option<(&Spanned<String>, &ReplicaSpec)>,
) -> MachineShape {
    let (number, own) = own.unzip();
    let named = own.and_then(|own| own.machine.as_ref()).or(station.machine.as_ref());
    let model = build.model;
    let found: Option<&MachineSpec> = named.and_then(|name| {
        let found = model.machines.get(name.get_ref());
        if found.is_none() {
            let names = model.machines.keys().map(String::as_str);
            build.unknown("machine", name.get_ref(), &name.span(), names);
        }
        found.map(|found| &found.spec)
    });
    let own_cores = own.and_then(|own| own.cores).or(station.cores);
    let own_speed = own.and_then(|own| own.speed).or(station.speed);
    let cores = own_cores.unwrap_or_else(|| found.map_or(0, |it| it.cores));
    let speed = own_speed.unwrap_or_else(|| found.map_or(1.0, |it| it.speed));
    let contention = station.contention.unwrap_or_else(|| found.map_or(0.0, |it| it.contention));
    let coherency = station.coherency.unwrap_or_else(|| found.map_or(0.0, |it| it.coherency));
    // What comes from the machine is checked there.
    if let Some(speed) = own_speed {
        let key = match number.filter(|_| own.is_some_and(|own| own.speed.is_some())) {
            Some(number) => format!("replica.{}.speed", number.get_ref()),
            None => "speed".to_owned(),
        };
        let span = build.at_node(node, &key);
        check_speed(build, speed, &span);
    }
    for (key, share) in [("contention", station.contention), ("coherency", station.coherency)] {
        let span = build.at_node(node, key);
        check_share(build, key, share.unwrap_or(0.0), &span);
    }
    MachineShape::new(cores, speed, contention, coherency)
}

/// Numbers out of range, and keys that mean nothing without another one; each with its key.
fn check_numbers(build: &mut Build<'_>, name: &str, station: &StationSpec) {
    let has_machine = station.machine.is_some();
    let has_cores = has_machine || station.cores.is_some() || has_cores_of_replicas(station);
    let shares_cores = station.discipline == Some(Discipline::Ps);
    let is_wrong = [
        (
            "cores",
            station.cores.is_some_and(|n| !(1..=1_000_000).contains(&n)),
            "`cores` is from 1 to 1000000",
        ),
        ("workers", station.workers == Some(0), "`workers` is at least 1"),
        ("max_connections", station.max_connections == Some(0), "`max_connections` is at least 1"),
        (
            "queue",
            station.queue.is_some() && station.workers.is_none(),
            "`queue` counts those who wait for a worker: it needs `workers`",
        ),
        (
            "setup",
            shares_cores && station.setup.is_some(),
            "`setup` does not go with processor sharing",
        ),
        (
            "pauses",
            shares_cores && station.pauses.is_some(),
            "`pauses` do not go with processor sharing",
        ),
        (
            "queue_timeout",
            station.queue_timeout.is_some() && !has_cores && station.workers.is_none(),
            "`queue_timeout` needs a queue: give the node `machine`, `cores` or `workers`",
        ),
        (
            "shed",
            station.shed.is_some() && !has_cores && station.workers.is_none(),
            "`shed` needs a queue: give the node `machine`, `cores` or `workers`",
        ),
        (
            "setup",
            station.setup.is_some() && !has_cores,
            "`setup` switches cores off: give the node `machine` or `cores`",
        ),
        (
            "pauses",
            station.pauses.is_some() && !has_cores,
            "`pauses` stop cores: give the node `machine` or `cores`",
        ),
    ];
    for (key, _, sentence) in is_wrong.iter().filter(|(_, is_wrong, _)| *is_wrong) {
        let span = build.at_node(name, key);
        build.error(&span, *sentence);
    }
}

fn has_cores_of_replicas(station: &StationSpec) -> bool {
    station.replica.values().any(|own| own.machine.is_some() || own.cores.is_some())
}

fn check_numbers_of_replicas(build: &mut Build<'_>, name: &str, station: &StationSpec) {
    for (number, own) in &station.replica {
        if own.cores.is_some_and(|n| !(1..=1_000_000).contains(&n)) {
            let span = build.at_node(name, &format!("replica.{}.cores", number.get_ref()));
            build.error(&span, "`cores` is from 1 to 1000000");
        }
        if own.weight.is_some_and(|n| n > 1_000) {
            let span = build.at_node(name, &format!("replica.{}.weight", number.get_ref()));
            build.error(&span, "`weight` is from 0 to 1000");
        }
    }
}
