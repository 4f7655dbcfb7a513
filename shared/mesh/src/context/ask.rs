//! Asking a model once: the answer is stored before it is used.

use std::sync::atomic::Ordering;

use mesh_contracts::{Int, events::ErrorType};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Context, MAX_READ_BYTES};
use crate::{
    Timestamp,
    agent::AgentError,
    ids, metric,
    ports::{BlobsExt, ChatRequest, ChatResponse, ModelError, ModelErrorKind, PutCondition, PutResult, Usage},
};

/// A model's answer as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// SHA-256 of the request that was sent, for the audit.
    pub request_sha256: String,
    /// Version of the prompt it was asked with.
    pub prompt_version: String,
    /// What the model said.
    pub response: ChatResponse,
}

impl Context<'_> {
    /// Asks the text model, once: the answer is stored under event and step before it is used, so that a retry, even with
    /// another prompt, gets the stored answer and pays nothing. A call is made only while the lease is held.
    /// `prompt_version` is kept with the answer: a stored answer tells the version it was asked with.
    ///
    /// # Errors
    /// [`AgentError`] by the class of the model's error.
    pub async fn ask(&self, step: &str, prompt_version: &str, request: &ChatRequest) -> Result<Answer, AgentError> {
        let key = format!("answers/{}/{}/{step}", self.manifest.name, self.event_id);
        if let Some(answer) = self.stored_answer(&key).await? {
            // An earlier attempt may have ended before it settled.
            self.settle_earlier(step, answer.response.cost_micro_usd).await?;
            return Ok(answer);
        }
        let model = self.text_model()?;
        let deadline = self.call_deadline()?;
        self.reserve(step, || model.quote(request)).await?;
        let (agent, name) = (self.manifest.name.as_str(), model.name());
        tracing::info!(event = "ModelAsked", agent, event_id = %self.event_id, step, model = name);
        let response = match model.complete(request, deadline).await {
            Ok(response) => response,
            Err(error) => return Err(self.call_failed(step, name, error).await),
        };
        let request_sha256 = ids::sha256_hex(&to_vec(request)?);
        let answer = Answer { request_sha256, prompt_version: prompt_version.to_owned(), response };
        let kept = self.keep(&key, name, answer).await?;
        self.settle(step, kept.response.cost_micro_usd).await?;
        Ok(kept)
    }

    /// When a call must have its answer.
    pub(super) fn call_deadline(&self) -> Result<Timestamp, AgentError> {
        if self.now() >= self.lease.deadline {
            return Err(out_of_time());
        }
        Ok(self.lease.deadline.min(self.now().plus(self.ports.model_timeout)))
    }

    /// What a failed call used is counted. What was reserved for it is given back when it cannot have been charged, and
    /// counts as spent when it was. A call whose end nobody knows may have been: its reservation stays for the next
    /// attempt, and if none comes (the event is suspended) until the month is over.
    pub(super) async fn call_failed(&self, step: &str, model: &str, error: ModelError) -> AgentError {
        self.spend(error.usage.input_tokens, error.usage.output_tokens, error.cost_micro_usd);
        self.count_tokens(model, error.usage);
        let booked = match error.kind {
            ModelErrorKind::Timeout | ModelErrorKind::Transport | ModelErrorKind::ServerError => Ok(()),
            _ if error.usage != Usage::default() => self.settle(step, error.cost_micro_usd).await,
            _ => self.release(step).await,
        };
        match booked {
            Ok(()) => error.into(),
            Err(store) => store,
        }
    }

    /// Stores an answer before anybody sees it; of two attempts the first stored one counts.
    async fn keep(&self, key: &str, model: &str, answer: Answer) -> Result<Answer, AgentError> {
        let body = to_vec(&answer)?;
        // Paid, whether or not it is the one that counts.
        self.count_tokens(model, answer.response.usage);
        match self.ports.blobs.put_bytes(key, body.into(), "application/json", PutCondition::IfAbsent).await? {
            PutResult::Stored(_) => {
                self.bought.store(true, Ordering::Relaxed);
                self.spend_answer(&answer.response);
                Ok(answer)
            }
            PutResult::Refused(_) => self.stored_answer(key).await?.ok_or_else(out_of_time),
        }
    }

    async fn stored_answer(&self, key: &str) -> Result<Option<Answer>, AgentError> {
        let Some((_, bytes)) = self.ports.blobs.get_bytes(key, MAX_READ_BYTES).await? else {
            return Ok(None);
        };
        let answer: Answer = parse(key, &bytes)?;
        self.spend_answer(&answer.response);
        Ok(Some(answer))
    }

    pub(super) fn count_tokens(&self, model: &str, usage: Usage) {
        let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
        if tokens > 0 {
            let name = metric::tokens_used(&self.manifest.name, model);
            metrics::counter!(name).increment(tokens);
        }
    }

    fn spend_answer(&self, answer: &ChatResponse) {
        self.spend(answer.usage.input_tokens, answer.usage.output_tokens, answer.cost_micro_usd);
    }

    pub(super) fn spend(&self, input: u64, output: u64, micro_usd: Option<u64>) {
        if let Ok(mut spent) = self.spent.lock() {
            spent.input_tokens = sum(spent.input_tokens.count(), input);
            spent.output_tokens = sum(spent.output_tokens.count(), output);
            if let Some(more) = micro_usd {
                spent.micro_usd = Some(sum(spent.micro_usd.map_or(0, Int::count), more));
            }
        }
    }
}

fn sum<const MIN: i64, const MAX: i64>(a: u64, b: u64) -> Int<MIN, MAX> {
    Int::clamp(i64::try_from(a.saturating_add(b)).unwrap_or(i64::MAX))
}

pub(super) fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, AgentError> {
    serde_json::to_vec(value)
        .map_err(|error| AgentError::fail("INTERNAL", ErrorType::Infrastructure, error.to_string()))
}

pub(super) fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, AgentError> {
    serde_json::from_slice(bytes).map_err(|error| {
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, format!("{key} cannot be read: {error}"))
    })
}

pub(super) fn out_of_time() -> AgentError {
    AgentError::Retry {
        code: "TIMEOUT",
        error_type: ErrorType::Infrastructure,
        message: "the deadline passed before the model could be asked".into(),
        after: None,
        dependency: None,
        counted: true,
    }
}
