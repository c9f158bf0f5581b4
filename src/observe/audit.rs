//! The audit: what must hold in every run, in every build.
//!
//! Conservation: what came in has gone out or is still inside, for requests, by reason, and for
//! exchanges, by node. Little's law, exactly: the integral over time of the number present, taken
//! from the moments at which it changes, equals the sum of residence times clipped to the measured
//! window, taken from the entry stamps that travel with what leaves. These are two different
//! computations of one number (Little, "A proof for the queuing formula L = λW", 1961), equal to
//! the last bit because the clock is an integer. The meters' own integrals must agree as well.

use std::fmt;

use super::Meters;
use crate::fact::{Fact, Observer};
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
}

/// What came, what went, and Little's two sides.
#[derive(Debug, Clone, Copy, Default)]
struct Books {
    came: u64,
    went: u64,
    /// The moments of leaving less those of entering, within the window, modulo 2^128: with the
    /// end of the run for each that is still inside, the integral of the number present.
    moments: u128,
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
    fn enter(&mut self, now: Time, window: Time) {
        self.came += 1;
        self.moments = self.moments.wrapping_sub(u128::from(now.max(window).0));
    }

    #[inline]
    fn leave(&mut self, entered: Time, now: Time, window: Time) {
        self.went += 1;
        let (from, to) = (entered.max(window), now.max(window));
        self.moments = self.moments.wrapping_add(u128::from(to.0));
        self.residence += u128::from(to.since(from).0);
    }

    /// The integral of the number present over the window, up to the `end`.
    fn area(&self, end: Time, window: Time) -> u128 {
        let present = u128::from(self.came - self.went);
        self.moments.wrapping_add(present * u128::from(end.max(window).0))
    }

    fn check(&self, end: Time, window: Time, inside: &[Time], what: &str) -> Result<(), Violation> {
        let count = inside.len() as u64;
        if self.came != self.went + count {
            return Err(Violation(format!(
                "{what}: {} came, {} went, {count} are inside",
                self.came, self.went
            )));
        }
        let until = end.max(window);
        let still: u128 =
            inside.iter().map(|entered| u128::from(until.0 - entered.max(&window).0)).sum();
        let (area, stays) = (self.area(end, window), self.residence + still);
        if area != stays {
            return Err(Violation(format!(
                "{what}: the number present integrates to {area} ns, residence sums to {stays} ns"
            )));
        }
        Ok(())
    }
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
        }
    }

    /// Closes the books at the `end` of the run. `requests` are the starts of the requests that
    /// have no outcome yet, `inside` the entries of the exchanges at each node.
    ///
    /// # Errors
    /// If something does not add up.
    pub fn close(
        &self,
        end: Time,
        requests: &[Time],
        inside: &[Vec<Time>],
        names: &[String],
    ) -> Result<(), Violation> {
        let window = self.window;
        self.requests.check(end, window, requests, "requests")?;
        let outcomes = self.succeeded + self.failed.iter().sum::<u64>();
        if outcomes != self.requests.went {
            let went = self.requests.went;
            return Err(Violation(format!("requests: {went} ended with {outcomes} outcomes")));
        }
        for (books, (inside, name)) in self.nodes.iter().zip(inside.iter().zip(names)) {
            books.check(end, window, inside, &format!("exchanges of node `{name}`"))?;
        }
        Ok(())
    }

    /// Compares the integrals that results are read from with these books.
    ///
    /// # Errors
    /// If they differ.
    pub fn agrees(&self, end: Time, meters: &Meters, names: &[String]) -> Result<(), Violation> {
        if end < self.window {
            return Ok(());
        }
        let of_nodes = self.nodes.iter().zip(&meters.nodes).zip(names);
        let all =
            of_nodes.map(|((books, meter), name)| (books, meter.present.area(), name.as_str()));
        for (books, metered, name) in
            all.chain([(&self.requests, meters.present.area(), "requests")])
        {
            let area = books.area(end, self.window);
            if area != metered {
                return Err(Violation(format!(
                    "{name}: the meters integrate to {metered} ns, the books to {area} ns"
                )));
            }
        }
        Ok(())
    }
}
impl Observer for Audit {
    #[inline(always)]
    #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over the facts that come and go")]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match fact {
            Fact::Entered { at, .. } => self.nodes[at.node.index()].enter(now, self.window),
            Fact::Left { at, entered, .. } => {
                self.nodes[at.node.index()].leave(*entered, now, self.window);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Exit, Place};
    use crate::id::{EndpointId, NodeId};
    use crate::observe::{Buckets, Shape};
    use crate::rng::Key;
    use crate::time::Span;

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

    fn shape() -> Shape {
        Shape {
            replicas: vec![1],
            endpoints: 1,
            clients: vec![],
            classes: 1,
            by_replica: false,
            node_digits: 1,
            window: Time(10),
            buckets: Buckets { width: Span(1_000) },
        }
    }

    fn audited(facts: &[(u64, Fact<'_>)], inside: &[u64]) -> Result<(), Violation> {
        let mut watchers = (Meters::new(shape()), Audit::new(1, Time(10)));
        for (now, fact) in facts {
            watchers.advance(Time(*now));
            watchers.hear(Time(*now), fact);
        }
        let inside = vec![inside.iter().map(|t| Time(*t)).collect()];
        let (mut meters, audit) = watchers;
        meters.close(Time(100));
        let names = ["app".to_owned()];
        audit.close(Time(100), &[], &inside, &names)?;
        audit.agrees(Time(100), &meters, &names)
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
    fn meters_that_missed_something_are_found() {
        let audit = {
            let mut audit = Audit::new(1, Time(10));
            audit.hear(Time(20), &ENTERED);
            audit.hear(Time(30), &left(20));
            audit
        };
        let mut deaf = Meters::new(shape());
        deaf.advance(Time(30));
        deaf.close(Time(100));
        let error = audit.agrees(Time(100), &deaf, &["app".to_owned()]).expect_err("they differ");
        assert_eq!(error.0, "app: the meters integrate to 0 ns, the books to 10 ns");
    }

    #[test]
    fn a_wrong_entry_stamp_breaks_littles_law() {
        let facts = [(20, ENTERED), (30, left(21))];
        let error = audited(&facts, &[]).expect_err("one nanosecond is missing");
        assert!(error.0.contains("integrates to 10 ns, residence sums to 9 ns"), "{error}");
    }
}
