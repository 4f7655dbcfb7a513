//! Shapes of a picture, as SVG.

use super::{chance::Chance, color::Rgb, wishes::Family};

/// Width and height of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Canvas {
    /// The longer side.
    const LONGEST: u32 = 1600;
    /// No picture is longer than so many times its shorter side.
    const SLIMMEST: u32 = 4;

    /// The canvas of a ratio.
    pub(super) fn of((width, height): (u32, u32)) -> Self {
        let (width, height) = (width.clamp(1, 10_000), height.clamp(1, 10_000));
        let (width, height) = (width.max(height.div_ceil(Self::SLIMMEST)), height.max(width.div_ceil(Self::SLIMMEST)));
        let other = |long: u32, short: u32| (Self::LONGEST * short + long / 2) / long;
        if width >= height {
            Self { width: Self::LONGEST, height: other(width, height) }
        } else {
            Self { width: other(height, width), height: Self::LONGEST }
        }
    }

    /// The shorter side.
    pub(super) fn short(self) -> u32 {
        self.width.min(self.height)
    }
}

/// One shape of the family, anywhere on the canvas.
pub(super) fn shape(family: Family, color: Rgb, canvas: Canvas, chance: &mut Chance) -> String {
    match family {
        Family::Circles => circle(color, canvas, chance),
        Family::Waves => wave(color, canvas, chance),
        Family::Grid => grid(color, canvas, chance),
        Family::Peaks => peak(color, canvas, chance),
        Family::Bands => band(color, canvas, chance),
    }
}

fn circle(color: Rgb, canvas: Canvas, chance: &mut Chance) -> String {
    let (x, y) = (chance.between(0, canvas.width), chance.between(0, canvas.height));
    let radius = canvas.short() * chance.between(9, 27) / 100;
    format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{}\"/>", color.hex())
}

/// A hill line across the whole width, filled down to the lower edge.
fn wave(color: Rgb, canvas: Canvas, chance: &mut Chance) -> String {
    let Canvas { width, height } = canvas;
    let mut level = || height * chance.between(62, 92) / 100;
    let (left, first, second, right) = (level(), level(), level(), level());
    let (near, far) = (width / 3, width * 2 / 3);
    format!(
        "<path d=\"M0 {left}C{near} {first} {far} {second} {width} {right}V{height}H0Z\" fill=\"{}\"/>",
        color.hex()
    )
}

fn grid(color: Rgb, canvas: Canvas, chance: &mut Chance) -> String {
    let (columns, rows) = (chance.between(3, 7), chance.between(2, 5));
    let step = canvas.short() * chance.between(7, 12) / 100;
    let left = chance.between(0, canvas.width.saturating_sub(columns * step));
    let top = chance.between(0, canvas.height.saturating_sub(rows * step));
    let (side, corner) = (step * 78 / 100, step / 8);
    let mut group = format!("<g fill=\"{}\">", color.hex());
    for (column, row) in (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row))) {
        let (x, y) = (left + column * step, top + row * step);
        group.push_str(&format!("<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" rx=\"{corner}\"/>"));
    }
    group.push_str("</g>");
    group
}

/// A triangle that stands on the lower edge.
fn peak(color: Rgb, canvas: Canvas, chance: &mut Chance) -> String {
    let middle = chance.between(0, canvas.width);
    let half = canvas.width * chance.between(14, 30) / 100;
    let top = canvas.height * chance.between(38, 74) / 100;
    let (left, right, bottom) = (i64::from(middle) - i64::from(half), middle + half, canvas.height);
    format!("<path d=\"M{left} {bottom}L{middle} {top}L{right} {bottom}Z\" fill=\"{}\"/>", color.hex())
}

/// A stripe from edge to edge, leaning.
fn band(color: Rgb, canvas: Canvas, chance: &mut Chance) -> String {
    let Canvas { width, height } = canvas;
    let (x, lean) = (chance.between(0, width), height / 2);
    let thick = canvas.short() * chance.between(6, 16) / 100;
    let (top, far) = (x + lean, x + lean + thick);
    format!("<path d=\"M{x} {height}L{top} 0H{far}L{} {height}Z\" fill=\"{}\"/>", x + thick, color.hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canvas_keeps_the_ratio_and_its_bounds() {
        let of = |width, height| {
            let canvas = Canvas::of((width, height));
            (canvas.width, canvas.height)
        };
        assert_eq!(of(16, 9), (1600, 900));
        assert_eq!(of(3, 2), (1600, 1067));
        assert_eq!(of(1, 1), (1600, 1600));
        assert_eq!(of(9, 16), (900, 1600));
        assert_eq!(of(0, 0), (1600, 1600));
        assert_eq!(of(u32::MAX, 1), (1600, 400));
        assert_eq!(of(1, 100), (400, 1600));
    }
}
