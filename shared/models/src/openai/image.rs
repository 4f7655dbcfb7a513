//! Images behind OpenAI's image generation, at OpenAI or at any server that speaks its wire format.

use std::{collections::BTreeSet, fmt, sync::Arc};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{Clock, ImageModel, MAX_IMAGE_BYTES, ModelError, RenderRequest, RenderResponse, Secrets, Usage},
};

use super::{
    image_wire::{self, QUALITY},
    way,
};
use crate::{
    ConfigError, ServerSettings,
    http::{self, Connection, Exchange, Failure, Reply, Way},
    prices::PriceTable,
    without::Without,
};

/// The largest image in base64, and what is said of it.
pub(crate) const BODY_CAP: usize = MAX_IMAGE_BYTES / 3 * 4 + 64 * 1024;

/// A model behind `POST {base}/images/generations`.
///
/// * One image a request, of the size nearest to the ratio asked for; `quality` is `medium`.
/// * Style, colours and what must not be seen go into the prompt, which is cut at what the model takes.
/// * The image must be in the answer (`b64_json`): an address is refused, since nothing is fetched from where an answer says.
/// * A field that the server does not take (`quality`, `output_format`, `response_format`) is left out and remembered as
///   long as the value lives.
/// * Tries, keys, redirects and errors are as those of [`OpenAiChat`](crate::OpenAiChat).
pub struct OpenAiImages {
    connection: Connection,
    /// What the request calls the model.
    asked: String,
    prices: &'static PriceTable,
    without: Without,
}

impl OpenAiImages {
    /// The model of the settings: [`OpenAiSettings`](crate::OpenAiSettings) for OpenAI, [`ServerSettings`] for any server that
    /// speaks its format. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(
        settings: impl Into<ServerSettings>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        Self::over(settings.into(), way("images/generations", BODY_CAP), None, secrets, clock)
    }

    /// The same over another way, called `asked` in its requests, if anything.
    pub(crate) fn over(
        settings: ServerSettings,
        way: Way,
        asked: Option<String>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let connection = Connection::new(settings, way, secrets, clock)?;
        let asked = asked.unwrap_or_else(|| connection.model.clone());
        Ok(Self { connection, asked, prices: PriceTable::built_in()?, without: Without::default() })
    }

    /// What an image cost, by tokens where they were counted.
    fn cost(&self, size: &str, usage: &Usage) -> Option<u64> {
        self.prices.image(&self.connection.name, size, QUALITY)?.cost(usage)
    }
}

/// One request, as it is put to this server.
struct ImageExchange<'a> {
    model: &'a OpenAiImages,
    prompt: String,
    size: &'static str,
    /// The fields it was put without last.
    without: BTreeSet<&'static str>,
}

impl Exchange for ImageExchange<'_> {
    type Answer = RenderResponse;

    fn body(&mut self) -> Result<Vec<u8>, Failure> {
        self.without = self.model.without.fields();
        let model = self.model;
        Ok(image_wire::body(&model.connection.model, &model.asked, &self.prompt, self.size, &self.without))
    }

    fn read(&self, reply: &Reply) -> Result<RenderResponse, Failure> {
        image_wire::read(reply, &self.prompt, &self.model.connection.name)
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        self.model.without.learn(failure, &self.without)
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.prompt]
    }

    fn cost(&self, usage: &Usage) -> Option<u64> {
        let OpenAiImages { prices, connection, .. } = self.model;
        prices.image(&connection.name, self.size, QUALITY)?.cost_without_image(usage)
    }
}

impl fmt::Debug for OpenAiImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiImages")
            .field("name", &self.connection.name)
            .field("endpoint", &self.connection.endpoint.as_str())
            .field("without", &self.without.fields())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ImageModel for OpenAiImages {
    fn name(&self) -> &str {
        &self.connection.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    /// The price of the quality asked for; where that is not known, the dearest one of the size.
    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        let prompt = image_wire::prompt(request, &self.connection.model);
        let size = image_wire::size(request.aspect_ratio, &self.connection.model);
        let quote = |quality| self.prices.image(&self.connection.name, size, quality)?.quote(&prompt);
        quote(QUALITY).or_else(|| quote("auto"))
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let size = image_wire::size(request.aspect_ratio, &self.connection.model);
        let prompt = image_wire::prompt(request, &self.connection.model);
        let exchange = ImageExchange { model: self, prompt, size, without: BTreeSet::new() };
        let (response, attempts) = http::call(&self.connection, exchange, deadline).await?;
        Ok(RenderResponse { attempts, cost_micro_usd: self.cost(size, &response.usage), ..response })
    }
}
