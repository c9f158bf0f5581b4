//! What the model says of identity: the facts that its metrics are folds over.

use crate::fact::Place;
use crate::id::NodeId;
use crate::time::Span;

/// What a check comes to. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// It is who it says, and may have what it asks for.
    Accepted = 0,
    /// It shows nothing.
    Missing = 1,
    /// What it shows is no longer good.
    Expired = 2,
    /// What it shows was taken back.
    Revoked = 3,
    /// What it names stood in a memory that is gone.
    Lost = 4,
    /// What it names is known to another replica alone.
    Elsewhere = 5,
    /// It is who it says, but lacks the role (403).
    Forbidden = 6,
    /// What it shows is larger than headers may be (431).
    TooLarge = 7,
}

impl Verdict {
    /// The status that answers it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Accepted => 200,
            Self::Forbidden => 403,
            Self::TooLarge => 431,
            Self::Missing | Self::Expired | Self::Revoked | Self::Lost | Self::Elsewhere => 401,
        }
    }
}

/// One thing that happened to somebody's identity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said {
    /// Somebody of this group has come.
    Came(NodeId),
    /// Somebody of this group has gone.
    Went(NodeId),
    /// A request was checked.
    Checked {
        /// Where.
        at: Place,
        /// What came of it.
        verdict: Verdict,
        /// Whether a thief had sent it.
        by_thief: bool,
        /// Bytes that it carried to show who sends it.
        bytes: u64,
    },
    /// A store of sessions, or of what is like them, was asked.
    Asked {
        /// By whom.
        by: Place,
        /// Whether something was written.
        writes: bool,
    },
    /// Who checks fetched the keys of tokens.
    Fetched(Place),
    /// A session was accepted by a local copy, since its store did not answer.
    Covered(Place),
    /// A store without room let so many sessions go.
    Evicted {
        /// By whose log-in.
        at: Place,
        /// How many.
        count: u32,
    },
    /// A core, or a worker of a password pool, was at work for nothing but identity: signing,
    /// verifying, hashing.
    Worked {
        /// Where.
        at: Place,
        /// For how long.
        span: Span,
        /// Whether a worker of the pool was.
        pooled: bool,
    },
    /// Somebody was let in, or got a new token.
    Granted {
        /// By whom.
        at: Place,
        /// Whether it was a renewal.
        renewal: bool,
    },
    /// Somebody has to log in again, whose credential was refused.
    Forced {
        /// Of which group.
        client: NodeId,
        /// Whether something was lost that the session carried.
        cart: bool,
    },
    /// What a server without sessions kept for somebody of this group was lost with its answer.
    CartLost(NodeId),
    /// A family of refresh tokens was ended because an old one was used again.
    FamilyEnded(NodeId),
    /// A credential of somebody of this group was stolen.
    Stolen(NodeId),
    /// Somebody logged in under a name that an attacker had set.
    Fixed {
        /// Of which group.
        client: NodeId,
        /// Whether the session has kept that name.
        keeps: bool,
    },
    /// A stolen credential no longer works.
    Exposed {
        /// Of which group.
        client: NodeId,
        /// For how long it worked after the theft.
        span: Span,
        /// For how long of that its owner had logged out; none for owners who had not.
        after_logout: Option<Span>,
        /// For how long of that its theft was discovered; none where it was not.
        after_discovery: Option<Span>,
    },
}

impl Said {
    /// The fixed code of this kind of fact.
    #[must_use]
    pub const fn code(&self) -> u64 {
        match self {
            Self::Came(_) => 40,
            Self::Went(_) => 41,
            Self::Checked { .. } => 42,
            Self::Asked { .. } => 43,
            Self::Worked { .. } => 44,
            Self::Granted { .. } => 45,
            Self::Forced { .. } => 46,
            Self::FamilyEnded(_) => 47,
            Self::Exposed { .. } => 48,
            Self::Stolen(_) => 49,
            Self::Fetched(_) => 50,
            Self::Covered(_) => 51,
            Self::Evicted { .. } => 52,
            Self::CartLost(_) => 53,
            Self::Fixed { .. } => 54,
        }
    }

    /// What it is about, as three numbers.
    #[must_use]
    pub fn ids(&self) -> [u64; 3] {
        let place = |at: &Place| u64::from(at.node.0) << 16 | u64::from(at.replica);
        match self {
            Self::Came(client)
            | Self::Went(client)
            | Self::FamilyEnded(client)
            | Self::CartLost(client)
            | Self::Stolen(client) => [u64::from(client.0), 0, 0],
            Self::Checked { at, verdict, by_thief, bytes } => {
                [place(at), u64::from(*verdict as u8) << 1 | u64::from(*by_thief), *bytes]
            }
            Self::Asked { by, writes } => [place(by), u64::from(*writes), 0],
            Self::Fetched(at) | Self::Covered(at) => [place(at), 0, 0],
            Self::Evicted { at, count } => [place(at), u64::from(*count), 0],
            Self::Worked { at, span, pooled } => [place(at), span.0, u64::from(*pooled)],
            Self::Granted { at, renewal } => [place(at), u64::from(*renewal), 0],
            Self::Fixed { client, keeps } => [u64::from(client.0), u64::from(*keeps), 0],
            Self::Forced { client, cart } => [u64::from(client.0), u64::from(*cart), 0],
            Self::Exposed { client, span, after_logout, .. } => {
                [u64::from(client.0), span.0, after_logout.map_or(u64::MAX, |span| span.0)]
            }
        }
    }
}
