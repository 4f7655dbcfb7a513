//! The copy of a message: a new event, in a run of its own, that names what it copies.

use anyhow::Context;
use mesh_core::Manifest;
use uuid::Uuid;

use super::{entry::Found, inspect};
use crate::{
    copies::{self, Copied},
    mesh::Mesh,
};

/// Publishes a copy of a message, once however often it is asked for. Answers the copy's id.
pub(crate) async fn publish(mesh: &Mesh, manifest: &Manifest, found: &Found) -> anyhow::Result<Uuid> {
    let copied = of(manifest, found)?;
    let plan = copied.plan(mesh, "").await?;
    let id = copied.id;
    copies::publish(mesh, &[copied], &[plan]).await?;
    Ok(id)
}

/// The copy of a message as it is.
pub(crate) fn of(manifest: &Manifest, found: &Found) -> anyhow::Result<Copied> {
    let arrival = inspect::decode(found, manifest);
    let event_id = found.event_id.unwrap_or(arrival.id);
    let spec = arrival.event_type.context("the type of the message cannot be told")?;
    let data = inspect::data(&arrival).context("the message is no JSON")?.clone();
    Ok(Copied::same(event_id, inspect::root(found, &arrival, event_id), spec, data))
}
