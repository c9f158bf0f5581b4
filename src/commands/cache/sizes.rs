//! How much a cache holds, as the command line says it.

use crate::evict::Capacity;
use crate::unit::{Bytes, Quantity};

/// A size as it was written, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Size {
    pub(super) text: String,
    meaning: Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Meaning {
    Absolute(Capacity),
    /// A share of all that is asked for.
    Share(f64),
}

impl Size {
    /// Reads `10000`, `64MiB`, `1%` or `0.01`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no size: write objects (10000), bytes (64MiB) or a share (1%)");
        let text = text.trim();
        let plain = text.replace('_', "");
        let share = plain.strip_suffix('%').map(|number| (number, 100.0));
        let share = share.or_else(|| plain.contains('.').then_some((plain.as_str(), 1.0)));
        let share = share.and_then(|(number, of)| Some(number.parse::<f64>().ok()? / of));
        let meaning = if let Ok(objects) = plain.parse::<u64>() {
            Meaning::Absolute(Capacity::Objects(objects))
        } else if let Some(share) = share {
            Meaning::Share(share)
        } else {
            let Bytes(bytes) = Bytes::from_text(text).map_err(|_| wrong())?;
            Meaning::Absolute(Capacity::Bytes(bytes))
        };
        let is_sound = match meaning {
            Meaning::Absolute(capacity) => capacity.most() > 0,
            Meaning::Share(share) => share > 0.0 && share <= 1.0,
        };
        if is_sound { Ok(Self { text: text.to_owned(), meaning }) } else { Err(wrong()) }
    }

    /// The capacity for a trace of which so many objects and bytes are asked for; shares are of
    /// the bytes if objects have sizes.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a footprint is below 2^63"
    )]
    pub(super) fn capacity(&self, objects: u64, bytes: Option<u64>) -> Capacity {
        match self.meaning {
            Meaning::Absolute(capacity) => capacity,
            Meaning::Share(share) => {
                let of = |all: u64| ((all as f64 * share) as u64).max(1);
                bytes.map_or_else(|| Capacity::Objects(of(objects)), |it| Capacity::Bytes(of(it)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_objects_bytes_or_shares() {
        for (text, capacity) in [
            ("10_000", Capacity::Objects(10_000)),
            ("64MiB", Capacity::Bytes(64 << 20)),
            ("1%", Capacity::Bytes(50)),
            ("0.5", Capacity::Bytes(2_500)),
        ] {
            assert_eq!(Size::read(text).unwrap().capacity(300, Some(5_000)), capacity, "{text}");
        }
        assert_eq!(Size::read("10%").unwrap().capacity(300, None), Capacity::Objects(30));
        for text in ["", "0", "0%", "101%", "-1", "x", "5 apples", "1.5"] {
            assert!(Size::read(text).unwrap_err().contains("is no size"), "{text}");
        }
    }
}
