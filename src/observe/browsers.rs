//! What browsers ask before they send, what they keep from their pages, and how long pages take:
//! an observer of its own, for scenarios with pages of several parts or several origins.

use super::Recorder;
use crate::attack::Forgery;
use crate::auth::Said;
use crate::fact::{Fact, Observer};
use crate::people::Browsed;
use crate::time::Time;

/// What happened in browsers in the measured window.
#[derive(Debug, Clone)]
pub struct BrowserMeters {
    window: Time,
    /// Requests to other origins that are not simple, and those of them with a preflight.
    pub asked: [u64; 2],
    /// Requests that were not sent, and answers that were not read.
    pub blocked: [u64; 2],
    /// How long pages took.
    pub loads: Recorder,
    /// Parts of the pages that were loaded.
    pub parts: u64,
    /// Forged requests by what became of them, and those that scripts had accepted.
    pub forged: [u64; 7],
    /// See `forged`.
    pub ridden: u64,
    /// Scripts of somebody else by what became of them.
    pub injected: [u64; 4],
    /// Credentials that were stolen by scripts.
    pub stolen: u64,
    /// Nanoseconds for which stolen credentials worked.
    pub exposed: u128,
}

impl BrowserMeters {
    /// Empty meters that count from `window` on.
    #[must_use]
    pub fn new(window: Time) -> Self {
        Self {
            window,
            asked: [0; 2],
            blocked: [0; 2],
            loads: Recorder::new(3),
            parts: 0,
            forged: [0; 7],
            ridden: 0,
            injected: [0; 4],
            stolen: 0,
            exposed: 0,
        }
    }

    fn browsed(&mut self, browsed: Browsed) {
        match browsed {
            Browsed::Asked { preflight, .. } => {
                self.asked[0] += 1;
                self.asked[1] += u64::from(preflight);
            }
            Browsed::Blocked { sent, .. } => self.blocked[usize::from(sent)] += 1,
            Browsed::Loaded { span, parts, .. } => {
                self.loads.record(span.0);
                self.parts += u64::from(parts);
            }
            Browsed::Forged { outcome, by_script: false, .. } => {
                self.forged[outcome as usize] += 1;
            }
            Browsed::Forged { outcome, .. } => {
                self.ridden += u64::from(outcome == Forgery::Accepted);
            }
            Browsed::Injected { outcome, .. } => self.injected[outcome as usize] += 1,
            Browsed::Stolen { .. } => self.stolen += 1,
        }
    }
}

impl Observer for BrowserMeters {
    #[inline(always)]
    #[allow(clippy::wildcard_enum_match_arm, reason = "all other facts are about something else")]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match *fact {
            Fact::Browser(browsed) if now >= self.window => self.browsed(browsed),
            Fact::Identity(Said::Exposed { span, .. }) if now >= self.window => {
                self.exposed += u128::from(span.0);
            }
            _ => {}
        }
    }
}
