//! What the bench is asked for.

use crate::support::Workload;

/// What the bench is asked for.
pub struct Arguments {
    /// The workloads, in order.
    pub workloads: Vec<Workload>,
    /// How many requests instead of each workload's own number.
    pub requests: Option<u64>,
    /// How often everything is run.
    pub rounds: usize,
}

pub const USAGE: &str = "\
usage: cargo bench --bench workloads -- [w1|w2|w3|w4]... [--requests N] [--rounds N] [--quick]
  --requests N  about so many requests a run; otherwise 2 million, and 6 million for w4
  --rounds N    how often everything is run; otherwise 5 times
  --quick       200,000 requests, 3 rounds";

impl Arguments {
    /// Reads the arguments.
    ///
    /// # Errors
    /// If one is not understood: that one.
    pub fn read(given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self { workloads: Vec::new(), requests: None, rounds: 5 };
        // Cargo tells a bench that it is one.
        let mut given = given.filter(|it| it != "--bench");
        while let Some(word) = given.next() {
            let mut number = || given.next().and_then(|it| it.parse().ok().filter(|n| *n > 0));
            match word.as_str() {
                "--requests" => read.requests = Some(number().ok_or(word)?),
                "--rounds" => {
                    let rounds = number().and_then(|it| usize::try_from(it).ok());
                    read.rounds = rounds.ok_or(word)?;
                }
                "--quick" => (read.requests, read.rounds) = (Some(200_000), 3),
                _ => read.workloads.push(Workload::named(&word).ok_or(word)?),
            }
        }
        if read.workloads.is_empty() {
            read.workloads = Workload::ALL.to_vec();
        }
        Ok(read)
    }
}
