//! Rate profiles: a rate that changes with time, as it is written in a scenario.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::cumulative::Cumulative;
use crate::time::Span;
use crate::unit::{Quantity, Rate};

/// A rate over time: `"600/s"`, or a table with one of `steps`, `ramp` and `sine`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum RateProfile {
    /// The same rate for ever.
    Constant(Rate),
    /// Rates that hold from a moment until the next one; nothing arrives before the first, and
    /// the last holds for ever.
    Steps {
        /// Pairs of a moment and the rate from then on, in order of time.
        steps: Vec<(Span, Rate)>,
    },
    /// Rates that are reached at moments, on a straight line from one to the next; nothing
    /// arrives before the first, and the last holds for ever.
    Ramp {
        /// Pairs of a moment and the rate that is reached by then, in order of time.
        ramp: Vec<(Span, Rate)>,
    },
    /// A rate that swings about a mean.
    Sine {
        /// The swing.
        sine: Sine,
    },
}

/// rate(t) = mean × (1 + amplitude × sin(2 π t / period)).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sine {
    /// The rate in the mean of a period.
    pub mean: Rate,
    /// How far the rate swings up and down, as a share of the mean: 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub amplitude: f64,
    /// How long a swing takes.
    pub period: Span,
}

impl RateProfile {
    /// The expected number of arrivals up to `horizon`, divided by it: per second. The rate at
    /// the beginning if the horizon is 0.
    #[must_use]
    pub fn mean(&self, horizon: Span) -> f64 {
        if horizon.is_zero() {
            return self.at(Span::ZERO);
        }
        Cumulative::new(self).up_to(horizon) / horizon.as_secs_f64()
    }

    /// The highest rate that is ever reached, per second.
    #[must_use]
    pub fn peak(&self) -> f64 {
        match self {
            Self::Constant(rate) => rate.0,
            Self::Steps { steps: points } | Self::Ramp { ramp: points } => {
                points.iter().map(|(_, rate)| rate.0).fold(0.0, f64::max)
            }
            Self::Sine { sine } => sine.mean.0 * (1.0 + sine.amplitude),
        }
    }

    /// The rate at a moment, per second.
    #[must_use]
    pub fn at(&self, moment: Span) -> f64 {
        Cumulative::new(self).rate_at(moment)
    }
}

/// A profile that is a table, before it is known which.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    steps: Option<Vec<(Span, Rate)>>,
    ramp: Option<Vec<(Span, Rate)>>,
    sine: Option<Sine>,
}

impl Table {
    fn checked(self) -> Result<RateProfile, String> {
        match (self.steps, self.ramp, self.sine) {
            (Some(steps), None, None) => {
                in_order("steps", &steps)?;
                Ok(RateProfile::Steps { steps })
            }
            (None, Some(ramp), None) => {
                in_order("ramp", &ramp)?;
                Ok(RateProfile::Ramp { ramp })
            }
            (None, None, Some(sine)) => {
                sine.check()?;
                Ok(RateProfile::Sine { sine })
            }
            _ => Err("a rate that changes has exactly one of `steps`, `ramp` and `sine`".into()),
        }
    }
}

impl Sine {
    fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.amplitude) {
            return Err(format!(
                "`amplitude` is a share of the mean from 0 to 1, not {}: the rate would be \
                 negative",
                self.amplitude
            ));
        }
        if self.period.is_zero() {
            return Err("`period` is longer than 0s".to_owned());
        }
        Ok(())
    }
}

fn in_order(key: &str, points: &[(Span, Rate)]) -> Result<(), String> {
    if points.is_empty() {
        return Err(format!("`{key}` has at least one pair, such as [\"0s\", \"600/s\"]"));
    }
    let back = points.windows(2).find(|pair| pair[0].0 >= pair[1].0);
    back.map_or(Ok(()), |pair| {
        let (earlier, later) = (pair[0].0, pair[1].0);
        Err(format!("`{key}` stand in order of time: \"{later}\" comes after \"{earlier}\""))
    })
}

impl<'de> Deserialize<'de> for RateProfile {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ProfileVisitor)
    }
}

struct ProfileVisitor;

