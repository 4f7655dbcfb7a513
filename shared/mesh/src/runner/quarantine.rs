//! Keeping a message whole that was rejected, failed or suspended. Only the runner writes here.

use bytes::Bytes;
use mesh_contracts::Pointer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::Runner;
use crate::ports::{Blobs, BlobsExt, Delivery, PortError, PutCondition, PutResult};

/// A message in quarantine, as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The agent that set it aside.
    pub agent: String,
    /// The event id it was handled under.
    pub event_id: Uuid,
    /// The queue message's body.
    pub body: String,
    /// The queue message's attributes.
    pub attributes: BTreeMap<String, String>,
}

/// Where a message is kept.
#[must_use]
pub fn quarantine_key(agent: &str, event_id: Uuid) -> String {
    format!("quarantine/{agent}/{event_id}.json")
}

impl Runner {
    /// Keeps a message, once; it is the same message whenever it comes again.
    pub(super) async fn quarantine(&self, event_id: Uuid, delivery: &Delivery) -> Result<Pointer, PortError> {
        let kept = Quarantined {
            agent: self.name().to_owned(),
            event_id,
            body: delivery.body.clone(),
            attributes: delivery.attributes.clone(),
        };
        let body = serde_json::to_vec(&kept).map_err(|error| PortError::unavailable("blobs", "serialising", error))?;
        let key = quarantine_key(self.name(), event_id);
        let blobs: &dyn Blobs = &*self.ports.blobs;
        match blobs.put_bytes(&key, Bytes::from(body), "application/json", PutCondition::IfAbsent).await? {
            PutResult::Stored(meta) | PutResult::Refused(Some(meta)) => Ok(blobs.pointer(&meta)),
            PutResult::Refused(None) => {
                Err(PortError::Corrupt { port: "blobs", what: key, message: "refused, and yet absent".into() })
            }
        }
    }
}
