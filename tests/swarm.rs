//! Random scenarios run briefly: none panics, every audit passes, everything repeats, and what is
//! drained ends.
//!
//! A failure prints the seed and, for the first of each kind, what is left of the scenario after
//! all lines have been taken out that it does not need. `LINDLEY_SWARM_SEED=n` begins at another
//! seed, and `LINDLEY_SWARM_COUNT=n` runs so many.

mod support;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lindley::study::{Wanted, replicate};
use lindley::time::Time;
use lindley::world::Halt;
use support::swarm::scenario;
use support::{graph, reading, requests, run};

/// What must hold of a scenario; the first thing that does not, in a sentence.
fn check(text: &str) -> Result<(), String> {
    let graph = graph(text);
    let run = || replicate(&graph, 0, Time::ZERO, support::ALL).map_err(|fault| fault.to_string());
    let (one, other) = (run()?, run()?);
    if (one.strict, one.observable, one.events) != (other.strict, other.observable, other.events) {
        return Err("two runs differ".to_owned());
    }
    match one.halt {
        // What lasts longer than the swarm waits for it is not judged by its end.
        Some(Halt::Events(_)) => return Ok(()),
        Some(halt) => return Err(format!("it was halted: {halt}")),
        None => {}
    }
    if text.contains("drained") && one.in_flight_share > 0.0 {
        return Err(format!("{} of the requests never ended", one.in_flight_share));
    }
    for request in requests(&graph) {
        let sum: u64 = request.parts.iter().sum();
        if sum != request.end - request.started {
            return Err(format!("the parts do not sum to the latency: {request:?}"));
        }
    }
    Ok(())
}

/// A number that the environment gives, or the usual one.
fn asked(name: &str, usual: u64) -> u64 {
    let given = std::env::var_os(name);
    given.map_or(usual, |text| text.to_string_lossy().parse().expect("a number"))
}

/// The same, with a panic as what does not hold.
fn checked(text: &str) -> Result<(), String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| check(text)));
    outcome.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("");
        Err(format!("it panicked: {}", said.lines().next().unwrap_or("")))
    })
}

/// A failure without its numbers, which differ from one scenario to the next.
fn kind_of(failure: &str) -> String {
    failure.chars().filter(|letter| !letter.is_ascii_digit()).take(60).collect()
}

/// The scenario without the lines that it does not need to fail as it does, whole tables first.
fn shrunk(text: &str, failure: &str) -> String {
    let kind = kind_of(failure);
    let mut lines: Vec<&str> = text.lines().collect();
    for size in [16, 8, 4, 2, 1, 1] {
        let mut at = 0;
        while at < lines.len() {
            let end = (at + size).min(lines.len());
            let less = [&lines[..at], &lines[end..]].concat();
            let fails = checked(&less.join("\n")).err();
            if fails.is_some_and(|failure| kind_of(&failure) == kind) {
                lines = less;
            } else {
                at += size;
            }
        }
    }
    lines.join("\n")
}

#[test]
fn random_scenarios_keep_the_laws() {
    let first = asked("LINDLEY_SWARM_SEED", 1_000);
    let (mut kinds, mut failures) = (BTreeSet::new(), Vec::new());
    for seed in first..first + asked("LINDLEY_SWARM_COUNT", 150) {
        let text = scenario(seed);
        if let Err(failure) = checked(&text) {
            let is_new = kinds.insert(kind_of(&failure));
            let rest = if is_new { shrunk(&text, &failure) } else { String::new() };
            failures.push(format!("LINDLEY_SWARM_SEED={seed}: {failure}\n{rest}\n"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn scenarios_that_once_broke_a_law_keep_it() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/broken");
    let entries = std::fs::read_dir(folder).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a scenario");
        assert_eq!(checked(&text), Ok(()), "{}", path.display());
    }
}

#[test]
fn the_swarm_reaches_every_outcome_and_every_kind_of_node() {
    let texts: Vec<String> = (1_000..1_060).map(scenario).collect();
    // An issuer of its own needs a way for log-ins beside that of pages: the tests of identity have
    // that. Here the server issues.
    let kinds = lindley::nodes::KindSpec::WORDS.iter().filter(|kind| **kind != "auth-server");
    for kind in kinds {
        assert!(texts.iter().any(|text| text.contains(&format!("kind = '{kind}'"))), "{kind}");
    }
    // Credentials are hashed with every request: nobody logs in before.
    let schemes =
        [("session", "login_rate"), ("jwt", "login_rate"), ("credentials", "identity_cores")];
    for (scheme, metric) in schemes {
        let proves_it = |text: &String| {
            let is_of_scheme = text.contains(&format!("scheme = '{scheme}'"));
            is_of_scheme && reading(&run(&graph(text)), metric) > 0.0
        };
        assert!((1_000..1_150).map(scenario).any(|text| proves_it(&text)), "{scheme}");
    }
    let mut reached = [false; lindley::outcome::Reason::ALL.len()];
    for text in &texts {
        let graph = graph(text);
        let run = replicate(&graph, 0, Time::ZERO, Wanted::default()).expect("a sound run");
        if run.halt.is_some() {
            continue;
        }
        for request in requests(&graph) {
            if let Some(reason) = (request.answer & 0xff).checked_sub(1) {
                reached[usize::try_from(reason).expect("a small number")] = true;
            }
        }
    }
    // No backend, when all weights are 0, and a reset, after 15 losses in a row, are rarer.
    assert_eq!(reached[..4], [true; 4], "status, refused, queue time-out, time-out");
}
