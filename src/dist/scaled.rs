//! The size of a law with a shape: given by its mean or by its scale, never by both.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, Positive};
use super::number::Shape;

/// The mean or the scale of a law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size<Q: Measure> {
    /// The mean of the variable.
    Mean(Positive<Q>),
    /// The law's own scale parameter.
    Scale(Positive<Q>),
}

/// A law with a shape, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `mean` or `scale`, and `shape`")]
#[schemars(extend("oneOf" = [{ "required": ["mean"] }, { "required": ["scale"] }]))]
pub struct Scaled<Q: Measure> {
    /// The mean of the variable; either this or `scale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Positive<Q>")]
    mean: Option<Positive<Q>>,
    /// The law's own scale parameter; either this or `mean`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Positive<Q>")]
    scale: Option<Positive<Q>>,
    /// The shape: the smaller, the heavier the tail.
    shape: Shape,
}

impl<Q: Measure> Scaled<Q> {
    /// What is written for a size and a shape.
    pub(super) const fn new(size: Size<Q>, shape: Shape) -> Self {
        match size {
            Size::Mean(mean) => Self { mean: Some(mean), scale: None, shape },
            Size::Scale(scale) => Self { mean: None, scale: Some(scale), shape },
        }
    }

    /// The size and the shape, or a sentence if the size is given twice or not at all.
    pub(super) fn split(self) -> Result<(Size<Q>, Shape), String> {
        let size = match (self.mean, self.scale) {
            (Some(mean), None) => Size::Mean(mean),
            (None, Some(scale)) => Size::Scale(scale),
            (Some(_), Some(_)) => return Err("give `mean` or `scale`, not both".to_owned()),
            (None, None) => return Err("`mean` or `scale` is missing".to_owned()),
        };
        Ok((size, self.shape))
    }
}
