//! From a merged tree to a model.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::diagnostic::{Diagnostic, Diagnostics, nearest};
use super::read::{fields_of, read_table, split_table};
use super::tree::{Entry, Table};
use crate::model::{Keys, LinkEntry, Model, Named, NodeSpec, RunSpec};
use crate::nodes::KindSpec;
use crate::nodes::parts::{CommonSpec, PartReader};

/// The tables of a scenario that hold things by name.
pub(super) const FAMILIES: &[&str] =
    &["endpoint", "fault", "link", "machine", "node", "page", "probe", "visit"];

/// Top-level keys that are no part of a variant's model.
const ASIDE: &[&str] = &["include", "plan", "sweep", "variant"];

/// The tables that are there once: identity, and what is done to people who look at pages.
const AUTH: &[&str] = &["auth", "csrf", "xss"];

/// The model that `table` describes, or none if some part of it is wrong.
pub(super) fn read_model(table: Table, diagnostics: &mut Diagnostics) -> Option<Model> {
    let (families, rest) = split_table(table, FAMILIES);
    let (_, rest) = split_table(rest, ASIDE);
    let (auth, rest) = split_table(rest, AUTH);
    let also: Vec<&str> = FAMILIES.iter().chain(ASIDE).chain(AUTH).copied().collect();
    let csrf = auth.entry("csrf").and_then(|entry| read_once(entry, "csrf", diagnostics));
    let xss = auth.entry("xss").and_then(|entry| read_once(entry, "xss", diagnostics));
    let auth = auth.entry("auth").and_then(|entry| read_once(entry, "auth", diagnostics));
    let run = read_table::<RunSpec>(&rest, &also, diagnostics);
    if let Some(run) = &run {
        check_run(run, &rest, diagnostics);
    }
    let machines = family(&families, "machine", diagnostics, |_, _, table, diagnostics| {
        read_table(table, &[], diagnostics)
    });
    let endpoints = family(&families, "endpoint", diagnostics, |_, _, table, diagnostics| {
        read_table(table, &[], diagnostics)
    });
    let probes = family(&families, "probe", diagnostics, |_, _, table, diagnostics| {
        read_table(table, &[], diagnostics)
    });
    let faults = family(&families, "fault", diagnostics, |_, _, table, diagnostics| {
        read_table(table, &[], diagnostics)
    });
    let pages = family(&families, "page", diagnostics, |_, _, table, diagnostics| {
        read_table(table, &[], diagnostics)
    });
    let visits = family(&families, "visit", diagnostics, |_, _, table, diagnostics| {
        read_table(table, &[], diagnostics)
    });
    let all: Vec<&str> = families.table("node").into_iter().flat_map(kinds).collect();
    let nodes = family(&families, "node", diagnostics, |name, entry, table, diagnostics| {
        read_node(name, entry, table, &all, diagnostics)
    });
    let links = links(&families, diagnostics);
    let run = run?;
    Some(Model {
        run,
        machines,
        endpoints,
        nodes,
        links,
        probes,
        auth,
        csrf,
        xss,
        pages,
        visits,
        faults,
    })
}

/// Reads a table that is there once.
fn read_once<T: DeserializeOwned + JsonSchema>(
    entry: &Entry,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Named<T>> {
    let Some(table) = entry.item.as_table() else {
        let error = Diagnostic::error(entry.key_span.clone(), format!("`{name}` is a table"));
        diagnostics.push(error.help(format!("write [{name}]")));
        return None;
    };
    let spec = read_table(table, &[], diagnostics)?;
    Some(Named { spec, place: entry.key_span.clone(), keys: Keys::new(table.places()) })
}

/// Reads each entry of a family; what is wrong is left out.
fn family<T>(
    families: &Table,
    name: &str,
    diagnostics: &mut Diagnostics,
    read: impl Fn(&str, &Entry, &Table, &mut Diagnostics) -> Option<T>,
) -> BTreeMap<String, Named<T>> {
    let mut all = BTreeMap::new();
    let Some(entry) = families.entry(name) else { return all };
    let Some(table) = entry.item.as_table() else {
        let message = format!("`{name}` is a table of {name}s by name");
        let help = format!("write [{name}.NAME]");
        diagnostics.push(Diagnostic::error(entry.key_span.clone(), message).help(help));
        return all;
    };
    for (key, entry) in table.iter() {
        let Some(table) = entry.item.as_table() else {
            let message = format!("{name} `{key}` is a table, not {}", entry.item.value.noun());
            diagnostics.push(Diagnostic::error(entry.item.span.clone(), message));
            continue;
        };
        if let Some(spec) = read(key, entry, table, diagnostics) {
            let (place, keys) = (entry.key_span.clone(), table.places());
            all.insert(key.to_owned(), Named { spec, place, keys: Keys::new(keys) });
        }
    }
    all
}

/// The names of the nodes that have a kind.
fn kinds(nodes: &Table) -> impl Iterator<Item = &str> {
    let has_kind = |entry: &Entry| entry.item.as_table().is_some_and(|it| it.get("kind").is_some());
    nodes.iter().filter(move |(_, entry)| has_kind(entry)).map(|(name, _)| name)
}

/// Reads a node: its kind, then the parts that the kind has, then what every node has. Without a
/// kind it may be meant for one of `others`.
fn read_node(
    name: &str,
    entry: &Entry,
    table: &Table,
    others: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<NodeSpec> {
    let mut rest = table.clone();
    let Some(kind) = rest.remove("kind") else {
        let error = Diagnostic::error(entry.key_span.clone(), "a node needs a `kind`")
            .label(format!("the kinds are {}", KindSpec::WORDS.join(", ")));
        diagnostics.push(match nearest(name, others.iter().copied()) {
            Some(meant) => error.help(format!("or did you mean node `{meant}`?")),
            None => error,
        });
        return None;
    };
    let word = kind.item.as_text().unwrap_or_default();
    if !KindSpec::WORDS.contains(&word) {
        let shown = kind.item.value.label();
        let error = Diagnostic::error(kind.item.span.clone(), format!("unknown kind `{shown}`"))
            .label(format!("the kinds are {}", KindSpec::WORDS.join(", ")));
        diagnostics.push(match nearest(word, KindSpec::WORDS.iter().copied()) {
            Some(near) => error
                .help(format!("did you mean `{near}`?"))
                .suggest(kind.item.span, format!("\"{near}\"")),
            None => error,
        });
        return None;
    }
    let mut reader = NodeReader { rest, asked: vec!["kind"], diagnostics };
    let kind = KindSpec::read(word, &mut reader);
    let common = reader.last::<CommonSpec>();
    Some(NodeSpec { common: common?, kind: kind? })
}

/// Hands the parts of a node's table out.
struct NodeReader<'a> {
    rest: Table,
    asked: Vec<&'static str>,
    diagnostics: &'a mut Diagnostics,
}

impl PartReader for NodeReader<'_> {
    fn part<T: DeserializeOwned + JsonSchema + Default>(&mut self) -> Option<T> {
        let fields = fields_of::<T>();
        self.asked.extend(fields);
        let (part, rest) = split_table(std::mem::take(&mut self.rest), fields);
        self.rest = rest;
        read_table(&part, &[], self.diagnostics)
    }
}

