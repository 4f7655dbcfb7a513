//! Reads an answer, tolerating what compatible servers leave out.

use mesh_core::ports::{ChatRequest, ChatResponse, Finish, Usage};
use serde_json::Value;

use super::{failure, wire::OPTIONAL};
use crate::{
    http::{self, Failure, Reply},
    usage::estimated,
};

/// The response in a reply, or what is wrong with it.
pub(crate) fn read(reply: &Reply, request: &ChatRequest, model: &str) -> Result<ChatResponse, Failure> {
    let failure = |reply: &Reply| failure::of(reply, &OPTIONAL);
    let body = http::json(reply, failure)?;
    let choice = body.pointer("/choices/0").ok_or_else(|| http::without_answer(reply, &body, failure))?;
    let answer = content(choice);
    Ok(ChatResponse {
        finish: finish(choice),
        usage: usage(&body).unwrap_or_else(|| estimated(request, &answer)),
        text: answer,
        cost_micro_usd: None,
        model: body.get("model").and_then(Value::as_str).unwrap_or(model).chars().take(120).collect(),
        offline: false,
        provider_request_id: reply.request_id.clone(),
        attempts: 1,
    })
}

/// The text: a string, or a list of parts.
fn content(choice: &Value) -> String {
    match choice.pointer("/message/content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

fn finish(choice: &Value) -> Finish {
    let refused = choice.pointer("/message/refusal").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let reason = choice.get("finish_reason").and_then(Value::as_str);
    match reason {
        Some("content_filter") => Finish::ContentFilter { categories: categories(choice) },
        _ if refused => Finish::Refusal,
        Some("stop") => Finish::Stop,
        Some("length") => Finish::Length,
        other => Finish::Other { raw: other.unwrap_or("none").chars().take(60).collect() },
    }
}

/// The filter's categories, where the provider names them.
fn categories(choice: &Value) -> Vec<String> {
    let results = choice.get("content_filter_results").and_then(Value::as_object);
    let filtered = |entry: &Value| entry.get("filtered").and_then(Value::as_bool).unwrap_or(false);
    let names = results.into_iter().flatten().filter(|(_, entry)| filtered(entry)).map(|(name, _)| name.clone());
    let mut names: Vec<String> = names.take(10).collect();
    names.sort_unstable();
    names
}

fn usage(body: &Value) -> Option<Usage> {
    let number = |path: &str| body.pointer(path).and_then(Value::as_u64);
    Some(Usage {
        input_tokens: number("/usage/prompt_tokens")?,
        output_tokens: number("/usage/completion_tokens")?,
        cached_tokens: number("/usage/prompt_tokens_details/cached_tokens").unwrap_or(0),
        reasoning_tokens: number("/usage/completion_tokens_details/reasoning_tokens").unwrap_or(0),
        ..Usage::default()
    })
}
