//! Taking and giving back the lease on an event.

use mesh_core::ports::{BeginRequest, Begun};
use uuid::Uuid;

use super::{
    entry::{self, DONE, SUSPENDED, Standing},
    outbox,
};
use crate::{db::Scope, error::Fault};

pub(super) fn begin(scope: &Scope<'_>, request: &BeginRequest, owner: i64) -> Result<Begun, Fault> {
    let Some(standing) = entry::find(scope, &request.agent, request.event_id)? else {
        return first(scope, request, owner);
    };
    if standing.is_over(scope)? {
        entry::remove(scope, standing.seq)?;
        return first(scope, request, owner);
    }
    if standing.fingerprint != request.fingerprint {
        return Ok(Begun::Reused);
    }
    match standing.state {
        DONE => Ok(Begun::Done { undispatched: outbox::ready_of_entry(scope, standing.seq, scope.now)? }),
        SUSPENDED => again(scope, request, owner, &standing, 1),
        // The reply to our own begin was lost.
        _ if standing.token == Some(request.token) && standing.lease_until > scope.now => {
            Ok(Begun::Started { attempt: standing.attempts, suspensions: standing.suspensions })
        }
        _ if standing.lease_until > scope.now => Ok(Begun::Held { until: standing.lease_until }),
        _ if request.afresh => again(scope, request, owner, &standing, 1),
        _ => again(scope, request, owner, &standing, standing.attempts.saturating_add(1)),
    }
}

fn first(scope: &Scope<'_>, request: &BeginRequest, owner: i64) -> Result<Begun, Fault> {
    scope.sql(include_str!("../../queries/ledger/insert.sql"))?.execute((
        &request.agent,
        request.event_id.as_bytes(),
        request.correlation_id.as_bytes(),
        &request.event_type,
        &request.fingerprint,
        request.token.as_bytes(),
        request.lease_until.0,
        owner,
        scope.now.0,
    ))?;
    Ok(Begun::Started { attempt: 1, suspensions: 0 })
}

fn again(
    scope: &Scope<'_>,
    request: &BeginRequest,
    owner: i64,
    standing: &Standing,
    attempt: u32,
) -> Result<Begun, Fault> {
    scope.sql(include_str!("../../queries/ledger/start.sql"))?.execute((
        standing.seq,
        attempt,
        request.token.as_bytes(),
        request.lease_until.0,
        owner,
        scope.now.0,
    ))?;
    Ok(Begun::Started { attempt, suspensions: standing.suspensions })
}

pub(super) fn release(scope: &Scope<'_>, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), Fault> {
    if let Some(standing) = entry::find(scope, agent, event_id)?
        && standing.is_held_by(token)
    {
        let uncounted = i64::from(!counted);
        let mut statement = scope.sql(include_str!("../../queries/ledger/release.sql"))?;
        statement.execute((standing.seq, uncounted, scope.now.0))?;
    }
    Ok(())
}
