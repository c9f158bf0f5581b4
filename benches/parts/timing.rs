//! Timing one part.

use std::hint::black_box;

use cpu_time::ThreadTime;

/// How often a part is timed; the best time counts.
const ROUNDS: usize = 7;

/// Nanoseconds that `operations` of them take each, the best of several rounds. `run` does all of
/// one round and gives something that depends on all of it.
#[allow(clippy::cast_precision_loss, reason = "a number of operations")]
pub fn cost<T>(operations: u64, mut run: impl FnMut() -> T) -> f64 {
    let mut round = || {
        let start = ThreadTime::now();
        black_box(run());
        start.elapsed().as_secs_f64() * 1e9 / operations as f64
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

/// Prints what an operation costs.
#[allow(clippy::print_stdout, reason = "it is a program")]
pub fn show(name: &str, nanos: f64) {
    println!("{name:<50} {nanos:>9.2} ns");
}

/// Prints the name of a group.
#[allow(clippy::print_stdout, reason = "it is a program")]
pub fn head(name: &str) {
    println!("\n{name}");
}
