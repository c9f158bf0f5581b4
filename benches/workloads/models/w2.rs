//! W2 as a handler of events: a link, a balancer and four servers.

use super::tier::Tier;
use crate::heap::{Calendar, Model};
use crate::laws::Laws;
use crate::outcome::{Latencies, Outcome};
use crate::requests::Requests;

/// The mean time between requests, the way over the link, and what the balancer needs, in
/// nanoseconds.
pub const GAP: f64 = 1.25e6;
pub const LINK: u64 = 5_000_000;
pub const OVERHEAD: u64 = 100_000;

/// What an event is, in its lowest bits; above them the server, if it ends a service, and then the
/// number of the request.
const ISSUE: u32 = 0;
const AT_BALANCER: u32 = 1;
const SENT: u32 = 2;
const SERVED: u32 = 3;
const ANSWERED: u32 = 4;
const SERVER: u32 = 3;
const REQUEST: u32 = 5;

pub struct Web<L> {
    laws: L,
    requests: Requests,
    tier: Tier,
    latencies: Latencies,
}

impl<L: Laws> Web<L> {
    pub fn new() -> Self {
        Self {
            laws: L::new("w2"),
            requests: Requests::new(),
            tier: Tier::new(),
            latencies: Latencies::new(),
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "there are four servers")]
pub const fn served(server: usize, who: u32) -> u32 {
    who << REQUEST | (server as u32) << SERVER | SERVED
}

impl<L: Laws> Model for Web<L> {
    fn begin(&mut self, calendar: &mut impl Calendar) {
        calendar.put(self.laws.exponential(GAP), ISSUE);
    }

    #[inline]
    fn handle(&mut self, now: u64, event: u32, calendar: &mut impl Calendar) {
        let who = event >> REQUEST;
        match event & 7 {
            ISSUE => {
                let who = self.requests.begin(now);
                // What is near fills the hole at the root with little effort.
                calendar.put(now.wrapping_add(self.laws.exponential(GAP)), ISSUE);
                calendar.put(now.wrapping_add(LINK), who << REQUEST | AT_BALANCER);
            }
            AT_BALANCER => calendar.put(now.wrapping_add(OVERHEAD), who << REQUEST | SENT),
            SENT => {
                let (server, service) = self.tier.send(who, &mut self.laws);
                if let Some(service) = service {
                    calendar.put(now.wrapping_add(service), served(server, who));
                }
            }
            SERVED => {
                let server = (event >> SERVER & 3) as usize;
                calendar.put(now.wrapping_add(LINK), who << REQUEST | ANSWERED);
                if let Some((next, service)) = self.tier.done(server, &mut self.laws) {
                    calendar.put(now.wrapping_add(service), served(server, next));
                }
            }
            _ => self.latencies.record(now.wrapping_sub(self.requests.end(who))),
        }
    }

    fn outcome(&self) -> Outcome {
        self.latencies.outcome()
    }
}
