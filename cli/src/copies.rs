//! Copies: what failed is asked for again as an event of its own, with a new id and a run of its own, that names the
//! event it is a copy of. The id of a copy is made of what it copies, so that asking twice asks once.

use std::fmt;

use mesh_contracts::EventSpec;
use mesh_core::ids;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    door,
    mesh::Mesh,
    output::{self, style, text},
};

/// A copy to be published.
#[derive(Debug, Clone)]
pub(crate) struct Copied {
    /// The event it is a copy of.
    pub(crate) origin: Uuid,
    /// Its own id.
    pub(crate) id: Uuid,
    /// Its contract.
    pub(crate) spec: &'static EventSpec,
    /// Its payload.
    pub(crate) data: Value,
}

impl Copied {
    /// The copy of an event as it is.
    pub(crate) fn same(origin: Uuid, spec: &'static EventSpec, data: Value) -> Self {
        Self { origin, id: id_of_copy(origin), spec, data }
    }

    /// The copy of an event with another payload.
    pub(crate) fn corrected(origin: Uuid, spec: &'static EventSpec, data: Value) -> Self {
        let sha256 = ids::sha256_hex(data.to_string().as_bytes());
        Self { origin, id: ids::derive(origin, &["corrected", door::EMITTER, &sha256]), spec, data }
    }
}

/// The id of an event's copy.
pub(crate) fn id_of_copy(origin: Uuid) -> Uuid {
    ids::derive(origin, &["copy", door::EMITTER])
}

/// What is, or would be, done with an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Plan {
    /// The event.
    pub(crate) origin: Uuid,
    /// Its copy, unless there is to be none.
    pub(crate) copy: Option<Uuid>,
    /// Its type.
    pub(crate) event_type: String,
    /// Why it failed, or why there is to be no copy.
    pub(crate) note: String,
}

/// All of it. Text and JSON come from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Plans {
    /// True when it was done; false: a dry run.
    pub(crate) done: bool,
    /// Each event.
    pub(crate) events: Vec<Plan>,
}

impl fmt::Display for Plans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["event", "type", "copy", "note"]);
        for plan in &self.events {
            let copy = plan.copy.map_or_else(|| "none".to_owned(), |copy| copy.to_string());
            table.add_row([plan.origin.to_string(), plan.event_type.clone(), copy, text::short(&plan.note, 100)]);
        }
        let count = text::count(self.events.iter().filter(|plan| plan.copy.is_some()).count(), "copy");
        let count = count.strip_suffix("ys").map(|stem| format!("{stem}ies")).unwrap_or(count);
        writeln!(f, "{}", output::rows(&table))?;
        match self.done {
            true => write!(f, "{}", style::good(format_args!("{count} published"))),
            false => write!(f, "{}", style::warn(format_args!("dry run: {count} would be published; --yes does it"))),
        }
    }
}

/// Publishes the copies.
pub(crate) async fn publish(mesh: &Mesh, copies: &[Copied]) -> anyhow::Result<()> {
    for copy in copies {
        mesh.publish(&[door::first_message(copy.spec, copy.id, mesh.now(), Some(copy.origin), &copy.data)]).await?;
    }
    Ok(())
}

/// Whether an event was published before.
pub(crate) async fn exists(mesh: &Mesh, id: Uuid) -> anyhow::Result<bool> {
    Ok(!mesh.journal().by_event(&id.to_string(), 1).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use mesh_contracts::find_type;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_correction_is_the_same_copy_and_another_is_another() {
        let spec = find_type("EchoRequested").expect("a contract");
        let of = |data: Value| Copied::corrected(Uuid::from_u128(1), spec, data).id;
        assert_eq!(of(json!({"message": "a"})), of(json!({"message": "a"})));
        assert_ne!(of(json!({"message": "a"})), of(json!({"message": "b"})));
        assert_ne!(of(json!({})), id_of_copy(Uuid::from_u128(1)));
    }

    #[test]
    fn a_dry_run_says_so() {
        let plan = |copy| Plan { origin: Uuid::nil(), copy, event_type: "E".into(), note: "n".into() };
        let last = |plans: Plans| {
            let text = plans.to_string();
            anstream::adapter::strip_str(text.lines().last().unwrap_or_default()).to_string()
        };
        let plans = Plans { done: false, events: vec![plan(None), plan(Some(Uuid::nil()))] };
        assert_eq!(last(plans.clone()), "dry run: 1 copy would be published; --yes does it");
        assert_eq!(last(Plans { done: true, events: Vec::new() }), "0 copies published");
    }
}
