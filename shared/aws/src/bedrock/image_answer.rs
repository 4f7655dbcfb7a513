//! Reads an answer of an image model.

use mesh_core::ports::{ModelErrorKind, RenderResponse};
use mesh_models::adapter::{Failure, Reply, decoded, estimated_image, json, without_answer};
use serde_json::Value;

/// The image in a reply, or what is wrong with it. `name` is that of the model.
pub(super) fn read(reply: &Reply, prompt: &str, name: &str) -> Result<RenderResponse, Failure> {
    // A reply with another status is an error to the SDK already.
    let failure = |reply: &Reply| Failure::in_answer(reply, ModelErrorKind::ServerError, "the model reports an error");
    let body = json(reply, failure)?;
    let refused = |kind, message: String| Failure {
        usage: Some(Box::new(estimated_image(prompt))),
        ..Failure::in_answer(reply, kind, message)
    };
    if let Some(why) = withheld(&body) {
        return Err(refused(ModelErrorKind::ContentPolicy, format!("the image was withheld: {why}")));
    }
    let Some(data) = body.pointer("/images/0").and_then(Value::as_str) else {
        return Err(match ended(&body) {
            Some(why) => refused(ModelErrorKind::ServerError, format!("there is no image: {why}")),
            None if body.get("images").is_some() => {
                refused(ModelErrorKind::MalformedOutput, "the answer holds no image".to_owned())
            }
            None => without_answer(reply, &body, failure),
        });
    };
    let image = decoded(data).map_err(|why| refused(ModelErrorKind::MalformedOutput, why.to_owned()))?;
    Ok(RenderResponse {
        image,
        revised_prompt: None,
        usage: estimated_image(prompt),
        cost_micro_usd: None,
        model: name.to_owned(),
        offline: false,
        provider_request_id: reply.request_id.clone(),
        attempts: 1,
    })
}

/// What ended it: `error` of Amazon's models, the first of `finish_reasons` of Stability's.
fn ended(body: &Value) -> Option<&str> {
    body.get("error").or_else(|| body.pointer("/finish_reasons/0")).and_then(Value::as_str)
}

/// The filter that withheld the image, in the model's own words.
fn withheld(body: &Value) -> Option<&str> {
    let none = body.pointer("/images/0").and_then(Value::as_str).is_none_or(str::is_empty);
    let filtered = |why: &&str| why.starts_with("Filter reason") || (none && why.contains("content filter"));
    ended(body).filter(filtered)
}
