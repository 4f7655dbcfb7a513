//! Writing and reading one body, in pieces.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::Path,
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use mesh_contracts::Sha256Hex;
use mesh_core::ports::{BlobMeta, ByteStream, PortError};
use sha2::{Digest, Sha256};

use super::{
    PORT,
    objects::{Place, lock, path_of},
};
use crate::SyncMode;

/// Bytes of a piece that is read.
const PIECE: u64 = 64 * 1024;

/// A body no head names yet; removed when it is dropped.
pub(super) struct Draft {
    place: Option<Arc<Place>>,
    name: String,
    pub(super) sha256: Sha256Hex,
    pub(super) bytes: u64,
}

impl Draft {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Leaves the body where it is; its name.
    pub(super) fn keep(mut self) -> String {
        self.place = None;
        std::mem::take(&mut self.name)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            place.remove(&self.name);
        }
    }
}

/// Writes the pieces as they come, and durably as far as the store promises.
pub(super) async fn write(place: &Arc<Place>, name: String, mut stream: ByteStream) -> Result<Draft, PortError> {
    let mut sink = Sink::new(place, &name)?;
    let place = Some(Arc::clone(place));
    let mut draft = Draft { place, name, sha256: Sha256Hex::from_digest(&[0; 32]), bytes: 0 };
    let mut digest = Sha256::new();
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        digest.update(&piece);
        draft.bytes += piece.len() as u64;
        sink.write(&piece)?;
    }
    sink.finish(&draft)?;
    draft.sha256 = Sha256Hex::from_digest(&digest.finalize().into());
    Ok(draft)
}

/// Where the pieces of a draft go. Pieces are written in the caller's task: each is a copy into the page cache.
enum Sink {
    File(File),
    Memory(BytesMut),
}

impl Sink {
    fn new(place: &Place, name: &str) -> Result<Self, PortError> {
        match place {
            Place::Memory(_) => Ok(Self::Memory(BytesMut::new())),
            Place::Disk { objects, .. } => create(&path_of(objects, name)).map(Self::File).map_err(failed),
        }
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), PortError> {
        match self {
            Self::File(file) => file.write_all(piece).map_err(failed),
            Self::Memory(bytes) => {
                bytes.extend_from_slice(piece);
                Ok(())
            }
        }
    }

    fn finish(self, draft: &Draft) -> Result<(), PortError> {
        match (self, draft.place.as_deref()) {
            (Self::Memory(bytes), Some(Place::Memory(bodies))) => {
                lock(bodies).insert(draft.name.clone(), bytes.freeze());
                Ok(())
            }
            (Self::File(file), Some(Place::Disk { objects, sync: SyncMode::Full, .. })) => {
                flush(&file, &path_of(objects, &draft.name), objects).map_err(failed)
            }
            _ => Ok(()),
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    let open = || File::options().write(true).create_new(true).open(path);
    match open() {
        // The first body of its directory.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            open()
        }
        opened => opened,
    }
}

/// Waits until the file, and the directories that lead to it, are on the disk.
fn flush(file: &File, path: &Path, root: &Path) -> io::Result<()> {
    file.sync_all()?;
    // Directories cannot be opened as files on Windows, and need no flushing there.
    if cfg!(unix) {
        for directory in path.ancestors().skip(1).take_while(|directory| directory.starts_with(root)) {
            File::open(directory)?.sync_all()?;
        }
    }
    Ok(())
}

fn failed(error: io::Error) -> PortError {
    PortError::unavailable(PORT, "a body cannot be written", error)
}

pub(super) fn of_bytes(body: &Bytes, range: Range<u64>) -> ByteStream {
    let at = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(body.len());
    let body = body.slice(at(range.start)..at(range.end));
    let pieces = (0..body.len()).step_by(PIECE as usize);
    let pieces: Vec<_> = pieces.map(|from| Ok(body.slice(from..(from + PIECE as usize).min(body.len())))).collect();
    Box::pin(stream::iter(pieces))
}

pub(super) fn of_file(mut file: File, meta: &BlobMeta, range: Range<u64>) -> Result<ByteStream, PortError> {
    let unreadable = |error| PortError::unavailable(PORT, "a body cannot be read", error);
    let length = file.metadata().map_err(unreadable)?.len();
    if length != meta.bytes {
        return Err(corrupt(&meta.key, format!("its body has {length} bytes, its head says {}", meta.bytes)));
    }
    file.seek(SeekFrom::Start(range.start)).map_err(unreadable)?;
    let left = range.end - range.start;
    Ok(Box::pin(stream::try_unfold((file, left, meta.key.clone()), |(file, left, key)| async move {
        read_piece(file, left, key)
    })))
}

type Reading = (File, u64, String);

fn read_piece(mut file: File, left: u64, key: String) -> Result<Option<(Bytes, Reading)>, PortError> {
    if left == 0 {
        return Ok(None);
    }
    let size = left.min(PIECE);
    let mut piece = vec![0; usize::try_from(size).unwrap_or(0)];
    file.read_exact(&mut piece).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => corrupt(&key, "its body ends early".to_owned()),
        _ => PortError::unavailable(PORT, "a body cannot be read", error),
    })?;
    Ok(Some((piece.into(), (file, left - size, key))))
}

fn corrupt(key: &str, message: String) -> PortError {
    PortError::Corrupt { port: PORT, what: format!("the object {key}"), message }
}
