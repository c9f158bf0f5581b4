//! An empirical law: `{ empirical = "file.csv" }`, what has been measured instead of a formula.
//!
//! The file has a header with the unit in it. `value_ms`, with `weight` if need be, is a discrete
//! law: one of the values, drawn by an alias table. `quantile,value_ms` is an inverse
//! distribution function, linear between its rows; what lies below the first and above the last
//! quantile has the value of that row, since nothing is known beyond it.

use std::sync::Arc;

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::constant::ConstantLaw;
use super::measure::Measure;
use super::table::Table;
use super::{Law, ReadFile, Spec};
use crate::alias::{self, AliasTable};
use crate::rng::open_unit;

/// The path of the CSV file, relative to the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Empirical(String);

/// Samples an empirical law.
#[derive(Debug, Clone, PartialEq)]
pub struct EmpiricalLaw {
    mean: f64,
    variance: f64,
    form: Form,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Discrete { table: AliasTable, values: Box<[f64]> },
    Piecewise { quantiles: Box<[f64]>, values: Box<[f64]> },
}

impl<Q: Measure> Spec<Q> for Empirical {
    fn law(&self, files: &mut ReadFile<'_>) -> Result<Law, String> {
        let text = files(&self.0)?;
        let named = |said: String| format!("{}: {said}", self.0);
        let law = match Table::read::<Q>(&text).map_err(named)? {
            Table::Values { values, weights } => EmpiricalLaw::discrete(values, &weights),
            Table::Quantiles { quantiles, values } => {
                Ok(EmpiricalLaw::piecewise(quantiles, values))
            }
        };
        law.map(|law| law.simplest()).map_err(named)
    }
}

impl Empirical {
    /// The law in this file.
    ///
    /// # Errors
    /// If the path is empty.
    pub fn new(file: String) -> Result<Self, String> {
        if file.trim().is_empty() {
            return Err("`empirical` names a CSV file, such as \"service.csv\"".to_owned());
        }
        Ok(Self(file))
    }

    /// The path, relative to the scenario.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0
    }
}

impl EmpiricalLaw {
    /// One of the values, with these weights; as many values as weights.
    fn discrete(values: Vec<f64>, weights: &[f64]) -> Result<Self, String> {
        let total = alias::total(weights)?;
        let mean_of = |x: &dyn Fn(f64) -> f64| {
            let terms =
                values.iter().zip(weights).map(|(value, weight)| x(*value) * (weight / total));
            terms.sum::<f64>()
        };
        let mean = mean_of(&|value| value);
        let variance = mean_of(&|value| (value - mean) * (value - mean));
        let table = AliasTable::new(weights);
        Ok(Self { mean, variance, form: Form::Discrete { table, values: values.into() } })
    }

    /// Linear between the rows; at least one row, the quantiles strictly increasing.
    fn piecewise(quantiles: Vec<f64>, values: Vec<f64>) -> Self {
        let (first, last) = (0, quantiles.len() - 1);
        let ends = [(quantiles[first], values[first]), (1.0 - quantiles[last], values[last])];
        let pieces = || {
            let widths = quantiles.windows(2).map(|q| q[1] - q[0]);
            widths.zip(values.windows(2).map(|v| (v[0], v[1])))
        };
        let mean = ends.iter().map(|(mass, value)| mass * value).sum::<f64>()
            + pieces().map(|(mass, (low, high))| mass * (low + high) / 2.0).sum::<f64>();
        let off = |value: f64| value - mean;
        // The mean square of a uniform variable from a to b is (a² + ab + b²) / 3.
        let variance =
            ends.iter().map(|(mass, value)| mass * off(*value) * off(*value)).sum::<f64>()
                + pieces()
                    .map(|(mass, (low, high))| (mass, off(low), off(high)))
                    .map(|(mass, a, b)| mass * (a * a + a * b + b * b) / 3.0)
                    .sum::<f64>();
        let form = Form::Piecewise { quantiles: quantiles.into(), values: values.into() };
        Self { mean, variance, form }
    }

