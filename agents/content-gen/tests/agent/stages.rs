//! An article in stages: an outline, each section, a polish; each bought once, however often an attempt ends in between.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use mesh_core::{
    Fate, Policy,
    ports::{ChatRequest, ModelErrorKind},
    runner::Ended,
};
use mesh_testkit::{
    clock::ManualClock,
    model::{Reply, ScriptedTextModel, response},
};
use serde_json::{Value, json};

use crate::support::{Bench, request};

const SECTIONS: usize = 4;
/// What is asked, in order: the outline, the sections, the polish.
const STEPS: usize = SECTIONS + 2;

/// What a model says to each stage.
fn staged(asked: &ChatRequest) -> String {
    match asked.task.name.as_str() {
        "outline" => {
            let section = |n| json!({"heading": format!("Part {n}"), "points": ["one"], "words": 300});
            json!({"title": "Tides", "sections": (1..=SECTIONS).map(section).collect::<Vec<_>>()}).to_string()
        }
        "section" => format!("## Part {0}\n\nWhat is said of part {0}.\n", asked.task.input["number"]),
        "polish" => format!("{}\nPolished.\n", asked.task.input["markdown"].as_str().expect("an article").trim_end()),
        other => panic!("{other} was asked"),
    }
}

fn tasks(bench: &Bench) -> Vec<String> {
    let of = |asked: &ChatRequest| match asked.task.input["number"].as_u64() {
        Some(number) => format!("{} {number}", asked.task.name),
        None => asked.task.name.clone(),
    };
    bench.model.requests().iter().map(of).collect()
}

fn in_order() -> Vec<String> {
    let sections = (1..=SECTIONS).map(|n| format!("section {n}"));
    ["outline".to_owned()].into_iter().chain(sections).chain(["polish".to_owned()]).collect()
}

fn prompt(bench: &Bench, at: usize) -> String {
    bench.model.requests()[at].messages[0].joined_text()
}

#[test]
fn a_long_article_is_planned_written_and_polished() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(staged));
    let id = bench.ask(&request("Tidal power", 1200));
    assert_eq!(tasks(&bench), in_order());
    let draft = bench.blob(&format!("drafts/{id}.md")).expect("a draft");
    assert!(draft.starts_with("# Tides\n\n## Part 1\n\nWhat is said of part 1.\n\n## Part 2\n"), "{draft}");
    assert!(draft.ends_with("What is said of part 4.\nPolished.\n"), "{draft}");
    let ready = bench.only("ContentReady");
    assert_eq!(ready["prompt_version"], "draft-v1+outline-v1+section-v1+polish-v1");
    assert_eq!((&ready["models"], &ready["complete"]), (&json!(["scripted"]), &json!(true)));
    assert_eq!(ready["cost"]["input_tokens"], json!(100 * STEPS), "all stages are paid");
    assert!(prompt(&bench, 0).contains("Write a 1200-word article on Tidal power."), "{}", prompt(&bench, 0));
    assert!(prompt(&bench, 2).contains("What is said of part 1."), "a section knows the end of the one before");
    let limits: Vec<u32> = bench.model.requests().iter().map(|asked| asked.max_output_tokens).collect();
    assert_eq!(limits[1..], [856, 856, 856, 856, 2656], "room for 300 words each, and for all of them");
}

#[test]
fn length_decides_unless_the_site_does() {
    for (stages, words, calls) in
        [("auto", 1199, 1), ("auto", 1200, STEPS), ("single", 2000, 1), ("staged", 300, STEPS)]
    {
        let model = ScriptedTextModel::new().otherwise(|asked| match asked.task.name.as_str() {
            "draft" => "# Tides\n\nAt once.\n".to_owned(),
            _ => staged(asked),
        });
        let bench = Bench::new(model);
        let at = "2026-11-20T08:00:00.000Z";
        let site = json!({"websiteId": "default", "websiteName": "W", "articleStages": stages, "createdAt": at, "updatedAt": at});
        bench.set("website_settings", "default", &site);
        bench.ask(&request("Tidal power", words));
        assert_eq!(bench.model.calls(), calls, "{stages} at {words} words");
    }
}

