//! From a queue message to an event, or to the reason why it is none.

use std::collections::BTreeMap;

use mesh_contracts::{Detail, EventSpec, find_type, find_version};
use serde_json::Value;
use uuid::Uuid;

use super::{attribute, fingerprint::fingerprint, sns};
use crate::{
    event::{Event, SOURCE_PREFIX},
    ids,
    manifest::Manifest,
    message::{MAX_ATTRIBUTES, MAX_PAYLOAD_BYTES},
    ports::Delivery,
    time::Timestamp,
};

/// Why a message is no event the agent may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Permanent code with a page in `contracts/errors/`.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// What is wrong with which field.
    pub details: Vec<Detail>,
}

/// What a message turned out to be. Id, run and fingerprint exist in every case, so that a rejection is deduplicated as well.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The event id.
    pub id: Uuid,
    /// The run.
    pub correlation_id: Uuid,
    /// SHA-256 of type and payload, keys sorted.
    pub fingerprint: String,
    /// The contract, in the version that the message names; where that is none, the first of its type.
    pub event_type: Option<&'static EventSpec>,
    /// The payload, where it could be parsed; possibly invalid.
    pub data: Option<Value>,
    /// Trace context, where there is one.
    pub traceparent: Option<String>,
    /// The event, or why it is none; `None`: of a type the agent does not handle.
    pub verdict: Option<Result<Event, Rejection>>,
}

/// Reads a delivery for the agent of `manifest`.
#[must_use]
pub fn decode(delivery: &Delivery, manifest: &Manifest) -> Arrival {
    let wire = Wire::of(delivery);
    let parsed = wire.parse();
    let context = wire.context(parsed.as_ref().ok());
    let id = event_id(&wire, &context, parsed.as_ref().ok());
    let spec = match &context.event_type {
        Some(name) => find_type(name),
        None => manifest.type_on(wire.topic.as_deref()),
    };
    let handled = spec.is_some_and(|spec| manifest.handles(spec.event_type).is_some());
    let type_name = context.event_type.clone().or_else(|| spec.map(|spec| spec.event_type.to_owned()));
    let ignored = context.event_type.is_some() && !handled;
    let payload = parsed.map(|value| context.payload(value));
    let known_id = id.unwrap_or_else(|NoId| ids::of_foreign("queue", &delivery.message_id));
    let mut arrival = Arrival {
        id: known_id,
        correlation_id: context.run(known_id),
        fingerprint: fingerprint(type_name.as_deref().unwrap_or_default(), payload.as_ref().ok(), &wire.message),
        event_type: spec.map(|spec| version_of(spec, &context).unwrap_or(spec)),
        data: None,
        traceparent: context.traceparent.clone(),
        verdict: None,
    };
    if ignored {
        return arrival;
    }
    let handled_spec = spec.filter(|_| handled);
    match judge(&wire, &context, id.is_ok(), handled_spec, &payload) {
        Ok(spec) => arrival.verdict = Some(Ok(event(&arrival, wire, context, spec, payload))),
        Err(rejection) => {
            arrival.data = payload.ok();
            arrival.verdict = Some(Err(rejection));
        }
    }
    arrival
}

fn event(
    arrival: &Arrival,
    wire: Wire,
    context: Context,
    spec: &'static EventSpec,
    payload: Result<Value, Rejection>,
) -> Event {
    Event {
        id: arrival.id,
        event_type: spec.event_type,
        source: context.source.unwrap_or_default(),
        subject: context.subject,
        time: context.time.unwrap_or(wire.sent_at),
        correlation_id: arrival.correlation_id,
        contract: spec.contract,
        traceparent: context.traceparent,
        origin: context.origin,
        data: payload.unwrap_or_default(),
    }
}

fn judge(
    wire: &Wire,
    context: &Context,
    has_id: bool,
    spec: Option<&'static EventSpec>,
    payload: &Result<Value, Rejection>,
) -> Result<&'static EventSpec, Rejection> {
    if !has_id {
        return Err(missing_id());
    }
    wire.check_size()?;
    let data = payload.as_ref().map_err(Clone::clone)?;
    let spec = spec.ok_or_else(|| unknown("ce-type", context.event_type.as_deref(), "a type of the channel"))?;
    let spec = version_of(spec, context)
        .ok_or_else(|| unknown("ce-dataschema", context.dataschema.as_deref(), spec.contract))?;
    mesh_contracts::validate(spec.contract, data).map_err(|details| violation(spec.contract, details))?;
    Ok(spec)
}

/// The message has nothing that could identify it.
#[derive(Clone, Copy)]
struct NoId;

fn missing_id() -> Rejection {
    let details = vec![Detail::new("ce-id", None, "an event id, a request_id, or an SNS MessageId")];
    Rejection { code: "MISSING_EVENT_ID", message: "the message has nothing that could identify it".into(), details }
}

fn unknown(field: &str, value: Option<&str>, limit: &str) -> Rejection {
    let message = format!("{field} names no contract this agent reads");
    Rejection { code: "UNKNOWN_CONTRACT", message, details: vec![Detail::new(field, value, limit)] }
}

fn violation(contract: &str, details: Vec<Detail>) -> Rejection {
    let first = details.first().map(|detail| format!("{} must be {}", detail.field, detail.limit.as_str()));
    let message = format!("breaks {contract}: {}", first.unwrap_or_default());
    Rejection { code: "CONTRACT_VIOLATION", message, details }
}

