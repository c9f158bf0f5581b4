//! What one attempt came to.

use crate::outcome::{Answer, Reason, Status};

/// What one attempt came to, as its caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The connection was refused: nothing was sent.
    Refused,
    /// No connection came about in time: nothing was sent.
    ConnectTimeout,
    /// No answer came in time.
    ReadTimeout,
    /// The connection broke before the answer.
    Reset,
    /// An answer came, good or bad.
    Status(Status),
    /// There was no backend to send it to.
    NoBackend,
    /// A rate limit on this side refused it.
    RateLimited,
}

impl Outcome {
    /// The outcome that this answer is: its status where somebody has answered with one, whatever
    /// the reason.
    #[must_use]
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "whatever reason a status has, the caller sees the status"
    )]
    pub const fn of(answer: Answer) -> Self {
        match answer.failure {
            _ if answer.answered => Self::Status(answer.status),
            Some(Reason::NoBackend) => Self::NoBackend,
            Some(Reason::Reset) => Self::Reset,
            Some(Reason::Timeout | Reason::ReadTimeout) => Self::ReadTimeout,
            Some(Reason::ConnectRefused | Reason::TooManyConnections) => Self::Refused,
            Some(Reason::ConnectTimeout) => Self::ConnectTimeout,
            _ => Self::Status(answer.status),
        }
    }

    /// Whether the request may have reached a server and have been acted upon.
    #[inline]
    #[must_use]
    pub const fn was_sent(self) -> bool {
        match self {
            Self::ReadTimeout | Self::Reset | Self::Status(_) => true,
            Self::Refused | Self::ConnectTimeout | Self::NoBackend | Self::RateLimited => false,
        }
    }

    /// Whether it is what was asked for: a status below 400.
    #[inline]
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Status(status) if status < 400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_an_outcome() {
        let of = |reason| Outcome::of(Answer::failed(reason));
        assert_eq!(Outcome::of(Answer::OK), Outcome::Status(200));
        assert_eq!(Outcome::of(Answer::with_status(404)), Outcome::Status(404));
        assert_eq!(of(Reason::Refused), Outcome::Status(503));
        assert_eq!(of(Reason::QueueTimeout), Outcome::Status(503));
        assert_eq!(of(Reason::Timeout), Outcome::ReadTimeout);
        assert_eq!(of(Reason::NoBackend), Outcome::NoBackend);
        assert_eq!(of(Reason::Reset), Outcome::Reset);
        assert_eq!(of(Reason::ConnectRefused), Outcome::Refused);
        assert_eq!(of(Reason::ConnectTimeout), Outcome::ConnectTimeout);
        assert_eq!(of(Reason::ReadTimeout), Outcome::ReadTimeout);
        // What a server or a proxy says of it is a status.
        for reason in Reason::ALL {
            let (failed, said) = (Answer::failed(reason), Outcome::Status(500));
            assert_eq!(Outcome::of(failed.of_server()), said, "{reason:?}");
            let status = if failed.status == 0 { 502 } else { failed.status };
            assert_eq!(Outcome::of(failed.handed_on()), Outcome::Status(status), "{reason:?}");
        }
        assert!(Outcome::Status(304).is_success() && !Outcome::Status(400).is_success());
    }
}
