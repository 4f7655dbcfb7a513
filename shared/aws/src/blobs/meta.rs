//! What S3 says of an object.

use std::collections::HashMap;

use mesh_contracts::Sha256Hex;
use mesh_core::ports::{BlobMeta, PortError};

use super::{PORT, S3Blobs};
use crate::error::port_error;

/// The name of the user metadata that holds the digest: `x-amz-meta-sha256`.
pub(super) const SHA256: &str = "sha256";

/// The parts of an answer of S3 that a head is made of.
pub(super) struct Parts {
    pub(super) metadata: Option<HashMap<String, String>>,
    pub(super) bytes: Option<i64>,
    pub(super) media_type: Option<String>,
    pub(super) etag: Option<String>,
}

impl Parts {
    pub(super) fn meta(self, key: &str) -> Result<BlobMeta, PortError> {
        let digest = self.metadata.as_ref().and_then(|metadata| metadata.get(SHA256));
        let digest = digest.ok_or_else(|| corrupt(key, "it has no x-amz-meta-sha256".to_owned()))?;
        let bytes = self.bytes.and_then(|bytes| u64::try_from(bytes).ok());
        Ok(BlobMeta {
            key: key.to_owned(),
            sha256: Sha256Hex::new(digest.clone()).map_err(|message| corrupt(key, message.to_string()))?,
            bytes: bytes.ok_or_else(|| corrupt(key, "it has no length".to_owned()))?,
            media_type: self.media_type.unwrap_or_default(),
            version: self.etag.ok_or_else(|| corrupt(key, "it has no ETag".to_owned()))?,
        })
    }
}

pub(super) async fn head(blobs: &S3Blobs, key: &str) -> Result<Option<BlobMeta>, PortError> {
    let answer = blobs.client.head_object().bucket(blobs.bucket(key)).key(key).send().await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => return Ok(None),
        Err(error) => return Err(port_error(PORT, &format!("look at the object {key}"), error)),
    };
    let parts = Parts {
        metadata: answer.metadata,
        bytes: answer.content_length,
        media_type: answer.content_type,
        etag: answer.e_tag,
    };
    parts.meta(key).map(Some)
}

pub(super) fn corrupt(key: &str, message: String) -> PortError {
    PortError::Corrupt { port: PORT, what: format!("the object {key}"), message }
}
