//! Where the contracts' files are, and how tests read them.
#![allow(dead_code)] // each test binary uses its part
#![allow(clippy::expect_used)] // these are tests, though not in functions marked so

pub(crate) mod files;
pub(crate) mod mutate;
pub(crate) mod render;
pub(crate) mod rng;
pub(crate) mod strings;

use std::{
    fs,
    path::{Path, PathBuf},
};

use mesh_contracts::{EVENTS, EventSpec, RECORDS};
use serde_json::Value;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every contract of events and records.
pub(crate) fn specs() -> impl Iterator<Item = &'static EventSpec> {
    EVENTS.iter().chain(RECORDS)
}

/// Names of the entries of a folder that end in `.suffix`, sorted; empty when there is no such folder.
pub(crate) fn listed(folder: &Path, suffix: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a UTF-8 name"));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(suffix)).collect();
    names.sort();
    names
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The valid examples of a contract: name and body.
pub(crate) fn examples(contract: &str) -> Vec<(String, Value)> {
    let folder = files::folder().join("examples").join(contract);
    let read = |name: String| {
        let body = mesh_contracts::parse(&text(&folder.join(&name))).unwrap_or_else(|e| panic!("{name}: {e}"));
        (name, body)
    };
    listed(&folder, ".json").into_iter().map(read).collect()
}
