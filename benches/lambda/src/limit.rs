//! A provider that takes sixty requests a minute, and a hundred and twenty sent at once: none fails, none goes out
//! early.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use futures_util::future::{Either, join_all, select};
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, Hints, Task, TextModel},
};
use serde_json::json;

use crate::{
    events::{self, PREFIX},
    mapping::{Mapped, map},
    setup::{self, Setup},
    stub::{Aws, Exchange, Model},
};

const AGENT: &str = "content-gen";
const REQUESTS: u64 = 120;
const A_MINUTE: usize = 60;
/// Nothing of this takes longer, or it hangs.
const LONGEST: Duration = Duration::from_secs(900);

/// What became of the requests.
#[derive(Debug)]
pub struct Outcome {
    /// Articles that were announced.
    pub ready: u64,
    /// Events on `/content/errors`.
    pub errors: u64,
    /// Messages in the dead-letter queue.
    pub dead: u64,
    /// Records the function gave back to the queue for later.
    pub put_off: u64,
    /// Calls the provider got, and how many of them it refused.
    pub calls: usize,
    /// Calls it refused.
    pub refused: usize,
    /// Calls for an article before the wait that its last refusal asked for was over.
    pub early: usize,
    /// Calls for another article while some refusal's wait was not over: the second function knows nothing of it.
    pub beside: usize,
    /// Until the last article was ready.
    pub took: Duration,
}

impl Outcome {
    /// None failed, none went out early, and the limit was met at all.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.ready == REQUESTS && self.errors == 0 && self.dead == 0 && self.early == 0 && self.refused > 0
    }

    /// One line for people.
    #[must_use]
    pub fn described(&self) -> String {
        let Self { ready, errors, dead, put_off, calls, refused, early, beside, took } = self;
        format!(
            "limit: {ready} of {REQUESTS} articles ready in {:.0} s, {errors} errors, {dead} dead letters, \
             {put_off} put off; {calls} calls, {refused} refused with 429, {early} repeated before Retry-After was \
             over ({beside} calls for another article in that time): {}",
            took.as_secs_f64(),
            if self.holds() { "ok" } else { "FAILED" },
        )
    }
}

/// Sends them all at once to as many functions as the manifest's concurrency allows.
pub async fn run(setup: &Setup) -> Outcome {
    let (model, address) = Model::start(article().await, A_MINUTE).await;
    let (aws, aws_address) = Aws::start().await;
    let manifest = setup.manifest(AGENT);
    setup::subscribe(&aws, &manifest);
    let ready = aws.queue("ready");
    aws.subscribe(&events::topic("/content/ready"), &ready);
    let errors = aws.queue("errors");
    aws.subscribe(&events::topic("/content/errors"), &errors);
    let base = format!("http://{address}/v1");
    let settings = [
        ("OPENAI_MODEL", "stub"),
        ("OPENAI_BASE_URL", base.as_str()),
        ("OPENAI_API_KEY_SECRET", "/bench/local/openai-api-key"),
    ];
    let mut functions = Vec::new();
    for _ in 0..manifest.concurrency {
        functions.push((setup.function(AGENT, aws_address, &settings).await, Mapped::default()));
    }
    let queue = aws.queue(&format!("{PREFIX}-{AGENT}"));
    let start = Instant::now();
    for n in 0..REQUESTS {
        queue.send(events::content_request(n, 300), BTreeMap::new());
    }
    let work = functions
        .iter()
        .map(|(function, mapped)| map(AGENT, Arc::clone(&queue), &function.runtime, 1, manifest.visibility(), mapped));
    let all_ready = async {
        while ready.len() < usize::try_from(REQUESTS).unwrap_or(0) && errors.is_empty() && start.elapsed() < LONGEST {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match select(Box::pin(join_all(work)), Box::pin(all_ready)).await {
        Either::Right(((), _)) => {}
        Either::Left(_) => unreachable!("mappings do not end"),
    }
    let took = start.elapsed();
    let exchanges = model.exchanges();
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Outcome {
        ready: count(ready.len()),
        errors: count(errors.len()),
        dead: count(aws.queue(&format!("{PREFIX}-{AGENT}-dlq")).len()),
        put_off: functions.iter().map(|(_, mapped)| mapped.failed.load(Ordering::SeqCst)).sum(),
        calls: exchanges.len(),
        refused: exchanges.iter().filter(|exchange| exchange.retry_after.is_some()).count(),
        early: early(&exchanges),
        beside: beside(&exchanges),
        took,
    }
}

/// Repetitions that came before the wait their last refusal asked for was over.
fn early(exchanges: &[Exchange]) -> usize {
    let mut not_before: BTreeMap<&str, Instant> = BTreeMap::new();
    let mut early = 0;
    for Exchange { at, prompt, retry_after } in exchanges {
        early += usize::from(not_before.get(prompt.as_str()).is_some_and(|until| at < until));
        match retry_after {
            Some(wait) => drop(not_before.insert(prompt, *at + *wait)),
            None => drop(not_before.remove(prompt.as_str())),
        }
    }
    early
}

/// Calls while somebody else's wait was not over.
fn beside(exchanges: &[Exchange]) -> usize {
    let mut waits: Vec<(&str, Instant)> = Vec::new();
    let mut beside = 0;
    for Exchange { at, prompt, retry_after } in exchanges {
        waits.retain(|(_, until)| until > at);
        beside += usize::from(waits.iter().any(|(other, _)| *other != prompt.as_str()));
        waits.extend(retry_after.map(|wait| (prompt.as_str(), *at + wait)));
    }
    beside
}

/// An article that content-gen accepts, from the offline model.
async fn article() -> String {
    let request = ChatRequest {
        task: Task { name: "draft".into(), input: json!({ "topic": "Notes on gardens", "word_count": 300 }) },
        system: None,
        messages: Vec::new(),
        max_output_tokens: 1000,
        hints: Hints::default(),
        json_schema: None,
    };
    let model = mesh_models::OfflineTextModel::default();
    model.complete(&request, Timestamp(i64::MAX)).await.expect("an article").text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_is_early_until_its_own_wait_is_over() {
        let start = Instant::now();
        let call = |millis, prompt: &str, wait: Option<u64>| Exchange {
            at: start + Duration::from_millis(millis),
            prompt: prompt.to_owned(),
            retry_after: wait.map(Duration::from_secs),
        };
        let calls = [call(0, "a", Some(2)), call(1000, "b", None), call(1999, "a", Some(1)), call(3000, "a", None)];
        assert_eq!((early(&calls), beside(&calls)), (1, 1));
        assert_eq!(early(&[call(0, "a", Some(2)), call(2000, "a", None)]), 0);
    }
}
