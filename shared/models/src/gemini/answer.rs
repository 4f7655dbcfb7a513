//! Reads an answer.

use mesh_core::ports::{ChatResponse, Finish, Usage};
use serde_json::Value;

use super::failure;
use crate::{
    ask::Ask,
    http::{self, Failure, Reply, short_id},
    usage::estimated,
};

/// The response in a reply, or what is wrong with it.
pub(super) fn read(reply: &Reply, ask: &Ask<'_>) -> Result<ChatResponse, Failure> {
    let body = http::json(reply, failure::of)?;
    let text = text(&body);
    let finish = finish(&body).ok_or_else(|| http::without_answer(reply, &body, failure::of))?;
    Ok(ChatResponse {
        finish,
        usage: usage(&body).unwrap_or_else(|| estimated(ask.request, &text)),
        text,
        cost_micro_usd: None,
        model: body.get("modelVersion").and_then(Value::as_str).unwrap_or(ask.model).chars().take(120).collect(),
        offline: false,
        provider_request_id: request_id(&body),
        attempts: 1,
    })
}

/// The name of the request; no header tells it.
pub(super) fn request_id(body: &Value) -> Option<String> {
    body.get("responseId").and_then(Value::as_str).map(short_id)
}

/// The parts of the first candidate that are no thoughts.
pub(super) fn parts(body: &Value) -> impl Iterator<Item = &Value> {
    let parts = body.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    let thought = |part: &&Value| part.get("thought").and_then(Value::as_bool) == Some(true);
    parts.into_iter().flatten().filter(move |part| !thought(part))
}

fn text(body: &Value) -> String {
    parts(body).filter_map(|part| part.get("text")?.as_str()).collect()
}

/// Why it ended: in a candidate, or, when the prompt was withheld, without one. `None` when there is neither.
pub(super) fn finish(body: &Value) -> Option<Finish> {
    if let Some(candidate) = body.pointer("/candidates/0") {
        let reason = candidate.get("finishReason").and_then(Value::as_str).unwrap_or("none");
        return Some(match reason {
            "STOP" => Finish::Stop,
            "MAX_TOKENS" => Finish::Length,
            reason if withheld(reason) => Finish::ContentFilter { categories: categories(candidate, reason) },
            other => Finish::Other { raw: other.chars().take(60).collect() },
        });
    }
    let feedback = body.get("promptFeedback")?;
    let reason = feedback.get("blockReason").and_then(Value::as_str)?;
    Some(Finish::ContentFilter { categories: categories(feedback, reason) })
}

/// Whether a filter, and not the model, ended the answer.
fn withheld(reason: &str) -> bool {
    const FILTERS: [&str; 10] = [
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
    ];
    FILTERS.contains(&reason)
}

/// The categories that were blocked, or else the reason; in lower case, without their common beginning.
fn categories(rated: &Value, reason: &str) -> Vec<String> {
    let ratings = rated.get("safetyRatings").and_then(Value::as_array);
    let blocked = |rating: &&Value| rating.get("blocked").and_then(Value::as_bool) == Some(true);
    let named = ratings.into_iter().flatten().filter(blocked).filter_map(|rating| rating.get("category")?.as_str());
    let short = |name: &str| name.trim_start_matches("HARM_CATEGORY_").to_lowercase().chars().take(60).collect();
    let mut names: Vec<String> = named.map(short).take(10).collect();
    names.sort_unstable();
    if names.is_empty() { vec![short(reason)] } else { names }
}

/// The thoughts are written tokens too; a prompt that was withheld has no others.
pub(super) fn usage(body: &Value) -> Option<Usage> {
    let number = |path: &str| body.pointer(path).and_then(Value::as_u64);
    let thoughts = number("/usageMetadata/thoughtsTokenCount").unwrap_or(0);
    let written = number("/usageMetadata/candidatesTokenCount").unwrap_or(0);
    Some(Usage {
        input_tokens: number("/usageMetadata/promptTokenCount")?,
        output_tokens: written.saturating_add(thoughts),
        cached_tokens: number("/usageMetadata/cachedContentTokenCount").unwrap_or(0),
        reasoning_tokens: thoughts,
        ..Usage::default()
    })
}
