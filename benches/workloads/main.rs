//! The workloads W1 to W4: the simulator beside loops that were written for just one of them, and
//! beside a library of events. Prints what a request costs each in CPU time.
//!
//! All take turns, several rounds, so that noise from outside hits all alike; a ratio is the
//! median of the rounds' ratios. Every run is checked against what is known of the workload.

#![allow(unreachable_pub, reason = "the modules of a program")]

#[path = "../support/mod.rs"]
mod support;

mod arguments;
mod cache;
mod heap;
mod heapless;
mod laws;
mod lru;
mod models;
mod outcome;
mod requests;
mod ring;
mod rival;
mod runners;
mod table;

use std::process::ExitCode;

use arguments::{Arguments, USAGE};
use cpu_time::ThreadTime;
use support::Workload;
use table::Times;

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]
fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(word) => {
            eprintln!("not understood: {word}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for workload in &arguments.workloads {
        let requests = arguments.requests.unwrap_or_else(|| workload.requests());
        let graph = workload.graph(requests).inspect_err(|said| {
            eprintln!("{} is not accepted:\n{said}", workload.name());
            code = ExitCode::FAILURE;
        });
        let runners = runners::runners(*workload, graph.ok());
        let times = time(*workload, requests, arguments.rounds, &runners);
        println!("{}", table::table(*workload, &times));
    }
    code
}

/// The times of all rounds of all runners.
fn time(
    workload: Workload,
    requests: u64,
    rounds: usize,
    runners: &[runners::Runner],
) -> Vec<Times> {
    let end = workload.duration(requests);
    let mut times: Vec<Times> = runners.iter().map(|it| Times::new(it.name)).collect();
    for _ in 0..rounds {
        for (runner, times) in runners.iter().zip(&mut times) {
            let start = ThreadTime::now();
            let run = (runner.run)(end);
            let spent = start.elapsed();
            outcome::check(workload, runner.name, run, end);
            times.add(spent, run);
        }
    }
    times
}
