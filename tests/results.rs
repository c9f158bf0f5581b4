//! The committed results are what the program gives today, byte for byte.
//!
//! The main scenario is run by CI through the README's command; here the smaller ones are run,
//! each in full, into a folder of its own. PNG files are compared too: they are the same on one
//! platform.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of a result folder by their path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|e| panic!("{next:?}: {e}")) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_owned();
                all.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
    all
}

fn check(command: &str, scenario: &str, committed: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join(committed);
    let output = Command::new(env!("CARGO_BIN_EXE_lindley"))
        .args([command, scenario, "--quiet", "--out"])
        .arg(&out)
        .current_dir(folder.path())
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (new, old) = (files(&out), files(&root.join("results").join(committed)));
    let names = |all: &BTreeMap<PathBuf, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&new), names(&old), "{scenario}: the files of the result");
    for (name, bytes) in &new {
        assert!(bytes == &old[name], "{scenario}: {} differs", name.display());
    }
}

#[test]
fn the_result_of_flash_crowd_is_reproduced_byte_for_byte() {
    check("compare", "flash-crowd", "flash-crowd");
}

#[test]
fn the_result_of_scalability_law_is_reproduced_byte_for_byte() {
    check("compare", "scalability-law", "scalability-law");
}
