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
    /// The event it is made from.
    event: Uuid,
    /// The event it is a copy of; the same, unless that is a copy itself.
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
    pub(crate) fn same(event: Uuid, origin: Uuid, spec: &'static EventSpec, data: Value) -> Self {
        Self { event, origin, id: ids::derive(event, &["copy", door::EMITTER]), spec, data }
    }

    /// The copy of an event with another payload.
    pub(crate) fn corrected(event: Uuid, origin: Uuid, spec: &'static EventSpec, data: Value) -> Self {
        let sha256 = ids::sha256_hex(data.to_string().as_bytes());
        Self { event, origin, id: ids::derive(event, &["corrected", door::EMITTER, &sha256]), spec, data }
    }

    /// What is done with it: nothing, when it was published before.
    pub(crate) async fn plan(&self, mesh: &Mesh, note: &str) -> anyhow::Result<Plan> {
        let known = mesh.history.event(self.id).await?.is_some();
        let note = if known { format!("asked for before, as {}", self.id) } else { note.to_owned() };
        let event_type = self.spec.event_type.to_owned();
        Ok(Plan { event: self.event, copy: (!known).then_some(self.id), event_type, note })
    }
}

/// What is, or would be, done with an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Plan {
    /// The event.
    pub(crate) event: Uuid,
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
            table.add_row([plan.event.to_string(), plan.event_type.clone(), copy, text::short(&plan.note, 100)]);
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

/// Publishes the copies that are planned.
pub(crate) async fn publish(mesh: &Mesh, copies: &[Copied], plans: &[Plan]) -> anyhow::Result<()> {
    for copy in copies.iter().filter(|copy| plans.iter().any(|plan| plan.copy == Some(copy.id))) {
        mesh.publish(&[door::first_message(copy.spec, copy.id, mesh.now(), Some(copy.origin), &copy.data)]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mesh_contracts::find_type;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_correction_is_the_same_copy_and_another_is_another() {
        let spec = find_type("EchoRequested").expect("a contract");
        let event = Uuid::from_u128(1);
        let of = |data: Value| Copied::corrected(event, event, spec, data).id;
        assert_eq!(of(json!({"message": "a"})), of(json!({"message": "a"})));
        assert_ne!(of(json!({"message": "a"})), of(json!({"message": "b"})));
        assert_ne!(of(json!({})), Copied::same(event, event, spec, json!({})).id);
    }

    #[test]
    fn a_dry_run_says_so() {
        let plan = |copy| Plan { event: Uuid::nil(), copy, event_type: "E".into(), note: "n".into() };
        let last = |plans: Plans| {
            let text = plans.to_string();
            anstream::adapter::strip_str(text.lines().last().unwrap_or_default()).to_string()
        };
        let plans = Plans { done: false, events: vec![plan(None), plan(Some(Uuid::nil()))] };
        assert_eq!(last(plans.clone()), "dry run: 1 copy would be published; --yes does it");
        assert_eq!(last(Plans { done: true, events: Vec::new() }), "0 copies published");
    }
}
