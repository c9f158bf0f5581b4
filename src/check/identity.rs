//! What is suspicious about identity, and what theory says of stolen tokens.

use super::suspicion::Watch;
use crate::auth::exposure::{longest, until_discovery, until_expiry, with_deny_list};
use crate::auth::{PasswordHash, Scheme};
use crate::dist::Law;
use crate::graph::Graph;
use crate::time::Span;

/// A hash that takes so long, in milliseconds, is taken for a mistake: people wait for it.
const LONG: f64 = 2_000.0;

impl Watch<'_> {
    /// Hashes that nobody waits for.
    pub(super) fn identity(&mut self) {
        let Some(auth) = self.model.auth.as_ref().filter(|it| it.spec.scheme != Scheme::None)
        else {
            return;
        };
        let plan = self.graph.fixed.auth.as_ref();
        let times = plan.map(|plan| (plan.sessions.idle, plan.sessions.write_every));
        // A page before `write_every` is over renews nothing, and one after `idle` comes too late.
        if auth.spec.scheme == Scheme::Session
            && let Some((idle, every)) = times.filter(|(idle, every)| every > idle)
        {
            let message = format!(
                "a session ends after {idle} without a write, and one is written every {every} at \
                 most: those who ask all the time are logged out as well"
            );
            let help = "let `write_every` be shorter than `idle`";
            self.warn(auth.at("session.write_every"), message, help);
        }
        let password = &auth.spec.password;
        let millis = plan.map_or(0.0, |plan| plan.demands.hash / 1e6);
        if millis <= LONG {
            return;
        }
        let is_default = password.time.is_none() && password.hash == PasswordHash::Bcrypt;
        let key = if is_default { "password.cost" } else { "password" };
        let message = format!("a log-in takes {} of a core", long(millis / 1e3));
        self.warn(
            auth.at(key),
            message,
            "each step of bcrypt's `cost` doubles it; 10 to 12 are usual",
        );
    }
}

/// A long time in the unit that suits it.
fn long(seconds: f64) -> String {
    let (number, unit) = match seconds {
        short if short < 120.0 => (short, "seconds"),
        minutes if minutes < 7_200.0 => (minutes / 60.0, "minutes"),
        hours => (hours / 3_600.0, "hours"),
    };
    format!("{number:.1} {unit}")
}

/// What theory says of tokens that are stolen at any moment of their life alike; none where
/// nothing is stolen, or other things decide.
#[must_use]
pub(super) fn exposure(graph: &Graph) -> Option<String> {
    let plan = graph.fixed.auth.as_ref().filter(|plan| plan.scheme == Scheme::Jwt)?;
    let theft = plan.theft.as_ref().filter(|theft| theft.after.is_none())?;
    let (life, leeway) = (plan.tokens.lifetime.as_secs_f64(), plan.tokens.leeway.as_secs_f64());
    let span = |seconds: f64| Span::from_secs_rounded(seconds);
    let alone = format!(
        "A stolen token works for {} on average (T/2 + leeway) and {} at most, if nothing ends it",
        span(until_expiry(life, leeway)),
        span(longest(life, leeway)),
    );
    let Some((deny, discovered)) = plan.tokens.deny.as_ref().zip(theft.discovered.as_ref()) else {
        return Some(format!("{alone}."));
    };
    let lag = deny.lag.as_secs_f64();
    let mut noticed = String::new();
    if let Law::Exponential(_) = discovered {
        let mean = discovered.mean() / 1e9;
        noticed = format!(
            ", and for {} (that + m/T (L - m (1 - e^(-L/m))), L = T - d) if that is d after a \
             discovery which takes an exponential time of mean m = {}",
            span(until_discovery(life, mean, lag)),
            span(mean),
        );
    }
    Some(format!(
        "{alone}; for {} (d - d^2/2T) if it is denied d = {} after the theft{noticed}.",
        span(with_deny_list(life, lag)),
        deny.lag,
    ))
}
