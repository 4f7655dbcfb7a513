//! What the words of style and of the negative prompt choose: families of shapes and, without brand colours, a palette.
//! Nothing else of them has an effect, and the answer says which words had one.

use super::color::Rgb;

/// A family of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Circles,
    Waves,
    Grid,
    Peaks,
    Bands,
}

const ALL: [Family; 5] = [Family::Circles, Family::Waves, Family::Grid, Family::Peaks, Family::Bands];

/// Colours for want of brand colours, the most important first.
type Palette = [Rgb; 3];

const CALM: Palette = [Rgb([0x2f, 0x5d, 0x62]), Rgb([0xa7, 0xc4, 0xbc]), Rgb([0x5e, 0x8b, 0x7e])];
const WARM: Palette = [Rgb([0xb0, 0x5a, 0x2b]), Rgb([0xf0, 0xc9, 0x87]), Rgb([0xd9, 0x8b, 0x4a])];
const COOL: Palette = [Rgb([0x2b, 0x4c, 0x7e]), Rgb([0xb8, 0xc9, 0xdf]), Rgb([0x56, 0x7e, 0xbb])];
const DARK: Palette = [Rgb([0x1f, 0x29, 0x33]), Rgb([0x5a, 0x6a, 0x7a]), Rgb([0x3a, 0x47, 0x55])];
const LIGHT: Palette = [Rgb([0xee, 0xf2, 0xf6]), Rgb([0xb4, 0xc6, 0xd6]), Rgb([0xd3, 0xde, 0xe8])];

const FAMILY_WORDS: [(Family, &str, &[&str]); 5] = [
    (Family::Circles, "circles", &["circle", "circles", "round", "bubbles", "dots", "playful", "balls"]),
    (
        Family::Waves,
        "waves",
        &["wave", "waves", "soft", "organic", "flowing", "curves", "watercolour", "watercolor", "nature"],
    ),
    (Family::Grid, "a grid", &["grid", "tiles", "geometric", "technical", "squares", "minimal", "isometric", "pixel"]),
    (Family::Peaks, "peaks", &["angular", "sharp", "triangles", "triangle", "mountains", "bold", "polygons", "spikes"]),
    (Family::Bands, "bands", &["stripes", "striped", "lines", "bands", "retro", "diagonal"]),
];

type Named = (&'static str, Palette);

/// A palette, the words that ask for it, and what is taken when it is not wanted.
const PALETTE_WORDS: [(Named, &[&str], Named); 4] = [
    (("warm colours", WARM), &["warm", "sunny", "autumn", "red", "orange"], ("cool colours", COOL)),
    (("cool colours", COOL), &["cool", "cold", "winter", "blue"], ("warm colours", WARM)),
    (("dark colours", DARK), &["dark", "night", "gloomy", "black"], ("light colours", LIGHT)),
    (("light colours", LIGHT), &["light", "bright", "pastel", "pale", "white"], ("dark colours", DARK)),
];

/// What was chosen, and by which words.
#[derive(Debug)]
pub(super) struct Wishes {
    /// At least one.
    pub(super) families: Vec<Family>,
    /// At least two.
    pub(super) palette: Vec<Rgb>,
    /// One phrase for every word that had an effect.
    pub(super) effects: Vec<String>,
}

impl Wishes {
    /// Reads the words; `brand` are the colours asked for, which no word changes.
    pub(super) fn read(style: Option<&str>, negative: Option<&str>, brand: Vec<Rgb>) -> Self {
        let (style, negative) = (words(style), words(negative));
        let mut effects = Vec::new();
        let families = families(&style, &negative, &mut effects);
        let palette = if brand.is_empty() { palette(&style, &negative, &mut effects) } else { brand };
        Self { families, palette: at_least_two(palette), effects }
    }
}

fn families(style: &[String], negative: &[String], effects: &mut Vec<String>) -> Vec<Family> {
    let mut allowed = ALL.to_vec();
    for (family, name, known) in FAMILY_WORDS {
        if let Some(word) = first(negative, known) {
            allowed.retain(|one| *one != family);
            effects.push(format!("not \"{word}\": without {name}"));
        }
    }
    let mut wanted = Vec::new();
    for (family, name, known) in FAMILY_WORDS {
        if let Some(word) = first(style, known).filter(|_| allowed.contains(&family)) {
            wanted.push(family);
            effects.push(format!("\"{word}\": {name}"));
        }
    }
    match (wanted.is_empty(), allowed.is_empty()) {
        (false, _) => wanted,
        (true, false) => allowed,
        // Something has to be drawn.
        (true, true) => vec![Family::Bands],
    }
}

fn palette(style: &[String], negative: &[String], effects: &mut Vec<String>) -> Vec<Rgb> {
    for ((name, colors), known, _) in PALETTE_WORDS {
        if let Some(word) = first(style, known).filter(|_| first(negative, known).is_none()) {
            effects.push(format!("\"{word}\": {name}"));
            return colors.to_vec();
        }
    }
    for (_, known, (name, instead)) in PALETTE_WORDS {
        if let Some(word) = first(negative, known) {
            effects.push(format!("not \"{word}\": {name}"));
            return instead.to_vec();
        }
    }
    CALM.to_vec()
}

/// Of one colour alone a second one is made, so near that it counts as the same.
fn at_least_two(mut palette: Vec<Rgb>) -> Vec<Rgb> {
    if let [only] = palette[..] {
        palette.push(only.mixed(only.ink(), 5));
    }
    palette
}

fn words(text: Option<&str>) -> Vec<String> {
    let text = text.unwrap_or_default().to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn first<'a>(words: &'a [String], known: &[&str]) -> Option<&'a str> {
    words.iter().map(String::as_str).find(|word| known.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_families_and_say_so() {
        let wishes = Wishes::read(Some("Soft, geometric"), None, vec![WARM[0], WARM[1]]);
        assert_eq!(wishes.families, [Family::Waves, Family::Grid]);
        assert_eq!(wishes.effects, ["\"soft\": waves", "\"geometric\": a grid"]);
        let wishes = Wishes::read(Some("soft"), Some("no curves, no circles"), Vec::new());
        assert_eq!(wishes.families, [Family::Grid, Family::Peaks, Family::Bands]);
        assert_eq!(wishes.effects, ["not \"circles\": without circles", "not \"curves\": without waves"]);
        let nothing_left = Wishes::read(None, Some("circles waves grid peaks mountains stripes"), Vec::new());
        assert_eq!(nothing_left.families, [Family::Bands]);
    }

    #[test]
    fn words_choose_a_palette_only_where_there_is_no_brand() {
        let palette = |style, negative| Wishes::read(style, negative, Vec::new()).palette;
        assert_eq!(palette(None, None), CALM);
        assert_eq!(palette(Some("warm light"), None), WARM);
        assert_eq!(palette(None, Some("dark pictures")), LIGHT);
        assert_eq!(palette(Some("dark"), Some("dark")), LIGHT);
        let branded = Wishes::read(Some("dark"), Some("blue"), vec![WARM[1]]);
        assert_eq!((branded.palette.len(), branded.palette[0], branded.effects.len()), (2, WARM[1], 0));
    }
}
