//! Who may use the HTTP interface.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Int, List, Name, Sha256Hex, Text, Time,
    object::{object_only, word_only},
};

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Scope {
    /// Reading sites, posts and statuses.
    Read,
    /// Asking for articles.
    Generate,
    /// Changing sites and posts, withdrawing articles.
    Write,
}
word_only!(Scope);

/// Kind `api_keys`, written by the gateway: one key of the HTTP interface. Id: the key's id, its public half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ApiKeyRecord {
    /// The public half of the key.
    pub key_id: Name,
    /// What it is for, for people.
    pub name: Text<1, 100>,
    /// SHA-256 of the secret half, which is kept nowhere.
    pub secret_sha256: Sha256Hex,
    /// The one site it is for; absent: every site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<Name>,
    /// What it allows.
    pub scopes: List<Scope, 10>,
    /// Most requests a minute.
    pub requests_per_minute: Int<1, 100_000>,
    /// When it was made.
    pub created_at: Time,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}
object_only!(ApiKeyRecord);
