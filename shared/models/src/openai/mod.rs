//! Models behind OpenAI's chat completions, at OpenAI or at any server that speaks its wire format.

mod answer;
mod failure;
mod image;
mod image_wire;
mod wire;

use std::sync::Arc;

use mesh_core::ports::{Clock, Secrets};

pub use self::image::OpenAiImages;
pub(crate) use self::{image::BODY_CAP as IMAGE_BODY_CAP, wire::ChatCompletions};
use crate::{
    ConfigError, ServerSettings,
    chat::{BODY_CAP, Chat, text_model},
    http::{Auth, Dialect, Way, limits},
};

/// Replies of OpenAI and of servers like it.
static DIALECT: Dialect = Dialect { request_ids: &["x-request-id"], closed: limits::openai };

/// A model at OpenAI, or behind a server that is known by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAiSettings {
    /// What comes before `/chat/completions` and the like, such as [`OpenAiSettings::OPENAI`]: https, or http on this machine.
    pub base_url: String,
    /// The model's id at the provider.
    pub model: String,
    /// The name of the secret that holds the API key; never the key.
    pub api_key_name: String,
    /// The organisation to bill, sent as `OpenAI-Organization`.
    pub organisation: Option<String>,
}

impl OpenAiSettings {
    /// OpenAI's own base URL.
    pub const OPENAI: &'static str = "https://api.openai.com/v1";
}

impl From<OpenAiSettings> for ServerSettings {
    fn from(settings: OpenAiSettings) -> Self {
        let headers = settings.organisation.map(|value| ("OpenAI-Organization".to_owned(), value));
        let server = Self::new("openai", settings.base_url, settings.model, settings.api_key_name);
        Self { headers: headers.into_iter().collect(), ..server }
    }
}

/// The way to `path` at a server of this kind.
fn way(path: &str, body_cap: usize) -> Way {
    Way { path: path.to_owned(), query: None, auth: Auth::Bearer, headers: &[], body_cap, dialect: &DIALECT }
}

/// A model behind `POST {base}/chat/completions`.
///
/// * Up to three tries inside the deadline for what may heal, waiting as long as the provider asks (at most 120 s).
/// * When the headers of an answer say that nothing is left (`x-ratelimit-remaining-…`), the next call waits until there is
///   again, or fails as rate-limited when that is past its deadline.
/// * A key that is refused is fetched anew once.
/// * A field that the server does not take (`max_completion_tokens`, `temperature`, a JSON schema) is renamed, dropped or
///   replaced once and remembered as long as the value lives. What is known not to be taken is not sent at all.
/// * A JSON schema goes along in the strict subset of structured outputs; where that cannot say it, or the server refuses
///   it, any JSON object is asked for and the schema stands in the instructions.
/// * Money is told by the model's name, whatever server answers to it; what is not in the table has no price.
/// * Redirects are refused, answers are read up to 4 MiB, and neither prompt, answer nor key reaches an error or a log.
/// * Images are refused: the pointers of a message lead into our own blob store, which the provider cannot read.
pub struct OpenAiChat(Chat);

impl OpenAiChat {
    /// The model of the settings: [`OpenAiSettings`] for OpenAI, [`ServerSettings`] for any server that speaks its format.
    /// Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(
        settings: impl Into<ServerSettings>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let way = way("chat/completions", BODY_CAP);
        Ok(Self(Chat::new(settings.into(), way, &ChatCompletions, secrets, clock)?))
    }
}

text_model!(OpenAiChat);
