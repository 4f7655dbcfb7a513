//! A message in quarantine, and what is known of it.

use std::collections::BTreeMap;

use anyhow::Context;
use mesh_contracts::{Detail, EventSpec};
use mesh_core::{
    Manifest, Timestamp,
    envelope::{self, Arrival},
    ports::{BlobsExt, Conclusion, Delivery, LedgerState, Receipt},
    runner::Quarantined,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{exit::Absent, journal::Published, mesh::Mesh, runs};

/// Where the quarantine is kept.
pub(super) const PREFIX: &str = "quarantine/";
/// Most bytes of a message that are read; none is larger.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// A message in quarantine.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Kept {
    /// The agent that set it aside.
    pub(super) agent: String,
    /// The event id it was handled under.
    pub(super) event_id: Uuid,
    /// Its type, where it can be told.
    pub(super) event_type: Option<String>,
    /// Where it stands now: rejected, failed, suspended, completed, ...
    pub(super) state: String,
    /// Why it was set aside.
    pub(super) code: Option<String>,
    /// Why, in a sentence, as long as the journal remembers.
    pub(super) reason: Option<String>,
    /// What is wrong with which field.
    pub(super) details: Vec<Detail>,
    /// The message's attributes.
    pub(super) attributes: BTreeMap<String, String>,
    /// The payload; a text when it is no JSON.
    pub(super) payload: Value,
    /// The message as it was received.
    pub(super) body: String,
    /// The contract it was judged by.
    #[serde(skip)]
    pub(super) spec: Option<&'static EventSpec>,
}

/// The messages of an event, one for each agent that set it aside.
pub(super) async fn find(mesh: &Mesh, id: Uuid, agent: Option<&str>) -> anyhow::Result<Vec<Kept>> {
    let mut found = Vec::new();
    for manifest in mesh.manifests() {
        if agent.is_some_and(|agent| agent != manifest.name) {
            continue;
        }
        let key = mesh_core::runner::quarantine_key(&manifest.name, id);
        if let Some((_, bytes)) = mesh.blobs.get_bytes(&key, MOST_BYTES).await? {
            found.push(read(mesh, manifest, &bytes).await?);
        }
    }
    if found.is_empty() {
        return Err(Absent(format!("no message of the event {id} is in quarantine")).into());
    }
    Ok(found)
}

/// What is known of a message: from itself, the ledger and the journal.
pub(super) async fn read(mesh: &Mesh, manifest: &Manifest, bytes: &[u8]) -> anyhow::Result<Kept> {
    let message: Quarantined = serde_json::from_slice(bytes).context("a message in quarantine cannot be read")?;
    let mut kept = describe(message, manifest);
    let Some(entry) = mesh.state.entry(&manifest.name, kept.event_id).await? else { return Ok(kept) };
    (kept.state, kept.code) = standing(&entry.state, mesh.now());
    let run = runs::events(mesh, entry.correlation_id).await?;
    if let Some(event) = run.iter().rfind(|event| is_about(event, &kept)) {
        kept.reason = event.text("error_message").map(str::to_owned);
        kept.code = event.text("code").map(str::to_owned).or(kept.code);
        let details = event.data.get("details").cloned().unwrap_or_default();
        kept.details = serde_json::from_value(details).unwrap_or_default();
    }
    Ok(kept)
}

/// Whether an event reports the failure of this message at this agent.
fn is_about(event: &Published, kept: &Kept) -> bool {
    event.is_failure()
        && event.text("agent") == Some(&kept.agent)
        && event.text("event_id") == Some(&kept.event_id.to_string())
}

fn describe(message: Quarantined, manifest: &Manifest) -> Kept {
    let Quarantined { agent, event_id, body, attributes } = message;
    let arrival = decode(&body, &attributes, manifest);
    let sns = envelope::unwrap(&body);
    let own =
        sns.as_ref().map(|sns| sns.message_attributes.iter().map(|(n, a)| (n.clone(), a.value.clone())).collect());
    let text = sns.map_or_else(|| body.clone(), |sns| sns.message);
    let payload = match arrival.verdict {
        Some(Ok(event)) => Some(event.data),
        _ => arrival.data,
    };
    Kept {
        agent,
        event_id,
        event_type: arrival.event_type.map(|spec| spec.event_type.to_owned()),
        state: "unknown".to_owned(),
        code: None,
        reason: None,
        details: Vec::new(),
        attributes: own.unwrap_or(attributes),
        payload: payload.unwrap_or_else(|| mesh_contracts::parse(&text).unwrap_or(Value::String(text))),
        body,
        spec: arrival.event_type,
    }
}

fn decode(body: &str, attributes: &BTreeMap<String, String>, manifest: &Manifest) -> Arrival {
    let delivery = Delivery {
        message_id: String::new(),
        receipt: Receipt(String::new()),
        body: body.to_owned(),
        attributes: attributes.clone(),
        receive_count: 1,
        sent_at: Timestamp(0),
    };
    envelope::decode(&delivery, manifest)
}

/// Where an event stands with an agent, and why, in words.
pub(in super::super) fn standing(state: &LedgerState, now: Timestamp) -> (String, Option<String>) {
    let (word, code) = match state {
        LedgerState::InProgress { until, .. } if *until > now => ("in progress", None),
        LedgerState::InProgress { .. } => ("waiting", None),
        LedgerState::Suspended { code } => ("suspended", Some(code)),
        LedgerState::Done { conclusion, .. } => match conclusion {
            Conclusion::Completed => ("completed", None),
            Conclusion::Rejected { code } => ("rejected", Some(code)),
            Conclusion::Failed { code } => ("failed", Some(code)),
            Conclusion::Superseded => ("superseded", None),
        },
    };
    (word.to_owned(), code.cloned())
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A message of `echo` with this body.
    pub(in super::super) fn kept(body: &str) -> Kept {
        let manifest = Manifest::parse(agent_echo::MANIFEST).expect("a manifest");
        let (agent, event_id) = ("echo".to_owned(), Uuid::from_u128(7));
        describe(Quarantined { agent, event_id, body: body.to_owned(), attributes: BTreeMap::new() }, &manifest)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_payload_is_found_under_its_wrapping() {
        let plain = testing::kept(r#"{"message": 1}"#);
        assert_eq!((plain.payload, plain.event_type.as_deref()), (json!({"message": 1}), Some("EchoRequested")));
        let attribute = json!({"ce-type": {"Type": "String", "Value": "EchoRequested"}});
        let sns = json!({"Type": "Notification", "MessageId": "m", "Message": "{}", "MessageAttributes": attribute});
        let wrapped = testing::kept(&sns.to_string());
        assert_eq!((wrapped.payload, wrapped.attributes["ce-type"].as_str()), (json!({}), "EchoRequested"));
        assert_eq!(testing::kept("{").payload, json!("{"));
    }

    #[test]
    fn the_ledger_says_where_it_stands() {
        let conclusion = Conclusion::Rejected { code: "X".into() };
        let done = LedgerState::Done { token: Uuid::nil(), conclusion };
        assert_eq!(standing(&done, Timestamp(5)), ("rejected".to_owned(), Some("X".to_owned())));
        let suspended = standing(&LedgerState::Suspended { code: "Y".into() }, Timestamp(5));
        assert_eq!(suspended, ("suspended".to_owned(), Some("Y".to_owned())));
        let held =
            |until| standing(&LedgerState::InProgress { token: Uuid::nil(), until: Timestamp(until) }, Timestamp(5)).0;
        assert_eq!((held(6).as_str(), held(5).as_str()), ("in progress", "waiting"));
    }
}
