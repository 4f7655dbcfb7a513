//! Looks on where money is spent: at the provider, behind everything that can go wrong on the way.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, ImageModel, ModelError, RenderRequest, RenderResponse, TextModel},
};

use super::{witness::Witness, writer::Writer};

/// A provider that is looked at.
#[derive(Debug)]
pub(super) struct Till {
    pub(super) provider: Arc<Writer>,
    pub(super) witness: Arc<Witness>,
}

impl Till {
    /// A call is made only while the lease is held, and never for an answer that is stored.
    fn charges(&self, step: &str) {
        let Some(held) = self.witness.held() else {
            return self.witness.finding(format!("{step} is bought by somebody who has nothing in hand"));
        };
        let key = format!("answers/{}/{}/{step}", held.agent, held.event_id);
        if !self.witness.has_lease(&held) {
            self.witness.finding(format!("{key} is bought without a lease"));
        }
        if self.witness.could_know(&key) {
            self.witness.finding(format!("{key} is bought again, though it was stored"));
        }
        self.witness.history.tell(format!("$ {key}"));
    }
}

/// The step under which an answer to this request is kept.
fn step(request: &ChatRequest) -> String {
    let name = request.task.name.replace('_', "-");
    let mended = request.json_schema.is_some() && request.messages.len() > 1;
    if mended { format!("{name}-mended") } else { name }
}

#[async_trait]
impl TextModel for Till {
    fn name(&self) -> &str {
        TextModel::name(&*self.provider)
    }

    fn is_offline(&self) -> bool {
        TextModel::is_offline(&*self.provider)
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        TextModel::quote(&*self.provider, request)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let answer = self.provider.complete(request, deadline).await;
        self.charges(&step(request));
        answer
    }
}

#[async_trait]
impl ImageModel for Till {
    fn name(&self) -> &str {
        ImageModel::name(&*self.provider)
    }

    fn is_offline(&self) -> bool {
        ImageModel::is_offline(&*self.provider)
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let image = self.provider.render(request, deadline).await;
        if image.is_ok() {
            self.charges("image");
        }
        image
    }
}
