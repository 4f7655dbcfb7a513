//! Taking the lease on an event, and giving it back.

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure};
use mesh_core::{
    Timestamp,
    ports::{BeginRequest, Begun, LedgerState, PortError},
};
use uuid::Uuid;

use super::{
    DynamoState, PORT, RACES,
    change::Change,
    documents::ALIVE,
    entry::{self, Entry, IN_PROGRESS},
    item::{number, text, time},
    refused,
};

/// What follows from an entry that stood in the way of a first attempt.
enum Verdict {
    Answer(Begun),
    Attempt(u32),
    Absent,
}

impl DynamoState {
    /// Every refused write brings back the entry that refused it, so nothing is ever read; what is decided on it holds
    /// only while it is unchanged.
    pub(super) async fn take_lease(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        let mut seen: Option<Entry> = None;
        for _ in 0..RACES {
            let now = self.clock.now();
            let verdict = seen.as_ref().map_or(Verdict::Absent, |entry| judge(entry, request, now));
            let (begun, refused) = match (verdict, &seen) {
                (Verdict::Answer(begun), _) => return Ok(begun),
                (Verdict::Attempt(attempt), Some(entry)) => {
                    let begun = Begun::Started { attempt, suspensions: entry.suspensions };
                    (begun, self.again(request, entry, attempt, now).await?)
                }
                _ => (Begun::Started { attempt: 1, suspensions: 0 }, self.first(request, now).await?),
            };
            match refused {
                Ok(()) => return Ok(begun),
                Err(entry) => seen = entry,
            }
        }
        Err(PortError::Throttled { port: PORT, message: format!("begin: {RACES} others were faster each time") })
    }

    /// One conditional PutItem.
    async fn first(&self, request: &BeginRequest, now: Timestamp) -> Result<Result<(), Option<Entry>>, PortError> {
        let table = self.names.ledger(&request.agent);
        let put = self.client.put_item().table_name(&table).set_item(Some(entry::first(request, now)));
        let put = put
            .condition_expression("attribute_not_exists(event_id) OR expires_ms <= :now")
            .expression_attribute_values(":now", time(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(Ok(())),
            Err(error) => refused(error, &format!("call PutItem on {table}"), |error| match error {
                PutItemError::ConditionalCheckFailedException(refusal) => Some(refusal.item),
                _ => None,
            })
            .map(Err),
        }
    }

    /// One conditional UpdateItem on what was observed.
    async fn again(
        &self,
        request: &BeginRequest,
        seen: &Entry,
        attempt: u32,
        now: Timestamp,
    ) -> Result<Result<(), Option<Entry>>, PortError> {
        let change = Change::when("revision = :seen AND begun_at = :begun_at", now)
            .with(":seen", number(seen.revision))
            .with(":begun_at", time(seen.begun_at))
            .set("standing", text(IN_PROGRESS))
            .set("holder", text(request.token))
            .set("lease_until", time(request.lease_until))
            .set("attempts", number(attempt))
            .remove(&["code"])
            .follow(&request.agent, &seen.outbox, false, now);
        self.change(&request.agent, request.event_id, change).await
    }

    /// One conditional UpdateItem; a refusal means that there is nothing to give back.
    pub(super) async fn give_back(
        &self,
        agent: &str,
        event_id: Uuid,
        token: Uuid,
        counted: bool,
    ) -> Result<(), PortError> {
        let now = self.clock.now();
        let condition = format!("standing = :standing AND holder = :holder AND {ALIVE}");
        let change = Change::when(condition, now)
            .with(":standing", text(IN_PROGRESS))
            .with(":holder", text(token))
            .with(":now", time(now))
            .set("lease_until", time(now))
            .remove(&["holder"]);
        let change = if counted { change } else { change.term("attempts = attempts - :one") };
        self.change(agent, event_id, change).await.map(drop)
    }
}

fn judge(entry: &Entry, request: &BeginRequest, now: Timestamp) -> Verdict {
    if entry.is_over(now) {
        return Verdict::Absent;
    }
    if entry.fingerprint != request.fingerprint {
        return Verdict::Answer(Begun::Reused);
    }
    match entry.state {
        LedgerState::Done { .. } => {
            let ready = entry.outbox.iter().filter(|kept| kept.is_ready(now, now));
            Verdict::Answer(Begun::Done { undispatched: ready.map(|kept| kept.entry.clone()).collect() })
        }
        LedgerState::Suspended { .. } => Verdict::Attempt(1),
        LedgerState::InProgress { token, until } if until > now => Verdict::Answer(if token == request.token {
            // The reply to our own begin was lost.
            Begun::Started { attempt: entry.attempts, suspensions: entry.suspensions }
        } else {
            Begun::Held { until }
        }),
        LedgerState::InProgress { .. } if request.afresh => Verdict::Attempt(1),
        LedgerState::InProgress { .. } => Verdict::Attempt(entry.attempts.saturating_add(1)),
    }
}
