//! The one font of all plots, embedded, and the width of a text in it.
//!
//! The layout needs widths that are the same on every machine, so they are read from the font's
//! own tables in its integer units (OpenType specification, tables `head`, `hhea`, `hmtx` and
//! `cmap` format 4). The subset holds no kerning: a text is as wide as the sum of its advances.

use std::sync::OnceLock;

/// The font in the form that is measured and drawn into bitmaps.
pub(crate) const TTF: &[u8] = include_bytes!("../../../assets/roboto-regular-subset.ttf");

/// The same glyphs in the form that goes into an SVG file.
pub(crate) const WOFF2: &[u8] = include_bytes!("../../../assets/roboto-regular-subset.woff2");

/// The family under which a figure asks for the embedded font; the others are the next best
/// should a viewer ignore embedded fonts.
pub(crate) const FAMILY: &str = "Lindley Sans, Roboto, Helvetica, Arial, sans-serif";

/// The name that the embedded font is given in an SVG file: the first of [`FAMILY`].
pub(crate) const FACE: &str = "Lindley Sans";

/// The height of a capital letter, as a share of the size.
pub(crate) const CAPITALS: f64 = 0.711;

/// What the layout knows of a glyph, in font units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Glyph {
    letter: u32,
    advance: u16,
    bearing: i16,
}

/// The metrics of the embedded font.
#[derive(Debug)]
struct Metrics {
    /// Font units to the em.
    em: f64,
    /// From the lowest descender to the highest ascender, in font units.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "bitmaps alone need it"))]
    height: f64,
    /// Sorted by letter.
    glyphs: Vec<Glyph>,
}

/// The width of `text` set in `size`.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let units: f64 = text.chars().map(|letter| f64::from(glyph(letter).advance)).sum();
    units * size / metrics().em
}

/// How far one letter carries the pen, and how far its ink begins from the pen, in `size`.
#[cfg(feature = "cli")]
pub(crate) fn pen(letter: char, size: f64) -> (f64, f64) {
    let glyph = glyph(letter);
    let scale = size / metrics().em;
    (f64::from(glyph.advance) * scale, f64::from(glyph.bearing) * scale)
}

/// From descender to ascender, as a multiple of the size.
#[cfg(feature = "cli")]
pub(crate) fn line_height() -> f64 {
    metrics().height / metrics().em
}

fn glyph(letter: char) -> Glyph {
    let glyphs = &metrics().glyphs;
    let missing = Glyph { letter: 0, advance: 1_100, bearing: 0 };
    glyphs
        .binary_search_by_key(&u32::from(letter), |glyph| glyph.letter)
        .map_or(missing, |index| glyphs[index])
}

fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| {
        let head = table(b"head");
        let hhea = table(b"hhea");
        Metrics {
            em: f64::from(u16_at(head, 18)),
            height: f64::from(i16_at(hhea, 4)) - f64::from(i16_at(hhea, 6)),
            glyphs: glyphs(usize::from(u16_at(hhea, 34))),
        }
    })
}

/// The glyph of each letter, by the segments of the character map's Unicode subtable.
fn glyphs(long_metrics: usize) -> Vec<Glyph> {
    let (map, widths) = (character_map(), table(b"hmtx"));
    let segments = usize::from(u16_at(map, 6)) / 2;
    let mut glyphs = Vec::new();
    for segment in 0..segments {
        let last = u16_at(map, 14 + 2 * segment);
        let first = u16_at(map, 16 + 2 * (segments + segment));
        let delta = u16_at(map, 16 + 2 * (2 * segments + segment));
        let range_at = 16 + 2 * (3 * segments + segment);
        let range = usize::from(u16_at(map, range_at));
        for letter in (first..=last).filter(|&letter| letter != 0xFFFF) {
            let index = if range == 0 {
                letter.wrapping_add(delta)
            } else {
                let at = range_at + range + 2 * usize::from(letter - first);
                u16_at(map, at).wrapping_add(delta)
            };
            let index = usize::from(index);
            let at = 4 * index.min(long_metrics - 1);
            let bearing = if index < long_metrics {
                i16_at(widths, at + 2)
            } else {
                i16_at(widths, 4 * long_metrics + 2 * (index - long_metrics))
            };
            glyphs.push(Glyph { letter: letter.into(), advance: u16_at(widths, at), bearing });
        }
    }
    glyphs
}

/// The subtable of format 4.
fn character_map() -> &'static [u8] {
    let cmap = table(b"cmap");
    (0..usize::from(u16_at(cmap, 2)))
        .filter_map(|record| cmap.get(u32_at(cmap, 4 + 8 * record + 4)..))
        .find(|subtable| u16_at(subtable, 0) == 4)
        .unwrap_or_default()
}

/// The bytes from the start of a table of the font; empty if it has none such.
fn table(tag: &[u8; 4]) -> &'static [u8] {
    (0..usize::from(u16_at(TTF, 4)))
        .map(|record| 12 + 16 * record)
        .find(|&at| TTF.get(at..at + 4) == Some(tag))
        .and_then(|at| TTF.get(u32_at(TTF, at + 8)..))
        .unwrap_or_default()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
}

fn i16_at(bytes: &[u8], at: usize) -> i16 {
    u16_at(bytes, at).cast_signed()
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    (usize::from(u16_at(bytes, at)) << 16) | usize::from(u16_at(bytes, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(glyph('A').advance, 1336);
        assert!((width("0000", 10.0) - 4.0 * 1151.0 * 10.0 / 2048.0).abs() < 1e-9);
    }

    #[test]
    fn the_signs_that_plots_use_are_in_the_font() {
        for letter in "abcXYZ 0189,.()%±×≤≥µμσ–−…<&\"'\u{202f}".chars() {
            assert_eq!(glyph(letter).letter, u32::from(letter), "{letter:?}");
        }
    }

    #[test]
    fn an_unknown_letter_still_takes_room() {
        assert!(width("語", 10.0) > 3.0);
    }
}
