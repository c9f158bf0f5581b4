//! Whatever text is given as a scenario ends in diagnostics, or in runs whose books are in order:
//! nothing panics, hangs or takes memory without a limit.

#![no_main]

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use lindley::check::{Checked, text};
use lindley::graph::{Files, build};
use lindley::scenario::source::Memory;
use lindley::scenario::{Diagnostics, Scenario};
use lindley::study::{Wanted, replicate};
use lindley::time::Time;
use lindley::trace::Trace;

/// What keeps each run short: the last word is theirs.
const BOUNDS: [&str; 5] =
    ["duration=5ms", "warmup=0s", "replications=1", "limits.events=2000", "limits.in_flight=2000"];

struct NoFiles;

impl Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("cannot read `{path}`: there is no such file"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("cannot read `{path}`: there is no such file"))
    }
}

fuzz_target!(|words: &str| {
    let files = Memory::of(&[("a.toml", words)]);
    let mut said = Diagnostics::new();
    let bounds = BOUNDS.map(str::to_owned);
    let scenario = Scenario::load(Path::new("a.toml"), &files, &bounds, &mut said);
    let mut ran = false;
    for variant in scenario.variants().into_iter().take(3) {
        let model = scenario.model(variant, &[], &mut said);
        let Some(graph) = model.and_then(|model| build(&model, &mut NoFiles, &mut said)) else {
            continue;
        };
        assert!(!text(variant, &graph, &Checked::of(&graph)).is_empty());
        let run = replicate(&graph, 0, Time::ZERO, Wanted::default());
        assert!(run.is_ok(), "{:?}", run.err());
        ran = true;
    }
    let told = said.to_plain(&scenario.sources);
    assert!(ran || said.has_errors(), "nothing ran, and nothing was said: {told}");
});
