//! From a handler's outcome to what is committed: checked against manifest, contracts and limits, and frozen.

use mesh_contracts::{EventSpec, events::ErrorType, find_version};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Ended, Runner, Setback,
    attempt::{Attempt, fate_key},
    conclude::Conclusive,
};
use crate::{
    agent::{Emit, Outcome},
    envelope::{Outgoing, encode},
    ids,
    message::Message,
    ports::{Conclusion, Document, Write, WriteMode},
};

/// Most writes, and most emits, of one outcome (DynamoDB transactions; kept in every host).
const MOST: usize = 25;

/// Checks and freezes an outcome. What breaks a contract or the manifest is a fault of the agent, so it is tried again.
pub(super) fn outcome(runner: &Runner, attempt: &Attempt<'_>, outcome: Outcome) -> Result<Conclusive, Setback> {
    let manifest = runner.agent.manifest();
    if outcome.writes.len() >= MOST || outcome.emits.len() > MOST {
        return Err(fault("LIMIT_EXCEEDED", format!("{} writes, {} emits", outcome.writes.len(), outcome.emits.len())));
    }
    if let Some(write) = outcome.writes.iter().find(|write| !manifest.may_write(&write.document.key.kind)) {
        let kind = &write.document.key.kind;
        return Err(fault("NOT_DECLARED", format!("agent.json does not list {kind} in writes")));
    }
    for emit in &outcome.emits {
        if !manifest.may_publish(emit.event_type) {
            return Err(fault("NOT_DECLARED", format!("agent.json does not list {} in publishes", emit.event_type)));
        }
    }
    let ended = if outcome.emits.is_empty() { Ended::Noted } else { Ended::Completed };
    conclusive(runner, attempt, outcome, Conclusion::Completed, ended)
}

/// Freezes emits and adds the fate row when one of them ends the run.
pub(super) fn conclusive(
    runner: &Runner,
    attempt: &Attempt<'_>,
    outcome: Outcome,
    conclusion: Conclusion,
    ended: Ended,
) -> Result<Conclusive, Setback> {
    let Outcome { mut writes, emits } = outcome;
    let mut messages = Vec::with_capacity(emits.len());
    let mut due = Vec::with_capacity(emits.len());
    for (emit, index) in emits.iter().zip(0u32..) {
        let (message, spec) = message(runner, attempt, emit, index)?;
        if spec.is_final(&emit.data) {
            writes.push(fate(attempt, emit, &message));
        }
        due.push(emit.due);
        messages.push(message);
    }
    Ok(Conclusive { writes, emits: messages, due, conclusion, ended })
}

/// The frozen message of one emit.
pub(super) fn message(
    runner: &Runner,
    attempt: &Attempt<'_>,
    emit: &Emit,
    index: u32,
) -> Result<(Message, &'static EventSpec), Setback> {
    let spec = find_version(emit.event_type, Some(emit.contract))
        .ok_or_else(|| fault("UNKNOWN_CONTRACT", format!("{} has no contract {}", emit.event_type, emit.contract)))?;
    mesh_contracts::validate(spec.contract, &emit.data).map_err(|details| {
        let first = details.first().map(|d| format!("{} must be {}", d.field.as_str(), d.limit.as_str()));
        fault("OUTCOME_INVALID", format!("{} breaks its contract: {}", emit.event_type, first.unwrap_or_default()))
    })?;
    let arrival = attempt.arrival;
    let origin = match &arrival.verdict {
        Some(Ok(event)) => event.origin,
        _ => None,
    };
    let message = encode(&Outgoing {
        spec,
        id: ids::of_child(arrival.id, runner.name(), emit.event_type, index),
        emitter: runner.name(),
        subject: emit.subject.as_deref(),
        time: runner.ports.clock.now(),
        correlation_id: arrival.correlation_id,
        parent: arrival.traceparent.as_deref(),
        origin,
        data: &emit.data,
    });
    let limits = crate::message::check_limits("outbox", &message.body, &message.attributes);
    limits.map_err(|error| fault("LIMIT_EXCEEDED", error.to_string()))?;
    Ok((message, spec))
}

/// The create-only row that makes an event the one end of its run.
fn fate(attempt: &Attempt<'_>, emit: &Emit, message: &Message) -> Write {
    let text = |field: &str| emit.data.get(field).cloned().unwrap_or(Value::Null);
    let body = json!({
        "event_type": emit.event_type,
        "event_id": message.attributes.get(crate::envelope::attribute::ID),
        "subject": emit.subject,
        "code": text("code"),
        "content_id": text("content_id"),
        "at": message.attributes.get(crate::envelope::attribute::TIME),
    });
    let at = attempt.lease.deadline;
    let key = fate_key(attempt.arrival.correlation_id);
    let expires_at = Some(at.plus(super::KEPT));
    let document = Document { key, version: 0, owner: None, index: None, sort: None, expires_at, body };
    Write { mode: WriteMode::Create, document }
}

/// The id of an event emitted in a given suspension, unlike that of any other suspension.
pub(super) fn suspension_id(runner: &Runner, event_id: Uuid, event_type: &str, suspension: u32) -> Uuid {
    ids::derive(event_id, &["suspension", runner.name(), event_type, &suspension.to_string()])
}

fn fault(code: &'static str, message: String) -> Setback {
    Setback { code, error_type: ErrorType::Infrastructure, message, after: None, counted: true }
}
