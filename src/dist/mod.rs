//! Distributions of durations and sizes: as a scenario writes them ([`Dist`]), and as samplers
//! ([`Law`]).
//!
//! One file per law holds its parameters, its sampler, its moments and their source. To add one:
//! write its file, add its `mod` line and its line in the list below.
//!
//! Samplers follow four rules. The mean and the coefficient of variation are those of the
//! variable itself. A sample is a function of the generator's draws alone, so a generator seeded
//! by a request's key gives that request the same value in every variant. Where a cheap inverse
//! of the distribution function exists, a sample is that inverse at one draw, and so grows with
//! it: equal draws then give large values under one law and under another. And all
//! transcendental functions are `libm`'s, so that samples are the same on every platform.

pub mod bounded_pareto;
pub mod constant;
pub mod empirical;
pub mod erlang;
pub mod exponential;
pub mod gamma;
pub mod hyperexponential;
pub mod lognormal;
pub mod measure;
pub mod mixture;
pub mod number;
pub mod pareto;
pub mod scaled;
pub mod trace;
pub mod uniform;
pub mod weibull;

mod nearly;
mod table;
mod text;
#[cfg(test)]
mod trial;

use std::sync::Arc;

use rand::Rng;
use rand_distr::Distribution;
use schemars::{Schema, SchemaGenerator};
use serde::de::MapAccess;
use serde::ser::SerializeMap;

pub use measure::Measure;

use crate::time::Span;

