//! Reads an answer.

use mesh_core::ports::{ChatResponse, Finish, ModelErrorKind, Usage};
use serde_json::Value;

use super::failure;
use crate::{
    ask::Ask,
    http::{self, Failure, Reply},
    usage::estimated,
};

/// The response in a reply, or what is wrong with it.
pub(super) fn read(reply: &Reply, ask: &Ask<'_>) -> Result<ChatResponse, Failure> {
    let body = http::json(reply, failure::of)?;
    let content = body.get("content").and_then(Value::as_array);
    let content = content.ok_or_else(|| http::without_answer(reply, &body, failure::of))?;
    let text = text(content);
    let usage = usage(&body).unwrap_or_else(|| estimated(ask.request, &text));
    let reason = body.get("stop_reason").and_then(Value::as_str).unwrap_or("none");
    if reason == "model_context_window_exceeded" {
        let message = "the end of the context cut the answer off";
        let failure = Failure::in_answer(reply, ModelErrorKind::ContextLength, message);
        return Err(Failure { usage: Some(Box::new(usage)), ..failure });
    }
    Ok(ChatResponse {
        text,
        finish: finish(reason),
        usage,
        cost_micro_usd: None,
        model: body.get("model").and_then(Value::as_str).unwrap_or(ask.model).chars().take(120).collect(),
        offline: false,
        provider_request_id: reply.request_id.clone(),
        attempts: 1,
    })
}

/// The text, without what the model thought.
fn text(content: &[Value]) -> String {
    let is_text = |block: &&Value| block.get("type").and_then(Value::as_str) == Some("text");
    content.iter().filter(is_text).filter_map(|block| block.get("text")?.as_str()).collect()
}

fn finish(reason: &str) -> Finish {
    match reason {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" => Finish::Length,
        "refusal" => Finish::Refusal,
        other => Finish::Other { raw: other.chars().take(60).collect() },
    }
}

/// New tokens, those from the cache and those put into it are counted apart, and all three were read.
fn usage(body: &Value) -> Option<Usage> {
    let number = |path: &str| body.pointer(path).and_then(Value::as_u64);
    let new = number("/usage/input_tokens")?;
    let cached_tokens = number("/usage/cache_read_input_tokens").unwrap_or(0);
    let written = number("/usage/cache_creation_input_tokens").unwrap_or(0);
    Some(Usage {
        input_tokens: new.saturating_add(cached_tokens).saturating_add(written),
        output_tokens: number("/usage/output_tokens")?,
        cached_tokens,
        cache_write_tokens: Some(written),
        cache_write_hour_tokens: number("/usage/cache_creation/ephemeral_1h_input_tokens"),
        reasoning_tokens: number("/usage/output_tokens_details/thinking_tokens").unwrap_or(0),
        estimated: false,
    })
}
