//! W3 with a line for each constant delay. A hit at the cache and a miss at the balancer take the
//! same time, so they share a line.

use super::tier::{NEVER, Tier, WHO};
use super::w2::{due, least};
use crate::cache::{HIT, Hits, objects};
use crate::laws::Laws;
use crate::models::w2::{GAP, LINK, OVERHEAD};
use crate::outcome::{Latencies, Outcome};
use crate::ring::Ring;

const ISSUE: usize = 0;
const AT_CACHE: usize = 1;
const SENT: usize = 2;
const SERVED: usize = 3;
const ANSWERED: usize = 4;

const _: () = assert!(HIT == OVERHEAD, "they share a line");

/// Runs W3 until `end`.
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits are meant")]
pub fn run<L: Laws>(end: u64) -> Outcome {
    let mut laws = L::new("w3");
    let mut latencies = Latencies::new();
    let (objects, mut cache) = objects();
    let mut hits = Hits::default();
    let mut tier = Tier::new();
    let mut up: Ring<u64> = Ring::new();
    let mut answered: Ring<u64> = Ring::new();
    let mut is_hit: Ring<bool> = Ring::new();
    let mut back: Ring<u64> = Ring::new();
    let mut back_since: Ring<u64> = Ring::new();
    let mut next = [NEVER; 5];
    next[ISSUE] = laws.exponential(GAP) << WHO;
    let mut served = NEVER;
    loop {
        let least = least(&next);
        let now = least >> WHO;
        if now > end {
            break;
        }
        match least as usize & 7 {
            ISSUE => {
                up.push(now);
                next[AT_CACHE] = due(&up, LINK, AT_CACHE);
                next[ISSUE] = now.wrapping_add(laws.exponential(GAP)) << WHO;
            }
            AT_CACHE => {
                let found = cache.ask(objects.pick(laws.bits()));
                hits.count(found);
                is_hit.push(found);
                answered.push(up.pop());
                next[AT_CACHE] = due(&up, LINK, AT_CACHE);
                next[SENT] = due(&answered, LINK + HIT, SENT);
            }
            SENT => {
                let since = answered.pop();
                if is_hit.pop() {
                    back_since.push(since);
                    back.push(now);
                    next[ANSWERED] = due(&back, LINK, ANSWERED);
                } else {
                    tier.send(now, since, &mut laws);
                    served = tier.next();
                    next[SERVED] = served & !7 | SERVED as u64;
                }
                next[SENT] = due(&answered, LINK + HIT, SENT);
            }
            SERVED => {
                back_since.push(tier.finish(now, served, &mut laws));
                back.push(now);
                served = tier.next();
                next[SERVED] = served & !7 | SERVED as u64;
                next[ANSWERED] = due(&back, LINK, ANSWERED);
            }
            _ => {
                back.pop();
                latencies.record(now.wrapping_sub(back_since.pop()));
                next[ANSWERED] = due(&back, LINK, ANSWERED);
            }
        }
    }
    Outcome { hits: Some(hits.share()), ..latencies.outcome() }
}
