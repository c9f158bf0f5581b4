//! What identity costs and what it lets through: an observer of its own, for scenarios with
//! `[auth]`.

use super::Level;
use crate::auth::{Said, Verdict};
use crate::fact::{Fact, Observer, Place};
use crate::id::{EndpointId, NodeId};
use crate::time::{Span, Time};

/// What happened to identities in the measured window.
#[derive(Debug, Clone)]
pub struct IdentityMeters {
    window: Time,
    is_open: bool,
    errands: [Option<EndpointId>; 3],
    /// Whose requests are no measure of a service.
    attackers: Box<[NodeId]>,
    /// People present.
    pub people: Level,
    /// Requests that were checked, and of these the accepted ones.
    pub checked: [u64; 2],
    /// Bytes that they carried to show who sends them.
    pub bytes: u64,
    /// Look-ups in stores, and writes.
    pub asked: [u64; 2],
    /// Nanoseconds of cores and of workers of a pool at work for nothing but identity, by node.
    pub worked: Vec<u64>,
    /// Those of them of workers of a pool, which are no cores.
    pub pooled: u64,
    /// Log-ins and renewals that were granted.
    pub granted: [u64; 2],
    /// Times that somebody was made to log in again.
    pub forced: u64,
    /// Carts that were lost, with their session or for want of one.
    pub carts: u64,
    /// Families of refresh tokens that were ended.
    pub families: u64,
    /// Stolen credentials that work.
    pub stolen: Level,
    /// How many of them worked when the window opened, and thefts since then.
    thefts: [u32; 2],
    /// Fetches of keys, sessions that were accepted by a copy, and sessions that had no room.
    pub events: [u64; 3],
    /// Log-ins under a name that an attacker had set, and those that kept it.
    pub fixed: [u64; 2],
    /// Requests of thieves that were let in.
    pub thiefs: u64,
    /// Credentials that ended after a theft: count, nanoseconds, and the longest.
    pub exposed: (u64, u128, u64),
    /// Those of them whose owner had logged out, and for how long they worked after that.
    pub after_logout: (u64, u128),
    /// Those of them whose theft had been discovered, and for how long they worked after that.
    pub after_discovery: (u64, u128),
    /// Log-ins, renewals, log-outs and all other requests that ended, those that succeeded, and the
    /// nanoseconds of these.
    pub ended: [(u64, u64, u128); 4],
}

impl IdentityMeters {
    /// Empty meters for so many nodes; they count from `window` on. Log-ins, renewals and log-outs
    /// are known by what they ask for.
    #[must_use]
    pub fn new(nodes: usize, errands: [Option<EndpointId>; 3], window: Time) -> Self {
        Self {
            window,
            is_open: false,
            errands,
            attackers: Box::default(),
            people: Level::default(),
            checked: [0; 2],
            bytes: 0,
            asked: [0; 2],
            worked: vec![0; nodes],
            pooled: 0,
            granted: [0; 2],
            forced: 0,
            carts: 0,
            families: 0,
            stolen: Level::default(),
            thefts: [0; 2],
            events: [0; 3],
            fixed: [0; 2],
            thiefs: 0,
            exposed: (0, 0, 0),
            after_logout: (0, 0),
            after_discovery: (0, 0),
            ended: [(0, 0, 0); 4],
        }
    }

    /// The same, which leave the requests of these out of what is said end to end.
    #[must_use]
    pub fn without(self, attackers: impl Iterator<Item = NodeId>) -> Self {
        Self { attackers: attackers.collect(), ..self }
    }

    /// Ends the measurement.
    pub fn close(&mut self, end: Time) {
        self.opens(end);
        self.people.flush(end);
        self.stolen.flush(end);
    }

    /// By how many more stolen credentials work at the end than did when the window opened, as a
    /// share of the thefts since then; none without thefts.
    #[must_use]
    pub fn thefts_left(&self) -> Option<f64> {
        let [before, thefts] = self.thefts.map(f64::from);
        (thefts > 0.0).then(|| (f64::from(self.stolen.now) - before) / thefts)
    }

    fn opens(&mut self, now: Time) {
        if !self.is_open && now >= self.window {
            self.is_open = true;
            self.people.flush(self.window);
            self.people.open(self.window);
            self.stolen.flush(self.window);
            self.stolen.open(self.window);
            self.thefts[0] = self.stolen.now;
        }
    }

    #[inline(never)]
    fn said(&mut self, now: Time, said: Said) {
        self.opens(now);
        match said {
            Said::Came(_) => self.people.set(now, self.people.now + 1),
            Said::Went(_) => self.people.set(now, self.people.now - 1),
            Said::Stolen(_) => {
                self.stolen.set(now, self.stolen.now + 1);
                self.thefts[1] += u32::from(self.is_open);
            }
            Said::Exposed { span, after_logout, after_discovery, .. } => {
                self.stolen.set(now, self.stolen.now - 1);
                if self.is_open {
                    self.exposed(span, after_logout, after_discovery);
                }
            }
            _ if !self.is_open => {}
            Said::Checked { verdict, bytes, by_thief, .. } => {
                let is_let_in = verdict == Verdict::Accepted;
                self.checked[0] += 1;
                self.checked[1] += u64::from(is_let_in);
                self.thiefs += u64::from(is_let_in && by_thief);
                self.bytes += bytes;
            }
            Said::Asked { writes, .. } => self.asked[usize::from(writes)] += 1,
            Said::Worked { at: Place { node, .. }, span, pooled } => {
                self.worked[node.index()] += span.0;
                self.pooled += if pooled { span.0 } else { 0 };
            }
            Said::Granted { renewal, .. } => self.granted[usize::from(renewal)] += 1,
            Said::Forced { cart, .. } => {
                self.forced += 1;
                self.carts += u64::from(cart);
            }
            Said::CartLost(_) => self.carts += 1,
            Said::FamilyEnded(_) => self.families += 1,
            Said::Fixed { keeps, .. } => {
                self.fixed[0] += 1;
                self.fixed[1] += u64::from(keeps);
            }
            Said::Fetched(_) => self.events[0] += 1,
            Said::Covered(_) => self.events[1] += 1,
            Said::Evicted { count, .. } => self.events[2] += u64::from(count),
        }
    }

    fn exposed(&mut self, span: Span, after_logout: Option<Span>, after_discovery: Option<Span>) {
        let (count, sum, most) = self.exposed;
        self.exposed = (count + 1, sum + u128::from(span.0), most.max(span.0));
        let parts = [&mut self.after_logout, &mut self.after_discovery];
        for (part, span) in parts.into_iter().zip([after_logout, after_discovery]) {
            if let Some(span) = span {
                *part = (part.0 + 1, part.1 + u128::from(span.0));
            }
        }
    }
}

impl Observer for IdentityMeters {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    #[allow(clippy::wildcard_enum_match_arm, reason = "all other facts are about something else")]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match *fact {
            Fact::Identity(said) => self.said(now, said),
            Fact::Finished { asked, answer, .. }
                if now >= self.window && !self.attackers.contains(&asked.client) =>
            {
                let errand = self.errands.iter().position(|it| *it == Some(asked.endpoint));
                let (ended, succeeded, sum) = &mut self.ended[errand.unwrap_or(3)];
                *ended += 1;
                if answer.is_success() {
                    *succeeded += 1;
                    *sum += u128::from(now.since(asked.started).0);
                }
            }
            _ => {}
        }
    }
}
