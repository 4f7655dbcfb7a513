//! Events as somebody else publishes them.

use mesh_core::{
    Timestamp,
    envelope::{Outgoing, encode},
    message::Message,
};
use serde_json::Value;
use uuid::Uuid;

/// An event that the program `test` publishes in the middle of the run `run`; a contract's name in the place of its type
/// chooses the version.
#[must_use]
pub fn message(event_type: &str, id: Uuid, run: Uuid, time: Timestamp, data: &Value) -> Message {
    encode(&Outgoing {
        spec: mesh_contracts::find(event_type).expect("a known type or contract"),
        id,
        emitter: "test",
        subject: None,
        time,
        correlation_id: run,
        parent: None,
        origin: None,
        data,
    })
}
