//! What a distribution can be over: durations and sizes.

use std::borrow::Cow;
use std::fmt::Debug;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::{Serialize, Serializer};

use crate::time::Span;
use crate::unit::{Bytes, Quantity};

/// A quantity that can be drawn: samples are floats in its base unit.
pub trait Measure:
    Quantity + Copy + Debug + PartialEq + PartialOrd + Serialize + DeserializeOwned + JsonSchema
{
    /// The units that stand in the header of a table, as in `value_ms`, and their sizes in the
    /// base unit.
    const COLUMNS: &'static [(&'static str, f64)];

    /// The quantity in its base unit: nanoseconds or bytes.
    fn base(self) -> f64;

    /// The quantity nearest to a sample in the base unit; what is negative or not a number
    /// becomes zero, what is too large becomes the largest.
    fn from_base(sample: f64) -> Self;
}

impl Measure for Span {
    const COLUMNS: &'static [(&'static str, f64)] =
        &[("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];

    #[allow(clippy::cast_precision_loss, reason = "a mean of 104 days may lose a nanosecond")]
    fn base(self) -> f64 {
        self.0 as f64
    }

    #[inline]
    fn from_base(sample: f64) -> Self {
        Self::from_nanos_rounded(sample)
    }
}

impl Measure for Bytes {
    const COLUMNS: &'static [(&'static str, f64)] = &[
        ("bytes", 1.0),
        ("kb", 1e3),
        ("mb", 1e6),
        ("kib", 1_024.0),
        ("mib", 1_048_576.0),
        ("gib", 1_073_741_824.0),
    ];

    #[allow(clippy::cast_precision_loss, reason = "a mean of 8 PiB may lose a byte")]
    fn base(self) -> f64 {
        self.0 as f64
    }

    #[inline]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate, and the upper end is cut here"
    )]
    fn from_base(sample: f64) -> Self {
        Self(((sample + 0.5) as u64).min(1 << 60))
    }
}

/// A quantity above zero, such as the mean of a law that is not constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Positive<Q: Measure>(Q);

impl<Q: Measure> Positive<Q> {
    /// The quantity, or a sentence if it is zero.
    ///
    /// # Errors
    /// If `quantity` is zero.
    pub fn new(quantity: Q) -> Result<Self, String> {
        if quantity.base() > 0.0 {
            return Ok(Self(quantity));
        }
        Err(format!("{} above zero is needed here, such as \"{}\"", Q::NOUN, Q::EXAMPLES[0]))
    }

    /// The quantity in its base unit.
    pub fn base(self) -> f64 {
        self.0.base()
    }
}

impl<'de, Q: Measure> Deserialize<'de> for Positive<Q> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(Q::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl<Q: Measure> Serialize for Positive<Q> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<Q: Measure> JsonSchema for Positive<Q> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Positive{}", Q::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Q>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_survives_the_way_to_its_base_unit_and_back() {
        assert_eq!(Span::from_base(Span(1_500_000).base()), Span(1_500_000));
        assert_eq!(Bytes::from_base(Bytes(24_576).base()), Bytes(24_576));
    }

    #[test]
    fn what_no_quantity_can_hold_is_cut() {
        let cut = [f64::NAN, -1.0, 0.4, 0.5, f64::INFINITY].map(|x| Bytes::from_base(x).0);
        assert_eq!(cut, [0, 0, 0, 1, 1 << 60]);
    }

    #[test]
    fn zero_is_not_positive() {
        let error = Positive::new(Span::ZERO).expect_err("zero");
        assert_eq!(error, "a duration above zero is needed here, such as \"20ms\"");
    }
}
