//! What is to become of a case.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use mesh_core::ports::{ChatRequest, ChatResponse, ModelError, RenderResponse, Usage};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    case::Case,
    provider::Provider,
    server::{Received, Server},
    world::{KEY, Model, NOW, SECRET, chat_request, render_request},
};

/// What came out, in the words of the cases.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) case: String,
    told: Value,
    took: Duration,
    received: Vec<Received>,
    astray: usize,
    shown: String,
}

/// What broke in a case.
pub(crate) fn case(provider: &Provider, case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut broken = Vec::new();
    for name in case.expected() {
        let expected = case.expect(name).unwrap();
        broken.extend(match name.as_str() {
            "least_ms" => {
                let least = Duration::from_millis(expected.as_u64().unwrap());
                (outcome.took < least).then(|| format!("took {:?} and not {least:?}", outcome.took))
            }
            "sent" => wrongly_sent(outcome, expected),
            "message_has" => {
                let message = outcome.told["message"].as_str().unwrap_or_default();
                (!message.contains(expected.as_str().unwrap())).then(|| format!("the message is {message:?}"))
            }
            "usage" => contradicts(&outcome.told["usage"], expected),
            _ => (outcome.told[name] != *expected)
                .then(|| format!("{name} is {} and not {expected}; {:?}", outcome.told[name], outcome.told)),
        });
    }
    let told_apart = case.expect("finish").is_some() || case.expect("kind").is_some() || case.expect("image").is_some();
    broken.extend((!told_apart).then(|| "expects neither a finish nor a kind".to_owned()));
    broken.extend(always(provider, case, outcome));
    broken
}

/// A case whose servers are up and whose model is built.
pub(crate) struct Ready {
    case: String,
    server: Server,
    elsewhere: Server,
    model: Model,
    request: ChatRequest,
    within: Duration,
}

pub(crate) fn prepare(provider: &Provider, case: &Case) -> Ready {
    let elsewhere = Server::start(Vec::new());
    let server = Server::start(case.script(&elsewhere.base));
    let origin = server.base.strip_suffix("/v1").unwrap();
    let name = case.ask("model").and_then(Value::as_str).unwrap_or(provider.model);
    let within = Duration::from_millis(case.ask("deadline_ms").and_then(Value::as_u64).unwrap_or(3_000));
    let model = provider.make(provider.settings(origin, name)).unwrap();
    let temperature = case.ask("temperature").and_then(Value::as_f64);
    let mut request = chat_request(temperature, case.ask("json_schema") == Some(&json!(true)));
    if let Some(most) = case.ask("max_output_tokens").and_then(Value::as_u64) {
        request.max_output_tokens = u32::try_from(most).unwrap();
    }
    Ready { case: case.name.clone(), server, elsewhere, model, request, within }
}

impl Ready {
    pub(crate) async fn run(self) -> Outcome {
        let deadline = NOW.plus(self.within);
        let before = Instant::now();
        let (answer, model) = match &self.model {
            Model::Text(model) => (model.complete(&self.request, deadline).await.map(text), format!("{model:?}")),
            Model::Image(model) => (model.render(&render_request(), deadline).await.map(image), format!("{model:?}")),
        };
        let took = before.elapsed();
        let shown = answer.as_ref().err().map(|error| format!("{error} {error:?}")).unwrap_or_default();
        let received = self.server.received();
        let told = common(answer.unwrap_or_else(failed), received.len());
        let astray = self.elsewhere.received().len();
        Outcome { case: self.case, told, took, received, astray, shown: format!("{shown} {model}") }
    }
}

fn text(answer: ChatResponse) -> Value {
    let mut told = serde_json::to_value(&answer).unwrap();
    told["categories"] = told["finish"]["categories"].clone();
    told["finish"] = told["finish"]["reason"].clone();
    told
}

fn image(answer: RenderResponse) -> Value {
    let mut told = serde_json::to_value(&answer).unwrap();
    told["image"] = STANDARD.encode(&answer.image).into();
    told
}

fn failed(error: ModelError) -> Value {
    json!({
        "kind": error.kind,
        "message": error.message,
        "retry_after_ms": error.retry_after.map(|time| u64::try_from(time.as_millis()).unwrap()),
        "provider_request_id": error.provider_request_id,
        "usage": error.usage,
        "cost_micro_usd": error.cost_micro_usd,
    })
}

fn common(mut told: Value, calls: usize) -> Value {
    told["request_id"] = told["provider_request_id"].clone();
    told["estimated"] = told["usage"]["estimated"].clone();
    told["calls"] = calls.into();
    told
}

/// All members of the usage, where those that a case does not name must be zero or absent.
fn contradicts(usage: &Value, expected: &Value) -> Option<String> {
    let usage: Usage = serde_json::from_value(usage.clone()).unwrap();
    let mut whole = serde_json::to_value(Usage::default()).unwrap();
    whole.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
    let expected: Usage = serde_json::from_value(whole).unwrap();
    (usage != expected).then(|| format!("the usage is {usage:?} and not {expected:?}"))
}

fn wrongly_sent(outcome: &Outcome, expected: &Value) -> Option<String> {
    expected.as_array().unwrap().iter().find_map(|one| {
        let at = usize::try_from(one["at"].as_u64().unwrap()).unwrap();
        let pointer = one["pointer"].as_str().unwrap();
        let body = outcome.received.get(at).map(|received| &received.body);
        let found = body.and_then(|body| body.pointer(pointer)).unwrap_or(&Value::Null);
        (body.is_none() || *found != one["value"]).then(|| format!("request {at} has {found} at {pointer}"))
    })
}

/// What holds of every case: where it goes, how the key travels, and what is shown.
fn always(provider: &Provider, case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut broken = Vec::new();
    let mut check = |good: bool, what: &str| broken.extend((!good).then(|| what.to_owned()));
    let model = case.ask("model").and_then(Value::as_str).unwrap_or(provider.model);
    check(outcome.astray == 0, "another server was called");
    check(!outcome.received.is_empty(), "nobody was called");
    for received in &outcome.received {
        let first = received.head.lines().next().unwrap_or_default();
        check(first == provider.line(model), &format!("the request goes to {first:?}"));
        check(provider.is_opened_by(received), "the key is not in its header, or elsewhere in the head too");
        check(!received.body.to_string().contains(KEY), "the key is in the body");
        check(received.header(provider.header.0) == Some(provider.header.1), "a constant header is missing");
    }
    for secret in SECRET {
        check(!outcome.shown.contains(secret), &format!("{secret} is shown: {}", outcome.shown));
    }
    broken
}
