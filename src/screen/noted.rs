//! What the model says of what screens let pass and what they stop: the facts that their metrics
//! are folds over.

use crate::attack::Attack;
use crate::fact::Place;
use crate::time::Span;

/// What stopped a request. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Defence {
    /// A rule of access (403).
    Access = 0,
    /// The filter of a reverse proxy (403).
    Waf = 1,
    /// The check of what comes at the server (400).
    InputFilter = 2,
    /// A prepared statement, which makes a payload data: the request is answered as any other.
    Prepared = 3,
    /// A limit on how often requests come from an address (429).
    AddressLimit = 4,
    /// A limit on how often log-ins for an account come (429).
    AccountLimit = 5,
    /// An account that is locked (403).
    Lockout = 6,
    /// A wrong password (401): what guessing meets everywhere.
    Password = 7,
    /// A limit on how often an address may open connections (429).
    ConnectionLimit = 8,
}

impl Defence {
    /// All of them in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Access,
        Self::Waf,
        Self::InputFilter,
        Self::Prepared,
        Self::AddressLimit,
        Self::AccountLimit,
        Self::Lockout,
        Self::Password,
        Self::ConnectionLimit,
    ];
}

/// What became of an object. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fate {
    /// It is infected, and was not fetched because its address is known.
    Listed = 0,
    /// It is infected, and a scan stopped it.
    Caught = 1,
    /// It is infected, and passed.
    Passed = 2,
    /// It is healthy, and a scan stopped it.
    Mistaken = 3,
}

/// What a core was at work for. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Chore {
    /// Scanning content.
    Scan = 0,
    /// Filtering requests.
    Filter = 1,
    /// Compressing.
    Compress = 2,
    /// The handshakes of connections that a proxy opens itself to see what is inside.
    Intercept = 3,
}

/// One thing that a screen let pass or stopped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noted {
    /// An exchange came from this address. Told for metrics alone.
    Came {
        /// Where.
        at: Place,
        /// The address that is seen.
        source: u64,
        /// Who stands behind it.
        person: u64,
    },
    /// A request was stopped.
    Stopped {
        /// Where.
        at: Place,
        /// By what.
        by: Defence,
        /// The attack that it was a part of; none for an honest request.
        attack: Option<Attack>,
    },
    /// An infected object, or one that was taken for that.
    Object {
        /// At which proxy.
        at: Place,
        /// What became of it.
        fate: Fate,
    },
    /// A core was at work for a screen.
    Worked {
        /// Where.
        at: Place,
        /// At what.
        chore: Chore,
        /// For how long.
        span: Span,
    },
    /// An answer was compressed.
    Compressed {
        /// Where.
        at: Place,
        /// Bytes before.
        before: u64,
        /// Bytes behind.
        after: u64,
    },
    /// An attack got what it wanted.
    Succeeded {
        /// Where.
        at: Place,
        /// What it was.
        attack: Attack,
        /// The rows that it got, or the account.
        what: u64,
    },
    /// An account was locked.
    Locked {
        /// Where.
        at: Place,
        /// Which.
        account: u64,
    },
}

impl Noted {
    /// The fixed code of this kind of fact.
    #[must_use]
    pub const fn code(&self) -> u64 {
        match self {
            Self::Came { .. } => 60,
            Self::Stopped { .. } => 61,
            Self::Object { .. } => 62,
            Self::Worked { .. } => 63,
            Self::Compressed { .. } => 64,
            Self::Succeeded { .. } => 65,
            Self::Locked { .. } => 66,
        }
    }

    /// Whether this is told for metrics alone.
    #[must_use]
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::Came { .. })
    }

    /// What it is about, as three numbers.
    #[must_use]
    pub fn ids(&self) -> [u64; 3] {
        let place = |at: &Place| u64::from(at.node.0) << 16 | u64::from(at.replica);
        let attack = |attack: &Option<Attack>| attack.map_or(0, |it| 1 + u64::from(it as u8));
        match self {
            Self::Came { at, source, person } => [place(at), *source, *person],
            Self::Stopped { at, by, attack: it } => [place(at), u64::from(*by as u8), attack(it)],
            Self::Object { at, fate } => [place(at), u64::from(*fate as u8), 0],
            Self::Worked { at, chore, span } => [place(at), u64::from(*chore as u8), span.0],
            Self::Compressed { at, before, after } => [place(at), *before, *after],
            Self::Succeeded { at, attack: it, what } => [place(at), attack(&Some(*it)), *what],
            Self::Locked { at, account } => [place(at), *account, 0],
        }
    }
}
