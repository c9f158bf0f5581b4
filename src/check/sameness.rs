//! Variants that change nothing, and variants that are the same as another.

use std::collections::BTreeMap;

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

/// Warns of variants that do not differ from an earlier one, and of an only variant that does not
/// differ from the scenario without it, `base`, although something is written under it: one of
/// several that says what holds anyway stands for the scenario as it is.
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

/// Whether two models say the same, wherever it is written.
fn same(one: &Model, other: &Model) -> bool {
    let links = |model: &Model| -> Vec<_> {
        model.links.iter().map(|(ends, link)| (ends.clone(), link.spec.clone())).collect()
    };
    let Model {
        run,
        machines,
        endpoints,
        nodes,
        links: _,
        probes,
        auth,
        csrf,
        xss,
        pages,
        visits,
        faults,
    } = one;
    *run == other.run
        && all_same(machines, &other.machines)
        && all_same(endpoints, &other.endpoints)
        && all_same(nodes, &other.nodes)
        && links(one) == links(other)
        && all_same(probes, &other.probes)
        && is_same(auth.as_ref(), other.auth.as_ref())
        && is_same(csrf.as_ref(), other.csrf.as_ref())
        && is_same(xss.as_ref(), other.xss.as_ref())
        && all_same(pages, &other.pages)
        && all_same(visits, &other.visits)
        && all_same(faults, &other.faults)
}

fn is_same<T: PartialEq>(one: Option<&Named<T>>, other: Option<&Named<T>>) -> bool {
    one.map(|it| &it.spec) == other.map(|it| &it.spec)
}

fn all_same<T: PartialEq>(
    one: &BTreeMap<String, Named<T>>,
    other: &BTreeMap<String, Named<T>>,
) -> bool {
    let pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.into_iter().all(|((a, x), (b, y))| a == b && x.spec == y.spec)
}
