//! Texts that nobody wrote in good faith: each has to end in a diagnostic or a bounded tree, never
//! in a panic, an overflow or a long wait.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::rng;
use crate::scenario::argument;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::include::load;
use crate::scenario::overlay::assign;
use crate::scenario::read::read_table;
use crate::scenario::source::{Memory, Sources};
use crate::scenario::sweep::{Grid, axes, select};
use crate::scenario::tree::check_names;

const SOUND: &str = "title = \"Shop\"
include = ['costs.toml']
[node.app]
kind = 'server'
cores = 2
service = { exp = 1.5 }
[node.\"db\"]
cores = 0x10
work = [{ cpu = 1 }, { wait = '2ms' }]
[sweep.load]
\"node.app.cores\" = { from = 1, to = 9, steps = 5 }
node.db.cores = [1, 2]
";

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Scenario {
    title: String,
    node: BTreeMap<String, Node>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Node {
    kind: Option<String>,
    cores: u8,
    service: Option<Dist>,
    #[serde(default)]
    work: Vec<BTreeMap<String, toml::Spanned<i64>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only whether it can be read matters")]
enum Dist {
    Exp(f64),
    Uniform { min: f64, max: f64 },
}

/// Takes `bytes` through everything, and returns what is said.
fn run(bytes: Vec<u8>) -> (Diagnostics, String) {
    let is_choice = |path: &[&str]| path.last() == Some(&"service");
    let mut files = Memory::of(&[("costs.toml", "[node.app]\nprice = 1")]);
    files.0.insert("shop.toml".into(), bytes);
    let (mut sources, mut said) = (Sources::new(), Diagnostics::new());
    let mut table = load(Path::new("shop.toml"), &files, &is_choice, &mut sources, &mut said).table;
    check_names(&table, &[&["node", "*"], &["sweep", "*"]], &mut said);
    let axes = select(table.table("sweep"), None, &mut said)
        .map_or_else(Vec::new, |(_, sweep)| axes(sweep, &mut said));
    if let Some(grid) = Grid::new(axes, &mut said) {
        for (key, value) in grid.cell(grid.len() - 1).overlays() {
            assign(&mut table, key, value.clone(), &is_choice, &mut said);
        }
    }
    if let Some(set) = argument::set("node.db.work.0.cpu=3", &mut sources, &mut said) {
        assign(&mut table, &set.path, set.value, &is_choice, &mut said);
    }
    let _ = read_table::<Scenario>(&table, &["sweep"], &mut said);
    let text = said.to_plain(&sources);
    (said, text)
}

#[test]
fn the_sound_text_has_just_its_wrong_types() {
    let (said, text) = run(SOUND.into());
    assert_eq!(said.errors(), 2, "{text}");
    assert!(text.contains("unknown key `price`\n --> costs.toml:2:1"), "{text}");
    assert!(text.contains("`wait` takes a whole number\n --> shop.toml:9:31"), "{text}");
}

#[test]
fn a_text_cut_anywhere_ends_in_diagnostics() {
    for end in 0..SOUND.len() {
        let (said, text) = run(SOUND.as_bytes()[..end].to_vec());
        assert!(said.has_errors() && !text.is_empty(), "cut at {end}");
    }
}

#[test]
fn a_text_with_random_changes_ends_in_diagnostics_or_a_tree() {
    const BYTES: &[u8] = b"[]{}=.,'\"\\\n\r\t #_-+09aZ\0\xFF\x80\xC3\xE2\x80\xAE";
    let mut drawn = 0;
    let mut below = |n: usize| {
        drawn += 1;
        usize::try_from(rng::mix(drawn)).expect("64 bits") % n
    };
    for _ in 0..3_000 {
        let mut bytes = SOUND.as_bytes().to_vec();
        for _ in 0..=below(4) {
            let at = below(bytes.len());
            let byte = BYTES[below(BYTES.len())];
            match below(3) {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => {
                    let until = (at + below(20)).min(bytes.len());
                    bytes.drain(at..until);
                }
            }
        }
        let (said, text) = run(bytes);
        assert_eq!(said.errors() + said.warnings() == 0, text.is_empty());
    }
}

#[test]
fn large_and_deep_texts_are_refused_or_read_in_bounded_time() {
    let deep = 100_000;
    for (text, expected) in [
        ("x = ".to_owned() + &"[".repeat(deep), "more than 64 levels deep"),
        ("x = ".to_owned() + &"{a=".repeat(deep), "more than 64 levels deep"),
        ("[".to_owned() + &"a.".repeat(deep) + "a]", "more than 64 levels deep"),
        ("x = 1\nx = {".to_owned() + &"a.".repeat(deep) + "a=1}", "more than 64 levels deep"),
        ("y".repeat(10 << 20), "shop.toml:1:"),
        (format!("title = \"{}\"", "é".repeat(5 << 20)), "the scenario has no sweep"),
        (format!("{}\"", "title = 1 ".repeat(1 << 20)), "shop.toml:1:"),
        ("=\n".repeat(8 << 20), "at most 1100000 keys and values"),
        ((0..500_000).map(|n| format!("key{n} = {n}\n")).collect(), "more errors"),
        ((0..200_000).map(|n| format!("[node.n{n}]\n")).collect(), "missing key `cores`"),
        ("x = 1\n".repeat(500_000), "the key `x` is given twice"),
    ] {
        let (said, shown) = run(text.into_bytes());
        assert!(said.has_errors() && shown.contains(expected), "{expected}: {shown}");
        assert!(shown.len() < 20_000, "{}", shown.len());
    }
}

#[test]
fn key_tricks_are_told() {
    for (text, expected) in [
        ("[node.\"a\\u200Bb\"]", "(U+200B) is not allowed"),
        ("[node.\"e\\u0301\"]", "(U+0301) is not allowed"),
        ("[node.é]", "cannot stand in a key"),
        ("title = \"\\uD800\"", "shop.toml:1:"),
        ("title = \"a\tb\u{1}\"", "shop.toml:1:"),
        ("[node.a]\n[node.A]", "differ only in case"),
        ("title = 'a'\ntrailing", "this key has no value"),
        ("title = 'a'\ntitle = 'b'", "is given twice"),
        ("title = 09", "shop.toml:1:"),
        ("title = 1,5", "shop.toml:1:"),
    ] {
        let (said, shown) = run(text.into());
        assert!(said.has_errors() && shown.contains(expected), "{text}: {shown}");
    }
}
