//! Models behind Anthropic's Messages.

mod answer;
mod failure;
mod wire;

use std::sync::Arc;

use mesh_core::ports::{Clock, Secrets};

use self::wire::Messages;
use crate::{
    ConfigError, ServerSettings,
    chat::{BODY_CAP, Chat, text_model},
    http::{Auth, Dialect, Way, limits},
};

static DIALECT: Dialect = Dialect { request_ids: &["request-id"], closed: limits::anthropic };

/// A model behind `POST {base}/messages`.
///
/// * The key goes into `x-api-key`, beside `anthropic-version`.
/// * A JSON schema goes along in the strict subset (`output_config.format`) where the model is known to take one, and
///   stands in the instructions where it does not. `temperature`, at most 1 here, is sent to models known to take it.
/// * The tokens read are the sum of the new ones, those from the cache and those put into it, each at its own price.
/// * An answer that the end of the context cut off is [`ContextLength`](mesh_core::ports::ModelErrorKind::ContextLength),
///   with the tokens it used: to go on from there would only be longer.
/// * Turns without text are left out, since they are refused.
/// * Tries, keys, redirects and errors are as those of [`OpenAiChat`](crate::OpenAiChat).
pub struct AnthropicChat(Chat);

impl AnthropicChat {
    /// Anthropic's own base URL.
    pub const BASE_URL: &'static str = "https://api.anthropic.com/v1";

    /// The model of the settings. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(
        settings: ServerSettings,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let way = Way {
            path: "messages".into(),
            query: None,
            auth: Auth::Header("x-api-key"),
            headers: &[("anthropic-version", "2023-06-01")],
            body_cap: BODY_CAP,
            dialect: &DIALECT,
        };
        Ok(Self(Chat::new(settings, way, &Messages, secrets, clock)?))
    }
}

text_model!(AnthropicChat);
