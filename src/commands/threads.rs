//! How many threads work.

use super::exit::CommandError;
use super::options::Work;

/// Where the number of threads may be given, the first one first.
const VARIABLES: [&str; 2] = ["RAYON_NUM_THREADS", "SLURM_CPUS_PER_TASK"];

/// Starts as many threads as `work` asks for, else the environment, else as the machine has.
/// Returns their number.
///
/// # Errors
/// If the system gives no threads.
pub(super) fn start(work: &Work) -> Result<usize, CommandError> {
    let wanted = work.threads.map(usize::from).or_else(of_environment).unwrap_or(0);
    rayon::ThreadPoolBuilder::new()
        .num_threads(wanted)
        .build_global()
        .map_err(|error| CommandError::Files(format!("cannot start {wanted} threads: {error}")))?;
    Ok(rayon::current_num_threads())
}

/// The number of threads that the environment asks for; what is no number asks for nothing.
#[expect(clippy::disallowed_methods, reason = "the number of threads changes no result")]
fn of_environment() -> Option<usize> {
    VARIABLES.iter().find_map(|name| {
        let text = std::env::var(name).ok()?;
        text.trim().parse().ok().filter(|threads| (1..=usize::from(u16::MAX)).contains(threads))
    })
}
