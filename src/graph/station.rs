//! From a station's specification to its shape.

use super::build::Build;
use crate::model::MachineSpec;
use crate::nodes::station::{Discipline, MachineShape, ReplicaSpec, Shape, StationSpec};
use crate::rng::Purpose;
use crate::scenario::Span;

/// What the machines behind a node are; none if it has neither machine, cores nor workers, and
/// so no queue.
pub(super) fn shape(
    build: &mut Build<'_>,
    name: &str,
    station: &StationSpec,
    span: &Span,
) -> Option<Shape> {
    check_numbers(build, station, span);
    let replicas = station.replicas.unwrap_or(1);
    let mut machines = Vec::new();
    for number in 1..=replicas.min(65_000) {
        let own = station.replica.iter().find(|(key, _)| key.get_ref() == &number.to_string());
        machines.push(machine(build, station, own.map(|(_, own)| own), span));
    }
    for (key, _) in &station.replica {
        let number = key.get_ref().parse::<u32>().ok();
        if !number.is_some_and(|number| (1..=replicas).contains(&number)) {
            let message =
                format!("no replica `{}`: they count from 1 to {replicas}", key.get_ref());
            build.error(&key.span(), message);
        }
    }
    let has_cores = machines.iter().any(|machine| machine.cores > 0);
    if !has_cores && station.workers.is_none() {
        return None;
    }
    let patience = station
        .queue_timeout
        .as_ref()
        .map(|dist| (build.law(dist, span), Purpose::named(&format!("queue time-out of {name}"))));
    let setup = station.setup.as_ref().map(|it| (it.after, build.law(&it.time, span)));
    let pauses =
        station.pauses.as_ref().map(|it| (build.law(&it.every, span), build.law(&it.length, span)));
    Some(Shape {
        machines,
        workers: station.workers.unwrap_or(u32::MAX),
        queue: station.queue.unwrap_or(u32::MAX),
        discipline: station.discipline.unwrap_or_default(),
        classes: build.classes,
        patience,
        is_async: station.is_async.unwrap_or(false),
        setup,
        pauses,
    })
}

/// The machine of one replica: its own, the node's, or what stands inline.
fn machine(
    build: &mut Build<'_>,
    station: &StationSpec,
    own: Option<&ReplicaSpec>,
    span: &Span,
) -> MachineShape {
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
    let cores = own_cores.or(found.map(|it| it.cores)).unwrap_or(0);
    let speed = own_speed.or(found.map(|it| it.speed)).unwrap_or(1.0);
    let contention = station.contention.or(found.map(|it| it.contention)).unwrap_or(0.0);
    let coherency = station.coherency.or(found.map(|it| it.coherency)).unwrap_or(0.0);
    if !(1e-6..=1e6).contains(&speed) {
        build.error(span, format!("the speed of a core is from 0.000001 to 1000000, not {speed}"));
    }
    for (what, share) in [("contention", contention), ("coherency", coherency)] {
        if !(0.0..=1.0).contains(&share) {
            build.error(span, format!("`{what}` is from 0 to 1, not {share}"));
        }
    }
    MachineShape::new(cores, speed, contention, coherency)
}

fn check_numbers(build: &mut Build<'_>, station: &StationSpec, span: &Span) {
    let is_wrong = [
        (
            station.replicas.is_some_and(|n| !(1..=65_000).contains(&n)),
            "`replicas` is from 1 to 65000",
        ),
        (
            station.cores.is_some_and(|n| !(1..=1_000_000).contains(&n)),
            "`cores` is from 1 to 1000000",
        ),
        (station.workers == Some(0), "`workers` is at least 1"),
        (
            station.queue.is_some() && station.workers.is_none(),
            "`queue` counts those who wait for a worker: it needs `workers`",
        ),
        (
            station.discipline == Some(Discipline::Ps)
                && (station.setup.is_some() || station.pauses.is_some()),
            "`setup` and `pauses` do not go with processor sharing",
        ),
        (
            station.queue_timeout.is_some()
                && station.machine.is_none()
                && station.cores.is_none()
                && station.workers.is_none(),
            "`queue_timeout` needs a queue: give the node `machine`, `cores` or `workers`",
        ),
        (
            (station.setup.is_some() || station.pauses.is_some())
                && station.machine.is_none()
                && station.cores.is_none(),
            "`setup` and `pauses` are about cores: give the node `machine` or `cores`",
        ),
    ];
    for (_, sentence) in is_wrong.iter().filter(|(is_wrong, _)| *is_wrong) {
        build.error(span, *sentence);
    }
}
