//! The audit: what must hold in every run, in every build.
//!
//! Conservation: what came in has gone out or is still inside, for requests, by reason, and for
//! exchanges, by node. Little's law, exactly: the integral over time of the number present, kept
//! at each change, equals the sum of residence times clipped to the measured window, taken from
//! entry and exit stamps. These are two different computations of one number (Little, "A proof
//! for the queuing formula L = λW", 1961), equal to the last bit because the clock is an integer.

use std::fmt;

use crate::fact::{Exit, Fact, Observer};
use crate::outcome::Reason;
use crate::time::Time;

/// Books on requests and on the exchanges of each node.
#[derive(Debug, Clone)]
pub struct Audit {
    window: Time,
    requests: Books,
    succeeded: u64,
    failed: [u64; Reason::ALL.len()],
    nodes: Vec<Books>,
    exits: Vec<[u64; 4]>,
}

/// What came, what went, and Little's two sides.
#[derive(Debug, Clone, Copy, Default)]
struct Books {
    came: u64,
    went: u64,
    present: u64,
    since: Time,
    /// The integral of the number present over the window.
    area: u128,
    /// Residence within the window of those that have gone.
    residence: u128,
}

/// Something that must hold and does not: a fault of the program, never of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Books {
    #[inline]
    fn flush(&mut self, now: Time, window: Time) {
        // Time before the window counts for neither side.
        let from = self.since.max(window).min(now);
        self.area += u128::from(self.present) * u128::from(now.0 - from.0);
        self.since = now;
    }

    #[inline]
    fn enter(&mut self, now: Time, window: Time) {
        self.flush(now, window);
        self.came += 1;
        self.present += 1;
    }

    #[inline]
    fn leave(&mut self, entered: Time, now: Time, window: Time) {
        self.flush(now, window);
        self.went += 1;
        self.present -= 1;
        self.residence += u128::from(clipped(entered, now, window));
    }

    fn check(&mut self, end: Time, window: Time, inside: &[Time], what: &str) -> Option<Violation> {
        self.flush(end, window);
        let count = inside.len() as u64;
        if self.came != self.went + count {
            return Some(Violation(format!(
                "{what}: {} came, {} went, {count} are inside",
                self.came, self.went
            )));
        }
        let still: u128 =
            inside.iter().map(|entered| u128::from(clipped(*entered, end, window))).sum();
        (self.area != self.residence + still).then(|| {
            Violation(format!(
                "{what}: the number present integrates to {} ns, residence sums to {} ns",
                self.area,
                self.residence + still
            ))
        })
    }
}

/// The part of a stay that lies in the window.
#[inline]
fn clipped(entered: Time, left: Time, window: Time) -> u64 {
    left.0 - entered.max(window).min(left).0
}

impl Audit {
    /// Books for so many nodes; Little's law is checked from `window` on.
    #[must_use]
    pub fn new(nodes: usize, window: Time) -> Self {
        Self {
            window,
            requests: Books::default(),
            succeeded: 0,
            failed: [0; Reason::ALL.len()],
            nodes: vec![Books::default(); nodes],
            exits: vec![[0; 4]; nodes],
        }
    }

    /// Closes the books at the `end` of the run. `requests` are the starts of the requests that
    /// have no outcome yet, `inside` the entries of the exchanges at each node.
    ///
    /// # Errors
    /// If something does not add up.
    pub fn close(
        &mut self,
        end: Time,
        requests: &[Time],
        inside: &[Vec<Time>],
        names: &[String],
    ) -> Result<(), Violation> {
        let window = self.window;
        if let Some(violation) = self.requests.check(end, window, requests, "requests") {
            return Err(violation);
        }
        let outcomes = self.succeeded + self.failed.iter().sum::<u64>();
        if outcomes != self.requests.went {
            let went = self.requests.went;
            return Err(Violation(format!("requests: {went} ended with {outcomes} outcomes")));
        }
        for ((books, exits), (inside, name)) in
            self.nodes.iter_mut().zip(&self.exits).zip(inside.iter().zip(names))
        {
            let what = format!("exchanges of node `{name}`");
            if let Some(violation) = books.check(end, window, inside, &what) {
                return Err(violation);
            }
            if exits.iter().sum::<u64>() != books.went {
                return Err(Violation(format!("{what}: exits do not sum to those that went")));
            }
        }
        Ok(())
    }
}

impl Observer for Audit {
    #[inline]
    #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over the facts that come and go")]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match fact {
            Fact::Entered { at, .. } => self.nodes[at.node.index()].enter(now, self.window),
            Fact::Left { at, entered, exit, .. } => {
                self.nodes[at.node.index()].leave(*entered, now, self.window);
                self.exits[at.node.index()][exit_place(*exit)] += 1;
            }
            Fact::Issued(_) => self.requests.enter(now, self.window),
            Fact::Finished { asked, answer, .. } => {
                self.requests.leave(asked.started, now, self.window);
                match answer.failure {
                    None => self.succeeded += 1,
                    Some(reason) => self.failed[reason as usize - 1] += 1,
                }
            }
            _ => {}
        }
    }
}

#[inline]
const fn exit_place(exit: Exit) -> usize {
    exit as usize - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Place;
    use crate::id::{EndpointId, NodeId};
    use crate::rng::Key;

    fn left(entered: u64) -> Fact<'static> {
        Fact::Left {
            at: Place::default(),
            key: Key(0),
            entered: Time(entered),
            waited: 0,
            class: 0,
            endpoint: EndpointId(0),
            exit: Exit::Answered,
            success: true,
        }
    }

    fn audited(facts: &[(u64, Fact<'_>)], inside: &[u64]) -> Result<(), Violation> {
        let mut audit = Audit::new(1, Time(10));
        for (now, fact) in facts {
            audit.hear(Time(*now), fact);
        }
        let inside = vec![inside.iter().map(|t| Time(*t)).collect()];
        audit.close(Time(100), &[], &inside, &["app".to_owned()])
    }

    const ENTERED: Fact<'static> =
        Fact::Entered { at: Place { node: NodeId(0), replica: 0 }, key: Key(0) };

    #[test]
    fn books_that_add_up_pass_with_stays_across_both_ends_of_the_window() {
        let facts = [(5, ENTERED), (20, ENTERED), (30, left(5)), (90, ENTERED), (95, left(20))];
        assert_eq!(audited(&facts, &[90]), Ok(()));
    }

    #[test]
    fn a_lost_exchange_is_found() {
        let error = audited(&[(20, ENTERED)], &[]).expect_err("one is missing");
        assert_eq!(error.0, "exchanges of node `app`: 1 came, 0 went, 0 are inside");
    }

    #[test]
    fn a_wrong_entry_stamp_breaks_littles_law() {
        let facts = [(20, ENTERED), (30, left(21))];
        let error = audited(&facts, &[]).expect_err("one nanosecond is missing");
        assert!(error.0.contains("integrates to 10 ns, residence sums to 9 ns"), "{error}");
    }
}