fn version_of(spec: &EventSpec, context: &Context) -> Option<&'static EventSpec> {
    find_version(spec.event_type, context.dataschema.as_deref())
}

/// The message under its transport's wrapping.
struct Wire {
    message: String,
    attributes: BTreeMap<String, String>,
    sns_id: Option<String>,
    topic: Option<String>,
    sent_at: Timestamp,
}

impl Wire {
    fn of(delivery: &Delivery) -> Self {
        match sns::unwrap(&delivery.body) {
            Some(notification) => Self {
                message: notification.message,
                attributes: notification.message_attributes.into_iter().map(|(name, a)| (name, a.value)).collect(),
                sns_id: Some(notification.message_id),
                topic: notification.topic_arn,
                sent_at: notification.timestamp.as_deref().and_then(Timestamp::parse).unwrap_or(delivery.sent_at),
            },
            None => Self {
                message: delivery.body.clone(),
                attributes: delivery.attributes.clone(),
                sns_id: None,
                topic: None,
                sent_at: delivery.sent_at,
            },
        }
    }

    fn parse(&self) -> Result<Value, Rejection> {
        mesh_contracts::parse(&self.message).map_err(|error| Rejection {
            code: "INVALID_JSON",
            message: error.to_string(),
            details: vec![Detail::new("body", None, &error.message)],
        })
    }

    fn check_size(&self) -> Result<(), Rejection> {
        let bytes = self.message.len();
        if bytes > MAX_PAYLOAD_BYTES {
            let limit = format!("at most {MAX_PAYLOAD_BYTES} bytes");
            let details = vec![Detail::new("body", Some(&format!("{bytes} bytes")), &limit)];
            return Err(Rejection {
                code: "PAYLOAD_TOO_LARGE",
                message: format!("the payload has {bytes} bytes"),
                details,
            });
        }
        let count = self.attributes.len();
        if count > MAX_ATTRIBUTES {
            let limit = format!("at most {MAX_ATTRIBUTES}");
            let details = vec![Detail::new("attributes", Some(&count.to_string()), &limit)];
            let message = format!("the message has {count} attributes");
            return Err(Rejection { code: "TOO_MANY_ATTRIBUTES", message, details });
        }
        Ok(())
    }

    /// The CloudEvents context: attributes, or, when there are none, the members of a structured-mode body.
    fn context(&self, parsed: Option<&Value>) -> Context {
        let binary = |name: &str| self.attributes.get(name).cloned();
        let structured = parsed
            .filter(|body| !self.attributes.contains_key(attribute::TYPE) && is_structured(body))
            .and_then(Value::as_object);
        let read = |name: &str| match structured {
            Some(members) => {
                let member = name.strip_prefix("ce-").unwrap_or(name);
                members.get(member).and_then(Value::as_str).map(str::to_owned)
            }
            None => binary(name),
        };
        Context {
            structured: structured.is_some(),
            id: read(attribute::ID),
            event_type: read(attribute::TYPE),
            source: read(attribute::SOURCE),
            subject: read(attribute::SUBJECT),
            time: read(attribute::TIME).as_deref().and_then(Timestamp::parse),
            correlation_id: read(attribute::CORRELATION_ID),
            dataschema: read(attribute::DATASCHEMA),
            traceparent: read(attribute::TRACEPARENT),
            origin: read(attribute::ORIGIN).as_deref().and_then(|text| Uuid::try_parse(text).ok()),
        }
    }
}

fn is_structured(body: &Value) -> bool {
    body.get("specversion").is_some_and(Value::is_string)
        && body.get("type").is_some_and(Value::is_string)
        && body.get("data").is_some()
}

struct Context {
    structured: bool,
    id: Option<String>,
    event_type: Option<String>,
    source: Option<String>,
    subject: Option<String>,
    time: Option<Timestamp>,
    correlation_id: Option<String>,
    dataschema: Option<String>,
    traceparent: Option<String>,
    origin: Option<Uuid>,
}

impl Context {
    fn payload(&self, mut body: Value) -> Value {
        if self.structured { body.get_mut("data").map(Value::take).unwrap_or(Value::Null) } else { body }
    }

    fn run(&self, id: Uuid) -> Uuid {
        let source = self.source.as_deref().unwrap_or_default();
        match &self.correlation_id {
            Some(text) => Uuid::try_parse(text).unwrap_or_else(|_| ids::of_foreign(source, text)),
            None => id,
        }
    }
}

fn event_id(wire: &Wire, context: &Context, parsed: Option<&Value>) -> Result<Uuid, NoId> {
    if let Some(id) = &context.id {
        let source = context.source.as_deref().unwrap_or_default();
        let ours = source.starts_with(SOURCE_PREFIX).then(|| Uuid::try_parse(id).ok()).flatten();
        return Ok(ours.unwrap_or_else(|| ids::of_foreign(source, id)));
    }
    let text = |field: &str| parsed.and_then(|body| body.get(field)).and_then(Value::as_str);
    if let Some(request) = text("request_id").filter(|id| !id.trim().is_empty()) {
        return Ok(ids::of_request(text("website_id").unwrap_or_default(), request));
    }
    match &wire.sns_id {
        Some(id) => Ok(Uuid::try_parse(id).unwrap_or_else(|_| ids::of_foreign("sns", id))),
        None => Err(NoId),
    }
}
