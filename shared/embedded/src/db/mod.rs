//! The database behind every port: work goes in as closures, each one atomic step, and comes out as answers.

mod connection;
mod job;
mod schema;
#[cfg(test)]
mod tests;
mod thread;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mesh_core::ports::{Clock, PortError};
use rusqlite::Connection;

use self::{
    job::{Call, Job},
    thread::{Letter, Worker},
};
pub(crate) use self::{
    job::{Scope, Step},
    thread::Last,
};
use crate::{OpenError, SyncMode, error::Fault, wake::Waiters};

/// Where work is done.
pub(crate) struct Db {
    executor: Executor,
}

enum Executor {
    /// On the caller's thread, at once: what a simulator needs.
    Inline { conn: Mutex<Connection>, clock: Arc<dyn Clock>, waiters: Arc<Waiters> },
    /// On threads of the store.
    Threads { writer: Worker, reader: Worker },
}

/// Opens (and makes) the database file. The caller keeps other processes away meanwhile.
pub(crate) fn connect(path: &Path, sync: SyncMode) -> Result<Connection, OpenError> {
    let failed = |source| OpenError::Database { path: path.to_owned(), source };
    let conn = connection::writer(path).map_err(failed)?;
    // What is not ours, or too new, is left as it is.
    let version = schema::version(&conn, path)?;
    connection::log_ahead(&conn, sync).map_err(failed)?;
    schema::install(&conn, version).map_err(failed)?;
    Ok(conn)
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.executor {
            Executor::Inline { .. } => "Db(inline)",
            Executor::Threads { .. } => "Db(threads)",
        })
    }
}

impl Db {
    /// Starts the threads over a connection of [`connect`]; `last` is done when the database is dropped.
    pub(crate) fn start(
        conn: Connection,
        path: &Path,
        clock: Arc<dyn Clock>,
        waiters: Arc<Waiters>,
        last: Last,
    ) -> Result<Self, OpenError> {
        let spawning = |source| OpenError::Io { action: "start a thread for", path: path.to_owned(), source };
        let reading =
            connection::reader(path).map_err(|source| OpenError::Database { path: path.to_owned(), source })?;
        let writer = Worker::writer(conn, Arc::clone(&clock), waiters, last).map_err(spawning)?;
        let reader = Worker::reader(reading, clock).map_err(spawning)?;
        Ok(Self { executor: Executor::Threads { writer, reader } })
    }

    /// A database in memory.
    pub(crate) fn in_memory(clock: Arc<dyn Clock>, waiters: Arc<Waiters>) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Database { path: ":memory:".into(), source };
        let conn = connection::memory().map_err(failed)?;
        schema::install(&conn, 0).map_err(failed)?;
        Ok(Self { executor: Executor::Inline { conn: Mutex::new(conn), clock, waiters } })
    }

    /// One atomic step that may write.
    pub(crate) async fn write<T, F>(&self, port: &'static str, work: F) -> Result<T, PortError>
    where
        T: Send + 'static,
        F: FnOnce(&Scope<'_>) -> Result<Step<T>, Fault> + Send + 'static,
    {
        let answer = match &self.executor {
            Executor::Inline { conn, clock, waiters } => {
                let done = step(&lock(conn), &**clock, work);
                done.map(|(value, wakes)| {
                    waiters.wake(&wakes);
                    value
                })
            }
            Executor::Threads { writer, .. } => ask(writer, work).await,
        };
        answer.map_err(|fault| fault.into_port(port))
    }

    /// A read; it sees every write acknowledged before it was asked for, and waits for no writer.
    pub(crate) async fn read<T, F>(&self, port: &'static str, work: F) -> Result<T, PortError>
    where
        T: Send + 'static,
        F: FnOnce(&Scope<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let answer = match &self.executor {
            Executor::Inline { conn, clock, .. } => work(&Scope::new(&lock(conn), clock.now())),
            Executor::Threads { reader, .. } => ask(reader, |scope: &Scope<'_>| work(scope).map(Step::Keep)).await,
        };
        answer.map_err(|fault| fault.into_port(port))
    }

    /// Tells the writer that somebody began to wait for messages.
    pub(crate) fn nudge(&self) {
        if let Executor::Threads { writer, .. } = &self.executor {
            writer.send(Letter::Nudge);
        }
    }
}

/// A panic while the lock was held rolled its transaction back (see [`Open`]); the connection is sound.
fn lock(conn: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn ask<T, F>(worker: &Worker, work: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&Scope<'_>) -> Result<Step<T>, Fault> + Send + 'static,
{
    let (call, answer) = Call::new(work);
    let job: Box<dyn Job> = Box::new(call);
    worker.send(Letter::Job(job));
    answer.await.unwrap_or_else(|_| Err(Fault::Lost("the store's thread gave no answer".to_owned())))
}

/// An open transaction of the inline executor, rolled back on the way out unless it was committed.
struct Open<'c>(&'c Connection);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        connection::roll_back(self.0);
    }
}

/// One atomic step on a connection; the answer, and the queues that got messages.
pub(crate) fn step<T>(
    conn: &Connection,
    clock: &dyn Clock,
    work: impl FnOnce(&Scope<'_>) -> Result<Step<T>, Fault>,
) -> Result<(T, Vec<i64>), Fault> {
    connection::begin(conn)?;
    let open = Open(conn);
    let scope = Scope::new(conn, clock.now());
    match work(&scope)? {
        Step::Keep(value) => {
            connection::commit(open.0)?;
            Ok((value, scope.into_wakes()))
        }
        Step::Undo(value) => Ok((value, Vec::new())),
    }
}
