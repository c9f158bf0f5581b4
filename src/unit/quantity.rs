//! What all quantities share: splitting a text into a decimal number and a unit, and the serde
//! and schema implementations that go with it.

use super::meant::meant;

/// A number with a unit, as it is written in a scenario.
pub trait Quantity: Sized {
    /// What it is called in messages: `a duration`.
    const NOUN: &'static str;
    /// Two or three well-formed examples.
    const EXAMPLES: &'static [&'static str];
    /// Units and their sizes in the base unit.
    const UNITS: &'static [(&'static str, u64)];
    /// The regular expression that the schema gives to editors.
    const PATTERN: &'static str;

    /// The value of `text`, or a sentence that says what is wrong with it.
    ///
    /// # Errors
    /// If the text is not a number with one of the units, or out of range.
    fn from_text(text: &str) -> Result<Self, String>;

    /// The shortest exact text.
    fn to_text(&self) -> String;
}

/// A decimal number: `digits` × 10^-`scale`, exactly as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: u128,
    pub(super) scale: u32,
}

impl Decimal {
    /// The number times `unit`, rounded to the nearest whole, or `None` if it exceeds `u64`.
    pub(super) fn times(self, unit: u64) -> Option<u64> {
        let power = 10_u128.checked_pow(self.scale)?;
        let scaled = self.digits.checked_mul(u128::from(unit))?;
        u64::try_from((scaled + power / 2) / power).ok()
    }

    /// The number as a float.
    pub(super) fn as_f64(self) -> f64 {
        // Parsing the text is correctly rounded, which dividing would not be.
        format!("{}e-{}", self.digits, self.scale).parse().unwrap_or(f64::INFINITY)
    }
}

/// Splits `text` into its number and its unit, or says what is wrong with it.
pub(super) fn split<Q: Quantity>(text: &str) -> Result<(Decimal, &str), String> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let decimal = decimal(number).ok_or_else(|| not_a_number::<Q>(text))?;
    if unit.starts_with([' ', '\t']) {
        let meant = meant(unit, Q::UNITS).ok_or_else(|| unknown::<Q>(unit.trim()))?;
        let joined = format!("{number}{meant}");
        return Err(format!("no space stands between the number and its unit: write \"{joined}\""));
    }
    if unit.is_empty() {
        let names: Vec<String> =
            Q::UNITS.iter().take(3).map(|(unit, _)| format!("\"{number}{unit}\"")).collect();
        return Err(format!("{} needs a unit: did you mean {}?", Q::NOUN, names.join(" or ")));
    }
    Ok((decimal, unit))
}

/// The size of the unit called `name`, or a sentence with the units that exist.
pub(super) fn unit<Q: Quantity>(name: &str) -> Result<u64, String> {
    let found = Q::UNITS.iter().find(|(unit, _)| *unit == name);
    found.map(|(_, size)| *size).ok_or_else(|| unknown::<Q>(name))
}

fn unknown<Q: Quantity>(name: &str) -> String {
    let units: Vec<&str> = Q::UNITS.iter().map(|(unit, _)| *unit).collect();
    let hint = meant(name, Q::UNITS).map(|unit| format!("; did you mean `{unit}`?"));
    let (noun, units, hint) = (Q::NOUN, units.join(", "), hint.unwrap_or_default());
    format!("unknown unit `{name}` of {noun}: the units are {units}{hint}")
}

fn not_a_number<Q: Quantity>(text: &str) -> String {
    let hint = match text.chars().next() {
        Some('-') => "; it is never negative",
        Some('+') => "; it has no sign",
        _ if text.contains(',') => "; it has a decimal point, not a comma",
        _ if text.len() > MAX_DIGITS => "; it has at most 30 digits",
        _ => "",
    };
    format!("{} is a number with a unit, such as \"{}\"{hint}", Q::NOUN, Q::EXAMPLES.join("\", \""))
}

/// So many digits of a number at most.
const MAX_DIGITS: usize = 30;

/// Digits with at most one point and single underscores between digits; at most 30 digits.
fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let sound = |part: &str| {
        !part.starts_with('_')
            && !part.ends_with('_')
            && !part.contains("__")
            && !part.contains('.')
    };
    if whole.is_empty() || !sound(whole) || !sound(fraction) || text.ends_with('.') {
        return None;
    }
    let digits: String = [whole, fraction].concat().chars().filter(|c| *c != '_').collect();
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let scale = u32::try_from(fraction.chars().filter(|c| *c != '_').count()).ok()?;
    Some(Decimal { digits: digits.parse().ok()?, scale })
}

/// Implements `Deserialize`, `Serialize` and `JsonSchema` for a quantity by its text form.
macro_rules! quantity_serde {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                use $crate::unit::quantity::TextVisitor;
                from.deserialize_any(TextVisitor::<$type>(std::marker::PhantomData))
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&$crate::unit::Quantity::to_text(self))
            }
        }
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": <$type as $crate::unit::Quantity>::PATTERN,
                    "examples": <$type as $crate::unit::Quantity>::EXAMPLES,
                })
            }
        }
    };
}
pub(super) use quantity_serde;

/// Reads a quantity from a string and says what is missing when a bare number stands there.
pub(super) struct TextVisitor<Q>(pub(super) std::marker::PhantomData<Q>);

impl<Q: Quantity> serde::de::Visitor<'_> for TextVisitor<Q> {
    type Value = Q;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} such as \"{}\"", Q::NOUN, Q::EXAMPLES.join("\" or \""))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Q, E> {
        Q::from_text(text).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Q, E> {
        self.visit_str(&n.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, x: f64) -> Result<Q, E> {
        self.visit_str(&x.to_string())
    }
}
