//! Reading.

use std::ops::Range;

use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives};
use bytes::Bytes;
use futures_util::stream;
use mesh_contracts::Sha256Hex;
use mesh_core::ports::{BlobMeta, ByteStream, PortError};
use sha2::{Digest, Sha256};

use super::{
    PORT, S3Blobs,
    meta::{self, Parts, corrupt},
};
use crate::error::{code, port_error};

/// Larger than any object of S3. A range that ends beyond it is open.
const LARGEST: u64 = 50 * (1 << 40);

pub(super) async fn get(
    blobs: &S3Blobs,
    key: &str,
    range: Option<Range<u64>>,
) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
    // A header cannot name an empty range, and S3 answers the whole object to one it does not understand.
    if range.as_ref().is_some_and(Range::is_empty) {
        return nothing_of(blobs, key).await;
    }
    let is_part = range.is_some();
    let request = blobs.client.get_object().bucket(blobs.bucket(key)).key(key);
    match request.set_range(range.map(header)).send().await {
        Ok(answer) => read(key, answer, is_part).map(Some),
        Err(error) => match code(&error) {
            Some("NoSuchKey") => Ok(None),
            Some("InvalidRange") => nothing_of(blobs, key).await,
            _ => Err(port_error(PORT, &format!("read the object {key}"), error)),
        },
    }
}

/// No bytes of an object.
async fn nothing_of(blobs: &S3Blobs, key: &str) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
    let meta = meta::head(blobs, key).await?;
    Ok(meta.map(|meta| (meta, Box::pin(stream::empty()) as ByteStream)))
}

fn header(range: Range<u64>) -> String {
    match range.end {
        end if end > LARGEST => format!("bytes={}-", range.start),
        end => format!("bytes={}-{}", range.start, end - 1),
    }
}

fn read(key: &str, answer: GetObjectOutput, is_part: bool) -> Result<(BlobMeta, ByteStream), PortError> {
    // `bytes 3-6/10`: the last number is the length of the whole object.
    let whole = answer.content_range.as_deref().and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    if is_part && whole.is_none() {
        let message = format!("the object {key} was answered as a whole where a range was asked for");
        return Err(PortError::Unavailable { port: PORT, message, source: None });
    }
    let parts = Parts {
        metadata: answer.metadata,
        bytes: whole.or(answer.content_length),
        media_type: answer.content_type,
        etag: answer.e_tag,
    };
    let meta = parts.meta(key)?;
    let expected = (!is_part).then(|| (Sha256::new(), meta.sha256.clone()));
    let reading = Reading { key: key.to_owned(), body: answer.body, expected };
    Ok((meta, Box::pin(stream::try_unfold(reading, Reading::next))))
}

/// A body under way, with its digest so far when it is read as a whole.
struct Reading {
    key: String,
    body: primitives::ByteStream,
    expected: Option<(Sha256, Sha256Hex)>,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, PortError> {
        let piece =
            self.body.next().await.transpose().map_err(|error| {
                PortError::unavailable(PORT, format!("the body of {} cannot be read", self.key), error)
            })?;
        if let Some(piece) = piece {
            if let Some((digest, _)) = &mut self.expected {
                digest.update(&piece);
            }
            return Ok(Some((piece, self)));
        }
        let Some((digest, expected)) = self.expected else { return Ok(None) };
        if Sha256Hex::from_digest(&digest.finalize().into()) == expected {
            return Ok(None);
        }
        Err(corrupt(&self.key, "its body has another SHA-256 than its metadata says".to_owned()))
    }
}
