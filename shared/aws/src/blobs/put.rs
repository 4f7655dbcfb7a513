//! Writing.

use std::time::Duration;

use aws_sdk_s3::{
    config::{Builder, timeout::TimeoutConfig},
    error::SdkError,
    operation::put_object::{PutObjectError, PutObjectOutput},
};
use mesh_core::ports::{BlobMeta, ByteStream, PortError, PutCondition, PutResult};

use super::{
    PORT, S3Blobs, cache, meta,
    spool::{Spooled, collect},
};
use crate::{
    clients::CALL,
    error::{code, port_error},
};

/// How often a put is tried that meets another on the same key.
const ATTEMPTS: u32 = 5;
/// The pause after the first of them; it doubles.
const PAUSE: Duration = Duration::from_millis(50);
/// Bytes a second below which sending a body is given up.
const SLOWEST: u64 = 256 * 1024;

/// A put without its body.
pub(super) struct Put<'a> {
    pub(super) key: &'a str,
    pub(super) media_type: &'a str,
    pub(super) condition: &'a PutCondition,
}

/// What S3 said.
enum Answer {
    Stored(BlobMeta),
    /// The condition did not hold.
    Refused,
    /// The condition was `IfMatch`, and the key holds nothing.
    Absent,
    /// Another put on the same key was under way; whether the condition holds is open.
    Conflict(PortError),
}

pub(super) async fn put(blobs: &S3Blobs, put: Put<'_>, body: ByteStream) -> Result<PutResult, PortError> {
    let body = collect(body).await?;
    let mut attempt = 1;
    loop {
        match attempt_put(blobs, &put, &body).await? {
            Answer::Stored(meta) => return Ok(PutResult::Stored(meta)),
            Answer::Refused => return Ok(PutResult::Refused(meta::head(blobs, put.key).await?)),
            Answer::Absent => return Ok(PutResult::Refused(None)),
            Answer::Conflict(error) if attempt == ATTEMPTS => return Err(error),
            Answer::Conflict(_) => tokio::time::sleep(PAUSE * (1 << (attempt - 1))).await,
        }
        attempt += 1;
    }
}

async fn attempt_put(blobs: &S3Blobs, put: &Put<'_>, body: &Spooled) -> Result<Answer, PortError> {
    match send(blobs, put, body).await? {
        Ok(answer) => stored(put, body, answer).map(Answer::Stored),
        Err(error) => match (code(&error), put.condition) {
            (Some("PreconditionFailed"), _) => Ok(Answer::Refused),
            (Some("NoSuchKey"), PutCondition::IfMatch(_)) => Ok(Answer::Absent),
            (Some("ConditionalRequestConflict" | "OperationAborted"), _) => Ok(Answer::Conflict(failed(put, error))),
            _ => Err(failed(put, error)),
        },
    }
}

async fn send(
    blobs: &S3Blobs,
    put: &Put<'_>,
    body: &Spooled,
) -> Result<Result<PutObjectOutput, SdkError<PutObjectError>>, PortError> {
    let request = blobs
        .client
        .put_object()
        .bucket(blobs.bucket(put.key))
        .key(put.key)
        .content_type(put.media_type)
        .set_cache_control(cache::control(put.key, put.media_type).map(str::to_owned))
        .metadata(meta::SHA256, &*body.sha256)
        .body(body.body().await?);
    let request = match put.condition {
        PutCondition::IfAbsent => request.if_none_match("*"),
        PutCondition::IfMatch(version) => request.if_match(version),
        PutCondition::Any => request,
    };
    // The bound on calls is meant for small ones; a large body takes its time on top.
    let patience = CALL + Duration::from_secs(body.bytes / SLOWEST);
    let timeouts = TimeoutConfig::builder().operation_timeout(patience).build();
    Ok(request.customize().config_override(Builder::new().timeout_config(timeouts)).send().await)
}

fn stored(put: &Put<'_>, body: &Spooled, answer: PutObjectOutput) -> Result<BlobMeta, PortError> {
    let version = answer.e_tag.ok_or_else(|| meta::corrupt(put.key, "it was stored without an ETag".to_owned()))?;
    Ok(BlobMeta {
        key: put.key.to_owned(),
        sha256: body.sha256.clone(),
        bytes: body.bytes,
        media_type: put.media_type.to_owned(),
        version,
    })
}

fn failed(put: &Put<'_>, error: SdkError<PutObjectError>) -> PortError {
    port_error(PORT, &format!("write the object {}", put.key), error)
}
