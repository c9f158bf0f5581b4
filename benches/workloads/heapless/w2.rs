//! W2 with a line for each constant delay: links and balancer let requests out in the order in
//! which they came.

use super::tier::{NEVER, Tier, WHO};
use crate::laws::Laws;
use crate::models::w2::{GAP, LINK, OVERHEAD};
use crate::outcome::{Latencies, Outcome};
use crate::ring::Ring;

/// Whose the next moment is, in its lowest bits.
const ISSUE: usize = 0;
const AT_BALANCER: usize = 1;
const SENT: usize = 2;
const SERVED: usize = 3;
const ANSWERED: usize = 4;

/// The moment at which the first of a line is due, or never.
#[inline]
pub fn due(line: &Ring<u64>, delay: u64, who: usize) -> u64 {
    let at = line.first().wrapping_add(delay) << WHO | who as u64;
    if line.is_empty() { NEVER } else { at }
}

/// The least of five moments.
#[inline]
pub fn least(due: &[u64; 5]) -> u64 {
    let [a, b, c, d, e] = *due;
    a.min(b).min(c.min(d)).min(e)
}

/// Runs W2 until `end`.
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits are meant")]
pub fn run<L: Laws>(end: u64) -> Outcome {
    let mut laws = L::new("w2");
    let mut latencies = Latencies::new();
    let mut tier = Tier::new();
    // On the link and at the balancer, since when; on the way back, from when and since when.
    let mut up: Ring<u64> = Ring::new();
    let mut balanced: Ring<u64> = Ring::new();
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
                next[AT_BALANCER] = due(&up, LINK, AT_BALANCER);
                next[ISSUE] = now.wrapping_add(laws.exponential(GAP)) << WHO;
            }
            AT_BALANCER => {
                balanced.push(up.pop());
                next[AT_BALANCER] = due(&up, LINK, AT_BALANCER);
                next[SENT] = due(&balanced, LINK + OVERHEAD, SENT);
            }
            SENT => {
                tier.send(now, balanced.pop(), &mut laws);
                served = tier.next();
                next[SERVED] = served & !7 | SERVED as u64;
                next[SENT] = due(&balanced, LINK + OVERHEAD, SENT);
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
    latencies.outcome()
}
