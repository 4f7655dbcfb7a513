//! Reads an answer of Converse.

use aws_sdk_bedrockruntime::{
    operation::{RequestId, converse::ConverseOutput},
    types::{CacheTtl, ContentBlock, ConverseOutput as Output, Message, TokenUsage},
};
use mesh_core::ports::{ChatResponse, Finish, ModelErrorKind, Usage};
use mesh_models::adapter::{Ask, Failure, estimated, short_id};

/// The response in an answer, or what is wrong with it.
pub(super) fn read(answer: &ConverseOutput, ask: &Ask<'_>) -> Result<ChatResponse, Failure> {
    let request_id = answer.request_id().map(short_id);
    let failed =
        |kind, message, usage| Failure { request_id: request_id.clone(), usage, ..Failure::new(kind, message) };
    let Some(Output::Message(message)) = answer.output() else {
        return Err(failed(ModelErrorKind::ServerError, "HTTP 200 with a body without an answer", None));
    };
    let text = text(message);
    let usage = answer.usage().and_then(usage).unwrap_or_else(|| estimated(ask.request, &text));
    let reason = answer.stop_reason().as_str();
    if reason == "model_context_window_exceeded" {
        let message = "the end of the context cut the answer off";
        return Err(failed(ModelErrorKind::ContextLength, message, Some(Box::new(usage))));
    }
    Ok(ChatResponse {
        text: ask.answer(text),
        finish: finish(reason),
        usage,
        cost_micro_usd: None,
        model: ask.model.to_owned(),
        offline: false,
        provider_request_id: request_id,
        attempts: 1,
    })
}

/// The text, without what the model thought.
fn text(message: &Message) -> String {
    let text = |block: &ContentBlock| match block {
        ContentBlock::Text(text) => Some(text.clone()),
        _ => None,
    };
    message.content().iter().filter_map(text).collect()
}

fn finish(reason: &str) -> Finish {
    match reason {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" => Finish::Length,
        // No answer says more; which rule it was stands in traces that are not asked for.
        "guardrail_intervened" | "content_filtered" => Finish::ContentFilter { categories: vec![reason.to_owned()] },
        "refusal" => Finish::Refusal,
        other => Finish::Other { raw: other.chars().take(60).collect() },
    }
}

/// New tokens, those from the cache and those put into it are counted apart, and all three were read. Thoughts are among the
/// tokens written, and not told apart. `None` where nothing was counted: the SDK puts zeros there.
fn usage(told: &TokenUsage) -> Option<Usage> {
    let count = |tokens: i32| u64::try_from(tokens).unwrap_or(0);
    let (new, output_tokens) = (count(told.input_tokens()), count(told.output_tokens()));
    let cached_tokens = count(told.cache_read_input_tokens().unwrap_or(0));
    let written = count(told.cache_write_input_tokens().unwrap_or(0));
    let input_tokens = new.saturating_add(cached_tokens).saturating_add(written);
    let hours = told.cache_details().iter().filter(|detail| *detail.ttl() == CacheTtl::OneHour);
    let hour = told.cache_details.is_some().then(|| hours.map(|detail| count(detail.input_tokens())).sum());
    (input_tokens > 0 || output_tokens > 0).then_some(Usage {
        input_tokens,
        output_tokens,
        cached_tokens,
        cache_write_tokens: Some(written),
        cache_write_hour_tokens: hour,
        reasoning_tokens: 0,
        estimated: false,
    })
}
