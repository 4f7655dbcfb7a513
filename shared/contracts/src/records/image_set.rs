//! What image-render keeps of an article's images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Id, Int, List, Time,
    events::{Cost, ImageItem},
    object::object_only,
};

/// Kind `image_set`, written by image-render: the images of one draft that have ended. Id: `{content_id}#{revision}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ImageSetRecord {
    /// The article.
    pub content_id: Id,
    /// The draft.
    pub revision: Int<1, 1000>,
    /// How many there will be.
    pub of: Int<1, 10>,
    /// Those that have ended, by number.
    pub images: List<ImageItem, 10>,
    /// What the plan and those images cost.
    pub cost: Cost,
    /// Last change.
    pub updated_at: Time,
}
object_only!(ImageSetRecord);
