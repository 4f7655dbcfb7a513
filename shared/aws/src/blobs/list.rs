//! Listing.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use futures_util::{StreamExt, stream};
use mesh_core::ports::{BlobMeta, PortError, check_key};

use super::{OF_SITE, PORT, S3Blobs, is_of_site, meta};
use crate::error::port_error;

/// Most keys of one answer.
const PAGE: usize = 1_000;
/// How many objects are looked at at a time: a listing holds neither digest nor media type.
const AT_ONCE: usize = 8;

pub(super) async fn list(
    blobs: &S3Blobs,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<BlobMeta>, PortError> {
    let mut found = Vec::new();
    for bucket in buckets(blobs, prefix) {
        found.extend(list_bucket(blobs, bucket, prefix, after, limit).await?);
    }
    found.sort_unstable_by(|one: &BlobMeta, other| one.key.cmp(&other.key));
    found.truncate(limit);
    Ok(found)
}

/// The buckets that may hold keys with this prefix.
fn buckets<'a>(blobs: &'a S3Blobs, prefix: &str) -> Vec<&'a str> {
    let mut buckets = Vec::new();
    if !is_of_site(prefix) {
        buckets.push(blobs.buckets.objects.as_str());
    }
    let may_be_of_site = is_of_site(prefix) || OF_SITE.iter().any(|home| home.starts_with(prefix));
    if may_be_of_site && !buckets.contains(&blobs.buckets.site.as_str()) {
        buckets.push(blobs.buckets.site.as_str());
    }
    buckets
}

/// Up to `limit` objects of one bucket. What is no object of ours does not count against it.
async fn list_bucket(
    blobs: &S3Blobs,
    bucket: &str,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<BlobMeta>, PortError> {
    let mut found = Vec::new();
    let mut after = after.map(str::to_owned);
    while found.len() < limit {
        let page = page(blobs, bucket, prefix, after.take(), limit - found.len()).await?;
        let keys: Vec<String> = page.contents.into_iter().flatten().filter_map(|object| object.key).collect();
        after = keys.last().cloned();
        found.extend(look_at(blobs, bucket, keys).await?);
        if page.is_truncated != Some(true) || after.is_none() {
            break;
        }
    }
    Ok(found)
}

async fn page(
    blobs: &S3Blobs,
    bucket: &str,
    prefix: &str,
    after: Option<String>,
    limit: usize,
) -> Result<ListObjectsV2Output, PortError> {
    let most = i32::try_from(limit.min(PAGE)).unwrap_or(i32::MAX);
    let request = blobs.client.list_objects_v2().bucket(bucket).max_keys(most);
    let prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
    let after = after.filter(|after| !after.is_empty());
    let answer = request.set_prefix(prefix.clone()).set_start_after(after).send().await;
    answer.map_err(|error| port_error(PORT, &format!("list {}", prefix.unwrap_or_default()), error))
}

/// The heads of these keys in their order, without what was removed meanwhile and what the mesh did not write.
async fn look_at(blobs: &S3Blobs, bucket: &str, keys: Vec<String>) -> Result<Vec<BlobMeta>, PortError> {
    let ours = keys.into_iter().filter(|key| check_key(key).is_ok() && blobs.bucket(key) == bucket);
    let heads = ours.map(|key| async move {
        match meta::head(blobs, &key).await {
            Err(PortError::Corrupt { message, .. }) => {
                tracing::warn!(key, message, "An object that the mesh did not write is left out of a listing.");
                Ok(None)
            }
            head => head,
        }
    });
    let heads: Vec<Result<Option<BlobMeta>, PortError>> = stream::iter(heads).buffered(AT_ONCE).collect().await;
    heads.into_iter().filter_map(Result::transpose).collect()
}
