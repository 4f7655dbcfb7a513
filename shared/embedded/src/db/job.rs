//! Work for an executor: a closure over the connection, and who waits for its answer.

use std::cell::RefCell;

use futures_channel::oneshot;
use mesh_core::Timestamp;
use rusqlite::{CachedStatement, Connection};

use crate::error::Fault;

/// What a piece of work sees.
pub(crate) struct Scope<'c> {
    pub(crate) conn: &'c Connection,
    /// Read once, when the work starts: within one step there is one time.
    pub(crate) now: Timestamp,
    wakes: RefCell<Vec<i64>>,
}

impl<'c> Scope<'c> {
    pub(crate) fn new(conn: &'c Connection, now: Timestamp) -> Self {
        Self { conn, now, wakes: RefCell::default() }
    }

    /// A statement, prepared the first time only.
    pub(crate) fn sql(&self, text: &str) -> rusqlite::Result<CachedStatement<'c>> {
        self.conn.prepare_cached(text)
    }

    /// Wakes who waits for this queue, once the step is committed.
    pub(crate) fn wake(&self, queue: i64) {
        self.wakes.borrow_mut().push(queue);
    }

    pub(crate) fn into_wakes(self) -> Vec<i64> {
        self.wakes.into_inner()
    }
}

/// What is to become of the step's writes.
pub(crate) enum Step<T> {
    /// Keep them.
    Keep(T),
    /// Undo them; the answer says why.
    Undo(T),
}

/// A step whose answer may only be told after its transaction is committed.
pub(crate) trait Job: Send {
    /// Does the work; false when its writes are to be undone.
    fn run(&mut self, scope: &Scope<'_>) -> bool;

    /// Tells the answer; `lost` says why the transaction came to nothing, if it did.
    fn settle(self: Box<Self>, lost: Option<&Fault>);
}

/// The [`Job`] of a closure.
pub(crate) struct Call<T, F> {
    work: Option<F>,
    answer: Option<Result<T, Fault>>,
    kept: bool,
    reply: oneshot::Sender<Result<T, Fault>>,
}

impl<T, F> Call<T, F> {
    pub(crate) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, Fault>>) {
        let (reply, answer) = oneshot::channel();
        (Self { work: Some(work), answer: None, kept: false, reply }, answer)
    }
}

impl<T, F> Job for Call<T, F>
where
    T: Send,
    F: FnOnce(&Scope<'_>) -> Result<Step<T>, Fault> + Send,
{
    fn run(&mut self, scope: &Scope<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        let (kept, answer) = match work(scope) {
            Ok(Step::Keep(value)) => (true, Ok(value)),
            Ok(Step::Undo(value)) => (false, Ok(value)),
            Err(fault) => (false, Err(fault)),
        };
        self.kept = kept;
        self.answer = Some(answer);
        kept
    }

    fn settle(self: Box<Self>, lost: Option<&Fault>) {
        let answer = match (lost, self.answer) {
            // What is undone anyway does not mind that the transaction is gone.
            (Some(fault), Some(Ok(_))) if self.kept => Err(copy(fault)),
            (_, Some(answer)) => answer,
            (Some(fault), None) => Err(copy(fault)),
            // The work panicked; dropping the sender tells the caller.
            (None, None) => return,
        };
        // Nobody listens any more: the caller was dropped while it waited.
        drop(self.reply.send(answer));
    }
}

/// One fault is told to every job of a lost transaction.
fn copy(fault: &Fault) -> Fault {
    match fault {
        Fault::Sqlite(rusqlite::Error::SqliteFailure(code, text)) => {
            Fault::Sqlite(rusqlite::Error::SqliteFailure(*code, text.clone()))
        }
        Fault::Sqlite(error) => Fault::Lost(error.to_string()),
        Fault::Io(error) => Fault::Lost(error.to_string()),
        Fault::Port(error) => Fault::Lost(error.to_string()),
        Fault::Lost(message) => Fault::Lost(message.clone()),
        Fault::Corrupt { what, message } => Fault::corrupt(what.clone(), message.clone()),
    }
}
