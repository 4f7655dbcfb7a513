//! Models that fail as providers do.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{
        ChatRequest, ChatResponse, Clock, Finish, ImageModel, ModelError, ModelErrorKind, RenderRequest,
        RenderResponse, TextModel, Usage,
    },
};

use super::{History, turn};
use crate::{clock::ManualClock, entropy::SeededEntropy, model::failure};

/// How often a model fails, in 1,000 calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moods {
    /// For now: too many requests, overload, an error of the server, no answer in time.
    pub transient: u64,
    /// For good: the quota is used up, the policy forbids it, the request is refused.
    pub permanent: u64,
    /// With an answer that is cut off, or is not what was asked for.
    pub garbled: u64,
}

/// A model behind moods. A call takes time; one that is begun after its deadline, or whose answer would come after it,
/// is a time-out and costs nothing.
pub struct Moody<M: ?Sized> {
    inner: Arc<M>,
    clock: Arc<ManualClock>,
    history: Arc<History>,
    entropy: SeededEntropy,
    moods: Mutex<Moods>,
}

enum Mood {
    Well,
    Garbled,
    Fails(ModelErrorKind),
}

impl<M: ?Sized> Moody<M> {
    /// The moods of this seed.
    pub fn new(inner: Arc<M>, seed: u64, moods: Moods, clock: &Arc<ManualClock>, history: &Arc<History>) -> Self {
        let (clock, history) = (Arc::clone(clock), Arc::clone(history));
        Self { inner, clock, history, entropy: SeededEntropy::new(seed), moods: Mutex::new(moods) }
    }

    /// From here on it is well.
    pub fn heal(&self) {
        *self.moods.lock().unwrap_or_else(PoisonError::into_inner) = Moods::default();
    }

    /// Takes the time of a call, and tells how it ends.
    async fn ask(&self, deadline: Timestamp) -> Result<Mood, ModelError> {
        let took = Duration::from_millis(200 + self.entropy.below(8_000));
        let throw = self.entropy.below(1_000);
        let kind = self.entropy.next_u64();
        turn().await;
        let ready = self.clock.now().plus(took);
        self.clock.sleep_until(ready.min(deadline)).await;
        if self.clock.now() >= deadline {
            self.history.fault("model timed out", "!! the model's answer would come after the deadline");
            return Err(failure(ModelErrorKind::Timeout));
        }
        let mood = self.mood(throw, kind);
        match &mood {
            Mood::Well => {}
            Mood::Garbled => self.history.fault("model answer garbled", "!! the model's answer is garbled"),
            Mood::Fails(kind) => self.history.fault("model failed", format!("!! the model fails: {kind:?}")),
        }
        Ok(mood)
    }

    fn mood(&self, throw: u64, kind: u64) -> Mood {
        use ModelErrorKind::{
            ContentPolicy, InvalidRequest, Overloaded, QuotaExhausted, RateLimited, ServerError, Timeout, Transport,
        };
        let Moods { transient, permanent, garbled } = *self.moods.lock().unwrap_or_else(PoisonError::into_inner);
        let pick = |kinds: &[ModelErrorKind]| kinds[usize::try_from(kind % kinds.len() as u64).unwrap_or(0)];
        if throw < transient {
            return Mood::Fails(pick(&[RateLimited, Overloaded, ServerError, Timeout, Transport]));
        }
        if throw < transient + permanent {
            return Mood::Fails(pick(&[QuotaExhausted, ContentPolicy, InvalidRequest]));
        }
        if throw < transient + permanent + garbled { Mood::Garbled } else { Mood::Well }
    }
}

impl<M: ?Sized> fmt::Debug for Moody<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Moody")
    }
}

#[async_trait]
impl TextModel for Moody<dyn TextModel> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn is_offline(&self) -> bool {
        self.inner.is_offline()
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.inner.quote(request)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        match self.ask(deadline).await? {
            Mood::Fails(kind) => Err(failure(kind)),
            Mood::Well => self.inner.complete(request, deadline).await,
            Mood::Garbled => {
                let whole = self.inner.complete(request, deadline).await?;
                // Half a text that says so, or half of some JSON that does not.
                let finish = if request.json_schema.is_some() { Finish::Stop } else { Finish::Length };
                let half = whole.text.chars().count() / 2;
                Ok(ChatResponse { text: whole.text.chars().take(half).collect(), finish, ..whole })
            }
        }
    }
}

#[async_trait]
impl ImageModel for Moody<dyn ImageModel> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn is_offline(&self) -> bool {
        self.inner.is_offline()
    }

    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        self.inner.quote(request)
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        match self.ask(deadline).await? {
            Mood::Fails(kind) => Err(failure(kind)),
            Mood::Well => self.inner.render(request, deadline).await,
            Mood::Garbled => {
                let whole = self.inner.render(request, deadline).await?;
                let image = whole.image.slice(..whole.image.len() / 2);
                Ok(RenderResponse { image, usage: Usage { ..whole.usage }, ..whole })
            }
        }
    }
}
