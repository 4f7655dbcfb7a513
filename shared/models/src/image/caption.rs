//! The texts of a picture: a caption that can be read, and the mark that says what the picture is.

use resvg::tiny_skia::Pixmap;

use super::{
    color::{BLACK, READABLE, Rgb, WHITE, contrast},
    font::{Typeface, attributes, escaped},
    shapes::Canvas,
};

/// Longest text that is drawn, in characters.
const MOST_CHARS: usize = 120;
const MOST_LINES: usize = 3;
/// A longer word is broken.
const LONGEST_WORD: usize = 18;
/// Height of a line, in font sizes.
const LEADING: f32 = 1.25;

/// A caption, laid out.
#[derive(Debug)]
pub(super) struct Caption {
    lines: Vec<String>,
    size: f32,
    /// Left, top, width and height of what it covers.
    area: [f32; 4],
}

/// What a caption could be made of.
#[derive(Debug)]
pub(super) enum Layout {
    /// There is nothing to write.
    Nothing,
    /// The typeface has no glyphs for most of it.
    Unwritable,
    /// A caption.
    Caption(Caption),
}

impl Layout {
    /// Breaks a text into lines that fit; `None` when the typeface would not draw it.
    pub(super) fn of(text: &str, canvas: Canvas, typeface: &Typeface) -> Option<Self> {
        let text = trimmed(text);
        if text.is_empty() {
            return Some(Self::Nothing);
        }
        let (text, missing) = typeface.writable(&text)?;
        if missing * 2 > text.chars().filter(|c| !c.is_whitespace()).count() {
            return Some(Self::Unwritable);
        }
        let words = pieces(&text);
        let widths = typeface.widths(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
        let space = match typeface.widths(&["n n", "nn"])?[..] {
            [apart, together] => apart - together,
            _ => return None,
        };
        Some(Self::Caption(Caption::fitted(&words, &widths, space, canvas)))
    }
}

impl Caption {
    /// The largest size at which the words take few lines; at the smallest the rest is cut off.
    fn fitted(words: &[String], widths: &[f32], space: f32, canvas: Canvas) -> Self {
        let (width, short) = (canvas.width as f32, canvas.short() as f32);
        let room = width * 0.84;
        let sizes = [11.0, 13.0, 15.0, 18.0, 21.0, 25.0].map(|share| short / share);
        let mut fitted = (Vec::new(), sizes[0]);
        for size in sizes {
            fitted = (lines(words, widths, space, room / size), size);
            if fitted.0.len() <= MOST_LINES {
                break;
            }
        }
        let (mut lines, size) = fitted;
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES);
            if let Some(last) = lines.last_mut() {
                last.0.push('…');
            }
        }
        let widest = lines.iter().map(|(_, width)| width * size).fold(0.0, f32::max);
        let (margin, pad) = (width * 0.06, size * 0.45);
        let tall = lines.len() as f32 * size * LEADING;
        let top = canvas.height as f32 - short * 0.14 - tall;
        let area = [margin - pad, top - pad, widest + 2.0 * pad, tall + 1.6 * pad];
        Self { lines: lines.into_iter().map(|(line, _)| line).collect(), size, area }
    }

    /// How many lines are drawn.
    pub(super) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The caption as SVG over what is behind it, which is given at `scale`. Where neither black nor white can be read
    /// on all of it, a panel of `color` lies between.
    pub(super) fn svg(&self, behind: &Pixmap, scale: f32, color: Rgb) -> String {
        let mut svg = String::new();
        let ink = self.ink_on(behind, scale).unwrap_or_else(|| {
            let [left, top, width, height] = self.area;
            svg.push_str(&format!(
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{:.1}\" fill=\"{}\"/>",
                self.size * 0.2,
                color.hex()
            ));
            color.ink()
        });
        let (left, top) = (self.area[0] + self.size * 0.45, self.area[1] + self.size * 0.45);
        for (at, line) in (0_u8..).zip(&self.lines) {
            let y = top + self.size * (LEADING * f32::from(at) + 1.0);
            let (font, fill) = (attributes(self.size), ink.hex());
            svg.push_str(&format!(
                "<text x=\"{left:.1}\" y=\"{y:.1}\" {font} fill=\"{fill}\">{}</text>",
                escaped(line)
            ));
        }
        svg
    }

    /// Black or white, if it can be read on every pixel behind the caption.
    fn ink_on(&self, behind: &Pixmap, scale: f32) -> Option<Rgb> {
        let [left, top, width, height] = self.area.map(|side| (side * scale).max(0.0));
        // Truncation is what is wanted: whole pixels of a small picture.
        let (first_x, last_x) = (left as u32, (left + width) as u32);
        let (first_y, last_y) = (top as u32, (top + height) as u32);
        let least = |ink: Rgb| {
            let mut least = f64::INFINITY;
            for (x, y) in (first_y..=last_y).flat_map(|y| (first_x..=last_x).map(move |x| (x, y))) {
                if let Some(pixel) = behind.pixel(x, y) {
                    least = least.min(contrast(ink, Rgb([pixel.red(), pixel.green(), pixel.blue()])));
                }
            }
            least
        };
        let (on_white, on_black) = (least(WHITE), least(BLACK));
        let (ink, least) = if on_white >= on_black { (WHITE, on_white) } else { (BLACK, on_black) };
        (least >= READABLE).then_some(ink)
    }
}

