//! Conformance of a [`TextModel`], as far as it can be judged without knowing the provider.

use std::{any::Any, fmt, sync::Arc, time::Duration};

use mesh_core::ports::{
    ChatMessage, ChatRequest, ChatResponse, Finish, Hints, ModelError, ModelErrorKind, Role, Task, TextModel,
};
use serde_json::Value;

use super::{Breach, Case, Harness, Time, Verdict, case, enforce, ensure, ensure_eq, examine};
use crate::clock::ManualClock;

/// A word in every prompt of [`plain_request`], to find a prompt where none belongs.
pub const MARKER: &str = "xylograph";

/// A model, a request it can answer, and what is particular to it.
pub struct Fixture {
    /// The model under test.
    pub model: Arc<dyn TextModel>,
    /// A request it answers with text.
    pub request: ChatRequest,
    /// The time deadlines are in.
    pub time: Time,
    /// More than an answer takes.
    pub patience: Duration,
    /// Whether the same request gets the same text.
    pub deterministic: bool,
    /// The same model with a provider that never answers; `None` when it asks nobody.
    pub silent: Option<Arc<dyn TextModel>>,
    /// Whatever must live as long as the model, such as a stub server.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

impl Fixture {
    /// A model over a server in the same process, which answers at once as it is told to.
    pub fn over(server: impl Any + Send + Sync, model: Arc<dyn TextModel>, clock: Arc<ManualClock>) -> Self {
        Self {
            model,
            request: plain_request(),
            time: Time::Manual(clock),
            patience: Duration::from_secs(10),
            deterministic: false,
            silent: None,
            keep: Some(Box::new(server)),
        }
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixture({:?})", self.model)
    }
}

/// A request any language model can answer.
#[must_use]
pub fn plain_request() -> ChatRequest {
    ChatRequest {
        task: Task { name: "conformance".to_owned(), input: Value::Null },
        system: Some("Answer in one short sentence.".to_owned()),
        messages: vec![ChatMessage::text(Role::User, format!("What is a {MARKER}?"))],
        max_output_tokens: 200,
        hints: Hints::default(),
        json_schema: None,
    }
}

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(the_name_is_provider_and_model, "the name has the form provider/model"),
        case!(an_answer_is_complete, "an answer has text, a finish, the model's name and at least one attempt"),
        case!(usage_is_filled, "an answer says how many tokens it used"),
        case!(offline_is_said_twice, "the answer is marked as offline exactly when the model is"),
        case!(an_answer_comes_before_the_deadline, "an answer comes before the deadline"),
        case!(
            a_past_deadline_is_a_timeout,
            "when the deadline is past the call ends at once, if without answer in Timeout"
        ),
        case!(silence_is_a_timeout, "when no answer comes, the call ends at the deadline in Timeout"),
        case!(
            the_quote_covers_the_cost,
            "an answer costs no more than the model's quote for the request, where it has one"
        ),
        case!(determinism_is_as_declared, "a model declared deterministic answers the same request with the same text"),
    ]
}

/// Runs every case and returns the broken obligations.
pub async fn check(harness: &Harness<Fixture>) -> Vec<Breach> {
    examine(harness, cases()).await
}

/// Runs every case.
///
/// # Panics
/// When an obligation is broken, with the list of them.
pub async fn all(harness: &Harness<Fixture>) {
    enforce("text_model", &check(harness).await);
}

impl Fixture {
    async fn answer(&self) -> Result<ChatResponse, String> {
        let deadline = self.time.now().plus(self.patience);
        self.model.complete(&self.request, deadline).await.map_err(|error| format!("complete failed: {error}"))
    }
}

async fn the_name_is_provider_and_model(f: &Fixture) -> Verdict {
    ensure_name(f.model.name())
}

pub(super) fn ensure_name(name: &str) -> Verdict {
    let form = name.split_once('/').is_some_and(|(provider, model)| !provider.is_empty() && !model.is_empty());
    ensure!(form && !name.contains(char::is_whitespace), "the name is {name:?}");
    Ok(())
}

async fn an_answer_is_complete(f: &Fixture) -> Verdict {
    let answer = f.answer().await?;
    ensure!(!answer.text.trim().is_empty(), "the text is empty");
    ensure!(matches!(answer.finish, Finish::Stop | Finish::Length), "the answer ended in {:?}", answer.finish);
    ensure!(!answer.model.is_empty(), "the answer names no model");
    ensure!(answer.attempts >= 1, "the answer took no attempt");
    Ok(())
}

async fn usage_is_filled(f: &Fixture) -> Verdict {
    let usage = f.answer().await?.usage;
    ensure!(usage.input_tokens > 0 && usage.output_tokens > 0, "tokens are missing: {usage:?}");
    ensure!(usage.cached_tokens <= usage.input_tokens, "more tokens cached than read: {usage:?}");
    ensure!(usage.reasoning_tokens <= usage.output_tokens, "more tokens reasoned than written: {usage:?}");
    Ok(())
}

async fn offline_is_said_twice(f: &Fixture) -> Verdict {
    ensure_eq("offline of the answer", &f.answer().await?.offline, &f.model.is_offline())
}

async fn an_answer_comes_before_the_deadline(f: &Fixture) -> Verdict {
    let deadline = f.time.now().plus(f.patience);
    f.answer().await?;
    ensure!(f.time.now() <= deadline, "the answer came at {}, after the deadline {deadline}", f.time.now());
    Ok(())
}

async fn a_past_deadline_is_a_timeout(f: &Fixture) -> Verdict {
    let before = f.time.now();
    match f.model.complete(&f.request, before.minus(Duration::from_secs(1))).await {
        Err(error) => timed_out(&error)?,
        Ok(answer) => ensure!(answer.offline, "a provider was asked although the deadline was past"),
    }
    ensure!(before.until(f.time.now()) < Duration::from_secs(1), "the call went on after its deadline");
    Ok(())
}

async fn silence_is_a_timeout(f: &Fixture) -> Verdict {
    let Some(silent) = &f.silent else {
        return Ok(());
    };
    let deadline = f.time.now().plus(f.time.units(2));
    let call = silent.complete(&f.request, deadline);
    let late = f.time.pass(f.time.units(3));
    let (answer, ()) = futures_util::future::join(call, late).await;
    match answer {
        Err(error) => timed_out(&error),
        Ok(_) => Err("a silent provider answered".to_owned()),
    }
}

pub(super) fn timed_out(error: &ModelError) -> Verdict {
    ensure_eq("the kind of the failure", &error.kind, &ModelErrorKind::Timeout)?;
    ensure!(!format!("{error:?}").contains(MARKER), "the failure holds the prompt");
    ensure!(error.message.chars().count() <= 300, "the message has more than 300 characters");
    Ok(())
}

/// Who reserves the quote must not be charged more.
pub(super) fn ensure_quote(quote: Option<u64>, cost: Option<u64>) -> Verdict {
    if let (Some(most), Some(cost)) = (quote, cost) {
        ensure!(cost <= most, "the answer costs {cost} micro-USD, and {most} were quoted");
    }
    Ok(())
}

async fn the_quote_covers_the_cost(f: &Fixture) -> Verdict {
    let cost = f.answer().await?.cost_micro_usd;
    ensure_quote(f.model.quote(&f.request), cost)
}

async fn determinism_is_as_declared(f: &Fixture) -> Verdict {
    if !f.deterministic {
        return Ok(());
    }
    ensure_eq("the second answer", f.answer().await?.text.as_str(), f.answer().await?.text.as_str())
}
