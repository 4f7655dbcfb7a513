//! Reads an answer, tolerating what compatible servers leave out.

use mesh_core::ports::{ChatRequest, ChatResponse, Finish, ModelErrorKind, Usage};
use serde_json::Value;

use super::{failure::Failure, http::Reply, wire::OPTIONAL};
use crate::usage::estimated;

/// The response in a reply, or what is wrong with it.
pub(super) fn read(reply: &Reply, request: &ChatRequest, model: &str) -> Result<ChatResponse, Failure> {
    let body = json(reply, &OPTIONAL)?;
    let choice = body.pointer("/choices/0").ok_or_else(|| without_answer(reply, &body, &OPTIONAL))?;
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

/// The JSON of a good reply. `optional` are the fields of the request that can be left out or put otherwise.
pub(super) fn json(reply: &Reply, optional: &[&'static str]) -> Result<Value, Failure> {
    if !(200..300).contains(&reply.status) {
        return Err(Failure::of(reply, optional));
    }
    if reply.body.iter().all(u8::is_ascii_whitespace) {
        return Err(garbled(reply, "an empty body"));
    }
    let text = std::str::from_utf8(&reply.body).map_err(|_| garbled(reply, "a body that is no UTF-8"))?;
    serde_json::from_str(text).map_err(|_| garbled(reply, "a body that is no JSON"))
}

/// What is wrong with a good reply that holds no answer.
pub(super) fn without_answer(reply: &Reply, body: &Value, optional: &[&'static str]) -> Failure {
    if body.get("error").is_some_and(|error| !error.is_null()) {
        hidden_error(reply, body, optional)
    } else {
        garbled(reply, "a body without an answer")
    }
}

fn garbled(reply: &Reply, what: &str) -> Failure {
    let message = format!("HTTP {} with {what}", reply.status);
    Failure { request_id: reply.request_id.clone(), ..Failure::new(ModelErrorKind::ServerError, message) }
}

/// Gateways report the failure of the server behind them with status 200 and the real one as the code.
fn hidden_error(reply: &Reply, body: &Value, optional: &[&'static str]) -> Failure {
    let code = body.pointer("/error/code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = code.filter(|code| (400..600).contains(code)).unwrap_or(500);
    let reply = Reply { status, request_id: reply.request_id.clone(), body: reply.body.clone(), ..*reply };
    Failure::of(&reply, optional)
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
        estimated: false,
    })
}
