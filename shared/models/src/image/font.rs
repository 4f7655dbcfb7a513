//! The typeface that comes with the program: what it can write, and how wide that is.
//!
//! The renderer drops text whose family it does not have, without a word. So the family is looked up when it is loaded,
//! and text is shaped once before it is drawn.

use std::sync::Arc;

use resvg::usvg::{
    self, Node, Options, Tree,
    fontdb::{Database, Family, Query, Source, Weight},
};

const FAMILY: &str = "DejaVu Sans";
/// What stands for a character the typeface does not have.
const STAND_IN: char = '\u{fffd}';
/// Font size texts are measured at.
const MEASURED_AT: f32 = 100.0;

/// The bundled typeface.
#[derive(Debug, Clone)]
pub(super) struct Typeface(Arc<Database>);

impl Typeface {
    /// The typeface; `None` when it is not what its name says.
    pub(super) fn bundled() -> Option<Self> {
        let mut fonts = Database::new();
        for data in [dejavu::sans::regular(), dejavu::sans::bold()] {
            fonts.load_font_source(Source::Binary(Arc::new(data)));
        }
        fonts.set_sans_serif_family(FAMILY);
        let has = |weight| {
            let query = Query { families: &[Family::Name(FAMILY)], weight, ..Query::default() };
            fonts.query(&query).and_then(|id| fonts.face(id)).is_some_and(|face| face.weight == weight)
        };
        (has(Weight::NORMAL) && has(Weight::BOLD)).then(|| Self(Arc::new(fonts)))
    }

    /// Reads an SVG of ours; `None` when it is none.
    pub(super) fn tree(&self, svg: &str) -> Option<Tree> {
        let options = Options { fontdb: Arc::clone(&self.0), font_family: FAMILY.to_owned(), ..Options::default() };
        Tree::from_str(svg, &options).ok()
    }

    /// Widths of bold texts, as shares of the font size; `None` when one of them would not be drawn.
    pub(super) fn widths(&self, texts: &[&str]) -> Option<Vec<f32>> {
        let mut svg = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\">");
        for text in texts {
            svg.push_str(&element(text, MEASURED_AT));
        }
        svg.push_str("</svg>");
        let tree = self.tree(&svg)?;
        let widths: Vec<f32> = drawn(&tree).map(|text| text.bounding_box().width() / MEASURED_AT).collect();
        (widths.len() == texts.len()).then_some(widths)
    }

    /// The text as the typeface can write it, and how many of its characters it cannot.
    pub(super) fn writable(&self, text: &str) -> Option<(String, usize)> {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\">{}</svg>",
            element(text, 10.0)
        );
        let tree = self.tree(&svg)?;
        let glyphs = drawn(&tree).flat_map(|text| text.layouted()).flat_map(|span| &span.positioned_glyphs);
        let missing: String = glyphs.filter(|glyph| glyph.id.0 == 0).map(|glyph| glyph.text.as_str()).collect();
        let lacks = |c: &char| missing.contains(*c);
        let count = text.chars().filter(lacks).count();
        Some((text.chars().map(|c| if lacks(&c) { STAND_IN } else { c }).collect(), count))
    }
}

/// How many texts of a tree will be drawn with glyphs the typeface has.
pub(super) fn texts_drawn(tree: &Tree) -> usize {
    drawn(tree).filter(|text| text.layouted().iter().any(|span| !span.positioned_glyphs.is_empty())).count()
}

fn drawn(tree: &Tree) -> impl Iterator<Item = &usvg::Text> {
    tree.root().children().iter().filter_map(|node| match node {
        Node::Text(text) => Some(text.as_ref()),
        _ => None,
    })
}

fn element(text: &str, size: f32) -> String {
    format!(
        "<text x=\"0\" y=\"50\" font-family=\"{FAMILY}\" font-weight=\"700\" font-size=\"{size}\">{}</text>",
        escaped(text)
    )
}

/// Attributes of a bold text of ours.
pub(super) fn attributes(size: f32) -> String {
    format!("font-family=\"{FAMILY}\" font-weight=\"700\" font-size=\"{size:.1}\"")
}

/// The text as XML holds it: the five characters of markup escaped, what XML forbids replaced by a space.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_measured_by_its_glyphs() {
        let typeface = Typeface::bundled().unwrap();
        let widths = typeface.widths(&["iiii", "WWWW", "WWWWWWWW"]).unwrap();
        assert!(widths[0] < widths[1] / 2.0 && widths[0] > 0.5, "{widths:?}");
        assert!((widths[2] - 2.0 * widths[1]).abs() < 0.2, "{widths:?}");
    }

    #[test]
    fn characters_without_a_glyph_are_replaced_and_counted() {
        let typeface = Typeface::bundled().unwrap();
        assert_eq!(typeface.writable("Tea & <Größe> Ωμέγα"), Some(("Tea & <Größe> Ωμέγα".to_owned(), 0)));
        assert_eq!(typeface.writable("Tea 茶"), Some(("Tea \u{fffd}".to_owned(), 1)));
        assert_eq!(typeface.writable("\u{fffd}"), Some(("\u{fffd}".to_owned(), 0)), "the stand-in can be written");
    }

    #[test]
    fn a_missing_family_is_noticed() {
        let none = Typeface(Arc::new(Database::new()));
        assert_eq!(none.widths(&["Tea"]), None);
    }

    #[test]
    fn markup_in_a_text_is_text() {
        assert_eq!(escaped("</text><a href='x'>&\u{1}"), "&lt;/text&gt;&lt;a href=&apos;x&apos;&gt;&amp; ");
    }
}
