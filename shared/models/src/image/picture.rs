//! A picture: a ground that runs from the first colour into the second, a few shapes, a caption if there is one, a mark.

use resvg::tiny_skia::{Pixmap, Transform};

use super::{
    caption::{Layout, mark},
    chance::Chance,
    color::Rgb,
    font::{Typeface, texts_drawn},
    shapes::{Canvas, shape},
    wishes::Wishes,
};

/// What the ground is looked at with, to find a colour for the caption.
const SMALL: f32 = 0.25;

/// A drawn picture.
#[derive(Debug)]
pub(super) struct Picture {
    /// The file.
    pub(super) png: Vec<u8>,
    /// What became of the caption, if it says something.
    pub(super) captioned: Option<&'static str>,
}

/// Draws; `None` when the typeface or the renderer does not do what it should.
pub(super) fn draw(
    wishes: &Wishes,
    caption: Option<&str>,
    canvas: Canvas,
    typeface: &Typeface,
    chance: &mut Chance,
) -> Option<Picture> {
    let ground = ground(wishes, canvas, chance);
    let mut texts = mark(canvas, typeface)?;
    let mut expected = 1;
    let mut captioned = None;
    match Layout::of(caption.unwrap_or_default(), canvas, typeface)? {
        Layout::Nothing => {}
        Layout::Unwritable => captioned = Some("the caption is left out: the typeface lacks its letters"),
        Layout::Caption(caption) => {
            let behind = rendered(&wrapped(&ground, "", canvas), canvas, SMALL, typeface, 0)?;
            expected += caption.line_count();
            texts.push_str(&caption.svg(&behind, SMALL, first(wishes)));
        }
    }
    let whole = rendered(&wrapped(&ground, &texts, canvas), canvas, 1.0, typeface, expected)?;
    Some(Picture { png: whole.encode_png().ok()?, captioned })
}

/// Gradient and shapes. The first colour keeps most of the ground, and shapes are not see-through, so that what is seen
/// are the colours that were asked for and not mixtures of them.
fn ground(wishes: &Wishes, canvas: Canvas, chance: &mut Chance) -> String {
    let (x, y) = chance.one_of(&[("1", "0"), ("1", "1"), ("0", "1")]).unwrap_or(("1", "1"));
    let (from, to) = (first(wishes), wishes.palette.get(1).copied().unwrap_or(first(wishes)));
    let mut svg = format!(
        "<defs><linearGradient id=\"g\" x1=\"0\" y1=\"0\" x2=\"{x}\" y2=\"{y}\"><stop offset=\"0\" stop-color=\"{0}\"/>\
         <stop offset=\"0.66\" stop-color=\"{0}\"/><stop offset=\"0.9\" stop-color=\"{1}\"/></linearGradient></defs>\
         <rect width=\"100%\" height=\"100%\" fill=\"url(#g)\"/>",
        from.hex(),
        to.hex()
    );
    let colors = &wishes.palette[1..];
    for at in 0..chance.between(3, 6) {
        let color = colors[usize::try_from(at).unwrap_or(0) % colors.len()];
        // A second round of few colours would be lost on itself.
        let tint = u16::try_from(at).unwrap_or(0) / u16::try_from(colors.len()).unwrap_or(1) * 3;
        let family = chance.one_of(&wishes.families).unwrap_or(super::wishes::Family::Bands);
        svg.push_str(&shape(family, color.mixed(color.ink(), tint.min(5)), canvas, chance));
    }
    svg
}

fn first(wishes: &Wishes) -> Rgb {
    wishes.palette.first().copied().unwrap_or(super::color::WHITE)
}

fn wrapped(ground: &str, texts: &str, Canvas { width, height }: Canvas) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{ground}{texts}</svg>")
}

/// The SVG in pixels, if all of its texts are drawn.
fn rendered(svg: &str, canvas: Canvas, scale: f32, typeface: &Typeface, texts: usize) -> Option<Pixmap> {
    let tree = typeface.tree(svg)?;
    if texts_drawn(&tree) != texts {
        return None;
    }
    // Sides are at most 1600: exact, and whole after scaling by a quarter but for a pixel at the edge.
    let side = |length: u32| (length as f32 * scale) as u32;
    let mut pixmap = Pixmap::new(side(canvas.width), side(canvas.height))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Some(pixmap)
}