impl<'de> Visitor<'de> for ProfileVisitor {
    type Value = RateProfile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate such as \"600/s\", or a table with `steps`, `ramp` or `sine`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RateProfile, E> {
        Rate::from_text(text).map(RateProfile::Constant).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<RateProfile, E> {
        self.visit_str(&n.to_string())
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<RateProfile, E> {
        self.visit_str(&n.to_string())
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<RateProfile, E> {
        self.visit_str(&x.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RateProfile, A::Error> {
        Table::deserialize(MapAccessDeserializer::new(map))?.checked().map_err(A::Error::custom)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The profile that is written so in a scenario.
    pub(in super::super) fn profile(text: &str) -> RateProfile {
        read(text).unwrap()
    }

    fn read(text: &str) -> Result<RateProfile, String> {
        #[derive(Deserialize)]
        struct Line {
            rate: RateProfile,
        }
        let line = toml::from_str::<Line>(&format!("rate = {text}"));
        line.map(|line| line.rate).map_err(|error| error.to_string())
    }

    const STEPS: &str = r#"{ steps = [["10s", "6/s"], ["60s", "1/s"]] }"#;
    const RAMP: &str = r#"{ ramp = [["0s", "0/s"], ["60s", "12/s"]] }"#;
    const SINE: &str = r#"{ sine = { mean = "5/s", amplitude = 0.5, period = "40s" } }"#;

    #[test]
    fn the_rate_at_a_moment_is_what_is_written() {
        for (text, rates) in [
            ("\"3/s\"", [3.0, 3.0, 3.0, 3.0]),
            (STEPS, [0.0, 6.0, 6.0, 1.0]),
            (RAMP, [0.0, 2.0, 6.0, 12.0]),
            (SINE, [5.0, 7.5, 2.5, 5.0]),
        ] {
            for (secs, rate) in [0, 10, 30, 60].into_iter().zip(rates) {
                let got = profile(text).at(Span::from_secs(secs));
                assert!((got - rate).abs() < 1e-12, "{text} at {secs} s: {got}");
            }
        }
    }

    #[test]
    fn the_mean_is_over_the_horizon_and_the_peak_over_all_time() {
        for (text, mean, peak) in [
            ("\"3/s\"", 3.0, 3.0),
            (STEPS, (50.0 * 6.0 + 60.0) / 120.0, 6.0),
            (RAMP, (360.0 + 720.0) / 120.0, 12.0),
            (SINE, 5.0, 7.5),
        ] {
            let profile = profile(text);
            let got = profile.mean(Span::from_secs(120));
            assert!((got - mean).abs() < 1e-12, "{text}: {got}");
            assert!((profile.peak() - peak).abs() < 1e-12, "{text}");
        }
    }

    #[test]
    fn a_profile_is_written_as_it_is_read() {
        for text in ["\"3/s\"", STEPS, RAMP, SINE] {
            let json = serde_json::to_value(profile(text)).unwrap();
            assert_eq!(serde_json::from_value::<RateProfile>(json).unwrap(), profile(text));
        }
    }

    #[test]
    fn an_impossible_profile_is_refused_with_the_remedy() {
        for (text, said) in [
            ("600", "did you mean \"600/s\""),
            ("\"600\"", "a rate needs a unit"),
            ("true", "a rate such as \"600/s\", or a table with `steps`"),
            ("{ step = [] }", "unknown field `step`, expected one of `steps`, `ramp`, `sine`"),
            ("{}", "exactly one of `steps`, `ramp` and `sine`"),
            ("{ steps = [] }", "at least one pair"),
            (
                r#"{ steps = [["5s", "1/s"], ["2s", "1/s"]] }"#,
                "in order of time: \"2s\" comes after \"5s\"",
            ),
            (r#"{ ramp = [["5s", "1/s"], ["5s", "2/s"]] }"#, "in order of time"),
            (r#"{ ramp = [["5s"]] }"#, "invalid length 1"),
            (
                r#"{ sine = { mean = "1/s", amplitude = 1.5, period = "1s" } }"#,
                "a share of the mean from 0 to 1, not 1.5",
            ),
            (
                r#"{ sine = { mean = "1/s", amplitude = 0.5, period = "0s" } }"#,
                "`period` is longer",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
