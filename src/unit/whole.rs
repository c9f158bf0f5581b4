//! Keys with whole numbers or lengths in a range: what has been read is legal.

use serde::de::{Deserialize, Deserializer, Error};

use crate::time::Span;

/// Declares readers of whole numbers for `#[serde(deserialize_with)]`, each named after its key:
/// `burst: 0..=1_000;`. The field may be the number or an option of it.
macro_rules! whole_keys {
    ($($key:ident: $min:literal..=$max:literal;)*) => {$(
        fn $key<'de, D, T>(from: D) -> Result<T, D::Error>
        where
            D: serde::Deserializer<'de>,
            T: From<u32>,
        {
            $crate::unit::whole(stringify!($key), $min, $max, from).map(T::from)
        }
    )*};
}

/// Declares readers of lengths that are longer than 0s, each named after its key and with an
/// example: `period: "1s";`. The field may be the length or an option of it.
macro_rules! length_keys {
    ($($key:ident: $example:literal;)*) => {$(
        fn $key<'de, D, T>(from: D) -> Result<T, D::Error>
        where
            D: serde::Deserializer<'de>,
            T: From<$crate::time::Span>,
        {
            $crate::unit::length(stringify!($key), $example, from).map(T::from)
        }
    )*};
}

pub(crate) use {length_keys, whole_keys};

/// Reads the whole number of this key.
///
/// # Errors
/// If it lies outside of `min` to `max`.
pub fn whole<'de, D: Deserializer<'de>>(
    key: &str,
    min: u32,
    max: u32,
    from: D,
) -> Result<u32, D::Error> {
    let number = i64::deserialize(from)?;
    u32::try_from(number).ok().filter(|n| (min..=max).contains(n)).ok_or_else(|| {
        D::Error::custom(format!("`{key}` is a whole number from {min} to {max}, not {number}"))
    })
}

/// Reads the length of this key.
///
/// # Errors
/// If it is 0s.
pub fn length<'de, D: Deserializer<'de>>(
    key: &str,
    example: &str,
    from: D,
) -> Result<Span, D::Error> {
    let length = Span::deserialize(from)?;
    if length.is_zero() {
        return Err(D::Error::custom(format!(
            "`{key}` is longer than 0s: write \"{example}\" for the usual one"
        )));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    whole_keys! { tries: 1..=5; }
    length_keys! { pause: "2s"; }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Keys {
        #[serde(deserialize_with = "tries")]
        tries: u32,
        #[serde(default, deserialize_with = "tries")]
        other: Option<u32>,
        #[serde(deserialize_with = "pause")]
        pause: Span,
    }

    #[test]
    fn a_key_is_read_as_itself_or_as_an_option() {
        let read = toml::from_str("tries = 5\nother = 1\npause = \"1ms\"");
        assert_eq!(read, Ok(Keys { tries: 5, other: Some(1), pause: Span::from_millis(1) }));
        let read: Result<Keys, _> = toml::from_str("tries = 1\npause = \"1ms\"");
        assert_eq!(read.map(|keys| keys.other), Ok(None));
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_the_range() {
        for (text, said) in [
            ("tries = 0\npause = \"1s\"", "`tries` is a whole number from 1 to 5, not 0"),
            ("tries = 6\npause = \"1s\"", "not 6"),
            ("tries = -1\npause = \"1s\"", "not -1"),
            ("tries = 1\npause = \"0s\"", "`pause` is longer than 0s: write \"2s\""),
        ] {
            let error = toml::from_str::<Keys>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
