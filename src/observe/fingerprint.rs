//! Fingerprints: two hashes of what happened in a run.

use crate::fact::{Fact, Observer};
use crate::rng::mix;
use crate::time::Time;

/// The strict fingerprint: every fact with its time and what it is about, in order. Facts that are
/// told for metrics alone are left out: a run of which more is told is no other run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strict(pub u64);

impl Observer for Strict {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if fact.is_note() {
            return;
        }
        let [first, second, third] = fact.ids();
        for part in [now.0, fact.code(), first, second, third] {
            self.0 = mix(self.0.rotate_left(5) ^ part);
        }
    }
}

/// The observable fingerprint: every request's identity, start, end and result, in any order.
/// Neither a refactoring nor a faster event queue may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Observable(pub u64);

impl Observer for Observable {
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Finished { asked, answer, .. } = fact {
            let outcome = mix(asked.key.0)
                ^ mix(asked.started.0.wrapping_add(1)).rotate_left(17)
                ^ mix(now.0 ^ answer.code().rotate_left(46)).rotate_left(31);
            self.0 = self.0.wrapping_add(mix(outcome));
        }
    }
}
