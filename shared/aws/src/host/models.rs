//! The model of agents that ask none.

use std::{convert::Infallible, sync::Arc};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    config::TextModelSettings,
    ports::{ChatRequest, ChatResponse, Clock, ModelError, ModelErrorKind, Secrets, TextModel, Usage},
};

/// Refuses every request.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoModel;

/// The models of an agent that asks none: no provider's client is linked into its binary.
///
/// # Errors
/// Never.
pub fn no_model(
    _: &TextModelSettings,
    _: Arc<dyn Secrets>,
    _: Arc<dyn Clock>,
) -> Result<Arc<dyn TextModel>, Infallible> {
    Ok(Arc::new(NoModel))
}

#[async_trait]
impl TextModel for NoModel {
    fn name(&self) -> &str {
        "none"
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn complete(&self, _: &ChatRequest, _: Timestamp) -> Result<ChatResponse, ModelError> {
        let message = "the agent was built without a model; its main.rs names mesh_aws::host::no_model";
        Err(ModelError {
            kind: ModelErrorKind::ModelNotFound,
            model: self.name().to_owned(),
            message: message.to_owned(),
            retry_after: None,
            provider_request_id: None,
            usage: Usage::default(),
        })
    }
}
