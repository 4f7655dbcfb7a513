//! The task `image_plan`: what the images of an article show, and where they stand.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    NAME,
    seed::{Deck, Rng},
    task::{text, texts},
    text::{one_line, shorten},
};

/// Most images a plan has.
const MAX_IMAGES: u64 = 20;
const TOPIC_CHARS: usize = 80;
const SECTION_CHARS: usize = 60;
const STYLE_CHARS: usize = 120;
/// Colours that are told.
const COLORS: usize = 5;

/// What an image shows, as a picture and not as a fact.
const MOTIFS: [&str; 12] = [
    "a tidy desk with an open notebook",
    "hands around a cup at a wooden table",
    "a quiet path that leads into soft light",
    "a window with a view over calm roofs",
    "simple shapes in a balanced order",
    "a small group in talk around a table",
    "a shelf with a few well kept things",
    "an open door with daylight behind it",
    "leaves and shadows on a plain wall",
    "a map with a drawn line and a pencil",
    "a row of steps in warm light",
    "a calm still life with paper and wood",
];
/// How it is seen; also what tells two alternative texts of one section apart.
const VIEWS: [&str; 8] = [
    "Wide illustration",
    "Close illustration",
    "Illustration from above",
    "Side view illustration",
    "Simple illustration",
    "Soft illustration",
    "Bright illustration",
    "Quiet illustration",
];

struct Input<'a> {
    topic: String,
    sections: Vec<String>,
    count: usize,
    style: Option<String>,
    colors: Vec<&'a str>,
}

/// The plan of the input, as JSON.
pub(super) fn image_plan(value: &Value) -> Result<String, String> {
    let input = Input::read(value)?;
    let mut rng = Rng::new(NAME, "image_plan", value);
    let (mut motifs, mut views) = (Deck::new(MOTIFS.len()), Deck::new(VIEWS.len()));
    let mut taken = BTreeSet::new();
    let places = input.sections.len() + 1;
    let mut images = Vec::with_capacity(input.count);
    for at in 0..input.count {
        // Spread over the article where there is room for all, else round and round.
        let section = if input.count <= places { at * places / input.count } else { at % places };
        let about = section.checked_sub(1).and_then(|at| input.sections.get(at));
        let alt_text = (0..=VIEWS.len() * MOTIFS.len())
            .map(|_| alt_text(VIEWS[views.deal(&mut rng)], MOTIFS[motifs.deal(&mut rng)], &input.topic, about))
            .find(|(alt, _)| taken.insert(alt.clone()));
        let (alt_text, motif) = alt_text.ok_or_else(|| "input.count is more than can be told apart".to_owned())?;
        images.push(json!({"prompt": input.prompt(motif, about), "alt_text": alt_text, "section": section}));
    }
    Ok(json!({"images": images}).to_string())
}

impl<'a> Input<'a> {
    fn read(value: &'a Value) -> Result<Self, String> {
        let count = value.get("count").and_then(Value::as_u64).filter(|count| (1..=MAX_IMAGES).contains(count));
        let count = count.and_then(|count| usize::try_from(count).ok());
        let count = count.ok_or_else(|| format!("input.count is not a whole number from 1 to {MAX_IMAGES}"))?;
        let line = |field| Ok::<_, String>(text(value, field)?.map(one_line).filter(|line| !line.is_empty()));
        let topic = match line("topic")? {
            Some(topic) => topic,
            None => line("title")?.ok_or_else(|| "input.topic is missing".to_owned())?,
        };
        for field in ["title", "summary", "language"] {
            text(value, field)?;
        }
        Ok(Self {
            topic: plain(&topic, TOPIC_CHARS),
            sections: texts(value, "sections")?.into_iter().map(|section| plain(section, SECTION_CHARS)).collect(),
            count,
            style: line("style")?.map(|style| plain(&style, STYLE_CHARS)),
            colors: texts(value, "colors")?.into_iter().filter(|color| is_color(color)).take(COLORS).collect(),
        })
    }

    fn prompt(&self, motif: &str, about: Option<&String>) -> String {
        let part = about.map_or(String::new(), |section| format!(", for the part on {section}"));
        let style = self.style.as_ref().map_or(String::new(), |style| format!(" Style: {style}."));
        let colors =
            if self.colors.is_empty() { String::new() } else { format!(" Main colours: {}.", self.colors.join(", ")) };
        format!(
            "An illustration for an article about {}{part}: {motif}.{style}{colors} No words, no logos.",
            self.topic
        )
    }
}

/// 11 to 199 characters: the parts are cut to that.
fn alt_text(view: &str, motif: &'static str, topic: &str, about: Option<&String>) -> (String, &'static str) {
    let on = about.filter(|section| !section.is_empty()).map_or(topic, String::as_str);
    (format!("{view} for {on}: {motif}"), motif)
}

/// Text of strangers in the middle of a sentence.
fn plain(text: &str, chars: usize) -> String {
    let line = one_line(&text.replace(['\\', '"', '<', '>', '`', '#', '*', '{', '}'], ""));
    shorten(line.trim_end_matches(['.', ':', ',', '!', '?', ' ']), chars).to_owned()
}

fn is_color(color: &str) -> bool {
    color.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_field_and_quote_nothing() {
        for (input, field) in [
            (json!({"topic": "secret"}), "count"),
            (json!({"topic": "secret", "count": 0}), "count"),
            (json!({"topic": "secret", "count": 21}), "count"),
            (json!({"count": 1}), "topic"),
            (json!({"topic": ["secret"], "count": 1}), "topic"),
            (json!({"topic": "secret", "count": 1, "sections": "secret"}), "sections"),
            (json!({"topic": "secret", "count": 1, "colors": [1]}), "colors"),
            (json!({"topic": "secret", "count": 1, "style": {}}), "style"),
        ] {
            let error = image_plan(&input).unwrap_err();
            assert!(error.contains(field) && !error.contains("secret"), "{input}: {error}");
        }
    }
}