/// The mark in the lower right corner: no sample passes for a picture of something.
pub(super) fn mark(canvas: Canvas, typeface: &Typeface) -> Option<String> {
    const MARK: &str = "sample";
    let size = canvas.short() as f32 / 34.0;
    let text = typeface.widths(&[MARK])?.first()? * size;
    let (width, height, inset) = (text + size * 1.2, size * 1.8, size * 0.7);
    let (left, top) = (canvas.width as f32 - width - inset, canvas.height as f32 - height - inset);
    // Behind black at 78 % even white is dark enough for white letters (10:1).
    Some(format!(
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{:.1}\" fill=\"#000000\" \
         fill-opacity=\"0.78\"/><text x=\"{:.1}\" y=\"{:.1}\" {} fill=\"#ffffff\">{MARK}</text>",
        size * 0.5,
        left + size * 0.6,
        top + size * 1.25,
        attributes(size),
    ))
}

/// On one line, without what is no character of a text, and no longer than is drawn.
fn trimmed(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() <= MOST_CHARS {
        return line;
    }
    let mut cut: String = line.chars().take(MOST_CHARS - 1).collect();
    cut.push('…');
    cut
}

/// Words, the long ones in pieces.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for word in text.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        pieces.extend(letters.chunks(LONGEST_WORD).map(|piece| piece.iter().collect::<String>()));
    }
    pieces
}

/// Lines no wider than `room` (in font sizes) and their widths.
fn lines(words: &[String], widths: &[f32], space: f32, room: f32) -> Vec<(String, f32)> {
    let mut lines: Vec<(String, f32)> = Vec::new();
    for (word, width) in words.iter().zip(widths) {
        match lines.last_mut() {
            Some((line, used)) if *used + space + width <= room => {
                line.push(' ');
                line.push_str(word);
                *used += space + width;
            }
            _ => lines.push((word.clone(), *width)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str, ratio: (u32, u32)) -> Caption {
        match Layout::of(text, Canvas::of(ratio), &Typeface::bundled().unwrap()).unwrap() {
            Layout::Caption(caption) => caption,
            other => panic!("{other:?}"),
        }
    }

    fn behind(color: Rgb) -> Pixmap {
        let mut pixmap = Pixmap::new(400, 400).unwrap();
        let [red, green, blue] = color.0;
        pixmap.fill(resvg::tiny_skia::Color::from_rgba8(red, green, blue, 255));
        pixmap
    }

    #[test]
    fn captions_stay_on_the_canvas_whatever_they_say() {
        let long = "Sustainable gardening in small cities with little water and less time ".repeat(4);
        for text in ["Tea", "How to grow tomatoes on a balcony", long.as_str(), &"W".repeat(300)] {
            for ratio in [(16, 9), (1, 1), (9, 16), (4, 1), (1, 4)] {
                let (caption, canvas) = (layout(text, ratio), Canvas::of(ratio));
                let [left, top, width, height] = caption.area;
                assert!(caption.lines.len() <= MOST_LINES, "{:?}", caption.lines);
                assert!(left >= 0.0 && top >= 0.0, "{ratio:?} {text}: {:?}", caption.area);
                assert!(left + width <= canvas.width as f32, "{ratio:?} {text}: {:?}", caption.area);
                assert!(top + height <= canvas.height as f32, "{ratio:?} {text}: {:?}", caption.area);
            }
        }
    }

    #[test]
    fn a_panel_is_laid_only_where_the_ground_needs_one() {
        let (caption, brand) = (layout("Tea", (1, 1)), Rgb([0x00, 0x66, 0xcc]));
        let svg = |ground| caption.svg(&behind(ground), 0.25, brand);
        assert!(!svg(WHITE).contains("<rect") && svg(WHITE).contains("fill=\"#000000\""));
        assert!(!svg(BLACK).contains("<rect") && svg(BLACK).contains("fill=\"#ffffff\""));
        let mut mixed = behind(WHITE);
        let half = mixed.pixels().len() - 20_000;
        mixed.pixels_mut()[half..].fill(behind(BLACK).pixels()[0]);
        let panelled = caption.svg(&mixed, 0.25, brand);
        assert!(panelled.contains("fill=\"#0066cc\"/>") && panelled.contains("fill=\"#ffffff\">Tea"), "{panelled}");
    }

    #[test]
    fn what_cannot_be_written_is_left_out() {
        let typeface = Typeface::bundled().unwrap();
        let of = |text| Layout::of(text, Canvas::of((1, 1)), &typeface).unwrap();
        assert!(matches!(of("茶の湯"), Layout::Unwritable));
        assert!(matches!(of(" \n\t"), Layout::Nothing));
        assert!(matches!(of("Tea (茶)"), Layout::Caption(_)));
        assert_eq!(trimmed(&"ab ".repeat(100)).chars().count(), MOST_CHARS);
    }
}
