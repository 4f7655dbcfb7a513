//! Models that follow a script.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{
        ChatRequest, ChatResponse, Clock, ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse,
        TextModel, Usage,
    },
};

use super::{Reply, failure, picture, png, response};

type Answer<Q, A> = Box<dyn FnOnce(&Q) -> Reply<A> + Send>;
type Always<Q, A> = Box<dyn FnMut(&Q) -> Reply<A> + Send>;

/// A [`TextModel`] that follows a script.
pub type ScriptedTextModel = Scripted<ChatRequest, ChatResponse>;

/// An [`ImageModel`] that follows a script.
pub type ScriptedImageModel = Scripted<RenderRequest, RenderResponse>;

/// A model that answers from a queue of scripted answers, then from [`Scripted::otherwise`].
///
/// It records every request, and counts as paid every call that was answered or whose failure used tokens, even when
/// the answer came too late or nobody waited for it.
pub struct Scripted<Q, A> {
    name: String,
    pace: Option<(Arc<dyn Clock>, Duration)>,
    price: Option<u64>,
    state: Mutex<State<Q, A>>,
}

struct State<Q, A> {
    script: VecDeque<Answer<Q, A>>,
    otherwise: Option<Always<Q, A>>,
    requests: Vec<Q>,
    paid: usize,
}

impl<Q: Clone, A> Scripted<Q, A> {
    /// A model called `scripted/test` without a script.
    #[must_use]
    pub fn new() -> Self {
        Self::named("scripted/test")
    }

    /// A model of this name without a script, and without a price.
    pub fn named(name: impl Into<String>) -> Self {
        let state = State { script: VecDeque::new(), otherwise: None, requests: Vec::new(), paid: 0 };
        Self { name: name.into(), pace: None, price: None, state: Mutex::new(state) }
    }

    /// Lets every request cost this at most, in millionths of a US dollar; what one does cost is said by its answer.
    #[must_use]
    pub fn priced(mut self, micro_usd: u64) -> Self {
        self.price = Some(micro_usd);
        self
    }

    /// Adds a failure of this kind.
    #[must_use]
    pub fn failing(self, kind: ModelErrorKind) -> Self
    where
        A: Send + 'static,
    {
        self.responding(kind)
    }

    /// Adds an answer.
    #[must_use]
    pub fn responding(self, answer: impl Into<Reply<A>>) -> Self
    where
        A: Send + 'static,
    {
        let reply = answer.into();
        self.with(|_| reply)
    }

    /// Adds an answer that depends on the request.
    #[must_use]
    pub fn with<R: Into<Reply<A>>>(self, answer: impl FnOnce(&Q) -> R + Send + 'static) -> Self {
        self.push(answer);
        self
    }

    /// What answers once the script is used up.
    #[must_use]
    pub fn otherwise<R: Into<Reply<A>>>(self, mut answer: impl FnMut(&Q) -> R + Send + 'static) -> Self {
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
    pub fn push<R: Into<Reply<A>>>(&self, answer: impl FnOnce(&Q) -> R + Send + 'static) {
        self.lock().script.push_back(Box::new(move |request| answer(request).into()));
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Q> {
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

    fn answer(&self, request: &Q, about: fmt::Arguments<'_>) -> Reply<A> {
        let mut state = self.lock();
        state.requests.push(request.clone());
        let reply = match (state.script.pop_front(), state.otherwise.as_mut()) {
            (Some(answer), _) => answer(request),
            (None, Some(otherwise)) => otherwise(request),
            (None, None) => panic!("the script of {} has no answer to {about}", self.name),
        };
        state.paid += usize::from(reply.0.as_ref().as_ref().err().is_none_or(|error| error.usage != Usage::default()));
        reply
    }

    /// The reply, when its time has come.
    async fn in_time(&self, reply: Reply<A>, deadline: Timestamp) -> Result<A, ModelError> {
        let Some((clock, pace)) = &self.pace else {
            return *reply.0;
        };
        let ready = clock.now().plus(*pace);
        clock.sleep_until(ready.min(deadline)).await;
        if ready > deadline { Err(failure(ModelErrorKind::Timeout)) } else { *reply.0 }
    }

    fn lock(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScriptedTextModel {
    /// Adds an answer of this text.
    #[must_use]
    pub fn answering(self, text: impl Into<String>) -> Self {
        self.responding(response(text))
    }
}

impl ScriptedImageModel {
    /// Adds an image of this many pixels.
    #[must_use]
    pub fn drawing(self, width: u32, height: u32) -> Self {
        self.responding(picture(png(width, height)))
    }
}

impl<Q: Clone, A> Default for Scripted<Q, A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Q: Clone, A> fmt::Debug for Scripted<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scripted({}, {} calls)", self.name, self.calls())
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

    fn quote(&self, _: &ChatRequest) -> Option<u64> {
        self.price
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let reply = self.answer(request, format_args!("task {:?}", request.task.name));
        self.in_time(reply, deadline).await
    }
}

#[async_trait]
impl ImageModel for ScriptedImageModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, _: &RenderRequest) -> Option<u64> {
        self.price
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let reply = self.answer(request, format_args!("an image of seed {}", request.seed));
        self.in_time(reply, deadline).await
    }
}
