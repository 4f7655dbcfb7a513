//! What can go wrong inside, and how a port reports it.

use std::{io, path::PathBuf};

use mesh_core::ports::PortError;
use rusqlite::ErrorCode;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A directory or lock file is out of reach.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("cannot open the database {}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// A newer program wrote this store.
    #[error(
        "{} has schema version {found}, this program knows versions up to {known}; use the newer program or another directory",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The file is somebody else's database.
    #[error("{} is a SQLite database, but not of Content Mesh", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// A failure inside the store, before it is known which port reports it.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Io(io::Error),
    Port(PortError),
    /// The transaction the work was part of could not be committed.
    Lost(String),
    /// A stored value does not have the shape it was written in.
    Corrupt {
        what: String,
        message: String,
    },
}

impl Fault {
    pub(crate) fn corrupt(what: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into(), message: message.into() }
    }

    pub(crate) fn into_port(self, port: &'static str) -> PortError {
        match self {
            Self::Port(error) => error,
            Self::Sqlite(error) => of_sqlite(port, error),
            Self::Io(error) => PortError::unavailable(port, "the file system failed", error),
            Self::Lost(message) => PortError::Unavailable { port, message, source: None },
            Self::Corrupt { what, message } => PortError::Corrupt { port, what, message },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<PortError> for Fault {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

fn of_sqlite(port: &'static str, error: rusqlite::Error) -> PortError {
    match error.sqlite_error_code() {
        // Another process holds the write lock; our transaction did not begin.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            PortError::Throttled { port, message: "another process is writing to the store".to_owned() }
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            PortError::Corrupt { port, what: "the database".to_owned(), message: error.to_string() }
        }
        _ => PortError::unavailable(port, "the database failed", error),
    }
}
