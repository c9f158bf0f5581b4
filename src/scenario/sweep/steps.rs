//! Evenly spaced values between two ends, for sweeps: numbers and quantities with a unit.

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::{self, Item, Value};

/// How the steps are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// By equal differences.
    Linear,
    /// By equal ratios.
    Log,
}

/// A number and its unit, as an end of a range.
struct End<'a> {
    number: f64,
    /// The same, if it was written as a whole number.
    whole: Option<i64>,
    unit: &'a str,
    quoted: bool,
}

/// Figures that are kept of a computed value: enough for any key, and few enough that 0.1 + 0.2
/// stays 0.3.
const DIGITS: usize = 12;

/// The `count` values from one end to the other, both included. Whole numbers stay whole if the
/// step is, and a unit is kept.
///
/// # Errors
/// If the ends are no numbers, have different units or do not go with the scale.
pub fn steps(
    from: &Item,
    to: &Item,
    count: usize,
    scale: Scale,
) -> Result<Vec<Item>, Box<Diagnostic>> {
    let first = end(from)?;
    let last = end(to)?;
    let error = |message: String| Err(Box::new(Diagnostic::error(to.span.clone(), message)));
    if first.unit != last.unit || first.quoted != last.quoted {
        return error(format!(
            "`from` and `to` need the same unit, not `{}` and `{}`",
            from.value.label(),
            to.value.label()
        ));
    }
    if scale == Scale::Log && !(first.number > 0.0 && last.number > 0.0) {
        return error("steps of equal ratio need ends above zero".to_owned());
    }
    let whole = first.whole.zip(last.whole);
    let mut values = Vec::with_capacity(count);
    for at in 0..count {
        let text = match whole.filter(|_| scale == Scale::Linear) {
            Some((a, b)) => whole_step(a, b, at, count),
            None => None,
        };
        let text = text.unwrap_or_else(|| {
            let x = step(first.number, last.number, at, count, scale);
            written(x, whole.is_some(), first.quoted)
        });
        let value = if first.quoted {
            Value::Text(format!("{text}{}", first.unit))
        } else {
            tree::value(&text, from.span.start)?.value
        };
        values.push(Item { span: from.span.clone(), value });
    }
    Ok(values)
}

/// The `at`-th of `count` whole steps, if it is whole.
fn whole_step(a: i64, b: i64, at: usize, count: usize) -> Option<String> {
    let gaps = i128::try_from(count).ok()? - 1;
    if gaps <= 0 {
        return Some(a.to_string());
    }
    let distance = (i128::from(b) - i128::from(a)) * i128::try_from(at).ok()?;
    let even = (i128::from(b) - i128::from(a)) % gaps == 0;
    even.then(|| (i128::from(a) + distance / gaps).to_string())
}

#[allow(clippy::cast_precision_loss, reason = "at most a million steps")]
fn step(a: f64, b: f64, at: usize, count: usize, scale: Scale) -> f64 {
    if at == 0 {
        return a;
    }
    if at + 1 == count {
        return b;
    }
    let share = at as f64 / (count - 1) as f64;
    match scale {
        Scale::Linear => a * (1.0 - share) + b * share,
        Scale::Log => libm::exp(libm::log(a) + (libm::log(b) - libm::log(a)) * share),
    }
}

/// The number as text: rounded to [`DIGITS`] figures, and without a point if both ends have none
/// and it is whole.
fn written(x: f64, whole: bool, quoted: bool) -> String {
    let rounded = format!("{x:.*e}", DIGITS - 1).parse().unwrap_or(x);
    let nearest = rounded.round();
    let is_whole = (rounded - nearest).abs() <= f64::EPSILON * nearest.abs();
    if is_whole && (whole || quoted) {
        format!("{nearest}")
    } else if quoted {
        format!("{rounded}")
    } else {
        format!("{rounded:?}")
    }
}

