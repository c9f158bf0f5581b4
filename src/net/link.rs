//! Links: latency, bandwidth in each direction, and loss as a delay by retransmission.

use rand::Rng;
use rand_distr::Distribution;

use super::guard::Guard;
use super::transport::{Transport, Waits};
use crate::dist::Law;
use crate::fault::LinkCondition;
use crate::rng::{Stream, open_unit};
use crate::time::{Span, Time};
use crate::unit::Bandwidth;

/// Which way something travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// With the request.
    Up,
    /// With the response.
    Down,
}

/// What becomes of a message that is handed to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transit {
    /// It arrives after this long.
    Arrives(Span),
    /// Packets of it are lost, and come again after this long.
    Lost(Span, Missing),
}

/// When what comes of a message at once is there, beside what is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The first byte.
    pub first: Span,
    /// The last: from the first to it no byte keeps another waiting.
    pub last: Span,
}

/// What is lost of a message, and when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Which way it travels.
    pub way: Direction,
    /// The retransmission that comes next, from 1 on; the one after the last is none: the sender
    /// gives the connection up.
    pub round: u8,
    /// How many packets it has, 255 for all beyond.
    pub packets: u8,
}

impl Missing {
    /// The whole of a short message, or the first packet of a long one: nothing comes through.
    #[must_use]
    pub const fn all(way: Direction) -> Self {
        Self { way, round: 1, packets: 1 }
    }

    /// Whether the sender has sent it often enough.
    #[must_use]
    pub const fn is_given_up(self) -> bool {
        self.round as u32 > RETRANSMISSIONS
    }

    /// The same after one more retransmission of which so many packets were lost.
    fn again(self, packets: u64) -> Transit {
        let packets = u8::try_from(packets).unwrap_or(u8::MAX);
        let next = Self { way: self.way, round: self.round + 1, packets };
        Transit::Lost(next.pause(), next)
    }

    /// How much of the first pause is left when a message arrives nowhere, `trip` after it was
    /// sent.
    pub(super) const fn pause_after(self, trip: Span) -> Span {
        Span(self.pause().0.saturating_sub(trip.0))
    }

    /// How long the sender waits before the retransmission: twice as long each time.
    const fn pause(self) -> Span {
        let doublings = if self.round > 16 { 15 } else { self.round - 1 };
        let pause = Span(FIRST_RETRANSMISSION.0 << doublings);
        if pause.0 < LAST_RETRANSMISSION.0 { pause } else { LAST_RETRANSMISSION }
    }
}

/// Bytes of a full packet: an Ethernet frame without the headers of IPv4 and TCP.
const PACKET_BYTES: u64 = 1_460;
/// The retransmission time-out of an established connection: Linux waits at least 200 ms where
/// RFC 6298 asks for one second.
const FIRST_RETRANSMISSION: Span = Span::from_millis(200);
/// The longest pause before a retransmission (Linux `TCP_RTO_MAX`).
const LAST_RETRANSMISSION: Span = Span::from_secs(120);
/// Retransmissions before the connection is given up (Linux `tcp_retries2`): when the pause behind
/// the last one is over, after 924.6 s.
const RETRANSMISSIONS: u32 = 15;

/// One link of a run: what it is, and when its lines are free again.
#[derive(Debug, Clone)]
pub struct LinkState {
    /// Whether its bytes have a price, so that it is stated what it carries.
    is_priced: bool,
    /// The constant latency of a link that is nothing else: the usual case.
    constant: Option<Span>,
    /// The same where a message needs neither a connection nor a timer.
    at_once: Option<Span>,
    latency: Law,
    bandwidth: Option<Bandwidth>,
    loss: [f64; 2],
    condition: LinkCondition,
    transport: Option<Box<Transport>>,
    waits: Option<Box<Waits>>,
    guard: Option<Box<Guard>>,
    free_at: [Time; 2],
    stream: Stream,
    /// Which replica of the target a caller that goes round robin takes next.
    pub turn: u16,
}

impl LinkState {
    /// A link; `loss` is the share of packets lost up and down, below 1.
    #[must_use]
    pub fn new(latency: Law, bandwidth: Option<Bandwidth>, loss: [f64; 2], stream: Stream) -> Self {
        let mut link = Self {
            is_priced: false,
            constant: None,
            at_once: None,
            latency,
            bandwidth,
            loss,
            condition: LinkCondition::default(),
            transport: None,
            waits: None,
            guard: None,
            free_at: [Time::ZERO; 2],
            stream,
            turn: 0,
        };
        link.set_condition(LinkCondition::default());
        link
    }