/// Gives the text of a file named by a scenario, or a sentence that says why it cannot.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// The parameters of one law, as a scenario writes them.
trait Spec<Q: Measure> {
    /// The law's sampler, in the base unit of `Q`.
    fn law(&self, files: &mut ReadFile<'_>) -> Result<Law, String>;
}

/// Makes [`Dist`], [`Law`] and the table of laws from the list: a description, the word in a
/// scenario, the variant with its parameters, and its sampler.
macro_rules! laws {
    ($($(#[doc = $doc:literal])+ $word:literal $law:ident($spec:ty) $(=> $sampler:ty)?;)*) => {
        /// A distribution as a scenario writes it, of durations or sizes.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Dist<Q: Measure> {
            /// Always the same value: `"5ms"`.
            Constant(Q),
            $($(#[doc = $doc])+ $law($spec),)*
        }

        /// The sampler of a distribution, in the base unit: nanoseconds or bytes.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Law {
            /// Always the same value.
            Constant(constant::ConstantLaw),
            $($(#[doc = concat!("Samples the law `", $word, "`.")] $law($sampler),)?)*
        }

        /// The words for laws in a scenario, with what they mean.
        pub const LAWS: &[(&str, &str)] = &[$(($word, concat!($($doc),+).trim_ascii())),*];

        /// The words alone.
        const WORDS: &[&str] = &[$($word),*];

        impl<Q: Measure> Dist<Q> {
            /// The sampler.
            ///
            /// # Errors
            /// If a file cannot be read or holds no law, or for a value from a trace.
            pub fn law(&self, files: &mut ReadFile<'_>) -> Result<Law, String> {
                match self {
                    Self::Constant(value) => Ok(Law::constant(value.base())),
                    $(Self::$law(spec) => Spec::<Q>::law(spec, files),)*
                }
            }

            /// Reads the parameters of the law called `word`, which is one of [`WORDS`].
            fn read<'de, A: MapAccess<'de>>(word: &str, table: &mut A) -> Result<Self, A::Error> {
                match word {
                    $($word => table.next_value().map(Self::$law),)*
                    _ => Err(serde::de::Error::unknown_variant(word, WORDS)),
                }
            }

            /// Writes the law and its parameters.
            fn write<M: SerializeMap>(&self, table: &mut M) -> Result<(), M::Error> {
                match self {
                    Self::Constant(_) => Ok(()),
                    $(Self::$law(spec) => table.serialize_entry($word, spec),)*
                }
            }

            /// The schemas of the parameters, in the order of [`LAWS`].
            fn schemas(generator: &mut SchemaGenerator) -> Vec<Schema> {
                vec![$(generator.subschema_for::<$spec>()),*]
            }
        }

        impl Law {
            /// The mean in base units: infinite where it does not exist.
            #[must_use]
            pub fn mean(&self) -> f64 {
                match self {
                    Self::Constant(law) => law.mean(),
                    $($(Self::$law(law) => { let law: &$sampler = law; law.mean() })?)*
                }
            }

            /// The variance in squared base units: infinite where it does not exist.
            #[must_use]
            pub fn variance(&self) -> f64 {
                match self {
                    Self::Constant(law) => law.variance(),
                    $($(Self::$law(law) => { let law: &$sampler = law; law.variance() })?)*
                }
            }
        }

        impl Distribution<f64> for Law {
            #[inline]
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                // The two usual laws are a few instructions, the others a call.
                match self {
                    Self::Constant(law) => law.sample(rng),
                    Self::Exponential(law) => law.sample(rng),
                    _ => self.sample_other(rng),
                }
            }
        }

        impl Law {
            #[inline(never)]
            fn sample_other<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                match self {
                    Self::Constant(law) => law.sample(rng),
                    $($(Self::$law(law) => { let law: &$sampler = law; law.sample(rng) })?)*
                }
            }
        }
    };
}

laws! {
    /// The exponential law, given its mean.
    "exp" Exponential(exponential::Exponential<Q>) => exponential::ExponentialLaw;
    /// The lognormal law; `mean` and `cv` are those of the variable, not of its logarithm.
    "lognormal" Lognormal(lognormal::Lognormal<Q>) => lognormal::LognormalLaw;
    /// The gamma law.
    "gamma" Gamma(gamma::Gamma<Q>) => Box<gamma::GammaLaw>;
    /// The Erlang law: the sum of `k` exponential stages.
    "erlang" Erlang(erlang::Erlang<Q>) => erlang::ErlangLaw;
    /// The hyperexponential law: one of two exponential phases with balanced means.
    "hyperexp" Hyperexponential(hyperexponential::Hyperexponential<Q>)
        => hyperexponential::HyperexponentialLaw;
    /// The uniform law from `min` to `max`.
    "uniform" Uniform(uniform::Uniform<Q>) => uniform::UniformLaw;
    /// The Weibull law.
    "weibull" Weibull(weibull::Weibull<Q>) => weibull::WeibullLaw;
    /// The Pareto law, which begins at its scale, mean × (shape - 1) / shape.
    "pareto" Pareto(pareto::Pareto<Q>) => pareto::ParetoLaw;
    /// The Pareto law between `min` and `max`.
    "bounded_pareto" BoundedPareto(bounded_pareto::BoundedPareto<Q>)
        => Box<bounded_pareto::BoundedParetoLaw>;
    /// One of several distributions, by weight.
    "mixture" Mixture(mixture::Mixture<Q>) => Arc<mixture::MixtureLaw>;
    /// Measured values or quantiles in a CSV file, relative to the scenario.
    "empirical" Empirical(empirical::Empirical) => Arc<empirical::EmpiricalLaw>;
    /// The value in this column of the trace row that the request comes from.
    "trace" Trace(trace::Column);
}

impl<Q: Measure> Dist<Q> {
    /// The column that holds the value, if it comes with the request's trace row.
    #[must_use]
    pub fn trace_column(&self) -> Option<&str> {
        if let Self::Trace(column) = self { Some(column.name()) } else { None }
    }
}

impl<Q: Measure> From<Q> for Dist<Q> {
    fn from(value: Q) -> Self {
        Self::Constant(value)
    }
}

impl Law {
    /// The law that always gives `value`, in base units.
    #[must_use]
    pub const fn constant(value: f64) -> Self {
        Self::Constant(constant::ConstantLaw(value))
    }

    /// The squared coefficient of variation: variance / mean², and 0 for a constant 0.
    #[must_use]
    pub fn scv(&self) -> f64 {
        let (mean, variance) = (self.mean(), self.variance());
        match () {
            () if variance <= 0.0 => 0.0,
            () if variance.is_infinite() => f64::INFINITY,
            () => variance / mean / mean,
        }
    }

    /// The only value, if there is only one.
    #[must_use]
    pub const fn is_constant(&self) -> Option<f64> {
        if let Self::Constant(law) = self { Some(law.mean()) } else { None }
    }

    /// A sample as a duration or a size, rounded to the base unit and cut to its range.
    #[inline]
    pub fn draw<Q: Measure, R: Rng + ?Sized>(&self, rng: &mut R) -> Q {
        Q::from_base(self.sample(rng))
    }

    /// A sample in nanoseconds, times `factor`, as a duration: just what rounding
    /// [`sample`](Distribution::sample) times `factor` gives, but sooner for the exponential law.
    #[inline(always)]
    pub fn span<R: Rng + ?Sized>(&self, rng: &mut R, factor: f64) -> Span {
        if let Self::Exponential(law) = self {
            return law.span(rng, factor);
        }
        Span::from_nanos_rounded(self.sample(rng) * factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose};
    use crate::unit::Bytes;

    #[test]
    fn a_law_fits_half_a_cache_line() {
        assert!(size_of::<Law>() <= 32, "{} bytes", size_of::<Law>());
    }

    #[test]
    fn a_sample_is_a_function_of_its_key() {
        let law = trial::law(r#"{ gamma = { mean = "8ms", cv = 2 } }"#);
        let draw = |key: u64| -> Span {
            law.draw(&mut Key::root(1, 0).with(key).draws(Purpose::named("demand")))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn inverse_transforms_grow_with_their_draw() {
        for law in [
            r#"{ exp = "5ms" }"#,
            r#"{ lognormal = { mean = "5ms", cv = 1 } }"#,
            r#"{ uniform = { min = "0s", max = "5ms" } }"#,
            r#"{ weibull = { mean = "5ms", shape = 0.5 } }"#,
            r#"{ pareto = { mean = "5ms", shape = 2 } }"#,
            r#"{ bounded_pareto = { min = "1ms", max = "1s", shape = 1 } }"#,
        ] {
            let sampler = trial::law(law);
            let samples: Vec<f64> =
                (0..1_000).map(|draw| sampler.sample(&mut trial::Fixed(draw << 54))).collect();
            assert!(samples.is_sorted(), "{law}");
        }
    }

    #[test]
    fn sizes_have_the_same_laws() {
        let text = r#"{ lognormal = { mean = "24KiB", cv = 1.2 } }"#;
        let law = trial::read::<Bytes>(text).unwrap().law(&mut trial::no_files).unwrap();
        assert_eq!(law.mean().to_string(), "24576");
        assert!((law.scv() - 1.44).abs() < 1e-12, "{}", law.scv());
    }

    #[test]
    fn a_constant_zero_does_not_vary() {
        assert_eq!(trial::law(r#""0s""#).scv().to_string(), "0");
    }
}
