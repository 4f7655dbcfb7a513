//! A chain of image models.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ImageModel, ModelError, RenderRequest, RenderResponse},
};

use super::{Member, Shared, first_answer, recorded, sum_of_quotes};

/// Image models in an order.
pub(crate) struct ImageChain {
    pub(crate) models: Vec<Arc<Named>>,
    pub(crate) shared: Shared,
}

/// An image model whose images are recorded as `provider/model`.
#[derive(Debug)]
pub(crate) struct Named(pub(crate) Arc<dyn ImageModel>);

#[async_trait]
impl Member<RenderRequest> for Named {
    type Answer = RenderResponse;

    fn name(&self) -> &str {
        self.0.name()
    }

    async fn ask(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let response = self.0.render(request, deadline).await?;
        Ok(RenderResponse { model: recorded(self.0.name(), response.model), ..response })
    }
}

#[async_trait]
impl ImageModel for ImageChain {
    fn name(&self) -> &str {
        self.models.first().map_or("none", |model| model.name())
    }

    fn is_offline(&self) -> bool {
        self.models.first().is_some_and(|named| named.0.is_offline())
    }

    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        sum_of_quotes(self.models.iter().map(|named| named.0.quote(request)))
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let (mut response, wasted) = first_answer(&self.models, request, deadline, &self.shared).await?;
        wasted.and(&mut response.usage, &mut response.cost_micro_usd);
        Ok(response)
    }
}

impl fmt::Debug for ImageChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.models.iter().map(|model| model.name()).collect();
        f.debug_struct("ImageChain").field("models", &names).finish_non_exhaustive()
    }
}
