//! Image generation on the wire: what is sent, and how the answer is read.

use std::collections::BTreeSet;

use mesh_core::ports::{ModelErrorKind, RenderRequest, RenderResponse, Usage};
use serde_json::{Map, Value};

use super::failure;
use crate::{
    http::{self, Failure, Optional, Reply, Wish},
    image_answer, image_prompt,
};

/// Good enough for 1600 pixels, and a third of the price of `high`.
pub(super) const QUALITY: &str = "medium";

/// The fields a server may do without.
pub(super) const OPTIONAL: [Optional; 3] =
    [("quality", Wish::Other), ("output_format", Wish::Other), ("response_format", Wish::Json)];

/// What is known of a family of models by the start of its name.
struct Family {
    name: &'static str,
    /// Square, wide and tall.
    sizes: [&'static str; 3],
    /// Most characters of a prompt.
    prompt: usize,
}

const GPT_IMAGE: Family = Family { name: "gpt-image", sizes: ["1024x1024", "1536x1024", "1024x1536"], prompt: 32_000 };
const DALL_E_3: Family = Family { name: "dall-e-3", sizes: ["1024x1024", "1792x1024", "1024x1792"], prompt: 4_000 };
const DALL_E_2: Family = Family { name: "dall-e-2", sizes: ["1024x1024"; 3], prompt: 1_000 };

/// Models of other names are taken for the youngest family.
fn family(model: &str) -> Family {
    [DALL_E_3, DALL_E_2].into_iter().find(|family| model.starts_with(family.name)).unwrap_or(GPT_IMAGE)
}

/// The size whose ratio is nearest: square up to 5:4 either way.
pub(super) fn size((width, height): (u32, u32), model: &str) -> &'static str {
    let [square, wide, tall] = family(model).sizes;
    let (width, height) = (u64::from(width), u64::from(height));
    if width * 4 > height * 5 {
        wide
    } else if height * 4 > width * 5 {
        tall
    } else {
        square
    }
}

/// The prompt as the model takes it.
pub(super) fn prompt(request: &RenderRequest, model: &str) -> String {
    image_prompt::prompt(request, family(model).prompt)
}

/// The JSON body, without the fields named. `asked` is what the server knows the model by.
pub(super) fn body(model: &str, asked: &str, prompt: &str, size: &str, without: &BTreeSet<&'static str>) -> Vec<u8> {
    let mut body = Map::new();
    body.insert("model".into(), asked.into());
    body.insert("prompt".into(), prompt.into());
    body.insert("n".into(), 1.into());
    body.insert("size".into(), size.into());
    // The GPT models always answer with the image itself; all others have to be asked to.
    let own: &[(&'static str, &str)] = if model.starts_with(GPT_IMAGE.name) {
        &[("quality", QUALITY), ("output_format", "png")]
    } else {
        &[("response_format", "b64_json")]
    };
    for (field, value) in own.iter().filter(|(field, _)| !without.contains(field)) {
        body.insert((*field).into(), (*value).into());
    }
    Value::Object(body).to_string().into_bytes()
}

/// The image in a reply, or what is wrong with it. `name` is `provider/model`.
pub(super) fn read(reply: &Reply, prompt: &str, name: &str) -> Result<RenderResponse, Failure> {
    let failure = |reply: &Reply| failure::of(reply, &OPTIONAL);
    let body = http::json(reply, failure)?;
    let image = body.pointer("/data/0").ok_or_else(|| http::without_answer(reply, &body, failure))?;
    let refused = |kind, message: &str| Failure::in_answer(reply, kind, message);
    let Some(encoded) = image.get("b64_json").and_then(Value::as_str) else {
        return Err(if image.get("url").is_some_and(Value::is_string) {
            refused(
                ModelErrorKind::InvalidRequest,
                "the answer holds an address instead of the image; addresses are not fetched",
            )
        } else {
            http::without_answer(reply, &body, failure)
        });
    };
    let bytes = image_answer::decoded(encoded).map_err(|why| refused(ModelErrorKind::MalformedOutput, why))?;
    let revised = image.get("revised_prompt").and_then(Value::as_str);
    Ok(RenderResponse {
        image: bytes,
        revised_prompt: revised.map(|text| text.chars().take(4_000).collect()),
        usage: usage(&body, prompt),
        cost_micro_usd: None,
        model: name.to_owned(),
        offline: false,
        provider_request_id: reply.request_id.clone(),
        attempts: 1,
    })
}

/// As counted by the provider, else estimated.
fn usage(body: &Value, prompt: &str) -> Usage {
    let number = |path: &str| body.pointer(path).and_then(Value::as_u64);
    match (number("/usage/input_tokens"), number("/usage/output_tokens")) {
        (Some(input_tokens), Some(output_tokens)) => Usage { input_tokens, output_tokens, ..Usage::default() },
        _ => image_answer::estimated(prompt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_the_one_nearest_to_the_ratio() {
        for (ratio, expected) in [
            ((16, 9), "1536x1024"),
            ((3, 2), "1536x1024"),
            ((4, 3), "1536x1024"),
            ((1, 1), "1024x1024"),
            ((5, 4), "1024x1024"),
            ((3, 4), "1024x1536"),
            ((9, 16), "1024x1536"),
        ] {
            assert_eq!(size(ratio, "gpt-image-1"), expected, "{ratio:?}");
        }
        assert_eq!((size((16, 9), "dall-e-3"), size((16, 9), "dall-e-2")), ("1792x1024", "1024x1024"));
        assert_eq!(size((9, 16), "some-other-model"), "1024x1536");
    }
}
