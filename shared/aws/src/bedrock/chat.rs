//! Text behind Bedrock's Converse.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use aws_config::SdkConfig;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Clock, ModelError, ModelErrorKind, TextModel, Usage},
};
use mesh_models::{
    ConfigError,
    adapter::{Asking, Attempt, BODY_CAP, Call, Failure, Known},
};
use tokio::time::Instant;

use super::{
    BedrockSettings, answer,
    door::{Door, Exchanges},
    wire::{self, OPTIONAL},
};

/// A model behind `POST {endpoint}/model/{model}/converse`, which needs the right to `bedrock:InvokeModel`.
///
/// * Who asks are the credentials of the SDK's configuration; their renewal is the SDK's.
/// * A JSON schema goes along in the strict subset (`outputConfig.textFormat`) where the model is known to take one, and
///   stands in the instructions where it does not. `temperature`, at most 1 here, is sent to models known to take it. What is
///   refused all the same is left out once, and that is remembered as long as the value lives.
/// * The tokens read are the sum of the new ones, those from the cache and those put into it, each at its own price. Thoughts
///   are among the tokens written; Bedrock does not tell them apart.
/// * A profile (`eu.`, `global.`) takes what its model takes, and has the price that the table has for it, or none.
/// * An answer that a guardrail or a filter withholds is a content filter's finish; one that the end of the context cut off is
///   [`ContextLength`](ModelErrorKind::ContextLength), with the tokens it used.
/// * Up to three tries are made for what may heal, two where the model itself failed, none of them the SDK's own; all of them
///   end before the deadline. A quota of the day is [`QuotaExhausted`](ModelErrorKind::QuotaExhausted).
/// * Answers are read up to 4 MiB, redirects are not followed, and neither credentials, prompt nor answer get into an error or
///   a log, whatever level is asked for.
pub struct BedrockChat {
    door: Door,
    known: Known,
}

impl BedrockChat {
    /// The model of the settings, asked as the SDK's configuration says. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(settings: BedrockSettings, config: &SdkConfig, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let door = Door::new(settings, config, clock, BODY_CAP)?;
        Ok(Self { known: Known::of(&door.listed)?, door })
    }
}

/// One request, as often as it is asked.
struct ChatAttempt<'a> {
    door: &'a Door,
    asking: Asking<'a>,
    exchanges: Exchanges,
}

#[async_trait]
impl Attempt for ChatAttempt<'_> {
    type Answer = ChatResponse;

    fn name(&self) -> &str {
        &self.door.name
    }

    async fn ask(&mut self, until: Instant) -> Result<ChatResponse, Failure> {
        let ask = self.asking.put()?;
        let request = wire::converse(&self.door.client, &ask)
            .map_err(|error| Failure::new(ModelErrorKind::InvalidRequest, error.to_string()))?;
        let answer = self.exchanges.make(self.door, until, &OPTIONAL, request.send()).await?;
        answer::read(&answer, &ask)
    }

    fn exchanges(&self) -> u32 {
        self.exchanges.count
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

impl fmt::Debug for BedrockChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BedrockChat")
            .field("name", &self.door.name)
            .field("shape", &self.known.shape())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TextModel for BedrockChat {
    fn name(&self) -> &str {
        &self.door.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.known.quote(request)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let asking = Asking::new(&self.known, request, &self.door.model);
        let attempt = ChatAttempt { door: &self.door, asking, exchanges: Exchanges::default() };
        let (response, attempts) = Call::new(attempt, &*self.door.clock, deadline).run().await?;
        Ok(self.known.priced(ChatResponse { attempts, ..response }))
    }
}
