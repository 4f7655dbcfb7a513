//! Metrics and the one log line of each message.

use super::{Ended, Fate, Runner};
use crate::{metric, time::Timestamp};

impl Runner {
    /// Counts and logs the end of one processing. Metric names are those of the ContentGen specification, section 8.2:
    /// `<Agent>.SuccessCount`, `<Agent>.FailureCount` by `ErrorType`, `<Agent>.LatencyMs`.
    pub(super) fn report(&self, fate: &Fate, started: Timestamp) {
        let agent = &self.metric_name;
        let took = started.until(self.ports.clock.now());
        match fate.ended() {
            Ended::Completed => {
                metrics::counter!(agent.success.clone()).increment(1);
                #[allow(clippy::cast_precision_loss)] // milliseconds of one handling
                metrics::histogram!(agent.latency.clone()).record(took.as_millis() as f64);
            }
            Ended::Rejected(_) => {
                metrics::counter!(agent.failure.clone(), "ErrorType" => "ValidationError").increment(1);
            }
            Ended::Failed(_) | Ended::Suspended(_) => {
                let kind = self.agent.manifest().failure.event.clone();
                metrics::counter!(agent.failure.clone(), "ErrorType" => kind).increment(1);
            }
            _ => {}
        }
        tracing::info!(agent = self.name(), ended = ?fate.ended(), ms = took.as_millis() as u64, "Processed.");
    }
}

/// The metric names of one agent.
#[derive(Debug)]
pub(super) struct MetricNames {
    success: String,
    failure: String,
    latency: String,
}

impl MetricNames {
    pub(super) fn of(agent: &str) -> Self {
        Self {
            success: metric::of_agent(agent, "SuccessCount"),
            failure: metric::of_agent(agent, "FailureCount"),
            latency: metric::of_agent(agent, "LatencyMs"),
        }
    }
}
