//! Documentation is executed: every scenario in it runs, every command works, and its tables are
//! those of the program.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use lindley::metrics::{AT_CACHE, at_node, end_to_end};

/// The documents whose blocks are executed.
const DOCUMENTS: [&str; 3] = ["README.md", "docs/guide.md", "docs/model.md"];

/// What makes a documented run short enough for a test.
const SHORT: [&str; 6] = ["--replications", "5", "--set", "duration=4s", "--no-plots", "--quiet"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// The fenced blocks of `language` in a document.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = text.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn lindley(arguments: &[&str], folder: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_lindley"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// The scenarios of a document: blocks of TOML that have nodes.
fn scenarios(document: &str) -> Vec<String> {
    let all = blocks(&read(document), "toml");
    all.into_iter().filter(|block| block.contains("[node.")).collect()
}

#[test]
fn every_scenario_in_the_documents_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut count = 0;
    for document in DOCUMENTS {
        for scenario in scenarios(document) {
            count += 1;
            std::fs::write(folder.path().join("documented.toml"), &scenario).expect("written");
            let arguments = [&["run", "documented.toml"], &SHORT[..]].concat();
            let (success, text) = lindley(&arguments, folder.path());
            assert!(success, "{document}: {text}");
        }
    }
    assert!(count >= 2, "the README and the guide have a scenario each");
}

#[test]
fn every_command_in_the_guide_works() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("shop.toml"), &scenarios("docs/guide.md")[0])
        .expect("written");
    let rows: String =
        (0..200).map(|n| format!("{n},{},{}\n", n * n % 37, 1_000 + n % 7)).collect();
    std::fs::write(
        folder.path().join("requests.csv"),
        format!("arrival_s,object,size_bytes\n{rows}"),
    )
    .expect("written");
    std::fs::write(folder.path().join("access.log"), read("tests/data/access_log/sample.log"))
        .expect("written");
    let mut count = 0;
    for block in blocks(&read("docs/guide.md"), "console") {
        for line in block.lines().filter_map(|line| line.strip_prefix("$ lindley ")) {
            count += 1;
            let mut arguments: Vec<&str> = line.split_whitespace().collect();
            // Some simulate nothing, and one shows a single replication.
            match arguments[0] {
                "check" | "cache" | "graph" | "import" => {}
                "trace" => arguments.extend(&SHORT[2..4]),
                "merge" => arguments.extend(&SHORT[4..]),
                _ => arguments.extend(SHORT),
            }
            let (success, text) = lindley(&arguments, folder.path());
            assert!(success, "lindley {line}: {text}");
        }
    }
    assert!(count >= 4, "the guide shows its commands");
}

#[test]
fn the_tables_of_metrics_are_those_of_the_program() {
    let row = |name: &str, unit: &str, about: &str| format!("| `{name}` | {unit} | {about} |");
    let whole: Vec<String> =
        end_to_end().map(|it| row(it.name, it.unit.name(), it.about)).collect();
    let nodes: Vec<String> = at_node().map(|it| row(it.name, it.unit.name(), it.about)).collect();
    let caches: Vec<String> =
        AT_CACHE.iter().map(|it| row(it.name, it.unit.name(), it.about)).collect();
    let mut text = read("docs/model.md");
    let tables = [("End to end:", whole), ("At nodes, and with", nodes), ("Of caches,", caches)];
    for (heading, rows) in tables {
        let mut table = String::from("| metric | unit | meaning |\n|---|---|---|\n");
        for row in rows {
            writeln!(table, "{row}").expect("a string grows");
        }
        let start = text.find(heading).expect(heading);
        let start = start + text[start..].find("\n\n").expect("a paragraph") + 2;
        let end = start + text[start..].find("\n\n").expect("a paragraph") + 1;
        text.replace_range(start..end, &table);
    }
    #[allow(clippy::disallowed_methods, reason = "a test may be told to write its expectation")]
    let blesses = std::env::var("BLESS").is_ok();
    if blesses {
        std::fs::write(root().join("docs/model.md"), &text).expect("written");
    }
    assert_eq!(read("docs/model.md"), text, "BLESS=1 cargo test --test docs writes the tables");
}

#[test]
fn the_readme_lists_every_shipped_scenario_and_no_other() {
    let readme = read("README.md");
    let mut files: Vec<String> = std::fs::read_dir(root().join("scenarios"))
        .expect("scenarios")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    files.sort();
    for file in &files {
        assert!(readme.contains(&format!("(scenarios/{file})")), "{file} is not in the README");
    }
    assert_eq!(readme.matches("](scenarios/").count(), files.len());
}

/// Two variants of one server behind a cache, with a probe.
const MEASURED: &str = "duration = '20s'\nreplications = 3\nwarmup = '2s'\n\
    [endpoint.page]\npath = '/{object}'\nobjects = { count = 50 }\n\
    response = { cache_control = 'max-age=5' }\nwork = [{ cpu = '5ms' }]\n\
    [node.users]\nkind = 'client'\narrivals = { poisson = '50/s' }\nmix = { page = 1 }\n\
    [node.edge]\nkind = 'reverse-proxy'\ncache = { policy = 'lru', capacity = { objects = 9 } }\n\
    [node.app]\nkind = 'server'\ncores = 1\n[link.users.edge]\n[link.edge.app]\n\
    [probe.late]\nnode = 'app'\nat = ['9s']\n[variant.a]\n[variant.b.node.app]\ncores = 2\n";

#[test]
fn the_files_of_a_result_have_the_columns_that_the_guide_says() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("measured.toml"), MEASURED).expect("written");
    let arguments = ["compare", "measured.toml", "--requests", "--no-plots", "--out", "out"];
    let (success, text) = lindley(&arguments, folder.path());
    assert!(success, "{text}");
    let guide = read("docs/guide.md");
    let rows = guide.lines().filter(|line| line.starts_with("| `") && line.contains(".csv` |"));
    let mut told: Vec<(String, String)> = Vec::new();
    for row in rows {
        let words: Vec<&str> = row.split('`').collect();
        told.push((words[1].to_owned(), words[words.len() - 2].to_owned()));
    }
    let files = std::fs::read_dir(folder.path().join("out")).expect("a result");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("a name"));
    let mut found: Vec<(String, String)> = Vec::new();
    for name in names.filter(|name| name.ends_with(".csv")) {
        let text = std::fs::read_to_string(folder.path().join("out").join(&name)).expect("text");
        found.push((name, text.lines().next().unwrap_or_default().to_owned()));
    }
    told.sort();
    found.sort();
    assert_eq!(told, found);
}
