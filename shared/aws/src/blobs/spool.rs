//! Collecting a body, so that its digest and length are known before it is sent.

use std::path::Path;

use aws_sdk_s3::primitives;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use mesh_contracts::Sha256Hex;
use mesh_core::ports::{ByteStream, PortError};
use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::{fs::File, io::AsyncWriteExt};

use super::PORT;

/// Most bytes of a body that are held in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// A body, and what is known of it. Its file, if it has one, goes with it.
pub(super) struct Spooled {
    place: Place,
    pub(super) sha256: Sha256Hex,
    pub(super) bytes: u64,
}

enum Place {
    Memory(Bytes),
    File(TempPath),
}

impl Spooled {
    /// The body as the SDK sends it, from its beginning; asked for once per attempt.
    pub(super) async fn body(&self) -> Result<primitives::ByteStream, PortError> {
        match &self.place {
            Place::Memory(bytes) => Ok(primitives::ByteStream::from(bytes.clone())),
            Place::File(path) => of_file(path, self.bytes).await,
        }
    }
}

async fn of_file(path: &Path, bytes: u64) -> Result<primitives::ByteStream, PortError> {
    let stream = primitives::ByteStream::read_from().path(path).length(primitives::Length::Exact(bytes)).build().await;
    stream.map_err(|error| PortError::unavailable(PORT, "a temporary file cannot be read", error))
}

/// Reads the whole body.
pub(super) async fn collect(mut stream: ByteStream) -> Result<Spooled, PortError> {
    let mut sink = Sink::Memory(BytesMut::new());
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        digest.update(&piece);
        bytes += piece.len() as u64;
        sink = sink.write(&piece).await.map_err(unwritable)?;
    }
    let place = sink.finish().await.map_err(unwritable)?;
    Ok(Spooled { place, sha256: Sha256Hex::from_digest(&digest.finalize().into()), bytes })
}

/// Where pieces go.
enum Sink {
    Memory(BytesMut),
    File(File, TempPath),
}

impl Sink {
    async fn write(self, piece: &[u8]) -> std::io::Result<Self> {
        match self {
            Self::Memory(mut bytes) if bytes.len() + piece.len() <= IN_MEMORY => {
                bytes.extend_from_slice(piece);
                Ok(Self::Memory(bytes))
            }
            Self::Memory(bytes) => {
                let (file, path) = tempfile::NamedTempFile::new()?.into_parts();
                let mut file = File::from_std(file);
                file.write_all(&bytes).await?;
                file.write_all(piece).await?;
                Ok(Self::File(file, path))
            }
            Self::File(mut file, path) => {
                file.write_all(piece).await?;
                Ok(Self::File(file, path))
            }
        }
    }

    async fn finish(self) -> std::io::Result<Place> {
        match self {
            Self::Memory(bytes) => Ok(Place::Memory(bytes.freeze())),
            Self::File(mut file, path) => {
                file.flush().await?;
                Ok(Place::File(path))
            }
        }
    }
}

fn unwritable(error: std::io::Error) -> PortError {
    PortError::unavailable(PORT, "a temporary file cannot be written", error)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn spooled(pieces: usize) -> Spooled {
        let pieces = (0..pieces).map(|_| Ok(Bytes::from(vec![7; 1024 * 1024])));
        collect(Box::pin(stream::iter(pieces))).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_over_eight_mib_goes_to_a_file_that_goes_with_it() {
        assert!(matches!(spooled(8).await.place, Place::Memory(_)));
        let large = spooled(9).await;
        let Place::File(path) = &large.place else { panic!("nine MiB are held in memory") };
        let path = path.to_path_buf();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), large.bytes);
        assert_eq!(large.bytes, 9 * 1024 * 1024);
        let read = large.body().await.unwrap().collect().await.unwrap().into_bytes();
        assert_eq!(Sha256Hex::from_digest(&Sha256::digest(&read).into()), large.sha256);
        drop(large);
        assert!(!path.exists());
    }
}
