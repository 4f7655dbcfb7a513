//! Image generation on the wire: what is sent, and how the answer is read.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use mesh_core::ports::{Finish, MAX_IMAGE_BYTES, ModelErrorKind, RenderResponse, Usage};
use serde_json::{Map, Value, json};

use super::{answer, failure};
use crate::http::{self, Failure, Reply};

/// The ratios a model takes, width to height.
const RATIOS: [(u32, u32, &str); 10] = [
    (1, 1, "1:1"),
    (2, 3, "2:3"),
    (3, 2, "3:2"),
    (3, 4, "3:4"),
    (4, 3, "4:3"),
    (4, 5, "4:5"),
    (5, 4, "5:4"),
    (9, 16, "9:16"),
    (16, 9, "16:9"),
    (21, 9, "21:9"),
];

/// The ratio that is nearest, as a factor either way.
pub(super) fn ratio((width, height): (u32, u32)) -> &'static str {
    let asked = f64::from(width.max(1)) / f64::from(height.max(1));
    let away = |&(wide, high, _): &(u32, u32, &str)| (asked / (f64::from(wide) / f64::from(high))).ln().abs();
    let nearest = RATIOS.iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    nearest.map_or("1:1", |(_, _, name)| name)
}

/// The JSON body; `plain` without the ratio, for models that know none.
pub(super) fn body(prompt: &str, ratio: &str, plain: bool) -> Vec<u8> {
    let mut config = Map::new();
    config.insert("responseModalities".into(), json!(["TEXT", "IMAGE"]));
    if !plain {
        config.insert("imageConfig".into(), json!({"aspectRatio": ratio}));
    }
    let contents = json!([{"role": "user", "parts": [{"text": prompt}]}]);
    json!({"contents": contents, "generationConfig": config}).to_string().into_bytes()
}

/// The image in a reply, or what is wrong with it. `name` is `provider/model`.
pub(super) fn read(reply: &Reply, prompt: &str, name: &str) -> Result<RenderResponse, Failure> {
    let body = http::json(reply, failure::of)?;
    let finish = answer::finish(&body).ok_or_else(|| http::without_answer(reply, &body, failure::of))?;
    let usage = usage(&body, prompt);
    let refused = |kind, message: String| Failure {
        request_id: answer::request_id(&body),
        usage: Some(Box::new(usage)),
        ..Failure::new(kind, message)
    };
    if let Finish::ContentFilter { categories } = finish {
        let message = format!("the provider's filter withheld the image ({})", categories.join(", "));
        return Err(refused(ModelErrorKind::ContentPolicy, message));
    }
    let data = answer::parts(&body).find_map(|part| part.pointer("/inlineData/data")?.as_str());
    let data = data.ok_or_else(|| refused(ModelErrorKind::MalformedOutput, "the answer holds no image".to_owned()))?;
    let image = STANDARD
        .decode(data)
        .map_err(|_| refused(ModelErrorKind::MalformedOutput, "the image in the answer is no base64".to_owned()))?;
    if image.len() > MAX_IMAGE_BYTES {
        return Err(refused(ModelErrorKind::MalformedOutput, "the image is larger than 12 MiB".to_owned()));
    }
    Ok(RenderResponse {
        image: Bytes::from(image),
        revised_prompt: None,
        usage,
        cost_micro_usd: None,
        model: name.to_owned(),
        offline: false,
        provider_request_id: answer::request_id(&body),
        attempts: 1,
    })
}

/// As counted by the provider, else estimated: four characters a token, and no tokens for the image.
fn usage(body: &Value, prompt: &str) -> Usage {
    answer::usage(body).unwrap_or_else(|| {
        let input_tokens = u64::try_from(prompt.chars().count().div_ceil(4)).unwrap_or(u64::MAX);
        Usage { input_tokens, estimated: true, ..Usage::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_nearest_one() {
        for (asked, expected) in [
            ((16, 9), "16:9"),
            ((1600, 900), "16:9"),
            ((1, 1), "1:1"),
            ((100, 101), "1:1"),
            ((1200, 630), "16:9"),
            ((1, 3), "9:16"),
            ((5, 1), "21:9"),
            ((0, 0), "1:1"),
        ] {
            assert_eq!(ratio(asked), expected, "{asked:?}");
        }
    }
}
