//! Image generation on the wire: what is sent, and how the answer is read.

use mesh_core::ports::{Finish, ModelErrorKind, RenderResponse, Usage};
use serde_json::{Map, Value, json};

use super::{answer, failure};
use crate::{
    http::{self, Failure, Reply},
    image_answer,
};

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
pub(super) fn ratio(asked: (u32, u32)) -> &'static str {
    image_answer::nearest(&RATIOS, asked)
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
    let image = image_answer::decoded(data).map_err(|why| refused(ModelErrorKind::MalformedOutput, why.to_owned()))?;
    Ok(RenderResponse {
        image,
        revised_prompt: None,
        usage,
        cost_micro_usd: None,
        model: name.to_owned(),
        offline: false,
        provider_request_id: answer::request_id(&body),
        attempts: 1,
    })
}

/// As counted by the provider, else estimated.
fn usage(body: &Value, prompt: &str) -> Usage {
    answer::usage(body).unwrap_or_else(|| image_answer::estimated(prompt))
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
