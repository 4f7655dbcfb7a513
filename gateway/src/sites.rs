//! Sites and their settings: kind `website_settings`.

use mesh_contracts::{Name, records::WebsiteSettings};
use mesh_core::Ports;
use serde_json::{Value, json};

use crate::{
    page::{self, Page, PageRequest},
    problem::Problem,
    stored::{self, Condition, Put, Shape, Stored},
};

const KIND: &str = "website_settings";

/// Stores the settings of a site, whatever is there. `max_words` is the deployment's bound on articles.
///
/// # Errors
/// [`Problem`] naming each field that is wrong; or the store is out of reach.
pub async fn put(ports: &Ports, id: &str, body: Value, max_words: u32) -> Result<Put<WebsiteSettings>, Problem> {
    put_if(ports, id, body, max_words, &Condition::Always).await
}

/// As [`put`], on a condition.
///
/// # Errors
/// As [`put`]; also when the condition does not hold.
pub async fn put_if(
    ports: &Ports,
    id: &str,
    body: Value,
    max_words: u32,
    condition: &Condition,
) -> Result<Put<WebsiteSettings>, Problem> {
    let now = stored::now(ports);
    stored::replace(ports, (KIND, id), condition, |before: Option<&WebsiteSettings>| {
        let created_at = before.map_or(now, |site| site.created_at);
        let fixed = vec![("createdAt", json!(created_at)), ("updatedAt", json!(now))];
        let shape = Shape { contract: "website-settings-v1", also: &["links"], named: ("websiteId", id), fixed };
        let site: WebsiteSettings = shape.read(&body)?;
        let wrong = site.check(max_words);
        if wrong.is_empty() { Ok((site, None, created_at)) } else { Err(Problem::contract(wrong)) }
    })
    .await
}

/// The settings of a site, if there are any.
///
/// # Errors
/// [`Problem`] when the store is out of reach.
pub async fn get(ports: &Ports, id: &str) -> Result<Option<Stored<WebsiteSettings>>, Problem> {
    stored::read(ports, KIND, id).await
}

/// All sites by id; with `tenant` that one alone.
///
/// # Errors
/// [`Problem`] when the cursor is none of ours, or the store is out of reach.
pub async fn list(
    ports: &Ports,
    request: &PageRequest,
    tenant: Option<&Name>,
) -> Result<Page<Stored<WebsiteSettings>>, Problem> {
    if let Some(tenant) = tenant {
        return Ok(Page { items: get(ports, tenant).await?.into_iter().collect(), cursor: None });
    }
    let Page { items, cursor } = page::by_id(ports, KIND, request).await?;
    Ok(Page { items: items.iter().map(stored::decode).collect::<Result<_, _>>()?, cursor })
}
