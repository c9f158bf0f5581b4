//! Whether a stored answer may be given for a request (RFC 9111, section 4).

use super::profile::Profile;
use super::{Counting, Keeping, Question, Wall};
use crate::time::NANOS_PER_SEC;

/// What may be done with a stored answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// It is given.
    Fresh,
    /// It is given although it has expired, because the request takes such a one.
    Accepted,
    /// It has expired, and may be given while it is fetched anew.
    Grace,
    /// The origin has to be asked.
    Expired,
    /// The origin has to be asked for a new one, because the request says so.
    Reloaded,
}

const SECOND: i64 = NANOS_PER_SEC as i64;

/// What may be done `now` for `question` with an answer that was stored like that.
#[must_use]
pub fn reuse(profile: &Profile, keeping: &Keeping, question: &Question, now: Wall) -> Reuse {
    let wanted = question.control;
    let obeys = profile.reads_requests;
    if obeys && wanted.no_cache {
        return Reuse::Reloaded;
    }
    if keeping.always_asks {
        return Reuse::Expired;
    }
    let span = |seconds: Option<u32>| {
        let seconds = seconds.filter(|_| obeys);
        seconds.map(|seconds| i64::from(seconds).saturating_mul(SECOND))
    };
    // Who counts ages from a date in whole seconds compares them in whole seconds, and asks for
    // each answer whose age is to be nothing.
    let is_whole = profile.counting == Counting::Date;
    let told = if is_whole { now.second() } else { now };
    let (age, staleness) = (keeping.age(told), keeping.staleness(told));
    let is_too_old = |most: i64| age > most || (is_whole && most == 0);
    if span(wanted.max_age).is_some_and(is_too_old) {
        return Reuse::Expired;
    }
    let least = span(wanted.min_fresh);
    if keeping.is_fresh(now) {
        let is_enough = least.is_none_or(|least| -staleness >= least);
        return if is_enough { Reuse::Fresh } else { Reuse::Expired };
    }
    // Who wants it to be fresh for a while yet does not want it expired.
    if keeping.must_revalidate || least.is_some() {
        return Reuse::Expired;
    }
    if span(wanted.max_stale).is_some_and(|most| staleness <= most) {
        return Reuse::Accepted;
    }
    if keeping.staleness(now) < keeping.grace { Reuse::Grace } else { Reuse::Expired }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Counting, Method, ProfileName};

    /// What RFC 9111 makes of a request with this `Cache-Control`, so many seconds after an
    /// answer with a lifetime of 10 s was stored.
    fn after(seconds: i64, control: &str, change: impl Fn(&mut Keeping)) -> Reuse {
        let profile = ProfileName::Rfc9111.profile();
        let mut keeping = Keeping::new(Counting::Exact, Wall(0), Wall(0), 10 * SECOND);
        change(&mut keeping);
        let headers = [("cache-control", control)];
        let question = Question::read(Method::Get, headers.into_iter(), |_| None);
        reuse(profile, &keeping, &question, Wall(seconds * SECOND))
    }

    #[test]
    fn requests_can_want_more_or_less_than_what_is_fresh() {
        let plain = |_: &mut Keeping| {};
        assert_eq!(after(9, "", plain), Reuse::Fresh);
        assert_eq!(after(10, "", plain), Reuse::Expired);
        assert_eq!(after(9, "no-cache", plain), Reuse::Reloaded);
        assert_eq!(after(6, "max-age=5", plain), Reuse::Expired);
        assert_eq!(after(5, "max-age=5", plain), Reuse::Fresh);
        assert_eq!(after(5, "min-fresh=5", plain), Reuse::Fresh);
        assert_eq!(after(6, "min-fresh=5", plain), Reuse::Expired);
        assert_eq!(after(15, "max-stale=5", plain), Reuse::Accepted);
        assert_eq!(after(16, "max-stale=5", plain), Reuse::Expired);
        assert_eq!(after(999, "max-stale", plain), Reuse::Accepted);
    }

    #[test]
    fn who_wants_an_answer_to_be_fresh_for_a_while_is_given_none_that_has_expired() {
        let grace = |it: &mut Keeping| it.grace = 5 * SECOND;
        assert_eq!(after(11, "min-fresh=1", grace), Reuse::Expired);
        assert_eq!(after(10, "min-fresh=0", grace), Reuse::Expired);
        assert_eq!(after(11, "min-fresh=1, max-stale=5", grace), Reuse::Expired);
        assert_eq!(after(9, "min-fresh=1", grace), Reuse::Fresh);
    }

    #[test]
    fn who_must_ask_asks() {
        assert_eq!(after(11, "max-stale", |it| it.must_revalidate = true), Reuse::Expired);
        assert_eq!(after(1, "", |it| it.always_asks = true), Reuse::Expired);
        assert_eq!(after(14, "", |it| it.grace = 5 * SECOND), Reuse::Grace);
        assert_eq!(after(15, "", |it| it.grace = 5 * SECOND), Reuse::Expired);
        let both = |it: &mut Keeping| (it.grace, it.must_revalidate) = (9 * SECOND, true);
        assert_eq!(after(12, "", both), Reuse::Expired);
    }
}