impl NodeReader<'_> {
    /// The last part: keys that none of the parts has are strangers.
    fn last<T: DeserializeOwned>(self) -> Option<T> {
        read_table(&self.rest, &self.asked, self.diagnostics)
    }
}

fn links(families: &Table, diagnostics: &mut Diagnostics) -> BTreeMap<(String, String), LinkEntry> {
    let mut links = BTreeMap::new();
    let froms = family(families, "link", diagnostics, |_, entry, table, _| {
        Some((entry.key_span.clone(), table.clone()))
    });
    for (from, Named { spec: (from_place, table), .. }) in froms {
        for (to, entry) in table.iter() {
            let Some(table) = entry.item.as_table() else {
                let message = format!("a link has two ends: [link.{from}.NAME]");
                let error = Diagnostic::error(entry.key_span.clone(), message);
                diagnostics.push(error.label("the name of the node that is called stands here"));
                continue;
            };
            if let Some(spec) = read_table(table, &[], diagnostics) {
                let place = (from_place.clone(), entry.key_span.clone());
                let keys = Keys::new(table.places());
                let link = LinkEntry { spec, from: place.0, to: place.1, keys };
                links.insert((from.clone(), to.to_owned()), link);
            }
        }
    }
    links
}

/// Rules over several keys of the run.
fn check_run(run: &RunSpec, table: &Table, diagnostics: &mut Diagnostics) {
    use crate::model::{Study, Until, Warmup};
    let keys = Keys::new(table.places());
    let at = |key: &str| keys.at(key).unwrap_or(&table.span).clone();
    let mut wrong = |key: &str, sentence: String| {
        diagnostics.push(Diagnostic::error(at(key), sentence));
    };
    if run.duration.is_zero() {
        wrong("duration", "a run takes time: `duration` is more than 0s".to_owned());
    }
    if !(1..=1_000_000).contains(&run.replications) {
        wrong("replications", "`replications` is from 1 to 1000000".to_owned());
    }
    if !(0.5..=0.9999).contains(&run.confidence) {
        let sentence = format!("`confidence` is from 0.5 to 0.9999, not {}", run.confidence);
        wrong("confidence", sentence);
    }
    if !(1..=3).contains(&run.measure.node_digits) {
        wrong("measure.node_digits", "`node_digits` is from 1 to 3".to_owned());
    }
    if run.clock.phase >= crate::time::Span::from_secs(1) {
        wrong("clock.phase", "`phase` is below 1s".to_owned());
    }
    if run.limits.in_flight == 0 || run.limits.in_flight > 30_000_000 {
        wrong("limits.in_flight", "`in_flight` is from 1 to 30000000".to_owned());
    }
    if run.limits.events == 0 || run.limits.events > 100_000_000_000 {
        wrong("limits.events", "`events` is from 1 to 100000000000".to_owned());
    }
    if let Some(Warmup::Given(span)) = run.warmup {
        if run.study == Study::Terminating && !span.is_zero() {
            let sentence = "a terminating study cuts nothing: it has no `warmup`";
            wrong("warmup", sentence.to_owned());
        } else if span.0.saturating_mul(2) > run.duration.0 {
            let sentence =
                format!("the warm-up of {span} is longer than half of the run of {}", run.duration);
            wrong("warmup", sentence);
        }
    }
    if run.until == Until::Drained && run.study == Study::SteadyState {
        wrong("until", "`until = \"drained\"` belongs to `study = \"terminating\"`".to_owned());
    }
}
