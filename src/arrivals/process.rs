//! The process of arrivals: one moment after another.

use std::sync::Arc;

use rand::Rng;

use super::cumulative::Cumulative;
use super::mmpp::MmppArrivals;
use super::profile::RateProfile;
use super::regular::Regular;
use super::{Arrivals, exponential};
use crate::count::Count;
use crate::dist::Law;
use crate::rng::{Key, KeyRng, Purpose, Stream};
use crate::time::{MAX_SPAN, NANOS_PER_SEC, Span, Time};
use crate::trace::Trace;

/// Gives the moments of arrivals in order of time.
#[derive(Debug, Clone)]
pub struct ArrivalProcess {
    kind: Kind,
    batch: Batch,
}

/// How many requests each arrival brings. Drawn sizes come from a generator of their own, so
/// that the moments are the same whatever the sizes are.
#[derive(Debug, Clone)]
enum Batch {
    Constant(u32),
    Drawn(Count, KeyRng),
}

#[derive(Debug, Clone)]
enum Kind {
    /// Poisson at a constant rate: the last arrival, the nanoseconds that rounding took from it,
    /// and the mean gap in nanoseconds.
    Steady {
        now: Time,
        cut: f64,
        gap_nanos: f64,
    },
    /// Poisson at a changing rate: the sum of the unit gaps so far.
    Varying {
        rate: Cumulative,
        gaps: f64,
    },
    /// Regular at a constant rate.
    Regular(Regular),
    /// Regular at a changing rate: how many came.
    Stretched {
        rate: Cumulative,
        count: f64,
    },
    Mmpp(MmppArrivals),
    /// Independent gaps: the last arrival, and what they are drawn from.
    Renewal {
        now: Time,
        gaps: Law,
    },
    /// The row that comes next.
    Replay {
        trace: Arc<Trace>,
        row: usize,
    },
}

impl ArrivalProcess {
    /// The process that `arrivals` describe; `None` for a trace, which is read first and then
    /// [replayed](Self::replay), and for intervals, whose law is made ready first
    /// ([renewal](Self::renewal)). `stream` is the one that [`next`](Self::next) will be given.
    #[must_use]
    pub fn new(arrivals: &Arrivals, stream: &mut Stream) -> Option<Self> {
        let kind = match arrivals {
            Arrivals::Poisson { poisson: RateProfile::Constant(rate), .. } => {
                Kind::Steady { now: Time::ZERO, cut: 0.0, gap_nanos: NANOS_PER_SEC as f64 / rate.0 }
            }
            Arrivals::Poisson { poisson, .. } => {
                Kind::Varying { rate: Cumulative::new(poisson), gaps: 0.0 }
            }
            Arrivals::Regular { regular: RateProfile::Constant(rate) } => {
                Kind::Regular(Regular::new(rate.0))
            }
            Arrivals::Regular { regular } => {
                Kind::Stretched { rate: Cumulative::new(regular), count: 0.0 }
            }
            Arrivals::Mmpp { mmpp } => Kind::Mmpp(MmppArrivals::new(mmpp, stream)),
            Arrivals::Visits { visits, .. } => return Self::new(visits, stream),
            Arrivals::Interval { .. } | Arrivals::Trace { .. } => return None,
        };
        let batch = match arrivals {
            Arrivals::Poisson { batch: Count::Constant(size), .. } => Batch::Constant(*size),
            Arrivals::Poisson { batch, .. } => {
                Batch::Drawn(*batch, Key(stream.next_u64()).draws(Purpose::named("batch sizes")))
            }
            Arrivals::Regular { .. }
            | Arrivals::Interval { .. }
            | Arrivals::Mmpp { .. }
            | Arrivals::Visits { .. }
            | Arrivals::Trace { .. } => Batch::Constant(1),
        };
        Some(Self { kind, batch })
    }

    /// Arrivals with independent gaps, the first after one gap.
    #[must_use]
    pub const fn renewal(gaps: Law) -> Self {
        Self { kind: Kind::Renewal { now: Time::ZERO, gaps }, batch: Batch::Constant(1) }
    }

    /// The arrivals of a trace: call number k, from 0, gives that of row k.
    #[must_use]
    pub const fn replay(trace: Arc<Trace>) -> Self {
        Self { kind: Kind::Replay { trace, row: 0 }, batch: Batch::Constant(1) }
    }

