//! Colours, dashes and hatches: what tells one series from another, also in grey.
//!
//! The colours of series are those of Okabe and Ito, "Color Universal Design" (2008), which people
//! with any common form of colour blindness can tell apart. Yellow, the last, is darkened: as
//! published it can hardly be seen as a thin line on white. The colours of cells are viridis, by
//! way of plotters.

use plotters::style::colors::colormaps::{ColorMap, ViridisRGB};

use super::marker::Marker;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// How a series looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Series {
    pub(crate) ink: Ink,
    /// Lengths of dash and gap in turn; none is a solid line.
    pub(crate) dash: &'static [f64],
    pub(crate) marker: Marker,
    pub(crate) hatch: Hatch,
}

/// The pattern on a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hatch {
    Plain,
    Rising,
    Falling,
    /// Rising and falling.
    Crossed,
    Level,
    Upright,
    /// Level and upright.
    Grid,
}

/// How many series look different from one another.
pub(crate) const SERIES: usize = LOOKS.len();

impl Ink {
    /// The colour of a figure's ground.
    pub(crate) const WHITE: Self = Self(255, 255, 255);
    /// Titles, numbers and axes.
    pub(crate) const TEXT: Self = Self(38, 38, 38);
    /// What may be overlooked: subtitles, notes.
    pub(crate) const QUIET: Self = Self(102, 102, 102);
    /// Axis lines and ticks.
    pub(crate) const AXIS: Self = Self(128, 128, 128);
    /// Lines of the grid.
    pub(crate) const GRID: Self = Self(226, 226, 226);
    /// Lines of the grid between the numbered ones.
    pub(crate) const FINE: Self = Self(241, 241, 241);

    /// This colour mixed with white: 0 leaves it, 1 makes it white.
    pub(crate) fn lighter(self, share: f64) -> Self {
        self.mixed(Self::WHITE, share)
    }

    /// This colour mixed with black: 0 leaves it, 1 makes it black.
    pub(crate) fn darker(self, share: f64) -> Self {
        self.mixed(Self(0, 0, 0), share)
    }

    /// Black or white, whichever can be read on this colour.
    pub(crate) fn readable(self) -> Self {
        if self.luminance() > 128.0 { Self::TEXT } else { Self::WHITE }
    }

    /// A shade of this colour that is seen both on it and on white.
    pub(crate) fn on_itself(self) -> Self {
        if self.luminance() < 40.0 { self.lighter(0.55) } else { self.darker(0.55) }
    }

    /// How light it is, from 0 to 255 (the weights of ITU-R BT.709, on the encoded values).
    fn luminance(self) -> f64 {
        0.2126 * f64::from(self.0) + 0.7152 * f64::from(self.1) + 0.0722 * f64::from(self.2)
    }

    fn mixed(self, other: Self, share: f64) -> Self {
        let mix =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The look of series number `index`; the looks repeat after [`SERIES`].
pub(crate) fn series(index: usize) -> Series {
    LOOKS[index % SERIES]
}

/// The colour of viridis at `share` between 0 (dark violet) and 1 (yellow).
pub(crate) fn viridis(share: f64) -> Ink {
    let colour = ViridisRGB.get_color(share.clamp(0.0, 1.0));
    Ink(colour.0, colour.1, colour.2)
}

const LOOKS: [Series; 8] = [
    look(Ink(0, 114, 178), &[], Marker::Disc, Hatch::Plain),
    look(Ink(213, 94, 0), &[7.0, 3.0], Marker::Square, Hatch::Rising),
    look(Ink(0, 158, 115), &[2.5, 2.0], Marker::Up, Hatch::Falling),
    look(Ink(204, 121, 167), &[8.0, 2.5, 2.0, 2.5], Marker::Diamond, Hatch::Level),
    look(Ink(230, 159, 0), &[12.0, 3.0], Marker::Down, Hatch::Crossed),
    look(Ink(86, 180, 233), &[5.0, 2.0, 1.5, 2.0, 1.5, 2.0], Marker::Star, Hatch::Upright),
    look(Ink(0, 0, 0), &[4.0, 3.0], Marker::Right, Hatch::Plain),
    look(Ink(176, 160, 0), &[10.0, 2.5, 4.0, 2.5], Marker::Left, Hatch::Grid),
];

const fn look(ink: Ink, dash: &'static [f64], marker: Marker, hatch: Hatch) -> Series {
    Series { ink, dash, marker, hatch }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_series_share_colour_marker_or_dash() {
        for a in 0..SERIES {
            for b in 0..a {
                let (a, b) = (series(a), series(b));
                assert!(a.ink != b.ink && a.marker != b.marker && a.dash != b.dash, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn series_of_one_hatch_differ_in_grey() {
        for a in 0..SERIES {
            for b in 0..a {
                let (a, b) = (series(a), series(b));
                let apart = (a.ink.luminance() - b.ink.luminance()).abs();
                assert!(a.hatch != b.hatch || apart > 60.0, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn text_on_a_cell_is_white_on_violet_and_dark_on_yellow() {
        assert_eq!(viridis(0.0).readable(), Ink::WHITE);
        assert_eq!(viridis(1.0).readable(), Ink::TEXT);
    }
}
