//! Telling who makes a request, and whether they may.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use mesh_contracts::records::{ApiKeyRecord, Scope};
use mesh_core::Timestamp;

use crate::{
    app::App,
    extract, keys,
    principal::Principal,
    problem::{Kind, Problem},
};

/// How long a key is remembered, and so how long a revoked one may still be used.
const REMEMBERED: Duration = Duration::from_secs(30);
/// Most keys that are remembered.
const MOST: usize = 10_000;

/// Keys that were looked up a moment ago.
#[derive(Debug, Default)]
pub(crate) struct KeyCache(Mutex<BTreeMap<String, (Timestamp, ApiKeyRecord)>>);

impl KeyCache {
    fn get(&self, id: &str, now: Timestamp) -> Option<ApiKeyRecord> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(id).filter(|(since, _)| since.until(now) < REMEMBERED).map(|(_, record)| record.clone())
    }

    fn put(&self, record: ApiKeyRecord, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(record.key_id.to_string(), (now, record));
    }
}

/// What stands before an operation.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) scope: Scope,
}

/// Lets through who may, with their [`Principal`] in the request's extensions.
pub(crate) async fn require(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let credential = credential(request.headers());
    match admit(&gate, credential, address).await {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(problem) => refuse(problem),
    }
}

fn refuse(problem: Problem) -> Response {
    let asks = problem.kind == Kind::Unauthenticated;
    let mut response = problem.into_response();
    if asks {
        let challenge = header::HeaderValue::from_static("Bearer realm=\"content-mesh\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

async fn admit(
    gate: &Gate,
    credential: Result<Option<String>, Problem>,
    address: Option<IpAddr>,
) -> Result<Principal, Problem> {
    let Some(token) = credential? else {
        if gate.app.config.open {
            return Ok(Principal::everybody());
        }
        return Err(Problem::new(Kind::Unauthenticated, "the request has no key"));
    };
    let caller = address.map_or_else(|| "somewhere".to_owned(), |address| address.to_string());
    let record = authenticate(&gate.app, &token, &caller).await?;
    gate.app.limits.count(&format!("key {}", &*record.key_id), rate(&record))?;
    let principal = Principal::of_key(&record);
    principal.require(gate.scope)?;
    Ok(principal)
}

fn rate(record: &ApiKeyRecord) -> u32 {
    u32::try_from(record.requests_per_minute.get()).unwrap_or(u32::MAX)
}

/// The record of a valid key. What the memory does not know to be valid costs one of the caller's look-ups.
async fn authenticate(app: &App, token: &str, caller: &str) -> Result<ApiKeyRecord, Problem> {
    let now = app.ports.clock.now();
    let parts = keys::split(token);
    if let Some((id, secret)) = parts
        && let Some(record) = app.keys.get(id, now).filter(|record| keys::opens(record, secret))
    {
        return Ok(record);
    }
    app.limits.count(&format!("lookup {caller}"), app.config.lookups_per_minute)?;
    let (id, secret) = parts.ok_or_else(keys::refused)?;
    let record = keys::load(&app.ports, id).await?.filter(|record| keys::opens(record, secret));
    let record = record.ok_or_else(keys::refused)?;
    app.keys.put(record.clone(), now);
    Ok(record)
}

/// The key that came with a request.
fn credential(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let text = |value: &header::HeaderValue| value.to_str().map(str::to_owned).map_err(|_| keys::refused());
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let value = text(value)?;
        let (scheme, token) = value.split_once(' ').ok_or_else(keys::refused)?;
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        return if bearer { Ok(Some(token.trim().to_owned())) } else { Err(keys::refused()) };
    }
    headers.get(extract::API_KEY).map(text).transpose()
}
