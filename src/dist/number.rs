//! Bare numbers with bounds, as parameters of laws: what has been read is legal.

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde::de::{Error, Visitor};

/// A number with bounds and a name.
pub trait Number: Sized {
    /// What it is called in messages.
    const NOUN: &'static str;
    /// The numbers that are allowed.
    const RANGE: RangeInclusive<f64>;
    /// What to do instead when a number is not allowed, after a semicolon; may be empty.
    const HINT: &'static str;

    /// The number `x`, or a sentence that says what is allowed.
    ///
    /// # Errors
    /// If `x` is outside of the range or not a number.
    fn new(x: f64) -> Result<Self, String>;
}

/// Declares numbers with bounds, and how they are read, written and described.
macro_rules! numbers {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident($min:literal..=$max:literal), $noun:literal, $hint:literal;
    )*) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// The number itself.
            #[inline]
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl $crate::dist::number::Number for $name {
            const NOUN: &'static str = $noun;
            const RANGE: std::ops::RangeInclusive<f64> = $min..=$max;
            const HINT: &'static str = $hint;

            fn new(x: f64) -> Result<Self, String> {
                $crate::dist::number::bounded::<Self>(x).map(Self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any($crate::dist::number::NumberVisitor::<Self>::new())
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": concat!($($doc),+).trim(),
                    "type": "number",
                    "minimum": $min,
                    "maximum": $max,
                })
            }
        }
    )*};
}
pub(crate) use numbers;

numbers! {
    /// The coefficient of variation: standard deviation divided by mean.
    Cv(0.000_001..=1_000.0), "the coefficient of variation", "; a constant is just its value";

    /// The coefficient of variation, at least 1: standard deviation divided by mean.
    WideCv(1.0..=1_000.0),
        "the coefficient of variation of a hyperexponential law",
        "; below 1 take `gamma`, `erlang` or `lognormal`";

    /// The shape: the smaller, the heavier the tail.
    Shape(0.1..=1_000.0), "the shape", "";

    /// How often this part is taken, relative to the other parts.
    Weight(0.0..=1e12), "a weight", "";
}

/// `x` if it is in the range of `N`, or a sentence that says what is.
pub(crate) fn bounded<N: Number>(x: f64) -> Result<f64, String> {
    if N::RANGE.contains(&x) {
        return Ok(x);
    }
    let (min, max) = (N::RANGE.start(), N::RANGE.end());
    Err(format!("{} is a number from {min} to {max}, not {x}{}", N::NOUN, N::HINT))
}

/// Reads a number with bounds, written with or without a point.
pub(crate) struct NumberVisitor<N>(PhantomData<N>);

impl<N: Number> NumberVisitor<N> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<N: Number> Visitor<'_> for NumberVisitor<N> {
    type Value = N;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, a number from {} to {}", N::NOUN, N::RANGE.start(), N::RANGE.end())
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<N, E> {
        N::new(x).map_err(E::custom)
    }

    #[allow(clippy::cast_precision_loss, reason = "what loses precision is out of every range")]
    fn visit_i64<E: Error>(self, n: i64) -> Result<N, E> {
        self.visit_f64(n as f64)
    }

    #[allow(clippy::cast_precision_loss, reason = "what loses precision is out of every range")]
    fn visit_u64<E: Error>(self, n: u64) -> Result<N, E> {
        self.visit_f64(n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_bounds_is_refused_with_the_bounds() {
        for x in [0.0, -1.0, 1_000.1, f64::NAN, f64::INFINITY] {
            let error = Cv::new(x).expect_err("out of bounds");
            let said = "the coefficient of variation is a number from 0.000001 to 1000, not ";
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn the_bounds_themselves_are_allowed() {
        assert!(Cv::new(1e-6).is_ok() && Cv::new(1_000.0).is_ok() && Weight::new(0.0).is_ok());
    }
}
