//! A provider of chat completions that holds its callers to a number of requests a minute.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::serve;

const MINUTE: Duration = Duration::from_secs(60);

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When it arrived.
    pub at: Instant,
    /// What it asked for; the same when it is repeated.
    pub prompt: String,
    /// For a refusal: how long to wait.
    pub retry_after: Option<Duration>,
}

/// The provider.
#[derive(Debug)]
pub struct Model {
    a_minute: usize,
    text: String,
    /// When the requests of the last minute were accepted.
    accepted: Mutex<VecDeque<Instant>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Model {
    /// Starts a provider that always answers `text`, at most `a_minute` times in any sixty seconds.
    pub async fn start(text: String, a_minute: usize) -> (Arc<Self>, SocketAddr) {
        let model = Self { a_minute, text, accepted: Mutex::default(), exchanges: Mutex::default() };
        let model = Arc::new(model);
        let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(Arc::clone(&model));
        (model, serve(router).await)
    }

    /// Everything it was asked, in order.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap().clone()
    }

    /// Accepts a request, or says how long to wait: until the oldest of the last minute is a minute old, in whole
    /// seconds as `Retry-After` has them.
    fn admit(&self, now: Instant) -> Option<Duration> {
        let mut accepted = self.accepted.lock().unwrap();
        while accepted.front().is_some_and(|at| now - *at >= MINUTE) {
            accepted.pop_front();
        }
        if accepted.len() < self.a_minute {
            accepted.push_back(now);
            return None;
        }
        let left = MINUTE - (now - accepted[0]);
        Some(Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0)))
    }
}

async fn complete(State(model): State<Arc<Model>>, body: String) -> Response {
    let at = Instant::now();
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let retry_after = model.admit(at);
    let prompt = request["messages"].to_string();
    model.exchanges.lock().unwrap().push(Exchange { at, prompt, retry_after });
    let (status, answer) = match retry_after {
        Some(_) => (StatusCode::TOO_MANY_REQUESTS, refusal()),
        None => (StatusCode::OK, model.completion(&request)),
    };
    let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response();
    if let Some(wait) = retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    answer
}

fn refusal() -> Value {
    json!({ "error": { "message": "Rate limit reached.", "type": "requests", "code": "rate_limit_exceeded" } })
}

impl Model {
    fn completion(&self, request: &Value) -> Value {
        json!({
            "id": "chatcmpl-stub", "object": "chat.completion", "created": 1_763_700_000, "model": request["model"],
            "choices": [{
                "index": 0, "finish_reason": "stop",
                "message": { "role": "assistant", "content": self.text, "refusal": null },
            }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 400, "total_tokens": 500 },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_limit_holds_in_any_minute_and_the_wait_is_long_enough() {
        let (model, _) = Model::start(String::new(), 2).await;
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!((model.admit(at(0)), model.admit(at(30_000))), (None, None));
        assert_eq!(model.admit(at(40_500)), Some(Duration::from_secs(20)));
        assert_eq!(model.admit(at(59_999)), Some(Duration::from_secs(1)));
        assert_eq!(model.admit(at(60_500)), None);
        assert_eq!(model.admit(at(60_501)), Some(Duration::from_secs(30)));
    }
}
