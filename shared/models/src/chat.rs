//! A text model behind a provider's wire format: everything but the format.

use std::{fmt, sync::Arc};

use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Clock, ModelError, Secrets, Usage},
};
use serde_json::Value;

use crate::{
    ConfigError, ServerSettings,
    ask::Ask,
    http::{self, Connection, Exchange, Failure, Reply, Way},
    known::{Asking, Known},
};

/// More bytes than any model writes in one answer.
pub const BODY_CAP: usize = 4 * 1024 * 1024;

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
    known: Known,
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
        let known = Known::of(&connection.name)?;
        Ok(Self { model: connection.model.clone(), connection, wire, known })
    }

    /// The same, called otherwise in its requests.
    pub(crate) fn asking_for(self, model: String) -> Self {
        Self { model, ..self }
    }

    pub(crate) fn name(&self) -> &str {
        &self.connection.name
    }

    pub(crate) fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.known.quote(request)
    }

    pub(crate) async fn complete(
        &self,
        request: &ChatRequest,
        deadline: Timestamp,
    ) -> Result<ChatResponse, ModelError> {
        let exchange = ChatExchange { wire: self.wire, asking: Asking::new(&self.known, request, &self.model) };
        let (response, attempts) = http::call(&self.connection, exchange, deadline).await?;
        Ok(self.known.priced(ChatResponse { attempts, ..response }))
    }

    /// For the `Debug` of the public type.
    pub(crate) fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("name", &self.connection.name)
            .field("endpoint", &self.connection.endpoint.as_str())
            .field("shape", &self.known.shape())
            .finish_non_exhaustive()
    }
}

/// One request, as it is put to this server.
struct ChatExchange<'a> {
    wire: &'static dyn Wire,
    asking: Asking<'a>,
}

impl Exchange for ChatExchange<'_> {
    type Answer = ChatResponse;

    fn body(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(self.wire.body(&self.asking.put()?).to_string().into_bytes())
    }

    fn read(&self, reply: &Reply) -> Result<ChatResponse, Failure> {
        let ask = self.asking.ask();
        let response = self.wire.read(reply, &ask)?;
        Ok(ChatResponse { text: ask.answer(response.text), ..response })
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        self.asking.reshape(failure)
    }

    fn texts(&self) -> Vec<&str> {
        self.asking.texts()
    }

    fn cost(&self, usage: &Usage) -> Option<u64> {
        self.asking.cost(usage)
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
