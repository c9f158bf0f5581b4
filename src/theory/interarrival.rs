//! Laws of the time between arrivals, by their Laplace transforms.
//!
//! Kleinrock, "Queueing Systems", volume 1 (1975), chapter 4, for Erlang and hyperexponential
//! stages; balanced means as in Tijms, "Stochastic Models" (1994), appendix B.

use super::unsolved::Unsolved;

/// The law of the time between arrivals, up to its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Interarrival {
    /// Poisson arrivals.
    Exponential,
    /// Arrivals at a constant interval.
    Constant,
    /// The sum of `k` exponential stages: every k-th of a Poisson stream, as round robin over k
    /// backends gives each of them.
    Erlang {
        /// How many stages.
        k: u32,
    },
    /// One of two exponentials with balanced means.
    Hyperexponential {
        /// The squared coefficient of variation, at least 1.
        cv2: f64,
    },
    /// Any other law.
    General {
        /// The squared coefficient of variation.
        cv2: f64,
    },
}

impl Interarrival {
    /// The squared coefficient of variation.
    #[must_use]
    pub fn cv2(self) -> f64 {
        match self {
            Self::Exponential => 1.0,
            Self::Constant => 0.0,
            Self::Erlang { k } => 1.0 / f64::from(k),
            Self::Hyperexponential { cv2 } | Self::General { cv2 } => cv2,
        }
    }

    /// The law itself, if there is one with its parameters.
    pub(super) fn sound(self) -> Result<Self, Unsolved> {
        match self {
            Self::Exponential | Self::Constant => {}
            Self::Erlang { k } => {
                Unsolved::unless_positive("the number of stages", f64::from(k))?;
            }
            Self::Hyperexponential { cv2 } => {
                Unsolved::if_negative("what the hyperexponential cv2 exceeds 1 by", cv2 - 1.0)?;
            }
            Self::General { cv2 } => {
                Unsolved::if_negative("the variation of the arrivals", cv2)?;
            }
        }
        Ok(self)
    }

    /// The Laplace transform at `s` of the law with `rate` arrivals a second, and its
    /// derivative; `None` of a law that is known by its variation only.
    pub(super) fn transform(self, rate: f64, s: f64) -> Option<(f64, f64)> {
        let stage = |rate: f64| {
            let value = rate / (rate + s);
            (value, -value / (rate + s))
        };
        Some(match self {
            Self::Exponential => stage(rate),
            Self::Constant => {
                let value = libm::exp(-s / rate);
                (value, -value / rate)
            }
            Self::Erlang { k } => {
                let (k, stage_rate) = (f64::from(k), f64::from(k) * rate);
                let value = libm::exp(-k * libm::log1p(s / stage_rate));
                (value, -k * value / (stage_rate + s))
            }
            Self::Hyperexponential { cv2 } => {
                let first = 0.5 * (1.0 + ((cv2 - 1.0).max(0.0) / (cv2 + 1.0)).sqrt());
                let (fast, slow) = (stage(2.0 * first * rate), stage(2.0 * (1.0 - first) * rate));
                let mix = |a: f64, b: f64| first * a + (1.0 - first) * b;
                (mix(fast.0, slow.0), mix(fast.1, slow.1))
            }
            Self::General { .. } => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [Interarrival; 4] = [
        Interarrival::Exponential,
        Interarrival::Constant,
        Interarrival::Erlang { k: 3 },
        Interarrival::Hyperexponential { cv2: 9.0 },
    ];

    #[test]
    fn the_derivative_at_zero_is_the_mean() {
        for law in LAWS {
            let (value, slope) = law.transform(4.0, 0.0).expect("known");
            assert!((value - 1.0).abs() < 1e-15 && (slope + 0.25).abs() < 1e-15, "{law:?}");
        }
    }

    #[test]
    fn laws_that_do_not_exist_are_refused() {
        let wrong = [
            Interarrival::Erlang { k: 0 },
            Interarrival::Hyperexponential { cv2: 0.5 },
            Interarrival::General { cv2: f64::NAN },
        ];
        for law in wrong {
            assert!(law.sound().is_err(), "{law:?}");
        }
        assert!(LAWS.iter().all(|law| law.sound().is_ok()));
    }

    #[test]
    fn the_curvature_at_zero_is_the_second_moment() {
        for law in LAWS {
            let slope = |s| law.transform(1.0, s).expect("known").1;
            let second = (slope(1e-6) - slope(0.0)) / 1e-6;
            assert!((second - 1.0 - law.cv2()).abs() < 1e-3, "{law:?}: {second}");
        }
    }
}
