//! A text model that fails as planned.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, ModelErrorKind, TextModel},
};

use super::{Fault, FaultPlan, image_model::failed};

/// A [`TextModel`] whose calls go through a [`FaultPlan`] as `text_model`.
///
/// `FailAfter` asks the model and loses the answer, usage and all: what was paid is paid.
#[derive(Debug)]
pub struct FaultyTextModel {
    inner: Arc<dyn TextModel>,
    plan: FaultPlan,
}

impl FaultyTextModel {
    /// Decorates a model.
    pub fn new(inner: Arc<dyn TextModel>, plan: &FaultPlan) -> Self {
        Self { inner, plan: plan.clone() }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl TextModel for FaultyTextModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn is_offline(&self) -> bool {
        self.inner.is_offline()
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.inner.quote(request)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let fault = self.plan.enter("text_model", "complete", request.task.name.clone()).await;
        match fault {
            None => self.inner.complete(request, deadline).await,
            Some(Fault::FailBefore | Fault::FailEntries(_)) => {
                Err(failed(self.name(), ModelErrorKind::Transport, None))
            }
            Some(Fault::Throttle) => {
                Err(failed(self.name(), ModelErrorKind::RateLimited, Some(Duration::from_secs(1))))
            }
            Some(Fault::FailAfter) => {
                let _answer_nobody_reads = self.inner.complete(request, deadline).await;
                Err(failed(self.name(), ModelErrorKind::Transport, None))
            }
            Some(Fault::CrashBefore | Fault::CrashPartway(_)) => self.plan.crash().await,
            Some(Fault::CrashAfter) => {
                let _answer_nobody_reads = self.inner.complete(request, deadline).await;
                self.plan.crash().await
            }
        }
    }
}
