//! The integral of a rate profile, and its inverse: by when so many arrivals are expected.
//!
//! A process of any rate is one of rate 1 on a stretched clock (Çinlar, "Introduction to
//! stochastic processes", 1975, section 4.7): arrival number k comes when the integral reaches
//! the sum of the first k gaps of the unit process. So the same unit gaps serve every rate, and
//! designs are compared under the same randomness. Constant, stepped and ramped rates have a
//! closed form, a sine a bracketed Newton iteration.

use super::profile::RateProfile;
use super::sine::SineWalk;
use crate::time::{MAX_SPAN, Span, Time};

/// The integral of a rate, walked from the beginning on.
#[derive(Debug, Clone)]
pub(super) struct Cumulative {
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    /// Pieces in order of time, the last of which has no end; and the one that was reached.
    Pieces {
        pieces: Vec<Piece>,
        reached: usize,
    },
    Sine(SineWalk),
}

/// A stretch of time on which the rate is a straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    start: Span,
    /// Seconds; infinite for the last piece.
    length: f64,
    /// Arrivals expected before it.
    before: f64,
    /// Arrivals expected by its end.
    end: f64,
    /// Per second, at its start.
    rate: f64,
    /// Per second, per second.
    slope: f64,
}

impl Cumulative {
    pub(super) fn new(profile: &RateProfile) -> Self {
        let pieces = match profile {
            RateProfile::Constant(rate) => pieces(&[(Span::ZERO, rate.0, rate.0)]),
            RateProfile::Steps { steps } => {
                let points: Vec<_> = steps.iter().map(|(t, rate)| (*t, rate.0, rate.0)).collect();
                pieces(&points)
            }
            RateProfile::Ramp { ramp } => {
                let ends = ramp.iter().skip(1).chain(ramp.last()).map(|(_, rate)| rate.0);
                let points: Vec<_> =
                    ramp.iter().zip(ends).map(|((t, rate), end)| (*t, rate.0, end)).collect();
                pieces(&points)
            }
            RateProfile::Sine { sine } => return Self { shape: Shape::Sine(SineWalk::new(*sine)) },
        };
        Self { shape: Shape::Pieces { pieces, reached: 0 } }
    }

    /// The moment by which `count` arrivals are expected; `None` if that never comes, or later
    /// than the longest horizon. Counts must not decrease from call to call.
    #[inline]
    pub(super) fn moment(&mut self, count: f64) -> Option<Time> {
        let span = match &mut self.shape {
            Shape::Pieces { pieces, reached } => {
                while count > pieces[*reached].end {
                    pieces.get(*reached + 1)?;
                    *reached += 1;
                }
                let piece = &pieces[*reached];
                piece.start.0.checked_add(piece.offset(count).0)?
            }
            Shape::Sine(walk) => walk.moment(count)?,
        };
        (span < MAX_SPAN.0).then_some(Time(span))
    }

    /// The arrivals expected up to a moment.
    pub(super) fn up_to(&self, moment: Span) -> f64 {
        match &self.shape {
            Shape::Pieces { pieces, .. } => {
                let piece = piece_at(pieces, moment);
                piece.up_to((moment - piece.start).as_secs_f64())
            }
            Shape::Sine(walk) => walk.sine().up_to(moment),
        }
    }

    /// The rate at a moment, per second.
    pub(super) fn rate_at(&self, moment: Span) -> f64 {
        match &self.shape {
            Shape::Pieces { pieces, .. } => {
                let piece = piece_at(pieces, moment);
                piece.rate + piece.slope * (moment - piece.start).as_secs_f64()
            }
            Shape::Sine(walk) => walk.sine().rate_at(moment),
        }
    }
}

impl Piece {
    /// The arrivals expected up to so many seconds after its start.
    #[inline]
    fn up_to(&self, secs: f64) -> f64 {
        self.before + secs * (self.rate + 0.5 * self.slope * secs)
    }

    /// How long after its start `count` is reached, which must be within it.
    #[inline]
    fn offset(&self, count: f64) -> Span {
        let missing = count - self.before;
        if missing <= 0.0 {
            return Span::ZERO;
        }
        // The root of rate x + slope x² / 2 = missing in the form that does not cancel.
        let square = (self.rate * self.rate + 2.0 * self.slope * missing).max(0.0);
        let secs = 2.0 * missing / (self.rate + square.sqrt());
        Span::from_secs_rounded(secs.min(self.length))
    }
}

