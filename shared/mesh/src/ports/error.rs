//! The one error of all ports.

/// What a port reports when it cannot do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// The service is out of reach or failed; the effect may or may not have happened.
    #[error("{port} is unavailable: {message}")]
    Unavailable {
        /// Which port.
        port: &'static str,
        /// One sentence.
        message: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The service asks for fewer requests; nothing happened.
    #[error("{port} throttles: {message}")]
    Throttled {
        /// Which port.
        port: &'static str,
        /// One sentence.
        message: String,
    },
    /// What was named does not exist.
    #[error("{port}: {what} does not exist")]
    NotFound {
        /// Which port.
        port: &'static str,
        /// What was asked for.
        what: String,
    },
    /// The request breaks a limit of the service; it will never succeed.
    #[error("{port}: {field} is {value}, the limit is {limit}")]
    Limit {
        /// Which port.
        port: &'static str,
        /// The field at fault.
        field: String,
        /// Its value or size.
        value: String,
        /// The limit.
        limit: String,
    },
    /// What is stored cannot be read (wrong shape, wrong hash).
    #[error("{port}: {what} is corrupt: {message}")]
    Corrupt {
        /// Which port.
        port: &'static str,
        /// What was read.
        what: String,
        /// What is wrong with it.
        message: String,
    },
}

impl PortError {
    /// An [`PortError::Unavailable`] with its cause.
    pub fn unavailable(
        port: &'static str,
        message: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable { port, message: message.into(), source: Some(source.into()) }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Throttled { .. })
    }

    /// Which port failed.
    #[must_use]
    pub fn port(&self) -> &'static str {
        match self {
            Self::Unavailable { port, .. }
            | Self::Throttled { port, .. }
            | Self::NotFound { port, .. }
            | Self::Limit { port, .. }
            | Self::Corrupt { port, .. } => port,
        }
    }
}
