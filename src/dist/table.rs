//! Reading the file of an empirical law: CSV with a header that names the columns and the unit.

use csv::{Position, ReaderBuilder, StringRecord, Trim};

use super::measure::Measure;
use crate::alias::MAX_ENTRIES;

/// The largest value in base units: above it are neither durations nor sizes.
const LARGEST: f64 = 4e18;

/// What a file holds, in base units.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Table {
    /// Values with their weights.
    Values { values: Vec<f64>, weights: Vec<f64> },
    /// Quantiles, strictly increasing, with their values, never decreasing.
    Quantiles { quantiles: Vec<f64>, values: Vec<f64> },
}

/// Which columns stand where.
struct Header {
    value: usize,
    /// The size of the values' unit in base units.
    unit: f64,
    weight: Option<usize>,
    quantile: Option<usize>,
}

impl Table {
    /// The table in `text`, or a sentence with the line number.
    pub(super) fn read<Q: Measure>(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut csv =
            ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text.as_bytes());
        let header = csv.headers().map_err(|error| error.to_string())?;
        let columns = header.len();
        let header = Header::read::<Q>(header).map_err(|said| format!("line 1: {said}"))?;
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for record in csv.records() {
            let record = record.map_err(|error| error.to_string())?;
            let line = record.position().map_or(0, |start| line(text, start));
            let before = keys.last().copied().zip(values.last().copied());
            let (key, value) = header
                .row(&record, columns, before)
                .map_err(|said| format!("line {line}: {said}"))?;
            keys.push(key);
            values.push(value);
            if values.len() > MAX_ENTRIES {
                return Err(format!("line {line}: a table has at most {MAX_ENTRIES} rows"));
            }
        }
        Ok(match header.quantile {
            None if values.is_empty() => return Err("the table has no rows".to_owned()),
            None => Self::Values { values, weights: keys },
            Some(_) if values.len() < 2 => {
                return Err("a table of quantiles has at least two rows".to_owned());
            }
            Some(_) => Self::Quantiles { quantiles: keys, values },
        })
    }
}

impl Header {
    fn read<Q: Measure>(names: &StringRecord) -> Result<Self, String> {
        let (mut value, mut weight, mut quantile) = (None, None, None);
        for (place, name) in names.iter().enumerate() {
            let twice = match name {
                "weight" => weight.replace(place).is_some(),
                "quantile" => quantile.replace(place).is_some(),
                _ => value.replace((place, unit::<Q>(name)?)).is_some(),
            };
            if twice {
                return Err(format!("`{name}` is the second column of its kind"));
            }
        }
        let (value, unit) =
            value.ok_or_else(|| format!("a column is missing: {}", known::<Q>()))?;
        if weight.is_some() && quantile.is_some() {
            return Err("a table has `weight` or `quantile`, not both".to_owned());
        }
        Ok(Self { value, unit, weight, quantile })
    }

    /// The weight or quantile and the value of a row, given those of the row before.
    fn row(
        &self,
        record: &StringRecord,
        columns: usize,
        before: Option<(f64, f64)>,
    ) -> Result<(f64, f64), String> {
        if record.len() != columns {
            return Err(format!("{} fields, but the header has {columns}", record.len()));
        }
        let value = number(&record[self.value], "a value")? * self.unit;
        if value > LARGEST {
            return Err(format!("the value {} is too large", &record[self.value]));
        }
        if let Some(place) = self.quantile {
            let quantile = number(&record[place], "a quantile")?;
            if quantile > 1.0 {
                return Err(format!("a quantile is a number from 0 to 1, not {quantile}"));
            }
            match before {
                Some((last, _)) if quantile <= last => {
                    return Err(format!("the quantiles increase, but {quantile} follows {last}"));
                }
                Some((_, last)) if value < last => {
                    return Err("the values of rising quantiles never decrease".to_owned());
                }
                _ => return Ok((quantile, value)),
            }
        }
        let weight = self.weight.map_or(Ok(1.0), |place| number(&record[place], "a weight"))?;
        Ok((weight, value))
    }
}

