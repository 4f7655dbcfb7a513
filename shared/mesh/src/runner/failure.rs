//! The events that say that something went wrong.

use mesh_contracts::{
    Detail, Int, List, Pointer, Text,
    events::{ErrorType, Failure},
};
use serde_json::Value;

use super::{Ended, Runner, Setback, attempt::Attempt, conclude::Conclusive, freeze, report};
use crate::{
    agent::{Emit, Outcome},
    ports::{Conclusion, PortError, Write},
};

/// What a failure event is made from.
pub(super) struct Facts<'a> {
    pub(super) code: &'a str,
    pub(super) error_type: ErrorType,
    pub(super) message: &'a str,
    pub(super) details: Vec<Detail>,
    pub(super) retryable: bool,
    pub(super) ends_run: bool,
    pub(super) dead_lettered: bool,
    pub(super) request: Option<Pointer>,
}

impl Runner {
    /// The event breaks its contract or a rule: `ValidationError`, and the message whole in quarantine. It ends the run
    /// only if it started it, so that a forged correlation id cannot end somebody else's.
    pub(super) async fn rejected(
        &self,
        attempt: &Attempt<'_>,
        code: &'static str,
        message: &str,
        details: Vec<Detail>,
    ) -> Result<Conclusive, Setback> {
        report::reason(message);
        let request = self.quarantine(attempt.arrival.id, attempt.delivery).await.map_err(unreachable_store)?;
        let facts = Facts {
            code,
            error_type: ErrorType::Validation,
            message,
            details,
            retryable: false,
            ends_run: attempt.arrival.id == attempt.arrival.correlation_id,
            dead_lettered: false,
            request: Some(request),
        };
        let emit = self.failure(attempt, "ValidationError", facts)?;
        let conclusion = Conclusion::Rejected { code: code.to_owned() };
        freeze::conclusive(self, attempt, Outcome::nothing().emit(emit), conclusion, Ended::Rejected(code))
    }

    /// It cannot heal: the agent's failure event, which ends the run unless it is a notice.
    pub(super) async fn failed(
        &self,
        attempt: &Attempt<'_>,
        code: &'static str,
        error_type: ErrorType,
        message: &str,
        writes: Vec<Write>,
    ) -> Result<Conclusive, Setback> {
        let request = self.quarantine(attempt.arrival.id, attempt.delivery).await.map_err(unreachable_store)?;
        let failure = &self.agent.manifest().failure;
        let facts = Facts {
            code,
            error_type,
            message,
            details: Vec::new(),
            retryable: false,
            ends_run: !failure.notice,
            dead_lettered: false,
            request: Some(request),
        };
        let emit = self.failure(attempt, &failure.event, facts)?;
        let outcome = Outcome { writes, emits: vec![emit] };
        let conclusion = Conclusion::Failed { code: code.to_owned() };
        freeze::conclusive(self, attempt, outcome, conclusion, Ended::Failed(code))
    }

    /// The payload all failure events share. What it says of the content is copied from the event, where it is there.
    pub(super) fn failure(&self, attempt: &Attempt<'_>, event_type: &str, facts: Facts<'_>) -> Result<Emit, Setback> {
        let data = match &attempt.arrival.verdict {
            Some(Ok(event)) => Some(&event.data),
            _ => attempt.arrival.data.as_ref(),
        };
        let text = |field: &str| data.and_then(|data| data.get(field)).and_then(Value::as_str);
        let failure = Failure {
            code: Text::clip(facts.code),
            error_type: facts.error_type,
            error_message: Text::clip(facts.message),
            details: List::clip(facts.details),
            agent: Text::clip(self.name()),
            event_type: attempt.arrival.event_type.map(|spec| Text::clip(spec.event_type)),
            event_id: attempt.arrival.id.into(),
            content_topic: text("content_topic").filter(|topic| !topic.trim().is_empty()).map(Text::clip),
            content_id: text("content_id").and_then(|id| id.parse().ok()),
            revision: data.and_then(|data| data.get("revision")).and_then(Value::as_i64).and_then(Int::new),
            request_id: text("request_id").filter(|id| !id.trim().is_empty()).map(Text::clip),
            retryable: facts.retryable,
            r#final: facts.ends_run,
            dead_lettered: facts.dead_lettered,
            attempts: Int::clamp(attempt.number.into()),
            request: facts.request,
            cost: attempt.spent,
            failed_at: self.ports.clock.now().datetime().into(),
        };
        let spec =
            mesh_contracts::find_type(event_type).ok_or_else(|| internal(format!("no contract: {event_type}")))?;
        let data = serde_json::to_value(&failure).map_err(|error| internal(error.to_string()))?;
        let subject = failure.content_id.map(|id| id.to_string());
        Ok(Emit { event_type: spec.event_type, contract: spec.contract, subject, due: None, data })
    }
}

/// Nothing is concluded while the store is out of reach. A bucket that is not there counts, or nobody would hear of it.
pub(super) fn unreachable_store(error: PortError) -> Setback {
    let missing = matches!(error, PortError::NotFound { .. });
    let code = if missing { "RESOURCE_MISSING" } else { "STORE_UNAVAILABLE" };
    let error_type = ErrorType::Infrastructure;
    Setback { code, error_type, message: error.to_string(), after: None, counted: missing }
}

fn internal(message: String) -> Setback {
    Setback { code: "INTERNAL", error_type: ErrorType::Infrastructure, message, after: None, counted: true }
}