#[test]
fn whichever_call_fails_the_next_attempt_makes_only_those_that_are_left() {
    for fails in 0..STEPS {
        let count = Mutex::new(0);
        let model = ScriptedTextModel::new().otherwise(move |asked| -> Reply<_> {
            let mut count = count.lock().expect("one thread");
            *count += 1;
            if *count == fails + 1 { ModelErrorKind::Timeout.into() } else { response(staged(asked)).into() }
        });
        let bench = Bench::new(model);
        bench.ask(&request("Tidal power", 1200));
        assert_eq!((bench.model.calls(), bench.published().len()), (fails + 1, 0));
        bench.clock.advance(Duration::from_secs(600));
        bench.round();
        let mut expected = in_order();
        expected.insert(fails, expected[fails].clone());
        assert_eq!(tasks(&bench), expected, "only the call that failed is made again");
        let ready = bench.only("ContentReady");
        assert_eq!(ready["cost"]["input_tokens"], json!(100 * STEPS), "{ready}");
    }
}

#[test]
fn an_article_that_takes_longer_than_an_attempt_goes_on_and_none_of_them_counts() {
    let clock: Arc<OnceLock<Arc<ManualClock>>> = Arc::default();
    let (slow, seconds) = (Arc::clone(&clock), 45);
    let model = ScriptedTextModel::new().otherwise(move |asked| {
        slow.get().expect("a clock").advance(Duration::from_secs(seconds));
        staged(asked)
    });
    // One attempt that counts would be the last.
    let bench = Bench::with(model, Policy { attempts: 1, ..Policy::default() });
    clock.set(Arc::clone(&bench.clock)).expect("unset");
    bench.publish("ContentRequest", &request("Tidal power", 2000));
    let mut resumed = 0;
    while bench.published().is_empty() {
        for fate in bench.round() {
            if let Fate::Retry { ended, after } = fate {
                assert_eq!(ended, Ended::SetBack("STEPS_LEFT"));
                assert!(after <= Duration::from_secs(3), "{after:?}");
                resumed += 1;
            }
        }
        assert!(resumed <= STEPS, "each attempt gets further");
        bench.clock.advance(Duration::from_secs(3));
    }
    assert_eq!((tasks(&bench), resumed), (in_order(), STEPS - 1), "one call an attempt");
    assert_eq!((bench.only("ContentReady")["complete"].clone(), bench.dead_letters()), (json!(true), 0));
}

#[test]
fn an_outline_of_nothing_fails_by_its_name_and_a_long_one_has_an_end() {
    let outline = |sections: Value| {
        let model = ScriptedTextModel::new().otherwise(move |asked| match asked.task.name.as_str() {
            "outline" => json!({"title": "Tides", "sections": sections}).to_string(),
            _ => staged(asked),
        });
        let bench = Bench::new(model);
        bench.ask(&request("Tidal power", 1200));
        bench
    };
    assert_eq!(outline(json!([])).only("GenFailure")["code"], "MODEL_MALFORMED_OUTPUT");
    let many = outline(json!(vec![json!({"heading": "H", "points": [], "words": 1}); 50]));
    assert_eq!(many.model.calls(), 1 + 12 + 1);
    many.only("ContentReady");
}

#[test]
fn plan_and_sections_are_given_the_sources_without_their_addresses() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(staged));
    let mut asked = request("Tidal power", 1200);
    asked["sources"] = json!([{"title": "Tide tables", "text": "High at noon.", "url": "https://tides.example/t"}]);
    bench.ask(&asked);
    for at in 0..=SECTIONS {
        let prompt = prompt(&bench, at);
        assert!(prompt.contains("High at noon.") && !prompt.contains("tides.example"), "{prompt}");
    }
    assert!(prompt(&bench, STEPS - 1).contains("Marks such as [#2]"));
    assert_eq!(bench.model.requests()[1].task.input["sources"], json!([1]));
}
