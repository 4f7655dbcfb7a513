//! Writes what is generated from the types and the agents' declarations: the schemas of every event and record,
//! `asyncapi.json`, and its page. A released contract changes only by a release, and never so that it breaks anybody.
//!
//! - `cargo run -p mesh-contracts --example bless`: writes what changed, unless a released file would change.
//! - `cargo run -p mesh-contracts --example bless -- --release NAME...`: also releases these files
//!   (`content-request-v1.json`), for the first time or again; without names, all of them.
#![allow(clippy::print_stdout)] // says what it wrote

#[path = "../tests/asyncapi/document.rs"]
mod document;
#[path = "../tests/support/files.rs"]
mod files;
#[path = "../tests/asyncapi/headers.rs"]
mod headers;
#[path = "../tests/asyncapi/page.rs"]
mod page;
#[path = "../tests/asyncapi/written.rs"]
mod written;

use std::{error::Error, fs};

use files::Files;
use mesh_contracts::diff::{self, Entry};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let names: Option<Vec<String>> = match arguments.next().as_deref() {
        None => None,
        Some("--release") => Some(arguments.collect()),
        Some(other) => return Err(format!("{other} is no argument; only --release [NAME...] is").into()),
    };
    let generated = files::generated();
    let mut released = files::released()?;
    let chosen = match names {
        None => Files::new(),
        Some(names) => chosen(&names, &generated)?,
    };
    for (name, text) in &chosen {
        released.insert(name.clone(), files::digest(text));
    }
    refuse(&released, &generated)?;
    for (name, text) in generated.iter().chain(&written::all()?) {
        write(name, text)?;
    }
    for (name, text) in &chosen {
        release(name, text)?;
    }
    if chosen.is_empty() { Ok(()) } else { write(files::RELEASED, &(serde_json::to_string_pretty(&released)? + "\n")) }
}

/// The contracts to be released: all of them when none is named.
fn chosen(names: &[String], generated: &Files) -> Result<Files, String> {
    let contracts = || generated.iter().filter(|(name, _)| *name != files::CHANNELS);
    if let Some(unknown) = names.iter().find(|name| contracts().all(|(known, _)| known != *name)) {
        return Err(format!("no contract is kept in {unknown}"));
    }
    let chosen = contracts().filter(|(name, _)| names.is_empty() || names.contains(name));
    Ok(chosen.map(|(name, text)| (name.clone(), text.clone())).collect())
}

/// Fails when a released contract changes without a release, or breaks one of its releases.
fn refuse(released: &Files, generated: &Files) -> Result<(), Box<dyn Error>> {
    let entries = diff::compare(&diff::released()?, &diff::current());
    let mut refusals: Vec<String> = entries.iter().filter(|entry| entry.fails()).map(told).collect();
    if refusals.is_empty() {
        let changed = files::refusals(released, generated);
        let again =
            |name: &str| format!("{name} is released; the change breaks nobody: `--release {name}` releases it again");
        refusals.extend(changed.iter().filter_map(|refusal| refusal.split(' ').next()).map(again));
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals.join("; ").into()) }
}

fn told(entry: &Entry) -> String {
    let change = &entry.change;
    format!("{} breaks {}: {} at {:?}, {}", entry.contract, entry.against, change.what, change.path, change.why)
}

/// Keeps a contract as it is released, unless it is the same as at its last release.
fn release(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let contract = name.trim_start_matches("records/").trim_end_matches(".json");
    let file = |number: u32| format!("released/{contract}.{number}.json");
    let mut number = 1;
    while let Ok(kept) = fs::read_to_string(files::folder().join(file(number))) {
        if kept == text {
            return Ok(());
        }
        number += 1;
    }
    write(&file(number), text)?;
    println!("add \"{contract}.{number}\" to the list in shared/contracts/src/diff/released.rs");
    Ok(())
}

fn write(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let path = files::folder().join(name);
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, text)?;
    println!("wrote contracts/{name}");
    Ok(())
}
