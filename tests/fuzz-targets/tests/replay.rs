//! The seeds of the fuzzer, and what it once found, through the same targets.
#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)]

mod inputs;

use std::panic::catch_unwind;

use mesh_fuzz_targets::{TARGETS, Target};

fn replay(name: &str, folder: &str) -> (usize, Vec<String>) {
    let target: Target = TARGETS.iter().find(|(known, _)| *known == name).expect("a target").1;
    let files = inputs::files(folder, name);
    let bad = files.iter().filter(|(_, bytes)| catch_unwind(|| target(bytes)).is_err());
    (files.len(), bad.map(|(path, _)| path.clone()).collect())
}

#[test]
fn seeds_and_what_was_once_found_pass() {
    let mut wrong = Vec::new();
    for (name, _) in TARGETS {
        let (seeds, bad) = replay(name, "corpus-seeds");
        assert!(seeds >= 3, "{name} has {seeds} seeds");
        wrong.extend(bad);
        wrong.extend(replay(name, "regressions").1);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_folder_belongs_to_a_target() {
    for folder in ["corpus-seeds", "regressions", "dictionaries"] {
        for name in inputs::names(folder) {
            let stem = name.trim_end_matches(".dict");
            assert!(TARGETS.iter().any(|(known, _)| *known == stem), "fuzz/{folder}/{name}");
        }
    }
}
