//! The bar that shows how far a command is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use crate::study::Progress;
use crate::world::Stopper;

/// How often the bar is drawn, in times per second.
const REFRESHES_PER_SECOND: u8 = 10;

/// A bar on standard error, if that is a terminal; also what stops a study at Ctrl-C.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar for so many jobs; more may come.
    pub(super) fn new(jobs: u64, is_quiet: bool) -> Self {
        let target = if is_quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(REFRESHES_PER_SECOND)
        };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} replications, {eta} left");
        let bar = ProgressBar::with_draw_target(Some(jobs), target);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_secs(1));
        Self(bar)
    }
}

impl Progress for Bar {
    fn advance(&self) {
        self.0.inc(1);
        // Precision may ask for more replications than were expected.
        if self.0.length().is_some_and(|length| self.0.position() > length) {
            self.0.inc_length(1);
        }
    }

    fn is_stopped(&self) -> bool {
        interrupt::is_interrupted()
    }

    fn stopper(&self) -> Option<Stopper> {
        Some(interrupt::stopper())
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
