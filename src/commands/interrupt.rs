//! Ctrl-C: the first one lets jobs stop where they are, the second one ends the process at once.

use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use super::exit::Exit;
use crate::world::Stopper;

/// Whether somebody has interrupted the process.
static IS_INTERRUPTED: LazyLock<Stopper> = LazyLock::new(Stopper::default);

/// Begins to listen.
pub(super) fn listen() {
    let flag = stopper();
    let on_signal = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted.code().into());
        }
    };
    // Where there is no handler, the system ends the process at the first Ctrl-C: that is enough.
    let _ = ctrlc::set_handler(on_signal);
}

/// What stops jobs in their midst once somebody has interrupted the process.
pub(super) fn stopper() -> Stopper {
    Stopper::clone(&IS_INTERRUPTED)
}

/// Whether somebody has interrupted the process.
pub(super) fn is_interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed)
}
