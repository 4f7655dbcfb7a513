//! What operators do when something failed.

use serde_json::{Value, json};

use crate::mesh::{Folder, check};

const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

fn stuck(folder: &Folder) -> Value {
    let model = "offline/text-v1+fault=timeout";
    let words = ["demo", "--words", "300", "--model", model, "--json", "--quiet"];
    let answer = folder.run_with(&[("MESH_ATTEMPTS", "1"), ("MESH_LOG", "off")], &words);
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn depth(folder: &Folder) -> (Value, Value) {
    let row = &folder.json(&["dlq", "list", "--json"])[0];
    (row["dead_letters"].clone(), row["queued"].clone())
}

#[test]
fn dead_letters_are_looked_at_and_moved_back_once() {
    let folder = Folder::new();
    let event = stuck(&folder)["event_id"].clone();
    assert_eq!(depth(&folder), (json!(1), json!(0)));
    for _ in 0..2 {
        let letters = folder.json(&["dlq", "peek", "content-gen", "--json"]);
        assert_eq!((&letters[0]["event_id"], &letters[0]["code"]), (&event, &json!("MODEL_TIMEOUT")));
        assert_eq!(letters[0]["receive_count"], 0, "a look is no receive");
    }
    let dry = folder.run(&["dlq", "replay", "--all"]);
    assert_eq!(dry.code, 0);
    check("dlq replay dry", dry);
    assert_eq!(depth(&folder), (json!(1), json!(0)), "a dry run moves nothing");
    check("dlq replay other code", folder.run(&["dlq", "replay", "--code", "MODEL_AUTH", "--yes"]));
    assert_eq!(depth(&folder), (json!(1), json!(0)), "another code is left alone");
    check("dlq replay yes", folder.run(&["dlq", "replay", "content-gen", "--yes"]));
    assert_eq!(depth(&folder), (json!(0), json!(1)));
    check("dlq replay again", folder.run(&["dlq", "replay", "content-gen", "--yes"]));
    assert_eq!(depth(&folder), (json!(0), json!(1)), "twice is once");
}

#[test]
fn dead_letters_are_chosen_by_content_and_age() {
    let folder = Folder::new();
    let stuck = stuck(&folder);
    let content = stuck["content_id"].as_str().expect("an id");
    let count = |words: &[&str]| {
        let answer = folder.json(&[&["dlq", "replay", "--json"], words].concat());
        answer["letters"].as_array().expect("letters").len()
    };
    assert_eq!((count(&["--content-id", content]), count(&["--content-id", NOBODY])), (1, 0));
    assert_eq!((count(&["--older-than", "1h"]), count(&["--since", "1h"])), (0, 1));
    let again = folder.json(&["dlq", "replay", "--content-id", content, "--rate", "5", "--yes", "--json"]);
    assert_eq!((&again["done"], &again["causes"][0]["predicted"]), (&json!(true), &json!("will_complete")));
    assert_eq!(depth(&folder), (json!(0), json!(1)));
    for wrong in [&["--since", "soon"][..], &["--rate", "0"], &["--rate", "5"]] {
        assert_eq!(folder.run(&[&["dlq", "replay"], wrong].concat()).code, 2, "{wrong:?}");
    }
}

#[test]
fn the_doctor_looks_at_settings_store_and_queues() {
    let folder = Folder::new();
    let before = folder.json(&["doctor", "--json"]);
    assert_eq!((&before["errors"], &before["findings"][0]["what"]), (&json!(0), &json!("there is no mesh yet")));
    assert!(!folder.path().join(".mesh").exists(), "looking makes no mesh");
    stuck(&folder);
    let answer = folder.run(&["doctor"]);
    assert_eq!(answer.code, 0, "{answer}");
    check("doctor", answer);
    let no_key = [("MESH_TEXT_MODEL", "openai/m"), ("OPENAI_API_KEY_SECRET", "KEY_OF_MINE")];
    let answer = folder.run_with(&no_key, &["doctor"]);
    assert_eq!(answer.code, 1, "{answer}");
    check("doctor without a key", answer);
    let answer = folder.run_with(&[("MAX_WORDS", "9")], &["doctor"]);
    assert_eq!(answer.code, 1, "{answer}");
    assert!(answer.stdout.contains("MAX_WORDS is \"9\""), "{answer}");
}

#[test]
fn which_dead_letters_must_be_said() {
    let folder = Folder::new();
    stuck(&folder);
    assert_eq!(folder.run(&["dlq", "replay"]).code, 2);
    let unknown = folder.run(&["dlq", "peek", "nobody"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("agents are content-gen,"), "{unknown}");
}

#[test]
fn what_was_rejected_is_corrected_and_sent_as_a_copy() {
    let folder = Folder::new();
    let limit = [("MAX_WORDS", "500")];
    let failed = folder.run_with(&limit, &["demo", "--topic", "Tidal power", "--words", "600", "--json", "-q"]);
    assert_eq!(failed.code, 1, "{failed}");
    let failed: Value = serde_json::from_str(&failed.stdout).expect("JSON");
    assert_eq!(failed["code"], "WORD_COUNT_OUT_OF_RANGE");
    let id = failed["event_id"].as_str().expect("an id");

    let kept = folder.json(&["quarantine", "list", "--json"]);
    assert_eq!((&kept[0]["event_id"], &kept[0]["state"]), (&json!(id), &json!("rejected")));
    let shown = folder.run(&["quarantine", "show", id]);
    check("quarantine show", &shown);
    let raw = folder.run(&["quarantine", "show", id, "--raw"]).stdout;
    let raw: Value = serde_json::from_str(&raw).expect("the notification");
    assert_eq!(raw["Type"], "Notification");

    check("resubmit refused", folder.run(&["quarantine", "resubmit", id, "--set", "word_count=9"]));
    let words = ["quarantine", "resubmit", id, "--set", "word_count=400"];
    check("resubmit dry", folder.run(&words));
    check("resubmit yes", folder.run(&[&words[..], &["--yes"]].concat()));
    check("resubmit again", folder.run(&[&words[..], &["--yes"]].concat()));
    let events = folder.run(&["tail", "/content/request", "--no-follow", "--json"]).stdout;
    let copy: Value = serde_json::from_str(events.lines().last().expect("a copy")).expect("JSON");
    assert_eq!((&copy["origin"], &copy["data"]["word_count"]), (&json!(id), &json!(400)));
    assert_eq!(events.lines().count(), 2, "the request and one copy");
}

#[test]
fn what_failed_is_asked_for_again_once() {
    let folder = Folder::new();
    let words = ["demo", "--words", "300", "--model", "offline/text-v1+fault=auth", "--json", "-q"];
    let failed = folder.json(&words);
    let id = failed["content_id"].as_str().expect("an id");
    check("retry dry", folder.run(&["retry", id]));
    let first = folder.json(&["retry", id, "--yes", "--json"]);
    assert_eq!((&first["events"][0]["event"], &first["done"]), (&failed["event_id"], &json!(true)));
    check("retry again", folder.run(&["retry", id, "--yes"]));
    check("retry by code", folder.run(&["retry", "--code", "MODEL_AUTH", "--yes"]));
    check("retry other code", folder.run(&["retry", "--code", "MODEL_TIMEOUT"]));
    let unknown = folder.run(&["retry", "nobody"]);
    assert_eq!(unknown.code, 1, "{unknown}");
    let events = folder.run(&["tail", "/content/request", "--no-follow", "--json"]).stdout;
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.len(), 2, "one request, one copy");
    assert_eq!((&events[1]["origin"], &events[1]["data"]), (&failed["event_id"], &events[0]["data"]));
    assert_eq!(events[1]["event_id"], events[1]["correlation_id"]);
}

#[test]
fn what_waits_is_planned_applied_as_planned_and_corrected() {
    let folder = Folder::new();
    stuck(&folder);
    let limit = [("MAX_WORDS", "500")];
    let rejected = folder.run_with(&limit, &["demo", "--topic", "Tidal power", "--words", "600", "--json", "-q"]);
    let rejected: Value = serde_json::from_str(&rejected.stdout).expect("JSON");
    check("replay plan", folder.run(&["replay", "plan", "--out", "plan.json"]));
    check("replay apply dry", folder.run(&["replay", "apply", "plan.json"]));
    assert_eq!(depth(&folder), (json!(1), json!(0)), "neither changes anything");
    let unknown = folder.run(&["replay", "apply", "plan.json", "--only", "nobody/X/superseded"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    // Nothing runs, so nothing comes of the canary, and the rest would stay.
    let canary = ["replay", "apply", "plan.json", "--canary", "1", "--canary-wait", "1", "--yes"];
    assert_eq!(folder.run(&canary).code, 1);
    assert_eq!(depth(&folder), (json!(0), json!(1)));
    check("replay apply again", folder.run(&["replay", "apply", "plan.json", "--yes"]));
    assert_eq!(depth(&folder), (json!(0), json!(1)), "twice is once");
    let verify = folder.run(&["replay", "verify", "plan.json"]);
    assert_eq!(verify.code, 1, "it is still pending");
    check("replay verify", verify);

    let plan: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("plan.json")).expect("a plan")).expect("JSON");
    let entry =
        plan["entries"].as_array().expect("entries").iter().position(|one| one["event_id"] == rejected["event_id"]);
    let number = (entry.expect("the rejected request") + 1).to_string();
    let edit = ["replay", "edit", "plan.json", &number, "--set", "word_count=400", "--yes", "--json"];
    let edited = folder.json(&edit);
    assert_eq!((&edited["done"], &edited["events"][0]["event"]), (&json!(true), &rejected["event_id"]));
    let audit = std::fs::read_to_string(folder.path().join("plan.json.audit.jsonl")).expect("a log");
    let last: Value = serde_json::from_str(audit.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["action"], &last["entry"].to_string()), (&json!("edit"), &number));
    assert_eq!(last["manifest"], plan["digest"]);
}

