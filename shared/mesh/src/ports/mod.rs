//! The ports: one small trait a file, held as `Arc<dyn _>`, with its obligations in MUST and MAY.

mod blobs;
mod clock;
mod document;
mod entropy;
mod error;
mod image_model;
mod ledger;
mod models;
mod publisher;
mod query_cursor;
mod queue;
mod secrets;
pub mod state_limits;
mod state_store;
mod text_model;

pub use blobs::{BlobMeta, Blobs, BlobsExt, ByteStream, PutCondition, PutResult, check_key, one_chunk};
pub use clock::Clock;
pub use document::{DocKey, Document, IdRange, Page, Query, QueryBy, Write, WriteMode};
pub use entropy::Entropy;
pub use error::PortError;
pub use image_model::{ImageModel, MAX_IMAGE_BYTES, RenderRequest, RenderResponse};
pub use ledger::{
    BeginRequest, Begun, Commit, CommitAnswer, Conclusion, LedgerEntry, LedgerState, OutboxEntry, Suspension,
};
pub use models::{ModelCatalog, ModelSources, Models};
pub use publisher::{FailedEntry, Publisher};
pub use query_cursor::QueryCursor;
pub use queue::{Delivery, Depth, OutboundMessage, Queue, Receipt};
pub use secrets::Secrets;
pub use state_store::StateStore;
pub use text_model::{
    ChatMessage, ChatRequest, ChatResponse, Finish, Hints, ModelError, ModelErrorKind, Part, Role, Task, TextModel,
    Usage,
};
