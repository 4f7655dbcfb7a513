//! Bodies and where they are.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use mesh_core::ports::{BlobMeta, ByteStream, PortError};

use super::{
    PORT,
    body::{self, Draft},
    view::View,
};
use crate::{OpenError, Options, SyncMode};

/// Files in one directory.
const PER_DIRECTORY: u64 = 1_000;

/// All bodies of a store.
#[derive(Debug)]
pub(crate) struct Objects {
    owner: i64,
    next: AtomicU64,
    pub(super) place: Arc<Place>,
}

/// Where bodies are.
#[derive(Debug)]
pub(super) enum Place {
    Disk { objects: PathBuf, sync: SyncMode, view: View },
    Memory(Mutex<BTreeMap<String, Bytes>>),
}

impl Objects {
    pub(crate) fn on_disk(root: &Path, owner: i64, options: Options) -> Result<Self, OpenError> {
        let objects = root.join(".objects");
        fs::create_dir_all(&objects).map_err(|source| OpenError::Io {
            action: "create",
            path: objects.clone(),
            source,
        })?;
        let view = View::new(root, options.browsable);
        Ok(Self::new(owner, Place::Disk { objects, sync: options.sync, view }))
    }

    pub(crate) fn in_memory(owner: i64) -> Self {
        Self::new(owner, Place::Memory(Mutex::default()))
    }

    fn new(owner: i64, place: Place) -> Self {
        Self { owner, next: AtomicU64::new(1), place: Arc::new(place) }
    }

    /// Writes a body that no head names yet.
    pub(super) async fn write(&self, stream: ByteStream) -> Result<Draft, PortError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        body::write(&self.place, name(self.owner, number), stream).await
    }

    /// The bytes of `range` of a body; `None` when it is gone.
    pub(super) fn read(&self, meta: &BlobMeta, range: Option<Range<u64>>) -> Result<Option<ByteStream>, PortError> {
        let range = range.unwrap_or(0..meta.bytes);
        let start = range.start.min(meta.bytes);
        let range = start..range.end.clamp(start, meta.bytes);
        match &*self.place {
            Place::Memory(bodies) => Ok(lock(bodies).get(&meta.version).map(|body| body::of_bytes(body, range))),
            Place::Disk { objects, .. } => match File::open(path_of(objects, &meta.version)) {
                Ok(file) => body::of_file(file, meta, range).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(PortError::unavailable(PORT, "a body cannot be opened", error)),
            },
        }
    }

    /// Makes the body the plain file of the key, if its prefix is browsable.
    pub(super) fn show(&self, key: &str, object: &str) {
        if let Place::Disk { objects, view, .. } = &*self.place {
            view.show(key, &path_of(objects, object), &objects.join(format!("view-{:016x}", self.owner)));
        }
    }
}

impl Place {
    /// Removes a body, if it is there.
    pub(super) fn remove(&self, name: &str) {
        match self {
            Self::Memory(bodies) => {
                lock(bodies).remove(name);
            }
            Self::Disk { objects, .. } => {
                let path = path_of(objects, name);
                if let Err(error) = fs::remove_file(&path)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    tracing::warn!(%error, path = %path.display(), "A body cannot be removed.");
                }
            }
        }
    }
}

pub(super) fn lock(bodies: &Mutex<BTreeMap<String, Bytes>>) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
    bodies.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of a process's `number`th body. It is the object's version as well.
fn name(owner: i64, number: u64) -> String {
    format!("{owner:016x}-{number:x}")
}

/// The directory of a process's bodies.
pub(super) fn directory_of(objects: &Path, owner: i64) -> PathBuf {
    objects.join(format!("{owner:016x}"))
}

/// The file of a body.
pub(super) fn path_of(objects: &Path, name: &str) -> PathBuf {
    // Names come from `name` by way of the database; a strange one leads to a file that is not there, in our directory.
    let (owner, number) = name.split_once('-').unwrap_or(("0", "0"));
    let owner = i64::from_str_radix(owner, 16).unwrap_or(0);
    let number = u64::from_str_radix(number, 16).unwrap_or(0);
    directory_of(objects, owner).join(format!("{:x}", number / PER_DIRECTORY)).join(format!("{number:x}"))
}