    /// The same with connections that have to be opened, and callers who do not wait for ever.
    #[must_use]
    pub fn with_calls(mut self, transport: Option<Transport>, waits: Option<Waits>) -> Self {
        (self.transport, self.waits) = (transport.map(Box::new), waits.map(Box::new));
        self.set_condition(self.condition);
        self
    }

    /// The same with circuit breakers.
    #[must_use]
    pub fn guarded(mut self, guard: Option<Guard>) -> Self {
        self.guard = guard.map(Box::new);
        self.set_condition(self.condition);
        self
    }

    /// The same with a price for its bytes.
    #[must_use]
    pub fn priced(mut self, is_priced: bool) -> Self {
        self.is_priced = is_priced;
        self.set_condition(self.condition);
        self
    }

    /// Whether its bytes have a price.
    #[must_use]
    pub const fn is_priced(&self) -> bool {
        self.is_priced
    }

    /// Its circuit breakers.
    #[inline]
    pub fn guard(&mut self) -> Option<&mut Guard> {
        self.guard.as_deref_mut()
    }

    /// Lets faults make this of the link from now on; what is under way arrives as it would have.
    pub fn set_condition(&mut self, condition: LinkCondition) {
        let is_well = condition == LinkCondition::default();
        let plain = !self.is_priced
            && self.bandwidth.is_none()
            && self.loss.iter().all(|share| *share <= 0.0);
        let latency = self.latency.is_constant().filter(|_| is_well && plain);
        self.constant = latency.map(Span::from_nanos_rounded);
        let is_simple = self.transport.is_none() && self.waits.is_none() && self.guard.is_none();
        self.at_once = self.constant.filter(|_| is_simple);
        self.condition = condition;
    }

    /// What faults have made of it.
    #[must_use]
    pub const fn condition(&self) -> LinkCondition {
        self.condition
    }

    /// Hands `bytes` to the link at `now`: they wait for the line, take it for their length,
    /// travel, and come again as often as packets of them are lost.
    #[inline]
    pub fn carry(&mut self, now: Time, direction: Direction, bytes: u64) -> Transit {
        match self.constant {
            Some(latency) => Transit::Arrives(latency),
            None => self.carry_slowly(now, direction, bytes).0,
        }
    }

    /// The same, and when those of its bytes come that come at once; none if all come again.
    pub fn carry_watched(
        &mut self,
        now: Time,
        way: Direction,
        bytes: u64,
    ) -> (Transit, Option<Flow>) {
        match self.constant {
            Some(latency) => {
                (Transit::Arrives(latency), Some(Flow { first: latency, last: latency }))
            }
            None => self.carry_slowly(now, way, bytes),
        }
    }

    /// How long any message takes, if that is always the same and nothing is to be done for it.
    #[inline]
    #[must_use]
    pub const fn constant(&self) -> Option<Span> {
        self.constant
    }

    /// How long a call takes to arrive, if that is always the same and nothing else belongs to it.
    #[inline]
    #[must_use]
    pub const fn at_once(&self) -> Option<Span> {
        self.at_once
    }

    /// How its connections are opened and kept; none if they exist already.
    #[must_use]
    pub fn transport(&self) -> Option<&Transport> {
        self.transport.as_deref()
    }

    /// How long its callers wait.
    #[must_use]
    pub fn waits(&self) -> Option<&Waits> {
        self.waits.as_deref()
    }

    /// One of the times that callers wait, drawn.
    pub fn wait(&mut self, which: impl Fn(&Waits) -> Option<&Law>) -> Option<Span> {
        let waits = self.waits.as_deref()?;
        Waits::draw(which(waits), &mut self.stream)
    }

    /// Whether the next handshake is resumed.
    pub fn draws_resumed(&mut self) -> bool {
        self.transport.as_deref().is_some_and(|it| it.draws_resumed(&mut self.stream))
    }

    /// The mean latency: what the ends of a connection take each other's words to need.
    #[must_use]
    pub fn usual_latency(&self) -> Span {
        Span::from_nanos_rounded(self.latency.mean() * self.condition.factor)
    }

    /// How long its line takes for so many bytes.
    #[must_use]
    pub fn line_time(&self, bytes: u64) -> Span {
        self.bandwidth.map_or(Span::ZERO, |bandwidth| bandwidth.time_for(bytes))
    }

