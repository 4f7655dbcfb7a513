//! Models behind OpenAI's chat completions, at OpenAI or at any server that speaks its wire format.

mod answer;
mod base_url;
mod call;
mod failure;
mod http;
mod image;
mod image_wire;
mod schema;
mod scrub;
mod wire;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Clock, ModelError, ModelErrorKind, Part, Secrets, TextModel},
};
use reqwest::header::HeaderValue;

pub use self::image::OpenAiImages;
use self::{
    call::{Call, Connection, Exchange},
    failure::Failure,
    http::Reply,
    wire::Shape,
};
use crate::{ConfigError, prices::PriceTable};

/// More than any model writes in one answer.
const BODY_CAP: usize = 4 * 1024 * 1024;

/// Where a model is and how to name it.
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

    /// The way to `path` under the base URL, for answers of at most `body_cap` bytes.
    fn connect(
        self,
        path: &str,
        body_cap: usize,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Connection, ConfigError> {
        for (field, value) in [("the model", &self.model), ("the name of the API key", &self.api_key_name)] {
            if value.trim().is_empty() {
                return Err(ConfigError::Field { field });
            }
        }
        let organisation = self
            .organisation
            .as_deref()
            .map(|value| HeaderValue::from_str(value).map_err(|_| ConfigError::Field { field: "the organisation" }));
        let endpoint = base_url::endpoint(&self.base_url, path)?;
        Ok(Connection {
            name: format!("openai/{}", self.model),
            model: self.model,
            api_key_name: self.api_key_name,
            organisation: organisation.transpose()?,
            client: http::client(&endpoint)?,
            endpoint,
            body_cap,
            secrets,
            clock,
        })
    }
}

/// A model behind `POST {base}/chat/completions`.
///
/// * Up to three tries inside the deadline for what may heal, waiting as long as the provider asks (at most 120 s).
/// * A key that is refused is fetched anew once.
/// * A field that the server does not take (`max_completion_tokens`, `temperature`, a JSON schema) is renamed, dropped or
///   replaced once and remembered as long as the value lives.
/// * A JSON schema goes along in the strict subset of structured outputs; where that cannot say it, or the server refuses
///   it, any JSON object is asked for and the schema stands in the instructions.
/// * Money is told by the model's name, whatever server answers to it; what is not in the table has no price.
/// * Redirects are refused, answers are read up to 4 MiB, and neither prompt, answer nor key reaches an error or a log.
/// * Images are refused: the pointers of a message lead into our own blob store, which the provider cannot read.
pub struct OpenAiChat {
    connection: Connection,
    prices: &'static PriceTable,
    shape: Mutex<Shape>,
}

impl OpenAiChat {
    /// The model of the settings. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(
        settings: OpenAiSettings,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let connection = settings.connect("chat/completions", BODY_CAP, secrets, clock)?;
        Ok(Self { connection, prices: PriceTable::built_in()?, shape: Mutex::new(Shape::default()) })
    }

    /// The shape of request this server takes, as far as it is known.
    fn shape(&self) -> Shape {
        *self.shape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, simpler: Shape) {
        let mut shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner);
        *shape = shape.and(simpler);
    }

    /// With its price: that of the model that answered, or else of the one that was asked.
    fn priced(&self, response: ChatResponse) -> ChatResponse {
        let price = self.prices.text(&format!("openai/{}", response.model));
        let price = price.or_else(|| self.prices.text(&self.connection.name));
        ChatResponse { cost_micro_usd: price.and_then(|price| price.cost(&response.usage)), ..response }
    }
}

/// One request, as it is put to this server.
struct ChatExchange<'a> {
    model: &'a OpenAiChat,
    request: &'a ChatRequest,
    /// The shape it was put in last.
    shape: Shape,
    /// What this request alone has to do without.
    own: Shape,
}

impl Exchange for ChatExchange<'_> {
    type Answer = ChatResponse;

    fn body(&mut self) -> Result<Vec<u8>, Failure> {
        self.shape = self.model.shape().and(self.own);
        let body = wire::body(self.request, &self.model.connection.model, self.shape);
        body.ok_or_else(|| Failure::new(ModelErrorKind::InvalidRequest, "images are not supported"))
    }

    fn read(&self, reply: &Reply) -> Result<ChatResponse, Failure> {
        let response = answer::read(reply, self.request, &self.model.connection.model)?;
        Ok(match &self.request.json_schema {
            Some(asked) if self.shape.is_strict(self.request) => {
                ChatResponse { text: schema::without_nulls(response.text, asked), ..response }
            }
            _ => response,
        })
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        let simpler = failure.unsupported.and_then(|field| self.shape.without(field, self.request));
        match simpler {
            Some(simpler) if failure.this_once => self.own = self.own.and(simpler),
            Some(simpler) => self.model.remember(simpler),
            None => return false,
        }
        true
    }

    fn texts(&self) -> Vec<&str> {
        let parts = self.request.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            Part::Image { .. } => None,
        });
        parts.chain(self.request.system.as_deref()).collect()
    }
}

impl fmt::Debug for OpenAiChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiChat")
            .field("name", &self.connection.name)
            .field("endpoint", &self.connection.endpoint.as_str())
            .field("shape", &self.shape())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TextModel for OpenAiChat {
    fn name(&self) -> &str {
        &self.connection.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.prices.text(&self.connection.name)?.quote(request)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let exchange = ChatExchange { model: self, request, shape: Shape::default(), own: Shape::default() };
        let (response, attempts) = Call::new(&self.connection, exchange, deadline).run().await?;
        Ok(self.priced(ChatResponse { attempts, ..response }))
    }
}
