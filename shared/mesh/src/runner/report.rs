//! Metrics, and the log lines of each message. Neither holds payloads: no prompt, no article, no secret.

use uuid::Uuid;

use super::{Ended, Fate, Runner};
use crate::{
    envelope::{Arrival, attribute},
    metric,
    ports::OutboxEntry,
    time::Timestamp,
};

/// What a log line says of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    event_type: &'static str,
    id: Uuid,
    run: Uuid,
}

impl Seen {
    pub(super) fn of(arrival: &Arrival) -> Self {
        let event_type = arrival.event_type.map_or("Message", |spec| spec.event_type);
        Self { event_type, id: arrival.id, run: arrival.correlation_id }
    }
}

impl Runner {
    /// `ContentRequestReceived`: an attempt begins (ContentGen specification, section 8.1).
    pub(super) fn log_received(&self, arrival: &Arrival, attempt: u32) {
        let Seen { event_type, id, run } = Seen::of(arrival);
        tracing::info!(event = format!("{event_type}Received"), agent = self.name(), event_id = %id, correlation_id = %run, attempt);
    }

    /// `ContentReadyEmitted`: an event is committed.
    pub(super) fn log_emitted(&self, arrival: &Arrival, outbox: &[OutboxEntry]) {
        for entry in outbox {
            let text = |name: &str| entry.message.attributes.get(name).map(String::as_str).unwrap_or_default();
            tracing::info!(
                event = format!("{}Emitted", text(attribute::TYPE)),
                agent = self.name(),
                event_id = text(attribute::ID),
                correlation_id = %arrival.correlation_id,
                subject = text(attribute::SUBJECT),
                bytes = entry.message.body.len(),
            );
        }
    }

    /// Counts and logs the end of one processing. Metric names are those of the ContentGen specification, section 8.2:
    /// `<Agent>.SuccessCount` and `<Agent>.LatencyMs` for each event that led to another, `<Agent>.FailureCount` by
    /// `ErrorType`.
    pub(super) fn report(&self, fate: &Fate, seen: &Seen, started: Timestamp) {
        let names = &self.metric_name;
        let took = started.until(self.ports.clock.now());
        match fate.ended() {
            Ended::Completed => {
                metrics::counter!(names.success.clone()).increment(1);
                #[allow(clippy::cast_precision_loss)] // milliseconds of one handling
                metrics::histogram!(names.latency.clone()).record(took.as_millis() as f64);
            }
            Ended::Rejected(_) => {
                metrics::counter!(names.failure.clone(), "ErrorType" => "ValidationError").increment(1);
            }
            Ended::Failed(_) | Ended::Suspended(_) => {
                let kind = self.agent.manifest().failure.event.clone();
                metrics::counter!(names.failure.clone(), "ErrorType" => kind).increment(1);
            }
            _ => {}
        }
        let Seen { event_type, id, run } = seen;
        let (agent, ended, ms) = (self.name(), fate.ended(), took.as_millis() as u64);
        if matches!(ended, Ended::Failed(_) | Ended::Suspended(_) | Ended::Rejected(_)) {
            tracing::error!(agent, event_type, event_id = %id, correlation_id = %run, ?ended, ms, "Not done.");
        } else {
            tracing::info!(agent, event_type, event_id = %id, correlation_id = %run, ?ended, ms, "Processed.");
        }
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
