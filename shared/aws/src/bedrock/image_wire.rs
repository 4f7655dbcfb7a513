//! The requests of the image models, each family in its own JSON.

use std::collections::BTreeSet;

use mesh_core::ports::RenderRequest;
use mesh_models::adapter::{Optional, Wish, image_prompt, nearest};
use serde_json::{Map, Value, json};

/// The fields a model may do without.
pub(super) const OPTIONAL: [Optional; 6] = [
    ("seed", Wish::Other),
    ("quality", Wish::Other),
    ("negativeText", Wish::Other),
    ("negative_prompt", Wish::Other),
    ("aspect_ratio", Wish::Other),
    ("output_format", Wish::Other),
];

/// The one quality that is asked for, in the table of prices too.
pub(super) const QUALITY: &str = "standard";

/// Shorter ones are refused.
const LEAST_NEGATIVE: usize = 3;

/// How a family of models is asked.
#[derive(Debug)]
pub(super) struct Family {
    /// The beginning of its models' ids, without that of a profile.
    name: &'static str,
    wire: Wire,
    /// Sizes or ratios: width, height and name.
    forms: &'static [(u32, u32, &'static str)],
    /// Most characters of a prompt, and of what must not be seen.
    prompt: usize,
}

#[derive(Debug)]
enum Wire {
    /// `textToImageParams` and `imageGenerationConfig`; seeds are below the number.
    Amazon { seeds: u64 },
    /// A flat object.
    Stability,
}

/// Every size costs what 1024x1024 does: none has more pixels.
const NOVA: [(u32, u32, &str); 7] = [
    (1024, 1024, "1024x1024"),
    (1280, 720, "1280x720"),
    (720, 1280, "720x1280"),
    (1152, 864, "1152x864"),
    (864, 1152, "864x1152"),
    (1216, 832, "1216x832"),
    (832, 1216, "832x1216"),
];

/// A few of the sizes there are; others are refused.
const TITAN: [(u32, u32, &str); 9] = [
    (1024, 1024, "1024x1024"),
    (1152, 768, "1152x768"),
    (768, 1152, "768x1152"),
    (1280, 768, "1280x768"),
    (768, 1280, "768x1280"),
    (1152, 896, "1152x896"),
    (896, 1152, "896x1152"),
    (1408, 768, "1408x768"),
    (768, 1408, "768x1408"),
];

const STABILITY: [(u32, u32, &str); 9] = [
    (1, 1, "1:1"),
    (2, 3, "2:3"),
    (3, 2, "3:2"),
    (4, 5, "4:5"),
    (5, 4, "5:4"),
    (9, 16, "9:16"),
    (16, 9, "16:9"),
    (9, 21, "9:21"),
    (21, 9, "21:9"),
];

static FAMILIES: [Family; 3] = [
    Family { name: "amazon.nova-canvas", wire: Wire::Amazon { seeds: 858_993_460 }, forms: &NOVA, prompt: 1024 },
    Family {
        name: "amazon.titan-image-generator",
        wire: Wire::Amazon { seeds: 2_147_483_647 },
        forms: &TITAN,
        prompt: 512,
    },
    Family { name: "stability.", wire: Wire::Stability, forms: &STABILITY, prompt: 10_000 },
];

impl Family {
    /// The family of a model by its id, a profile's beginning before it or not.
    pub(super) fn of(id: &str) -> Option<&'static Self> {
        let unprofiled = id.split_once('.').map_or("", |(_, rest)| rest);
        FAMILIES.iter().find(|family| id.starts_with(family.name) || unprofiled.starts_with(family.name))
    }

    /// The size or ratio that is nearest to the one asked for.
    pub(super) fn form(&self, request: &RenderRequest) -> &'static str {
        nearest(self.forms, request.aspect_ratio)
    }

    /// The prompt. What must not be seen has a field of its own: named in a prompt, such models rather draw it.
    pub(super) fn prompt(&self, request: &RenderRequest) -> String {
        image_prompt(&RenderRequest { negative_prompt: None, ..request.clone() }, self.prompt)
    }

    /// The JSON body, without the fields named.
    pub(super) fn body(&self, request: &RenderRequest, without: &BTreeSet<&'static str>) -> Vec<u8> {
        let (prompt, form) = (self.prompt(request), self.form(request));
        let negative = request.negative_prompt.as_deref().unwrap_or_default();
        let negative: String = negative.trim().chars().take(self.prompt).collect();
        let negative = Some(negative).filter(|negative| negative.chars().count() >= LEAST_NEGATIVE);
        let field = |name: &'static str, value: Option<Value>| {
            value.filter(|_| !without.contains(name)).map(|value| (name.to_owned(), value))
        };
        let body = match self.wire {
            Wire::Amazon { seeds } => {
                let (width, height, _) = self.forms.iter().find(|(_, _, name)| *name == form).unwrap_or(&self.forms[0]);
                let mut text = Map::from_iter([("text".to_owned(), prompt.into())]);
                text.extend(field("negativeText", negative.map(Value::from)));
                let mut config = Map::new();
                config.extend([("numberOfImages".to_owned(), 1.into())]);
                config.extend([("width".to_owned(), (*width).into()), ("height".to_owned(), (*height).into())]);
                config.extend(field("quality", Some(QUALITY.into())));
                // Left out it is the same one for all.
                config.extend(field("seed", Some((request.seed % seeds).into())));
                json!({"taskType": "TEXT_IMAGE", "textToImageParams": text, "imageGenerationConfig": config})
            }
            Wire::Stability => {
                let mut body = Map::from_iter([("prompt".to_owned(), prompt.into())]);
                body.extend(field("negative_prompt", negative.map(Value::from)));
                body.extend(field("aspect_ratio", Some(form.into())));
                body.extend(field("output_format", Some("png".into())));
                Value::Object(body)
            }
        };
        body.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn families_are_known_by_their_beginning_behind_a_profile_too() {
        let name = |id| Family::of(id).map(|family| family.name);
        assert_eq!(name("amazon.nova-canvas-v1:0"), Some("amazon.nova-canvas"));
        assert_eq!(name("us.stability.stable-image-core-v1:1"), Some("stability."));
        assert_eq!(name("amazon.titan-image-generator-v2:0"), Some("amazon.titan-image-generator"));
        for stranger in ["amazon.nova-pro-v1:0", "nova-canvas", "", "x.y.stability.z"] {
            assert_eq!(name(stranger), None, "{stranger}");
        }
    }
}
