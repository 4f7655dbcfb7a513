//! Every prompt of every agent: what it says is written down, and it has no place that an input could leave empty.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use mesh_core::{Agent, Prompt, Settings};
use mesh_tests::host::AGENTS;
use serde_json::Value;

fn agents() -> Vec<Arc<dyn Agent>> {
    AGENTS.iter().map(|build| build(&Settings::default()).expect("an agent")).collect()
}

fn example(prompt: &Prompt) -> Value {
    serde_json::from_str(prompt.example()).expect("JSON")
}

/// What a model is asked, all of it.
fn whole(prompt: &Prompt) -> String {
    let user = prompt.fill(&example(prompt)).expect("filled");
    format!("=== system\n{}\n=== user\n{user}\n", prompt.system())
}

/// `agents/<name>/prompts/<version>.golden.txt`.
fn golden(agent: &dyn Agent, prompt: &Prompt) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("a root").to_owned();
    root.join("agents").join(&agent.manifest().name).join("prompts").join(format!("{}.golden.txt", prompt.version()))
}

#[test]
fn a_version_always_says_the_same() {
    for agent in agents() {
        for prompt in agent.prompts() {
            let (file, says) = (golden(agent.as_ref(), prompt), whole(prompt));
            let said = fs::read_to_string(&file).unwrap_or_else(|_| {
                let ready = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file.file_name().expect("a name"));
                fs::write(&ready, &says).expect("written");
                panic!("{} is missing; read {}, and put it there", file.display(), ready.display())
            });
            assert_eq!(says, said, "{} changed: give it a new version, and a golden file", prompt.version());
        }
    }
}

#[test]
fn who_asks_models_says_with_what() {
    for agent in agents() {
        let asks = agent.manifest().subscribes.iter().any(|subscription| !subscription.asks.is_empty());
        assert_eq!(asks, !agent.prompts().is_empty(), "{}", agent.manifest().name);
    }
}

#[test]
fn versions_are_names_and_numbers_and_unique() {
    let mut seen = BTreeSet::new();
    for agent in agents() {
        for prompt in agent.prompts() {
            let version = prompt.version().to_owned();
            let (name, number) = version.rsplit_once("-v").expect("name-vN");
            assert!(!name.is_empty() && number.parse::<u32>().is_ok(), "{version}");
            assert!(seen.insert(version.clone()), "{version} twice");
        }
    }
}

#[test]
fn a_place_left_empty_is_an_error() {
    for agent in agents() {
        for prompt in agent.prompts() {
            let whole = example(prompt);
            for field in whole.as_object().expect("an object").keys() {
                let mut lacking = whole.clone();
                lacking.as_object_mut().expect("an object").remove(field);
                assert!(prompt.fill(&lacking).is_err(), "{}: nobody notices that {field} is missing", prompt.version());
            }
        }
    }
}
