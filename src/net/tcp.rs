//! Connecting over TCP: when a SYN is sent again, and what lost ones cost.
//!
//! A SYN or the SYN-ACK that answers it may be lost: either way the client hears nothing and sends
//! the SYN again when its timer runs out. *Classic*: after 1 s, doubling (RFC 6298; Linux with
//! `tcp_syn_retries` = 6): at 0, 1, 3, 7, 15, 31 and 63 s, given up at 127 s. *Linear*: Linux 6.5
//! and later first repeat four times after 1 s each (`tcp_syn_linear_timeouts` = 4): at 0, 1, 2, 3,
//! 4, 5, 7, 11, 19, 35 and 67 s, given up at 131 s. A full accept queue drops what comes, which
//! costs the same; a closed port refuses within a round trip. A server's own timer for the SYN-ACK
//! starts 1 s later too and changes nothing that a client can tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// When a SYN is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SynTimers {
    /// After 1, 3, 7, 15, 31 and 63 s.
    #[default]
    Classic,
    /// After 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s, as Linux 6.5 and later do.
    Linear,
}

/// The first timer.
const INITIAL: Span = Span::from_secs(1);

/// Linux's `tcp_syn_retries`: so many doubling repetitions.
const RETRIES: u32 = 6;

/// Linux's `tcp_syn_linear_timeouts` of 6.5 and later.
const LINEAR: u32 = 4;

impl SynTimers {
    /// How many timers have the first length before they double.
    const fn linear(self) -> u32 {
        match self {
            Self::Classic => 0,
            Self::Linear => LINEAR,
        }
    }

    /// How many SYNs are sent at most.
    #[must_use]
    pub const fn most(self) -> u32 {
        self.linear() + RETRIES + 1
    }

    /// When SYN number `n`, from 0 on, is sent after the first; beyond the last, when the client
    /// gives up.
    #[must_use]
    pub const fn sent(self, n: u32) -> Span {
        let n = if n < self.most() { n } else { self.most() };
        let linear = if n < self.linear() { n } else { self.linear() };
        // Doubling timers of 1, 2, 4 and so on sum to one less than the next.
        let doubling = (1_u64 << (n - linear)) - 1;
        Span::from_nanos((linear as u64 + doubling) * INITIAL.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(timers: SynTimers) -> Vec<u64> {
        (0..timers.most()).map(|n| timers.sent(n).0 / 1_000_000_000).collect()
    }

    #[test]
    fn syns_are_sent_as_the_kernel_does() {
        assert_eq!(seconds(SynTimers::Classic), [0, 1, 3, 7, 15, 31, 63]);
        assert_eq!(SynTimers::Classic.sent(7), Span::from_secs(127));
        assert_eq!(seconds(SynTimers::Linear), [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
        assert_eq!(SynTimers::Linear.sent(11), Span::from_secs(131));
    }
}