/// The line of the record that the reader began to look for at `start`: it steps over line ends
/// and empty lines first.
fn line(text: &str, start: &Position) -> u64 {
    let rest = usize::try_from(start.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let ends = rest.into_iter().flatten().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    ends.fold(start.line(), |line, byte| line + u64::from(*byte == b'\n'))
}

/// The size of the unit in a column's name, as in `value_ms`.
fn unit<Q: Measure>(name: &str) -> Result<f64, String> {
    let unit = name.strip_prefix("value_");
    let found = Q::COLUMNS.iter().find(|(known, _)| unit == Some(known));
    found.map(|(_, size)| *size).ok_or_else(|| match name {
        "value" => format!("the unit of `value` stands in the header: {}", known::<Q>()),
        _ => format!("unknown column `{name}`: {}", known::<Q>()),
    })
}

/// The columns that exist, for messages.
fn known<Q: Measure>() -> String {
    let values: Vec<String> =
        Q::COLUMNS.iter().map(|(unit, _)| format!("`value_{unit}`")).collect();
    format!("there is {}, with `weight` or `quantile` if need be", values.join(" or "))
}

/// A finite number of at least 0.
fn number(text: &str, noun: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
    number.ok_or_else(|| format!("{noun} is a number of at least 0, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;
    use crate::unit::Bytes;

    #[track_caller]
    fn refused(text: &str, said: &str) {
        let error = Table::read::<Span>(text).expect_err(text);
        assert!(error.contains(said), "{text:?}: {error}");
    }

    #[test]
    fn units_stand_in_the_header() {
        for (text, value) in [
            ("value_us\n5\n", 5e3),
            ("\u{feff}value_ms\r\n5\r\n", 5e6),
            ("weight, value_s\n1, 5\n", 5e9),
        ] {
            let table = Table::Values { values: vec![value], weights: vec![1.0] };
            assert_eq!(Table::read::<Span>(text), Ok(table), "{text:?}");
        }
        let table = Table::read::<Bytes>("value_kib\n2\n");
        assert_eq!(table, Ok(Table::Values { values: vec![2_048.0], weights: vec![1.0] }));
    }

    #[test]
    fn quantiles_are_read_in_either_order_of_columns() {
        let table = Table::Quantiles { quantiles: vec![0.0, 0.5], values: vec![1e6, 1e6] };
        assert_eq!(Table::read::<Span>("quantile,value_ms\n0,1\n0.5,1\n"), Ok(table.clone()));
        assert_eq!(Table::read::<Span>("value_ms,quantile\n1,0\n1,0.5\n"), Ok(table));
    }

    #[test]
    fn a_wrong_header_is_refused() {
        refused("", "line 1: a column is missing: there is `value_ns` or");
        refused("value\n5\n", "line 1: the unit of `value` stands in the header");
        refused("value_bytes\n5\n", "line 1: unknown column `value_bytes`");
        refused("value_ms,colour\n5,1\n", "line 1: unknown column `colour`");
        refused("value_ms,value_s\n5,1\n", "`value_s` is the second column of its kind");
        refused("value_ms,weight,quantile\n5,1,1\n", "`weight` or `quantile`, not both");
    }

    #[test]
    fn a_wrong_row_is_refused_with_its_line() {
        refused("value_ms\n", "the table has no rows");
        refused("value_ms\n5\n\n-1\n", "line 4: a value is a number of at least 0, not `-1`");
        refused("value_ms\r\n5\r\n-1\r\n", "line 3: a value is a number of at least 0");
        refused("value_ms\nnan\n", "line 2: a value is a number of at least 0, not `nan`");
        refused("value_ms\n1e300\n", "line 2: the value 1e300 is too large");
        refused("value_ms,weight\n5\n", "line 2: 1 fields, but the header has 2");
        refused("value_ms,weight\n5,-1\n", "line 2: a weight is a number of at least 0");
    }

    #[test]
    fn wrong_quantiles_are_refused() {
        let head = "quantile,value_ms\n0.5,2\n";
        refused(head, "at least two rows");
        refused(&format!("{head}0.4,3\n"), "line 3: the quantiles increase, but 0.4 follows 0.5");
        refused(&format!("{head}0.5,3\n"), "line 3: the quantiles increase, but 0.5 follows 0.5");
        refused(&format!("{head}0.6,1\n"), "line 3: the values of rising quantiles never decrease");
        refused(&format!("{head}1.5,3\n"), "line 3: a quantile is a number from 0 to 1, not 1.5");
    }
}
