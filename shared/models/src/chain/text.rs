//! A chain of text models.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, TextModel},
};

use super::{Member, Shared, first_answer, recorded, sum_of_quotes};

/// Text models in an order; tasks may have an order of their own.
pub(crate) struct TextChain {
    pub(crate) models: Vec<Arc<Named>>,
    pub(crate) tasks: Vec<(String, Vec<Arc<Named>>)>,
    pub(crate) shared: Shared,
}

/// A text model whose answers are recorded as `provider/model`.
#[derive(Debug)]
pub(crate) struct Named(pub(crate) Arc<dyn TextModel>);

#[async_trait]
impl Member<ChatRequest> for Named {
    type Answer = ChatResponse;

    fn name(&self) -> &str {
        self.0.name()
    }

    async fn ask(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let response = self.0.complete(request, deadline).await?;
        Ok(ChatResponse { model: recorded(self.0.name(), response.model), ..response })
    }
}

impl TextChain {
    fn members(&self, task: &str) -> &[Arc<Named>] {
        self.tasks.iter().find(|(name, _)| name == task).map_or(&*self.models, |(_, models)| models)
    }
}

#[async_trait]
impl TextModel for TextChain {
    fn name(&self) -> &str {
        self.models.first().map_or("none", |model| model.name())
    }

    fn is_offline(&self) -> bool {
        self.models.first().is_some_and(|named| named.0.is_offline())
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        sum_of_quotes(self.members(&request.task.name).iter().map(|named| named.0.quote(request)))
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let members = self.members(&request.task.name);
        let (mut response, wasted) = first_answer(members, request, deadline, &self.shared).await?;
        wasted.and(&mut response.usage, &mut response.cost_micro_usd);
        Ok(response)
    }
}

impl fmt::Debug for TextChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |models: &[Arc<Named>]| models.iter().map(|model| model.name().to_owned()).collect::<Vec<_>>();
        let mut shown = f.debug_struct("TextChain");
        shown.field("models", &names(&self.models));
        self.tasks.iter().for_each(|(task, models)| {
            shown.field(task, &names(models));
        });
        shown.finish_non_exhaustive()
    }
}
