//! The executor of a store on disk: one thread that writes, one that reads.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use mesh_core::ports::Clock;
use rusqlite::Connection;

use super::{
    connection,
    job::{Job, Scope},
};
use crate::{error::Fault, wake::Waiters};

/// Most jobs that share one transaction of SQLite.
const GROUP: usize = 64;
/// How often other processes are looked for while somebody waits.
const POLL: Duration = Duration::from_millis(25);

/// What a writer does in the end.
pub(crate) type Last = Box<dyn FnOnce(&Connection) + Send>;

/// What is sent to a thread.
pub(super) enum Letter {
    Job(Box<dyn Job>),
    /// Somebody began to wait for messages: look for other processes' writes from now on.
    Nudge,
}

/// A thread with its connection; it ends when the last sender is gone.
pub(super) struct Worker {
    letters: Option<mpsc::Sender<Letter>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// `last` is done with the connection after all other work, unless some of that was lost.
    pub(super) fn writer(
        conn: Connection,
        clock: Arc<dyn Clock>,
        waiters: Arc<Waiters>,
        last: Last,
    ) -> io::Result<Self> {
        Self::start("mesh-writer", move |letters| {
            let mut writer = Writer { conn, clock, waiters, seen: None, lost: false };
            writer.run(&letters);
            if !writer.lost {
                last(&writer.conn);
            }
        })
    }

    pub(super) fn reader(conn: Connection, clock: Arc<dyn Clock>) -> io::Result<Self> {
        Self::start("mesh-reader", move |letters| {
            while let Ok(letter) = letters.recv() {
                if let Letter::Job(job) = letter {
                    read(&conn, &*clock, job);
                }
            }
        })
    }

    fn start(name: &str, run: impl FnOnce(mpsc::Receiver<Letter>) + Send + 'static) -> io::Result<Self> {
        let (letters, inbox) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || run(inbox))?;
        Ok(Self { letters: Some(letters), thread: Some(thread) })
    }

    /// Hands over a letter; it is dropped, and whoever waits for its answer told so, when the thread is gone.
    pub(super) fn send(&self, letter: Letter) {
        if let Some(letters) = &self.letters {
            drop(letters.send(letter));
        }
    }
}

impl Drop for Worker {
    /// Waits for the work that was handed over.
    fn drop(&mut self) {
        self.letters = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("A thread of the store had panicked.");
        }
    }
}

fn read(conn: &Connection, clock: &dyn Clock, mut job: Box<dyn Job>) {
    if let Err(error) = connection::begin_reading(conn) {
        job.settle(Some(&Fault::Sqlite(error)));
        return;
    }
    let scope = Scope::new(conn, clock.now());
    if catch_unwind(AssertUnwindSafe(|| job.run(&scope))).is_err() {
        tracing::error!("A read of the store panicked.");
    }
    connection::roll_back(conn);
    job.settle(None);
}

struct Writer {
    conn: Connection,
    clock: Arc<dyn Clock>,
    waiters: Arc<Waiters>,
    /// The version of the database at the last look for other processes' writes.
    seen: Option<i64>,
    /// Whether a transaction came to nothing.
    lost: bool,
}

impl Writer {
    fn run(&mut self, letters: &mpsc::Receiver<Letter>) {
        let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
        while let Some(first) = self.next(letters) {
            group.extend(first);
            while group.len() < GROUP
                && let Ok(letter) = letters.try_recv()
            {
                if let Letter::Job(job) = letter {
                    group.push(job);
                }
            }
            self.write(&mut group);
            if self.waiters.any() {
                self.look_for_others();
            }
        }
    }

    /// The next job, or nothing when the time to look for other processes has come; `None` at the end.
    fn next(&self, letters: &mpsc::Receiver<Letter>) -> Option<Option<Box<dyn Job>>> {
        let letter = if self.waiters.any() {
            match letters.recv_timeout(POLL) {
                Err(mpsc::RecvTimeoutError::Timeout) => return Some(None),
                Err(mpsc::RecvTimeoutError::Disconnected) => return None,
                Ok(letter) => letter,
            }
        } else {
            letters.recv().ok()?
        };
        match letter {
            Letter::Job(job) => Some(Some(job)),
            Letter::Nudge => Some(None),
        }
    }

    /// Runs the jobs in one transaction, and tells their answers after its commit.
    fn write(&mut self, group: &mut Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let mut wakes = Vec::new();
        let lost = self.transaction(group, &mut wakes).err();
        self.lost |= lost.is_some();
        for job in group.drain(..) {
            job.settle(lost.as_ref());
        }
        if lost.is_none() {
            wakes.sort_unstable();
            wakes.dedup();
            self.waiters.wake(&wakes);
        }
    }

    fn transaction(&self, group: &mut [Box<dyn Job>], wakes: &mut Vec<i64>) -> Result<(), Fault> {
        connection::begin(&self.conn)?;
        let alone = group.len() == 1;
        for job in group {
            if let Err(fault) = self.step(job.as_mut(), alone, wakes) {
                connection::roll_back(&self.conn);
                return Err(fault);
            }
        }
        // A job alone rolls back by itself when its writes are to be undone.
        if !self.conn.is_autocommit() {
            connection::commit(&self.conn)?;
        }
        Ok(())
    }

    /// One job, which the others of its transaction do not notice when it is undone.
    fn step(&self, job: &mut dyn Job, alone: bool, wakes: &mut Vec<i64>) -> Result<(), Fault> {
        if !alone {
            self.conn.prepare_cached("SAVEPOINT step")?.execute([])?;
        }
        let scope = Scope::new(&self.conn, self.clock.now());
        let kept = catch_unwind(AssertUnwindSafe(|| job.run(&scope))).unwrap_or_else(|_| {
            tracing::error!("A write to the store panicked.");
            false
        });
        // A full disk or an I/O error ends the whole transaction at once.
        if self.conn.is_autocommit() {
            return Err(Fault::Lost("the transaction was rolled back".to_owned()));
        }
        if kept {
            wakes.extend(scope.into_wakes());
        } else if alone {
            connection::roll_back(&self.conn);
        } else {
            self.conn.prepare_cached("ROLLBACK TO step")?.execute([])?;
        }
        if !alone {
            self.conn.prepare_cached("RELEASE step")?.execute([])?;
        }
        Ok(())
    }

    /// Wakes everybody who waits when another process has written since the last look.
    fn look_for_others(&mut self) {
        let version = self
            .conn
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
        match version {
            Ok(version) if self.seen != Some(version) => {
                self.seen = Some(version);
                self.waiters.wake_all();
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "Other processes cannot be looked for."),
        }
    }
}
