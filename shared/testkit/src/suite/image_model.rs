//! Conformance of an [`ImageModel`], as far as it can be judged without knowing the provider.

use std::{any::Any, fmt, sync::Arc, time::Duration};

use mesh_core::ports::{ImageModel, MAX_IMAGE_BYTES, RenderRequest, RenderResponse};

use super::{
    Breach, Case, Harness, Time, Verdict, case, enforce, ensure, ensure_eq, examine,
    text_model::{MARKER, ensure_name, ensure_quote, timed_out},
};
use crate::clock::ManualClock;

/// A model, a request it can answer, and what is particular to it.
pub struct Fixture {
    /// The model under test.
    pub model: Arc<dyn ImageModel>,
    /// A request it answers with an image.
    pub request: RenderRequest,
    /// The time deadlines are in.
    pub time: Time,
    /// More than an image takes.
    pub patience: Duration,
    /// Whether the same request gets the same bytes.
    pub deterministic: bool,
    /// The same model with a provider that never answers; `None` when it asks nobody.
    pub silent: Option<Arc<dyn ImageModel>>,
    /// Whatever must live as long as the model, such as a stub server.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

impl Fixture {
    /// A model over a server in the same process, which answers at once as it is told to.
    pub fn over(server: impl Any + Send + Sync, model: Arc<dyn ImageModel>, clock: Arc<ManualClock>) -> Self {
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

/// A request any image model can answer.
#[must_use]
pub fn plain_request() -> RenderRequest {
    RenderRequest {
        prompt: format!("A {MARKER} of a lighthouse."),
        negative_prompt: None,
        colors: vec!["#204060".to_owned()],
        style: None,
        caption: None,
        aspect_ratio: (16, 9),
        seed: 1,
    }
}

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(the_name_is_provider_and_model, "the name has the form provider/model"),
        case!(an_image_is_an_image, "the answer is a PNG, JPEG or WebP file of at most 12 MiB"),
        case!(an_answer_is_complete, "an answer has the model's name and at least one attempt"),
        case!(usage_is_filled, "an answer says how many tokens it used, unless it is offline and used none"),
        case!(offline_is_said_twice, "the answer is marked as offline exactly when the model is"),
        case!(
            the_quote_covers_the_cost,
            "an answer costs no more than the model's quote for the request, where it has one"
        ),
        case!(an_answer_comes_before_the_deadline, "an answer comes before the deadline"),
        case!(
            a_past_deadline_is_a_timeout,
            "when the deadline is past the call ends at once, if without image in Timeout"
        ),
        case!(silence_is_a_timeout, "when no answer comes, the call ends at the deadline in Timeout"),
        case!(
            determinism_is_as_declared,
            "a model declared deterministic answers the same request with the same bytes"
        ),
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
    enforce("image_model", &check(harness).await);
}

impl Fixture {
    async fn answer(&self) -> Result<RenderResponse, String> {
        let deadline = self.time.now().plus(self.patience);
        self.model.render(&self.request, deadline).await.map_err(|error| format!("render failed: {error}"))
    }
}

async fn the_name_is_provider_and_model(f: &Fixture) -> Verdict {
    ensure_name(f.model.name())
}

async fn an_image_is_an_image(f: &Fixture) -> Verdict {
    let image = f.answer().await?.image;
    let webp = image.starts_with(b"RIFF") && image.get(8..12) == Some(b"WEBP");
    let known = image.starts_with(b"\x89PNG\r\n\x1a\n") || image.starts_with(b"\xff\xd8\xff") || webp;
    ensure!(known, "{} bytes that begin with {:02x?}", image.len(), &image[..image.len().min(12)]);
    ensure!(image.len() <= MAX_IMAGE_BYTES, "the image has {} bytes", image.len());
    Ok(())
}

async fn an_answer_is_complete(f: &Fixture) -> Verdict {
    let answer = f.answer().await?;
    ensure!(!answer.model.is_empty(), "the answer names no model");
    ensure!(answer.attempts >= 1, "the answer took no attempt");
    Ok(())
}

async fn usage_is_filled(f: &Fixture) -> Verdict {
    let usage = f.answer().await?.usage;
    let used = usage.input_tokens > 0 || usage.output_tokens > 0;
    ensure!(used || f.model.is_offline(), "tokens are missing: {usage:?}");
    ensure!(usage.cached_tokens <= usage.input_tokens, "more tokens cached than read: {usage:?}");
    Ok(())
}

async fn offline_is_said_twice(f: &Fixture) -> Verdict {
    ensure_eq("offline of the answer", &f.answer().await?.offline, &f.model.is_offline())
}

async fn the_quote_covers_the_cost(f: &Fixture) -> Verdict {
    let cost = f.answer().await?.cost_micro_usd;
    ensure_quote(f.model.quote(&f.request), cost)
}

async fn an_answer_comes_before_the_deadline(f: &Fixture) -> Verdict {
    let deadline = f.time.now().plus(f.patience);
    f.answer().await?;
    ensure!(f.time.now() <= deadline, "the answer came at {}, after the deadline {deadline}", f.time.now());
    Ok(())
}

async fn a_past_deadline_is_a_timeout(f: &Fixture) -> Verdict {
    let before = f.time.now();
    match f.model.render(&f.request, before.minus(Duration::from_secs(1))).await {
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
    let call = silent.render(&f.request, deadline);
    let late = f.time.pass(f.time.units(3));
    let (answer, ()) = futures_util::future::join(call, late).await;
    match answer {
        Err(error) => timed_out(&error),
        Ok(_) => Err("a silent provider answered".to_owned()),
    }
}

async fn determinism_is_as_declared(f: &Fixture) -> Verdict {
    if !f.deterministic {
        return Ok(());
    }
    let (first, second) = (f.answer().await?.image, f.answer().await?.image);
    ensure!(first == second, "{} bytes, then {} others", first.len(), second.len());
    Ok(())
}
