//! Which processes are alive: each holds a lock on a file named after it.
//!
//! The operating system frees a lock when its process dies, however it dies; whoever gets hold of the lock of a file
//! that is still there knows that its process is gone, and takes over what it held.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use mesh_core::ports::{Clock, Entropy, PortError};

use crate::{
    OpenError,
    db::{self, Last, Scope, Step},
    error::Fault,
};

const SUFFIX: &str = "lock";
const UNBORN: &str = "new";

/// A process's registration, or that of a dead one which this process has taken hold of.
#[derive(Debug)]
pub(crate) struct Owner {
    id: i64,
    path: PathBuf,
    /// Holds the lock while it is open.
    _file: File,
}

impl Owner {
    /// Registers this process. The caller holds the store's gate.
    pub(crate) fn register(dir: &Path, entropy: &dyn Entropy) -> Result<Self, OpenError> {
        let id = fresh(entropy);
        Self::try_register(dir, id).map_err(|source| OpenError::Io {
            action: "register this process in",
            path: dir.to_owned(),
            source,
        })
    }

    fn try_register(dir: &Path, id: i64) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        remove_unborn(dir)?;
        // Locked before it has its name: a file with that name and no lock means death.
        let unborn = dir.join(format!("{id:016x}.{UNBORN}"));
        let file = File::options().create_new(true).write(true).open(&unborn)?;
        file.lock()?;
        let path = dir.join(format!("{id:016x}.{SUFFIX}"));
        fs::rename(&unborn, &path)?;
        Ok(Self { id, path, _file: file })
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    /// Removes the registration of a process that holds nothing any more.
    pub(crate) fn bury(self) {
        // Removed while locked. If that fails the next one takes over nothing, and tries again.
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.path.display(), "A lock file cannot be removed.");
        }
    }
}

/// This process's registration. It is taken back in the end if the process left nothing behind; otherwise the free lock
/// tells the others.
#[derive(Debug)]
pub(crate) struct Registration {
    owner: Option<Owner>,
    left_nothing: Arc<AtomicBool>,
}

impl Registration {
    pub(crate) fn new(owner: Owner) -> Self {
        Self { owner: Some(owner), left_nothing: Arc::default() }
    }

    /// What the writer does in the end: gives back all that is held.
    pub(crate) fn farewell(&self, owner: i64, clock: Arc<dyn Clock>) -> Last {
        let left_nothing = Arc::clone(&self.left_nothing);
        Box::new(move |conn| {
            let freed = db::step(conn, &*clock, |scope| free(scope, owner).map(Step::Keep));
            left_nothing.store(freed.is_ok(), Ordering::Release);
        })
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if self.left_nothing.load(Ordering::Acquire)
            && let Some(owner) = self.owner.take()
        {
            owner.bury();
        }
    }
}

/// A new owner's id.
pub(crate) fn fresh(entropy: &dyn Entropy) -> i64 {
    // 63 bits: SQLite's integers are signed.
    i64::try_from(entropy.bits() >> 65).unwrap_or(i64::MAX)
}

/// The dead ones, each held by this process now.
pub(crate) fn dead(dir: &Path, own: i64) -> io::Result<Vec<Owner>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let Some(id) = id_of(&path).filter(|id| *id != own) else { continue };
        let file = match File::options().write(true).open(&path) {
            Ok(file) => file,
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if file.try_lock().is_ok() {
            found.push(Owner { id, path, _file: file });
        }
    }
    found.sort_by_key(Owner::id);
    Ok(found)
}

/// Calls `take_over` for each dead process, and forgets those for which it went well.
pub(crate) fn inherit(dir: &Path, own: i64, take_over: impl Fn(i64) -> Result<(), PortError>) -> Result<(), OpenError> {
    let failed = |source| OpenError::Io { action: "look for dead processes in", path: dir.to_owned(), source };
    for owner in dead(dir, own).map_err(failed)? {
        take_over(owner.id()).map_err(|error| failed(io::Error::other(error)))?;
        owner.bury();
    }
    Ok(())
}

/// Makes an owner's messages visible and ends its leases.
pub(crate) fn free(scope: &Scope<'_>, owner: i64) -> Result<(), Fault> {
    let messages = scope.sql(include_str!("../queries/owner/free_messages.sql"))?.execute((owner, scope.now.0))?;
    let leases = scope.sql(include_str!("../queries/owner/free_leases.sql"))?.execute((owner, scope.now.0))?;
    if messages + leases > 0 {
        tracing::info!(messages, leases, "Took over what a process had held.");
    }
    Ok(())
}

fn id_of(path: &Path) -> Option<i64> {
    if path.extension()? != SUFFIX {
        return None;
    }
    i64::from_str_radix(path.file_stem()?.to_str()?, 16).ok()
}

/// Leftovers of processes that died while they registered; none is at it now, for the gate is ours.
fn remove_unborn(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == UNBORN) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
