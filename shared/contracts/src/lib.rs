//! The published language of the mesh: Rust types of every event and record, the JSON Schemas generated from them, and
//! [`validate`]. Nothing here does I/O or is async.
//!
//! A body is judged twice in the same way: by the schema ([`validate`], which explains) and by the types
//! ([`read`], whose fields cannot hold an invalid value). A test holds the two verdicts equal.

mod contract;
pub mod diff;
pub mod error_pages;
pub mod events;
mod fields;
mod ids;
mod json;
mod object;
pub mod records;
pub mod schema;
mod topic;
mod validate;

pub use contract::{Contract, EventSpec, Finality, find, find_contract, find_type, find_version};
pub use events::{EVENTS, RECORDS};
pub use fields::{HexColor, Int, Language, List, Name, Pointer, Sha256Hex, Slug, Text, Time, WebAddress};
pub use ids::Id;
pub use json::{JsonError, parse};
pub use topic::topic_key;
pub use validate::{Detail, read, validate};
