//! Models behind Google's `generateContent`.

mod answer;
mod failure;
mod image;
mod image_wire;
mod schema;
mod wire;

use std::sync::Arc;

use mesh_core::ports::{Clock, Secrets};

pub use self::image::GeminiImages;
use self::wire::GenerateContent;
use crate::{
    ConfigError, ServerSettings,
    chat::{BODY_CAP, Chat, text_model},
    http::{Auth, Dialect, Way, limits, segment},
};

/// No header names the request; the body does.
static DIALECT: Dialect = Dialect { request_ids: &[], closed: limits::none };

/// The way to a model. The key travels in a header: a query would end up in logs.
fn way(settings: &ServerSettings, body_cap: usize) -> Result<Way, ConfigError> {
    let path = format!("models/{}:generateContent", segment("the model", &settings.model)?);
    Ok(Way { path, query: None, auth: Auth::Header("x-goog-api-key"), headers: &[], body_cap, dialect: &DIALECT })
}

/// A model behind `POST {base}/models/{model}:generateContent`.
///
/// * The key goes into `x-goog-api-key`.
/// * A JSON schema goes along in the strict subset (`responseJsonSchema`) where the model is known to take one; where it is
///   refused any JSON is asked for, and the schema stands in the instructions.
/// * The tokens written are those of the answer and those of the thoughts before it; both count against the bound on the
///   answer, so that a low one may leave nothing but [`Finish::Length`](mesh_core::ports::Finish::Length) and no text.
/// * A prompt or an answer that a filter withholds is a content filter's finish, with its reason and what it used.
/// * The time to wait stands in the body of a refusal; a daily quota is
///   [`QuotaExhausted`](mesh_core::ports::ModelErrorKind::QuotaExhausted).
/// * Tries, keys, redirects and errors are as those of [`OpenAiChat`](crate::OpenAiChat).
pub struct GeminiChat(Chat);

impl GeminiChat {
    /// Google's own base URL.
    pub const BASE_URL: &'static str = "https://generativelanguage.googleapis.com/v1beta";

    /// The model of the settings. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(
        settings: ServerSettings,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let way = way(&settings, BODY_CAP)?;
        Ok(Self(Chat::new(settings, way, &GenerateContent, secrets, clock)?))
    }
}

text_model!(GeminiChat);
