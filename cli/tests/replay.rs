//! Dead letters of five causes: one plan, one apply that is killed half-way and run again, and the plan compared with what
//! came of it. Suspensions are made by real runners over a provider that is down.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]
#![cfg(unix)]

#[path = "replay/stage.rs"]
mod stage;

use std::{collections::BTreeSet, time::Instant};

use mesh_core::ports::IdRange;
use serde_json::{Value, json};

use stage::{Stage, Up};

/// Letters of each cause.
const EACH: usize = 40;
/// The groups of the plan.
const GROUPS: [&str; 5] = [
    "content-gen/CONTRACT_VIOLATION/still_invalid",
    "content-gen/MODEL_SERVER_ERROR/already_complete",
    "content-gen/MODEL_SERVER_ERROR/will_complete",
    "review/-/payload_gone",
    "review/-/superseded",
];

#[test]
fn two_hundred_letters_of_five_causes_become_what_was_predicted() {
    everything(EACH);
}

#[test]
#[ignore = "a measurement: cargo test --release -p mesh-cli --test replay -- --ignored --nocapture"]
fn a_thousand_letters_are_measured() {
    everything(200);
}

fn everything(each: usize) {
    let stage = Stage::with_letters(each);
    let up = Up::start(&stage, "offline/text-v1");
    stage.wait_for("what was moved by hand completes", || stage.published() == each && stage.is_idle("content-gen"));
    let took = Instant::now();
    let plan = stage.json(&["replay", "plan", "--out", "plan.json"]);
    eprintln!("plan of {} entries: {:.2} s", each * GROUPS.len(), took.elapsed().as_secs_f64());
    plan_is_right(&stage, &plan, each);
    let later = stage.later_letter();
    drop(up);
    killed_half_way(&stage, each);
    let up = Up::start(&stage, "offline/text-v1");
    let took = Instant::now();
    let applied = stage.json(&["replay", "apply", "plan.json", "--canary", "2", "--wait", "200", "--yes"]);
    eprintln!("the rest of it, with its outcomes: {:.2} s", took.elapsed().as_secs_f64());
    applied_once(&stage, &applied, each);
    assert_eq!(stage.letters("content-gen"), [later], "what came later is left alone");
    assert_eq!(stage.letters("review").len(), 2 * each, "what would not complete is left alone");
    outcome(&stage.json(&["replay", "verify", "plan.json"]), &[0, each, each, 0, 0], each);
    against_all_advice(&stage, each);
    drop(up);
}

fn plan_is_right(stage: &Stage, plan: &Value, each: usize) {
    let groups = plan["groups"].as_array().expect("groups");
    let groups: Vec<_> = groups.iter().map(|group| (group["name"].as_str(), group["entries"].as_u64())).collect();
    assert_eq!(groups, GROUPS.map(|name| (Some(name), u64::try_from(each).ok())));
    assert_eq!(plan["replayed"], 2 * each);
    let looked = stage.letters("content-gen").len() + stage.letters("review").len();
    assert_eq!(looked, 4 * each, "a plan changes nothing");
    let manifest: Value = serde_json::from_str(&stage.read("plan.json")).expect("JSON");
    let suspended =
        manifest["entries"].as_array().expect("entries").iter().find(|one| one["predicted"] == "will_complete");
    let suspended = suspended.expect("an entry");
    assert_eq!((&suspended["ledger"], &suspended["suspensions"]), (&json!("suspended"), &json!(1)));
    assert!(suspended["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{suspended}");
    let again = stage.run(&["replay", "plan", "--out", "plan.json"]);
    assert_eq!(again.status.code(), Some(2), "a plan is never written over");
    stage.refuses_a_changed_plan();
}

/// An apply that is killed with SIGKILL in the middle. Nothing runs meanwhile, so that nobody tidies up after it.
fn killed_half_way(stage: &Stage, each: usize) {
    let dry = stage.json(&["replay", "apply", "plan.json"]);
    assert_eq!((&dry["done"], stage.audit().len()), (&json!(false), 0), "a dry run notes nothing");
    let rate = (each / 2).to_string();
    let mut child = stage.spawn(&["replay", "apply", "plan.json", "--rate", &rate, "--yes"]);
    stage.wait_for("it is half-way", || stage.steps("removed").len() >= each);
    child.kill().expect("killed");
    child.wait().expect("it ended");
    assert!(stage.steps("removed").len() < 2 * each, "it was killed half-way");
}

/// Every entry that was to be replayed was sent once, and became one article.
fn applied_once(stage: &Stage, applied: &Value, each: usize) {
    assert_eq!((&applied["done"], &applied["stopped"]), (&json!(true), &json!(false)), "{applied:#}");
    outcome(&applied["outcome"], &[0, each, each, 0, 0], each);
    let distinct = |entries: &[u64]| entries.iter().collect::<BTreeSet<_>>().len();
    let (sent, removed) = (stage.steps("sent"), stage.steps("removed"));
    assert_eq!(distinct(&sent), sent.len(), "no entry was sent twice");
    assert_eq!((distinct(&removed), removed.len()), (2 * each, 2 * each), "every entry was moved, once");
    stage.wait_for("every article is published", || stage.published() >= 2 * each);
    assert_eq!(stage.answers(), 2 * each, "no answer was bought twice");
}

/// Replayed all the same, the others become what was predicted as well.
fn against_all_advice(stage: &Stage, each: usize) {
    let only = ["--only", GROUPS[3], "--only", GROUPS[4]];
    let words = [&["replay", "apply", "plan.json", "--wait", "200", "--yes"][..], &only].concat();
    let applied = stage.json(&words);
    outcome(&applied["outcome"], &[0, each, each, each, each], each);
    outcome(&stage.json(&["replay", "verify", "plan.json"]), &[0, each, each, each, each], each);
    stage.wait_for("what follows of it", || ["review", "publish", "site"].iter().all(|agent| stage.is_idle(agent)));
    assert_eq!(stage.published(), 2 * each, "an ended run does not end again");
    assert!(stage.letters("review").is_empty(), "nothing was suspended again");
    let fates =
        stage.block_on(mesh_core::ports::StateStore::list(&stage.store.state(), "fates", &IdRange::default(), 100_000));
    assert_eq!(fates.expect("a list").len(), 5 * each, "one end for each run");
}

/// How many of each group became what was predicted; the others were left, and none became something else.
fn outcome(comparison: &Value, as_predicted: &[usize; 5], each: usize) {
    let groups = comparison["groups"].as_array().unwrap_or_else(|| panic!("groups: {comparison:#}"));
    assert_eq!(groups.len(), GROUPS.len(), "{comparison:#}");
    for ((group, name), expected) in groups.iter().zip(GROUPS).zip(as_predicted) {
        let counts =
            ["as_predicted", "left", "pending", "different"].map(|field| group[field].as_u64().expect("a count"));
        let expected = [*expected, each - expected, 0, 0].map(|count| u64::try_from(count).expect("small"));
        assert_eq!((group["group"].as_str(), counts), (Some(name), expected), "{comparison:#}");
    }
}