    /// How long until so many bytes would be on the line, behind what waits for it now.
    #[must_use]
    pub fn until_sent(&self, now: Time, direction: Direction, bytes: u64) -> Span {
        let Some(bandwidth) = self.bandwidth.filter(|_| !self.condition.is_cut) else {
            return Span::ZERO;
        };
        let free_at = self.free_at[direction as usize].max(now);
        (free_at + bandwidth.time_for(bytes)).since(now)
    }

    /// Hands one small packet to the link that nobody sends again by itself: how long it takes, or
    /// none if it is lost.
    pub fn packet(&mut self, direction: Direction) -> Option<Span> {
        let latency = self.latency.sample(&mut self.stream) * self.condition.factor;
        let loss = self.loss_of(direction);
        let is_lost =
            self.condition.is_cut || (loss > 0.0 && open_unit(self.stream.next_u64()) < loss);
        (!is_lost).then(|| Span::from_nanos_rounded(latency))
    }

    fn carry_slowly(
        &mut self,
        now: Time,
        direction: Direction,
        bytes: u64,
    ) -> (Transit, Option<Flow>) {
        let latency = self.latency.sample(&mut self.stream) * self.condition.factor;
        let travels = Span::from_nanos_rounded(latency);
        if self.condition.is_cut {
            return (Transit::Lost(FIRST_RETRANSMISSION, Missing::all(direction)), None);
        }
        let waits = self.until_sent(now, direction, 0);
        let sent = self.until_sent(now, direction, bytes);
        self.free_at[direction as usize] = now + sent;
        let flow = Flow { first: waits + travels, last: sent + travels };
        let loss = self.loss_of(direction);
        if loss <= 0.0 {
            return (Transit::Arrives(flow.last), Some(flow));
        }
        let all = bytes.div_ceil(PACKET_BYTES).max(1);
        let lost = self.lost_of(all, loss);
        let transit = self.sent_again(lost, sent, travels, Missing::all(direction));
        (transit, (lost < all).then_some(flow))
    }

    /// What becomes of a message that is on the line when `sent` is over, so many packets of which
    /// are lost.
    fn sent_again(
        &mut self,
        mut lost: u64,
        mut sent: Span,
        travels: Span,
        mut missing: Missing,
    ) -> Transit {
        loop {
            if lost == 0 {
                return Transit::Arrives(sent + travels);
            }
            if missing.is_given_up() {
                return Transit::Lost(sent + missing.pause(), missing);
            }
            if self.condition.loss > 0.0 {
                // What a fault loses now it may not lose when it comes again.
                missing.packets = u8::try_from(lost).unwrap_or(u8::MAX);
                return Transit::Lost(sent + missing.pause(), missing);
            }
            sent += missing.pause();
            missing.round += 1;
            lost = self.lost_of(lost, self.loss_of(missing.way));
        }
    }

    /// Sends what is missing of a message again. It takes no time on the line; `reaches_nobody` if
    /// where it goes is cut off.
    pub fn carry_again(&mut self, missing: Missing, reaches_nobody: bool) -> Transit {
        let latency = self.latency.sample(&mut self.stream) * self.condition.factor;
        if self.condition.is_cut || reaches_nobody {
            return missing.again(u64::from(missing.packets));
        }
        let loss = self.loss_of(missing.way);
        let lost = if loss > 0.0 { self.lost_of(u64::from(missing.packets), loss) } else { 0 };
        if lost > 0 {
            return missing.again(lost);
        }
        Transit::Arrives(Span::from_nanos_rounded(latency))
    }

    /// The share of packets that are lost on this way: one gets through that neither the link
    /// itself nor a fault loses.
    fn loss_of(&self, direction: Direction) -> f64 {
        let own = self.loss[direction as usize];
        own + (1.0 - own) * self.condition.loss
    }

