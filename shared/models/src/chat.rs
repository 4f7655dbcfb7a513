//! A text model behind a provider's wire format: everything but the format.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Clock, ModelError, ModelErrorKind, Part, Secrets},
};
use serde_json::Value;

use crate::{
    ConfigError, ServerSettings,
    ask::{self, Ask, Shape},
    capabilities,
    http::{Call, Connection, Exchange, Failure, Reply, Way},
    prices::PriceTable,
};

/// More than any model writes in one answer.
pub(crate) const BODY_CAP: usize = 4 * 1024 * 1024;

/// A provider's wire format for text.
pub(crate) trait Wire: Sync {
    /// The JSON body of a request.
    fn body(&self, ask: &Ask<'_>) -> Value;

    /// The answer in a reply, its text as the provider sent it, or what is wrong with it.
    fn read(&self, reply: &Reply, ask: &Ask<'_>) -> Result<ChatResponse, Failure>;
}

/// A model at a provider.
pub(crate) struct Chat {
    connection: Connection,
    /// What the request calls the model.
    model: String,
    wire: &'static dyn Wire,
    prices: &'static PriceTable,
    max_output: Option<u32>,
    shape: Mutex<Shape>,
}

impl Chat {
    /// The model of the settings. Makes no call.
    pub(crate) fn new(
        settings: ServerSettings,
        way: Way,
        wire: &'static dyn Wire,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let connection = Connection::new(settings, way, secrets, clock)?;
        let known = capabilities::of(&connection.name)?;
        Ok(Self {
            model: connection.model.clone(),
            connection,
            wire,
            prices: PriceTable::built_in()?,
            max_output: known.max_output,
            shape: Mutex::new(known.shape),
        })
    }

    /// The same, called otherwise in its requests.
    pub(crate) fn asking_for(self, model: String) -> Self {
        Self { model, ..self }
    }

    pub(crate) fn name(&self) -> &str {
        &self.connection.name
    }

    pub(crate) fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.prices.text(&self.connection.name)?.quote(request)
    }

    pub(crate) async fn complete(
        &self,
        request: &ChatRequest,
        deadline: Timestamp,
    ) -> Result<ChatResponse, ModelError> {
        let exchange = ChatExchange { chat: self, request, shape: self.shape(), own: Shape::default() };
        let (response, attempts) = Call::new(&self.connection, exchange, deadline).run().await?;
        Ok(self.priced(ChatResponse { attempts, ..response }))
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
        let price = self.prices.text(&format!("{}/{}", self.connection.provider, response.model));
        let price = price.or_else(|| self.prices.text(&self.connection.name));
        ChatResponse { cost_micro_usd: price.and_then(|price| price.cost(&response.usage)), ..response }
    }

    /// For the `Debug` of the public type.
    pub(crate) fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("name", &self.connection.name)
            .field("endpoint", &self.connection.endpoint.as_str())
            .field("shape", &self.shape())
            .finish_non_exhaustive()
    }
}

/// One request, as it is put to this server.
struct ChatExchange<'a> {
    chat: &'a Chat,
    request: &'a ChatRequest,
    /// The shape it was put in last.
    shape: Shape,
    /// What this request alone has to do without.
    own: Shape,
}

impl ChatExchange<'_> {
    fn ask(&self) -> Ask<'_> {
        let chat = self.chat;
        Ask { request: self.request, model: &chat.model, shape: self.shape, max_output: chat.max_output }
    }
}

impl Exchange for ChatExchange<'_> {
    type Answer = ChatResponse;

    fn body(&mut self) -> Result<Vec<u8>, Failure> {
        let mut parts = self.request.messages.iter().flat_map(|message| &message.parts);
        if parts.any(|part| matches!(part, Part::Image { .. })) {
            return Err(Failure::new(ModelErrorKind::InvalidRequest, "images are not supported"));
        }
        self.shape = self.chat.shape().and(self.own);
        Ok(self.chat.wire.body(&self.ask()).to_string().into_bytes())
    }

    fn read(&self, reply: &Reply) -> Result<ChatResponse, Failure> {
        let ask = self.ask();
        let response = self.chat.wire.read(reply, &ask)?;
        Ok(ChatResponse { text: ask.answer(response.text), ..response })
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        let simpler = failure.unsupported.and_then(|(_, wish)| self.shape.without(wish, self.request));
        match simpler {
            Some(simpler) if failure.this_once => self.own = self.own.and(simpler),
            Some(simpler) => self.chat.remember(simpler),
            None => return false,
        }
        true
    }

    fn texts(&self) -> Vec<&str> {
        ask::texts(self.request).collect()
    }
}

/// Makes a text model of a type that wraps a [`Chat`].
macro_rules! text_model {
    ($model:ident) => {
        impl std::fmt::Debug for $model {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.show(stringify!($model), f)
            }
        }

        #[async_trait::async_trait]
        impl mesh_core::ports::TextModel for $model {
            fn name(&self) -> &str {
                self.0.name()
            }

            fn is_offline(&self) -> bool {
                false
            }

            fn quote(&self, request: &mesh_core::ports::ChatRequest) -> Option<u64> {
                self.0.quote(request)
            }

            async fn complete(
                &self,
                request: &mesh_core::ports::ChatRequest,
                deadline: mesh_core::Timestamp,
            ) -> Result<mesh_core::ports::ChatResponse, mesh_core::ports::ModelError> {
                self.0.complete(request, deadline).await
            }
        }
    };
}
pub(crate) use text_model;
