//! Draws a figure as SVG, by plotters' SVG back end.
//!
//! The back end counts in whole units, so it draws ten units to the point and the file's view box
//! scales them down: places are exact to a tenth of a point. Its header is replaced by one that
//! carries the font, so that every viewer sets the text in the widths that the layout measured.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, ShapeStyle};

use super::figure::{Anchor, Figure, Surface, Text};
use super::font::{FACE, WOFF2};
use super::geometry::{Point, Rect};
use super::palette::Ink;
use super::{base64, ink_style, letters};

/// Units of the back end to the point.
const UNITS: f64 = 10.0;

/// The offset of the base line below a text's place, as a share of its size, when the back end is
/// told that the place is the text's top.
const DROP: f64 = 0.76;

/// The back end's sizes are those of a line, 1.24 of the letters' own.
const LINE: f64 = 1.24;

/// The figure as an SVG document, titled `title` for those who cannot see it.
pub(crate) fn render(figure: &Figure, title: &str) -> Result<String, String> {
    super::register_font()?;
    let mut text = String::new();
    let size = ((figure.width * UNITS) as u32, (figure.height * UNITS) as u32);
    let mut page = Page(SVGBackend::with_string(&mut text, size));
    figure.draw_on(&mut page)?;
    page.0.present().map_err(|error| error.to_string())?;
    drop(page);
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    Ok(format!("{}{body}", header(figure, size, title)))
}

struct Page<'a>(SVGBackend<'a>);

impl Surface for Page<'_> {
    fn stroke(&mut self, points: &[Point], width: f64, ink: Ink) -> Result<(), String> {
        let stroke_width = (width * UNITS).round() as u32;
        let style = ShapeStyle { color: ink_style(ink, 1.0), filled: false, stroke_width };
        self.0.draw_path(points.iter().map(units), &style).map_err(|error| error.to_string())
    }

    fn fill(&mut self, points: &[Point], ink: Ink, opacity: f64) -> Result<(), String> {
        self.0
            .fill_polygon(points.iter().map(units), &ink_style(ink, opacity))
            .map_err(|error| error.to_string())
    }

    fn block(&mut self, rect: Rect, ink: Ink) -> Result<(), String> {
        let (from, to) = (Point::new(rect.left, rect.top), Point::new(rect.right, rect.bottom));
        self.0
            .draw_rect(units(&from), units(&to), &ink_style(ink, 1.0), true)
            .map_err(|error| error.to_string())
    }

    fn text(&mut self, text: &Text) -> Result<(), String> {
        let drop = DROP * text.size;
        let (place, transform) = if text.turned {
            (Point::new(text.at.x - drop, text.at.y), FontTransform::Rotate270)
        } else {
            (Point::new(text.at.x, text.at.y - drop), FontTransform::None)
        };
        let h_pos = match text.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let size = text.size * UNITS * LINE;
        let style = letters(size, text.ink, transform).pos(Pos::new(h_pos, VPos::Top));
        self.0.draw_text(&text.text, &style, units(&place)).map_err(|error| error.to_string())
    }
}

fn units(point: &Point) -> (i32, i32) {
    ((point.x * UNITS).round() as i32, (point.y * UNITS).round() as i32)
}

fn header(figure: &Figure, (width, height): (u32, u32), title: &str) -> String {
    let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" stroke-linejoin=\"round\">\n\
         <title>{escaped}</title>\n\
         <style>@font-face{{font-family:\"{FACE}\";src:url(data:font/woff2;base64,{}) \
         format(\"woff2\")}}</style>\n",
        figure.width,
        figure.height,
        base64::encode(WOFF2)
    )
}
