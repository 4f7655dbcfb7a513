//! The parts of a full article, and how a part ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::word_only;

/// A part that the page waits for besides the reviewed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Part {
    /// `ImagesReady`.
    Images,
    /// `MetadataReady`.
    Metadata,
}
word_only!(Part);

/// How a part ended. A part always arrives; publish alone decides what a failed one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum PartStatus {
    /// As asked for.
    Ok,
    /// Usable, though short of what was asked for; `code` says why.
    Degraded,
    /// Not there; `code` says why.
    Failed,
}
word_only!(PartStatus);
