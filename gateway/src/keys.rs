//! Keys of the HTTP interface: kind `api_keys`. A key is `mesh_<id>_<secret>`; of the secret only its SHA-256 is stored.

use std::{collections::BTreeSet, fmt};

use mesh_contracts::{
    Int, List, Name, Sha256Hex, Text,
    records::{ApiKeyRecord, Scope},
};
use mesh_core::{Ports, ids, ports::IdRange};
use subtle::ConstantTimeEq;

use crate::{
    principal::Principal,
    problem::{Kind, Problem},
    stored::{self, Condition},
};

const KIND: &str = "api_keys";
const PREFIX: &str = "mesh_";
/// Most keys that are listed.
const MOST: usize = 1_000;

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What it is for, for people.
    pub name: Text<1, 100>,
    /// The one site it is for; absent: every site.
    pub website_id: Option<Name>,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// Most requests a minute.
    pub requests_per_minute: Int<1, 100_000>,
}

/// A key in full. Shown once, kept nowhere, and not printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The key as callers send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// What is stored.
    pub record: ApiKeyRecord,
    /// What the caller gets, now or never.
    pub token: Token,
}

/// Makes a key.
///
/// # Errors
/// [`Problem`] when the store is out of reach.
pub async fn create(ports: &Ports, new: NewKey) -> Result<Created, Problem> {
    let id = format!("{:016x}", ports.entropy.bits() >> 64);
    // 32 random bytes.
    let secret = format!("{:032x}{:032x}", ports.entropy.bits(), ports.entropy.bits());
    let record = ApiKeyRecord {
        key_id: Name::new(id.clone()).map_err(|error| Problem::corrupt("the new key", &error))?,
        name: new.name,
        secret_sha256: Sha256Hex::from_digest(&ids::sha256(secret.as_bytes())),
        website_id: new.website_id,
        scopes: List::clip(new.scopes),
        requests_per_minute: new.requests_per_minute,
        created_at: stored::now(ports),
        revoked_at: None,
    };
    let made = |_: Option<&ApiKeyRecord>| Ok((record.clone(), None, record.created_at));
    stored::replace(ports, (KIND, &id), &Condition::Absent, made).await?;
    Ok(Created { token: Token(format!("{PREFIX}{id}_{secret}")), record })
}

/// All keys by id, at most 1,000.
///
/// # Errors
/// [`Problem`] when the store is out of reach.
pub async fn list(ports: &Ports) -> Result<Vec<ApiKeyRecord>, Problem> {
    let documents = ports.state.list(KIND, &IdRange::default(), MOST).await?;
    documents.iter().map(|document| stored::decode(document).map(|stored| stored.value)).collect()
}

/// Revokes a key, once and for all; processes that know it forget it within 30 seconds.
///
/// # Errors
/// [`Problem`] when there is none, or the store is out of reach.
pub async fn revoke(ports: &Ports, key_id: &str) -> Result<ApiKeyRecord, Problem> {
    let now = stored::now(ports);
    let revoked = |before: Option<&ApiKeyRecord>| {
        let before = before.ok_or_else(|| Problem::unknown("key", key_id))?;
        let record = ApiKeyRecord { revoked_at: before.revoked_at.or(Some(now)), ..before.clone() };
        Ok((record, None, before.created_at))
    };
    Ok(stored::replace(ports, (KIND, key_id), &Condition::Always, revoked).await?.stored.value)
}

/// Who the holder of a key is.
///
/// # Errors
/// [`Problem`] when it is no key of ours, or was revoked; the store is out of reach.
pub async fn verify(ports: &Ports, token: &str) -> Result<Principal, Problem> {
    let (id, secret) = split(token).ok_or_else(refused)?;
    let record = load(ports, id).await?.ok_or_else(refused)?;
    if opens(&record, secret) { Ok(Principal::of_key(&record)) } else { Err(refused()) }
}

pub(crate) async fn load(ports: &Ports, id: &str) -> Result<Option<ApiKeyRecord>, Problem> {
    Ok(stored::read(ports, KIND, id).await?.map(|stored| stored.value))
}

/// Id and secret of a key.
pub(crate) fn split(token: &str) -> Option<(&str, &str)> {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
    (id.len() == 16 && secret.len() == 64 && hex(id) && hex(secret)).then_some((id, secret))
}

/// Whether a secret opens a key that was not revoked. Takes as long for a wrong secret as for the right one.
pub(crate) fn opens(record: &ApiKeyRecord, secret: &str) -> bool {
    let given = ids::sha256_hex(secret.as_bytes());
    let equal: bool = given.as_bytes().ct_eq(record.secret_sha256.as_bytes()).into();
    equal && record.revoked_at.is_none()
}

/// One answer for all reasons, so that nobody learns which keys there are.
pub(crate) fn refused() -> Problem {
    Problem::new(Kind::Unauthenticated, "the key is not valid")
}
