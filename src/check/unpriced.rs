//! Machines that are made larger or faster beside their name, at the price of what the name stands
//! for.

use super::ineffective::warning;
use crate::model::{MachineSpec, Model};
use crate::scenario::Diagnostics;

/// Adds the warnings.
pub(super) fn unpriced(model: &Model, diagnostics: &mut Diagnostics) {
    for (name, node) in &model.nodes {
        let Some(station) = node.spec.station() else { continue };
        let priced = |machine: &str| {
            let found = model.machines.get(machine).map(|it| &it.spec);
            found.filter(|it| it.price > 0.0)
        };
        let mut warn = |at: &str, machine: &str, cores: Option<u32>, speed: Option<f64>| {
            let Some(found) = priced(machine) else { return };
            for (key, _) in changes(found, cores, speed).into_iter().filter(|(_, it)| *it) {
                let message = format!(
                    "`{name}` has other `{key}` than its machine `{machine}`, and pays the price \
                     of that"
                );
                let help = "give it a machine of its own, with a `price`";
                diagnostics.push(warning(node.at(&format!("{at}{key}")), message, help));
            }
        };
        let common = station.machine.as_ref().map(|it| it.get_ref().as_str());
        if let Some(machine) = common {
            warn("", machine, station.cores, station.speed);
        }
        for (number, own) in &station.replica {
            let machine = own.machine.as_ref().map(|it| it.get_ref().as_str()).or(common);
            if let Some(machine) = machine {
                warn(&format!("replica.{}.", number.get_ref()), machine, own.cores, own.speed);
            }
        }
    }
}

/// Which of its numbers differ from those of a machine.
fn changes(
    machine: &MachineSpec,
    cores: Option<u32>,
    speed: Option<f64>,
) -> [(&'static str, bool); 2] {
    let differs = |speed: f64| (speed - machine.speed).abs() > 0.0;
    [("cores", cores.is_some_and(|it| it != machine.cores)), ("speed", speed.is_some_and(differs))]
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(app: &str, price: f64) -> String {
        checked(&format!(
            "[machine.s]\ncores = 1\nprice = {price}\n[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n\
             [node.u]\nkind = 'client'\narrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
             [node.app]\nkind = 'server'\nmachine = 's'\n{app}\n[link.u.app]\n"
        ))
        .2
    }

    #[test]
    fn more_than_the_machine_has_at_its_price_is_told() {
        for (app, key) in
            [("cores = 2", "cores"), ("speed = 2.0", "speed"), ("replica.1.cores = 4", "cores")]
        {
            let found = warnings(app, 0.1);
            let said = format!("`app` has other `{key}` than its machine `s`, and pays the price");
            assert!(found.contains(&said), "{app}\n{found}");
            assert_eq!(warnings(app, 0.0), "", "{app}");
        }
        assert_eq!(warnings("cores = 1\nspeed = 1", 0.1), "");
    }
}
