//! Images behind Google's `generateContent`.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{Clock, ImageModel, MAX_IMAGE_BYTES, ModelError, RenderRequest, RenderResponse, Secrets, Usage},
};

use super::{image_wire, way};
use crate::{
    ConfigError, ServerSettings,
    http::{self, Connection, Exchange, Failure, Reply},
    image_prompt,
    prices::PriceTable,
};

/// The largest image in base64, and what is said of it.
const BODY_CAP: usize = MAX_IMAGE_BYTES / 3 * 4 + 64 * 1024;
/// Characters of a prompt.
const PROMPT: usize = 32_000;
/// The one quality there is, in the table of prices.
const QUALITY: &str = "standard";

/// A model behind `POST {base}/models/{model}:generateContent` that answers with an image.
///
/// * One image a request, of the ratio nearest to the one asked for; a model that knows no ratio is asked without from then
///   on.
/// * Style, colours and what must not be seen go into the prompt.
/// * An image that a filter withholds is [`ContentPolicy`](mesh_core::ports::ModelErrorKind::ContentPolicy), an answer without
///   an image [`MalformedOutput`](mesh_core::ports::ModelErrorKind::MalformedOutput), both with the tokens they used.
/// * Thoughts have a price of their own, and no part in a quote: nothing bounds them. Words beside the image count as image.
/// * Tries, keys, redirects and errors are as those of [`OpenAiChat`](crate::OpenAiChat).
pub struct GeminiImages {
    connection: Connection,
    prices: &'static PriceTable,
    /// The model knows no ratio.
    plain: AtomicBool,
}

impl GeminiImages {
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
        let connection = Connection::new(settings, way, secrets, clock)?;
        Ok(Self { connection, prices: PriceTable::built_in()?, plain: AtomicBool::new(false) })
    }

    /// What an image cost.
    fn cost(&self, ratio: &str, usage: &Usage) -> Option<u64> {
        self.prices.image(&self.connection.name, ratio, QUALITY)?.cost(usage)
    }
}

/// One request, as it is put to this server.
struct ImageExchange<'a> {
    model: &'a GeminiImages,
    prompt: String,
    ratio: &'static str,
    /// Whether it was put without a ratio last.
    plain: bool,
}

impl Exchange for ImageExchange<'_> {
    type Answer = RenderResponse;

    fn body(&mut self) -> Result<Vec<u8>, Failure> {
        self.plain = self.model.plain.load(Ordering::Relaxed);
        Ok(image_wire::body(&self.prompt, self.ratio, self.plain))
    }

    fn read(&self, reply: &Reply) -> Result<RenderResponse, Failure> {
        image_wire::read(reply, &self.prompt, &self.model.connection.name)
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        if failure.unsupported.is_none() || self.plain {
            return false;
        }
        self.model.plain.store(true, Ordering::Relaxed);
        true
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.prompt]
    }

    fn cost(&self, usage: &Usage) -> Option<u64> {
        let GeminiImages { prices, connection, .. } = self.model;
        prices.image(&connection.name, self.ratio, QUALITY)?.cost_without_image(usage)
    }
}

impl fmt::Debug for GeminiImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeminiImages")
            .field("name", &self.connection.name)
            .field("endpoint", &self.connection.endpoint.as_str())
            .field("plain", &self.plain)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ImageModel for GeminiImages {
    fn name(&self) -> &str {
        &self.connection.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        let ratio = image_wire::ratio(request.aspect_ratio);
        self.prices.image(&self.connection.name, ratio, QUALITY)?.quote(&image_prompt::prompt(request, PROMPT))
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let ratio = image_wire::ratio(request.aspect_ratio);
        let prompt = image_prompt::prompt(request, PROMPT);
        let exchange = ImageExchange { model: self, prompt, ratio, plain: false };
        let (response, attempts) = http::call(&self.connection, exchange, deadline).await?;
        Ok(RenderResponse { attempts, cost_micro_usd: self.cost(ratio, &response.usage), ..response })
    }
}
