//! Scales: where a value stands between the two ends of an axis, and which values are written.

use super::number;
use super::round::{apart, decade, decimal, nice_step, outward, power};

/// One axis' scale, with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    kind: Kind,
    low: f64,
    high: f64,
    /// From low to high.
    pub(crate) ticks: Vec<Tick>,
}

/// A place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// The value.
    pub(crate) at: f64,
    /// What is written there; nothing at a tick between numbered ones.
    pub(crate) label: Option<String>,
}

/// How values turn into places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Linear,
    Log,
    /// For quantiles: -log10(1 - q), which gives each further nine the same room.
    Tail,
    /// Slot n lies between n and n + 1.
    Slots,
}

/// A range that spans more than this factor is drawn on a log scale.
const WIDE: f64 = 40.0;

/// What is left above the highest value, so that its marker is not cut by the frame.
const HEADROOM: f64 = 1.02;

impl Scale {
    /// A linear scale that holds `low` and `high`, widened to whole steps, of which there are about
    /// `steps`.
    pub(crate) fn linear(low: f64, high: f64, steps: usize) -> Self {
        let (low, high) = apart(low, high);
        let step = nice_step((high - low) / steps as f64);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let top = first.abs().max(last.abs()) * step;
        let ticks = (0..=(last - first) as u32)
            .map(|n| (first + f64::from(n)) * step)
            .map(|at| Tick { at, label: Some(number::tick(at, step, top)) })
            .collect();
        Self { kind: Kind::Linear, low: first * step, high: last * step, ticks }
    }

    /// A linear scale from zero to beyond `high`.
    pub(crate) fn from_zero(high: f64, steps: usize) -> Self {
        Self::linear(0.0, if high > 0.0 { high } else { 1.0 }, steps)
    }

    /// A log scale that holds `low` and `high`, both positive, of which about `steps` can be
    /// written: decades if there are many, else numbers between them too.
    pub(crate) fn log(low: f64, high: f64, steps: usize) -> Self {
        let (low, high) = if high / low < 1.02 { (low / 1.1, high * 1.1) } else { (low, high) };
        let decades = libm::log10(high / low);
        if decades < 0.7 {
            return Self::narrow_log(low, high, steps);
        }
        let (first, last) = (decade(low), decade(high));
        let every = (decades / steps as f64).ceil().max(1.0) as i32;
        let most = steps as f64 + 2.0;
        let written: &[f64] = match decades {
            few if few * 3.0 <= most => &[1.0, 2.0, 5.0],
            some if some * 2.0 <= most => &[1.0, 3.0],
            _ => &[1.0],
        };
        let (from, to) = (outward(low, false), outward(high, true));
        let mut ticks = Vec::new();
        for exponent in first..=last + 1 {
            for factor in 1..10 {
                let factor = f64::from(factor);
                let at = factor * power(exponent);
                if at < from * (1.0 - 1e-9) || at > to * (1.0 + 1e-9) {
                    continue;
                }
                let named = written.contains(&factor) && exponent.rem_euclid(every) == 0;
                if named || every == 1 || written.len() == 1 && factor < 2.0 {
                    ticks.push(Tick { at, label: named.then(|| decimal(at)) });
                }
            }
        }
        Self { kind: Kind::Log, low: from, high: to, ticks }
    }

    /// A log scale of so little range that evenly spaced numbers serve it best.
    fn narrow_log(low: f64, high: f64, steps: usize) -> Self {
        let mut scale = Self::linear(low, high, steps);
        if scale.low <= 0.0 {
            scale.ticks.retain(|tick| tick.at > 0.0);
            scale.low = low.min(scale.ticks.first().map_or(low, |tick| tick.at));
        }
        Self { kind: Kind::Log, ..scale }
    }

    /// The scale for values that people expect from zero on: linear, unless they spread so far that
    /// the small ones could not be told from zero.
    pub(crate) fn fit(values: &[f64], steps: usize) -> Self {
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let least = values.iter().copied().filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
        if low >= 0.0 && high / least > WIDE {
            Self::log(least, high, steps)
        } else if low < 0.0 {
            Self::linear(low, high.max(0.0), steps)
        } else {
            Self::from_zero(high * HEADROOM, steps)
        }
    }

