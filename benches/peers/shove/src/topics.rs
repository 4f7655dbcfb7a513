//! The topics and what is sent on them. A queue has the name of its topic.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shove::{QueueTopology, TopologyBuilder, define_topic};

/// Asks for an article. What serde cannot read is rejected by shove; the rest of the contract is in `is_valid`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ContentRequest {
    pub(crate) content_topic: String,
    pub(crate) word_count: u32,
    pub(crate) request_id: String,
    pub(crate) website_id: Option<String>,
}

impl ContentRequest {
    pub(crate) fn is_valid(&self) -> bool {
        let topic = self.content_topic.chars().count();
        (1..=200).contains(&topic) && !self.content_topic.trim().is_empty() && (300..=2000).contains(&self.word_count)
    }
}

/// Points at an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pointer {
    pub(crate) uri: String,
    pub(crate) sha256: String,
    pub(crate) bytes: usize,
}

/// A draft is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ContentReady {
    pub(crate) content_id: String,
    pub(crate) request_id: String,
    pub(crate) content_topic: String,
    pub(crate) word_count: u32,
    pub(crate) draft: Pointer,
}

/// A draft was reviewed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReviewCompleted {
    pub(crate) content_id: String,
    pub(crate) request_id: String,
    pub(crate) draft: Pointer,
    pub(crate) words: usize,
}

define_topic!(pub(crate) Requests, ContentRequest, topology("peers-content-request"));
define_topic!(pub(crate) Ready, ContentReady, topology("peers-content-ready"));
define_topic!(pub(crate) Reviewed, ReviewCompleted, topology("peers-content-reviewed"));

/// The waits between attempts are those of the mesh in the same run.
fn topology(name: &str) -> QueueTopology {
    TopologyBuilder::new(name)
        .hold_queue(Duration::from_secs(1))
        .hold_queue(Duration::from_secs(3))
        .hold_queue(Duration::from_secs(12))
        .hold_queue(Duration::from_secs(72))
        .dlq()
        .build()
}
