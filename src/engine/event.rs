//! Events as integers.
//!
//! An event is one `u128`: time, insertion number, payload, from the top bits down. Comparing two
//! events is one comparison of integers, and equal times resolve by insertion, whatever structure
//! the events are kept in.

/// What an event tells the world: 28 bits that the world encodes as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Payload(pub u32);

/// Bits of the payload in an event.
pub(super) const PAYLOAD_BITS: u32 = 28;
/// Bits of the insertion number: 2.7 × 10^11 events, above the limit of a run.
const SEQUENCE_BITS: u32 = 38;
const TIME_SHIFT: u32 = PAYLOAD_BITS + SEQUENCE_BITS;
/// The latest moment that an event can have: 146 years, beyond the longest horizon.
pub(super) const LATEST: u64 = (1 << (128 - TIME_SHIFT)) - 1;

/// No event, later than every one: a run ends long before its insertions have no number left.
pub(super) const NONE: u128 = u128::MAX;

/// The event number `sequence`, which tells `payload` at `at`.
#[inline(always)]
pub(super) fn pack(at: u64, sequence: u64, payload: Payload) -> u128 {
    debug_assert!(at <= LATEST, "a moment has 62 bits");
    debug_assert!(payload.0 < 1 << PAYLOAD_BITS, "a payload has 28 bits");
    (u128::from(at) << TIME_SHIFT) | (u128::from(sequence) << PAYLOAD_BITS) | u128::from(payload.0)
}

/// When an event comes.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves 62 bits")]
pub(super) fn time(event: u128) -> u64 {
    (event >> TIME_SHIFT) as u64
}

/// What orders an event against those that were pushed before it: where this is equal, it is the
/// later one. Half of the event to compare.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves 64 bits")]
pub(super) fn moment(event: u128) -> u64 {
    (event >> 64) as u64
}

/// What an event tells.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the mask leaves 28 bits")]
pub(super) fn payload(event: u128) -> Payload {
    Payload(event as u32 & ((1 << PAYLOAD_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_of_all_fields_fit() {
        let (most, last) = (Payload((1 << PAYLOAD_BITS) - 1), (1 << SEQUENCE_BITS) - 1);
        let event = pack(LATEST, last, most);
        assert_eq!((time(event), payload(event)), (LATEST, most));
        let event = pack(0, last, Payload(0));
        assert_eq!((time(event), payload(event)), (0, Payload(0)));
    }

    #[test]
    fn against_earlier_pushes_the_moment_orders_as_the_whole_does() {
        let top = 1 << (SEQUENCE_BITS - 1);
        for (at, sequence) in [(3, 6), (3, top), (4, 6), (2, top)] {
            let (old, new) = (pack(3, 5, Payload(9)), pack(at, sequence, Payload(0)));
            assert_eq!(moment(new) < moment(old), new < old);
        }
        assert!(moment(pack(LATEST, 7, Payload(1))) < moment(NONE));
    }

    #[test]
    fn time_counts_before_insertion_and_insertion_before_the_payload() {
        assert!(pack(1, 9, Payload(9)) < pack(2, 0, Payload(0)));
        assert!(pack(1, 0, Payload(9)) < pack(1, 1, Payload(0)));
    }
}
