//! Images behind Bedrock's InvokeModel.

use std::{collections::BTreeSet, fmt, sync::Arc};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::{operation::RequestId, primitives::Blob};
use http::HeaderMap;
use mesh_core::{
    Timestamp,
    ports::{Clock, ImageModel, MAX_IMAGE_BYTES, ModelError, RenderRequest, RenderResponse, Usage},
};
use mesh_models::{
    ConfigError, PriceTable,
    adapter::{Attempt, Call, Failure, Reply, Without, short_id},
};
use tokio::time::Instant;

use super::{
    BedrockSettings,
    door::{Door, Exchanges},
    image_answer,
    image_wire::{Family, OPTIONAL, QUALITY},
};

/// The largest image in base64, and what is said of it.
const BODY_CAP: usize = MAX_IMAGE_BYTES / 3 * 4 + 64 * 1024;
const JSON: &str = "application/json";

/// A model behind `POST {endpoint}/model/{model}/invoke` that answers with an image: Amazon's Nova Canvas and Titan Image
/// Generator, and those of Stability. It needs the right to `bedrock:InvokeModel`.
///
/// * One image a request, of the size or ratio nearest to the one asked for, in standard quality.
/// * Style and colours go into the prompt, which is cut at what the model takes; what must not be seen has a field of its own.
/// * A field that the model does not take is left out and remembered as long as the value lives.
/// * An image that a filter withholds is [`ContentPolicy`](mesh_core::ports::ModelErrorKind::ContentPolicy).
/// * No model counts tokens: what an image costs is its price in the table, and without one not known.
/// * Tries, credentials, redirects and errors are as those of [`BedrockChat`](super::BedrockChat).
pub struct BedrockImages {
    door: Door,
    family: &'static Family,
    prices: &'static PriceTable,
    without: Without,
}

impl BedrockImages {
    /// The model of the settings, asked as the SDK's configuration says. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(settings: BedrockSettings, config: &SdkConfig, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let door = Door::new(settings, config, clock, BODY_CAP)?;
        let id = door.listed.split_once('/').map_or("", |(_, id)| id);
        let family = Family::of(id).ok_or_else(|| ConfigError::UnknownImageFormat { model: door.model.clone() })?;
        Ok(Self { door, family, prices: PriceTable::built_in()?, without: Without::default() })
    }

    /// What an image cost.
    fn cost(&self, request: &RenderRequest, usage: &Usage) -> Option<u64> {
        self.prices.image(&self.door.listed, self.family.form(request), QUALITY)?.cost(usage)
    }
}

/// One request, as often as it is asked.
struct ImageAttempt<'a> {
    model: &'a BedrockImages,
    request: &'a RenderRequest,
    prompt: String,
    /// The fields it was put without last.
    without: BTreeSet<&'static str>,
    exchanges: Exchanges,
}

#[async_trait]
impl Attempt for ImageAttempt<'_> {
    type Answer = RenderResponse;

    fn name(&self) -> &str {
        &self.model.door.name
    }

    async fn ask(&mut self, until: Instant) -> Result<RenderResponse, Failure> {
        self.without = self.model.without.fields();
        let door = &self.model.door;
        let body = Blob::new(self.model.family.body(self.request, &self.without));
        let request = door.client.invoke_model().model_id(&door.model).content_type(JSON).accept(JSON).body(body);
        let answer = self.exchanges.make(door, until, &OPTIONAL, request.send()).await?;
        let request_id = answer.request_id().map(short_id);
        let head = Reply::head(200, HeaderMap::new(), door.clock.now(), &[]);
        let reply = Reply { request_id, body: answer.body.into_inner(), ..head };
        image_answer::read(&reply, &self.prompt, &door.name)
    }

    fn exchanges(&self) -> u32 {
        self.exchanges.count
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        self.model.without.learn(failure, &self.without)
    }

    fn texts(&self) -> Vec<&str> {
        std::iter::once(self.prompt.as_str()).chain(self.request.negative_prompt.as_deref()).collect()
    }

    fn cost(&self, usage: &Usage) -> Option<u64> {
        let BedrockImages { prices, door, family, .. } = self.model;
        prices.image(&door.listed, family.form(self.request), QUALITY)?.cost_without_image(usage)
    }
}

impl fmt::Debug for BedrockImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BedrockImages")
            .field("name", &self.door.name)
            .field("without", &self.without.fields())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ImageModel for BedrockImages {
    fn name(&self) -> &str {
        &self.door.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        let price = self.prices.image(&self.door.listed, self.family.form(request), QUALITY)?;
        price.quote(&self.family.prompt(request))
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let prompt = self.family.prompt(request);
        let exchanges = Exchanges::default();
        let attempt = ImageAttempt { model: self, request, prompt, without: BTreeSet::new(), exchanges };
        let (response, attempts) = Call::new(attempt, &*self.door.clock, deadline).run().await?;
        Ok(RenderResponse { attempts, cost_micro_usd: self.cost(request, &response.usage), ..response })
    }
}