    /// The mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The variance of the law in the file, not an estimate from it.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.variance
    }

    /// The law itself, or a constant if it has one value only.
    fn simplest(self) -> Law {
        let (Form::Discrete { values, .. } | Form::Piecewise { values, .. }) = &self.form;
        let first = values[0];
        if values.iter().all(|value| value.to_bits() == first.to_bits()) {
            return Law::Constant(ConstantLaw(first));
        }
        Law::Empirical(Arc::new(self))
    }
}

impl Distribution<f64> for EmpiricalLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let bits = rng.next_u64();
        match &self.form {
            Form::Discrete { table, values } => values[table.pick(bits) as usize],
            Form::Piecewise { quantiles, values } => {
                interpolate(quantiles, values, open_unit(bits))
            }
        }
    }
}

/// The value at `u` on the line through the rows, level outside of them.
#[inline]
fn interpolate(quantiles: &[f64], values: &[f64], u: f64) -> f64 {
    let above = quantiles.partition_point(|quantile| *quantile <= u);
    if above == 0 {
        return values[0];
    }
    let (low, high) = (above - 1, above.min(quantiles.len() - 1));
    if low == high {
        return values[low];
    }
    let share = (u - quantiles[low]) / (quantiles[high] - quantiles[low]);
    values[low] + share * (values[high] - values[low])
}

impl TryFrom<String> for Empirical {
    type Error = String;

    fn try_from(file: String) -> Result<Self, String> {
        Self::new(file)
    }
}

impl From<Empirical> for String {
    fn from(empirical: Empirical) -> Self {
        empirical.0
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    const VALUES: &str = "value_ms,weight\n1,5\n2,3\n10,2\n";
    const QUANTILES: &str = "quantile,value_ms\n0.1,1\n0.5,3\n0.9,10\n";

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        // Values 1, 2 and 10 with shares .5, .3 and .2: E[X] = 3.1 and E[X²] = 21.7.
        trial::moments_of(&trial::law_of(VALUES), 3.1e6, 12.09e12);
        // Mass .1 at 1, .4 on [1, 3], .4 on [3, 10], .1 at 10: E[X] = 4.5, E[X²] = 30.3 - .1/3.
        let second = 0.1 + 0.4 * 13.0 / 3.0 + 0.4 * 139.0 / 3.0 + 10.0;
        trial::moments_of(&trial::law_of(QUANTILES), 4.5e6, 1e12 * (second - 20.25));
    }

    #[test]
    fn a_full_table_of_quantiles_is_followed() {
        let law = trial::law_of("quantile,value_ms\n0,1\n0.5,3\n1,10\n");
        trial::fits_law(&law, |x| {
            if x < 3e6 { (x / 1e6 - 1.0) / 4.0 } else { 0.5 + (x / 1e6 - 3.0) / 14.0 }
        });
    }

    #[test]
    fn beyond_the_quantiles_stand_the_outer_values() {
        let draws = trial::draws(&trial::law_of(QUANTILES), 100_000);
        let share = |value: f64| {
            let equal = draws.iter().filter(|x| x.to_bits() == value.to_bits()).count();
            f64::from(u32::try_from(equal).unwrap()) / 1e5
        };
        assert!((share(1e6) - 0.1).abs() < 0.004 && (share(10e6) - 0.1).abs() < 0.004);
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(trial::first_of(&trial::law_of(VALUES)), "[1000000.0, 1000000.0, 2000000.0]");
        assert_eq!(
            trial::first_of(&trial::law_of(QUANTILES)),
            "[1919210.1068042032, 1180578.0803418476, 2537674.282875722]"
        );
    }

    #[test]
    fn one_value_is_a_constant() {
        assert_eq!(trial::law_of("value_ms\n7\n7\n").is_constant(), Some(7e6));
    }

    #[test]
    fn errors_name_the_file() {
        let error = trial::build(r#"{ empirical = "a.csv" }"#, "value_ms,weight\n7,0\n");
        assert_eq!(error, Err("a.csv: at least one weight is above 0".to_owned()));
        trial::refused(r#"{ empirical = "" }"#, "names a CSV file");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        trial::refused(r#"{ empirical = "none.csv" }"#, "there are no files here");
    }
}
