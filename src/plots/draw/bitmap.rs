//! Draws a figure as a PNG file at double density, by plotters' bitmap back end.
//!
//! The back end knows whole pixels only and sets each letter without its side bearing. So it draws
//! at four pixels to the point, letter by letter where the font wants them, and every four pixels
//! become one: lines come out even and letters are spaced as in print.

use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{FontTransform, TextStyle};

use super::figure::{Anchor, Figure, Surface, Text};
use super::font;
use super::geometry::{Point, Rect};
use super::palette::Ink;
use super::{ink_style, letters, png};

/// Pixels of the drawing to the point.
const PIXELS: f64 = 4.0;

/// Pixels of the drawing to one of the file, across and down.
const SHRINK: usize = 2;

/// The figure as a PNG file.
pub(crate) fn render(figure: &Figure) -> Result<Vec<u8>, String> {
    super::register_font()?;
    let (width, height) = ((figure.width * PIXELS) as u32, (figure.height * PIXELS) as u32);
    let mut pixels = vec![255; width as usize * height as usize * 3];
    let mut page = Page(BitMapBackend::with_buffer(&mut pixels, (width, height)));
    figure.draw_on(&mut page)?;
    page.0.present().map_err(|error| error.to_string())?;
    drop(page);
    let small = shrink(&pixels, width as usize, height as usize);
    Ok(png::encode(&small, width as usize / SHRINK, height as usize / SHRINK))
}

struct Page<'a>(BitMapBackend<'a>);

impl Surface for Page<'_> {
    fn stroke(&mut self, points: &[Point], width: f64, ink: Ink) -> Result<(), String> {
        for pair in points.windows(2) {
            self.segment(pair[0], pair[1], width, ink)?;
        }
        let joints = points.get(1..points.len() - 1).unwrap_or_default();
        for joint in joints.iter().filter(|_| width > 1.0) {
            self.joint(*joint, width / 2.0, ink)?;
        }
        Ok(())
    }

    fn fill(&mut self, points: &[Point], ink: Ink, opacity: f64) -> Result<(), String> {
        self.0
            .fill_polygon(points.iter().map(|point| pixel(*point)), &ink_style(ink, opacity))
            .map_err(|error| error.to_string())
    }

    fn block(&mut self, rect: Rect, ink: Ink) -> Result<(), String> {
        let (from, to) = (Point::new(rect.left, rect.top), Point::new(rect.right, rect.bottom));
        self.0
            .draw_rect(pixel(from), pixel(to), &ink_style(ink, 1.0), true)
            .map_err(|error| error.to_string())
    }

    fn text(&mut self, text: &Text) -> Result<(), String> {
        let size = text.size * PIXELS;
        let mut at = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -font::width(&text.text, size) / 2.0,
            Anchor::End => -font::width(&text.text, size),
        };
        let (height, (x, y)) = (size * font::line_height(), pixel(text.at));
        let up = (-height / 2.0).round() as i32;
        for letter in text.text.chars() {
            let (advance, bearing) = font::pen(letter, size);
            let along = at.round() as i32 + bearing.floor() as i32;
            let (place, transform) = if text.turned {
                ((x + up, y - along), FontTransform::Rotate270)
            } else {
                ((x + along, y + up), FontTransform::None)
            };
            self.letter(letter, place, &letters(height, text.ink, transform))?;
            at += advance;
        }
        Ok(())
    }
}

impl Page<'_> {
    fn letter(
        &mut self,
        letter: char,
        place: (i32, i32),
        style: &TextStyle<'_>,
    ) -> Result<(), String> {
        let mut bytes = [0; 4];
        self.0
            .draw_text(letter.encode_utf8(&mut bytes), style, place)
            .map_err(|error| error.to_string())
    }

    /// A straight piece of a line; an upright or level one is a rectangle on whole pixels.
    fn segment(&mut self, from: Point, to: Point, width: f64, ink: Ink) -> Result<(), String> {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = (dx * dx + dy * dy).sqrt();
        if length <= 0.0 {
            return Ok(());
        }
        let half = width / 2.0;
        if dx.abs() < 1e-6 || dy.abs() < 1e-6 {
            let (across, down) = if dx.abs() < 1e-6 { (half, 0.0) } else { (0.0, half) };
            let (left, right) = (from.x.min(to.x) - across, from.x.max(to.x) + across);
            let (top, bottom) = (from.y.min(to.y) - down, from.y.max(to.y) + down);
            return self.block(Rect::new(left, top, right, bottom), ink);
        }
        let (across, down) = (-dy / length * half, dx / length * half);
        let corners = [
            Point::new(from.x + across, from.y + down),
            Point::new(to.x + across, to.y + down),
            Point::new(to.x - across, to.y - down),
            Point::new(from.x - across, from.y - down),
        ];
        self.fill(&corners, ink, 1.0)
    }

    fn joint(&mut self, at: Point, radius: f64, ink: Ink) -> Result<(), String> {
        let radius = (radius * PIXELS).floor() as u32;
        self.0
            .draw_circle(pixel(at), radius, &ink_style(ink, 1.0), true)
            .map_err(|error| error.to_string())
    }
}

fn pixel(point: Point) -> (i32, i32) {
    ((point.x * PIXELS).round() as i32, (point.y * PIXELS).round() as i32)
}

/// The picture with each square of pixels made one, of their mean colour.
fn shrink(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(pixels.len() / (SHRINK * SHRINK));
    for top in (0..height / SHRINK).map(|row| row * SHRINK) {
        for left in (0..width / SHRINK).map(|column| column * SHRINK) {
            for channel in 0..3 {
                let sum: usize = (0..SHRINK * SHRINK)
                    .map(|n| (top + n / SHRINK) * width + left + n % SHRINK)
                    .map(|place| usize::from(pixels[place * 3 + channel]))
                    .sum();
                small.push(((sum + SHRINK * SHRINK / 2) / (SHRINK * SHRINK)) as u8);
            }
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pixels_become_their_mean() {
        let pixels = [[0, 0, 0], [255, 0, 8], [255, 0, 8], [255, 0, 8]].concat();
        assert_eq!(shrink(&pixels, 2, 2), [191, 0, 6]);
    }

    #[test]
    fn a_figure_becomes_a_file_of_twice_its_size() {
        let png = render(&Figure::new(30.0, 20.0)).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&png[16..24], [0, 0, 0, 60, 0, 0, 0, 40]);
    }
}
