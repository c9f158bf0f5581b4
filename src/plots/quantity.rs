//! Numbers with units in the values of a varied key.

/// A number with a unit, as scenarios write them: `200/s`, `5ms`, `512MiB`, `1_000`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    pub(super) number: f64,
    pub(super) unit: String,
    /// What is measured; the unit itself where it is none that is known.
    pub(super) kind: String,
    /// How much of it one unit is.
    pub(super) factor: f64,
}

impl Quantity {
    /// The quantity that `text` writes; nothing if it is no number with at most a unit behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "");
        let split = text.find(|c: char| !(c.is_ascii_digit() || ".-+".contains(c)));
        let (number, unit) = match text.parse::<f64>() {
            Ok(_) => (text.as_str(), ""),
            Err(_) => text.split_at(split?),
        };
        let number = number.parse::<f64>().ok().filter(|number| number.is_finite())?;
        let unit = unit.trim();
        let known = UNITS.iter().find(|(name, ..)| *name == unit);
        let (kind, factor) = known.map_or((unit, 1.0), |(_, kind, factor)| (*kind, *factor));
        Some(Self { number, unit: unit.to_owned(), kind: kind.to_owned(), factor })
    }
}

/// Units, what they measure, and how much of it they are.
const UNITS: [(&str, &str, f64); 25] = [
    ("ns", "time", 1e-9),
    ("us", "time", 1e-6),
    ("µs", "time", 1e-6),
    ("ms", "time", 1e-3),
    ("s", "time", 1.0),
    ("min", "time", 60.0),
    ("h", "time", 3_600.0),
    ("d", "time", 86_400.0),
    ("/ms", "rate", 1e3),
    ("/s", "rate", 1.0),
    ("/min", "rate", 1.0 / 60.0),
    ("/h", "rate", 1.0 / 3_600.0),
    ("B", "size", 1.0),
    ("kB", "size", 1e3),
    ("MB", "size", 1e6),
    ("GB", "size", 1e9),
    ("KiB", "size", 1_024.0),
    ("MiB", "size", 1_048_576.0),
    ("GiB", "size", 1_073_741_824.0),
    ("TiB", "size", 1_099_511_627_776.0),
    ("bit/s", "bandwidth", 1.0),
    ("kbit/s", "bandwidth", 1e3),
    ("Mbit/s", "bandwidth", 1e6),
    ("Gbit/s", "bandwidth", 1e9),
    ("%", "share", 0.01),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_with_its_unit() {
        for (text, number, unit, kind) in [
            ("200/s", 200.0, "/s", "rate"),
            ("0.5ms", 0.5, "ms", "time"),
            ("1_000", 1000.0, "", ""),
            ("512MiB", 512.0, "MiB", "size"),
            ("3 parsecs", 3.0, "parsecs", "parsecs"),
        ] {
            let quantity = Quantity::parse(text).expect(text);
            assert!((quantity.number - number).abs() < 1e-12, "{text}");
            assert_eq!((&*quantity.unit, &*quantity.kind), (unit, kind));
        }
    }

    #[test]
    fn a_name_is_no_quantity() {
        for text in ["round-robin", "", "h2", "true", "inf"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
