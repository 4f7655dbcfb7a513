//! Metrics in CloudWatch's embedded metric format: lines that CloudWatch Logs turns into metrics, so that counting costs no
//! call.

use std::io::{self, Write};

use metrics_cloudwatch_embedded::{Builder, Collector};

/// Where the metrics are in CloudWatch.
pub const NAMESPACE: &str = "ContentMesh";
/// The dimension every metric has. Others are the labels of single metrics (`ErrorType`); never an id, which would make a
/// metric of each message.
const AGENT: &str = "Agent";

/// The metrics of this process.
#[derive(Clone, Copy)]
pub struct Metrics(&'static Collector);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Collects the metrics of `agent` from now on; once a process.
    ///
    /// # Errors
    /// When somebody else collects them already.
    pub fn start(agent: &str) -> io::Result<Self> {
        let builder = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(AGENT, agent.to_owned());
        builder.init().map(Self).map_err(io::Error::other)
    }

    /// Says which invocation the next lines belong to; a property of the line, not a dimension.
    pub fn of_request(&self, request_id: &str) {
        self.0.set_property("requestId", request_id.to_owned());
    }

    /// Writes what was counted since the last time, a line for each set of dimensions.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        // Gathered first: the collector writes in small pieces, and a line must not be torn by another.
        let mut lines = Vec::new();
        self.0.flush(&mut lines)?;
        to.write_all(&lines)?;
        to.flush()
    }

    /// Writes to standard output; what cannot be written is lost, and said.
    pub fn flush(&self) {
        if let Err(error) = self.write(io::stdout().lock()) {
            tracing::warn!(%error, "Metrics could not be written.");
        }
    }
}
