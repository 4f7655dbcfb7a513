//! Writes the schemas of every event and record to `contracts/`. Released files never change.
//!
//! - `cargo run -p mesh-contracts --example bless`: writes what changed, unless a released file would change.
//! - `cargo run -p mesh-contracts --example bless -- --release NAME...`: also lists these files as released
//!   (`content-request-v1.json`); without names, all of them.
#![allow(clippy::print_stdout)] // says what it wrote

#[path = "../tests/support/files.rs"]
mod files;

use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let release = match arguments.next().as_deref() {
        None => None,
        Some("--release") => Some(arguments.collect::<Vec<String>>()),
        Some(other) => return Err(format!("{other} is no argument; only --release [NAME...] is").into()),
    };
    let generated = files::generated();
    let refusals = files::refusals(&files::released()?, &generated);
    if !refusals.is_empty() {
        return Err(refusals.join("; ").into());
    }
    for (name, text) in &generated {
        write(name, text)?;
    }
    match release {
        Some(names) => list_as_released(&names, &generated),
        None => Ok(()),
    }
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

fn list_as_released(names: &[String], generated: &files::Files) -> Result<(), Box<dyn Error>> {
    let mut released = files::released()?;
    if let Some(unknown) = names.iter().find(|name| !generated.contains_key(*name)) {
        return Err(format!("no contract is kept in {unknown}").into());
    }
    for (name, text) in generated.iter().filter(|(name, _)| names.is_empty() || names.contains(name)) {
        released.insert(name.clone(), files::digest(text));
    }
    write(files::RELEASED, &(serde_json::to_string_pretty(&released)? + "\n"))
}
