//! What single parts of the simulator cost: nanoseconds of CPU time an operation.
//!
//! The words given choose groups: `queue`, `draws`, `laws`, `records`, `picks`.

#![allow(unreachable_pub, reason = "the modules of a program")]

mod draws;
#[path = "../workloads/heap.rs"]
#[allow(dead_code, reason = "only its list of events is used here")]
mod heap;
mod laws;
#[path = "../workloads/lru.rs"]
mod lru;
mod outcome;
mod picks;
mod queue;
mod records;
mod timing;

/// The groups of parts, each by its name.
const GROUPS: [(&str, fn()); 5] = [
    ("queue", queue::all),
    ("draws", draws::all),
    ("laws", laws::all),
    ("records", records::all),
    ("picks", picks::all),
];

#[allow(clippy::print_stderr, reason = "it is a program")]
fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if let Some(word) = words.iter().find(|word| !GROUPS.iter().any(|it| it.0 == *word)) {
        eprintln!("not understood: {word}; one of {:?}", GROUPS.map(|(name, _)| name));
        return std::process::ExitCode::from(2);
    }
    for (name, all) in GROUPS {
        if words.is_empty() || words.iter().any(|word| word == name) {
            all();
        }
    }
    std::process::ExitCode::SUCCESS
}
