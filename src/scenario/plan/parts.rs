//! The parts of a plan, as a file or a command line says them.

use super::{Sizing, counts};
use crate::scenario::argument::{self, range};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::source::{Sources, Span};
use crate::scenario::sweep::{Axis, check_keys};
use crate::scenario::tree::{Entry, Item, Path, Value};

/// The keys of `[plan]`.
const KEYS: [&str; 4] = ["node", "machines", "replicas", "load"];
/// Those of its `load`.
const LOAD_KEYS: [&str; 6] = ["key", "values", "from", "to", "steps", "scale"];

/// The parts of a plan; none where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    node: Option<Item>,
    machines: Option<Vec<Item>>,
    replicas: Option<Vec<Item>>,
    load: Option<Axis>,
}

impl Parts {
    /// What the table `[plan]` says; nothing if something is wrong with it, which is noted.
    #[must_use]
    pub fn read(plan: &Entry, diagnostics: &mut Diagnostics) -> Option<Self> {
        let before = diagnostics.errors();
        let Some(table) = plan.item.as_table() else {
            let error = Diagnostic::error(plan.key_span.clone(), "`plan` is a table");
            diagnostics.push(error.help("write [plan]"));
            return None;
        };
        check_keys(table, &KEYS, diagnostics);
        let machines = table.get("machines").and_then(|item| names(item, diagnostics));
        let replicas = table.get("replicas").and_then(|item| numbers(item, diagnostics));
        let load = table.get("load").and_then(|item| load(item, diagnostics));
        let parts = Self { node: table.get("node").cloned(), machines, replicas, load };
        (diagnostics.errors() == before).then_some(parts)
    }

    /// What the options `--node`, `--machines`, `--replicas` and `--load` say, in this order;
    /// nothing if something is wrong with them, which is noted.
    #[must_use]
    pub fn of_arguments(
        options: [Option<&str>; 4],
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let before = diagnostics.errors();
        let [node, machines, replicas, load] = options;
        let node = node.map(|text| argument::word("--node", text, sources));
        let mut listed = |option, text: Option<&str>, diagnostics: &mut Diagnostics| {
            text.and_then(|text| argument::listed(option, text, sources, diagnostics))
        };
        let machines = listed("--machines", machines, diagnostics);
        let machines = machines.and_then(|item| names(&item, diagnostics));
        let replicas = match replicas {
            Some(text) if text.contains("..") => Some(argument::word("--replicas", text, sources)),
            text => listed("--replicas", text, diagnostics),
        };
        let replicas = replicas.and_then(|item| numbers(&item, diagnostics));
        let load = load.and_then(|text| argument::load(text, sources, diagnostics));
        let parts = Self { node, machines, replicas, load };
        (diagnostics.errors() == before).then_some(parts)
    }

    /// These parts, and those of `below` where these say nothing.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            node: self.node.or(below.node),
            machines: self.machines.or(below.machines),
            replicas: self.replicas.or(below.replicas),
            load: self.load.or(below.load),
        }
    }

    /// The names of the machines, as far as they are said.
    #[must_use]
    pub fn machines(&self) -> Vec<&str> {
        self.machines.iter().flatten().filter_map(Item::as_text).collect()
    }

    /// The keys of which nothing is said.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let is_there = [
            self.node.is_some(),
            self.machines.is_some(),
            self.replicas.is_some(),
            self.load.is_some(),
        ];
        KEYS.into_iter().zip(is_there).filter(|(_, it)| !it).map(|(key, _)| key).collect()
    }

    /// The plan, or nothing if something is missing or wrong, which is noted; what is missing at
    /// `place`, where the table stands.
    #[must_use]
    pub fn build(self, place: &Span, diagnostics: &mut Diagnostics) -> Option<Sizing> {
        for key in self.missing() {
            let error = Diagnostic::error(place.clone(), format!("missing key `{key}`"));
            diagnostics.push(error.label("a plan needs `node`, `machines`, `replicas` and `load`"));
        }
        let (Some(node), Some(machines)) = (self.node, self.machines) else { return None };
        Sizing::new(&node, machines, self.replicas?, self.load?, diagnostics)
    }
}

/// Names of machines: a list of texts.
fn names(item: &Item, diagnostics: &mut Diagnostics) -> Option<Vec<Item>> {
    let items = item.as_array().filter(|all| all.iter().all(|it| it.as_text().is_some()));
    if items.is_none_or(<[Item]>::is_empty) {
        let message = "`machines` takes names of machines, such as `[\"small\", \"big\"]`";
        let label = format!("{} stands here", item.value.label());
        diagnostics.push(Diagnostic::error(item.span.clone(), message).label(label));
        return None;
    }
    items.map(<[Item]>::to_vec)
}

/// Numbers of replicas: `"1..32"`, a list, or one number.
fn numbers(item: &Item, diagnostics: &mut Diagnostics) -> Option<Vec<Item>> {
    let wrong = "`replicas` takes a range such as `\"1..32\"`, or a list of numbers";
    let items = match &item.value {
        Value::Integer(_) => Ok(vec![item.clone()]),
        Value::Array(items) if !items.is_empty() => Ok(items.clone()),
        Value::Text(text) => match range(text, item.span.start) {
            // Where a range is written all of its numbers are.
            Some(Ok(items)) => {
                Ok(items.into_iter().map(|it| Item { span: item.span.clone(), ..it }).collect())
            }
            Some(Err(error)) => Err(error.message),
            None => Err(wrong.to_owned()),
        },
        Value::Float(_)
        | Value::Boolean(_)
        | Value::Moment(_)
        | Value::Array(_)
        | Value::Table(_) => Err(wrong.to_owned()),
    };
    match items {
        Ok(items) => counts(items, diagnostics),
        Err(message) => {
            let label = format!("{} stands here", item.value.label());
            diagnostics.push(Diagnostic::error(item.span.clone(), message).label(label));
            None
        }
    }
}

/// The loads: a key, and the values that it takes as a sweep has them.
fn load(item: &Item, diagnostics: &mut Diagnostics) -> Option<Axis> {
    let before = diagnostics.errors();
    let Some(table) = item.as_table() else {
        let message = "`load` is a table of a key and the values that it takes";
        let error = Diagnostic::error(item.span.clone(), message)
            .label(format!("{} stands here", item.value.noun()))
            .help("write `{ key = \"node.users.arrivals.poisson\", from = …, to = …, steps = 8 }`");
        diagnostics.push(error);
        return None;
    };
    check_keys(table, &LOAD_KEYS, diagnostics);
    let key = table.get("key").filter(|key| key.as_text().is_some());
    let Some(key) = key else {
        let span = table.get("key").map_or(&table.span, |it| &it.span).clone();
        let message = "`key` says what the load is, such as `\"node.users.arrivals.poisson\"`";
        diagnostics.push(Diagnostic::error(span, message).label("the path of a key as a text"));
        return None;
    };
    let path = Path::parse(key.as_text().unwrap_or_default(), &key.span);
    let path = path.map_err(|error| diagnostics.push(*error)).ok();
    let mut range = table.clone();
    range.remove("key");
    let values = match range.remove("values") {
        None => Item::table(range),
        Some(values) => {
            // Beside a list nothing of a range has a meaning.
            check_keys(&range, &["values"], diagnostics);
            values.item
        }
    };
    if diagnostics.errors() > before { None } else { Axis::read(path?, &values, diagnostics) }
}
