//! What a balancer remembers of a request between its attempts.

use super::spec::{NextUpstreamSpec, TryOn};
use crate::outcome::{Answer, Reason};

/// The attempts of one request that have failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Tries {
    /// The backends that are not to be tried again.
    pub(super) tried: Vec<u32>,
    /// Attempts made.
    pub(super) made: u32,
    /// Attempts made at the present backend.
    pub(super) at_same: u32,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// The failure is the answer.
    Fails,
    /// The same backend is tried again after the pause.
    Same,
    /// Another one is tried at once.
    Elsewhere,
}

impl NextUpstreamSpec {
    /// Whether this answer is tried again.
    pub(super) fn covers(&self, answer: Answer) -> bool {
        let Some(reason) = answer.failure else { return false };
        self.on.iter().any(|on| match on {
            TryOn::Error => matches!(reason, Reason::ConnectRefused | Reason::Reset),
            TryOn::Connect => matches!(reason, Reason::ConnectRefused | Reason::ConnectTimeout),
            TryOn::Timeout => matches!(reason, Reason::ConnectTimeout | Reason::ReadTimeout),
            TryOn::Status500 => answer.status == 500,
            TryOn::Status502 => answer.status == 502,
            TryOn::Status503 => answer.status == 503,
            TryOn::Status504 => answer.status == 504,
        })
    }

    /// What follows a failed attempt at `backend`; the tries are brought up to date.
    pub(super) fn after(&self, answer: Answer, backend: u32, tries: &mut Tries) -> After {
        tries.made += 1;
        tries.at_same += 1;
        if !self.covers(answer) || (self.tries > 0 && tries.made >= self.tries) {
            return After::Fails;
        }
        if tries.at_same <= self.same && is_before_sending(answer) {
            return After::Same;
        }
        if !self.elsewhere {
            return After::Fails;
        }
        tries.tried.push(backend);
        tries.at_same = 0;
        After::Elsewhere
    }
}

/// Whether nothing of the request was sent.
fn is_before_sending(answer: Answer) -> bool {
    matches!(answer.failure, Some(Reason::ConnectRefused | Reason::ConnectTimeout))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Answer = Answer::failed(Reason::ConnectRefused);
    const LATE: Answer = Answer::failed(Reason::ReadTimeout);

    #[test]
    fn errors_and_time_outs_are_tried_elsewhere_until_the_tries_are_used_up() {
        let rule = NextUpstreamSpec { tries: 3, ..NextUpstreamSpec::default() };
        let mut tries = Tries::default();
        assert_eq!(rule.after(REFUSED, 2, &mut tries), After::Elsewhere);
        assert_eq!(rule.after(LATE, 0, &mut tries), After::Elsewhere);
        assert_eq!(tries.tried, [2, 0]);
        assert_eq!(rule.after(LATE, 1, &mut tries), After::Fails);
    }

    #[test]
    fn what_is_not_named_is_not_tried_again() {
        let rule = NextUpstreamSpec { on: vec![TryOn::Status503], ..NextUpstreamSpec::default() };
        assert_eq!(rule.after(REFUSED, 0, &mut Tries::default()), After::Fails);
        let unavailable = Answer::with_status(503);
        assert_eq!(rule.after(unavailable, 0, &mut Tries::default()), After::Elsewhere);
    }

    #[test]
    fn the_same_backend_is_tried_first_where_the_rule_says_so() {
        let rule = NextUpstreamSpec { same: 1, tries: 4, ..NextUpstreamSpec::default() };
        let mut tries = Tries::default();
        assert_eq!(rule.after(REFUSED, 1, &mut tries), After::Same);
        assert_eq!(rule.after(REFUSED, 1, &mut tries), After::Elsewhere);
        assert_eq!(rule.after(REFUSED, 0, &mut tries), After::Same);
        let stays = NextUpstreamSpec { elsewhere: false, ..rule };
        let mut tries = Tries { at_same: 1, ..Tries::default() };
        assert_eq!(stays.after(REFUSED, 1, &mut tries), After::Fails);
    }

    #[test]
    fn what_was_sent_is_not_sent_to_the_same_backend_again() {
        let rule = NextUpstreamSpec { same: 3, ..NextUpstreamSpec::default() };
        assert_eq!(rule.after(LATE, 1, &mut Tries::default()), After::Elsewhere);
    }
}
