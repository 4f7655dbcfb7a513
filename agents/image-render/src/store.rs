//! Where images are kept, and what is kept of one that has ended.

use bytes::Bytes;
use mesh_contracts::{
    Int, Text,
    events::{Cost, ErrorType, ImageFile, ImageItem, ImageRequested},
};
use mesh_core::{AgentError, Context};
use serde::{Deserialize, Serialize};

use crate::shape::Cut;

/// The place of one image.
#[derive(Debug)]
pub(crate) struct Place {
    /// `images/{content_id}/r{revision}/{number}`.
    stem: String,
    /// Key of the site's root: `site/` or `sites/{name}/`.
    root: String,
}

impl Place {
    pub(crate) fn of(request: &ImageRequested) -> Self {
        let stem = format!("images/{}/r{}/{}", request.content_id, request.revision, request.number);
        let root = match request.website_id.as_str() {
            "default" => "site/".to_owned(),
            name => format!("sites/{name}/"),
        };
        Self { stem, root }
    }

    /// Key of the image as large as it is kept.
    pub(crate) fn master(&self) -> String {
        format!("{}.png", self.stem)
    }

    fn finished(&self) -> String {
        format!("{}.json", self.stem)
    }

    /// Stores a file of the image below the site's root.
    pub(crate) async fn put(&self, cut: &Cut, jpeg: Bytes, ctx: &Context<'_>) -> Result<ImageFile, AgentError> {
        let path = format!("{}-{}.jpg", self.stem, cut.name);
        let stored = ctx.put_once(&format!("{}{path}", self.root), jpeg, "image/jpeg").await?;
        Ok(ImageFile {
            usage: cut.usage,
            path: Text::clip(&path),
            file: stored.pointer,
            width: Int::clamp(cut.width.into()),
            height: Int::clamp(cut.height.into()),
        })
    }
}

/// An image that has ended, well or not. Stored once, so that a handler that runs again neither asks nor encodes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finished {
    pub(crate) item: ImageItem,
    /// What it cost, without the plan.
    pub(crate) cost: Cost,
}

impl Finished {
    pub(crate) async fn find(place: &Place, ctx: &Context<'_>) -> Result<Option<Self>, AgentError> {
        let key = place.finished();
        let found = ctx.read_blob(&key).await?;
        found.map(|(_, bytes)| Self::read(&key, &bytes)).transpose()
    }

    /// Stores it; of two runs the first one's counts.
    pub(crate) async fn keep(&self, place: &Place, ctx: &Context<'_>) -> Result<Self, AgentError> {
        let key = place.finished();
        let body = serde_json::to_vec(self)
            .map_err(|error| AgentError::fail("INTERNAL", ErrorType::Infrastructure, error.to_string()))?;
        let stored = ctx.put_once(&key, body.into(), "application/json").await?;
        Self::read(&key, &stored.bytes)
    }

    fn read(key: &str, bytes: &[u8]) -> Result<Self, AgentError> {
        serde_json::from_slice(bytes).map_err(|error| {
            AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, format!("{key} cannot be read: {error}"))
        })
    }
}
