//! Rules about the code itself. Each is a function from a text to what is wrong with it, tried on
//! a bad example first.

mod support;

use std::path::{Path, PathBuf};

use support::source::{Source, folder, root, sources};

/// Lines of a file, of a function, and columns of a line.
const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;
const COLUMNS: usize = 100;

/// The modules in the order in which data flows: each imports from its own row and from those
/// above it. A row of several is a knot that cannot be cut:
/// `net`'s handlers state facts, and a fact names the parts of an account of `net`; the scenario
/// is read into the model, whose errors are the scenario's diagnostics.
const LAYERS: &[&[&str]] = &[
    &["time"],
    &["id", "rng", "slab", "unit"],
    &["outcome"],
    &["engine"],
    &["math", "alias"],
    &["dist"],
    &["count", "popularity", "trace"],
    &[
        "access_log",
        "arrivals",
        "balance",
        "evict",
        "health",
        "http",
        "limit",
        "resilience",
        "scaling",
    ],
    &["attack", "auth", "endpoint", "fact", "fault", "net", "people", "screen"],
    &["nodes"],
    // Observers know facts alone, and a graph plans the probes.
    &["observe"],
    &["model", "scenario"],
    &["graph"],
    &["world"],
    &["metrics", "stats", "theory"],
    // What is known before a run says what its numbers rest on.
    &["check"],
    &["study"],
    &["validate"],
    &["plots", "report"],
    &["commands"],
];

/// What is left to do has no place in the code; what is ignored or printed in a hurry neither.
const BANNED: &[&str] = &[
    "todo!(",
    "unimplemented!(",
    "FIXME",
    "XXX",
    "dbg!(",
    "#[ignore",
    concat!("/", "work/"),
    concat!("/", "tmp/"),
    concat!("/", "root/"),
    concat!("/", "home/"),
];

fn too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if lines > FILE_LINES { vec![format!("{lines} lines")] } else { Vec::new() }
}

fn too_wide(source: &Source) -> Vec<String> {
    let wide = source.text.lines().zip(1..).filter(|(line, _)| line.chars().count() > COLUMNS);
    wide.map(|(line, number)| format!("line {number} has {} columns", line.chars().count()))
        .collect()
}

/// Functions by the indentation of their first and last lines, as rustfmt leaves them.
fn long_functions(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let is_end = |line: &&str| {
            line.strip_prefix(indent).is_some_and(|rest| rest == "}" || rest.ends_with(" }"))
        };
        let length = lines[start..].iter().position(is_end).map_or(0, |last| last + 1);
        if length > FUNCTION_LINES {
            found.push(format!("`{name}` has {length} lines"));
        }
    }
    found
}

/// The name of the function that begins in this line.
fn function_name(line: &str) -> Option<&str> {
    let (before, rest) = line.trim_start().split_once("fn ")?;
    let qualifiers = ["", "pub", "pub(crate)", "pub(super)", "const", "async", "unsafe"];
    let is_start = before.split(' ').all(|word| qualifiers.contains(&word));
    if !is_start || line.trim_end().ends_with([';', '}']) {
        return None;
    }
    rest.split(['(', '<']).next()
}

fn banned_words(source: &Source) -> Vec<String> {
    let said = BANNED.iter().filter(|word| source.text.contains(**word));
    said.map(|word| format!("says `{word}`")).collect()
}

/// Attributes that allow or expect a lint give a reason.
fn unreasoned(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for opening in ["#[allow(", "#[expect(", "#![allow(", "#![expect("] {
        for (at, _) in source.text.match_indices(opening) {
            let attribute = source.text[at..].split(")]").next().unwrap_or_default();
            if !attribute.contains("reason = \"") {
                found.push(format!("`{}` has no reason", attribute.lines().next().unwrap_or("")));
            }
        }
    }
    found
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// Imports against the direction of data, outside of tests.
fn backward_imports(source: &Source) -> Vec<String> {
    let module = source.module();
    if module == "lib" || module == "main" {
        return Vec::new();
    }
    let Some(own) = layer(&module) else {
        return vec![format!("module `{module}` has no place in the order of layers")];
    };
    let mut found = Vec::new();
    for line in source.code().lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, path) in line.match_indices("crate::") {
            if line[..at].ends_with(|before: char| before.is_alphanumeric()) {
                continue;
            }
            let rest = &line[at + path.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let other = &rest[..end];
            if layer(other).is_some_and(|other| other > own) {
                found.push(format!("`{module}` imports from `{other}`"));
            }
        }
    }
    found
}

/// A folder of things of one family: the words that register a file `x.rs` in its `mod.rs`, and
/// the files that hold no member of the family.
struct Family {
    folder: &'static str,
    registers: fn(&str) -> String,
    others: &'static [&'static str],
}

const FAMILIES: &[Family] = &[
    Family {
        folder: "src/balance",
        registers: |name| format!("    {} = \"{}\";", camel(name), name.replace('_', "-")),
        others: &[
            "backend", "bounded", "laws", "modulo", "profile", "profiled", "recorded", "spec",
            "stated",
        ],
    },
    Family {
        folder: "src/evict",
        registers: |name| format!("    {}({name}) = \"{}\";", camel(name), name.replace('_', "-")),
        others: &[
            "capacity", "che", "ghost", "list", "members", "ranks", "shelves", "sketch", "store",
            "table", "verbs", "words",
        ],
    },
    Family {
        folder: "src/dist",
        registers: |name| format!("({name}::"),
        others: &["constant", "measure", "nearly", "number", "scaled", "table", "text", "trial"],
    },
    Family {
        folder: "src/metrics",
        registers: |name| format!("{name}::METRICS"),
        others: &["caching"],
    },
    Family {
        folder: "src/nodes",
        registers: |name| format!("({name}::"),
        others: &[
            "answering",
            "bench",
            "caching",
            "client_tests",
            "cors",
            "forwarding",
            "overhead",
            "timeouts",
            "host",
            "host_tests",
            "parts",
            "route",
        ],
    },
];

