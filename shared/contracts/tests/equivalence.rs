//! The schema and the Rust type of every contract judge alike, whatever arrives. Bodies are made from the examples by
//! random changes; a mismatch is reported with its seed and body.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use mesh_contracts::EventSpec;
use serde_json::Value;
use support::{mutate::mutate, render::render, rng::Rng};

/// Bodies for each contract.
const BODIES: u64 = 3_000;

#[derive(Debug, Default)]
struct Tally {
    valid: u64,
    invalid: u64,
    no_json: u64,
}

#[test]
fn schema_and_type_judge_alike() {
    let specs: Vec<&'static EventSpec> = support::specs().collect();
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(spec) = specs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = judge_many(spec);
                    let tenth = BODIES / 10;
                    assert!(tally.valid >= tenth, "{} is hardly ever valid: {tally:?}", spec.contract);
                    assert!(tally.invalid >= tenth, "{} is hardly ever invalid: {tally:?}", spec.contract);
                }
            });
        }
    });
}

fn judge_many(spec: &EventSpec) -> Tally {
    let schema = (spec.schema)().to_value();
    let examples: Vec<Value> = support::examples(spec.contract).into_iter().map(|(_, body)| shortened(body)).collect();
    assert!(!examples.is_empty(), "{} has no examples", spec.contract);
    let mut tally = Tally::default();
    for number in 0..BODIES {
        let seed = own_seed(spec.contract).wrapping_add(number);
        let body = body(&mut Rng::new(seed), &examples, &schema);
        let Ok(payload) = mesh_contracts::parse(&body) else {
            tally.no_json += 1;
            continue;
        };
        match agreed(spec, &payload, number % 4 == 0) {
            Ok(true) => tally.valid += 1,
            Ok(false) => tally.invalid += 1,
            Err(why) => panic!("{}, seed {seed}: {why}\n{body}", spec.contract),
        }
    }
    tally
}

/// The body with two items of every list: what a third one may be, the second may be too, and bodies are judged faster.
fn shortened(body: Value) -> Value {
    match body {
        Value::Array(items) => items.into_iter().take(2).map(shortened).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, shortened(member))).collect(),
        other => other,
    }
}

/// Where the seeds of a contract start (FNV-1a), so that no two contracts see the same changes.
fn own_seed(contract: &str) -> u64 {
    contract.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// An example with none to three changes.
fn body(rng: &mut Rng, examples: &[Value], schema: &Value) -> String {
    let mut value = examples[rng.below(examples.len())].clone();
    for _ in 0..[0, 1, 1, 1, 2, 3][rng.below(6)] {
        mutate(&mut value, schema, rng);
    }
    let repeat = rng.chance(1);
    render(&value, rng, repeat)
}

/// The verdict both agree on. With `thoroughly`, what was read is written so that it is valid, and reads as the same.
fn agreed(spec: &EventSpec, payload: &Value, thoroughly: bool) -> Result<bool, String> {
    let schema = mesh_contracts::validate(spec.contract, payload);
    let rust = (spec.rewrites)(payload);
    match (schema, rust) {
        (Ok(()), Ok(_)) if !thoroughly => Ok(true),
        (Ok(()), Ok(written)) => {
            mesh_contracts::validate(spec.contract, &written).map_err(|d| format!("is written invalid: {d:?}"))?;
            let again = (spec.rewrites)(&written)?;
            if again == written { Ok(true) } else { Err(format!("is written as {written}, then as {again}")) }
        }
        (Err(details), Err(_)) if details.is_empty() => Err("refused without a detail".into()),
        (Err(_), Err(_)) => Ok(false),
        (Ok(()), Err(message)) => Err(format!("the schema accepts what the type refuses: {message}")),
        (Err(details), Ok(_)) => Err(format!("the type accepts what the schema refuses: {details:?}")),
    }
}
