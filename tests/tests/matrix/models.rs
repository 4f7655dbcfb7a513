//! Models that answer the same request in the same way, however often they are asked, and count what they were paid for.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{
        ChatRequest, ChatResponse, Clock, ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse,
        TextModel,
    },
};
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    clock::ManualClock,
    model::{canned_article, failure, picture, png, response},
};

/// What every article is about.
pub(crate) const TOPIC: &str = "Urban beekeeping";
/// Most that any call costs, in millionths of a US dollar.
const PRICE: u64 = 2_000;

/// How a model behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It answers.
    Well,
    /// Drafts are too short until a review has said so.
    Short,
    /// Drafts must not be published.
    Bad,
    /// It refuses this task for good.
    Refusing(&'static str),
    /// It is down until it is healed.
    Down,
}

impl Mood {
    fn failure(self, task: &str, healed: &AtomicBool) -> Option<ModelErrorKind> {
        match self {
            Self::Refusing(refused) if refused == task => Some(ModelErrorKind::ContentPolicy),
            Self::Down if !healed.load(Ordering::Relaxed) => Some(ModelErrorKind::ServerError),
            _ => None,
        }
    }
}

/// Writes.
#[derive(Debug)]
pub(crate) struct Texts {
    mood: Mood,
    healed: AtomicBool,
    paid: AtomicUsize,
    clock: OnceLock<Arc<ManualClock>>,
    offline: OfflineTextModel,
}

impl Texts {
    pub(crate) fn new(mood: Mood) -> Self {
        let (healed, paid, clock) = (AtomicBool::new(false), AtomicUsize::new(0), OnceLock::new());
        Self { mood, healed, paid, clock, offline: OfflineTextModel::new() }
    }

    /// Answers after the deadline are none from now on.
    pub(crate) fn keep_time(&self, clock: Arc<ManualClock>) {
        let _ = self.clock.set(clock);
    }

    pub(crate) fn heal(&self) {
        self.healed.store(true, Ordering::Relaxed);
    }

    /// Answers so far.
    pub(crate) fn paid(&self) -> usize {
        self.paid.load(Ordering::Relaxed)
    }

    fn written(&self, request: &ChatRequest) -> Option<String> {
        match (self.mood, request.task.name.as_str()) {
            (Mood::Bad, "draft") => {
                let draft = canned_article(TOPIC, 300);
                Some(format!("{draft}\n\nAs an AI language model, I cannot taste honey.\n"))
            }
            (Mood::Short, "draft") => Some(canned_article(TOPIC, 480)),
            (Mood::Short, "refine") => {
                let findings = request.task.input["findings"].as_array().map_or(0, Vec::len);
                Some(canned_article(TOPIC, if findings == 0 { 480 } else { 600 }))
            }
            _ => None,
        }
    }
}

#[async_trait]
impl TextModel for Texts {
    fn name(&self) -> &str {
        "scripted/test"
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, _: &ChatRequest) -> Option<u64> {
        Some(PRICE)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        if self.clock.get().is_some_and(|clock| clock.now() >= deadline) {
            return Err(failure(ModelErrorKind::Timeout));
        }
        if let Some(kind) = self.mood.failure(&request.task.name, &self.healed) {
            return Err(failure(kind));
        }
        self.paid.fetch_add(1, Ordering::Relaxed);
        match self.written(request) {
            Some(text) => Ok(response(text)),
            None => self.offline.complete(request, deadline).await,
        }
    }
}

/// Draws.
#[derive(Debug)]
pub(crate) struct Images {
    mood: Mood,
    healed: AtomicBool,
    paid: AtomicUsize,
    clock: Arc<ManualClock>,
}

impl Images {
    pub(crate) fn new(mood: Mood, clock: Arc<ManualClock>) -> Self {
        Self { mood, healed: AtomicBool::new(false), paid: AtomicUsize::new(0), clock }
    }

    pub(crate) fn heal(&self) {
        self.healed.store(true, Ordering::Relaxed);
    }

    /// Images so far.
    pub(crate) fn paid(&self) -> usize {
        self.paid.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl ImageModel for Images {
    fn name(&self) -> &str {
        "scripted/test"
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, _: &RenderRequest) -> Option<u64> {
        Some(PRICE)
    }

    async fn render(&self, _: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        if self.clock.now() >= deadline {
            return Err(failure(ModelErrorKind::Timeout));
        }
        if let Some(kind) = self.mood.failure("image", &self.healed) {
            return Err(failure(kind));
        }
        self.paid.fetch_add(1, Ordering::Relaxed);
        Ok(picture(png(480, 270)))
    }
}
