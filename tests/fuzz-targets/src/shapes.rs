//! Messages made of the parts that messages have.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use arbitrary::{Arbitrary, Result, Unstructured};
use mesh_contracts::EVENTS;
use serde_json::{Map, Value, json};

use crate::decode::ATTRIBUTES;

/// Deepest value that is made; deeper ones come from the target that reads text.
const DEPTH: usize = 4;

/// A message.
pub(crate) struct Letter {
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// How a message is wrapped.
#[derive(Debug, Arbitrary)]
enum Wrapping {
    Bare,
    CloudEvent,
    Notification,
    NotificationOfCloudEvent,
}

/// The message the bytes describe.
pub(crate) fn letter(bytes: &[u8]) -> Option<Letter> {
    let mut u = Unstructured::new(bytes);
    make(&mut u).ok()
}

fn make(u: &mut Unstructured<'_>) -> Result<Letter> {
    let mut attributes = BTreeMap::new();
    for _ in 0..u.int_in_range(0..=11)? {
        let name = if u.ratio(9, 10)? { (*u.choose(&ATTRIBUTES)?).to_owned() } else { String::arbitrary(u)? };
        attributes.insert(name, word(u)?);
    }
    let data = payload(u)?;
    let body = match Wrapping::arbitrary(u)? {
        Wrapping::Bare => data.to_string(),
        Wrapping::CloudEvent => cloud_event(u, &attributes, data)?.to_string(),
        Wrapping::Notification => notification(u, &attributes, data.to_string())?,
        Wrapping::NotificationOfCloudEvent => {
            let body = cloud_event(u, &attributes, data)?.to_string();
            notification(u, &BTreeMap::new(), body)?
        }
    };
    Ok(Letter { attributes: if u.arbitrary()? { attributes } else { BTreeMap::new() }, body })
}

fn cloud_event(u: &mut Unstructured<'_>, attributes: &BTreeMap<String, String>, data: Value) -> Result<Value> {
    let mut event = Map::new();
    for (name, value) in attributes {
        event.insert(name.trim_start_matches("ce-").to_owned(), json!(value));
    }
    event.insert("specversion".into(), json!("1.0"));
    event.entry("type").or_insert(json!(*u.choose(&event_types())?));
    event.insert("data".into(), data);
    Ok(Value::Object(event))
}

fn notification(u: &mut Unstructured<'_>, attributes: &BTreeMap<String, String>, message: String) -> Result<String> {
    let attributes: Map<String, Value> =
        attributes.iter().map(|(name, value)| (name.clone(), json!({"Type": "String", "Value": value}))).collect();
    let mut notification = json!({
        "Type": "Notification", "MessageId": word(u)?, "Message": message, "MessageAttributes": attributes,
    });
    if u.arbitrary()? {
        notification["TopicArn"] = json!(format!("arn:aws:sns:eu-west-1:000000000000:mesh{}", word(u)?));
    }
    if u.arbitrary()? {
        notification["Timestamp"] = json!(word(u)?);
    }
    Ok(notification.to_string())
}

fn event_types() -> Vec<&'static str> {
    EVENTS.iter().map(|spec| spec.event_type).collect()
}

/// A value some attribute takes, or any text.
fn word(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=6)? {
        0 => (*u.choose(&event_types())?).to_owned(),
        1 => u.choose(EVENTS)?.dataschema(),
        2 => "/mesh/content-gen".to_owned(),
        3 => uuid::Uuid::from_u128(u.arbitrary()?).to_string(),
        4 => "2026-11-20T08:00:00.000Z".to_owned(),
        5 => u.choose(EVENTS)?.channel.replace('/', "-"),
        _ => String::arbitrary(u)?,
    })
}

/// An example of a contract with a few changes, or any value.
fn payload(u: &mut Unstructured<'_>) -> Result<Value> {
    if u.ratio(1, 8)? {
        return value(u, 0);
    }
    let mut data = u.choose(&EXAMPLES)?.clone();
    for _ in 0..u.int_in_range(0..=3)? {
        change(u, &mut data, 0)?;
    }
    Ok(data)
}

/// Changes one member somewhere.
fn change(u: &mut Unstructured<'_>, data: &mut Value, depth: usize) -> Result<()> {
    let deeper = depth < DEPTH && u.arbitrary()?;
    match data {
        Value::Object(members) if !members.is_empty() => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = u.choose(&names)?.clone();
            match members.get_mut(&name) {
                Some(member) if deeper => return change(u, member, depth + 1),
                _ if u.arbitrary()? => drop(members.remove(&name)),
                _ => drop(members.insert(if u.arbitrary()? { name } else { word(u)? }, value(u, depth)?)),
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = u.choose_index(items.len())?;
            return change(u, &mut items[at], depth + 1);
        }
        other => *other = value(u, depth)?,
    }
    Ok(())
}

fn value(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth < DEPTH { 7 } else { 5 })? {
        0 => Value::Null,
        1 => json!(bool::arbitrary(u)?),
        2 => json!(i64::arbitrary(u)?),
        3 => json!(u64::arbitrary(u)?),
        4 => json!(String::arbitrary(u)?),
        5 => json!(word(u)?),
        6 => {
            let mut items = Vec::new();
            for _ in 0..u.int_in_range(0..=4)? {
                items.push(value(u, depth + 1)?);
            }
            Value::Array(items)
        }
        _ => {
            let mut members = Map::new();
            let names: BTreeSet<String> = (0..u.int_in_range(0..=4)?).map(|_| word(u)).collect::<Result<_>>()?;
            for name in names {
                members.insert(name, value(u, depth + 1)?);
            }
            Value::Object(members)
        }
    })
}

/// Examples of what the three agents of [`crate::decode`] hear.
static EXAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../../contracts/examples/content-request-v1/full.json"),
        include_str!("../../../contracts/examples/content-request-v1/minimal.json"),
        include_str!("../../../contracts/examples/content-ready-v1/full.json"),
        include_str!("../../../contracts/examples/review-completed-v1/full.json"),
        include_str!("../../../contracts/examples/images-ready-v1/minimal.json"),
        include_str!("../../../contracts/examples/metadata-ready-v1/full.json"),
        include_str!("../../../contracts/examples/publication-due-v1/minimal.json"),
        include_str!("../../../contracts/examples/withdrawal-requested-v1/full.json"),
        include_str!("../../../contracts/examples/gen-failure-v1/full.json"),
    ];
    texts.iter().map(|text| serde_json::from_str(text).expect("an example")).collect()
});
