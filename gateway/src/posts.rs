//! Posts, the articles somebody plans: kind `posts`.

use mesh_contracts::{Name, records::Post};
use mesh_core::Ports;
use serde_json::{Value, json};

use crate::{
    page::{self, Page, PageRequest},
    problem::{Kind, Problem},
    stored::{self, Condition, Put, Shape, Stored},
};

pub(crate) const KIND: &str = "posts";

/// Fields of an answer that are not the record's.
const SHOWN: [&str; 3] = ["status", "finalMarkdownUri", "links"];

/// Stores a post, whatever is there.
///
/// # Errors
/// [`Problem`] naming each field that is wrong; when it would move to another site; or the store is out of reach.
pub async fn put(ports: &Ports, id: &str, body: Value) -> Result<Put<Post>, Problem> {
    put_if(ports, id, body, &Condition::Always, None).await
}

/// As [`put`], on a condition; with `tenant` only a post of that site.
///
/// # Errors
/// As [`put`]; also when the condition does not hold, or the post is of another site.
pub async fn put_if(
    ports: &Ports,
    id: &str,
    body: Value,
    condition: &Condition,
    tenant: Option<&Name>,
) -> Result<Put<Post>, Problem> {
    let now = stored::now(ports);
    stored::replace(ports, (KIND, id), condition, |before: Option<&Post>| {
        let created_at = before.map_or(now, |post| post.created_at);
        let tracking = before.and_then(|post| post.tracking_id).map_or(Value::Null, |run| json!(run));
        let fixed = vec![("trackingId", tracking), ("createdAt", json!(created_at)), ("updatedAt", json!(now))];
        let shape = Shape { contract: "post-v1", also: &SHOWN, named: ("postId", id), fixed };
        let post: Post = shape.read(&body)?;
        let foreign = |site: &Name| tenant.is_some_and(|tenant| tenant != site);
        if foreign(&post.website_id) || before.is_some_and(|post| foreign(&post.website_id)) {
            return Err(Problem::new(Kind::SiteForeign, "the post is of another site than the key"));
        }
        if before.is_some_and(|before| before.website_id != post.website_id) {
            return Err(Problem::new(Kind::PostMoved, "the post belongs to another site already"));
        }
        let owner = post.website_id.to_string();
        Ok((post, Some(owner), created_at))
    })
    .await
}

/// A post, if there is one.
///
/// # Errors
/// [`Problem`] when the store is out of reach.
pub async fn get(ports: &Ports, id: &str) -> Result<Option<Stored<Post>>, Problem> {
    stored::read(ports, KIND, id).await
}

/// The posts of a site, newest first; without a site all posts by id.
///
/// # Errors
/// [`Problem`] when the cursor is none of ours, or the store is out of reach.
pub async fn list(ports: &Ports, request: &PageRequest, site: Option<&Name>) -> Result<Page<Stored<Post>>, Problem> {
    let Page { items, cursor } = match site {
        Some(site) => page::by_owner(ports, KIND, site, request).await?,
        None => page::by_id(ports, KIND, request).await?,
    };
    Ok(Page { items: items.iter().map(stored::decode).collect::<Result<_, _>>()?, cursor })
}
