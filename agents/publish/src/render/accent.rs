//! The brand's colour, where it can be read.

/// The papers of `base.css`: light, dark.
const PAPERS: [(&str, &str); 2] = [("light", "#fcfbf8"), ("dark", "#16191d")];
/// Least contrast of text to its ground (WCAG 2.2, 1.4.3, level AA).
const LEAST_CONTRAST: f64 = 4.5;

/// Style that gives links, rules, marks of lists and quotations, and the name of the site the colour in those modes in which
/// it can be read; empty when in none.
pub(super) fn style(color: Option<&str>) -> String {
    let Some((color, ink)) = color.and_then(|color| Some((color, luminance(color)?))) else { return String::new() };
    let readable = |paper: &str| luminance(paper).is_some_and(|paper| contrast(ink, paper) >= LEAST_CONTRAST);
    let modes = PAPERS.into_iter().filter(|(_, paper)| readable(paper));
    modes
        .map(|(mode, _)| {
            format!(
                "@media screen and (prefers-color-scheme: {mode}) {{ :root {{ --link: {color}; --accent: {color}; }} }}\n"
            )
        })
        .collect()
}

/// WCAG 2.2: ratio of the relative luminances, 1 to 21.
fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2: relative luminance of `#rrggbb`, 0 to 1; `None` for anything else.
fn luminance(color: &str) -> Option<f64> {
    let hex = color.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        let of = |a, b| luminance(a).zip(luminance(b)).map_or(0.0, |(a, b)| contrast(a, b));
        assert!((of("#000000", "#FFFFFF") - 21.0).abs() < 1e-9);
        assert!((of("#777777", "#ffffff") - 4.478).abs() < 0.001);
    }

    #[test]
    fn a_colour_is_used_only_where_it_can_be_read() {
        let modes = |color| PAPERS.map(|(mode, _)| style(Some(color)).contains(mode));
        assert_eq!(modes("#003366"), [true, false]);
        assert_eq!(modes("#ffcc00"), [false, true]);
        assert_eq!(modes("#777777"), [false, false]);
        for none in [None, Some("red"), Some("#12345"), Some("#12345g"), Some("#é234"), Some("")] {
            assert_eq!(style(none), "");
        }
    }

    #[test]
    fn the_papers_are_those_of_the_style_sheet() {
        let css = include_str!("../../templates/base.css");
        for (_, paper) in PAPERS {
            assert!(css.contains(&format!("--paper: {paper};")), "{paper}");
        }
    }
}
