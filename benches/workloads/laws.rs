//! The laws of the workloads, drawn in two ways.

use lindley::dist::Law;
use lindley::dist::exponential::ExponentialLaw;
use lindley::dist::lognormal::LognormalLaw;
use lindley::rng::{Key, Stream};
use rand::Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

/// The mean of the lognormal service of the web tier, in nanoseconds.
const PAGE: f64 = 8e6;
/// The logarithm's variance at a coefficient of variation of 1: ln 2.
const SQUARE: f64 = std::f64::consts::LN_2;

/// Draws what the workloads need, from one xoshiro256++ stream.
pub trait Laws {
    /// The laws with a stream of this name.
    fn new(name: &str) -> Self;

    /// 64 random bits.
    fn bits(&mut self) -> u64;

    /// An exponential time of this mean, both in nanoseconds.
    fn exponential(&mut self, mean: f64) -> u64;

    /// The service time of a page: lognormal of mean 8 ms and coefficient of variation 1.
    fn page(&mut self) -> u64;
}

/// As fast as is known: ziggurats, and the platform's exponential function.
pub struct Ziggurat(Stream);

/// As the simulator does it: inverse transforms over portable functions, and the logarithm of an
/// exponential time from a table where that is enough.
pub struct Inverse(Stream, LognormalLaw);

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are positive and fit; a fraction of a nanosecond is nothing"
)]
const fn whole(nanos: f64) -> u64 {
    nanos as i64 as u64
}

impl Laws for Ziggurat {
    fn new(name: &str) -> Self {
        Self(Key::root(1, 0).stream(name, "ziggurat"))
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    #[inline]
    fn exponential(&mut self, mean: f64) -> u64 {
        let x: f64 = Exp1.sample(&mut self.0);
        whole(x * mean)
    }

    #[inline]
    #[allow(clippy::disallowed_methods, reason = "a rival may use the platform's maths")]
    fn page(&mut self) -> u64 {
        let z: f64 = StandardNormal.sample(&mut self.0);
        whole(PAGE * (SQUARE.sqrt() * z - SQUARE / 2.0).exp())
    }
}

impl Laws for Inverse {
    fn new(name: &str) -> Self {
        Self(Key::root(1, 0).stream(name, "inverse"), LognormalLaw::new(PAGE, 1.0))
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    #[inline]
    fn exponential(&mut self, mean: f64) -> u64 {
        Law::Exponential(ExponentialLaw::new(mean)).span(&mut self.0, 1.0).0
    }

    #[inline]
    fn page(&mut self) -> u64 {
        whole(self.1.sample(&mut self.0))
    }
}
