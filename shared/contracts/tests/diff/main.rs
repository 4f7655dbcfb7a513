//! `diff` against reality: schemas of the contracts are changed at random, bodies are made at the edges of both, and a
//! validator says which of the two takes them. A change called compatible must never be contradicted.

#![allow(clippy::expect_used, clippy::panic)] // these are tests, though not all in functions marked so

mod bodies;
mod mutations;
#[path = "../support/mod.rs"]
mod support;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use mesh_contracts::{
    EventSpec,
    diff::{Change, Verdict, changes},
};
use mutations::{Effect, Mutation};
use serde_json::Value;
use support::rng::Rng;

/// How many changed schemas of each contract, and how many bodies for each in both directions.
const SAMPLE: (u64, usize) = (8, 24);
const THOROUGH: (u64, usize) = (100, 40);

/// What was seen of one kind of change, in both directions.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    /// Changes that let nothing through that was refused, or the like.
    compatible: u64,
    /// Changes said to break.
    breaking: u64,
    /// Those of them with a body that shows it.
    shown: u64,
}

#[derive(Debug, Default)]
struct Tally {
    mutations: u64,
    /// Bodies written under the one schema, and judged by the other.
    bodies: u64,
    /// Bodies with fields their schema does not name, which break what is called compatible: nobody can count on them.
    unnamed: u64,
    kinds: BTreeMap<&'static str, Seen>,
}

#[test]
fn what_is_compatible_is_never_refused() {
    let tally = run(SAMPLE);
    assert!(tally.mutations >= 300, "{tally:#?}");
    assert!(tally.bodies >= 3_000, "{tally:#?}");
}

/// `make diff`: minutes, not seconds.
#[test]
#[ignore = "the same with many more mutations and bodies; takes minutes"]
#[allow(clippy::print_stdout)] // says how many
fn what_is_compatible_is_never_refused_however_often() {
    let tally = run(THOROUGH);
    println!("{tally:#?}");
    // Judged one by one, most changes that are called breaking are shown to be.
    for kind in mutations::SHARP {
        let seen = tally.kinds.get(kind).copied().unwrap_or_default();
        assert!(seen.breaking > 0 && seen.shown * 2 > seen.breaking, "{kind} is called breaking for nothing: {seen:?}");
    }
}

fn run((mutations, bodies): (u64, usize)) -> Tally {
    let specs: Vec<&'static EventSpec> = support::specs().collect();
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(spec) = specs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for number in 0..mutations {
                        one(spec, number, bodies, &tally);
                    }
                }
            });
        }
    });
    tally.into_inner().expect("no worker failed")
}

/// One changed schema of a contract: the verdict, and bodies that might contradict it.
fn one(spec: &EventSpec, number: u64, bodies: usize, tally: &Mutex<Tally>) {
    let seed = spec.contract.bytes().fold(number, |seed, byte| seed.wrapping_mul(1_000_003) ^ u64::from(byte));
    let mut rng = Rng::new(seed);
    let mut old = (spec.schema)().to_value();
    // Now and then the old schema has compositions and references as well.
    let prepared = if rng.chance(40) { mutations::mutate(&mut old, 1 + rng.below(2), &mut rng) } else { Vec::new() };
    let mut new = old.clone();
    let count = [1, 1, 1, 2, 3][rng.below(5)];
    let made = mutations::mutate(&mut new, count, &mut rng);
    let single = prepared.is_empty() && made.len() == 1;
    let found = changes(&old, &new);
    let case = format!("{}, number {number}: {made:?}", spec.contract);
    if single {
        as_expected(&made[0], &found, &case);
    }
    let examples: Vec<Value> = support::examples(spec.contract).into_iter().map(|(_, body)| body).collect();
    let places: Vec<&str> = made.iter().map(|mutation| mutation.place.as_str()).collect();
    let mut seen = Seen::default();
    let (mut judged, mut unnamed) = (0, 0);
    for (writer, reader, verdict) in
        [(&old, &new, all(&found, |c| c.readers)), (&new, &old, all(&found, |c| c.writers))]
    {
        let refused = refusals(writer, reader, &places, &examples, bodies, &mut rng);
        judged += refused.judged;
        match (verdict, refused.body) {
            (Verdict::Compatible, Some(body)) => {
                panic!("{case}\n{found:#?}\nwriter {writer}\nreader {reader}\nbody {body}")
            }
            (Verdict::Compatible, None) => seen.compatible += 1,
            (Verdict::Breaking, body) => {
                seen.breaking += 1;
                seen.shown += u64::from(body.is_some());
            }
        }
        unnamed += u64::from(verdict == Verdict::Compatible && refused.unnamed);
    }
    let mut tally = tally.lock().expect("no worker failed");
    tally.mutations += 1;
    tally.bodies += judged;
    tally.unnamed += unnamed;
    if single {
        let kind = tally.kinds.entry(made[0].kind).or_default();
        kind.compatible += seen.compatible;
        kind.breaking += seen.breaking;
        kind.shown += seen.shown;
    }
}

fn all(found: &[Change], of: fn(&Change) -> Verdict) -> Verdict {
    if found.iter().map(of).all(|verdict| verdict == Verdict::Compatible) {
        Verdict::Compatible
    } else {
        Verdict::Breaking
    }
}

/// What is plainly harmless is not called breaking.
fn as_expected(mutation: &Mutation, found: &[Change], case: &str) {
    let (readers, writers) = (all(found, |c| c.readers), all(found, |c| c.writers));
    if matches!(mutation.effect, Effect::Same | Effect::Wider) {
        assert_eq!(readers, Verdict::Compatible, "{case}: {found:#?}");
    }
    if matches!(mutation.effect, Effect::Same | Effect::Narrower) {
        assert_eq!(writers, Verdict::Compatible, "{case}: {found:#?}");
    }
}

#[derive(Default)]
struct Refusals {
    /// Bodies written under the one schema.
    judged: u64,
    /// One of them that the reader refuses.
    body: Option<Value>,
    /// Whether the reader refuses one that has fields its writer does not name.
    unnamed: bool,
}

/// Bodies valid for the writer, and whether the reader takes them.
fn refusals(
    writer: &Value,
    reader: &Value,
    places: &[&str],
    examples: &[Value],
    count: usize,
    rng: &mut Rng,
) -> Refusals {
    let compile = |schema: &Value| jsonschema::draft202012::new(schema).expect("a schema");
    let (writes, reads) = (compile(writer), compile(reader));
    let mut refusals = Refusals::default();
    for _ in 0..count {
        let Some(body) = bodies::body(&[writer, reader], places, examples, rng) else { continue };
        if !writes.is_valid(&body) {
            continue;
        }
        let named = bodies::names_only(writer, writer, &body);
        refusals.judged += u64::from(named);
        if !reads.is_valid(&body) {
            if named {
                refusals.body = Some(body);
                break;
            }
            refusals.unnamed = true;
        }
    }
    refusals
}
