//! Metrics, and the log lines of each message. Neither holds payloads: no prompt, no article, no secret.

use std::time::Duration;

use metrics::Unit;
use tracing::field::Empty;
use uuid::Uuid;

use super::{Ended, Fate, Runner};
use crate::{
    envelope::{Arrival, attribute},
    metric,
    ports::{Delivery, OutboxEntry},
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

/// Why the event in hand is rejected: part of what is said of its end.
pub(super) fn reason(message: &str) {
    tracing::Span::current().record("reason", message);
}

impl Runner {
    /// What every line says that is written while a message is processed, whoever writes it: a port, a model, the agent.
    pub(super) fn span(&self, arrival: &Arrival, delivery: &Delivery) -> tracing::Span {
        let Seen { id, run, .. } = Seen::of(arrival);
        let message_id = &delivery.message_id;
        let span = tracing::info_span!(
            "event", agent = self.name(), event_id = %id, correlation_id = %run, message_id, subject = Empty, reason = Empty
        );
        if let Some(Ok(event)) = &arrival.verdict {
            event.subject.as_ref().map(|subject| span.record("subject", subject));
        }
        span
    }

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
    /// `<Agent>.SuccessCount` and `<Agent>.LatencyMs` for each event that led to another, and `<Agent>.FailureCount`,
    /// which is counted twice: without labels, for alarms, and by `ErrorType`. Who only looks on has a latency alone.
    pub(super) fn report(&self, fate: &Fate, seen: &Seen, started: Timestamp) {
        let took = started.until(self.ports.clock.now());
        let failure = self.failure_of(fate.ended());
        match (fate.ended(), &failure) {
            (Ended::Completed, _) => {
                self.metric_name.succeeded();
                self.metric_name.took(took);
            }
            (Ended::Noted, _) if self.agent.manifest().observes() => self.metric_name.took(took),
            (_, Some((error_type, _))) => self.metric_name.failed(error_type),
            _ => {}
        }
        let Seen { event_type, id, run } = seen;
        let (agent, ended, ms) = (self.name(), fate.ended(), took.as_millis() as u64);
        if let Some((error_type, code)) = failure {
            tracing::error!(agent, event_type, event_id = %id, correlation_id = %run, ?ended, error_type, code, ms, "Not done.");
        } else {
            tracing::info!(agent, event_type, event_id = %id, correlation_id = %run, ?ended, ms, "Processed.");
        }
    }

    /// The type and code of a failure, if it was one: the event that told of it.
    fn failure_of(&self, ended: Ended) -> Option<(String, &'static str)> {
        match ended {
            Ended::Rejected(code) => Some(("ValidationError".to_owned(), code)),
            Ended::Failed(code) | Ended::Suspended(code) => Some((self.agent.manifest().failure.event.clone(), code)),
            _ => None,
        }
    }
}

/// The metrics of one agent.
#[derive(Debug)]
pub(super) struct MetricNames {
    success: String,
    failure: String,
    latency: String,
}

impl MetricNames {
    /// Names them, and says their units to whoever collects metrics by now.
    pub(super) fn of(agent: &str, model: &str) -> Self {
        let names = Self {
            success: metric::of_agent(agent, "SuccessCount"),
            failure: metric::of_agent(agent, "FailureCount"),
            latency: metric::of_agent(agent, "LatencyMs"),
        };
        metrics::describe_counter!(names.success.clone(), Unit::Count, "events that led to another");
        metrics::describe_counter!(names.failure.clone(), Unit::Count, "events that failed for good or were rejected");
        metrics::describe_histogram!(
            names.latency.clone(),
            Unit::Milliseconds,
            "from receipt to the answer's dispatch"
        );
        metrics::describe_counter!(metric::tokens_used(agent, model), Unit::Count, "tokens a provider counted");
        names
    }

    fn succeeded(&self) {
        metrics::counter!(self.success.clone()).increment(1);
    }

    fn took(&self, took: Duration) {
        #[allow(clippy::cast_precision_loss)] // milliseconds of one handling
        metrics::histogram!(self.latency.clone()).record(took.as_millis() as f64);
    }

    fn failed(&self, error_type: &str) {
        metrics::counter!(self.failure.clone()).increment(1);
        metrics::counter!(self.failure.clone(), "ErrorType" => error_type.to_owned()).increment(1);
    }
}
