//! Script of a stranger in a page (XSS), stored or reflected: output encoding makes it text, a
//! content security policy keeps it from running, and what it can read when it runs it steals. What
//! it cannot read it rides for as long as the page is open (OWASP, "Cross Site Scripting Prevention
//! Cheat Sheet").

use crate::rng::{Key, Purpose};
use crate::unit::Probability;

const ENCODED: Purpose = Purpose::named("output is encoded");
const VALIDATED: Purpose = Purpose::named("input is validated");
const BLOCKED: Purpose = Purpose::named("script is blocked");

/// Where the page keeps what proves who its user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// In a cookie that script may read.
    Cookie,
    /// In a cookie with `HttpOnly`.
    HttpOnlyCookie,
    /// In local storage, which all script of the origin may read.
    LocalStorage,
}

/// What stands against it: how much of all payloads each takes care of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct XssDefences {
    /// Output that is encoded where it is put into the page.
    pub encoding: Probability,
    /// Input that is validated when it comes.
    pub validation: Probability,
    /// A content security policy.
    pub policy: Probability,
}

/// What a payload comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// It was refused when it came.
    IsRefused,
    /// It is text.
    IsText,
    /// The browser does not run it.
    IsBlocked,
    /// It runs, and asks in its victim's name while the page is open.
    Rides,
    /// It runs, and takes along what proves who its victim is.
    Steals,
}

/// What the payload of this key comes to in a page that keeps its user's proof so.
#[must_use]
pub fn script(keeps: Keeps, defences: &XssDefences, key: Key) -> Script {
    let is_met = |share: Probability, purpose| share.happens(key.bits(purpose));
    if is_met(defences.validation, VALIDATED) {
        Script::IsRefused
    } else if is_met(defences.encoding, ENCODED) {
        Script::IsText
    } else if is_met(defences.policy, BLOCKED) {
        Script::IsBlocked
    } else if keeps == Keeps::HttpOnlyCookie {
        Script::Rides
    } else {
        Script::Steals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Probability = Probability::ALWAYS;
    const NO: Probability = Probability::NEVER;

    #[test]
    fn what_a_payload_comes_to() {
        for (keeps, [validation, encoding, policy], expected) in [
            (Keeps::Cookie, [NO, NO, NO], Script::Steals),
            (Keeps::LocalStorage, [NO, NO, NO], Script::Steals),
            // It stops theft and not riding.
            (Keeps::HttpOnlyCookie, [NO, NO, NO], Script::Rides),
            (Keeps::LocalStorage, [NO, ALL, NO], Script::IsText),
            (Keeps::HttpOnlyCookie, [NO, ALL, NO], Script::IsText),
            (Keeps::Cookie, [NO, NO, ALL], Script::IsBlocked),
            (Keeps::Cookie, [ALL, NO, NO], Script::IsRefused),
            (Keeps::Cookie, [ALL, ALL, ALL], Script::IsRefused),
            (Keeps::Cookie, [NO, ALL, ALL], Script::IsText),
        ] {
            let defences = XssDefences { encoding, validation, policy };
            assert_eq!(script(keeps, &defences, Key(7)), expected, "{keeps:?} {defences:?}");
        }
    }

    #[test]
    fn defences_that_miss_a_share_leave_the_product_of_what_they_miss() {
        let share = |p| Probability::new(p).expect("a share");
        let defences =
            XssDefences { encoding: share(0.9), validation: share(0.5), policy: share(0.8) };
        let runs = |key: &u64| {
            matches!(script(Keeps::Cookie, &defences, Key(*key)), Script::Rides | Script::Steals)
        };
        let count = (0..100_000).filter(runs).count();
        assert!((850..1_150).contains(&count), "{count} of 100,000, where 1,000 are expected");
    }
}
