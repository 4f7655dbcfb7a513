//! A text model that fails as planned.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, ModelErrorKind, TextModel, Usage},
};

use super::{Fault, FaultPlan};

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

    fn failed(&self, kind: ModelErrorKind, retry_after: Option<Duration>) -> ModelError {
        ModelError {
            kind,
            model: self.inner.name().to_owned(),
            message: "failed as planned".to_owned(),
            retry_after,
            provider_request_id: None,
            usage: Usage::default(),
        }
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

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let fault = self.plan.enter("text_model", "complete", request.task.name.clone()).await;
        match fault {
            None => self.inner.complete(request, deadline).await,
            Some(Fault::FailBefore | Fault::FailEntries(_)) => Err(self.failed(ModelErrorKind::Transport, None)),
            Some(Fault::Throttle) => Err(self.failed(ModelErrorKind::RateLimited, Some(Duration::from_secs(1)))),
            Some(Fault::FailAfter) => {
                let _answer_nobody_reads = self.inner.complete(request, deadline).await;
                Err(self.failed(ModelErrorKind::Transport, None))
            }
            Some(Fault::CrashBefore | Fault::CrashPartway(_)) => self.plan.crash().await,
            Some(Fault::CrashAfter) => {
                let _answer_nobody_reads = self.inner.complete(request, deadline).await;
                self.plan.crash().await
            }
        }
    }
}
