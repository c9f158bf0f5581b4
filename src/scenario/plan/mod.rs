//! `[plan]`: among which machines and numbers of replicas of a node, and for which loads, the
//! cheapest is looked for.

mod parts;

pub use parts::Parts;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::overlay::Assignment;
use super::source::Span;
use super::sweep::{Axis, Cell, Grid};
use super::tree::{Item, Path, Value, quoted};
use crate::model::Model;

/// What is to be planned: machines and numbers of replicas of one node, and loads.
#[derive(Debug, Clone)]
pub struct Sizing {
    node: String,
    /// Machines, numbers of replicas and loads, of which the last two go up.
    grid: Grid,
}

/// One of its designs under one load, by its places in the three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Design {
    /// Of the machine.
    pub machine: usize,
    /// Of the number of replicas.
    pub step: usize,
    /// Of the load.
    pub load: usize,
}

/// What a node may say of all its machines, which hides what the machines say.
const HIDING: [&str; 4] = ["cores", "speed", "contention", "coherency"];

impl Sizing {
    /// The plan of these parts, all of which are there.
    fn new(
        node: &Item,
        machines: Vec<Item>,
        replicas: Vec<Item>,
        load: Axis,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let Some(name) = node.as_text() else {
            let label = format!("{} stands here", node.value.noun());
            let error = Diagnostic::error(node.span.clone(), "`node` takes the name of a node");
            diagnostics.push(error.label(label));
            return None;
        };
        let mut axis = |key: &str, values: Vec<Item>| {
            let path = format!("node.{}.{key}", quoted(name));
            let span = values.first().map_or_else(|| node.span.clone(), |it| it.span.clone());
            let path = Path::parse(&path, &node.span).map_err(|error| diagnostics.push(*error));
            Axis::of(path.ok()?, values, &span, diagnostics)
        };
        let (machines, replicas) = (axis("machine", machines), axis("replicas", replicas));
        let load = ascending(load, diagnostics)?;
        let grid = Grid::new(vec![machines?, replicas?, load], diagnostics)?;
        Some(Self { node: name.to_owned(), grid })
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The names of the machines, as they are written.
    #[must_use]
    pub fn machines(&self) -> Vec<&str> {
        self.labels(0)
    }

    /// The numbers of replicas, from the smallest on.
    #[must_use]
    pub fn replicas(&self) -> Vec<u32> {
        self.labels(1).iter().filter_map(|label| label.parse().ok()).collect()
    }

    /// The loads, from the smallest on.
    #[must_use]
    pub fn loads(&self) -> Vec<&str> {
        self.labels(2)
    }

    /// The key that is the load.
    #[must_use]
    pub fn load_key(&self) -> &Path {
        &self.grid.axes()[2].key
    }

    /// The keys that are planned, so that nothing else may set them.
    pub fn keys(&self) -> impl Iterator<Item = &Path> {
        self.grid.axes().iter().map(|axis| &axis.key)
    }

    /// What is laid over the scenario for a design.
    #[must_use]
    pub fn overlays(&self, at: Design) -> Vec<Assignment> {
        let (steps, loads) = (self.labels(1).len(), self.labels(2).len());
        assignments(&self.grid.cell((at.machine * steps + at.step) * loads + at.load))
    }

    /// Designs in which each machine and load occurs, and the smallest and the largest number of
    /// replicas: if a scenario can take these it can take all. The largest comes first: what is too
    /// much is told at once.
    pub fn samples(&self) -> impl Iterator<Item = Vec<Assignment>> {
        let [machines, steps, loads] = [0, 1, 2].map(|axis| self.labels(axis).len());
        let at = |machine, step, load| Design { machine, step, load };
        let largest = std::iter::once(at(0, steps - 1, 0));
        let smallest = (steps > 1).then_some(at(0, 0, 0));
        let others = (1..machines).map(move |it| at(it, 0, 0));
        let loads = (1..loads).map(move |it| at(0, 0, it));
        largest.chain(smallest).chain(others).chain(loads).map(|it| self.overlays(it))
    }

    /// Whether its designs can be made of a scenario, and compared. Notes what is in the way: a
    /// node that is not there or has no machines, a machine without a price, and a node with cores
    /// of its own, for which all machines were the same, or with replicas that come and go.
    pub fn check(&self, model: &Model, diagnostics: &mut Diagnostics) -> bool {
        let before = diagnostics.errors();
        let place = &self.grid.axes()[0].key.span;
        let Some(node) = model.nodes.get(&self.node) else {
            let names = model.nodes.keys().map(String::as_str);
            diagnostics.push(Diagnostic::unknown_name(place.clone(), "node", &self.node, names));
            return false;
        };
        let Some(station) = node.spec.station() else {
            let message = format!("`{}` has no machines that could be planned", self.node);
            let has_machines = |name: &&String| model.nodes[*name].spec.station().is_some();
            let others: Vec<String> =
                model.nodes.keys().filter(has_machines).map(|name| format!("`{name}`")).collect();
            let error = Diagnostic::error(place.clone(), message);
            diagnostics.push(error.label(format!("these have: {}", others.join(", "))));
            return false;
        };
        for level in &self.grid.axes()[0].values {
            let Some(machine) = model.machines.get(&level.label) else { continue };
            if machine.spec.price > 0.0 {
                continue;
            }
            let message = format!("machine `{}` has no price", level.label);
            let error = Diagnostic::error(level.value.span.clone(), message);
            let help = format!("write `price = …`, per hour, into [machine.{}]", level.label);
            diagnostics.push(error.label("a plan compares what machines cost").help(help));
        }
        if station.autoscale.is_some() {
            let message = format!("node `{}` has `autoscale`", self.node);
            let error = Diagnostic::error(node.at("autoscale").clone(), message)
                .label("how many replicas are on follows the load, and a plan looks for one number")
                .help("leave `autoscale` out, or plan another node");
            diagnostics.push(error);
        }
        let is_set = [
            station.cores.is_some(),
            station.speed.is_some(),
            station.contention.is_some(),
            station.coherency.is_some(),
        ];
        let hiding = HIDING.iter().zip(is_set).filter(|(_, is_set)| *is_set).map(|(key, _)| *key);
        let special = (!station.replica.is_empty()).then_some("replica");
        for key in hiding.chain(special) {
            let message = format!("node `{}` has `{key}` of its own", self.node);
            let error = Diagnostic::error(node.at(key).clone(), message)
                .label("this hides what the machines of the plan have")
                .help(format!("leave `{key}` to the machines, or plan another node"));
            diagnostics.push(error);
        }
        diagnostics.errors() == before
    }

    fn labels(&self, axis: usize) -> Vec<&str> {
        self.grid.axes()[axis].values.iter().map(|level| level.label.as_str()).collect()
    }
}

fn assignments(cell: &Cell<'_>) -> Vec<Assignment> {
    let set = |(path, item): (&Path, &Item)| Assignment { path: path.clone(), value: item.clone() };
    cell.overlays().map(set).collect()
}

/// The same loads from the smallest to the largest.
fn ascending(mut load: Axis, diagnostics: &mut Diagnostics) -> Option<Axis> {
    let Some(numbers) = load.numbers() else {
        let span: Span = load.values[0].value.span.clone();
        let message = format!("the loads `{}` have no order", load.key);
        let label = "the loads of a plan are numbers of one unit";
        diagnostics.push(Diagnostic::error(span, message).label(label));
        return None;
    };
    let mut levels: Vec<_> = numbers.into_iter().zip(load.values).collect();
    levels.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    load.values = levels.into_iter().map(|(_, level)| level).collect();
    Some(load)
}

/// Whole numbers from 1 on, from the smallest to the largest.
fn counts(mut items: Vec<Item>, diagnostics: &mut Diagnostics) -> Option<Vec<Item>> {
    let number = |item: &Item| {
        let Value::Integer(n) = item.value else { return None };
        u32::try_from(n).ok().filter(|n| *n >= 1)
    };
    if let Some(item) = items.iter().find(|item| number(item).is_none()) {
        let message = "a number of replicas is a whole number from 1 on";
        let label = format!("{} stands here", item.value.label());
        diagnostics.push(Diagnostic::error(item.span.clone(), message).label(label));
        return None;
    }
    items.sort_by_key(number);
    Some(items)
}

#[cfg(test)]
mod tests;
