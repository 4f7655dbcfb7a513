//! The image model suite passes what is right and names what is wrong.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use mesh_core::{
    Timestamp,
    ports::{Clock, ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse, Usage},
};
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    model::{failure, picture, png},
    suite::{
        Harness, Time,
        image_model::{Fixture, all, cases, check, plain_request},
    },
};

use crate::every_flaw_is_found;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    NameWithoutProvider,
    NoImage,
    NoUsage,
    ClaimsALanguageModel,
    AnswersLate,
    IgnoresPastDeadlines,
    WaitsForTheSilent,
    LeaksThePrompt,
    IsMoody,
    QuotesTooLittle,
    NamesNoModel,
}

#[derive(Debug)]
struct Model {
    clock: Arc<ManualClock>,
    silent: bool,
    flaw: Option<Flaw>,
    mood: AtomicU32,
}

impl Model {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn answer(&self) -> RenderResponse {
        let mood = if self.has(Flaw::IsMoody) { self.mood.fetch_add(1, Ordering::Relaxed) } else { 0 };
        let mut answer = picture(png(16 + mood, 9));
        if self.has(Flaw::NoImage) {
            answer.image = Bytes::from_static(b"<svg/>");
        }
        if self.has(Flaw::NoUsage) {
            answer.usage = Usage::default();
        }
        if self.has(Flaw::NamesNoModel) {
            answer.model.clear();
        }
        answer.offline = self.has(Flaw::ClaimsALanguageModel);
        answer
    }

    fn timeout(&self, request: &RenderRequest) -> ModelError {
        let prompt = request.prompt.clone();
        let message = if self.has(Flaw::LeaksThePrompt) { prompt } else { "no answer in time".to_owned() };
        ModelError { message, ..failure(ModelErrorKind::Timeout) }
    }
}

#[async_trait]
impl ImageModel for Model {
    fn name(&self) -> &str {
        if self.has(Flaw::NameWithoutProvider) { "model" } else { "test/model" }
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, _: &RenderRequest) -> Option<u64> {
        Some(if self.has(Flaw::QuotesTooLittle) { 999 } else { 1_000 })
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        if deadline <= self.clock.now() && !self.has(Flaw::IgnoresPastDeadlines) {
            return Err(self.timeout(request));
        }
        if self.silent {
            self.clock.sleep_until(deadline).await;
            let kind =
                if self.has(Flaw::WaitsForTheSilent) { ModelErrorKind::Transport } else { ModelErrorKind::Timeout };
            return Err(ModelError { kind, ..self.timeout(request) });
        }
        if self.has(Flaw::AnswersLate) {
            self.clock.advance_to(deadline.plus(Duration::from_millis(1)));
        }
        Ok(self.answer())
    }
}

fn harness(flaw: Option<Flaw>) -> Harness<Fixture> {
    Harness::new(move || {
        let clock = Arc::new(ManualClock::new());
        let model = |silent| Arc::new(Model { clock: Arc::clone(&clock), silent, flaw, mood: AtomicU32::new(0) });
        Fixture {
            model: model(false),
            request: plain_request(),
            patience: Duration::from_secs(5),
            deterministic: true,
            silent: Some(model(true)),
            time: Time::Manual(Arc::clone(&clock)),
            keep: None,
        }
    })
}

#[test]
fn a_correct_model_passes() {
    block_on(all(&harness(None)));
}

#[test]
fn every_flaw_is_found_by_its_case() {
    let flaws = [
        (Flaw::NameWithoutProvider, "the_name_is_provider_and_model"),
        (Flaw::NoImage, "an_image_is_an_image"),
        (Flaw::NoUsage, "usage_is_filled"),
        (Flaw::ClaimsALanguageModel, "offline_is_said_twice"),
        (Flaw::AnswersLate, "an_answer_comes_before_the_deadline"),
        (Flaw::IgnoresPastDeadlines, "a_past_deadline_is_a_timeout"),
        (Flaw::WaitsForTheSilent, "silence_is_a_timeout"),
        (Flaw::LeaksThePrompt, "silence_is_a_timeout"),
        (Flaw::NamesNoModel, "an_answer_is_complete"),
        (Flaw::QuotesTooLittle, "the_quote_covers_the_cost"),
        (Flaw::IsMoody, "determinism_is_as_declared"),
    ];
    let names = cases().into_iter().map(|case| case.name);
    every_flaw_is_found(names, &flaws, |flaw| block_on(check(&harness(Some(flaw)))));
}
