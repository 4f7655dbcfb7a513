//! Starting a run from outside a handler: the gateway, the command line.

use mesh_contracts::find_version;
use uuid::Uuid;

use crate::{
    agent::{Emit, Outcome},
    envelope::{Outgoing, encode},
    ids,
    message::Message,
    ports::{BeginRequest, Begun, Commit, CommitAnswer, Conclusion, PortError},
    runner::{Ports, entries},
};

/// Why a submission was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The event breaks its contract.
    #[error("{event_type} breaks its contract")]
    Invalid {
        /// The event.
        event_type: String,
        /// What is wrong with which field.
        details: Vec<mesh_contracts::Detail>,
    },
    /// The key was used with something else.
    #[error("the idempotency key was used before with another request")]
    Reused,
    /// Another submission with the same key is under way, or wrote one of the documents first.
    #[error("another submission is under way; try again")]
    Busy,
    /// A port failed; whether the submission happened is unknown, and repeating it with the same key is safe.
    #[error("the mesh cannot be reached")]
    Port(#[source] PortError),
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Ids of the events, in the order of the emits; the same for a repeated submission.
    pub event_ids: Vec<Uuid>,
    /// True when an earlier submission with the same key had done it.
    pub repeated: bool,
}

/// The id under which the ledger of `source` keeps the submission with this key.
#[must_use]
pub fn submission_id(source: &str, key: &str) -> Uuid {
    ids::derive(ids::NAMESPACE, &["submit", source, key])
}

/// The id that the `index`-th event of a submission has, known before it is made.
#[must_use]
pub fn event_id(source: &str, key: &str, event_type: &str, index: u32) -> Uuid {
    ids::of_child(submission_id(source, key), source, event_type, index)
}

/// Commits an outcome and dispatches it under an idempotency key, with the same protocol as a handler's. The key repeated
/// with other events is refused; writes do not count.
///
/// # Errors
/// [`SubmitError`]; nothing was written unless it is `Port`.
pub async fn submit(ports: &Ports, source: &str, key: &str, outcome: Outcome) -> Result<Submitted, SubmitError> {
    let said = fingerprint(&outcome);
    submit_as(ports, source, key, &said, outcome).await
}

/// As [`submit`], with what is compared when the key is repeated given by the caller: the request as it was made, where the
/// outcome also depends on what is stored.
///
/// # Errors
/// [`SubmitError`]; nothing was written unless it is `Port`.
pub async fn submit_as(
    ports: &Ports,
    source: &str,
    key: &str,
    fingerprint: &str,
    outcome: Outcome,
) -> Result<Submitted, SubmitError> {
    let root = submission_id(source, key);
    let messages = freeze(ports, source, root, &outcome.emits)?;
    let event_ids = (0u32..).zip(&outcome.emits).map(|(i, e)| ids::of_child(root, source, e.event_type, i)).collect();
    let token = Uuid::from_u128(ports.entropy.bits());
    let request = BeginRequest {
        agent: source.to_owned(),
        event_id: root,
        fingerprint: fingerprint.to_owned(),
        correlation_id: root,
        event_type: "submission".to_owned(),
        token,
        lease_until: ports.clock.now().plus(std::time::Duration::from_secs(10)),
        afresh: false,
    };
    match ports.state.begin(&request).await.map_err(SubmitError::Port)? {
        Begun::Reused => return Err(SubmitError::Reused),
        Begun::Held { .. } => return Err(SubmitError::Busy),
        Begun::Done { undispatched } => {
            crate::runner::dispatch(ports, source, root, &undispatched).await;
            return Ok(Submitted { event_ids, repeated: true });
        }
        Begun::Started { .. } => {}
    }
    conclude(ports, source, (root, token), outcome, messages).await?;
    Ok(Submitted { event_ids, repeated: false })
}

/// Commits under a lease (event and token), and dispatches.
async fn conclude(
    ports: &Ports,
    source: &str,
    (root, token): (Uuid, Uuid),
    outcome: Outcome,
    messages: Vec<Message>,
) -> Result<(), SubmitError> {
    let due = outcome.emits.iter().map(|emit| emit.due).collect();
    let commit = Commit {
        agent: source.to_owned(),
        event_id: root,
        token,
        writes: outcome.writes,
        outbox: entries(messages, due),
        conclusion: Conclusion::Completed,
    };
    match ports.state.commit(&commit).await.map_err(SubmitError::Port)? {
        CommitAnswer::Committed => {}
        CommitAnswer::LeaseLost | CommitAnswer::Conflict { .. } | CommitAnswer::Throttled => {
            ports.state.release(source, root, token, false).await.map_err(SubmitError::Port)?;
            return Err(SubmitError::Busy);
        }
    }
    crate::runner::dispatch(ports, source, root, &commit.outbox).await;
    Ok(())
}

/// Publishes what submissions of `source` committed and could not dispatch. Answers how many messages were sent.
///
/// # Errors
/// [`PortError`] when store or publisher is out of reach; the next sweep goes on.
pub async fn sweep(ports: &Ports, source: &str) -> Result<usize, PortError> {
    crate::runner::sweep(ports, source, crate::runner::SWEEP_AGE).await
}

fn freeze(ports: &Ports, source: &str, root: Uuid, emits: &[Emit]) -> Result<Vec<Message>, SubmitError> {
    let invalid = |emit: &Emit, details| SubmitError::Invalid { event_type: emit.event_type.to_owned(), details };
    let mut messages = Vec::with_capacity(emits.len());
    for (emit, index) in emits.iter().zip(0u32..) {
        let version = find_version(emit.event_type, Some(emit.contract));
        let spec = version.ok_or_else(|| invalid(emit, Vec::new()))?;
        mesh_contracts::validate(spec.contract, &emit.data).map_err(|details| invalid(emit, details))?;
        let id = ids::of_child(root, source, emit.event_type, index);
        messages.push(encode(&Outgoing {
            spec,
            id,
            emitter: source,
            subject: emit.subject.as_deref(),
            time: ports.clock.now(),
            // Each event starts a run of its own.
            correlation_id: id,
            parent: None,
            origin: None,
            data: &emit.data,
        }));
    }
    Ok(messages)
}

fn fingerprint(outcome: &Outcome) -> String {
    let mut text = String::new();
    for emit in &outcome.emits {
        text.push_str(emit.event_type);
        text.push_str(&emit.data.to_string());
    }
    ids::sha256_hex(text.as_bytes())
}