    /// The next moment and how many requests come then, at least one; `None` if none comes any
    /// more within the longest horizon. Moments may be equal, but do not go back.
    #[inline]
    pub fn next(&mut self, stream: &mut Stream) -> Option<(Time, u32)> {
        let moment = match &mut self.kind {
            Kind::Steady { now, cut, gap_nanos } => {
                // What rounding took from one gap is given to the next: no rate is biased by it.
                let exact = exponential(stream.next_u64()) * *gap_nanos + *cut;
                let gap = Span::from_nanos_rounded(exact);
                *cut = exact - gap.0 as f64;
                *now = (*now + gap).min(Time(MAX_SPAN.0));
                (now.0 < MAX_SPAN.0).then_some(*now)
            }
            Kind::Varying { rate, gaps } => {
                *gaps += exponential(stream.next_u64());
                rate.moment(*gaps)
            }
            Kind::Regular(regular) => regular.next(),
            Kind::Stretched { rate, count } => {
                *count += 1.0;
                rate.moment(*count)
            }
            Kind::Mmpp(mmpp) => mmpp.next(stream),
            Kind::Renewal { now, gaps } => {
                *now = (*now + gaps.draw::<Span, _>(stream)).min(Time(MAX_SPAN.0));
                (now.0 < MAX_SPAN.0).then_some(*now)
            }
            Kind::Replay { trace, row } => {
                *row += 1;
                trace.rows().get(*row - 1).map(|row| row.arrival())
            }
        };
        let moment = moment?;
        let size = match &mut self.batch {
            Batch::Constant(size) => *size,
            Batch::Drawn(count, sizes) => count.sample(sizes),
        };
        Some((moment, size))
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::tests::profile;
    use super::*;
    use crate::rng::Key;

    const STEPS: &str = r#"{ steps = [["2s", "90/s"], ["6s", "0/s"], ["8s", "300/s"]] }"#;
    const RAMP: &str = r#"{ ramp = [["0s", "0/s"], ["6s", "300/s"], ["9s", "40/s"]] }"#;
    const SINE: &str = r#"{ sine = { mean = "150/s", amplitude = 1.0, period = "7s" } }"#;

    fn stream() -> Stream {
        Key::root(1, 0).stream("shop", "arrivals")
    }

    fn moments(arrivals: &Arrivals, until: Time) -> Vec<Time> {
        let mut stream = stream();
        let mut process = ArrivalProcess::new(arrivals, &mut stream).unwrap();
        let next = || process.next(&mut stream).map(|(moment, _)| moment);
        std::iter::from_fn(next).take_while(|moment| *moment < until).collect()
    }

    fn poisson(text: &str) -> Arrivals {
        Arrivals::Poisson { poisson: profile(text), batch: Count::Constant(1) }
    }

    fn secs(secs: u64) -> Time {
        Time::ZERO + Span::from_secs(secs)
    }

    #[test]
    fn the_first_moments_are_pinned() {
        let first = |arrivals: &Arrivals| -> Vec<u64> {
            moments(arrivals, secs(100)).iter().take(3).map(|moment| moment.0).collect()
        };
        let mmpp = "rates = [\"150/s\", \"20/s\"]\nleave = [\"1/s\", \"0.5/s\"]";
        let mmpp = Arrivals::Mmpp { mmpp: toml::from_str(mmpp).unwrap() };
        let profiles = ["\"100/s\"", STEPS, RAMP, SINE].map(poisson);
        let got: Vec<_> = profiles.iter().chain([&mmpp]).map(first).collect();
        assert_eq!(got, PINNED);
    }

    /// Any change of these changes the results of every scenario with such arrivals.
    const PINNED: [[u64; 3]; 5] = [
        [3942788, 14287033, 19435578],
        [2004380875, 2015874481, 2021595087],
        [125583241, 239056751, 278823083],
        [2625432, 9484318, 12882570],
        [51721225, 77463952, 103171516],
    ];

    #[test]
    fn the_gaps_of_poisson_arrivals_are_exponential() {
        for text in ["\"200/s\"", r#"{ steps = [["0s", "200/s"]] }"#] {
            let moments = moments(&poisson(text), secs(500));
            let mut gaps: Vec<f64> =
                moments.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect();
            gaps.sort_by(f64::total_cmp);
            let count = gaps.len() as f64;
            let law = |gap: &f64| 1.0 - libm::exp(-200.0 * gap);
            let off = |(i, gap)| f64::abs(law(gap) - (i as f64 + 0.5) / count);
            let distance = gaps.iter().enumerate().map(off).fold(0.0, f64::max);
            // Kolmogorov and Smirnov: exceeded once in 10,000 times.
            assert!(distance * count.sqrt() < 2.2, "{text}: {distance}");
        }
    }

    #[test]
    fn the_counts_of_windows_are_poisson_about_the_integral_of_the_rate() {
        for text in ["\"200/s\"", STEPS, RAMP, SINE] {
            let moments = moments(&poisson(text), secs(60));
            let rate = Cumulative::new(&profile(text));
            let mut chi_square = 0.0;
            let mut windows = 0.0;
            for window in 0..300 {
                let (from, to) = (Span(window * 200_000_000), Span((window + 1) * 200_000_000));
                let expected = rate.up_to(to) - rate.up_to(from);
                let within = |moment: &Time| moment.0 < to.0;
                let count = moments.partition_point(within)
                    - moments.partition_point(|moment| moment.0 < from.0);
                if expected < 5.0 {
                    assert!(expected > 0.0 || count == 0, "{text}: {count} in silence");
                    continue;
                }
                chi_square += (count as f64 - expected) * (count as f64 - expected) / expected;
                windows += 1.0;
            }
            let off = (chi_square - windows) / (2.0_f64 * windows).sqrt();
            assert!(windows > 100.0 && off.abs() < 4.0, "{text}: {off} over {windows} windows");
        }
    }

    #[test]
    fn twice_the_rate_brings_the_same_arrivals_in_half_the_time() {
        let slow = moments(&poisson("\"100/s\""), secs(20));
        let fast = moments(&poisson("\"200/s\""), secs(10));
        assert!(slow.len() > 1_000);
        for (slow, fast) in slow.iter().zip(&fast) {
            assert!(slow.0.abs_diff(2 * fast.0) <= 3, "{slow} and {fast}");
        }
    }

    #[test]
    fn a_profile_that_does_not_change_is_the_constant_rate() {
        let constant = moments(&poisson("\"100/s\""), secs(20));
        for text in [
            r#"{ steps = [["0s", "100/s"], ["3s", "100/s"]] }"#,
            r#"{ ramp = [["0s", "100/s"], ["7s", "100/s"]] }"#,
            r#"{ sine = { mean = "100/s", amplitude = 0.0, period = "3s" } }"#,
        ] {
            let profiled = moments(&poisson(text), secs(20));
            assert_eq!(profiled.len(), constant.len(), "{text}");
            let close = |(a, b): (&Time, &Time)| a.0.abs_diff(b.0) <= 1;
            assert!(profiled.iter().zip(&constant).all(close), "{text}");
        }
    }

    #[test]
    fn regular_arrivals_follow_the_integral_of_the_rate() {
        let regular = |text| Arrivals::Regular { regular: profile(text) };
        let expected = [1, 2, 3].map(|k| Time(k * 250_000_000));
        assert_eq!(moments(&regular("\"4/s\""), secs(1)), expected);
        let stepped = r#"{ steps = [["1s", "2/s"], ["2s", "0/s"], ["3s", "10/s"]] }"#;
        let expected = [1_500, 2_000, 3_100, 3_200].map(|ms| Time(ms * 1_000_000));
        assert_eq!(moments(&regular(stepped), Time(3_250_000_000)), expected);
    }

    #[test]
    fn a_batch_comes_at_one_moment() {
        let batches = Arrivals::Poisson { poisson: profile("\"10/s\""), batch: Count::Constant(5) };
        let mut process = ArrivalProcess::new(&batches, &mut stream()).unwrap();
        let (moment, size) = process.next(&mut stream()).unwrap();
        assert_eq!((moment, size), (moments(&poisson("\"10/s\""), secs(9))[0], 5));
    }

    #[test]
    fn independent_gaps_add_up() {
        let mut process = ArrivalProcess::renewal(Law::constant(7.0));
        let mut next = || process.next(&mut stream());
        assert_eq!([next(), next()], [Some((Time(7), 1)), Some((Time(14), 1))]);
        let mut never = ArrivalProcess::renewal(Law::constant(MAX_SPAN.0 as f64));
        assert_eq!(never.next(&mut stream()), None);
    }

    #[test]
    fn gaps_near_the_clocks_tick_keep_the_rate() {
        let count = moments(&poisson("\"1000000000/s\""), Time(1_000_000)).len() as f64;
        assert!((count - 1e6).abs() < 4.0 * 1e3, "{count}");
    }

    #[test]
    fn a_rate_of_zero_brings_nothing() {
        for arrivals in [
            poisson("\"0/s\""),
            poisson(r#"{ sine = { mean = "0/s", amplitude = 0.0, period = "1s" } }"#),
            Arrivals::Regular { regular: profile("\"0/s\"") },
        ] {
            let mut process = ArrivalProcess::new(&arrivals, &mut stream()).unwrap();
            let mut stream = stream();
            assert!((0..10).all(|_| process.next(&mut stream).is_none()), "{arrivals:?}");
        }
    }

    #[test]
    fn a_trace_is_replayed_row_by_row() {
        let trace = Trace::read(&b"arrival_us\n3\n5\n5\n"[..]).unwrap();
        let mut process = ArrivalProcess::replay(Arc::new(trace));
        let mut next = || process.next(&mut stream());
        assert_eq!([next(), next()], [Some((Time(3_000), 1)), Some((Time(5_000), 1))]);
        assert_eq!([next(), next(), next()], [Some((Time(5_000), 1)), None, None]);
    }
}
