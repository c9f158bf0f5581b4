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

/// From now on, a panic is told in a sentence that asks to report it.
pub(super) fn tell_panics() {
    set_hook(Box::new(tell));
}

/// What `run` comes to; a panic becomes the status of a fault.
pub(super) fn caught(run: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    catch_unwind(run).unwrap_or(Exit::Fault)
}

fn tell(panic: &PanicHookInfo<'_>) {
    if !IS_TOLD.swap(true, Ordering::Relaxed) {
        let text = report(&panic.to_string(), SEED.get().copied());
        // There is nobody left to tell if this fails.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    }
}

fn report(panic: &str, seed: Option<u64>) -> String {
    let seed = seed.map_or_else(String::new, |seed| format!(" and the seed {seed}"));
    format!(
        "error: {panic}\nThis is a fault of lindley: please report it with the scenario{seed}.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_status_of_a_fault() {
        assert_eq!(caught(|| panic!("a panic that is caught")), Exit::Fault);
        assert_eq!(caught(|| Exit::Found), Exit::Found);
    }

    #[test]
    fn the_report_asks_for_the_seed() {
        assert_eq!(
            report("it broke", Some(7)),
            "error: it broke\n\
             This is a fault of lindley: please report it with the scenario and the seed 7.\n"
        );
    }
}
