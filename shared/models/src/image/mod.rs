//! A rule-based stand-in for an image model: abstract sample pictures in the colours asked for, the same ones for the
//! same request, at no cost. Never a claim to be a model: [`ImageModel::is_offline`] is true and every picture is marked.

mod caption;
mod chance;
mod color;
mod fault;
mod font;
mod picture;
mod shapes;
mod wishes;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mesh_core::{
    Timestamp,
    ports::{ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse, Usage},
};

use self::{
    chance::Chance,
    color::Rgb,
    fault::{Fault, FaultPlan},
    font::Typeface,
    picture::Picture,
    shapes::Canvas,
    wishes::Wishes,
};
use crate::ConfigError;

const NAME: &str = "offline/image-v1";
/// More brand colours than these are not told apart in one picture.
const MOST_COLORS: usize = 8;

/// Draws sample pictures: PNG, the longer side 1600 pixels.
///
/// * A gradient and three to five shapes in the `colors` of the request, or, without any that can be read, in a calm
///   palette; the `caption`, wrapped and in a colour that can be read on its ground; the mark `sample` in a corner.
/// * Where shapes are follows from a hash of the request; `style` and `negative_prompt` choose families of shapes and,
///   without colours, the palette. The prompt's meaning has no effect, and `revised_prompt` says what had one.
/// * The same request gives the same bytes.
/// * Letters the bundled typeface (DejaVu Sans) lacks are drawn as U+FFFD; a caption of mostly such letters is left out.
///
/// # Faults on demand
/// The name may end in `+fault=` and a list of `rate_limit`, `overloaded`, `server_error`, `timeout`, `quota`, `auth`,
/// `refuse` (errors) and `not_an_image` (an answer whose bytes are none), each with an optional `:times`:
/// `offline/image-v1+fault=rate_limit:2,refuse`. Each call consumes one, in this order, for the life of the value.
#[derive(Debug)]
pub struct OfflineImageModel {
    typeface: Option<Typeface>,
    faults: FaultPlan,
}

impl Default for OfflineImageModel {
    fn default() -> Self {
        Self::new()
    }
}

impl OfflineImageModel {
    /// A model without faults.
    #[must_use]
    pub fn new() -> Self {
        Self { typeface: Typeface::bundled(), faults: FaultPlan::default() }
    }

    /// The model a configuration names: `offline/image-v1`, with or without `+fault=`.
    ///
    /// # Errors
    /// [`ConfigError`] naming what cannot be read.
    pub fn from_name(name: &str) -> Result<Self, ConfigError> {
        let unknown = || ConfigError::UnknownOfflineImageModel { name: name.to_owned() };
        let suffix = name.strip_prefix(NAME).ok_or_else(unknown)?;
        if suffix.is_empty() {
            return Ok(Self::new());
        }
        let faults = suffix.strip_prefix("+fault=").ok_or_else(unknown)?;
        Ok(Self { faults: FaultPlan::parse(faults)?, ..Self::new() })
    }

    /// `None` when the typeface or the renderer does not do what it should.
    fn drawn(&self, request: &RenderRequest) -> Option<RenderResponse> {
        let brand: Vec<Rgb> = request.colors.iter().filter_map(|color| Rgb::parse(color)).take(MOST_COLORS).collect();
        let wishes = Wishes::read(request.style.as_deref(), request.negative_prompt.as_deref(), brand);
        let mut chance = Chance::new(NAME, request);
        let canvas = Canvas::of(request.aspect_ratio);
        let caption = request.caption.as_deref();
        let picture = picture::draw(&wishes, caption, canvas, self.typeface.as_ref()?, &mut chance)?;
        let said = revised_prompt(&wishes, canvas, &picture);
        Some(response(request, picture.png.into(), Some(said)))
    }
}

#[async_trait]
impl ImageModel for OfflineImageModel {
    fn name(&self) -> &str {
        NAME
    }

    fn is_offline(&self) -> bool {
        true
    }

    fn quote(&self, _: &RenderRequest) -> Option<u64> {
        Some(0)
    }

    async fn render(&self, request: &RenderRequest, _deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        match self.faults.next() {
            None => self.drawn(request).ok_or_else(cannot_draw),
            Some(Fault::NotAnImage) => Ok(response(request, Bytes::from_static(b"this is no image"), None)),
            Some(fault) => Err(error_of(fault)),
        }
    }
}

/// What had an effect, for whoever wonders why the picture shows nothing of the prompt.
fn revised_prompt(wishes: &Wishes, canvas: Canvas, picture: &Picture) -> String {
    let colors: Vec<String> = wishes.palette.iter().map(|color| color.hex()).collect();
    let Canvas { width, height } = canvas;
    let mut said = format!("Abstract sample picture, {width} x {height}, in {}.", colors.join(", "));
    if wishes.effects.is_empty() {
        said.push_str(" No word of style had an effect.");
    } else {
        said.push_str(&format!(" Words with an effect: {}.", wishes.effects.join("; ")));
    }
    said.push_str(" The prompt chose places and sizes, not a subject: this was drawn by rules, not by a model.");
    if let Some(captioned) = picture.captioned {
        said.push_str(&format!(" Also: {captioned}."));
    }
    said
}

fn response(request: &RenderRequest, image: Bytes, revised_prompt: Option<String>) -> RenderResponse {
    RenderResponse {
        image,
        revised_prompt,
        usage: usage(request),
        cost_micro_usd: Some(0),
        model: NAME.to_owned(),
        offline: true,
        provider_request_id: None,
        attempts: 1,
    }
}

/// The usual rule of thumb for what was read; a picture is no text.
fn usage(request: &RenderRequest) -> Usage {
    let texts = [Some(&request.prompt), request.negative_prompt.as_ref(), request.style.as_ref()];
    let characters: usize = texts.into_iter().flatten().map(|text| text.chars().count()).sum();
    let input_tokens = u64::try_from(characters.div_ceil(4)).unwrap_or(u64::MAX);
    Usage { input_tokens, estimated: true, ..Usage::default() }
}

fn error_of(fault: Fault) -> ModelError {
    let (kind, wait) = match fault {
        Fault::RateLimit => (ModelErrorKind::RateLimited, Some(Duration::from_secs(1))),
        Fault::Overloaded => (ModelErrorKind::Overloaded, None),
        Fault::ServerError => (ModelErrorKind::ServerError, None),
        Fault::Timeout => (ModelErrorKind::Timeout, None),
        Fault::Quota => (ModelErrorKind::QuotaExhausted, None),
        Fault::Auth => (ModelErrorKind::Auth, None),
        Fault::Refuse | Fault::NotAnImage => (ModelErrorKind::ContentPolicy, None),
    };
    error(kind, "injected by the name of the model", wait)
}

/// Typeface and renderer come with the program: what is wrong with them no second call mends.
fn cannot_draw() -> ModelError {
    error(ModelErrorKind::InvalidRequest, "the bundled typeface or the renderer does not work as it should", None)
}

fn error(kind: ModelErrorKind, message: &str, retry_after: Option<Duration>) -> ModelError {
    ModelError {
        kind,
        model: NAME.to_owned(),
        message: message.to_owned(),
        retry_after,
        provider_request_id: None,
        usage: Usage { estimated: true, ..Usage::default() },
        cost_micro_usd: Some(0),
    }
}
