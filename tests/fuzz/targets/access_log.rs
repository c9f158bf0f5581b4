//! Whatever bytes are given as a log: what can be read of it gives a scenario that is accepted.

#![no_main]

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use lindley::access_log::{Entry, Imported, Limits, Lines, Profile, Survey, described, scenario};
use lindley::graph::{Files, build};
use lindley::scenario::source::Memory;
use lindley::scenario::{Diagnostics, Scenario};
use lindley::trace::Trace;

struct NoFiles;

impl Files for NoFiles {
    fn text(&mut self, path: &str) -> Result<String, String> {
        Err(format!("cannot read `{path}`"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        Err(format!("cannot read `{path}`"))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut survey = Survey::new(Limits::default());
    let (mut lines, mut malformed) = (Lines::new(bytes), 0);
    while let Some(line) = lines.next_line().expect("bytes in memory can be read") {
        match line.bytes.map(Entry::read) {
            Some(Ok(entry)) => survey.add(&entry).expect("fewer seconds than the limit"),
            Some(Err(_)) | None => malformed += 1,
        }
    }
    let Some(profile) = Profile::of(&survey.seconds, 60) else { return };
    // The same limit as that of the command: a scenario lasts for at most 100 years.
    if profile.seconds > 3_155_760_000 {
        return;
    }
    let (requests, is_full) = (survey.requests, survey.is_full);
    let endpoints = described(survey.condensed(8).endpoints);
    let named = |(place, it)| (it, format!("{place}.csv"));
    let endpoints: Vec<_> = endpoints.into_iter().enumerate().map(named).collect();
    let words = scenario(&Imported {
        log: "access.log",
        endpoints: &endpoints,
        profile: &profile,
        requests,
        malformed,
        is_full,
    });
    let mut said = Diagnostics::new();
    let files = Memory::of(&[("a.toml", &words)]);
    let scenario = Scenario::load(Path::new("a.toml"), &files, &[], &mut said);
    let model = scenario.model("fitted", &[], &mut said);
    let graph = model.and_then(|model| build(&model, &mut NoFiles, &mut said));
    assert!(graph.is_some(), "{}\n{words}", said.to_plain(&scenario.sources));
});