/// The pieces that begin at these moments with these rates and end with those; before the first
/// of them nothing arrives.
fn pieces(points: &[(Span, f64, f64)]) -> Vec<Piece> {
    let silence = (Span::ZERO, 0.0, 0.0);
    let first = points.first().is_none_or(|(start, ..)| !start.is_zero()).then_some(silence);
    let points: Vec<_> = first.iter().chain(points).collect();
    let mut before = 0.0;
    let mut pieces = Vec::with_capacity(points.len());
    for (i, (start, rate, last)) in points.iter().enumerate() {
        let next = points.get(i + 1).map(|(next, ..)| (*next - *start).as_secs_f64());
        let length = next.unwrap_or(f64::INFINITY);
        let slope = next.map_or(0.0, |length| (last - rate) / length);
        let end = match next {
            Some(length) => before + 0.5 * (rate + last) * length,
            None if *rate > 0.0 => f64::INFINITY,
            None => before,
        };
        pieces.push(Piece { start: *start, length, before, end, rate: *rate, slope });
        before = end;
    }
    pieces
}

fn piece_at(pieces: &[Piece], moment: Span) -> &Piece {
    let after = pieces.partition_point(|piece| piece.start <= moment);
    // The first piece begins at 0, so that some piece has begun at every moment.
    &pieces[after.max(1) - 1]
}

#[cfg(test)]
mod tests {
    use super::super::profile::tests::profile;
    use super::*;

    const SHAPES: [&str; 5] = [
        "\"3/s\"",
        r#"{ steps = [["1s", "6/s"], ["6s", "0/s"], ["9s", "20/s"]] }"#,
        r#"{ ramp = [["0s", "0/s"], ["6s", "12/s"], ["8s", "0/s"], ["9s", "7/s"]] }"#,
        r#"{ sine = { mean = "5/s", amplitude = 0.9, period = "4s" } }"#,
        r#"{ sine = { mean = "5/s", amplitude = 1.0, period = "4s" } }"#,
    ];

    #[test]
    fn the_moment_of_a_count_is_the_first_at_which_it_is_expected() {
        for text in SHAPES {
            let mut cumulative = Cumulative::new(&profile(text));
            let mut before = Time::ZERO;
            for n in 1..4_000 {
                let count = f64::from(n) * 0.013;
                let at = cumulative.moment(count).unwrap();
                let (low, high) = (Span(at.0.saturating_sub(1)), Span(at.0 + 1));
                let around = cumulative.up_to(low)..=cumulative.up_to(high);
                let close = (cumulative.up_to(Span(at.0)) - count).abs() < 1e-9;
                assert!(at >= before && (around.contains(&count) || close), "{text}: {count}");
                before = at;
            }
        }
    }

    #[test]
    fn the_integral_is_that_of_the_rate() {
        for text in SHAPES {
            let profile = profile(text);
            let cumulative = Cumulative::new(&profile);
            let rates = (0..20_000).map(|i| profile.at(Span(500_000 + i * 1_000_000)));
            let sum = rates.sum::<f64>() * 1e-3;
            let exact = cumulative.up_to(Span::from_secs(20));
            assert!((sum / exact - 1.0).abs() < 1e-4, "{text}: {sum} against {exact}");
        }
    }

    #[test]
    fn a_rate_of_zero_for_ever_ends_the_arrivals() {
        let steps = profile(r#"{ steps = [["0s", "2/s"], ["3s", "0/s"]] }"#);
        let mut cumulative = Cumulative::new(&steps);
        assert_eq!(cumulative.moment(5.0), Some(Time(2_500_000_000)));
        assert_eq!(cumulative.moment(6.0), Some(Time(3_000_000_000)));
        assert_eq!(cumulative.moment(6.001), None);
        assert_eq!(Cumulative::new(&profile("\"0/s\"")).moment(0.5), None);
    }

    #[test]
    fn a_moment_after_the_longest_horizon_never_comes() {
        for text in ["\"0.000000001/s\"", SHAPES[3], SHAPES[4]] {
            let mut cumulative = Cumulative::new(&profile(text));
            assert_eq!(cumulative.moment(1e12), None, "{text}");
        }
    }
}
