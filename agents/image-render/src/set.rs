//! The images of one draft that have ended. The last one in says that all are there: its record and its event are one
//! commit, so of two that come at once one runs again and sees the other.

use mesh_contracts::{
    Int, List,
    events::{ErrorType, ImageItem, ImageRequested, ImagesReady, PartStatus},
    records::ImageSetRecord,
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome,
    ports::{Document, Write},
};

use crate::store::Finished;

const KIND: &str = "image_set";

/// What is known of a draft's images.
#[derive(Debug)]
pub(crate) struct ImageSet {
    id: String,
    stored: Option<(Document, ImageSetRecord)>,
}

impl ImageSet {
    pub(crate) async fn read(request: &ImageRequested, ctx: &Context<'_>) -> Result<Self, AgentError> {
        let id = format!("{}#{}", request.content_id, request.revision);
        let stored = match ctx.get(KIND, &id).await? {
            Some(document) => Some((document.clone(), record(&document)?)),
            None => None,
        };
        Ok(Self { id, stored })
    }

    /// Whether the image has ended already, or is none of those the first plan asked for.
    pub(crate) fn is_done_with(&self, number: Int<1, 10>) -> bool {
        self.stored.as_ref().is_some_and(|(_, record)| {
            number.get() > record.of.get() || record.images.iter().any(|image| image.number == number)
        })
    }

    /// Counts an image in; with the last one all are ready.
    pub(crate) fn outcome(
        self,
        finished: Finished,
        request: &ImageRequested,
        event: &Event,
    ) -> Result<Outcome, AgentError> {
        let (of, mut images, cost) = match &self.stored {
            Some((_, record)) => (record.of, record.images.to_vec(), record.cost),
            None => (request.of, Vec::new(), request.plan_cost),
        };
        images.push(finished.item);
        images.sort_by_key(|image| image.number);
        let complete = images.len() as u64 == of.count();
        let record = ImageSetRecord {
            content_id: request.content_id,
            revision: request.revision,
            of,
            images: List::clip(images),
            cost: cost.plus(finished.cost),
            updated_at: event.time.datetime().into(),
        };
        let write = match &self.stored {
            Some((document, _)) => Write::replace(document, &record)?,
            None => Write::create(KIND, &self.id, &record)?.owner(&request.website_id),
        };
        let outcome = Outcome::nothing().write(write);
        if !complete {
            return Ok(outcome);
        }
        Ok(outcome.emit(Emit::of(&ready(record, request))?.about(request.content_id)))
    }
}

fn record(document: &Document) -> Result<ImageSetRecord, AgentError> {
    serde_json::from_value(document.body.clone()).map_err(|error| {
        let message = format!("the record {KIND}/{} cannot be read: {error}", document.key.id);
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message)
    })
}

fn ready(record: ImageSetRecord, request: &ImageRequested) -> ImagesReady {
    let status = status(&record.images);
    let why = record.images.first().filter(|_| status == PartStatus::Failed);
    ImagesReady {
        content_id: record.content_id,
        revision: record.revision,
        content_topic: request.content_topic.clone(),
        status,
        code: why.and_then(|image| image.code.clone()),
        reason: why.and_then(|image| image.reason.clone()),
        cost: record.cost,
        ready_at: record.updated_at,
        request_id: request.request_id.clone(),
        website_id: request.website_id.clone(),
        post_id: request.post_id.clone(),
        images: record.images,
    }
}

/// `ok` when all are, `failed` when none is there.
fn status(images: &[ImageItem]) -> PartStatus {
    let all = |status| images.iter().all(|image| image.status == status);
    if all(PartStatus::Ok) {
        PartStatus::Ok
    } else if all(PartStatus::Failed) {
        PartStatus::Failed
    } else {
        PartStatus::Degraded
    }
}
