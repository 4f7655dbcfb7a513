//! The CloudEvents context of a message: binary mode in attributes when we send, binary or structured when we read.

mod decode;
mod encode;
mod fingerprint;
mod sns;

pub use decode::{Arrival, Rejection, decode};
pub use encode::{Outgoing, encode};
pub use sns::{Notification, unwrap};

/// Names of the message attributes. Nine are always sent, `ce-origin` only on copies: never more than ten.
pub mod attribute {
    /// CloudEvents version, `1.0`.
    pub const SPECVERSION: &str = "ce-specversion";
    /// Id of the event.
    pub const ID: &str = "ce-id";
    /// Type of the event.
    pub const TYPE: &str = "ce-type";
    /// Who emitted it.
    pub const SOURCE: &str = "ce-source";
    /// What it is about.
    pub const SUBJECT: &str = "ce-subject";
    /// When it was emitted.
    pub const TIME: &str = "ce-time";
    /// The run.
    pub const CORRELATION_ID: &str = "ce-correlationid";
    /// The payload's contract.
    pub const DATASCHEMA: &str = "ce-dataschema";
    /// W3C trace context.
    pub const TRACEPARENT: &str = "traceparent";
    /// For a copy: the event it is a copy of.
    pub const ORIGIN: &str = "ce-origin";
}