    /// The scale for quantiles from 0 up to `high`, which is below 1.
    pub(crate) fn tail(high: f64) -> Self {
        let named = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999];
        let high = high.clamp(0.9, 0.99999);
        let ticks = named
            .iter()
            .filter(|q| **q <= high + 1e-9)
            .map(|&at| Tick { at, label: Some(format!("{at}")) })
            .collect();
        Self { kind: Kind::Tail, low: 0.0, high, ticks }
    }

    /// A slot for each label, in their order.
    pub(crate) fn slots(labels: &[String]) -> Self {
        let ticks = labels
            .iter()
            .enumerate()
            .map(|(n, label)| Tick { at: n as f64 + 0.5, label: Some(label.clone()) })
            .collect();
        Self { kind: Kind::Slots, low: 0.0, high: labels.len() as f64, ticks }
    }

    /// The scale on which just `values` are written, from low to high, with a little room beyond
    /// the outermost of them; log if `log` says so and the values are positive.
    pub(crate) fn at_values(values: &[(f64, String)], log: bool) -> Self {
        let ticks =
            values.iter().map(|(at, label)| Tick { at: *at, label: Some(label.clone()) }).collect();
        let (first, last) = match values {
            [(first, _), .., (last, _)] if last > first => (*first, *last),
            _ => {
                let only = values.first().map_or(0.0, |(value, _)| *value);
                let room = if only.abs() > 0.0 { only.abs() / 2.0 } else { 1.0 };
                return Self { kind: Kind::Linear, low: only - room, high: only + room, ticks };
            }
        };
        if log && first > 0.0 {
            let room = libm::exp(0.04 * libm::log(last / first));
            return Self { kind: Kind::Log, low: first / room, high: last * room, ticks };
        }
        let room = (last - first) * 0.04;
        Self { kind: Kind::Linear, low: first - room, high: last + room, ticks }
    }

    /// Whether equal steps are equal factors.
    pub(crate) fn is_log(&self) -> bool {
        self.kind == Kind::Log
    }

    /// Whether the values are names.
    pub(crate) fn is_slots(&self) -> bool {
        self.kind == Kind::Slots
    }

    /// Whether `value` is within the scale.
    pub(crate) fn holds(&self, value: f64) -> bool {
        let room = (self.high - self.low) * 1e-9;
        (self.low - room..=self.high + room).contains(&value)
    }

    /// Where `value` stands: 0 at the low end, 1 at the high one. What lies beyond stands at the
    /// end.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let share = match self.kind {
            Kind::Linear | Kind::Slots => (value - self.low) / (self.high - self.low),
            Kind::Log if value <= 0.0 => 0.0,
            Kind::Log => libm::log(value / self.low) / libm::log(self.high / self.low),
            Kind::Tail if value >= 1.0 => 1.0,
            Kind::Tail => libm::log10(1.0 - value) / libm::log10(1.0 - self.high),
        };
        share.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<&str> {
        scale.ticks.iter().filter_map(|tick| tick.label.as_deref()).collect()
    }

    #[test]
    fn a_linear_scale_has_round_steps() {
        assert_eq!(labels(&Scale::from_zero(87.0, 5)), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(labels(&Scale::linear(0.97, 1.04, 4)), ["0.96", "0.98", "1.00", "1.02", "1.04"]);
    }

    #[test]
    fn a_log_scale_of_few_decades_also_writes_their_double_and_quintuple() {
        assert_eq!(labels(&Scale::log(3.0, 170.0, 8)), ["2", "5", "10", "20", "50", "100", "200"]);
    }

    #[test]
    fn a_log_scale_of_many_decades_writes_decades_only() {
        let scale = Scale::log(0.01, 10_000.0, 7);
        assert_eq!(labels(&scale), ["0.01", "0.1", "1", "10", "100", "1,000", "10,000"]);
    }

    #[test]
    fn a_log_scale_of_very_many_decades_skips_some() {
        assert!(labels(&Scale::log(1e-9, 1e12, 7)).len() <= 8);
    }

    #[test]
    fn each_nine_of_a_tail_takes_the_same_room() {
        let scale = Scale::tail(0.9999);
        for (q, place) in [(0.0, 0.0), (0.9, 0.25), (0.99, 0.5), (0.999, 0.75), (0.9999, 1.0)] {
            assert!((scale.place(q) - place).abs() < 1e-9, "{q}");
        }
    }

    #[test]
    fn zero_stands_at_the_end_of_a_log_scale() {
        assert!(Scale::log(1.0, 100.0, 5).place(0.0).abs() < 1e-12);
    }

    #[test]
    fn the_spread_of_the_values_decides_between_linear_and_log() {
        assert!(!Scale::fit(&[3.0, 50.0], 5).is_log());
        assert!(Scale::fit(&[0.0, 3.0, 500.0], 5).is_log());
        assert!(!Scale::fit(&[0.0, 0.0], 5).is_log());
        assert!(!Scale::fit(&[-3.0, 500.0], 5).is_log());
    }

    #[test]
    fn one_value_alone_still_gives_a_range() {
        for scale in [Scale::linear(5.0, 5.0, 5), Scale::log(5.0, 5.0, 5), Scale::from_zero(0.0, 5)]
        {
            assert!(labels(&scale).len() >= 2, "{scale:?}");
        }
    }
}
