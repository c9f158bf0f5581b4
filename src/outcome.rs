//! How a request, or one exchange of it, ends.

/// An HTTP status code, or 0 where no answer came.
pub type Status = u16;

/// Why a request failed. The numbers are fixed: they stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Reason {
    /// A server answered with a status of 400 or more.
    Status = 1,
    /// A full queue refused it (503).
    Refused = 2,
    /// It waited in a queue for longer than the queue's time-out and was dropped unserved (503).
    QueueTimeout = 3,
    /// The client gave up at its total time-out.
    Timeout = 4,
    /// No route, or no backend that could take it (502).
    NoBackend = 5,
    /// The connection broke: a link lost the same data on every retransmission, or the other side
    /// had closed it or died (no answer).
    Reset = 6,
    /// Nobody listens where the connection was to go (502).
    ConnectRefused = 7,
    /// The connection was not there in time (504).
    ConnectTimeout = 8,
    /// The connection was there, but no answer in time (504).
    ReadTimeout = 9,
    /// A rate limit turned it away (429).
    RateLimited = 10,
    /// A circuit breaker is open (503).
    BreakerOpen = 11,
    /// A node that has too much to do turned it away (503).
    Shed = 12,
    /// The browser kept the answer from the page, or did not send the request: the server does
    /// not say that scripts of the page's origin may (CORS).
    CorsBlocked = 13,
    /// A node had no memory for it (503).
    OutOfMemory = 14,
    /// A node has as many connections as it takes (502).
    TooManyConnections = 15,
}

impl Reason {
    /// All reasons in the order of their numbers.
    pub const ALL: [Self; 15] = [
        Self::Status,
        Self::Refused,
        Self::QueueTimeout,
        Self::Timeout,
        Self::NoBackend,
        Self::Reset,
        Self::ConnectRefused,
        Self::ConnectTimeout,
        Self::ReadTimeout,
        Self::RateLimited,
        Self::BreakerOpen,
        Self::Shed,
        Self::CorsBlocked,
        Self::OutOfMemory,
        Self::TooManyConnections,
    ];

    /// The word for it in results, as in the metric `errors_<word>`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Refused => "refused",
            Self::QueueTimeout => "queue_timeout",
            Self::Timeout => "timeout",
            Self::NoBackend => "no_backend",
            Self::Reset => "reset",
            Self::ConnectRefused => "connect_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::ReadTimeout => "read_timeout",
            Self::RateLimited => "rate_limited",
            Self::BreakerOpen => "breaker_open",
            Self::Shed => "shed",
            Self::CorsBlocked => "cors_blocked",
            Self::OutOfMemory => "out_of_memory",
            Self::TooManyConnections => "too_many_connections",
        }
    }

    /// Whether a connection could not be had, broke, or was given up, so that no answer came.
    #[must_use]
    pub const fn is_of_connection(self) -> bool {
        matches!(
            self,
            Self::Reset
                | Self::ConnectRefused
                | Self::ConnectTimeout
                | Self::ReadTimeout
                | Self::TooManyConnections
        )
    }

    /// The status that a proxy or server in front answers with.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Status => 500,
            Self::Refused
            | Self::QueueTimeout
            | Self::BreakerOpen
            | Self::Shed
            | Self::OutOfMemory => 503,
            Self::NoBackend | Self::ConnectRefused | Self::TooManyConnections => 502,
            Self::ConnectTimeout | Self::ReadTimeout => 504,
            Self::RateLimited => 429,
            Self::Timeout | Self::Reset | Self::CorsBlocked => 0,
        }
    }
}

/// What an exchange brings back: a status, the reason if that is a failure, and a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The status code; 0 if no answer came.
    pub status: Status,
    /// Why it is a failure, if it is one.
    pub failure: Option<Reason>,
    /// Whether somebody has answered with this status: the caller sees that, and the reason is for
    /// the books alone. If not, the reason is what the caller saw itself.
    pub answered: bool,
}

impl Answer {
    /// A plain success.
    pub const OK: Self = Self { status: 200, failure: None, answered: true };

    /// The answer with `status`: a failure from 400 on.
    #[must_use]
    pub const fn with_status(status: Status) -> Self {
        let failure = if status >= 400 { Some(Reason::Status) } else { None };
        Self { status, failure, answered: true }
    }

    /// What failed for `reason`, as whoever meets that sees it.
    #[must_use]
    pub const fn failed(reason: Reason) -> Self {
        Self { status: reason.status(), failure: Some(reason), answered: false }
    }

    /// What a node answers with `status` for what failed for `reason`.
    #[must_use]
    pub const fn refusing(status: Status, reason: Reason) -> Self {
        Self { status, failure: Some(reason), answered: true }
    }

    /// What a server makes of a failure below it: an error of its own (500), for the same reason.
    #[must_use]
    pub const fn of_server(self) -> Self {
        Self { status: 500, answered: true, ..self }
    }

    /// What a proxy tells its caller of an exchange that has failed: the status that came, or 502
    /// if the connection broke (RFC 9110, section 15.6.3).
    #[must_use]
    pub const fn handed_on(self) -> Self {
        let status = if self.status == 0 { 502 } else { self.status };
        Self { status, answered: true, ..self }
    }

    /// Why no answer came over the connection, if none did.
    #[must_use]
    pub const fn lost(self) -> Option<Reason> {
        match self.failure {
            Some(reason) if !self.answered && reason.is_of_connection() => Some(reason),
            Some(_) | None => None,
        }
    }

    /// Whether the user got what was asked for.
    #[inline]
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.failure.is_none()
    }

    /// A fixed number for fingerprints: the status and the reason.
    #[must_use]
    pub const fn code(self) -> u64 {
        let reason = match self.failure {
            None => 0,
            Some(reason) => reason as u64,
        };
        (self.status as u64) << 8 | reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_from_400_on_is_a_failure() {
        assert!(Answer::with_status(304).is_success());
        assert_eq!(Answer::with_status(404).failure, Some(Reason::Status));
    }

    #[test]
    fn what_was_answered_was_not_lost_whatever_the_reason() {
        let refused = Answer::failed(Reason::ConnectRefused);
        assert_eq!(refused.lost(), Some(Reason::ConnectRefused));
        assert_eq!((refused.of_server().status, refused.of_server().lost()), (500, None));
        assert_eq!((refused.handed_on().status, refused.handed_on().lost()), (502, None));
        let reset = Answer::failed(Reason::Reset);
        assert_eq!((reset.status, reset.handed_on().status), (0, 502));
        assert_eq!(reset.handed_on().failure, Some(Reason::Reset));
        assert_eq!(Answer::failed(Reason::Shed).lost(), None);
    }

    #[test]
    fn every_reason_has_its_own_fixed_number_and_word() {
        let codes: Vec<u8> = Reason::ALL.iter().map(|reason| *reason as u8).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        let words: std::collections::BTreeSet<&str> =
            Reason::ALL.iter().map(|r| r.word()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
    }
}
