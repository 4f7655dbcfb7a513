//! A text model that follows a script.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Clock, Finish, ModelError, ModelErrorKind, TextModel, Usage},
};

type Answer = Box<dyn FnOnce(&ChatRequest) -> Reply + Send>;
type Always = Box<dyn FnMut(&ChatRequest) -> Reply + Send>;

/// What a scripted call ends in; made from a text, a kind of failure, or the port's own answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply(Box<Result<ChatResponse, ModelError>>);

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        response(text).into()
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        response(text).into()
    }
}

impl From<ChatResponse> for Reply {
    fn from(answer: ChatResponse) -> Self {
        Ok(answer).into()
    }
}

impl From<ModelErrorKind> for Reply {
    fn from(kind: ModelErrorKind) -> Self {
        failure(kind).into()
    }
}

impl From<ModelError> for Reply {
    fn from(error: ModelError) -> Self {
        Err(error).into()
    }
}

impl From<Result<ChatResponse, ModelError>> for Reply {
    fn from(result: Result<ChatResponse, ModelError>) -> Self {
        Self(Box::new(result))
    }
}

/// A [`TextModel`] that answers from a queue of scripted answers, then from [`ScriptedTextModel::otherwise`].
///
/// It records every request, and counts as paid every call that was answered or whose failure used tokens, even when
/// the answer came too late or nobody waited for it.
pub struct ScriptedTextModel {
    name: String,
    pace: Option<(Arc<dyn Clock>, Duration)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    otherwise: Option<Always>,
    requests: Vec<ChatRequest>,
    paid: usize,
}

impl ScriptedTextModel {
    /// A model called `scripted/test` without a script.
    #[must_use]
    pub fn new() -> Self {
        Self::named("scripted/test")
    }

    /// A model of this name without a script.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), pace: None, state: Mutex::default() }
    }

    /// Adds an answer of this text.
    #[must_use]
    pub fn answering(self, text: impl Into<String>) -> Self {
        self.responding(response(text))
    }

    /// Adds a failure of this kind.
    #[must_use]
    pub fn failing(self, kind: ModelErrorKind) -> Self {
        self.responding(kind)
    }

    /// Adds an answer.
    #[must_use]
    pub fn responding(self, answer: impl Into<Reply>) -> Self {
        let reply = answer.into();
        self.with(|_| reply)
    }

    /// Adds an answer that depends on the request.
    #[must_use]
    pub fn with<R: Into<Reply>>(self, answer: impl FnOnce(&ChatRequest) -> R + Send + 'static) -> Self {
        self.push(answer);
        self
    }

    /// What answers once the script is used up.
    #[must_use]
    pub fn otherwise<R: Into<Reply>>(self, mut answer: impl FnMut(&ChatRequest) -> R + Send + 'static) -> Self {
        self.lock().otherwise = Some(Box::new(move |request| answer(request).into()));
        self
    }

    /// Lets every answer take this long; an answer that would come after the deadline is a time-out at the deadline.
    #[must_use]
    pub fn taking(mut self, clock: Arc<dyn Clock>, pace: Duration) -> Self {
        self.pace = Some((clock, pace));
        self
    }

    /// Adds an answer to a script that is in use.
    pub fn push<R: Into<Reply>>(&self, answer: impl FnOnce(&ChatRequest) -> R + Send + 'static) {
        self.lock().script.push_back(Box::new(move |request| answer(request).into()));
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<ChatRequest> {
        self.lock().requests.clone()
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.lock().requests.len()
    }

    /// How many of them cost money.
    #[must_use]
    pub fn paid_calls(&self) -> usize {
        self.lock().paid
    }

    /// How many scripted answers are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.lock().script.len()
    }

    fn answer(&self, request: &ChatRequest) -> Reply {
        let mut state = self.lock();
        state.requests.push(request.clone());
        let reply = match (state.script.pop_front(), state.otherwise.as_mut()) {
            (Some(answer), _) => answer(request),
            (None, Some(otherwise)) => otherwise(request),
            (None, None) => panic!("the script of {} has no answer to task {:?}", self.name, request.task.name),
        };
        state.paid += usize::from(reply.0.as_ref().as_ref().err().is_none_or(|error| error.usage != Usage::default()));
        reply
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ScriptedTextModel {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ScriptedTextModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScriptedTextModel({}, {} calls)", self.name, self.calls())
    }
}

#[async_trait]
impl TextModel for ScriptedTextModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let result = *self.answer(request).0;
        let Some((clock, pace)) = &self.pace else {
            return result;
        };
        let ready = clock.now().plus(*pace);
        clock.sleep_until(ready.min(deadline)).await;
        if ready > deadline { Err(failure(ModelErrorKind::Timeout)) } else { result }
    }
}

/// An answer of this text, priced at a tenth of a cent.
pub fn response(text: impl Into<String>) -> ChatResponse {
    let text = text.into();
    let usage = Usage { input_tokens: 100, output_tokens: 1 + text.len() as u64 / 4, ..Usage::default() };
    ChatResponse {
        text,
        finish: Finish::Stop,
        usage,
        cost_micro_usd: Some(1_000),
        model: "scripted".to_owned(),
        offline: false,
        provider_request_id: None,
        attempts: 1,
    }
}

/// A failure of this kind that used no tokens.
#[must_use]
pub fn failure(kind: ModelErrorKind) -> ModelError {
    ModelError {
        kind,
        model: "scripted/test".to_owned(),
        message: "as scripted".to_owned(),
        retry_after: None,
        provider_request_id: None,
        usage: Usage::default(),
    }
}
