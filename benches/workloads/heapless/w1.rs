//! W1 with two registers for the two events that can be to come.

use crate::laws::Laws;
use crate::outcome::{Latencies, Outcome};
use crate::ring::Ring;

const GAP: f64 = 1.25e9;
const SERVICE: f64 = 1e9;

/// Runs W1 until `end`.
pub fn run<L: Laws>(end: u64) -> Outcome {
    let mut laws = L::new("w1");
    let mut here: Ring<u64> = Ring::new();
    let mut latencies = Latencies::new();
    let mut arrival = laws.exponential(GAP);
    let mut done = u64::MAX;
    loop {
        if arrival < done {
            let now = arrival;
            if now > end {
                break;
            }
            arrival = now.wrapping_add(laws.exponential(GAP));
            if here.is_empty() {
                done = now.wrapping_add(laws.exponential(SERVICE));
            }
            here.push(now);
        } else {
            let now = done;
            if now > end {
                break;
            }
            latencies.record(now.wrapping_sub(here.pop()));
            done = if here.is_empty() {
                u64::MAX
            } else {
                now.wrapping_add(laws.exponential(SERVICE))
            };
        }
    }
    latencies.outcome()
}
