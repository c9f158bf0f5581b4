//! Runs one workload once, so that a tool outside can count what it costs: `w1 20000` runs W1 with
//! about 20,000 requests and prints how many ended and how many events it took.

mod support;

use std::process::ExitCode;

use support::{Workload, simulate};

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter(|it| it != "--bench");
    let workload = arguments.next().and_then(|name| Workload::named(&name));
    let requests = arguments.next().and_then(|count| count.parse().ok());
    let (Some(workload), Some(requests)) = (workload, requests) else {
        println!("usage: instructions w1|w2|w3|w4 REQUESTS");
        return ExitCode::SUCCESS;
    };
    match workload.graph(requests) {
        Ok(graph) => {
            let run = simulate(&graph);
            println!("requests {} events {}", run.observations, run.events);
            ExitCode::SUCCESS
        }
        Err(said) => {
            eprintln!("{said}");
            ExitCode::from(2)
        }
    }
}