#[test]
fn copies_and_outcomes_are_published_once_more_only_when_asked_for() {
    let folder = Folder::new();
    let failed = folder.json(&["demo", "--words", "300", "--model", "offline/text-v1+fault=auth", "--json", "-q"]);
    folder.json(&["replay", "plan", "--out", "plan.json", "--json"]);
    let events = || folder.run(&["tail", "--no-follow", "--json"]).stdout.lines().count();
    let before = events();
    let applied = folder.json(&["replay", "apply", "plan.json", "--yes", "--json"]);
    assert_eq!((&applied["groups"][0]["left"], events()), (&json!(1), before), "what failed for good is left");
    folder.json(&["replay", "apply", "plan.json", "--redispatch", "--yes", "--json"]);
    assert_eq!(events(), before + 1, "its failure is published once more");
    let group = applied["groups"][0]["group"].as_str().expect("a group");
    assert_eq!(group, "content-gen/MODEL_AUTH/already_failed");
    assert_eq!(folder.run(&["replay", "apply", "plan.json", "--force", "--yes"]).code, 2, "of which group?");
    for _ in 0..2 {
        folder.json(&["replay", "apply", "plan.json", "--force", "--only", group, "--yes", "--json"]);
    }
    let requests = folder.run(&["tail", "/content/request", "--no-follow", "--json"]).stdout;
    let copy: Value = serde_json::from_str(requests.lines().last().expect("a copy")).expect("JSON");
    assert_eq!((&copy["origin"], requests.lines().count()), (&failed["event_id"], 2), "one copy");
}
