//! After the last attempt: the ledger says suspended, one failure event goes out, and the message waits in the dead-letter
//! queue, whole. A begin on a suspended event starts afresh, so a replay, a redrive from the console and a crash between
//! the steps here all simply run it again.

use std::collections::BTreeMap;

use mesh_contracts::events::ErrorType;

use super::{Ended, Fate, Runner, attempt::Attempt, dispatch, failure::Facts, freeze};
use crate::{
    envelope::attribute,
    ports::{OutboundMessage, OutboxEntry, PortError, Suspension},
};

/// Where the positions of notices in an outbox begin, behind those of any outcome.
pub(super) const NOTICES_FROM: u32 = 100;
/// Attribute of a dead letter: the code of the last failure.
pub const DLQ_CODE: &str = "mesh-code";
/// Attribute of a dead letter: the agent that gave up.
pub const DLQ_AGENT: &str = "mesh-agent";
/// Attribute of a dead letter: the event id it was handled under.
pub const DLQ_EVENT_ID: &str = "mesh-event-id";

impl Runner {
    pub(super) async fn suspend(
        &self,
        attempt: &Attempt<'_>,
        code: &'static str,
        error_type: ErrorType,
        message: &str,
    ) -> Fate {
        match self.try_suspend(attempt, code, error_type, message).await {
            Ok(true) => Fate::ack(Ended::Suspended(code)),
            Ok(false) => Fate::retry(Ended::LeaseLost, self.soon()),
            Err(error) => {
                tracing::warn!(agent = self.name(), %error, "Could not be set aside; the message comes again.");
                self.give_back(attempt, false).await;
                Fate::retry(Ended::SetBack("STORE_UNAVAILABLE"), self.soon())
            }
        }
    }

    async fn try_suspend(
        &self,
        attempt: &Attempt<'_>,
        code: &'static str,
        error_type: ErrorType,
        message: &str,
    ) -> Result<bool, PortError> {
        let event_id = attempt.arrival.id;
        let request = match self.quarantine(event_id, attempt.delivery).await {
            Ok(pointer) => Some(pointer),
            // Where there is no bucket to keep it in, the dead-letter queue has it whole as well.
            Err(PortError::NotFound { what, .. }) => {
                tracing::error!(agent = self.name(), %event_id, what, "Not quarantined.");
                None
            }
            Err(error) => return Err(error),
        };
        let facts = Facts {
            code,
            error_type,
            message,
            details: Vec::new(),
            retryable: true,
            ends_run: false,
            dead_lettered: true,
            request,
        };
        let outbox = self.notice(attempt, facts);
        let suspension = Suspension {
            agent: self.name().to_owned(),
            event_id,
            token: attempt.lease.token,
            code: code.to_owned(),
            outbox: outbox.clone(),
        };
        if !self.ports.state.suspend(&suspension).await? {
            return Ok(false);
        }
        self.dead_letter(attempt, code).await?;
        dispatch::dispatch(&self.ports, self.name(), event_id, &outbox).await;
        Ok(true)
    }

    /// The failure event, with an id of its own for each suspension.
    fn notice(&self, attempt: &Attempt<'_>, facts: Facts<'_>) -> Vec<OutboxEntry> {
        let event_type = &self.agent.manifest().failure.event;
        let frozen = self
            .failure(attempt, event_type, facts)
            .and_then(|emit| freeze::message(self, attempt, &emit, 0))
            .map(|(mut message, _)| {
                let id = freeze::suspension_id(self, attempt.arrival.id, event_type, attempt.suspensions + 1);
                message.attributes.insert(attribute::ID.to_owned(), id.to_string());
                message
            });
        match frozen {
            Ok(message) => {
                // A notice keeps its place beside the outcome of a later attempt, and beside other notices.
                let index = NOTICES_FROM + attempt.suspensions;
                vec![OutboxEntry { index, message, due: None, dispatched: false }]
            }
            Err(setback) => {
                tracing::error!(agent = self.name(), reason = setback.message, "No failure event could be made.");
                Vec::new()
            }
        }
    }

    /// Sends the body as it was received and confirms it. The origin travels in attributes, because a queue that is written
    /// by code does not know it.
    async fn dead_letter(&self, attempt: &Attempt<'_>, code: &str) -> Result<(), PortError> {
        let mut attributes: BTreeMap<String, String> = attempt.delivery.attributes.clone();
        let own = [
            (DLQ_CODE, code.to_owned()),
            (DLQ_AGENT, self.name().to_owned()),
            (DLQ_EVENT_ID, attempt.arrival.id.to_string()),
        ];
        if attributes.len() + own.len() <= crate::message::MAX_ATTRIBUTES {
            attributes.extend(own.map(|(name, value)| (name.to_owned(), value)));
        }
        let body = attempt.delivery.body.clone();
        let failed = self.dlq.send(&[OutboundMessage { body, attributes, ..OutboundMessage::default() }]).await?;
        match failed.first() {
            None => Ok(()),
            Some(entry) => Err(PortError::Throttled { port: "queue", message: entry.message.clone() }),
        }
    }
}