    /// How many of `packets` are lost, each independently: by the gaps between the lost ones,
    /// which are geometric, so the cost grows with the losses and not with the packets.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a gap is positive, and a huge one saturates past the end"
    )]
    fn lost_of(&mut self, packets: u64, loss: f64) -> u64 {
        let log_kept = libm::log1p(-loss);
        let (mut lost, mut at) = (0, 0_u64);
        loop {
            let unit = open_unit(self.stream.next_u64());
            at = at.saturating_add((libm::log(unit) / log_kept) as u64);
            if at >= packets {
                return lost;
            }
            (lost, at) = (lost + 1, at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Key;
    use crate::unit::Quantity;

    fn link(bandwidth: Option<&str>, loss: f64) -> LinkState {
        let bandwidth = bandwidth.map(|text| Bandwidth::from_text(text).expect("sound"));
        let latency = Law::constant(5e6);
        LinkState::new(latency, bandwidth, [loss; 2], Key::root(1, 0).stream("a>b", "link"))
    }

    #[test]
    fn a_plain_link_takes_its_latency() {
        let transit = link(None, 0.0).carry(Time(0), Direction::Up, 1_000_000);
        assert_eq!(transit, Transit::Arrives(Span::from_millis(5)));
    }

    #[test]
    fn messages_of_one_direction_wait_for_the_line_and_the_other_direction_is_free() {
        let mut link = link(Some("1MB/s"), 0.0);
        let took = |transit| match transit {
            Transit::Arrives(span) => span.0 / 1_000_000,
            Transit::Lost(..) => 0,
        };
        assert_eq!(took(link.carry(Time(0), Direction::Down, 10_000)), 15);
        assert_eq!(took(link.carry(Time(0), Direction::Down, 10_000)), 25);
        assert_eq!(took(link.carry(Time(0), Direction::Up, 10_000)), 15);
        assert_eq!(took(link.carry(Time(20_000_000), Direction::Down, 10_000)), 15);
    }

    #[test]
    fn what_is_cut_off_is_sent_again_until_the_sender_gives_up() {
        let mut link = link(None, 0.0);
        link.set_condition(LinkCondition { is_cut: true, ..LinkCondition::default() });
        let (mut sent, mut transit) = (Span::ZERO, link.carry(Time(0), Direction::Up, 100));
        let mut times = Vec::new();
        while let Transit::Lost(span, missing) = transit {
            sent += span;
            if missing.is_given_up() {
                break;
            }
            times.push(sent.0 / 1_000_000);
            transit = link.carry_again(missing, false);
        }
        assert_eq!(times[..5], [200, 600, 1_400, 3_000, 6_200]);
        assert_eq!((times.len(), sent), (15, Span::from_millis(924_600)));
        link.set_condition(LinkCondition::default());
        let arrives = Transit::Arrives(Span::from_millis(5));
        assert_eq!(link.carry_again(Missing::all(Direction::Up), false), arrives);
        assert_ne!(link.carry_again(Missing::all(Direction::Up), true), arrives);
    }

    #[test]
    fn a_message_is_sent_sixteen_times_before_its_sender_gives_up() {
        let (mut given_up, runs) = (0.0, 20_000);
        let mut link = link(None, 0.9);
        for _ in 0..runs {
            if let Transit::Lost(span, missing) = link.carry(Time(0), Direction::Up, 100) {
                assert!(missing.is_given_up() && span == Span::from_millis(924_600));
                given_up += 1.0;
            }
        }
        // 0.9^16; the deviation of the share is 0.0027.
        let share = given_up / f64::from(runs);
        assert!((share - 0.1853).abs() < 0.01, "{share}");
    }

    #[test]
    fn what_a_fault_loses_is_drawn_anew_when_it_comes_again() {
        let mut link = link(None, 0.0);
        link.set_condition(LinkCondition { loss: 0.9, ..LinkCondition::default() });
        let transit = link.carry(Time(0), Direction::Up, 1_460 * 200);
        let Transit::Lost(span, missing) = transit else { panic!("all of 200 came through") };
        assert_eq!((span, missing.round), (FIRST_RETRANSMISSION, 1));
        assert!((150..=200).contains(&missing.packets), "{}", missing.packets);
        let again = link.carry_again(missing, false);
        let Transit::Lost(span, fewer) = again else { panic!("all of 150 came through") };
        assert_eq!((span, fewer.round), (Span::from_millis(400), 2));
        assert!(fewer.packets < missing.packets);
        link.set_condition(LinkCondition::default());
        assert_eq!(link.carry_again(fewer, false), Transit::Arrives(Span::from_millis(5)));
    }

    #[test]
    fn a_share_of_packets_is_lost_and_each_round_of_losses_costs_a_pause() {
        let mut link = link(None, 0.1);
        let (mut rounds, runs) = (0.0, 20_000);
        for _ in 0..runs {
            match link.carry(Time(0), Direction::Up, 100) {
                Transit::Arrives(span) if span > Span::from_millis(5) => rounds += 1.0,
                Transit::Arrives(_) => {}
                Transit::Lost(..) => panic!("fifteen losses in a row at 10 %"),
            }
        }
        let share = rounds / f64::from(runs);
        assert!((share - 0.1).abs() < 0.01, "share of messages delayed: {share}");
    }
}
