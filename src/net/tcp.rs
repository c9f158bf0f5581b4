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

/// How an attempt to connect ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connecting {
    /// The time from the first SYN until the connection stands or is given up, without the round
    /// trip itself.
    pub after: Span,
    /// How many SYNs were sent.
    pub syns: u32,
    /// Whether it stands.
    pub connected: bool,
}

/// What attempts to connect come to on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConnectOdds {
    /// The probability that a connection comes about.
    pub connected: f64,
    /// The mean time that lost packets cost a connection that comes about, in seconds.
    pub mean_extra: f64,
    /// The mean number of SYNs sent, whatever comes of it.
    pub mean_syns: f64,
}

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

    /// When the client gives up if nothing is heard.
    #[must_use]
    pub const fn gives_up(self) -> Span {
        self.sent(self.most())
    }

    /// How an attempt ends if `is_lost` says of each SYN, by its number from 0 on, whether it or
    /// its answer is lost. The client's own connect time-out, if it has one, is `timeout`: a SYN
    /// that would leave then is not sent any more.
    #[must_use]
    pub fn connect(
        self,
        timeout: Option<Span>,
        mut is_lost: impl FnMut(u32) -> bool,
    ) -> Connecting {
        let last = self.gives_up();
        let end = timeout.map_or(last, |timeout| timeout.min(last));
        let mut syns = 0;
        while syns < self.most() && (syns == 0 || self.sent(syns) < end) {
            let after = self.sent(syns);
            syns += 1;
            if !is_lost(syns - 1) {
                return Connecting { after, syns, connected: true };
            }
        }
        Connecting { after: end, syns, connected: false }
    }

    /// What attempts come to on average if each SYN or its answer is lost with this probability.
    #[must_use]
    pub fn odds(self, loss: f64, timeout: Option<Span>) -> ConnectOdds {
        let tried = self.connect(timeout, |_| true).syns;
        let (mut reached, mut extra, mut mean_syns) = (1.0, 0.0, 0.0);
        for n in 0..tried {
            mean_syns += reached;
            extra += reached * (1.0 - loss) * self.sent(n).as_secs_f64();
            reached *= loss;
        }
        let connected = 1.0 - reached;
        let mean_extra = if connected > 0.0 { extra / connected } else { 0.0 };
        ConnectOdds { connected, mean_extra, mean_syns }
    }
}

/// The probability that a SYN or its answer is lost, from those of either way.
#[must_use]
pub fn exchange_loss(up: f64, down: f64) -> f64 {
    1.0 - (1.0 - up) * (1.0 - down)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, open_unit};

    fn seconds(timers: SynTimers) -> Vec<u64> {
        (0..timers.most()).map(|n| timers.sent(n).0 / 1_000_000_000).collect()
    }

    #[test]
    fn syns_are_sent_as_the_kernel_does() {
        assert_eq!(seconds(SynTimers::Classic), [0, 1, 3, 7, 15, 31, 63]);
        assert_eq!(SynTimers::Classic.gives_up(), Span::from_secs(127));
        assert_eq!(seconds(SynTimers::Linear), [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
        assert_eq!(SynTimers::Linear.gives_up(), Span::from_secs(131));
    }

    #[test]
    fn lost_syns_cost_steps_of_time() {
        let timers = SynTimers::Classic;
        let connect = |lost, timeout| {
            let it = timers.connect(timeout, |n| n < lost);
            (it.after.0 / 1_000_000_000, it.syns, it.connected)
        };
        assert_eq!(connect(0, None), (0, 1, true));
        assert_eq!(connect(2, None), (3, 3, true));
        assert_eq!(connect(7, None), (127, 7, false));
        assert_eq!(connect(3, Some(Span::from_secs(7))), (7, 3, false));
        assert_eq!(connect(3, Some(Span::from_secs(8))), (7, 4, true));
        let none = timers.connect(Some(Span::ZERO), |_| true);
        assert_eq!(none, Connecting { after: Span::ZERO, syns: 1, connected: false });
    }

    #[test]
    fn loss_costs_on_average_what_theory_says() {
        // Theory case syn-01.
        let timeout = Some(Span::from_secs(10));
        let odds = SynTimers::Classic.odds(0.05, timeout);
        let near = |is: f64, be: f64| assert!((is / be - 1.0).abs() < 1e-9, "{is} is not {be}");
        near(odds.connected, 0.999_993_75);
        near(odds.mean_extra, 0.055_456_596_603_7);
        near(odds.mean_syns, 1.052_625);
        let mut draws = Key::root(1, 0).draws(Purpose::named("loss"));
        let (mut syns, mut extra, mut connected) = (0, 0.0, 0);
        const TIMES: u32 = 1_000_000;
        for _ in 0..TIMES {
            let it = SynTimers::Classic.connect(timeout, |_| open_unit(draws.next_bits()) < 0.05);
            syns += it.syns;
            if it.connected {
                connected += 1;
                extra += it.after.as_secs_f64();
            }
        }
        let share = |count: u32| f64::from(count) / f64::from(TIMES);
        assert!((share(syns) / odds.mean_syns - 1.0).abs() < 0.001);
        assert!((extra / f64::from(connected) / odds.mean_extra - 1.0).abs() < 0.02);
    }

    #[test]
    fn either_way_may_lose_an_exchange() {
        assert!((exchange_loss(0.1, 0.2) - 0.28).abs() < 1e-15);
        assert!((exchange_loss(0.0, 0.05) - 0.05).abs() < 1e-15);
    }
}
