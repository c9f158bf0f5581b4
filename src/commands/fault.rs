//! What a panic looks like from outside: a sentence that asks to report it, and a status.

use std::panic::{PanicHookInfo, UnwindSafe, catch_unwind, set_hook};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

/// The seed of what is being run.
static SEED: OnceLock<u64> = OnceLock::new();
/// Several threads may panic for the same reason; one report is enough.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// Remembers the seed, to be told along with a fault.
pub(super) fn remember_seed(seed: u64) {
    // Of several scenarios the first is told, and the command line tells the others.
    let _ = SEED.set(seed);
}

/// What `run` comes to; a panic becomes the status of a fault.
pub(super) fn caught(run: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    set_hook(Box::new(tell));
    catch_unwind(run).unwrap_or(Exit::Fault)
}

fn tell(panic: &PanicHookInfo<'_>) {
    if IS_TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    let seed = SEED.get().map_or_else(String::new, |seed| format!(" and the seed {seed}"));
    let sentence = format!(
        "error: {panic}\nThis is a fault of lindley: please report it with the scenario{seed}.\n"
    );
    // There is nobody left to tell if this fails.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), sentence.as_bytes());
}