fn camel(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').map(capital).collect()
}

/// Files of a family that its list does not name; `list` is the text of its `mod.rs`.
fn unregistered(family: &Family, files: &[String], list: &str) -> Vec<String> {
    let is_missing = |name: &&String| {
        name.as_str() != "mod"
            && !family.others.contains(&name.as_str())
            && !list.contains(&(family.registers)(name))
    };
    files.iter().filter(is_missing).cloned().collect()
}

/// Scenarios without a fingerprint in `kept`, or without results where there are any.
fn unkept(scenarios: &[String], kept: &str, results: Option<&[String]>) -> Vec<String> {
    let mut found = Vec::new();
    for name in scenarios {
        if !kept.lines().any(|line| line.split(',').next() == Some(name)) {
            found.push(format!("{name} has no fingerprint: BLESS=1 cargo test --test golden"));
        }
        if results.is_some_and(|folders| !folders.contains(name)) {
            found.push(format!("{name} has no folder in results"));
        }
    }
    found
}

/// Applies a rule to all sources under the folders, after a bad example which it must catch.
#[track_caller]
fn check(rule: fn(&Source) -> Vec<String>, folders: &[&str], path: &str, bad: &str) {
    let example = Source { path: PathBuf::from(path), text: bad.to_owned() };
    assert_eq!(rule(&example).len(), 1, "the bad example is found once: {:?}", rule(&example));
    let all = folders.iter().flat_map(|folder| sources(folder));
    let mut found = Vec::new();
    for source in all {
        found.extend(rule(&source).iter().map(|it| format!("{}: {it}", source.path.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_is_longer_than_600_lines() {
    check(too_long, &["src", "tests", "benches"], "src/x.rs", &"\n".repeat(601));
}

#[test]
fn no_function_is_longer_than_70_lines() {
    let short = "fn short() {\n}\n";
    let long = format!("{short}    pub(crate) const fn long<T>() {{\n{}    }}\n", "x\n".repeat(69));
    check(long_functions, &["src", "tests", "benches"], "src/x.rs", &long);
}

#[test]
fn no_line_is_wider_than_100_columns() {
    let bad = format!("{}\n{}\n", "ä".repeat(100), "a".repeat(101));
    check(too_wide, &["src", "tests", "benches"], "src/x.rs", &bad);
}

#[test]
fn nothing_is_left_to_do_printed_in_a_hurry_or_tied_to_one_machine() {
    check(banned_words, &["src"], "src/x.rs", "fn later() {\n    todo!()\n}\n");
}

#[test]
fn every_lint_that_is_allowed_has_a_reason() {
    let bad = "#[allow(dead_code, reason = \"a test\")]\nfn a() {}\n#[expect(\n    unused\n)]\n";
    check(unreasoned, &["src"], "src/x.rs", bad);
}

#[test]
fn modules_import_in_the_direction_of_data() {
    let bad = "use crate::time::Time;\nuse crate::study::Plan;\n\
               #[cfg(test)]\nmod tests {\n    use crate::study::Variant;\n}\n";
    check(backward_imports, &["src"], "src/nodes/x.rs", bad);
}

#[test]
fn every_module_of_the_library_has_a_layer_and_the_blocks_of_the_library_keep_their_order() {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).expect("the library");
    let mut highest = 0;
    for block in text.split("\n\n") {
        let modules = block.lines().filter_map(|line| {
            line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')
        });
        let layers: Vec<usize> = modules
            .map(|name| layer(name).unwrap_or_else(|| panic!("`{name}` has none")))
            .collect();
        if let (Some(first), Some(last)) = (layers.iter().min(), layers.iter().max()) {
            assert!(*first >= highest, "a block of the library comes too late:\n{block}");
            highest = *last;
        }
    }
}

#[test]
fn every_member_of_a_family_stands_in_its_list() {
    let family = &FAMILIES[0];
    let files = ["backend".to_owned(), "mod".to_owned(), "power_of_d".to_owned(), "new".to_owned()];
    let list = "mod new;\n    PowerOfD = \"power-of-d\";\n";
    assert_eq!(unregistered(family, &files, list), ["new"]);
    for family in FAMILIES {
        let list = std::fs::read_to_string(root().join(family.folder).join("mod.rs")).unwrap();
        let files: Vec<String> = folder(family.folder, "rs");
        assert!(files.len() > 3, "{}", family.folder);
        assert_eq!(unregistered(family, &files, &list), [""; 0], "{}", family.folder);
    }
}

#[test]
fn every_shipped_scenario_has_a_fingerprint_and_results() {
    let names = ["a".to_owned(), "b".to_owned()];
    assert_eq!(unkept(&names, "scenario,variant\na,base\n", None).len(), 1);
    assert_eq!(unkept(&names, "a,base\nb,base\n", Some(&names[..1])).len(), 1);
    let path = root().join("tests/data/golden/fingerprints.csv");
    let kept = std::fs::read_to_string(path).expect("the fingerprints");
    let has_results = Path::new("results").exists();
    let results = has_results.then(|| folder("results", ""));
    let mut names = folder("scenarios", "toml");
    names.retain(|name| !support::LARGE.contains(&name.as_str()));
    assert_eq!(unkept(&names, &kept, results.as_deref()), [""; 0]);
}
