//! Judging bodies: schema and type agree on every body of every contract, and a refusal says what is wrong.

use mesh_contracts::{EVENTS, EventSpec, RECORDS};
use serde_json::Value;

/// A line with the name of a contract, then the body. A line that names none chooses one by its length.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (name, body) = text.split_once('\n').unwrap_or(("", &text));
    let specs = || EVENTS.iter().chain(RECORDS);
    let named = specs().find(|spec| spec.contract == name);
    let Some(spec) = named.or_else(|| specs().nth(name.len() % specs().count())) else { return };
    if let Some(payload) = parsed(body) {
        judged(spec, &payload);
    }
}

/// The strict reader reads what the lenient one reads, but for repeated keys.
fn parsed(body: &str) -> Option<Value> {
    let lenient = serde_json::from_str::<Value>(body);
    match (mesh_contracts::parse(body), lenient) {
        (Ok(strict), Ok(lenient)) => {
            assert_eq!(strict, lenient, "read in two ways");
            Some(strict)
        }
        (Err(error), Ok(_)) => {
            assert!(error.message.contains("appears twice"), "refused without a reason: {error}");
            None
        }
        (Ok(_), Err(error)) => panic!("read, though it is no JSON: {error}"),
        (Err(error), Err(_)) => {
            assert!(!error.message.is_empty());
            None
        }
    }
}

fn judged(spec: &EventSpec, payload: &Value) {
    let name = spec.contract;
    match (mesh_contracts::validate(name, payload), (spec.rewrites)(payload)) {
        (Ok(()), Ok(written)) => {
            assert_eq!(mesh_contracts::validate(name, &written), Ok(()), "{name} is written invalid");
            assert_eq!((spec.rewrites)(&written).as_ref(), Ok(&written), "{name} is written in two ways");
            assert_eq!((spec.reads)(payload), Ok(()), "{name} is read, and is not");
            let _ = spec.is_final(payload);
        }
        (Err(details), Err(message)) => {
            assert!((1..=50).contains(&details.len()), "{name}: {} details", details.len());
            assert!(!message.is_empty(), "{name} is refused without a reason");
        }
        (Ok(()), Err(message)) => panic!("{name}: the schema accepts what the type refuses: {message}"),
        (Err(details), Ok(_)) => panic!("{name}: the type accepts what the schema refuses: {details:?}"),
    }
    let unknown = mesh_contracts::validate("no-such-contract-v1", payload);
    assert!(unknown.is_err(), "an unknown contract accepts everything");
}
