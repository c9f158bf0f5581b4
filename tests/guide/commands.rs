//! Commands that the guide shows: understood, and about scenarios that can be built. Running them
//! would take minutes each; what they compute is compared by the main command and other tests.

use std::path::Path;
use std::process::Command;

/// What is wrong with the command `line`, which follows `lindley`.
///
/// # Errors
/// If the program does not know an option, or the scenario with all that is set is wrong.
pub(crate) fn check(line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    // Help is shown if all that stands before it is understood.
    run(&[&words[..], &["--help"]].concat())?;
    let simulates = ["run", "compare", "sweep", "plan", "check"].contains(&words[0]);
    if !simulates {
        return run(&words);
    }
    let mut changes = vec!["check", words.get(1).ok_or("no scenario")?];
    let mut ends = Vec::new();
    for pair in words[2..].chunks(2) {
        match pair {
            ["--set" | "--variant", _] => changes.extend(pair),
            ["--vary", varied] => ends.push(first_and_last(varied)?),
            _ => {}
        }
    }
    let first = ends.iter().flat_map(|(first, _)| ["--set", first]);
    let last = ends.iter().flat_map(|(_, last)| ["--set", last]);
    run(&changes.iter().copied().chain(first).collect::<Vec<_>>())?;
    run(&changes.iter().copied().chain(last).collect::<Vec<_>>())
}

/// `key=first` and `key=last` of `key=first..last` or of `key=first,…,last`.
fn first_and_last(varied: &str) -> Result<(String, String), String> {
    let (key, values) = varied.split_once('=').ok_or("nothing is varied")?;
    let separator = if values.contains("..") { ".." } else { "," };
    let first = values.split(separator).next().unwrap_or_default();
    let last = values.rsplit(separator).next().unwrap_or_default();
    Ok((format!("{key}={first}"), format!("{key}={last}")))
}

fn run(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_lindley"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .output()
        .map_err(|error| error.to_string())?;
    let text = [output.stdout, output.stderr].concat();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&text).into_owned()) }
}
