//! Whether an answer may be stored, and for how long it may be used.

use super::profile::{Authorization, Cookies, Heuristic, Profile, Unready};
use super::{Counting, Expires, Head, Keeping, Method, Question, Vary, Wall};
use crate::time::{NANOS_PER_SEC, Span};

/// How a cache is set up beyond its profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// The lifetime of answers of a status that say nothing of it; for status 0, of all others.
    pub default_ttl: Box<[(u16, Span)]>,
    /// Whether it does not look at cookies that answers set.
    pub ignores_set_cookie: bool,
    /// Whether it does not look at `Cache-Control`.
    pub ignores_control: bool,
    /// Whether it does not look at `Expires`.
    pub ignores_expires: bool,
    /// How long it gives expired answers while it fetches new ones, instead of what its profile
    /// says.
    pub grace: Option<Span>,
}

impl Rules {
    fn default_for(&self, status: u16) -> Option<i64> {
        let of = |wanted: u16| self.default_ttl.iter().find(|(status, _)| *status == wanted);
        of(status).or_else(|| of(0)).map(|(_, span)| nanos(*span))
    }
}

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storing {
    /// It is not stored.
    Refused,
    /// It is not stored, and for so long requests for it pass without waiting for one another.
    Passes(Span),
    /// It is stored.
    Stored(Keeping),
}

/// How long Varnish remembers that something is not worth waiting for.
const PASSES: Storing = Storing::Passes(Span::from_secs(120));

const SECOND: i64 = NANOS_PER_SEC as i64;

/// Whether the answer to `question` with this head, made at `born`, may be stored `now`, and what
/// is known of its time then (RFC 9111, section 3).
#[must_use]
pub fn storing(
    profile: &Profile,
    rules: &Rules,
    question: &Question,
    head: &Head,
    (born, now): (Wall, Wall),
) -> Storing {
    let refused = match profile.unready {
        Unready::Passes => PASSES,
        Unready::Stored | Unready::Refused => Storing::Refused,
    };
    let mut control = if rules.ignores_control { super::Control::default() } else { head.control };
    control.no_cache |= control.no_cache_fields && profile.reads_fields_as_all;
    control.is_private |= control.private_fields && profile.reads_fields_as_all;
    if is_forbidden(profile, rules, question, head, &control) {
        return refused;
    }
    if head.vary == Vary::Anything && profile.vary_any != Unready::Stored {
        return refused;
    }
    let explicit = explicit(profile, rules, head, &control, (born, now));
    let is_listed = |list: &[u16]| list.contains(&head.status);
    if explicit.is_some() && !profile.explicit_for.is_empty() && !is_listed(profile.explicit_for) {
        return refused;
    }
    let usual = || rules.default_for(head.status).or_else(|| heuristic(profile, head, now));
    let lifetime = match explicit.or_else(usual) {
        Some(lifetime) => lifetime,
        None if control.no_cache && head.has_validator() => 0,
        None if profile.stores_without_lifetime && is_listed(profile.heuristic_for) => 0,
        None => return refused,
    };
    let asks = control.no_cache || head.vary == Vary::Anything;
    let born = if profile.reads_age { born } else { now };
    // A clock of whole seconds keeps what expires in this second until that is over; a lifetime
    // of nothing it does not keep.
    let is_by_date = explicit.is_some() && control.lifetime(profile.is_shared).is_none();
    let is_over = match profile.unready {
        Unready::Stored => false,
        Unready::Refused if is_by_date && profile.counting == Counting::Clock => lifetime < 0,
        Unready::Refused => lifetime <= 0,
        Unready::Passes => lifetime <= 0 || lifetime <= now.since(born),
    };
    if is_over || (asks && profile.unready != Unready::Stored) {
        return refused;
    }
    let mut keeping = Keeping::new(profile.counting, born, now, lifetime.max(0));
    keeping.always_asks = asks;
    keeping.must_revalidate = profile.obeys_must_revalidate
        && (control.must_revalidate
            || profile.is_shared && (control.proxy_revalidate || control.s_maxage.is_some()));
    let seconds = |seconds: Option<u32>| seconds.map(|it| i64::from(it).saturating_mul(SECOND));
    let said = seconds(control.stale_while_revalidate).filter(|_| profile.reads_grace);
    let usual = rules.grace.unwrap_or(profile.grace);
    keeping.grace = said.unwrap_or_else(|| nanos(usual));
    keeping.on_error = seconds(control.stale_if_error)
        .filter(|_| profile.stale_if_unreachable)
        .unwrap_or_default();
    Storing::Stored(keeping)
}

/// Whether the answer says that it must not be stored, or is of a kind that is not.
fn is_forbidden(
    profile: &Profile,
    rules: &Rules,
    question: &Question,
    head: &Head,
    control: &super::Control,
) -> bool {
    let is_private = control.is_private && profile.is_shared;
    let asks_not_to = question.control.no_store && profile.reads_requests;
    let is_somebodys = question.has_authorization
        && match profile.authorization {
            Authorization::Careful => {
                let is_for_all =
                    control.is_public || control.must_revalidate || control.s_maxage.is_some();
                profile.is_shared && !is_for_all
            }
            Authorization::Ignored => false,
            Authorization::Passes => true,
        };
    let is_personal = head.sets_cookie
        && !rules.ignores_set_cookie
        && matches!(profile.cookies, Cookies::SettingRefused | Cookies::Pass);
    let is_part = head.status == 206;
    let is_whole = match question.method {
        Method::Get => true,
        // Those who fetch the whole ask by GET for it.
        Method::Head => profile.fetches_whole,
        Method::Post | Method::Put | Method::Patch | Method::Delete | Method::Options => false,
    };
    !is_whole
        || control.no_store
        || is_private
        || asks_not_to
        || is_somebodys
        || is_personal
        || is_part
}

/// The lifetime that an answer says to have (RFC 9111, section 4.2.1).
fn explicit(
    profile: &Profile,
    rules: &Rules,
    head: &Head,
    control: &super::Control,
    (born, now): (Wall, Wall),
) -> Option<i64> {
    let expires = head.expires.filter(|_| !rules.ignores_expires).map(|expires| match expires {
        // Who does not compare it with the answer's own date compares it with the clock.
        Expires::After(seconds) if profile.counting == Counting::Clock => {
            born.second().plus_seconds(seconds).since(now.second())
        }
        Expires::After(seconds) => seconds.saturating_mul(SECOND),
        Expires::At(second) => Wall(0).plus_seconds(second).since(now.second()),
    });
    if profile.trusts_first && head.expires_first && expires.is_some_and(|span| span < 0) {
        return expires;
    }
    let said = control.lifetime(profile.is_shared);
    said.map(|seconds| i64::from(seconds).saturating_mul(SECOND)).or(expires)
}

/// The lifetime that the cache gives an answer that says nothing.
fn heuristic(profile: &Profile, head: &Head, now: Wall) -> Option<i64> {
    // `public` makes any status fit for it in the standard; products have their lists.
    let is_public = head.control.is_public && profile.explicit_for.is_empty();
    if !profile.heuristic_for.contains(&head.status) && !is_public {
        return None;
    }
    match profile.heuristic {
        Heuristic::Nothing => None,
        Heuristic::Always(span) => Some(nanos(span)),
        Heuristic::Share(percent, most) => {
            let changed = Wall(0).plus_seconds(head.last_modified?);
            let since = now.since(changed).max(0);
            Some((since / 100).saturating_mul(percent).min(nanos(most)))
        }
    }
}

fn nanos(span: Span) -> i64 {
    i64::try_from(span.0).unwrap_or(i64::MAX)
}
