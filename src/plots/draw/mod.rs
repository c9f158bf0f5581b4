//! The drawing kit: figures, scales, panels, legends, and their two renderings.
//!
//! Layout is our own arithmetic in points, the same on every platform; plotters is behind `svg`
//! and `bitmap` alone, which turn a finished figure into a file, and behind `palette` for viridis.

pub(crate) mod bar;
pub(crate) mod curve;
pub(crate) mod estimate;
pub(crate) mod figure;
pub(crate) mod font;
pub(crate) mod geometry;
pub(crate) mod group;
pub(crate) mod label;
pub(crate) mod legend;
pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod panel;
pub(crate) mod scale;
pub(crate) mod svg;

mod base64;
#[cfg(feature = "cli")]
pub(crate) mod bitmap;
mod marker;
#[cfg(feature = "cli")]
mod png;
mod round;
mod stroke;

use plotters::style::{
    FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, RGBColor, TextStyle,
};

/// Makes the embedded font known to plotters, which has none of its own.
fn register_font() -> Result<(), String> {
    plotters::style::register_font(font::FAMILY, FontStyle::Normal, font::TTF)
        .map_err(|_| "the embedded font cannot be read".to_owned())
}

/// A colour as plotters wants it.
fn ink_style(ink: palette::Ink, opacity: f64) -> RGBAColor {
    RGBAColor(ink.0, ink.1, ink.2, opacity)
}

/// Letters as plotters wants them: `size` is that of a line, placed by its upper left corner.
fn letters(size: f64, ink: palette::Ink, transform: FontTransform) -> TextStyle<'static> {
    FontDesc::new(FontFamily::Name(font::FAMILY), size, FontStyle::Normal)
        .color(&RGBColor(ink.0, ink.1, ink.2))
        .transform(transform)
}
