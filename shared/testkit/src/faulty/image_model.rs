//! An image model that fails as planned.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse, Usage},
};

use super::{Fault, FaultPlan};

/// A [`ImageModel`] whose calls go through a [`FaultPlan`] as `image_model`.
///
/// `FailAfter` asks the model and loses the image, usage and all: what was paid is paid.
#[derive(Debug)]
pub struct FaultyImageModel {
    inner: Arc<dyn ImageModel>,
    plan: FaultPlan,
}

impl FaultyImageModel {
    /// Decorates a model.
    pub fn new(inner: Arc<dyn ImageModel>, plan: &FaultPlan) -> Self {
        Self { inner, plan: plan.clone() }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl ImageModel for FaultyImageModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn is_offline(&self) -> bool {
        self.inner.is_offline()
    }

    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        self.inner.quote(request)
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let fault = self.plan.enter("image_model", "render", ratio(request)).await;
        match fault {
            None => self.inner.render(request, deadline).await,
            Some(Fault::FailBefore | Fault::FailEntries(_)) => {
                Err(failed(self.name(), ModelErrorKind::Transport, None))
            }
            Some(Fault::Throttle) => {
                Err(failed(self.name(), ModelErrorKind::RateLimited, Some(Duration::from_secs(1))))
            }
            Some(Fault::FailAfter) => {
                let _image_nobody_sees = self.inner.render(request, deadline).await;
                Err(failed(self.name(), ModelErrorKind::Transport, None))
            }
            Some(Fault::CrashBefore | Fault::CrashPartway(_)) => self.plan.crash().await,
            Some(Fault::CrashAfter) => {
                let _image_nobody_sees = self.inner.render(request, deadline).await;
                self.plan.crash().await
            }
        }
    }
}

/// The failure of a model's call as planned.
pub(super) fn failed(model: &str, kind: ModelErrorKind, retry_after: Option<Duration>) -> ModelError {
    ModelError {
        kind,
        model: model.to_owned(),
        message: "failed as planned".to_owned(),
        retry_after,
        provider_request_id: None,
        usage: Usage::default(),
        cost_micro_usd: None,
    }
}

fn ratio(request: &RenderRequest) -> String {
    let (width, height) = request.aspect_ratio;
    format!("{width}:{height} seed {}", request.seed)
}
