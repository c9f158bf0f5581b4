//! W3 as a handler of events: W2 behind a cache. A hit waits a little at the cache and goes back; a
//! miss goes on to the balancer at once, and its answer comes back without a stop.

use lindley::alias::AliasTable;

use super::tier::Tier;
use super::w2::{GAP, LINK, OVERHEAD, served};
use crate::cache::{HIT, Hits, objects};
use crate::heap::{Calendar, Model};
use crate::laws::Laws;
use crate::lru::Lru;
use crate::outcome::{Latencies, Outcome};
use crate::requests::Requests;

const ISSUE: u32 = 0;
const AT_CACHE: u32 = 1;
const SENT: u32 = 2;
const SERVED: u32 = 3;
const ANSWERED: u32 = 4;
const FOUND: u32 = 5;
const SERVER: u32 = 3;
const REQUEST: u32 = 5;

pub struct Cached<L> {
    laws: L,
    objects: AliasTable,
    cache: Lru,
    hits: Hits,
    requests: Requests,
    tier: Tier,
    latencies: Latencies,
}

impl<L: Laws> Cached<L> {
    pub fn new() -> Self {
        let (objects, cache) = objects();
        Self {
            laws: L::new("w3"),
            objects,
            cache,
            hits: Hits::default(),
            requests: Requests::new(),
            tier: Tier::new(),
            latencies: Latencies::new(),
        }
    }
}

impl<L: Laws> Model for Cached<L> {
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
                calendar.put(now.wrapping_add(LINK), who << REQUEST | AT_CACHE);
            }
            AT_CACHE => {
                // Nothing on the way depends on the object, so it is drawn where it is needed.
                let is_hit = self.cache.ask(self.objects.pick(self.laws.bits()));
                self.hits.count(is_hit);
                let (delay, what) = if is_hit { (HIT, FOUND) } else { (OVERHEAD, SENT) };
                calendar.put(now.wrapping_add(delay), who << REQUEST | what);
            }
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
            FOUND => calendar.put(now.wrapping_add(LINK), who << REQUEST | ANSWERED),
            _ => self.latencies.record(now.wrapping_sub(self.requests.end(who))),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome { hits: Some(self.hits.share()), ..self.latencies.outcome() }
    }
}