fn end(item: &Item) -> Result<End<'_>, Box<Diagnostic>> {
    let error = || {
        let message = "the ends of a range are numbers, with or without a unit";
        let label = format!("{} stands here", item.value.noun());
        Err(Box::new(Diagnostic::error(item.span.clone(), message).label(label)))
    };
    match &item.value {
        Value::Integer(n) => match i64::try_from(*n) {
            #[allow(clippy::cast_precision_loss, reason = "only used where whole steps fail")]
            Ok(n) => Ok(End { number: n as f64, whole: Some(n), unit: "", quoted: false }),
            Err(_) => error(),
        },
        Value::Float(x) if x.is_finite() => {
            Ok(End { number: *x, whole: None, unit: "", quoted: false })
        }
        Value::Text(text) => {
            let sign = usize::from(text.starts_with('-'));
            let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_');
            let end = text[sign..].find(|c| !digits(c)).map_or(text.len(), |at| sign + at);
            let (number, unit) = text.split_at(end);
            let number = number.replace('_', "");
            match number.parse::<f64>() {
                Ok(x) if x.is_finite() => {
                    Ok(End { number: x, whole: number.parse().ok(), unit, quoted: true })
                }
                _ => error(),
            }
        }
        Value::Float(_)
        | Value::Boolean(_)
        | Value::Moment(_)
        | Value::Array(_)
        | Value::Table(_) => error(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(from: &str, to: &str, count: usize, scale: Scale) -> Result<Vec<String>, String> {
        let item = |text| tree::value(text, 0).expect("a value");
        let values = steps(&item(from), &item(to), count, scale).map_err(|error| error.message)?;
        Ok(values.iter().map(|item| item.value.label()).collect())
    }

    #[test]
    fn whole_numbers_stay_whole_where_the_step_is() {
        assert_eq!(between("1", "9", 3, Scale::Linear).expect("steps"), ["1", "5", "9"]);
        assert_eq!(between("9", "1", 3, Scale::Linear).expect("steps"), ["9", "5", "1"]);
        assert_eq!(between("1", "2", 3, Scale::Linear).expect("steps"), ["1", "1.5", "2"]);
        assert_eq!(between("7", "9", 1, Scale::Linear).expect("steps"), ["7"]);
    }

    #[test]
    fn a_unit_is_kept() {
        assert_eq!(
            between("'200/s'", "'1_000/s'", 5, Scale::Linear).expect("steps"),
            ["200/s", "400/s", "600/s", "800/s", "1000/s"]
        );
        assert_eq!(
            between("'1ms'", "'2ms'", 3, Scale::Linear).expect("steps"),
            ["1ms", "1.5ms", "2ms"]
        );
    }

    #[test]
    fn decimals_come_out_as_they_would_be_written() {
        let tenths = between("0.1", "0.7", 7, Scale::Linear).expect("steps");
        assert_eq!(tenths, ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
    }

    #[test]
    fn equal_ratios_meet_the_whole_numbers_between() {
        assert_eq!(
            between("1", "64", 7, Scale::Log).expect("steps"),
            ["1", "2", "4", "8", "16", "32", "64"]
        );
        assert_eq!(
            between("'1/s'", "'1000/s'", 4, Scale::Log).expect("steps"),
            ["1/s", "10/s", "100/s", "1000/s"]
        );
    }

    #[test]
    fn ends_that_do_not_fit_are_refused() {
        for (from, to, scale, said) in [
            ("'1ms'", "'2s'", Scale::Linear, "the same unit"),
            ("1", "'2s'", Scale::Linear, "the same unit"),
            ("0", "5", Scale::Log, "above zero"),
            ("-1", "5", Scale::Log, "above zero"),
            ("nan", "5", Scale::Linear, "are numbers"),
            ("1", "inf", Scale::Linear, "are numbers"),
            ("'fifo'", "'lifo'", Scale::Linear, "are numbers"),
            ("'1.2.3s'", "'2s'", Scale::Linear, "are numbers"),
            ("true", "5", Scale::Linear, "are numbers"),
            ("[1]", "5", Scale::Linear, "are numbers"),
        ] {
            let error = between(from, to, 3, scale).expect_err(said);
            assert!(error.contains(said), "{from} to {to}: {error}");
        }
    }

    #[test]
    fn extreme_ends_do_not_overflow() {
        let ends = (i64::MIN.to_string(), i64::MAX.to_string());
        assert_eq!(between(&ends.0, &ends.1, 4, Scale::Linear).expect("steps").len(), 4);
        assert_eq!(between("-1e308", "1e308", 3, Scale::Linear).map(|steps| steps.len()), Ok(3));
    }
}
