//! The store: what a directory (or memory) holds, shared by all ports.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use mesh_core::ports::{Clock, Entropy, PortError};

use crate::{
    EmbeddedBlobs, EmbeddedQueue, EmbeddedQueues, EmbeddedState, EmbeddedTopics, Journal, OpenError, Purged,
    blobs::Objects,
    db::{self, Db, Scope, Step},
    error::Fault,
    housekeeping::{self, Cursor},
    owners::{self, Owner, Registration},
    wake::Waiters,
};

const PORT: &str = "store";

/// How safe an acknowledged write is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SyncMode {
    /// It survives the death of the process.
    #[default]
    Normal,
    /// It survives a power cut as well; every step waits for the disk.
    Full,
}

/// How a store on disk behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How safe an acknowledged write is.
    pub sync: SyncMode,
    /// Blobs under these key prefixes can be browsed as plain files under `blobs/`.
    pub browsable: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { sync: SyncMode::Normal, browsable: vec!["site/".to_owned()] }
    }
}

/// One process's handle on a store. Clones share it; ports taken from it keep it open. The last one dropped waits for the
/// work handed over, and gives back what is in flight.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) core: Arc<Core>,
    /// Whose messages in flight and leases are this handle's.
    pub(crate) owner: i64,
}

/// What the ports of one handle share. Dropped in order: the threads finish their work and give back what is held, then
/// the lock goes.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) waiters: Arc<Waiters>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) cursor: Cursor,
    directory: Option<PathBuf>,
    _lock: Option<Registration>,
}

impl Store {
    /// Opens the store in `dir`, making it if need be, and takes over what dead processes left.
    ///
    /// # Errors
    /// [`OpenError`], with [`OpenError::Newer`] when a newer program has written it.
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let _gate = gate(dir)?;
        let waiters = Arc::new(Waiters::default());
        let path = dir.join("mesh.db");
        let conn = db::connect(&path, options.sync)?;
        let lock = Owner::register(&dir.join("owners"), &*entropy)?;
        let owner = lock.id();
        let objects = Arc::new(Objects::on_disk(&dir.join("blobs"), owner, options)?);
        owners::inherit(&dir.join("owners"), owner, |dead| {
            let take_over = |scope: &Scope<'_>| take_over(scope, &objects, dead).map(Step::Keep);
            db::step(&conn, &*clock, take_over).map(drop).map_err(|fault| fault.into_port("store"))
        })?;
        let lock = Registration::new(lock);
        let last = lock.farewell(owner, Arc::clone(&clock));
        let db = Db::start(conn, &path, Arc::clone(&clock), Arc::clone(&waiters), last)?;
        let cursor = Cursor::default();
        let core =
            Core { db, clock, entropy, waiters, objects, cursor, directory: Some(dir.to_owned()), _lock: Some(lock) };
        Ok(Self { core: Arc::new(core), owner })
    }

    /// A store in memory for simulation. It needs no runtime: a call is done when it is first polled, but for a receive
    /// with a `wait`, which sleeps on the clock.
    ///
    /// # Errors
    /// [`OpenError`] when SQLite refuses.
    pub fn in_memory(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, OpenError> {
        let waiters = Arc::new(Waiters::default());
        let db = Db::in_memory(Arc::clone(&clock), Arc::clone(&waiters))?;
        let owner = owners::fresh(&*entropy);
        let core = Core {
            db,
            clock,
            entropy,
            waiters,
            objects: Arc::new(Objects::in_memory(owner)),
            cursor: Cursor::default(),
            directory: None,
            _lock: None,
        };
        Ok(Self { core: Arc::new(core), owner })
    }

    /// Another holder on the same store, as if it were another process: [`Store::relinquish`] plays its death.
    /// For a store in memory; on disk, open the directory once more.
    #[must_use]
    pub fn peer(&self) -> Self {
        Self { core: Arc::clone(&self.core), owner: owners::fresh(&*self.core.entropy) }
    }

    /// The topics.
    #[must_use]
    pub fn topics(&self) -> EmbeddedTopics {
        EmbeddedTopics::new(self.clone())
    }

    /// The declaration of queues.
    #[must_use]
    pub fn queues(&self) -> EmbeddedQueues {
        EmbeddedQueues::new(self.clone())
    }

    /// A queue. Whether it exists shows when it is used.
    #[must_use]
    pub fn queue(&self, name: &str) -> EmbeddedQueue {
        EmbeddedQueue::new(self.clone(), name)
    }

    /// Documents, ledger and outbox.
    #[must_use]
    pub fn state(&self) -> EmbeddedState {
        EmbeddedState::new(self.clone())
    }

    /// Large objects.
    #[must_use]
    pub fn blobs(&self) -> EmbeddedBlobs {
        EmbeddedBlobs::new(self.clone())
    }

    /// The record of what was published.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::new(self.clone())
    }

    /// Takes over from processes that died: their messages in flight become visible and their leases end now.
    /// Hosts call it when they start and about once a second. Answers how many processes were found dead.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn reclaim(&self) -> Result<usize, PortError> {
        let Some(dir) = &self.core.directory else { return Ok(0) };
        let dead = owners::dead(&dir.join("owners"), self.owner)
            .map_err(|error| PortError::unavailable(PORT, "the lock files cannot be read", error))?;
        let count = dead.len();
        for owner in dead {
            let (id, objects) = (owner.id(), Arc::clone(&self.core.objects));
            self.core.db.write(PORT, move |scope| take_over(scope, &objects, id).map(Step::Keep)).await?;
            owner.bury();
        }
        if count > 0 {
            self.core.waiters.wake_all();
        }
        Ok(count)
    }

    /// Gives back what this handle holds: its messages in flight become visible and its leases end now.
    /// For a host that was asked to stop and does not finish what it has begun.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn relinquish(&self) -> Result<(), PortError> {
        let owner = self.owner;
        self.core.db.write(PORT, move |scope| owners::free(scope, owner).map(Step::Keep)).await?;
        self.core.waiters.wake_all();
        Ok(())
    }

    /// Removes a little of what has expired: documents, ledger entries, messages, the journal, replaced bodies. Hosts
    /// call it about once a minute, and again at once while [`Purged::more`] says so.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn purge(&self) -> Result<Purged, PortError> {
        housekeeping::purge(&self.core).await
    }
}

/// Everything a dead process left, in one step.
fn take_over(scope: &Scope<'_>, objects: &Objects, owner: i64) -> Result<(), Fault> {
    owners::free(scope, owner)?;
    objects.sweep(scope, owner)
}

/// Makes the directory and keeps other processes out until the answer is dropped: the schema, the switch to
/// write-ahead logging and the registration of an owner are done by one process at a time.
fn gate(dir: &Path) -> Result<File, OpenError> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::Io { action, path, source }
    };
    fs::create_dir_all(dir).map_err(failed("create", dir))?;
    let path = dir.join("store.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed("open", &path))?;
    file.lock().map_err(failed("lock", &path))?;
    Ok(file)
}
