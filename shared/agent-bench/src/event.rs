//! Events as somebody else publishes them.

use mesh_core::{
    Timestamp,
    envelope::{Outgoing, encode},
    message::Message,
};
use serde_json::Value;
use uuid::Uuid;

/// An event that the program `test` publishes in the middle of the run `run`.
#[must_use]
pub fn message(event_type: &str, id: Uuid, run: Uuid, time: Timestamp, data: &Value) -> Message {
    encode(&Outgoing {
        spec: mesh_contracts::find_type(event_type).expect("a known type"),
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
