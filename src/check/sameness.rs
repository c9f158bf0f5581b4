//! What only all variants together can tell: variants that are the same as another or change
//! nothing, and machines that no variant has.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Model, Named};
use crate::scenario::{Diagnostic, Diagnostics, Span};

/// A variant as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its name stands.
    pub place: &'a Span,
    /// Whether nothing is written under it: it is the scenario as it stands.
    pub is_empty: bool,
    /// What it came to.
    pub model: &'a Model,
}

/// Warns of variants that do not differ from an earlier one, and of a single variant that does not
/// differ from the scenario without it, `base`, although something is written under it. Among
/// several, one that spells the scenario out as it is gives a name to what the others vary.
pub fn sameness(base: Option<&Model>, variants: &[Read<'_>], diagnostics: &mut Diagnostics) {
    for (place, variant) in variants.iter().enumerate() {
        let twin = variants[..place].iter().find(|other| same(other.model, variant.model));
        let warning = |message: String| Diagnostic::warning(variant.place.clone(), message);
        if let Some(twin) = twin {
            diagnostics.push(warning(format!(
                "variant `{}` is the same as variant `{}`",
                variant.name, twin.name
            )));
        } else if variants.len() == 1
            && !variant.is_empty
            && base.is_some_and(|base| same(base, variant.model))
        {
            let help = "an empty variant stands for the scenario as it is";
            let message = format!("variant `{}` changes nothing", variant.name);
            diagnostics.push(warning(message).help(help));
        }
    }
}

/// Warns of machines that no node of any variant has.
pub fn unused_machines(models: &[&Model], diagnostics: &mut Diagnostics) {
    let stations =
        models.iter().flat_map(|model| model.nodes.values().filter_map(|node| node.spec.station()));
    let used: BTreeSet<&str> = stations
        .flat_map(|it| {
            it.machine.iter().chain(it.replica.values().filter_map(|own| own.machine.as_ref()))
        })
        .map(|name| name.get_ref().as_str())
        .collect();
    for (name, machine) in models.iter().flat_map(|model| &model.machines) {
        if !used.contains(name.as_str()) {
            let message = format!("no node has machine `{name}`");
            diagnostics.push(Diagnostic::warning(machine.place.clone(), message));
        }
    }
}

/// Whether two models say the same, wherever it is written.
fn same(one: &Model, other: &Model) -> bool {
    let links = |model: &Model| -> Vec<_> {
        model.links.iter().map(|(ends, link)| (ends.clone(), link.spec.clone())).collect()
    };
    one.run == other.run
        && all_same(&one.machines, &other.machines)
        && all_same(&one.endpoints, &other.endpoints)
        && all_same(&one.nodes, &other.nodes)
        && all_same(&one.probes, &other.probes)
        && links(one) == links(other)
}

fn all_same<T: PartialEq>(
    one: &BTreeMap<String, Named<T>>,
    other: &BTreeMap<String, Named<T>>,
) -> bool {
    let pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.into_iter().all(|((a, x), (b, y))| a == b && x.spec == y.spec)
}
