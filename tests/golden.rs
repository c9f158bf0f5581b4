//! Fingerprints of every variant of every shipped scenario, against those that are kept.
//!
//! A change of an observable fingerprint is a change of results, and has to be wanted; a strict
//! one may change with what the model tells about itself. `BLESS=1` writes them anew.

mod support;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lindley::graph;
use lindley::scenario::source::Disk;
use lindley::time::Time;
use lindley::trace::Trace;

const KEPT: &str = "tests/data/golden/fingerprints.csv";
const HEADER: &str = "scenario,variant,strict,observable\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files beside a scenario.
struct Beside(PathBuf);

impl graph::Files for Beside {
    fn text(&mut self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(path)).map_err(|error| error.to_string())
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        let text = self.text(path)?;
        Trace::read(text.as_bytes()).map(Arc::new).map_err(|error| error.to_string())
    }
}

/// The shipped scenarios by name, without the large ones; none as long as there is no folder of
/// them.
fn shipped() -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(root().join("scenarios")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("readable").path()).collect();
    let is_large = |path: &Path| {
        path.file_stem().is_some_and(|name| support::LARGE.iter().any(|large| name == *large))
    };
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml") && !is_large(path));
    paths.sort();
    paths
}

/// The rows of one scenario: each of its variants, replication 0.
fn rows(path: &Path) -> String {
    let folder = path.parent().expect("a file stands in a folder").to_path_buf();
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut rows = String::new();
    for (variant, graph) in support::variants(path, &Disk, &mut Beside(folder)) {
        let wanted = lindley::study::Wanted { strict: true, requests: None };
        let run = lindley::study::replicate(&graph, 0, Time::ZERO, wanted)
            .unwrap_or_else(|fault| panic!("{name}, {variant}: {fault}"));
        let strict = run.strict.expect("it was wanted");
        writeln!(rows, "{name},{variant},{strict:016x},{:016x}", run.observable)
            .expect("a string takes everything");
    }
    rows
}

/// The rows of all scenarios, two at a time.
fn all_rows() -> String {
    let paths = shipped();
    let mut rows = vec![String::new(); paths.len()];
    rayon::scope(|scope| {
        for (row, path) in rows.iter_mut().zip(&paths) {
            scope.spawn(|_| *row = self::rows(path));
        }
    });
    format!("{HEADER}{}", rows.concat())
}

#[test]
fn large_scenarios_are_sound_and_their_loads_are_those_of_a_system_that_keeps_up() {
    for name in support::LARGE {
        let path = root().join(format!("scenarios/{name}.toml"));
        let folder = root().join("scenarios");
        for (variant, graph) in support::variants(&path, &Disk, &mut Beside(folder)) {
            let traffic = graph::Traffic::of(&graph);
            let busy = traffic.nodes.iter().filter_map(graph::NodeTraffic::busiest);
            let busiest = busy.fold(0.0, f64::max);
            assert!((0.5..0.8).contains(&busiest), "{name}, {variant}: {busiest}");
        }
    }
}

#[test]
fn every_shipped_scenario_has_the_fingerprints_that_are_kept() {
    let path = root().join(KEPT);
    let found = all_rows();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).expect("the fingerprints can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|_| HEADER.to_owned());
    let changed: Vec<&str> =
        found.lines().filter(|line| !kept.lines().any(|k| k == *line)).collect();
    let gone: Vec<&str> = kept.lines().filter(|line| !found.lines().any(|f| f == *line)).collect();
    assert!(
        changed.is_empty() && gone.is_empty(),
        "found, not kept:\n{}\nkept, not found:\n{}\n\
         if this is wanted: BLESS=1 cargo test --test golden",
        changed.join("\n"),
        gone.join("\n")
    );
}
