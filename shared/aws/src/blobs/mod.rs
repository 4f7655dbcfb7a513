//! Large objects on Amazon S3.
//!
//! Keys that start with `site/` or `sites/` live in the site's bucket, which a CDN reads; all others in the bucket of
//! objects. The SHA-256 of a body travels in the object's metadata. It is known only when the body has been read, and
//! S3 takes metadata first: so a body is collected, in memory while it is small and in a temporary file beyond that,
//! and then sent in one `PutObject`. An object is there as a whole or not at all.

mod cache;
mod get;
mod list;
mod meta;
mod put;
mod spool;

use std::{ops::Range, time::Duration};

use async_trait::async_trait;
use aws_sdk_s3::{Client, presigning::PresigningConfig};
use mesh_core::ports::{BlobMeta, Blobs, ByteStream, PortError, PutCondition, PutResult, check_key};

use crate::error::port_error;

const PORT: &str = "blobs";
const SCHEME: &str = "s3://";
/// The longest a presigned address may live.
const MAX_PRESIGNED: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The two buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buckets {
    /// Drafts, answers, quarantine, published articles.
    pub objects: String,
    /// What visitors see: `site/` and `sites/`.
    pub site: String,
}

/// Large objects. What they do is in [`Blobs`].
///
/// The version of an object is its ETag, which follows from its bytes: a put of the bytes that are there keeps it.
/// A put whose reply is lost is repeated by the SDK; one with a condition may then be refused because of itself, and
/// answers `Refused` with its own object.
///
/// What is missing is told from what is forbidden only where the caller may list the bucket (`s3:ListBucket`).
#[derive(Debug, Clone)]
pub struct S3Blobs {
    client: Client,
    buckets: Buckets,
}

impl S3Blobs {
    /// The objects in these buckets.
    #[must_use]
    pub fn new(client: Client, buckets: Buckets) -> Self {
        Self { client, buckets }
    }

    /// An address under which anybody can read the object for `lifetime`, at most seven days. Nothing is asked of S3.
    ///
    /// An address dies with the credentials that signed it: signed by a role (a function, a container, a single
    /// sign-on) it ends with the role's session, which is after hours, whatever `lifetime` says.
    ///
    /// # Errors
    /// [`PortError::Limit`] when the key is invalid or the lifetime is zero or longer than seven days.
    pub async fn presigned(&self, key: &str, lifetime: Duration) -> Result<String, PortError> {
        check_key(key)?;
        if lifetime.as_secs() == 0 || lifetime > MAX_PRESIGNED {
            let (value, limit) =
                (format!("{} s", lifetime.as_secs_f64()), format!("1 to {} s", MAX_PRESIGNED.as_secs()));
            return Err(PortError::Limit { port: PORT, field: "lifetime".to_owned(), value, limit });
        }
        let config = PresigningConfig::expires_in(lifetime);
        let config = config.map_err(|error| PortError::unavailable(PORT, "an address cannot be signed", error))?;
        let request = self.client.get_object().bucket(self.bucket(key)).key(key);
        let signed = request.presigned(config).await;
        let signed = signed.map_err(|error| port_error(PORT, &format!("sign an address of {key}"), error))?;
        Ok(signed.uri().to_owned())
    }

    /// The bucket a key lives in.
    fn bucket(&self, key: &str) -> &str {
        if is_of_site(key) { &self.buckets.site } else { &self.buckets.objects }
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        check_key(key)?;
        put::put(self, put::Put { key, media_type, condition: &condition }, body).await
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        check_key(key)?;
        get::get(self, key, range).await
    }

    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        check_key(key)?;
        meta::head(self, key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError> {
        list::list(self, prefix, after, limit).await
    }

    fn uri(&self, key: &str) -> String {
        format!("{SCHEME}{}/{key}", self.bucket(key))
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        let (bucket, key) = uri.strip_prefix(SCHEME)?.split_once('/')?;
        let ours = check_key(key).is_ok() && self.bucket(key) == bucket;
        ours.then(|| key.to_owned())
    }
}

const OF_SITE: [&str; 2] = ["site/", "sites/"];

fn is_of_site(key: &str) -> bool {
    OF_SITE.iter().any(|prefix| key.starts_with(prefix))
}
