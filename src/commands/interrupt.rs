//! Ctrl-C: the first one lets running jobs end, the second one ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

/// Whether somebody has interrupted the process.
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Begins to listen.
pub(super) fn listen() {
    let on_signal = || {
        if IS_INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted.code().into());
        }
    };
    // Where there is no handler, the system ends the process at the first Ctrl-C: that is enough.
    let _ = ctrlc::set_handler(on_signal);
}

/// Whether somebody has interrupted the process.
pub(super) fn is_interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed)
}
