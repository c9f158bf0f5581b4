//! From the text of a case to what is ready to run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::graph::{self, Files, Graph};
use crate::scenario::source::Memory;
use crate::scenario::{Diagnostics, Scenario};
use crate::trace::Trace;

/// What the text of a case is called in messages.
const NAME: &str = "case.toml";

/// For cases that name no files.
pub(super) struct NoFiles;

impl Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("there is no file {path}"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("there is no file {path}"))
    }
}

/// The variants of the scenario `text`, ready to run, or all that is wrong with it.
pub(super) fn graphs(
    text: &str,
    files: &mut dyn Files,
) -> Result<Vec<(String, Arc<Graph>)>, String> {
    let texts = BTreeMap::from([(PathBuf::from(NAME), text.as_bytes().to_vec())]);
    let mut diagnostics = Diagnostics::new();
    let scenario = Scenario::load(Path::new(NAME), &Memory(texts), &[], &mut diagnostics);
    let mut graphs = Vec::new();
    for variant in scenario.variants() {
        let model = scenario.model(variant, &[], &mut diagnostics);
        let graph = model.and_then(|it| graph::build(&it, files, &mut diagnostics));
        graphs.extend(graph.map(|graph| (variant.to_owned(), Arc::new(graph))));
    }
    if diagnostics.has_errors() {
        return Err(diagnostics.to_plain(&scenario.sources));
    }
    Ok(graphs)
}
